"""The settings file: a new one with explanations, and changes of single values or in the user's editor."""

from __future__ import annotations

import ast
import inspect
import os
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from reader.commands.workspace import Workspace
from reader.config import SETTING_TYPES, Settings
from reader.core.errors import ConfigError, ReaderError, UsageError
from reader.core.nearest import nearest
from reader.core.settings.tables import LIST_SETTINGS, LIST_TABLES, SINGLE, TABLES, UserCommand
from reader.core.settings.toml import (
    MalformedLine,
    Statement,
    explain_toml,
    parse_toml,
    read_statements,
)
from reader.core.settings.types import as_toml, setting_types
from reader.settings_reader import Mistake, load_text, read_text, replace_text, write_text

KEYS = "keys."
"""Prefix of the names of key bindings, such as `keys.paper.star`."""


def key_of(name: str) -> tuple[str, ...]:
    """A setting's key in the file: `theme`, `keys.paper.star`; raises UsageError for an unknown one."""
    if name.startswith(KEYS):
        from reader.ui.features import known_actions

        action = name.removeprefix(KEYS)
        actions = [one.id for one in known_actions()]
        if action in actions:
            return ("keys", action)
        meant = nearest(action, actions)
        raise UsageError(
            f"There is no action {action!r}. {_advice(f'{KEYS}{meant}' if meant else None, 'config keys')}"
        )
    table, _, key = name.partition(".")
    if key and table in SINGLE:
        names = setting_types(SINGLE[table])
        if key in names:
            return (table, key)
        meant = nearest(key, names)
        raise UsageError(f"{table} has no {key!r}. {_advice(f'{table}.{meant}' if meant else None, 'config show')}")
    if name in SETTING_TYPES and name != "keys":
        return (name,)
    if name in (*LIST_TABLES, *LIST_SETTINGS):
        raise UsageError(
            f"{name} is no setting: your lists are beside your marks. 'dailypapers views edit' changes them."
        )
    meant = nearest(name, [one for one in SETTING_TYPES if one != "keys"])
    raise UsageError(f"There is no setting {name!r}. {_advice(meant, 'config show')}")


def _advice(meant: str | None, listing: str) -> str:
    return f"Did you mean {meant}?" if meant else f"'dailypapers {listing}' lists them."


def set_value(workspace: Workspace, name: str, words: Sequence[str]) -> None:
    """Write one setting to the file; on ReaderError the file is unchanged."""
    key = key_of(name)
    if name in SINGLE:
        raise UsageError(
            f"{name} is a table: set {name}.{next(iter(setting_types(SINGLE[name])))} or another of its keys."
        )
    if name in TABLES:
        raise UsageError(f"{name} are tables and have no single value. 'dailypapers config edit' changes them.")
    file = workspace.config_file
    before = read_text(file)
    typed = " ".join(words)
    if name == "sync" and typed:
        from reader.cache.places import shared_place

        # A relative folder would later mean another one.
        typed = shared_place(typed, Path())
    wrong: list[str] = []
    # Anything that is not TOML, or not of the setting's type, is a text.
    for value in (*_as_toml_value(typed), typed):
        after = _with_value(before, key, value, file)
        loaded = load_text(file, after)
        mistakes = [one for one in loaded.mistakes if one.key == name and "set a second time" not in one.message]
        if not mistakes:
            break
        wrong.append(mistakes[0].said)
    else:
        raise UsageError(wrong[0])
    if _statements(after) != _statements(before) | {key: value}:
        raise ConfigError(
            f"{name} can't be set in {file} because of how the file is written. Use 'dailypapers config edit'."
        )
    if key[0] == "keys":
        _check_keys(workspace, key[1], loaded.settings.keys[key[1]])
    write_text(workspace.config_file, after)


def _with_value(text: str, key: Sequence[str], value: object, file: Path) -> str:
    """The text of a settings file with another value; comments stay. Raises ConfigError for a file that is no TOML."""
    import tomlkit

    _check_toml(text, file)
    document = tomlkit.parse(text)
    *tables, name = key
    if not tables and name not in document:
        # The library would put it between the first table and the comment above that.
        return _with_line(text, tomlkit.dumps({name: value}).rstrip("\n"))
    inside: Any = document
    for table in tables:
        inside = inside.setdefault(table, tomlkit.table())
    inside[name] = value
    return tomlkit.dumps(document)


def _with_line(text: str, line: str) -> str:
    """The text with a line after its last value outside tables, or after the comment at its top."""
    lines = text.splitlines()
    values = takewhile(lambda one: isinstance(one, MalformedLine) or one.value is not None, read_statements(text))
    top = len(list(takewhile(lambda one: one.startswith("#"), lines)))
    at = max((one.last for one in values if isinstance(one, Statement)), default=top)
    end = "\r\n" if "\r\n" in text else "\n"
    return "".join(f"{one}{end}" for one in (*lines[:at], line, *lines[at:]))


def _check_toml(text: str, file: Path) -> None:
    """Raise ConfigError with the place of invalid TOML."""
    try:
        parse_toml(text)
    except (ValueError, RecursionError) as error:
        wrong = next((one for one in read_statements(text) if isinstance(one, MalformedLine)), None)
        line, said = (wrong.line, wrong.message) if wrong else explain_toml(error)
        where = f"{file}:{line}" if line else str(file)
        raise ConfigError(f"{where}: {said}. It was not changed: 'dailypapers config edit' opens it.") from error


def _statements(text: str) -> dict[tuple[str, ...], object]:
    """Every key of a TOML text, with its first value; malformed lines are skipped."""
    found = [one for one in read_statements(text) if isinstance(one, Statement) and one.value is not None]
    return {one.key: one.value for one in reversed(found)}


def _check_keys(workspace: Workspace, action: str, keys: Any) -> None:
    from reader.keys.keymap import Keymap

    keymap = Keymap.of(workspace.settings, {**workspace.settings.keys, action: keys})
    wrong = next((one for one in keymap.mistakes if one.action == action), None)
    if wrong is not None:
        raise UsageError(Mistake("", 0, f"{KEYS}{action}", f"has a mistake: {wrong.problem}", wrong.suggestion).said)


def _as_toml_value(text: str) -> list[object]:
    """The value of a text in TOML, if it is of a type used by settings."""
    try:
        values = list(tomllib.loads(f"value = {text}").values())
    except (ValueError, RecursionError):
        return []
    return values if len(values) == 1 and isinstance(values[0], bool | int | float | str | list) else []


def edit(workspace: Workspace) -> None:
    """Open the file in the user's editor and wait; a missing file is created with explanations."""
    file = workspace.config_file
    if not file.exists():
        replace_text(file, template())
    open_in_editor(file)


def open_in_editor(file: Path) -> None:
    """Open a file in the user's editor and wait; raises ReaderError if that fails."""
    from reader.actions import programs

    is_named = any(os.environ.get(name) for name in programs.VARIABLES)
    if not is_named and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ReaderError("There is no terminal for an editor. Set EDITOR to one that needs none.")
    command = programs.find_editor(os.environ)
    if command is None:
        raise ReaderError("No editor was found. Set EDITOR to your editor.")
    try:
        is_well = programs.edit(command, file)
    except OSError as error:
        raise ReaderError(f"{command[0]} can't be run: {error.strerror}. Set EDITOR to your editor.") from error
    if not is_well:
        raise ReaderError(f"{command[0]} ended with an error. Check {file} before you continue.")


# A new file


EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "commands": {"name": "Summary", "run": "ollama run llama3.2 'Explain this paper in three sentences.'"},
}
"""Commented examples of each table in a new file."""


def setting_docs(kind: type = Settings) -> dict[str, str]:
    """The docstring of each field, read from its source."""
    found: dict[str, str] = {}
    name = ""
    (declared,) = ast.parse(inspect.getsource(kind)).body
    for node in declared.body if isinstance(declared, ast.ClassDef) else ():
        match node:
            case ast.AnnAssign(target=ast.Name(id=declared_name)):
                name = declared_name if declared_name in setting_types(kind) else ""
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = " ".join(text.split())
    return found


def template() -> str:
    """A new settings file: every setting with its documentation, commented out at its default."""
    lines = ["# Settings of dailypapers. Remove the # in front of a line to change it."]
    defaults = Settings()
    for name, text in setting_docs().items():
        lines += ["", *_comment(text)]
        if name == "keys":
            lines += ["[keys]", '# "paper.star" = "s"']
        elif name in SINGLE:
            lines += _single(name)
        elif name in TABLES:
            lines += _table(name)
        else:
            lines += _comment(f"Takes {SETTING_TYPES[name].about}.")
            lines.append(f"# {name} = {as_toml(getattr(defaults, name))}")
    return "\n".join(lines) + "\n"


def _single(name: str) -> Iterator[str]:
    kind = SINGLE[name]
    yield f"[{name}]"
    for key, text in setting_docs(kind).items():
        yield from _comment(text)
        yield f"# {key} = {as_toml(getattr(kind(), key))}"


def _table(name: str) -> Iterator[str]:
    """A commented table with an example, and the other keys at their defaults."""
    example = EXAMPLES[name]
    docs = setting_docs(UserCommand) if name == "commands" else {}
    yield f"# [[{name}]]"
    for key in setting_types(TABLES[name]):
        if key in example:
            yield f"# {key} = {as_toml(example[key])}"
        elif key in docs:
            default = as_toml(getattr(UserCommand("", ""), key))
            yield from _comment(docs[key], "#   # ")
            yield f"# {key} = {default}"


def _comment(text: str, begin: str = "# ") -> list[str]:
    return textwrap.wrap(text, 86, initial_indent=begin, subsequent_indent=begin, break_on_hyphens=False)
