"""Take values from another machine's settings file over into the text of this one, which else stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reader.core.settings.toml_edit import with_value, without_value
from reader.core.settings.toml_lines import parse_toml
from reader.core.settings.types import as_toml

KEYS = "keys"


class NotTakenError(ValueError):
    """The file is written in a way that can't be changed by line."""


def with_setting(text: str, name: str, value: Any) -> str:
    """The text with another value of a setting, or a table of keys; raises NotTakenError."""
    before: dict[str, Any] = parse_toml(text)
    is_table = name == KEYS
    after = _with_keys(text, before.get(KEYS, {}), value) if is_table else with_value(text, (name,), as_toml(value))
    wanted = {key: one for key, one in before.items() if key != name} | ({name: value} if value not in ([], {}) else {})
    found = {key: one for key, one in parse_toml(after).items() if key != name or one not in ([], {})}
    if found != wanted:
        raise NotTakenError(name)
    return after


def _with_keys(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    for action in before.keys() - after.keys():
        text = without_value(text, (KEYS, action))
    for action, keys in after.items():
        if before.get(action) != keys:
            text = with_value(text, (KEYS, action), as_toml(keys))
    return text
