"""The last visit: the user's place when the reader closed, saved in a small JSON file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeGuard

from reader.core.errors import QueryError
from reader.core.views import FOR_YOU, LATEST
from reader.paths import read_start, replace_private

MAX_BYTES = 1 << 20
"""Bytes; a larger file is not read."""

MAX_FILTER_COLUMNS = 60

MAX_TEXTS = 1_000
"""Maximum queries and commands of the history."""


class Visit(NamedTuple):
    """The place, the sizes and the history that the next start restores."""

    view: str = LATEST
    text: str = ""
    paper: str | None = None
    """The id of the highlighted paper."""
    sizes: Mapping[str, tuple[int, float]] = MappingProxyType({})
    """The filter pane's columns and the list's share, by the shape of the panes in which the user changed them."""
    is_zoomed: bool = False
    """Whether the list is shown alone."""
    visited: str | None = None
    """ISO time in UTC when the reader closed: later papers are new."""
    history: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    """Earlier commands of the command line, newest first."""
    view_query: str = ""
    """The query of the view if the user saved it, since the first frame has no settings."""


def visit_to_save(now: Visit, before: Visit, given: str) -> Visit:
    """The visit to save, without the query `given` on the command line, which applies only to this visit.

    If the user stayed with it, the next start returns to the end of the previous visit.
    """
    if not given or now.text != given:
        return now
    if now.view == "all":
        return now._replace(view=before.view, view_query=before.view_query, text=before.text, paper=before.paper)
    return now._replace(text="")


def resume_visit(left: Visit, has_news: Callable[[str], bool], today: date) -> Visit:
    """Where a start begins: the first start of a day at Latest if papers are new, else where the user left off.

    For you begins with new papers, so a user who left there returns to its top. A later start of the same day goes
    back to the user's place, where a line announces new papers.

    `has_news` returns whether papers came since an ISO time; `today` is the local date.
    """
    if left.visited is None or (left.view == LATEST and not left.text):
        return left
    is_same_day = datetime.fromisoformat(left.visited).astimezone().date() == today
    if is_same_day or not has_news(left.visited):
        return left
    return left._replace(view=FOR_YOU if left.view == FOR_YOU else LATEST, view_query="", text="", paper=None)


def _is_text(value: object) -> TypeGuard[str]:
    """Whether a value is a text that can be saved, without lone surrogates."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_query(value: object) -> bool:
    # Most visits end without a query and do not need the import of the query language (10 ms).
    if not value or not _is_text(value):
        return False
    from reader.core.query import parse

    try:
        parse(value)
    except QueryError:
        return False
    return True


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_GOOD: Mapping[str, Callable[[object], bool]] = {
    "view": _is_text,
    "view_query": _is_query,
    "text": _is_query,
    "paper": _is_text,
    "visited": _is_time,
    "is_zoomed": lambda value: isinstance(value, bool),
}


def load(path: Path) -> Visit:
    """Load the visit; a missing or invalid value takes its default."""
    fields = _read(path)
    good = {name: fields[name] for name, is_good in _GOOD.items() if is_good(fields.get(name))}
    good["sizes"] = dict(_sizes(fields.get("sizes")))
    for name in ("history", "commands"):
        texts = fields.get(name)
        if isinstance(texts, list):
            good[name] = tuple(text for text in texts[:MAX_TEXTS] if _is_text(text))
    return Visit(**good)


def _read(path: Path) -> dict[str, Any]:
    try:
        # A longer file is cut off and therefore invalid.
        fields = json.loads(read_start(path, MAX_BYTES).decode())
    except (OSError, ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _sizes(value: object) -> Iterator[tuple[str, tuple[int, float]]]:
    for shape, sizes in value.items() if isinstance(value, dict) else ():
        if not (_is_text(shape) and isinstance(sizes, list) and len(sizes) == 2):
            continue
        filter_width, list_share = sizes
        is_width = type(filter_width) is int and 0 < filter_width <= MAX_FILTER_COLUMNS
        if is_width and isinstance(list_share, float) and 0 < list_share < 1:
            yield shape, (sizes[0], sizes[1])


def save(path: Path, visit: Visit) -> None:
    """Save the visit, in full or not at all. Raises OSError."""
    text = json.dumps(visit._asdict() | {"sizes": dict(visit.sizes)}, ensure_ascii=False)
    # Not durable, as quitting must not wait for the disk.
    replace_private(path, text, durable=False)
