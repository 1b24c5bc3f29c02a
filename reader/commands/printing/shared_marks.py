"""What the members of the user's group share of a paper, as JSON and as lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.commands.output import is_terminal, width
from reader.core.lines import wrapped
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.members import Said
    from reader.cache.reads.window import Window
    from reader.core.paper import Paper

KEY = "group"
"""The key in JSON."""


def _shared(window: Window, paper: Paper) -> tuple[Said, ...]:
    from reader.cache.members import shared_of

    pk = paper.pk
    return window.read(lambda connection: shared_of(connection, pk)) if isinstance(pk, int) else ()


def record(window: Window, paper: Paper) -> dict[str, list[dict[str, object]]]:
    """Who of the group starred, queued, tagged or noted the paper."""
    return {
        KEY: [
            {
                "name": one.name,
                "starred": one.is_starred,
                "queued": one.is_queued,
                "tags": list(one.tags),
                "note": one.note or None,
            }
            for one in _shared(window, paper)
        ]
    }


def group_lines(window: Window, paper: Paper) -> Iterator[str]:
    """The same as lines, after an empty one; none if nobody did."""
    columns = width() if is_terminal(sys.stdout) else None
    shared = _shared(window, paper)
    lines = [f"Group: {'; '.join(f'{one.name} {clean(one.text)}' for one in shared)}"] if shared else []
    lines += [f"Note of {one.name}: {' '.join(clean(one.note, len(one.note)).split())}" for one in shared if one.note]
    return iter([*([""] if lines else []), *(line for text in lines for line in wrapped(text, columns))])
