"""The tables of the settings: single ones, such as `[digest]`, and repeated ones, such as `[[commands]]`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reader.core.addresses import is_loopback
from reader.core.settings.types import (
    BOOLEAN,
    COMMAND,
    KEY_TEXT,
    MAIL_ADDRESS,
    MAIL_SERVER,
    NAME,
    NAME_LIMIT,
    PROGRAM_LINE,
    TEXT_LINE,
    InvalidValue,
    SettingType,
    nearest,
    number,
    one_of,
    setting,
    setting_types,
)

EXPORT_FORMATS = ("bibtex", "ris", "csl-json", "markdown", "csv", "json", "atom")
"""Names of the formats of exported files."""

INPUTS = ("markdown", "json", "fulltext", "ids")
"""What a command may get on its standard input."""

SHELL = "!"
"""Prefix of a typed command that a shell runs."""


# What standing queries are to those that use them


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query with a name."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class WatchedExport:
    """A file with the papers of a query, rewritten after each change."""

    query: str
    file: str
    format: str = ""
    """The name of a format; empty for that of the file's ending."""
    url: str = ""
    """Where others fetch the file: a feed says so."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to papers that come in and match a query."""

    name: str
    when: str
    then: tuple[str, ...]


# Tables of the settings file


@dataclass(frozen=True, slots=True)
class UserCommand:
    """A program that reads papers on its standard input."""

    name: str = setting(NAME)
    run: str | tuple[str, ...] = setting(PROGRAM_LINE)
    input: str = setting(one_of(INPUTS), "markdown")
    """What it gets: Markdown, the JSON of `list --json`, the full texts as Markdown, or ids, one a line."""
    keep: bool = setting(BOOLEAN, False)
    """Keep what it prints beside the paper; it then runs once for each paper."""
    key: str = setting(KEY_TEXT, "")
    """Keys in the reader, such as `gx`."""
    shell: bool = setting(BOOLEAN, False)
    """Run it by a shell, so that `|`, `>` and `$` mean something."""
    seconds: int = setting(number(1, 3600), 120)
    """Seconds after which it is stopped."""

    @property
    def words(self) -> tuple[str, ...]:
        """The program and its arguments."""
        if self.shell:
            line = self.run if isinstance(self.run, str) else shlex.join(self.run)
            return ("/bin/sh", "-c", line)
        return tuple(shlex.split(self.run)) if isinstance(self.run, str) else self.run


@dataclass(frozen=True, slots=True)
class DigestMail:
    """Where the mail with the digest goes."""

    to: str = setting(MAIL_ADDRESS, "")
    """The address that gets the digest by "digest --send"."""
    sender: str = setting(MAIL_ADDRESS, "")
    """The address that it comes from; empty for the same."""
    server: str = setting(MAIL_SERVER, "")
    """The mail server that takes it, such as "smtp.example.org", or with a port."""
    security: str = setting(one_of(("starttls", "tls", "none")), "starttls")
    """How the connection is encrypted: by STARTTLS (port 587), by TLS from its start (port 465), or not at all, which
    only a server on this machine may do (port 25)."""
    user: str = setting(TEXT_LINE, "")
    """Your name at that server; empty for none."""
    password_command: tuple[str, ...] = setting(COMMAND, ())
    """Program that prints the password, such as ["pass", "mail"]; DAILYPAPERS_SMTP_PASSWORD wins over it."""

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.server, ""
        if not host.endswith("]"):
            host, _, port = host.rpartition(":") if ":" in host.rpartition("]")[2] else (host, "", "")
        return host.strip("[]"), int(port or {"starttls": 587, "tls": 465, "none": 25}[self.security])

    def trouble(self, *, has_sendmail: bool = False) -> str:
        """Why no mail can be sent, as a sentence; empty if one can. Without a server, `sendmail` takes it."""
        if not self.to:
            return "No address is set: 'dailypapers config set digest.to you@example.org'."
        if not self.server:
            return (
                ""
                if has_sendmail
                else "There is no sendmail here: 'dailypapers config set digest.server smtp.example.org'."
            )
        host, _ = self.address
        # A password would be sent unencrypted.
        if self.security == "none" and not is_loopback(host):
            return f"{host} is not on this machine: set digest.security to starttls or tls."
        return ""


SINGLE: Mapping[str, type[DigestMail]] = {"digest": DigestMail}
"""The single tables, by their names in the file."""

TABLES: Mapping[str, type[UserCommand]] = {"commands": UserCommand}
"""The tables that may occur many times, by their names in the file."""


def check_key(kind: type, table: str, key: str, value: object) -> object:
    """The value of a key of a table, which is named in its brackets; raises InvalidValue."""
    types = setting_types(kind)
    if key not in types:
        raise InvalidValue(f"is not a key of {table}", nearest(key, types))
    return types[key].check(value)


def _single_table(name: str) -> SettingType:
    def convert(value: object) -> object:
        if not isinstance(value, SINGLE[name]):
            raise InvalidValue(f"must be a table: write [{name}] on a line of its own")
        return value

    return SettingType(f"a table, after a line [{name}]", convert)


def _tables(name: str) -> SettingType:
    def convert(value: object) -> object:
        if not isinstance(value, tuple):
            raise InvalidValue(f"must be tables: write [[{name}]] on a line of its own")
        return value

    return SettingType(f"tables, each after a line [[{name}]]", convert)


DIGEST, COMMANDS = _single_table("digest"), _tables("commands")
"""The types of these tables as a whole: the settings reader makes their values of the keys in the file."""


def saved_queries(views: Sequence[SavedView]) -> tuple[tuple[str, str], ...]:
    """The saved views as (name, query), for terms that name them."""
    return tuple((one.name, one.query) for one in views)


def parse_command(typed: str, known: Sequence[UserCommand]) -> UserCommand:
    """The command that a typed line means: one of the known ones by its name, a program, or `!` and a line for a shell.

    Raises InvalidValue.
    """
    from reader.core.text import clean

    line = typed.strip()
    name = (line[1:-1] if line[:1] in ("'", '"') and line[-1] == line[0] else line).casefold()
    named = next((one for one in known if one.name.casefold() == name), None)
    if named is not None:
        return named
    shell = line.startswith(SHELL)
    line = line.removeprefix(SHELL).strip()
    if not line:
        raise InvalidValue("needs the name of one of your commands, or a program")
    if not shell:
        PROGRAM_LINE.check(line)
    return UserCommand(clean(line, NAME_LIMIT), line, shell=shell)
