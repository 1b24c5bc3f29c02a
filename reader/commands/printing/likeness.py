"""What a paper shares with those that it is like, as `list` and `similar` print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reader.cache.reads.window import Window
    from reader.core.similarity import Shared

KEY = "like"
"""The key in JSON."""


def shared(window: Window, ids: Sequence[str], pk: int) -> Shared:
    """What a paper shares with those that have these ids."""
    from reader.cache.search import similar
    from reader.cache.search.nearest import cache_file

    return window.read(
        lambda connection: similar.shared(connection, cache_file(connection), similar.keys_of(connection, ids), pk)
    )


def record(window: Window, ids: Sequence[str], pk: int) -> dict[str, object]:
    """The same as JSON: the words, authors and topics, whether one cites the other, and a sentence of it all."""
    found = shared(window, ids, pk)
    return {KEY: {**found._asdict(), "why": found.said or None}}
