"""`dailypapers config`: show, check and create the settings file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from reader import config
from reader.commands.command import Command, add_json
from reader.commands.output import Style, amount, print_json, print_line
from reader.commands.workspace import Workspace, warn_of_mistakes
from reader.core.errors import ReaderError
from reader.core.setting_types import as_toml


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("path", "show", "check", "init"),
        metavar="path|show|check|init",
        help="print the file's path; print the settings in effect; print mistakes; write a new file with every setting",
    )
    add_json(parser)


def _run_config(arguments: Namespace, workspace: Workspace) -> int:
    run = {"path": _print_path, "show": _print_settings, "check": _print_mistakes, "init": _write_template}
    return run[arguments.what](arguments, workspace)


def _print_path(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.json:
        print_json({"path": str(workspace.config_file), "exists": workspace.config_file.exists()})
    else:
        print_line(str(workspace.config_file))
    return 0


def _print_settings(arguments: Namespace, workspace: Workspace) -> int:
    loaded = workspace.loaded
    if arguments.json:
        print_json(
            {
                name: {
                    "value": dict(value) if name == "keys" else value,
                    "from": loaded.origin(name),
                    "about": about,
                }
                for name, about in config.setting_docs().items()
                for value in [getattr(loaded.settings, name)]
            }
        )
        return 0
    style = Style.of(sys.stdout)
    lines = list(_settings_lines(workspace))
    size = max(len(line) for line, _ in lines)
    for line, origin in lines:
        print_line(f"{line:{size}}  {style.faint('# ' + origin)}" if origin else line)
    warn_of_mistakes(workspace)
    return 0


def _settings_lines(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Lines in the form of the settings file, each with the origin of its value."""
    loaded = workspace.loaded
    for name in config.SETTING_TYPES:
        if name != "keys":
            yield f"{name} = {as_toml(getattr(loaded.settings, name))}", loaded.origin(name)
    if loaded.settings.keys:
        yield "", ""
        yield "[keys]", ""
        for action, keys in loaded.settings.keys.items():
            yield f"{as_toml(action)} = {as_toml(keys)}", loaded.origin(f"keys.{action}")


def _print_mistakes(arguments: Namespace, workspace: Workspace) -> int:
    mistakes = workspace.mistakes()
    if arguments.json:
        print_json(
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
            print_line(str(mistake))
        raise ReaderError(f"{amount(len(mistakes), 'mistake')}; the defaults are used in their place.")
    if workspace.config_file.exists():
        print_line(f"{workspace.config_file}: no mistakes.")
    else:
        print_line(f"{workspace.config_file} does not exist, so every setting has its default.")
    return 0


def _write_template(arguments: Namespace, workspace: Workspace) -> int:
    from reader.paths import make_folder, open_private

    file = workspace.config_file
    try:
        with open_private(make_folder(file), new=True) as out:
            out.write(config.template())
    except FileExistsError as error:
        raise ReaderError(f"{file} is there already and was left as it is. Edit it, or move it away.") from error
    except OSError as error:
        raise ReaderError(f"{file} could not be written: {error.strerror}.") from error
    return _print_path(arguments, workspace)


COMMAND = Command(
    "config",
    "Print where the settings are, what is in effect and why, and what is wrong.",
    (
        ("config path", "where the settings file is"),
        ("config show", "each setting, and where its value comes from"),
        ("config check", "mistakes, with their lines and the nearest right words"),
        ("config init", "write a new file with every setting explained"),
    ),
    _add_arguments,
    _run_config,
)
