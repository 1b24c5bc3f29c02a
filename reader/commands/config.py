"""`dailypapers config`: show, change, check and create the settings file, and print the keys."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from types import MappingProxyType

from reader import config
from reader.commands.command import Command, add_actions, expect_names, suggest
from reader.commands.help import keys_page
from reader.commands.output import Style, answer, print_line, print_text, warn
from reader.commands.pages import print_page
from reader.commands.settings_file import edit, key_of, set_value, setting_docs
from reader.commands.workspace import Workspace, warn_of_mistakes
from reader.core.errors import ReaderError
from reader.core.settings.types import SINGLE, TABLES, as_toml
from reader.core.text import amount
from reader.keys.keymap import keys_table


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS)
    suggest(
        parser.add_argument(
            "name", nargs="?", metavar="NAME", help="a setting, or keys.ACTION such as keys.paper.star"
        ),
        _suggest_names,
    )
    suggest(
        parser.add_argument(
            "value", nargs="*", metavar="VALUE", help="for set: the new value, in TOML or as plain text"
        ),
        _suggest_values,
    )


def _suggest_names(given: Sequence[str]) -> Iterable[str]:
    from reader.ui.features import known_actions

    if given[0] not in (GET, SET):
        return ()
    inside = (f"{table}.{one.name}" for table, kind in SINGLE.items() for one in fields(kind))
    names = (name for name in config.SETTING_TYPES if name != "keys" and name not in SINGLE)
    return (*names, *inside, *(f"keys.{action.id}" for action in known_actions()))


def _suggest_values(given: Sequence[str]) -> Iterable[str]:
    kind = config.SETTING_TYPES.get(given[1]) if given[0] == SET else None
    return kind.words if kind else ()


def _run_config(arguments: Namespace, workspace: Workspace) -> int:
    given = [arguments.name, *arguments.value] if arguments.name is not None else []
    expect_names("config", arguments.what, given, {GET: "NAME", SET: "NAME VALUE..."})
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


def _print_value(arguments: Namespace, workspace: Workspace) -> int:
    key = key_of(arguments.name)
    value: object
    if key[0] == "keys":
        from reader.keys.spelling import write_chord

        value = [write_chord(chord) for chord in workspace.keymap.chords(key[1])]
    elif len(key) > 1:
        value = getattr(getattr(workspace.settings, key[0]), key[1])
    else:
        value = _plain(getattr(workspace.settings, key[0]))
    lines = [value if isinstance(value, str) else as_toml(value)]
    if key[0] in TABLES:
        lines = list(_table_lines(workspace, key[0]))
    return answer(arguments, {"value": value, "from": workspace.loaded.origin(".".join(key))}, *lines)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [asdict(one) if is_dataclass(one) else one for one in value] if isinstance(value, tuple) else value  # type: ignore[arg-type]


def _set_value(arguments: Namespace, workspace: Workspace) -> int:
    set_value(workspace, arguments.name, arguments.value)
    now = Workspace()
    variable = config.VARIABLES.get(arguments.name)
    if variable and now.loaded.origin(arguments.name) == variable:
        warn(f"{variable} in the environment wins over it.")
    if arguments.name.startswith("keys."):
        for loss in now.keymap.lost:
            if loss.winner == arguments.name.removeprefix("keys."):
                warn(str(loss))
    return _print_value(arguments, now) if arguments.json else 0


def _edit_file(arguments: Namespace, workspace: Workspace) -> int:
    edit(workspace)
    return _print_mistakes(arguments, Workspace())


def _print_path(arguments: Namespace, workspace: Workspace) -> int:
    file = workspace.config_file
    return answer(arguments, {"path": str(file), "exists": file.exists()}, str(file))


def _print_settings(arguments: Namespace, workspace: Workspace) -> int:
    loaded = workspace.loaded
    if arguments.json:
        found = {name: (_plain(getattr(loaded.settings, name)), about) for name, about in setting_docs().items()}
        record = {
            name: {"value": value, "from": loaded.origin(name), "about": about}
            for name, (value, about) in found.items()
        }
        return answer(arguments, record)
    style = Style.of(sys.stdout)
    lines = list(_settings_lines(workspace))
    size = max(len(line) for line, _ in lines)
    for line, origin in lines:
        print_line(f"{line:{size}}  {style.faint('# ' + origin)}" if origin else line)
    warn_of_mistakes(workspace)
    return 0


def _settings_lines(workspace: Workspace) -> Iterator[tuple[str, str]]:
    loaded = workspace.loaded
    for name in config.SETTING_TYPES:
        if name != "keys" and name not in SINGLE and name not in TABLES:
            yield f"{name} = {as_toml(getattr(loaded.settings, name))}", loaded.origin(name)
    if loaded.settings.keys:
        yield "", ""
        yield "[keys]", ""
        for action, keys in loaded.settings.keys.items():
            yield f"{as_toml(action)} = {as_toml(keys)}", loaded.origin(f"keys.{action}")
    for table in SINGLE:
        yield from (("", ""), (f"[{table}]", ""))
        for key, one in asdict(getattr(loaded.settings, table)).items():
            yield f"{key} = {as_toml(one)}", loaded.origin(f"{table}.{key}")
    for table in TABLES:
        for line in _table_lines(workspace, table):
            yield line, loaded.origin(table) if line.startswith("[[") else ""


def _table_lines(workspace: Workspace, table: str) -> Iterator[str]:
    """The tables of a kind, in the form of the settings file, without defaults."""
    for entry in getattr(workspace.settings, table):
        yield from ("", f"[[{table}]]")
        for one in fields(entry):
            value = getattr(entry, one.name)
            if value != one.default:
                yield f"{one.name} = {as_toml(value)}"


def _print_mistakes(arguments: Namespace, workspace: Workspace) -> int:
    mistakes = workspace.mistakes()
    for lost in workspace.keymap.lost:
        warn(str(lost))
    if arguments.json:
        answer(arguments, [asdict(one) | {"line": one.line or None, "key": one.key or None} for one in mistakes])
        return 1 if mistakes else 0
    if mistakes:
        for mistake in mistakes:
            print_text(str(mistake))
        raise ReaderError(f"{amount(len(mistakes), 'mistake')}; the defaults are used in their place.")
    if workspace.config_file.exists():
        print_text(f"{workspace.config_file}: no mistakes.")
    else:
        print_text(f"{workspace.config_file} does not exist, so every setting has its default.")
    return 0


def _print_keys(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.json:
        return answer(arguments, keys_table(workspace.keymap))
    print_page(keys_page(workspace.keymap), paged=True)
    warn_of_mistakes(workspace)
    return 0


GET, SET = "get", "set"

ACTIONS: Mapping[str, tuple[Callable[[Namespace, Workspace], int], str]] = MappingProxyType(
    {
        "path": (_print_path, "print where the file is"),
        "show": (_print_settings, "print the settings in effect, and where each comes from"),
        GET: (_print_value, "print one setting"),
        SET: (_set_value, "write one setting to the file, if its value is valid; comments stay"),
        "edit": (_edit_file, "open the file in $VISUAL or $EDITOR, then check it; a new one explains every setting"),
        "keys": (_print_keys, "print every key of the reader, including your own"),
        "check": (_print_mistakes, "print mistakes, and the default keys that yours replace"),
    }
)


_MISTAKES = "array: file, line, key, message, suggestion"
_FIELDS = {
    GET: "value, from, about",
    SET: "value, from, about",
    "path": "path, exists",
    "check": _MISTAKES,
    "edit": _MISTAKES,
    "show": "by name: value, from, about",
    "keys": "array: id, keys, name, help, group, contexts, repeatable",
}

COMMAND = Command(
    "config",
    "Print, change and check the settings; print the keys.",
    (),
    _add_arguments,
    _run_config,
    _FIELDS,
)
