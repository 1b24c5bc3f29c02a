"""The tables of the settings: single ones, such as `[digest]`, and repeated ones, such as `[[commands]]`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, TypeAlias, cast

from reader.core.addresses import is_loopback
from reader.core.settings.types import (
    KEY_TEXT,
    MAIL_ADDRESS,
    MAIL_SERVER,
    NAME,
    NAME_LIMIT,
    TEXT_LINE,
    Boolean,
    Command,
    FilePath,
    HiddenViews,
    Hook,
    InvalidValue,
    Number,
    OneOf,
    OneQuery,
    ProgramLine,
    QueryList,
    RuleMarks,
    SettingType,
    WebAddress,
    nearest,
    setting,
    setting_types,
)

EXPORT_FORMATS = ("bibtex", "ris", "csl-json", "markdown", "csv", "json", "atom")
"""Names of the formats of exported files."""

INPUTS = ("markdown", "json", "fulltext", "ids")
"""What a command may get on its standard input."""

SHELL = "!"
"""Prefix of a typed command that a shell runs."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query with a name."""

    name: str = setting(NAME)
    query: str = setting(OneQuery(may_be_order=True))


@dataclass(frozen=True, slots=True)
class WatchedExport:
    """A file with the papers of a query, rewritten after each change."""

    query: str = setting(OneQuery())
    file: str = setting(FilePath())
    format: str = setting(OneOf(("", *EXPORT_FORMATS)), "")
    """The name of a format; empty for that of the file's ending."""
    url: str = setting(WebAddress(), "")
    """Where others fetch the file: a feed says so."""


@dataclass(frozen=True, slots=True)
class UserCommand:
    """A program that reads papers on its standard input."""

    name: str = setting(NAME)
    run: str | tuple[str, ...] = setting(ProgramLine())
    input: str = setting(OneOf(INPUTS), "markdown")
    """What it gets: Markdown, the JSON of `list --json`, the full texts as Markdown, or ids, one a line."""
    keep: bool = setting(Boolean(), False)
    """Keep what it prints beside the paper; it then runs once for each paper."""
    key: str = setting(KEY_TEXT, "")
    """Keys in the reader, such as `gx`."""
    shell: bool = setting(Boolean(), False)
    """Run it by a shell, so that `|`, `>` and `$` mean something."""
    seconds: int = setting(Number(1, 3600), 120)
    """Seconds after which it is stopped."""

    @property
    def words(self) -> tuple[str, ...]:
        """The program and its arguments."""
        if self.shell:
            line = self.run if isinstance(self.run, str) else shlex.join(self.run)
            return ("/bin/sh", "-c", line)
        return tuple(shlex.split(self.run)) if isinstance(self.run, str) else self.run


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to papers that come in and match a query."""

    name: str = setting(NAME)
    when: str = setting(OneQuery(is_exact=True))
    then: tuple[str, ...] = setting(RuleMarks())


Entry: TypeAlias = SavedView | WatchedExport | UserCommand | Rule

TABLES: Mapping[str, type[Entry]] = {"commands": UserCommand}
"""The tables by their names in the file."""

LIST_TABLES: Mapping[str, type[Entry]] = {"views": SavedView, "exports": WatchedExport, "rules": Rule}
"""The tables of a settings file of 0.2 that became standing queries."""

_ALL_TABLES = {**TABLES, **LIST_TABLES}


@dataclass(frozen=True, slots=True)
class DigestMail:
    """Where the mail with the digest goes."""

    to: str = setting(MAIL_ADDRESS, "")
    """The address that gets the digest by "digest --send"."""
    sender: str = setting(MAIL_ADDRESS, "")
    """The address that it comes from; empty for the same."""
    server: str = setting(MAIL_SERVER, "")
    """The mail server that takes it, such as "smtp.example.org", or with a port."""
    security: str = setting(OneOf(("starttls", "tls", "none")), "starttls")
    """How the connection is encrypted: by STARTTLS (port 587), by TLS from its start (port 465), or not at all, which
    only a server on this machine may do (port 25)."""
    user: str = setting(TEXT_LINE, "")
    """Your name at that server; empty for none."""
    password_command: tuple[str, ...] = setting(Command(), ())
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


SINGLE: Mapping[str, type[DigestMail]] = {
    "digest": DigestMail,
}
"""The single tables, by their names in the file."""


def with_table_value(table: str, known: Any, key: str, value: object) -> Any:
    """A single table with one value changed; raises InvalidValue."""
    kind = SINGLE[table]
    types = setting_types(kind)
    if key not in types:
        raise InvalidValue(f"is not a key of [{table}]", nearest(key, types))
    return replace(known or kind(), **{key: types[key].check(value)})


def read_entry(table: str, values: Mapping[str, object]) -> tuple[Entry | None, list[tuple[str, InvalidValue]]]:
    """An entry of the file, or None if required values are missing or wrong; and all its mistakes by key.

    The key is empty for mistakes of the whole entry.
    """
    kind = _ALL_TABLES[table]
    types = setting_types(kind)
    good: dict[str, Any] = {}
    wrong: list[tuple[str, InvalidValue]] = []
    for key, value in values.items():
        try:
            if key not in types:
                raise InvalidValue(f"is not a key of [[{table}]]", nearest(key, types))
            good[key] = types[key].check(value)
        except InvalidValue as error:
            wrong.append((key, error))
    needed = [one.name for one in fields(kind) if one.default is MISSING]
    missing = [name for name in needed if name not in values]
    if missing:
        wrong.append(("", InvalidValue(f"needs {' and '.join(missing)}; it was left out")))
    return (kind(**good) if all(name in good for name in needed) else None), wrong


class OneTable(SettingType):
    """A single table."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.about = f"a table, after a line [{table}]"

    def convert(self, value: object) -> object | None:
        if isinstance(value, SINGLE[self.table]):
            return value
        if not isinstance(value, Mapping):
            raise InvalidValue(f"must be a table: write [{self.table}] on a line of its own")
        found = None
        for key, one in value.items():
            found = with_table_value(self.table, found, key, one)
        return found or SINGLE[self.table]()


class Entries(SettingType):
    """All tables of a kind."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.about = f"tables, each after a line [[{table}]]"

    def convert(self, value: object) -> object | None:
        if not isinstance(value, list | tuple):
            raise InvalidValue(f"must be tables: write [[{self.table}]] on a line of its own")
        return tuple(map(self._entry, value))

    def _entry(self, value: object) -> Entry:
        if isinstance(value, _ALL_TABLES[self.table]):
            return value
        entry, wrong = read_entry(self.table, value if isinstance(value, Mapping) else {})
        for _, error in wrong:
            raise error
        return cast("Entry", entry)


LIST_SETTINGS: Mapping[str, SettingType] = {
    "notify": QueryList(),
    "on_star": Hook(),
    "on_new": Hook(),
    "mute": QueryList(is_exact=True),
    "hidden_views": HiddenViews(),
    **{table: Entries(table) for table in LIST_TABLES},
}
"""The settings of a file of 0.2 that became standing queries."""


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
        ProgramLine().check(line)
    return UserCommand(clean(line, NAME_LIMIT), line, shell=shell)
