"""The settings file: a new one with explanations, and changes of single values or in the user's editor."""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reader.commands.workspace import Workspace
from reader.config import SETTING_TYPES, Settings
from reader.core.errors import ConfigError, ReaderError, UsageError
from reader.core.nearest import nearest
from reader.core.settings.standing import FORMER_LISTS
from reader.core.settings.toml import explain_toml, parse_toml, read_statements
from reader.core.settings.types import SINGLE, TABLES, InvalidValue, UserCommand, as_toml, keys_of_action, setting_types
from reader.settings_reader import Mistake, read_text, write_text


def key_of(name: str) -> tuple[str, ...]:
    """A setting's key in the file: `theme`, `keys.paper.star`; raises UsageError for an unknown one."""
    table, _, key = name.partition(".")
    listing = "show"
    if table == "keys" and key:
        from reader.ui.features import known_actions

        known, what, listing = [one.id for one in known_actions()], f"There is no action {key!r}", "keys"
    elif table in SINGLE and key:
        known, what = list(setting_types(SINGLE[table])), f"{table} has no {key!r}"
    elif name in FORMER_LISTS:
        raise UsageError(
            f"{name} is no setting: your lists are beside your marks. 'dailypapers views edit' changes them."
        )
    else:
        table, key = "", name
        known, what = [one for one in SETTING_TYPES if one != "keys"], f"There is no setting {name!r}"
    if key in known:
        return (table, key) if table else (key,)
    meant = nearest(key, known)
    said = (
        f"Did you mean {table}{'.' if table else ''}{meant}?"
        if meant
        else f"'dailypapers config {listing}' lists them."
    )
    raise UsageError(f"{what}. {said}")


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
    wrong: InvalidValue | None = None
    # Anything that is not TOML, or not of the setting's type, is a text.
    for value in (*_as_toml_value(typed), typed):
        try:
            _check_value(workspace, key, value)
        except InvalidValue as error:
            wrong = error if key[0] == "keys" or wrong is None else wrong
        else:
            after = _with_value(before, key, value, file)
            # Of a key that is written in two ways, such as "a.b" and a.b, the first counts.
            if next(one.value for one in read_statements(after) if ".".join(one.key) == name) != value:
                raise ConfigError(f"{name} is written in another way in {file}. Use 'dailypapers config edit'.")
            write_text(file, after)
            return
    if wrong is not None:
        raise UsageError(Mistake("", 0, name, str(wrong), wrong.suggestion).said)


def _check_value(workspace: Workspace, key: Sequence[str], value: object) -> None:
    """Raise InvalidValue if a setting does not accept a value."""
    table, inner = key[0], key[-1]
    if table in SINGLE:
        setting_types(SINGLE[table])[inner].check(value)
    elif table != "keys":
        SETTING_TYPES[table].check(value)
    else:
        from reader.keys.keymap import Keymap

        keymap = Keymap.of(workspace.settings, {**workspace.settings.keys, inner: keys_of_action(value)})
        wrong = next((one for one in keymap.mistakes if one.action == inner), None)
        if wrong is not None:
            raise InvalidValue(f"has a mistake: {wrong.problem}", wrong.suggestion)


def _with_value(text: str, key: Sequence[str], value: object, file: Path) -> str:
    """The text of a settings file with another value; comments stay. Raises ConfigError for a file that is no TOML."""
    import tomlkit

    try:
        parse_toml(text)
    except (ValueError, RecursionError) as error:
        line, said = explain_toml(error)
        where = f"{file}:{line}" if line else str(file)
        raise ConfigError(f"{where}: {said}. It was not changed: 'dailypapers config edit' opens it.") from error
    document = tomlkit.parse(text)
    *tables, name = key
    if not tables and name not in document:
        # The library would put it between the first table and the comment above that. A heading stays at the top.
        heading = re.match(r"(?:#.*\n)+(?=\r?\n)", text)
        at = heading.end() if heading else 0
        return f"{text[:at]}{tomlkit.dumps({name: value})}{text[at:]}"
    inside: Any = document
    for table in tables:
        inside = inside.setdefault(table, tomlkit.table())
    inside[name] = value
    return tomlkit.dumps(document)


def _as_toml_value(text: str) -> list[object]:
    """The value of a text in TOML, if it is of a type used by settings."""
    try:
        values = list(parse_toml(f"value = {text}").values())
    except (ValueError, RecursionError):
        return []
    return values if len(values) == 1 and isinstance(values[0], bool | int | float | str | list) else []


def edit(workspace: Workspace) -> None:
    """Open the file in the user's editor and wait; a missing file is created with explanations."""
    file = workspace.config_file
    if not file.exists():
        write_text(file, template())
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


EXAMPLE = {"name": "Summary", "run": "ollama run llama3.2 'Explain this paper in three sentences.'"}
"""The commented table [[commands]] of a new file."""


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
    for name, text in setting_docs().items():
        lines += ["", *_comment(text)]
        if name == "keys":
            lines += ["[keys]", '# "paper.star" = "s"']
        elif name in SINGLE:
            lines.append(f"[{name}]")
            for key, about in setting_docs(SINGLE[name]).items():
                lines += [*_comment(about), f"# {key} = {as_toml(getattr(SINGLE[name](), key))}"]
        elif name in TABLES:
            lines.append(f"# [[{name}]]")
            lines += (f"# {key} = {as_toml(value)}" for key, value in EXAMPLE.items())
            for key, about in setting_docs(UserCommand).items():
                lines += [*_comment(about, "#   # "), f"# {key} = {as_toml(getattr(UserCommand('', ''), key))}"]
        else:
            lines += _comment(f"Takes {SETTING_TYPES[name].about}.")
            lines.append(f"# {name} = {as_toml(getattr(Settings(), name))}")
    return "\n".join(lines) + "\n"


def _comment(text: str, begin: str = "# ") -> list[str]:
    return textwrap.wrap(text, 86, initial_indent=begin, subsequent_indent=begin, break_on_hyphens=False)
