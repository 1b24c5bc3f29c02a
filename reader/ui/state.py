"""Where the user was when the reader was left, kept in a small file of its own."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from reader.paths import make_folder


@dataclass(frozen=True, slots=True)
class State:
    """What the reader returns to."""

    view: str = "today"
    text: str = ""
    paper: str | None = None
    """The id of the highlighted paper."""
    filter_width: int | None = None
    list_share: float | None = None
    """Pane sizes where the user changed them."""
    visited: str | None = None
    """ISO time, UTC, when the reader was last left: what was added since is new."""
    history: tuple[str, ...] = ()
    """Queries that were used, newest first."""


def load(path: Path) -> State:
    """Read the state; whatever is not as expected is as if it had not been written."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return State()
    if not isinstance(found, dict):
        return State()
    kinds = {"view": str, "text": str, "paper": str, "filter_width": int, "list_share": float, "visited": str}
    good = {name: found[name] for name, kind in kinds.items() if isinstance(found.get(name), kind)}
    history = found.get("history")
    if isinstance(history, list):
        good["history"] = tuple(text for text in history if isinstance(text, str))
    return State(**good)


def save(path: Path, state: State) -> None:
    """Write the state, whole or not at all."""
    partial = make_folder(path).with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(asdict(state), ensure_ascii=False, indent=1), "utf-8")
    partial.replace(path)
