"""`dailypapers config`: show, check and create the settings file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from reader import config
from reader.commands.command import Command, add_json
from reader.commands.output import Style, amount, say, say_json
from reader.commands.workspace import Workspace, warn_of_mistakes
from reader.core.errors import ReaderError
from reader.core.setting_types import shown


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("path", "show", "check", "init"),
        metavar="path|show|check|init",
        help="where the file is; what is in effect; what is wrong; write a file with every setting to change",
    )
    add_json(parser)


def _run_config(arguments: Namespace, workspace: Workspace) -> int:
    return {"path": _path, "show": _show, "check": _check, "init": _init}[arguments.what](arguments, workspace)


def _path(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.json:
        say_json({"path": str(workspace.config_file), "exists": workspace.config_file.exists()})
    else:
        say(str(workspace.config_file))
    return 0


def _show(arguments: Namespace, workspace: Workspace) -> int:
    loaded = workspace.loaded
    if arguments.json:
        say_json(
            {
                name: {
                    "value": dict(value) if name == "keys" else value,
                    "from": loaded.origin(name),
                    "about": about,
                }
                for name, about in config.documentation().items()
                for value in [getattr(loaded.settings, name)]
            }
        )
        return 0
    style = Style.of(sys.stdout)
    lines = list(_settings_lines(workspace))
    size = max(len(line) for line, _ in lines)
    for line, origin in lines:
        say(f"{line:{size}}  {style.faint('# ' + origin)}" if origin else line)
    warn_of_mistakes(workspace)
    return 0


def _settings_lines(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Lines as the file would have them, each with where it comes from."""
    loaded = workspace.loaded
    for name in config.RULES:
        if name != "keys":
            yield f"{name} = {shown(getattr(loaded.settings, name))}", loaded.origin(name)
    if loaded.settings.keys:
        yield "", ""
        yield "[keys]", ""
        for action, keys in loaded.settings.keys.items():
            yield f"{shown(action)} = {shown(keys)}", loaded.origin(f"keys.{action}")


def _check(arguments: Namespace, workspace: Workspace) -> int:
    mistakes = workspace.mistakes()
    if arguments.json:
        say_json(
            [
                {
                    "file": one.file,
                    "line": one.line or None,
                    "key": one.key or None,
                    "message": one.message,
                    "suggestion": one.suggestion,
                }
                for one in mistakes
            ]
        )
        return 1 if mistakes else 0
    if mistakes:
        for mistake in mistakes:
            say(str(mistake))
        raise ReaderError(f"{amount(len(mistakes), 'mistake')}; the defaults are used in their place.")
    if workspace.config_file.exists():
        say(f"{workspace.config_file}: no mistakes.")
    else:
        say(f"{workspace.config_file} is not there, so every setting has its default.")
    return 0


def _init(arguments: Namespace, workspace: Workspace) -> int:
    from reader.paths import make_folder

    file = workspace.config_file
    try:
        with make_folder(file).open("x", encoding="utf-8") as out:
            out.write(config.template())
    except FileExistsError as error:
        raise ReaderError(f"{file} is there already and was left as it is. Edit it, or move it away.") from error
    except OSError as error:
        raise ReaderError(f"{file} could not be written: {error.strerror}.") from error
    return _path(arguments, workspace)


COMMAND = Command(
    "config",
    "Tell where the settings are, what is in effect and why, and what is wrong.",
    (
        ("config path", "where the settings file is"),
        ("config show", "each setting, and where its value comes from"),
        ("config check", "mistakes, with their lines and the nearest right words"),
        ("config init", "write a new file with every setting explained"),
    ),
    _add_arguments,
    _run_config,
)
