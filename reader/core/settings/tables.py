"""The tables of the settings: single ones, such as `[digest]`, and repeated ones, such as `[[views]]`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeAlias

from reader.core.settings.types import (
    Boolean,
    Choice,
    Command,
    FilePath,
    InvalidValue,
    MailAddress,
    MailServer,
    Number,
    SettingType,
    TextLine,
    WebAddress,
)
from reader.core.settings.user_types import NAME_LIMIT, KeyText, Name, OneQuery, ProgramLine, RuleMarks, RuleQuery
from reader.core.settings.vectors import Vectors

EXPORT_FORMATS = ("bibtex", "ris", "csl-json", "markdown", "csv", "json", "atom")
"""Names of the formats of exported files."""

INPUTS = ("markdown", "json", "fulltext", "ids")
"""What a command may get on its standard input."""

SHELL = "!"
"""Before a command that is typed: a shell runs it."""


def _entry(rule: SettingType, **default: Any) -> Any:
    return field(**default, metadata={"rule": rule})


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query with a name."""

    name: str = _entry(Name())
    query: str = _entry(OneQuery(may_be_order=True))


@dataclass(frozen=True, slots=True)
class WatchedExport:
    """A file with the papers of a query, which is written anew after each change."""

    query: str = _entry(OneQuery())
    file: str = _entry(FilePath())
    format: str = _entry(Choice(("", *EXPORT_FORMATS)), default="")
    """The name of a format; empty for that of the file's ending."""
    url: str = _entry(WebAddress(), default="")
    """Where others fetch the file: a feed says so."""


@dataclass(frozen=True, slots=True)
class UserCommand:
    """A program that reads papers on its standard input."""

    name: str = _entry(Name())
    run: str | tuple[str, ...] = _entry(ProgramLine())
    input: str = _entry(Choice(INPUTS), default="markdown")
    """What it gets: Markdown, the JSON of `list --json`, the full texts as Markdown, or ids, one a line."""
    keep: bool = _entry(Boolean(), default=False)
    """Keep what it prints beside the paper; it then runs once for each paper."""
    key: str = _entry(KeyText(), default="")
    """Keys in the reader, such as `gx`."""
    shell: bool = _entry(Boolean(), default=False)
    """Run it by a shell, so that `|`, `>` and `$` mean something."""
    seconds: int = _entry(Number(1, 3600), default=120)
    """Seconds after which it is stopped."""

    @property
    def words(self) -> tuple[str, ...]:
        """The program and its arguments."""
        if self.shell:
            line = self.run if isinstance(self.run, str) else shlex.join(self.run)
            return ("/bin/sh", "-c", line)
        return tuple(shlex.split(self.run)) if isinstance(self.run, str) else self.run


@dataclass(frozen=True, slots=True)
class SecondLook:
    """How much a paper must change after you marked it to be worth a second look."""

    votes: int = _entry(Number(0, 100_000), default=25)
    """New votes, if they are at least half of those before; 0 for never. Likewise comments and models."""
    comments: int = _entry(Number(0, 10_000), default=5)
    """New comments."""
    models: int = _entry(Number(0, 10_000), default=1)
    """New models that name it."""
    words: int = _entry(Number(0, 10_000), default=10)
    """Changed words of its title or abstract; 0 for never."""
    code: bool = _entry(Boolean(), default=True)
    """Code, where it had none."""
    version: bool = _entry(Boolean(), default=True)
    """A new version on arXiv."""
    venue: bool = _entry(Boolean(), default=True)
    """A venue, or another one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens to papers that come in and match a query."""

    name: str = _entry(Name())
    when: str = _entry(RuleQuery())
    then: tuple[str, ...] = _entry(RuleMarks())


Entry: TypeAlias = SavedView | WatchedExport | UserCommand | Rule

TABLES: Mapping[str, type[Entry]] = {
    "views": SavedView,
    "exports": WatchedExport,
    "commands": UserCommand,
    "rules": Rule,
}
"""The tables by their names in the file."""

DIGEST_FORMATS = ("markdown", "text", "html", "mail")
"""Names of the formats of a digest; `mail` is a whole message with all of them and its headers."""


@dataclass(frozen=True, slots=True)
class DigestMail:
    """Where the digest goes."""

    to: str = _entry(MailAddress(), default="")
    """The address that gets the digest by "digest --send"."""
    sender: str = _entry(MailAddress(), default="")
    """The address that it comes from; empty for the same."""
    server: str = _entry(MailServer(), default="")
    """The mail server that takes it, such as "smtp.example.org", or with a port."""
    security: str = _entry(Choice(("starttls", "tls", "none")), default="starttls")
    """How the connection is encrypted: by STARTTLS (port 587), by TLS from its start (port 465), or not at all, which
    only a server on this machine may do (port 25)."""
    user: str = _entry(TextLine(), default="")
    """Your name at that server; empty for none. The password is in the keyring, where "digest --store-password" puts
    it, or in DAILYPAPERS_SMTP_PASSWORD."""
    command: tuple[str, ...] = _entry(Command(), default=())
    """Program that gets the digest by "digest --to command", such as ["msmtp", "-t"] with format = "mail"."""
    file: str = _entry(FilePath(), default="")
    """File that gets the digest by "digest --to file"."""
    format: str = _entry(Choice(("", *DIGEST_FORMATS)), default="")
    """What the program or the file gets; empty for Markdown, or what the file's ending says."""


SINGLE: Mapping[str, type[SecondLook | DigestMail | Vectors]] = {
    "second_look": SecondLook,
    "digest": DigestMail,
    "vectors": Vectors,
}
"""The single tables, by their names in the file."""


def entry_rules(table: str) -> dict[str, SettingType]:
    """The keys of a table, with their types."""
    return {one.name: one.metadata["rule"] for one in fields(TABLES[table])}


def needs_value(one: Field[Any]) -> bool:
    """Whether an entry needs this key."""
    return one.default is MISSING


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
        raise InvalidValue("needs the name of a command of yours, or a program")
    if not shell:
        ProgramLine().check(line)
    return UserCommand(clean(line, NAME_LIMIT), line, shell=shell)
