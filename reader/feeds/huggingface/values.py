"""Values of the feed's JSON: of an unexpected type, they count as missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reader.core.text import LINE_LIMIT
from reader.feeds import plain_text


def as_mapping(value: object) -> Mapping[str, object]:
    """A value as a record; empty if it is not one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> Sequence[object]:
    """A value as a list; empty if it is not one."""
    return value if isinstance(value, list) else ()


def as_text(value: object) -> str:
    """A value as a text, not yet clean; empty if it is not one."""
    return value if isinstance(value, str) else ""


def as_line(value: object, limit: int = LINE_LIMIT) -> str:
    """A value as one clean line; empty if it is not a text."""
    return plain_text.plain_line(as_text(value), limit)
