"""Commands about the program itself: config, keys, completions."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from reader import config
from reader.commands.command import Command, add_json
from reader.commands.output import Style, amount, say, say_json, warn
from reader.commands.workspace import Session
from reader.core.errors import ReaderError
from reader.core.setting_types import as_toml

SHELLS = ("bash", "zsh", "fish")


def _config_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=("path", "show", "check", "init"),
        metavar="path|show|check|init",
        help="where the file is; what is in effect; what is wrong; write a file with every setting to change",
    )
    add_json(parser)


def _config(arguments: Namespace, session: Session) -> int:
    return {"path": _path, "show": _show, "check": _check, "init": _init}[arguments.what](arguments, session)


def _path(arguments: Namespace, session: Session) -> int:
    if arguments.json:
        say_json({"path": str(session.config_file), "exists": session.config_file.exists()})
    else:
        say(str(session.config_file))
    return 0


def _show(arguments: Namespace, session: Session) -> int:
    loaded = session.loaded
    if arguments.json:
        say_json(
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
    lines = list(_settings_lines(session))
    size = max(len(line) for line, _ in lines)
    for line, origin in lines:
        say(f"{line:{size}}  {style.faint('# ' + origin)}" if origin else line)
    _tell_mistakes(session)
    return 0


def _settings_lines(session: Session) -> Iterator[tuple[str, str]]:
    """Lines as the file would have them, each with where it comes from."""
    loaded = session.loaded
    for name in config.SETTING_TYPES:
        if name != "keys":
            yield f"{name} = {as_toml(getattr(loaded.settings, name))}", loaded.origin(name)
    if loaded.settings.keys:
        yield "", ""
        yield "[keys]", ""
        for action, keys in loaded.settings.keys.items():
            yield f"{as_toml(action)} = {as_toml(keys)}", loaded.origin(f"keys.{action}")


def _check(arguments: Namespace, session: Session) -> int:
    mistakes = session.mistakes()
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
    if session.config_file.exists():
        say(f"{session.config_file}: no mistakes.")
    else:
        say(f"{session.config_file} is not there, so every setting has its default.")
    return 0


def _tell_mistakes(session: Session) -> None:
    if mistakes := session.mistakes():
        warn(f"{amount(len(mistakes), 'mistake')} in the settings: 'dailypapers config check' tells them.")


def _init(arguments: Namespace, session: Session) -> int:
    from reader.paths import make_folder

    file = session.config_file
    try:
        with make_folder(file).open("x", encoding="utf-8") as out:
            out.write(config.template())
    except FileExistsError as error:
        raise ReaderError(f"{file} is there already and was left as it is. Edit it, or move it away.") from error
    except OSError as error:
        raise ReaderError(f"{file} could not be written: {error.strerror}.") from error
    return _path(arguments, session)


def _keys_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table", help="how to print them")
    add_json(parser)


def _keys(arguments: Namespace, session: Session) -> int:
    from reader.keys.listing import keys_table

    say(keys_table("json" if arguments.json else arguments.format, session.keymap))
    _tell_mistakes(session)
    return 0


def _completions_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="|".join(SHELLS), help="the shell to print a script for")


def _completions(arguments: Namespace, _session: Session) -> int:
    import shtab

    from reader.commands.registry import tree

    say(shtab.complete(tree(), arguments.shell))
    return 0


COMMANDS: Sequence[Command] = (
    Command(
        "config",
        "Tell where the settings are, what is in effect and why, and what is wrong.",
        (
            ("config path", "where the settings file is"),
            ("config show", "each setting, and where its value comes from"),
            ("config check", "mistakes, with their lines and the nearest right words"),
            ("config init", "write a new file with every setting explained"),
        ),
        _config_arguments,
        _config,
    ),
    Command(
        "keys",
        "Print every key of the reader, yours included.",
        (("keys", "for reading"), ("keys --format markdown", "for a document")),
        _keys_arguments,
        _keys,
    ),
    Command(
        "completions",
        "Print a script that completes dailypapers in a shell.",
        (
            ("completions bash > ~/.local/share/bash-completion/completions/dailypapers", "for bash"),
            ("completions fish > ~/.config/fish/completions/dailypapers.fish", "for fish"),
        ),
        _completions_arguments,
        _completions,
    ),
)
