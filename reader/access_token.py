"""Hides the user's secrets from other programs.

First of all, the program moves the token from its environment into this module, since libraries such as `webbrowser`
start programs, too. The process that runs jobs gets it through its pipe.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

TOKEN_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
"""Variables that hold a secret: the reader uses the first one for the feed."""

MAIL_PASSWORD = "DAILYPAPERS_SMTP_PASSWORD"  # noqa: S105 (a name)
"""The variable with the mail server's password, which no other program gets."""

SERVER_VARIABLES = ("PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE", "PGSSLKEY")
"""Variables with which PostgreSQL's library finds a password."""

_SECRETS = (*TOKEN_VARIABLES, MAIL_PASSWORD, *SERVER_VARIABLES)

_hidden: dict[str, str] = {}


def hide_tokens() -> None:
    """Move the tokens and the password out of this process's environment; `lookup_environment` still has them."""
    hold_tokens({name: os.environ[name] for name in _SECRETS if name in os.environ})
    for name in _SECRETS:
        os.environ.pop(name, None)


def hold_tokens(tokens: Mapping[str, str]) -> None:
    """Hold tokens, by variable, instead of those held before."""
    _hidden.clear()
    _hidden.update(tokens)


@contextmanager
def server_environment() -> Iterator[None]:
    """Put the variables of a PostgreSQL server into the environment, where its library expects them."""
    shown = {name: _hidden[name] for name in SERVER_VARIABLES if name in _hidden and name not in os.environ}
    os.environ.update(shown)
    try:
        yield
    finally:
        for name in shown:
            os.environ.pop(name, None)


def held_secrets() -> dict[str, str]:
    """The tokens and the passwords of servers by variable, for a process that runs this program."""
    environ = lookup_environment()
    return {name: environ[name] for name in _SECRETS if name in environ}


def lookup_environment() -> dict[str, str]:
    """The environment with the tokens, to look values up in; never give it to another program."""
    return {**_hidden, **os.environ}


def child_environment() -> dict[str, str]:
    """The environment for another program: the user's own, without the tokens."""
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}
