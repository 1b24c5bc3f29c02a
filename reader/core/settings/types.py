"""The types of settings: each converts a value of the settings file, or reports which values are valid.

Settings are read before the first list, and importing pydantic takes 53 ms and 11 MB, more than the whole first list.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from reader.core import removed
from reader.core.addresses import is_loopback
from reader.core.nearest import nearest

if TYPE_CHECKING:
    from reader.core.query import Query

NAME_LIMIT = 60
"""Maximum characters of a name."""

MAX_LISTED_WORDS = 10
"""Maximum number of valid words that a message about a wrong one lists."""

KEY_PARTS = ("author", "Author", "year", "title", "Title", "words", "id")
"""The names that a pattern of citation keys may have in braces.

The first author's family name, the year, the title's first significant word, its first three, and the paper's id; a
name with a capital is replaced by a capitalized word."""


class InvalidValue(ValueError):
    """A value that a setting does not accept; the text says what it accepts."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class SettingType:
    """The type of a setting."""

    about: str
    """The valid values, in words."""
    convert: Callable[[Any], object | None]
    """The value in the setting's Python type, or None if it is invalid; may raise InvalidValue with the reason."""
    meant: Callable[[Any], str | None] = lambda value: None
    """The valid value, in the file's syntax, that the user probably meant."""
    words: tuple[str, ...] = ()
    """All valid words; empty for other types of values."""
    table: type | None = None
    """The dataclass of a table of the settings file."""
    is_repeated: bool = False
    """Whether the table may occur many times, such as [[commands]]."""

    def check(self, value: object) -> object:
        """The value in the setting's Python type; raises InvalidValue."""
        converted = self.convert(value)
        if converted is None:
            has_many = len(self.words) > MAX_LISTED_WORDS
            about = f"a name such as {_quote_words(self.words[:3], 'or')}" if has_many else self.about
            raise InvalidValue(f"must be {about}, not {as_toml(value)}", self.meant(value))
        return converted


def setting(rule: SettingType, default: Any = MISSING) -> Any:
    """A field of a dataclass that is a setting; it is required if it has no default."""
    return field(default=default, metadata={"rule": rule})


def setting_types(kind: type) -> dict[str, SettingType]:
    """The type of each field of a dataclass of settings."""
    return {part.name: part.metadata["rule"] for part in fields(kind) if "rule" in part.metadata}


def as_toml(value: object) -> str:
    """A value in the settings file's syntax."""
    import json

    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {as_toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return f"[{', '.join(map(as_toml, value))}]"
    try:
        # Unlike JSON, TOML requires DEL to be escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    except TypeError:
        return str(value)
    except ValueError:
        # The number has more digits than Python converts to text.
        return "a number that is too long"


def _as_texts(value: object) -> tuple[str, ...] | None:
    """A list of texts as a tuple; None for other types and for texts with a null character."""
    if isinstance(value, list | tuple) and all(isinstance(text, str) and "\0" not in text for text in value):
        return tuple(value)
    return None


def _quote_words(words: Iterable[str], last: str) -> str:
    *most, end = (f'"{word}"' for word in words)
    return f"{', '.join(most)} {last} {end}"


# Numbers, switches and words


def number(low: int, high: int) -> SettingType:
    """A whole number between two inclusive bounds."""
    return SettingType(
        f"a whole number from {low} to {high}",
        lambda value: value if type(value) is int and low <= value <= high else None,
    )


def one_of(words: tuple[str, ...]) -> SettingType:
    """One of a few words."""
    return SettingType(
        _quote_words(words, "or"),
        lambda value: value if value in words else None,
        lambda value: nearest(str(value), words),
        words,
    )


BOOLEAN = SettingType(
    "true or false",
    lambda value: value if isinstance(value, bool) else None,
    lambda value: "true" if str(value).lower() in ("yes", "on", "1", "true") else "false",
    ("true", "false"),
)


# Texts


def _text(about: str, is_valid: Callable[[str], object]) -> SettingType:
    return SettingType(about, lambda value: value if isinstance(value, str) and is_valid(value) else None)


def _is_name(text: str) -> bool:
    from reader.core.text import clean

    return any(map(str.isalnum, text)) and clean(text, NAME_LIMIT) == text


NAME = _text(f"a name of at most {NAME_LIMIT} characters, without control characters, or spaces at its ends", _is_name)
TEXT_LINE = _text("a line of text, or nothing", str.isprintable)
KEY_TEXT = _text('keys such as "gx"', lambda text: True)
"""Keys as typed; the keymap checks them."""
MAIL_SERVER = _text(
    'a host such as "smtp.example.org" or "smtp.example.org:465", or nothing',
    lambda text: re.fullmatch(r"(([^\s@/:\[\]]{1,255}|\[[0-9a-fA-F:]{2,40}\])(:[0-9]{1,5})?)?", text),
)
# Other characters, such as quotes and parentheses, are rare in addresses and could be used to forge headers.
MAIL_ADDRESS = _text(
    'an address such as "ada@example.org", or nothing',
    lambda text: re.fullmatch(
        r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,20})?", text
    ),
)


def _web_address(value: object) -> str:
    """A web address without a final slash; https is added where the scheme is missing."""
    from reader.core.foreign import web_url

    address = web_url(value) if isinstance(value, str) else None
    if address is None:
        raise InvalidValue(f'must be an address such as "https://example.org", not {as_toml(value)}')
    return address.rstrip("/")


def _server_address(value: object) -> str:
    address = _web_address(value)
    if address.startswith("http://") and not is_loopback(urlsplit(address).hostname or ""):
        raise InvalidValue(f"must be https, since {as_toml(value)} is not on this machine", f"https{address[4:]}")
    return address


WEB_ADDRESS = SettingType("a web address, or nothing", lambda value: "" if value == "" else _web_address(value))
"""The address of a page, or empty for none."""
SERVER_ADDRESS = SettingType("an https address, or http on this machine", _server_address)


def _text_sources(value: object) -> object | None:
    words = _as_texts(value)
    # Older releases also read the feed's Markdown, which the feed makes from arXiv's HTML.
    return words and tuple(word if word == "pdf" else _server_address(word) for word in words if word != "feed")


TEXT_SOURCES = SettingType('a list of https addresses and "pdf"', _text_sources)
"""The sources of full texts, in order; an empty list disables full texts."""


_KEY_PATTERN = re.compile(rf"[A-Za-z0-9._:+/-]*(?:\{{(?:{'|'.join(KEY_PARTS)})\}}[A-Za-z0-9._:+/-]*)+")

KEY_PATTERN = _text(
    f"a pattern with {', '.join(f'{{{part}}}' for part in KEY_PARTS[:-1])} or {{{KEY_PARTS[-1]}}}, and letters, digits"
    " and ._:+/- around them",
    _KEY_PATTERN.fullmatch,
)
"""A pattern of citation keys: letters, digits, signs of keys, and parts in braces."""


def _file_path(value: object) -> object | None:
    if not isinstance(value, str) or "\0" in value:
        return None
    try:
        Path(value).expanduser()
    except RuntimeError as error:
        raise InvalidValue(f"names the home folder of an unknown user: {as_toml(value)}") from error
    return value


FILE_PATH = SettingType("a path in quotes", _file_path)
"""A file; `~` is the home folder, and a relative path starts at the settings file's folder. Empty for none."""


# Queries


def query_type(*, may_be_order: bool = False, is_exact: bool = False) -> SettingType:
    """A query; with `may_be_order`, also an order alone; with `is_exact`, a query without free text."""

    def convert(value: object) -> object | None:
        if not isinstance(value, str) or "\0" in value:
            return None
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise InvalidValue("is not UTF-8 text")
        parsed = _parse(value)
        if parsed.root is None and not (may_be_order and parsed.sort):
            raise InvalidValue(
                "must not be empty, since every paper matches; for all papers, write is:read OR is:unread"
            )
        if is_exact and parsed.near:
            raise InvalidValue("must not have free text after ~, which ranks papers against each other")
        return value

    return SettingType("a query in quotes", convert)


def _parse(query: str) -> Query:
    from reader.core.errors import QueryError
    from reader.core.query import parse

    try:
        return parse(query)
    except QueryError as error:
        better = f"{query[: error.start]}{error.suggestion}{query[error.end :]}" if error.suggestion else None
        text = str(error).rstrip(".")
        raise InvalidValue(f"has a mistake in {as_toml(query)}: {text}", as_toml(better) if better else None) from error


QUERY = query_type()


def _query_list(value: object) -> object | None:
    queries = _as_texts([value] if isinstance(value, str) else value)
    for query in queries or ():
        QUERY.check(query)
    return queries


QUERY_LIST = SettingType("a query in quotes, or a list of queries", _query_list)
"""A query or a list of queries, which may be empty."""


# Programs


def _program(value: object) -> tuple[str, ...] | None:
    """The words of a program and its arguments; a text is split as a shell would."""
    try:
        words = _as_texts(shlex.split(value) if isinstance(value, str) else value)
    except ValueError as error:
        raise InvalidValue(f"{as_toml(value)} can't be split into words: {str(error).lower()}") from error
    return words if words and words[0].strip() else None


COMMAND = SettingType(
    "a program with its arguments, as a text or a list, or nothing",
    lambda value: () if value in ("", [], ()) else _program(value),
)
"""A program and its arguments, each a separate text, since no shell is used. Empty for none."""

PROGRAM_LINE = SettingType(
    "a program with its arguments, as a text or a list",
    lambda value: (words := _program(value)) and (value if isinstance(value, str) else words),
)
"""A program with its arguments: a list, or a text that is kept, since a shell may run it."""

HOOK = SettingType(
    "the name of one of your commands, or a program with its arguments, or nothing",
    lambda value: "" if value in ("", [], ()) else PROGRAM_LINE.convert(value),
)
"""A program that runs automatically: the name of a user's command, or a program with its arguments; may be empty."""


# Keys


def keys_of_action(value: object) -> tuple[str, ...]:
    """The keys of one action: a text with spaces between them, or a list, which may be empty; raises InvalidValue."""
    keys = value.split() if isinstance(value, str) else value
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise InvalidValue(f'must be keys such as "s" or "j down", or a list of them, not {as_toml(value)}')
    return tuple(keys)


EXPORT_FORMATS = ("bibtex", "ris", "csl-json", "markdown", "csv", "json", "atom")
"""Names of the formats of exported files."""

INPUTS = ("markdown", "json", "fulltext", "ids")
"""Kinds of standard input for a command."""

SHELL = "!"
"""Prefix of a typed command that a shell runs."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query with a name, provided by an extension."""

    name: str
    query: str


# Tables of the settings file


@dataclass(frozen=True, slots=True)
class UserCommand:
    """A program that reads papers on its standard input."""

    name: str = setting(NAME)
    run: str | tuple[str, ...] = setting(PROGRAM_LINE)
    input: str = setting(one_of(INPUTS), "markdown")
    """Its standard input: Markdown, the JSON of `list --json`, the full texts as Markdown, or ids, one a line."""
    key: str = setting(KEY_TEXT, "")
    """Keys in the reader, such as `gx`."""
    shell: bool = setting(BOOLEAN, False)
    """Run it by a shell, which interprets `|`, `>` and `$`."""
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
    """How the digest is mailed."""

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
        """Why no mail can be sent, as a sentence; empty if mail can be sent. Without a server, `sendmail` is used."""
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


DIGEST = SettingType("a table: write [digest] on a line of its own", lambda value: None, table=DigestMail)
COMMANDS = SettingType(
    "tables: write [[commands]] on a line of its own", lambda value: None, table=UserCommand, is_repeated=True
)
KEY_TABLE = SettingType("a table of action ids: write [keys] on a line of its own", lambda value: None)
"""The types of tables, whose values `read_table` reads."""


# Values of a file


class Wrong(NamedTuple):
    """A value that was left out."""

    path: tuple[str | int, ...]
    """The keys that lead to it, with the number of a table among tables of the same name."""
    error: InvalidValue

    @property
    def key(self) -> str:
        """The keys with dots between them."""
        return ".".join(part for part in self.path if isinstance(part, str))


def read_table(
    kind: type, values: Mapping[str, Any], wrong: list[Wrong], path: tuple[str | int, ...] = ()
) -> dict[str, Any]:
    """The valid values of a table, by the fields of its dataclass; invalid values are added to `wrong`."""
    types = setting_types(kind)
    valid: dict[str, Any] = {}
    for key, value in values.items():
        at = (*path, key)
        rule = types.get(key)
        try:
            if rule is None:
                if instead := removed.SETTINGS.get(".".join(part for part in at if isinstance(part, str))):
                    if is_empty(value):
                        continue
                    raise InvalidValue(f"was removed: {instead}")
                kind_of_key = f"a key of [{'.'.join(map(str, path[:1]))}]" if path else "a setting"
                raise InvalidValue(f"is not {kind_of_key}", nearest(key, types))
            if rule is KEY_TABLE:
                valid[key] = _read_keys(value, wrong, at)
            elif rule.table is None:
                valid[key] = rule.check(value)
            elif not rule.is_repeated and isinstance(value, Mapping):
                valid[key] = rule.table(**read_table(rule.table, value, wrong, at))
            elif rule.is_repeated and isinstance(value, list) and all(isinstance(table, Mapping) for table in value):
                valid[key] = _read_tables(rule.table, value, wrong, at)
            else:
                raise InvalidValue(f"must be {rule.about}")
        except InvalidValue as error:
            wrong.append(Wrong(at, error))
    return valid


def is_empty(value: object) -> bool:
    """Whether a value switches a setting off, so that a removed setting with it is not reported."""
    return all(map(is_empty, value.values())) if isinstance(value, Mapping) else value in ("", False, 0, [])


def _read_tables(
    kind: type, tables: Sequence[Mapping[str, Any]], wrong: list[Wrong], path: tuple[str | int, ...]
) -> tuple[Any, ...]:
    """The tables of an array, except tables that lack a value or repeat the `name` of an earlier table."""
    by_name: dict[str, Any] = {}
    needed = [part.name for part in fields(kind) if part.default is MISSING]
    for number, values in enumerate(tables):
        at = (*path, number)
        valid = read_table(kind, values, wrong, at)
        if missing := [key for key in needed if key not in values]:
            wrong.append(Wrong(at, InvalidValue(f"needs {' and '.join(missing)}; it was left out")))
        elif all(key in valid for key in needed):
            name = valid["name"].casefold()
            if name in by_name:
                wrong.append(Wrong(at, InvalidValue("has the name of an earlier one and was left out")))
            by_name.setdefault(name, kind(**valid))
    return tuple(by_name.values())


def _read_keys(value: object, wrong: list[Wrong], path: tuple[str | int, ...]) -> dict[str, tuple[str, ...]]:
    """The keys of actions, whose ids have dots: `"paper.star" = "s"` wins over `paper.star = "s"`."""
    if not isinstance(value, Mapping):
        raise InvalidValue(f"must be {KEY_TABLE.about}")
    bindings: dict[str, tuple[str, ...]] = {}
    inner = [(name, table) for name, table in value.items() if isinstance(table, Mapping)]
    for name, table in inner:
        bindings |= {f"{name}.{rest}": keys for rest, keys in _read_keys(table, wrong, (*path, name)).items()}
    for name, keys in value.items():
        try:
            if not isinstance(keys, Mapping):
                bindings[name] = keys_of_action(keys)
        except InvalidValue as error:
            wrong.append(Wrong((*path, name), error))
    return bindings


def parse_command(typed: str, known: Sequence[UserCommand]) -> UserCommand:
    """The command in a typed line: the name of a known command, a program, or `!` and a line for a shell.

    Raises InvalidValue.
    """
    from reader.core.text import clean

    line = typed.strip()
    name = (line[1:-1] if line[:1] in ("'", '"') and line[-1] == line[0] else line).casefold()
    named = next((command for command in known if command.name.casefold() == name), None)
    if named is not None:
        return named
    shell = line.startswith(SHELL)
    line = line.removeprefix(SHELL).strip()
    if not line:
        raise InvalidValue("needs the name of one of your commands, or a program")
    if not shell:
        PROGRAM_LINE.check(line)
    return UserCommand(clean(line, NAME_LIMIT), line, shell=shell)
