"""The tables of the settings that may stand several times, such as `[[views]]`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any, NamedTuple, TypeAlias

from reader.core.digest_settings import DigestMail
from reader.core.rules import RuleMarks, RuleQuery
from reader.core.setting_types import (
    Boolean,
    Choice,
    FilePath,
    InvalidValue,
    Number,
    QueryList,
    SettingType,
    WebAddress,
    as_toml,
    nearest,
)
from reader.core.vectors import Vectors

NAME_LIMIT = 60
"""Maximum characters of a name."""

EXPORT_FORMATS = ("bibtex", "ris", "csl-json", "markdown", "csv", "json", "atom")
"""Names of the formats of exported files."""

INPUTS = ("markdown", "json", "fulltext", "ids")
"""What a command may get on its standard input."""

BUILT_IN_VIEWS = (
    "today",
    "foryou",
    "followed",
    "unread",
    "queue",
    "starred",
    "all",
    "trending",
    "second",
    "group",
    "muted",
)
"""Ids of the views that ship with the reader, which can be hidden."""

SHELL = "!"
"""Before a command that is typed: a shell runs it."""


class Name(SettingType):
    """A name of the user's: one line of text."""

    def check(self, value: object) -> object:
        from reader.core.text import clean

        if not isinstance(value, str) or not any(map(str.isalnum, value)) or clean(value, NAME_LIMIT) != value:
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return value

    def describe(self) -> str:
        return f"a name of at most {NAME_LIMIT} characters, without control characters and blanks at its ends"


class OneQuery(QueryList):
    """A query, which may be an order alone."""

    def check(self, value: object) -> object:
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        if value.split(":")[0] != "sort":
            super().check(value)
        return value

    def describe(self) -> str:
        return "a query in quotes"


class ProgramLine(SettingType):
    """A program with its arguments: a list, or a text that is split like words of a shell."""

    def check(self, value: object) -> object:
        words = self._words(value)
        if not words or not words[0].strip() or any("\0" in word for word in words):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return value if isinstance(value, str) else words

    def _words(self, value: object) -> tuple[str, ...]:
        if isinstance(value, list | tuple):
            return tuple(value) if all(isinstance(word, str) for word in value) else ()
        if not isinstance(value, str):
            return ()
        try:
            return tuple(shlex.split(value))
        except ValueError as error:
            raise InvalidValue(f"{as_toml(value)} can't be split into words: {str(error).lower()}") from error

    def describe(self) -> str:
        return "a program with its arguments, as a text or a list"


class Hook(ProgramLine):
    """What runs by itself: the name of a command of the user's, or a program with its arguments; empty for nothing."""

    def check(self, value: object) -> object:
        return "" if value in ("", [], ()) else super().check(value)

    def describe(self) -> str:
        return "the name of one of your commands, or a program with its arguments, or nothing"


class KeyText(SettingType):
    """Keys as they are typed; the keymap knows which there are."""

    def check(self, value: object) -> object:
        if not isinstance(value, str):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return value

    def describe(self) -> str:
        return 'keys such as "gx"'


class HiddenViews(SettingType):
    """Views that ship with the reader and are not listed."""

    def check(self, value: object) -> object:
        names = value if isinstance(value, list | tuple) else ()
        if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in names):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        for name in names:
            if name not in BUILT_IN_VIEWS:
                raise InvalidValue(f"has {as_toml(name)}, which is no such view", nearest(name, BUILT_IN_VIEWS))
        return tuple(names)

    def describe(self) -> str:
        return f"a list of {', '.join(as_toml(name) for name in BUILT_IN_VIEWS)}"


def _entry(rule: SettingType, **default: Any) -> Any:
    return field(**default, metadata={"rule": rule})


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query with a name."""

    name: str = _entry(Name())
    query: str = _entry(OneQuery())


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
    """It is stopped after so long."""

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

SINGLE: Mapping[str, type[SecondLook | DigestMail | Vectors]] = {
    "second_look": SecondLook,
    "digest": DigestMail,
    "vectors": Vectors,
}
"""The tables that stand once, by their names in the file."""

MOST = 100
"""Maximum tables of a kind."""


def with_table_value(table: str, known: Any, key: str, value: object) -> Any:
    """A table that stands once with another value, or all defaults but this; raises InvalidValue."""
    kind = SINGLE[table]
    rules = {one.name: one.metadata["rule"] for one in fields(kind)}
    if key not in rules:
        raise InvalidValue(f"is no key of [{table}]", nearest(key, rules))
    return replace(known or kind(), **{key: rules[key].check(value)})


class OneTable(SettingType):
    """A table that stands once."""

    def __init__(self, table: str) -> None:
        self.table = table

    def check(self, value: object) -> object:
        if isinstance(value, SINGLE[self.table]):
            return value
        if not isinstance(value, Mapping):
            raise InvalidValue(f"must be a table: write [{self.table}] on a line of its own")
        found = SINGLE[self.table]()
        for key, one in value.items():
            found = with_table_value(self.table, found, key, one)
        return found

    def describe(self) -> str:
        return f"a table, after a line [{self.table}]"


class Unfit(NamedTuple):
    """A mistake in an entry: which key of it has it, empty for the whole entry, and what is wrong."""

    key: str
    error: InvalidValue


def entry_rules(table: str) -> dict[str, SettingType]:
    """The keys of a table, with their types."""
    return {one.name: one.metadata["rule"] for one in fields(TABLES[table])}


def needs_value(one: Field[Any]) -> bool:
    """Whether an entry needs this key."""
    return one.default is MISSING


def read_entry(table: str, values: Mapping[str, object]) -> tuple[Entry | None, list[Unfit]]:
    """An entry of the file, or None if what it needs is missing or wrong; and all its mistakes."""
    rules = entry_rules(table)
    good: dict[str, Any] = {}
    wrong: list[Unfit] = []
    for key, value in values.items():
        if key not in rules:
            wrong.append(Unfit(key, InvalidValue(f"is no key of [[{table}]]", nearest(key, rules))))
            continue
        try:
            good[key] = rules[key].check(value)
        except InvalidValue as error:
            wrong.append(Unfit(key, error))
    lacking = [one.name for one in fields(TABLES[table]) if needs_value(one) and one.name not in good]
    if lacking:
        missing = [name for name in lacking if name not in values]
        if missing:
            wrong.append(Unfit("", InvalidValue(f"needs {' and '.join(missing)}; it was left out")))
        return None, wrong
    return TABLES[table](**good), wrong


def saved_queries(views: Sequence[SavedView]) -> tuple[tuple[str, str], ...]:
    """The saved views as (name, query), for terms that name them."""
    return tuple((one.name, one.query) for one in views)


class TableReader:
    """Reads the tables of a file, line by line."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[Entry, ...]] = {}
        """The tables that can be used, by their name."""
        self.lines: dict[str, int] = {}
        """The line of the first table of each name."""
        self._open: tuple[str, int] | None = None
        self._values: dict[str, object] = {}
        self._lines: dict[str, int] = {}
        self._twice: list[tuple[int, str, InvalidValue]] = []

    @property
    def is_open(self) -> bool:
        """Whether the lines of a table are being read."""
        return self._open is not None

    def begin(self, table: str, line: int) -> None:
        """Begin a table at its header's line."""
        self._open, self._values, self._lines, self._twice = (table, line), {}, {}, []

    def take(self, value: object, line: int) -> None:
        """Take a line of the table, as a list of one mapping."""
        for key, one in value[0].items() if isinstance(value, list) and isinstance(value[0], dict) else ():
            if key in self._values:
                again = InvalidValue(f"is set a second time; line {self._lines[key]} is used")
                self._twice.append((line, key, again))
            else:
                self._values[key], self._lines[key] = one, line

    def end(self) -> list[tuple[int, str, InvalidValue]]:
        """End the table that is open, if any; return its mistakes, with their lines and dotted keys."""
        if self._open is None:
            return []
        (table, begun), self._open = self._open, None
        entry, unfit = read_entry(table, self._values)
        wrong = [*self._twice, *((self._lines.get(one.key, begun), one.key, one.error) for one in unfit)]
        known = self.found.get(table, ())
        if entry is not None and _is_named(entry, known):
            wrong.append((begun, "", InvalidValue("has the name of an earlier one and was left out")))
        elif entry is not None:
            self.found[table] = (*known, entry)
            self.lines.setdefault(table, begun)
        return [(line, f"{table}.{key}".rstrip("."), error) for line, key, error in wrong]


def _is_named(entry: Entry, known: Sequence[Entry]) -> bool:
    """Whether one of the known entries has the same name; capitals make no difference, and exports have no names."""
    name = getattr(entry, "name", "").casefold()
    return bool(name) and any(getattr(one, "name", "").casefold() == name for one in known)


class Entries(SettingType):
    """All tables of a kind."""

    def __init__(self, table: str) -> None:
        self.table = table

    def check(self, value: object) -> object:
        if not isinstance(value, list | tuple):
            raise InvalidValue(f"must be tables: write [[{self.table}]] on a line of its own")
        return tuple(self._checked(value))

    def _checked(self, values: Sequence[object]) -> Iterator[Entry]:
        for one in values:
            if isinstance(one, SavedView | WatchedExport | UserCommand | Rule):
                yield one
                continue
            entry, wrong = read_entry(self.table, one if isinstance(one, Mapping) else {})
            for unfit in wrong:
                raise unfit.error
            if entry is not None:
                yield entry

    def describe(self) -> str:
        return f"tables, each after a line [[{self.table}]]"


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
