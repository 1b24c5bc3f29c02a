"""Commands that the last release had under another name. Each old name works for one more release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

COMMANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "count": ("list", "--count"),
        "pdf": ("open", "--pdf"),
        "redo": ("undo", "--redo"),
        "tags": ("tag", "list"),
    }
)
"""Old names, each with the words that stand in its place today."""


def with_new_names(words: Sequence[str]) -> list[str]:
    """A command line with an old name replaced by today's words; others as they are."""
    return [*COMMANDS.get(words[0], words[:1]), *words[1:]] if words else []
