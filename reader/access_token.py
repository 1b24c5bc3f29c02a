"""Hide the user's secrets from other programs.

When it starts, the program moves access tokens and passwords from its environment into this module, because libraries
such as `webbrowser` pass on the environment to other programs. The process that runs jobs gets them through a pipe.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

TOKEN_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
"""Environment variables with an access token; the feed gets the token of the first."""

MAIL_PASSWORD = "DAILYPAPERS_SMTP_PASSWORD"  # noqa: S105 (a name)
"""The environment variable with the mail server's password."""

SERVER_VARIABLES = ("PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE", "PGSSLKEY")
"""Environment variables in which PostgreSQL's library finds a password."""

_SECRETS = (*TOKEN_VARIABLES, MAIL_PASSWORD, *SERVER_VARIABLES)

_hidden: dict[str, str] = {}


def hide_tokens() -> None:
    """Move tokens and passwords out of this process's environment; `lookup_environment` still returns them."""
    hold_tokens({name: os.environ[name] for name in _SECRETS if name in os.environ})
    for name in _SECRETS:
        os.environ.pop(name, None)


def hold_tokens(tokens: Mapping[str, str]) -> None:
    """Replace the hidden tokens by these, which are keyed by environment variable."""
    _hidden.clear()
    _hidden.update(tokens)


@contextmanager
def server_environment() -> Iterator[None]:
    """Restore the variables of a PostgreSQL server in the environment, where its library expects them."""
    shown = {name: _hidden[name] for name in SERVER_VARIABLES if name in _hidden and name not in os.environ}
    os.environ.update(shown)
    try:
        yield
    finally:
        for name in shown:
            os.environ.pop(name, None)


def held_secrets() -> dict[str, str]:
    """The tokens and passwords by environment variable, for another process of this program."""
    environ = lookup_environment()
    return {name: environ[name] for name in _SECRETS if name in environ}


def lookup_environment() -> dict[str, str]:
    """The environment with the tokens and passwords, for look-ups; never pass it to another program."""
    return {**_hidden, **os.environ}


def child_environment() -> dict[str, str]:
    """The environment for another program, without tokens and passwords."""
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}
