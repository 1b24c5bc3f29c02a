"""Where the user was when the reader was left, kept in a small file of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from reader.config import SETTING_TYPES
from reader.core.errors import QueryError
from reader.core.query import parse
from reader.core.setting_types import InvalidValue
from reader.paths import make_folder
from reader.session.places import TOPIC_MODES, TOPIC_ORDERS, TopicMode, TopicOrder


class State(NamedTuple):
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
    topic_order: TopicOrder = "family"
    topic_mode: TopicMode = "any"
    """How picked topics combine where the query does not tell."""
    folded: tuple[str, ...] = ()
    """Families of topics that are folded."""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_query(value: object) -> bool:
    if not isinstance(value, str):
        return False
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


def _would_do(setting: str) -> Callable[[object], bool]:
    """What tells whether a value would do as a setting."""

    def is_good(value: object) -> bool:
        try:
            SETTING_TYPES[setting].check(value)
        except InvalidValue:
            return False
        return True

    return is_good


_GOOD: Mapping[str, Callable[[object], bool]] = {
    "view": _is_text,
    "text": _is_query,
    "paper": _is_text,
    "filter_width": _would_do("filter_width"),
    "list_share": _would_do("list_share"),
    "visited": _is_time,
    "topic_order": lambda value: isinstance(value, str) and value in TOPIC_ORDERS,
    "topic_mode": lambda value: isinstance(value, str) and value in TOPIC_MODES,
}


def load(path: Path) -> State:
    """Read the state; whatever is not as expected is as if it had not been written."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return State()
    if not isinstance(found, dict):
        return State()
    good = {name: found[name] for name, is_good in _GOOD.items() if is_good(found.get(name))}
    for name in ("history", "folded"):
        texts = found.get(name)
        if isinstance(texts, list):
            good[name] = tuple(text for text in texts if isinstance(text, str))
    return State(**good)


def save(path: Path, state: State) -> None:
    """Write the state, whole or not at all."""
    partial = make_folder(path).with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(state._asdict(), ensure_ascii=False, indent=1), "utf-8")
    partial.replace(path)
