"""`dailypapers config`: show, change, check and create the settings file, and print the keys."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

from reader.commands.command import Actions, Command, add_actions, expect_names, suggest
from reader.commands.help import keys_page
from reader.commands.output import MAX_PROSE_COLUMNS, Style, answer, print_line, print_text, warn
from reader.commands.pages import print_page
from reader.commands.workspace import Workspace, mistakes_in, warn_of_mistakes
from reader.config import SETTING_TYPES, VARIABLES, Settings, setting_docs
from reader.core.errors import ConfigError, ReaderError, UsageError
from reader.core.nearest import advice
from reader.core.settings.standing import FORMER_LISTS
from reader.core.settings.toml import InvalidToml, parse_toml
from reader.core.settings.types import KEY_TABLE, SettingType, as_toml, setting_types
from reader.core.text import amount
from reader.keys.keymap import keys_table
from reader.settings_reader import Mistake, load_text, read_text, write_text


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS)
    about = "a setting, or keys.ACTION such as keys.paper.star"
    suggest(parser.add_argument("name", nargs="?", metavar="NAME", help=about), _suggest_names)
    about = "for set: the new value, in TOML or as plain text"
    suggest(parser.add_argument("value", nargs="*", metavar="VALUE", help=about), _suggest_values)


def _suggest_names(given: Sequence[str]) -> Iterable[str]:
    return _single_settings() if given[0] in (GET, SET) else ()


def _suggest_values(given: Sequence[str]) -> Iterable[str]:
    kind = _single_settings().get(given[1]) if given[0] == SET else None
    return kind.words if kind else ()


def _single_settings() -> dict[str, SettingType]:
    """The settings that have a single value, by name; settings in a table have dotted names."""
    from reader.keys.actions import ACTIONS

    settings: dict[str, SettingType] = {}
    for name, kind in SETTING_TYPES.items():
        if kind is KEY_TABLE:
            settings |= dict.fromkeys((f"{name}.{action.id}" for action in ACTIONS), kind)
        elif kind.table is None:
            settings[name] = kind
        elif not kind.is_repeated:
            settings |= {f"{name}.{key}": inner for key, inner in setting_types(kind.table).items()}
    return settings


def _run_config(arguments: Namespace, workspace: Workspace) -> int:
    given = [arguments.name, *arguments.value] if arguments.name is not None else []
    expect_names("config", arguments.what, given, {GET: "NAME", SET: "NAME VALUE..."})
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


def _print_value(arguments: Namespace, workspace: Workspace) -> int:
    table, *inner = key_of(arguments.name)
    value: object = _json_value(getattr(workspace.settings, table))
    if table == "keys":
        from reader.keys.spelling import write_chord

        value = [write_chord(chord) for chord in workspace.keymap.chords(inner[0])]
    elif inner:
        value = getattr(getattr(workspace.settings, table), inner[0])
    record = {"value": value, "from": workspace.loaded_settings.origin(".".join((table, *inner)))}
    return answer(arguments, record, value if isinstance(value, str) else as_toml(value))


def _json_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [_json_value(item) for item in value] if isinstance(value, tuple) else value


def _set_value(arguments: Namespace, workspace: Workspace) -> int:
    set_value(workspace, arguments.name, arguments.value)
    now = Workspace()
    variable = VARIABLES.get(arguments.name)
    if variable and now.loaded_settings.origin(arguments.name) == variable:
        warn(f"{variable} in the environment wins over it.")
    return _print_value(arguments, now) if arguments.json else 0


def _edit_file(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.config_file
    if not file.exists():
        write_text(file, template())
    open_in_editor(file)
    return _print_mistakes(arguments, Workspace())


def _print_path(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.config_file
    return answer(arguments, {"path": str(file), "exists": file.exists()}, str(file))


def _print_settings(arguments: Namespace, workspace: Workspace) -> int:
    loaded = workspace.loaded_settings
    if arguments.json:
        record = {
            name: {"value": _json_value(getattr(loaded.settings, name)), "from": loaded.origin(name), "about": about}
            for name, about in setting_docs().items()
        }
        return answer(arguments, record)
    style = Style.of(sys.stdout)
    lines = list(_settings_lines(workspace))
    size = max(len(line) for line, _ in lines if len(line) <= MAX_PROSE_COLUMNS)
    for line, origin in lines:
        print_line(f"{line:{size}}  {style('muted', '# ' + origin)}")
    warn_of_mistakes(workspace)
    return 0


def _settings_lines(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """The settings in effect as lines of a settings file, each with the origin of its value."""
    origin = workspace.loaded_settings.origin
    for name, kind in SETTING_TYPES.items():
        value = _json_value(getattr(workspace.settings, name))
        if isinstance(value, dict):
            for key, inner in value.items():
                yield f"{name}.{as_toml(key) if '.' in key else key} = {as_toml(inner)}", origin(f"{name}.{key}")
        elif value or not kind.is_repeated:
            yield f"{name} = {as_toml(value)}", origin(name)


def _print_mistakes(arguments: Namespace, workspace: Workspace) -> int:
    mistakes = workspace.mistakes()
    if arguments.json:
        answer(
            arguments,
            [asdict(mistake) | {"line": mistake.line or None, "key": mistake.key or None} for mistake in mistakes],
        )
        return 1 if mistakes else 0
    if mistakes:
        for mistake in mistakes:
            print_text(str(mistake))
        raise ReaderError(f"{amount(len(mistakes), 'mistake')}; defaults are used instead.")
    if workspace.config_file.exists():
        print_text(f"{workspace.config_file}: no mistakes.")
    else:
        print_text(f"{workspace.config_file} does not exist, so every setting has its default.")
    return 0


def _print_keys(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.json:
        return answer(arguments, keys_table(workspace.keymap))
    print_page(keys_page(workspace.keymap))
    warn_of_mistakes(workspace)
    return 0


# Change the file


def key_of(name: str) -> tuple[str, ...]:
    """The parts of a setting's key in the file, such as `keys` and `paper.star`; raises UsageError if it is unknown."""
    known = [*_single_settings(), *(table for table, kind in SETTING_TYPES.items() if kind is not KEY_TABLE)]
    if name in FORMER_LISTS:
        raise UsageError(f"{name} is not a setting: it is stored with your marks. 'dailypapers views edit' changes it.")
    if name not in known:
        listing = "keys" if name.startswith("keys.") else "show"
        alike = (setting_name for setting_name in known if ("." in setting_name) == ("." in name))
        meant = advice(name, alike, f"'dailypapers config {listing}' lists them.")
        raise UsageError(f"There is no setting {name!r}. {meant}")
    return tuple(name.split(".", 1))


def set_value(workspace: Workspace, name: str, words: Sequence[str]) -> None:
    """Write one setting to the file; if the value is invalid, raise ReaderError and leave the file unchanged."""
    key = key_of(name)
    if name not in _single_settings():
        raise UsageError(f"{name} is a table and has no single value. 'dailypapers config edit' opens the file.")
    file = workspace.config_file
    before = read_text(file)
    typed = " ".join(words)
    if name == "sync" and typed:
        from reader.cache.places import shared_place

        # A relative path would later depend on the current folder.
        typed = shared_place(typed, Path())
    wrong: Mistake | None = None
    # Try the value as TOML first, then as plain text.
    for value in (*_as_toml_value(typed), typed):
        text = _with_value(before, key, value, file)
        mistakes = mistakes_in(load_text(text, str(file), {}))
        mistake = next((candidate for candidate in mistakes if candidate.key == name), None)
        if mistake is None:
            write_text(file, text)
            return
        wrong = mistake if key[0] == "keys" or wrong is None else wrong
    if wrong is not None:
        raise UsageError(wrong.sentence)


def _with_value(text: str, key: Sequence[str], value: object, file: Path) -> str:
    """The text of a settings file with one value changed; comments stay. Raises ConfigError for invalid TOML."""
    import tomlkit

    try:
        parse_toml(text)
    except InvalidToml as error:
        where = f"{file}:{error.line}" if error.line else str(file)
        raise ConfigError(f"{where}: {error}. It was not changed: 'dailypapers config edit' opens it.") from error
    document = tomlkit.parse(text)
    *tables, name = key
    if not tables and name not in document:
        # tomlkit would insert the line between the first table and its comment: insert it at the top of the file, but
        # below a heading.
        heading = re.match(r"(?:#.*\n)+(?=\r?\n)", text)
        at = heading.end() if heading else 0
        return f"{text[:at]}{tomlkit.dumps({name: value})}{text[at:]}"
    inside: Any = document
    for table in tables:
        inside = inside.setdefault(table, tomlkit.table())
    inside[name] = value
    return tomlkit.dumps(document)


def _as_toml_value(text: str) -> list[object]:
    """The text parsed as a TOML value, in a list; empty if it is not TOML, or of a type that no setting has."""
    try:
        values = list(parse_toml(f"value = {text}").values())
    except ValueError:
        return []
    return values if len(values) == 1 and isinstance(values[0], bool | int | float | str | list) else []


def open_in_editor(file: Path) -> None:
    """Open a file in the user's editor, and wait until the editor ends; raises ReaderError."""
    from reader.actions import programs

    is_named = any(os.environ.get(name) for name in programs.VARIABLES)
    if not is_named and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ReaderError("There is no terminal for an editor. Set EDITOR to an editor that does not need a terminal.")
    command = programs.find_editor(os.environ)
    if command is None:
        raise ReaderError("No editor was found. Set EDITOR to your editor.")
    try:
        has_succeeded = programs.edit(command, file)
    except OSError as error:
        raise ReaderError(f"{command[0]} can't be run: {error.strerror}. Set EDITOR to your editor.") from error
    if not has_succeeded:
        raise ReaderError(f"{command[0]} ended with an error. Check {file} before you continue.")


# A new file


EXAMPLE = {"name": "Summary", "run": "ollama run llama3.2 'Explain this paper in three sentences.'"}
"""The example of a table [[commands]] in a new file."""


def template() -> str:
    """A new settings file: every setting with its documentation, commented out at its default."""
    lines = ["# Settings of dailypapers. Remove the # in front of a line to change it."]
    for name, text in setting_docs().items():
        kind = SETTING_TYPES[name]
        lines += ["", *_comment(text)]
        if kind is KEY_TABLE:
            lines += ["[keys]", '# "paper.star" = "s"']
        elif kind.table is None:
            lines += [*_comment(f"Takes {kind.about}."), f"# {name} = {as_toml(getattr(Settings(), name))}"]
        else:
            lines.append(f"# [[{name}]]" if kind.is_repeated else f"[{name}]")
            lines += (f"# {key} = {as_toml(value)}" for key, value in EXAMPLE.items() if kind.is_repeated)
            defaults = {field.name: field.default for field in fields(kind.table)}
            for key, about in setting_docs(kind.table).items():
                lines += [
                    *_comment(about, "#   # " if kind.is_repeated else "# "),
                    f"# {key} = {as_toml(defaults[key])}",
                ]
    return "\n".join(lines) + "\n"


def _comment(text: str, begin: str = "# ") -> list[str]:
    return textwrap.wrap(text, 86, initial_indent=begin, subsequent_indent=begin, break_on_hyphens=False)


# The command


GET, SET = "get", "set"

ACTIONS: Actions = {
    "path": (_print_path, "print the path of the file"),
    "show": (_print_settings, "print the settings in effect, and where each value comes from"),
    GET: (_print_value, "print one setting"),
    SET: (_set_value, "write one setting to the file, if its value is valid; comments stay"),
    "edit": (_edit_file, "open the file in $VISUAL or $EDITOR, then check it; a new file explains every setting"),
    "keys": (_print_keys, "print every key of the reader, including your own"),
    "check": (_print_mistakes, "print the mistakes in the file, the keys and the environment"),
}


COMMAND = Command(
    "config", "Print, change and check the settings; print the keys.", (), _add_arguments, _run_config, has_json=True
)
