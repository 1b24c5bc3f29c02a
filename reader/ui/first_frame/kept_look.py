"""The look of an earlier visit for the first frame: Textual's own colours, and the settings.

Textual computes colours from the stylesheets, which takes longer than the whole first frame. So the reader keeps the
result for each kind of terminal (`ui/next_start.py`), and uses it while the terminal's variables, the settings and the
program's files are unchanged. Sizes are not part of it: `ui/shell/layout.py` places the panes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from reader import __version__
from reader.paths import read_start, replace_private

MOST_KEPT = 8
"""Maximum kept looks, newest first: one for each kind of terminal in use."""

MAX_SIZE = 1 << 20
"""Bytes; a larger file is not read."""

_VARIABLES = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR")
"""Environment variables that affect colours; all that begin with `TEXTUAL` do, too."""

BAR = "bar"

Stamp: TypeAlias = list[Any]
"""A file with its modification time and size: 0 if it is missing."""


class KeptLook(NamedTuple):
    """The look of the main screen at a start."""

    conditions: Mapping[str, Any]
    files: Sequence[Stamp]
    order: str
    """The list's order from the settings."""
    ascii: bool
    density: str
    """The list's density, the filter pane's columns and the list's share from the settings."""
    filter_width: int
    list_share: float
    styles: Mapping[str, str]
    hints: Mapping[str, Sequence[tuple[str, str]]]
    """The keys of the last line, by `plain` and, with a query, `query`."""
    filter_key: str
    older_key: str
    """The key that goes to the day before, as displayed."""


def style_name(pane: str, role: str, *, over: str = "", hit: bool = False) -> str:
    """The name of a role's style in a pane; `over` is the role laid over the line."""
    return f"{pane} {role} {over} {'hit' if hit else ''}".rstrip()


def conditions(environment: Mapping[str, str]) -> dict[str, Any]:
    """What a look depends on, apart from files: the version, and the terminal's variables."""
    variables = {name: value for name, value in environment.items() if name in _VARIABLES or name.startswith("TEXTUAL")}
    return {"version": __version__, "environment": variables}


def stamp(file: str) -> Stamp:
    try:
        status = os.stat(file)  # noqa: PTH116 (a path takes ten times as long, and there are fifty)
    except OSError:
        return [file, 0, 0]
    return [file, status.st_mtime_ns, status.st_size]


def load_look(file: Path, wanted: Mapping[str, Any]) -> KeptLook | None:
    """The kept look for these conditions; None if there is none, or a file has changed."""
    for kept in _load_all(file):
        if kept["conditions"] == wanted and all(one == stamp(one[0]) for one in kept["files"]):
            hints = {name: [(key, word) for key, word in pairs] for name, pairs in kept["hints"].items()}
            return KeptLook(**kept)._replace(hints=hints)
    return None


def save_look(file: Path, look: KeptLook) -> None:
    """Keep a look, replacing an earlier one for the same conditions; raises OSError."""
    others = [kept for kept in _load_all(file) if kept["conditions"] != look.conditions]
    texts = json.dumps([look._asdict(), *others[: MOST_KEPT - 1]], ensure_ascii=False, separators=(",", ":"))
    replace_private(file, texts, durable=False)


def _load_all(file: Path) -> list[dict[str, Any]]:
    """All kept looks; none if the file is missing or was written by another version."""
    try:
        found = json.loads(read_start(file, MAX_SIZE).decode())
    except (OSError, ValueError, RecursionError):
        return []
    looks = found if isinstance(found, list) else ()
    return [one for one in looks if isinstance(one, dict) and one.keys() == set(KeptLook._fields)]
