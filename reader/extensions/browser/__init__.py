"""`dailypapers serve`: the reader in a browser, for anyone with the printed address."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from reader import api

OTHERS = "Anyone with this address can read and mark as you, and nothing is encrypted: serve only in a private network."


def port_number(text: str) -> int:
    """A port that can be named, as an argparse type."""
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise ArgumentTypeError(f"{api.bare(text)!r} is not a port: it is a number from 1 to 65535")
    return int(text)


def _add_arguments(parser: ArgumentParser) -> None:
    about = "the port to listen on (default: 8000)"
    parser.add_argument("--port", type=port_number, default=8000, metavar="N", help=about)
    about = (
        "an address of this machine that your other devices can reach (default: 127.0.0.1, which only this machine can)"
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=about)


def _serve(arguments: Namespace, workspace: api.Workspace) -> int:
    try:
        from reader.extensions.browser.server import Address, Guard, serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("aiohttp", "textual_serve"):
            raise
        raise api.ReaderError(api.needs_extra("This needs", "browser")) from error
    guard = Guard(Address.parse(arguments.host, arguments.port))

    def announce() -> None:
        api.print_line(f"The reader is at {guard.entrance}")
        api.print_line("Only a browser that opened this address gets in. Press ctrl+c to stop.")
        sys.stdout.flush()
        if not guard.address.is_local:
            api.warn(OTHERS)

    serve(_command(arguments.log_level), guard, announce)
    return 0


def _command(log_level: str | None) -> str:
    """The shell command that starts a reader with this very program."""
    words = [*api.start_of_program(), *(("--log-level", log_level) if log_level else ())]
    return shlex.join(words)


SERVE = api.Command(
    "serve",
    "Serve the reader to a browser on this or another of your machines; other web pages and users can't get in.",
    (),
    _add_arguments,
    _serve,
)

EXTENSION = api.Extension(name="browser", api=1, commands=(SERVE,))
