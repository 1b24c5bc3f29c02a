"""The manual: its pages with generated tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reader import installed
from reader.commands.contract import table_of
from reader.commands.help_text import code, gists_of_pages, table, text_of
from reader.commands.line.registry import GROUPS, json_forms

if TYPE_CHECKING:
    from reader.keys.keymap import Keymap

_MADE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)


def page(name: str, keymap: Keymap | None = None) -> str:
    """A page in Markdown with its generated tables; `keymap` has the user's own keys."""
    return _MADE.sub(lambda mark: _made(mark[1], keymap), text_of(name))


# What the pages get from the code


def _made(part: str, keymap: Keymap | None) -> str:
    makers = {
        "keys": lambda: keys_page(keymap),
        "settings": _settings,
        "signs": signs,
        "commands": lambda: _tables("Command", GROUPS),
        "results": results_table,
        "paper": paper_keys,
    }
    return makers[part]()


def results_table() -> str:
    """What commands print with --json."""
    return table("With `--json`", "prints the keys", table_of(json_forms()))


def paper_keys() -> str:
    """The keys of a paper in JSON."""
    from reader.actions.export import RECORD_KEYS

    return f"A paper has {', '.join(map(code, RECORD_KEYS))}."


def keys_page(keymap: Keymap | None) -> str:
    """The keys in Markdown, by their groups."""
    from reader.keys.keymap import Keymap

    keymap = keymap or Keymap()
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in keymap.actions:
        keys = " ".join(map(code, keymap.labels(action.id))) or "no key"
        groups.setdefault(action.group, []).append((keys, f"{action.name}: {action.help} `{action.id}`"))
    return "\n\n".join(f"### {group}\n\n{table('Keys', 'What they do', found)}" for group, found in groups.items())


def _settings() -> str:
    from reader.commands.settings_file import setting_docs
    from reader.config import SETTING_TYPES, Settings
    from reader.core.settings.types import SINGLE, TABLES, as_toml

    found = []
    for name, about in setting_docs().items():
        if name in SINGLE:
            defaults = SINGLE[name]()
            docs = setting_docs(SINGLE[name]).items()
            found += [(code(f"{name}.{key} = {as_toml(getattr(defaults, key))}"), text) for key, text in docs]
        elif name == "keys" or name in TABLES:
            found.append((code(f"[[{name}]]" if name in TABLES else f"[{name}]"), about))
        else:
            value = as_toml(getattr(Settings(), name))
            found.append((code(f"{name} = {value}"), f"{about} Takes {SETTING_TYPES[name].about}."))
    return table("Setting and default", "What it does", found)


def signs() -> str:
    """The signs in Markdown, also as ASCII."""
    from reader.ui.kit.glyphs import ASCII, MEANINGS, UNICODE

    found = []
    for field, name, about in MEANINGS:
        drawn = (str(getattr(glyphs, field)).strip() for glyphs in (UNICODE, ASCII))
        found.append((" ".join(code(sign) for sign in drawn if sign), f"{name}: {about}"))
    return table("Sign, ASCII", "Meaning", found)


def all_table() -> str:
    """Every page of the manual, and every command under the heading of its group."""
    added = {name: f"of {entry.package}" for name, entry in installed.others().items()}
    more = {"Of extensions": added} if added else {}
    return _tables("Name", {"Pages of the manual": gists_of_pages(), **GROUPS, **more})


def _tables(first: str, groups: Mapping[str, Mapping[str, str]]) -> str:
    tables = (
        (title, table(first, "What it is for", [(code(name), gist) for name, gist in found.items()]))
        for title, found in groups.items()
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in tables)
