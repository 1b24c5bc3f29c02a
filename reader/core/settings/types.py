"""The types of settings: each converts a value of the settings file, or says which values are valid.

Settings are read before the first list, and importing pydantic takes 53 ms and 11 MB, more than the whole first list.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import SplitResult, urlsplit

from reader.core import removed
from reader.core.addresses import is_loopback
from reader.core.marks import RULE_MARKS, TAG, clean_mark, opposes
from reader.core.views import IDS, current_id

if TYPE_CHECKING:
    from reader.core.query import Query

NAME_LIMIT = 60

KEY_PARTS = ("author", "Author", "year", "title", "Title", "words", "id")
"""What a pattern of citation keys may have in braces: the first author's family name, the year, the title's first word
that says something, its first three, and the paper's id; with a capital, the name or word begins with one."""


class InvalidValue(ValueError):
    """A value that a setting does not accept; the text says what it accepts."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


class SettingType:
    """The type of a setting."""

    about: str

    def check(self, value: object) -> object:
        """The value in the setting's Python type; raises InvalidValue."""
        found = self.convert(value)
        if found is None:
            raise InvalidValue(f"must be {self.about}, not {as_toml(value)}", self.meant(value))
        return found

    def convert(self, value: object) -> object | None:
        """The value in the setting's Python type, or None if it is not valid; raises InvalidValue to say why."""
        raise NotImplementedError

    def meant(self, value: object) -> str | None:
        """The valid value, in the file's syntax, that the user probably meant."""
        return None


def setting(rule: SettingType, default: Any = MISSING) -> Any:
    """A field of a dataclass that is a setting; it is required if it has no default."""
    return field(default=default, metadata={"rule": rule})


def setting_types(kind: type) -> dict[str, SettingType]:
    """The type of each field of a dataclass of settings."""
    return {one.name: one.metadata["rule"] for one in fields(kind) if "rule" in one.metadata}


class Number(SettingType):
    """A number between two inclusive bounds; a whole number if the bounds are whole."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.is_whole = isinstance(low, int)
        self.about = f"a {'whole ' if self.is_whole else ''}number from {low} to {high}"

    def _is_number(self, value: object) -> TypeGuard[float]:
        return isinstance(value, int if self.is_whole else int | float) and not isinstance(value, bool)

    def convert(self, value: object) -> object | None:
        if not self._is_number(value) or not self.low <= value <= self.high:
            return None
        return value if self.is_whole else float(value)

    def meant(self, value: object) -> str | None:
        if not self._is_number(value):
            return None
        return str(self.low) if value < self.low else str(self.high) if value > self.high else None


class OneOf(SettingType):
    """One of a few words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        *most, last = (f'"{word}"' for word in words)
        self.about = f"{', '.join(most)} or {last}"

    def convert(self, value: object) -> object | None:
        return value if value in self.words else None

    def meant(self, value: object) -> str | None:
        return nearest(str(value), self.words)


class Choices(OneOf):
    """A list of one or more of a few words, or a text of them."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__(words)
        self.about = f"a list with {self.about}"

    def convert(self, value: object) -> object | None:
        words = self._words(value)
        return words if words and set(words) <= set(self.words) else None

    def meant(self, value: object) -> str | None:
        wrong = [word for word in self._words(value) if word not in self.words]
        return nearest(wrong[0], self.words) if wrong else None

    def _words(self, value: object) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_as_texts(value.split() if isinstance(value, str) else value) or ()))


class ThemeName(OneOf):
    """The name of a theme; there are too many to list in a message."""

    def convert(self, value: object) -> object | None:
        if value not in self.words:
            meant = self.meant(value)
            known = "" if meant else f"; {', '.join(self.words[:5])} are some of them"
            raise InvalidValue(f"must be the name of a theme, not {as_toml(value)}{known}", meant)
        return value


class Boolean(SettingType):
    """true or false."""

    about = "true or false"

    def convert(self, value: object) -> object | None:
        return value if isinstance(value, bool) else None

    def meant(self, value: object) -> str | None:
        return "true" if str(value).lower() in ("yes", "on", "1", "true") else "false"


class Text(SettingType):
    """A text that passes a check."""

    def __init__(self, about: str, is_valid: Callable[[str], object]) -> None:
        self.about = about
        self._is_valid = is_valid

    def convert(self, value: object) -> object | None:
        return value if isinstance(value, str) and self._is_valid(value) else None


def _is_name(text: str) -> bool:
    from reader.core.text import clean

    return any(map(str.isalnum, text)) and clean(text, NAME_LIMIT) == text


NAME = Text(f"a name of at most {NAME_LIMIT} characters, without control characters, or spaces at its ends", _is_name)
TEXT_LINE = Text("a line of text, or nothing", str.isprintable)
KEY_TEXT = Text('keys such as "gx"', lambda text: True)
"""Keys as typed; the keymap checks them."""
MAIL_SERVER = Text(
    'a host such as "smtp.example.org" or "smtp.example.org:465", or nothing',
    lambda text: re.fullmatch(r"(([^\s@/:\[\]]{1,255}|\[[0-9a-fA-F:]{2,40}\])(:[0-9]{1,5})?)?", text),
)
# Other characters, such as quotes and comments, are rare in addresses and could be used to forge headers.
MAIL_ADDRESS = Text(
    'an address such as "ada@example.org", or nothing',
    lambda text: re.fullmatch(
        r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,20})?", text
    ),
)


def split_address(value: object, scheme: str) -> tuple[str, SplitResult]:
    """A normalized web address and its parts; `scheme` is the recommended one. Raises InvalidValue."""
    if not isinstance(value, str):
        raise InvalidValue(f"must be an address in quotes, not {as_toml(value)}")
    try:
        parts = urlsplit(value.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidValue(f"{as_toml(value)} is not an address: {error}") from error
    if not host and "://" not in value:
        raise InvalidValue(f"must begin with {scheme}://, not {as_toml(value)}", f"{scheme}://{value.strip()}")
    if not host or parts.scheme not in ("http", "https"):
        raise InvalidValue(f"must be an {scheme} address, not {as_toml(value)}")
    return value.strip().rstrip("/"), parts


class WebAddress(SettingType):
    """The address of a page, or empty for none."""

    about = "a web address, or nothing"

    def convert(self, value: object) -> object | None:
        return "" if value == "" else split_address(value, "https")[0]


class ServerAddress(SettingType):
    """The address of a server: https, or http on this machine; may be empty."""

    def __init__(self, *, may_be_empty: bool = False) -> None:
        self._may_be_empty = may_be_empty
        self.about = f"an https address, or http on this machine{', or nothing' if may_be_empty else ''}"

    def convert(self, value: object) -> object | None:
        if value == "" and self._may_be_empty:
            return ""
        text, parts = split_address(value, "https")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise InvalidValue(f"must be https, since {as_toml(value)} is not on this machine", f"https{text[4:]}")
        return text


class KeyPattern(SettingType):
    """A pattern of citation keys: letters, digits, signs of keys, and parts in braces."""

    about = f"a pattern with {', '.join(f'{{{one}}}' for one in KEY_PARTS[:-1])} or {{{KEY_PARTS[-1]}}}"

    def convert(self, value: object) -> object | None:
        if not isinstance(value, str) or not value.strip():
            return None
        for part in re.findall(r"\{([^{}]*)\}", value):
            if part not in KEY_PARTS:
                meant = nearest(part, KEY_PARTS)
                raise InvalidValue(
                    f"has {{{part}}}, which is not one of {', '.join(f'{{{one}}}' for one in KEY_PARTS)}",
                    value.replace(f"{{{part}}}", f"{{{meant}}}") if meant else None,
                )
        rest = re.sub(r"\{[^{}]*\}", "", value)
        if not re.fullmatch(r"[A-Za-z0-9._:+/-]*", rest):
            raise InvalidValue(f"may have letters, digits and ._:+/- around its parts, not {as_toml(value)}")
        if rest == value:
            raise InvalidValue("needs a part in braces, else all keys would be the same", value + "{id}")
        return value


class FilePath(SettingType):
    """A file; `~` is the home folder, and a relative path starts at the settings file's folder. Empty for none."""

    about = "a path in quotes"

    def convert(self, value: object) -> object | None:
        if not isinstance(value, str) or "\0" in value:
            return None
        try:
            Path(value).expanduser()
        except RuntimeError as error:
            raise InvalidValue(f"names the home folder of an unknown user: {as_toml(value)}") from error
        return value


def _as_texts(value: object) -> tuple[str, ...] | None:
    """A list of texts as a tuple; None for other types and for texts with a null character."""
    if isinstance(value, list | tuple) and all(isinstance(one, str) and "\0" not in one for one in value):
        return tuple(value)
    return None


class TextSources(SettingType):
    """Where full texts come from: `feed`, addresses of sites and `pdf`, in order; an empty list for nowhere."""

    about = 'a list of "feed", https addresses and "pdf"'

    def convert(self, value: object) -> object | None:
        words = _as_texts(value)
        return words and tuple(word if word in ("feed", "pdf") else ServerAddress().check(word) for word in words)


class HiddenViews(SettingType):
    """Views that ship with the reader and are not listed."""

    about = "a list of " + ", ".join(f'"{name}"' for name in IDS)

    def convert(self, value: object) -> object | None:
        texts = _as_texts(value)
        names = None if texts is None else tuple(dict.fromkeys(map(current_id, texts)))
        names = names and tuple(name for name in names if name not in removed.VIEWS)
        for name in names or ():
            if name not in IDS:
                raise InvalidValue(f"has {as_toml(name)}, which is not a built-in view", nearest(name, IDS))
        return names


class OneQuery(SettingType):
    """A query, or an order alone. Its terms are true or false of each paper, without free text."""

    about = "a query in quotes"

    def __init__(self, *, may_be_order: bool = False, is_exact: bool = False) -> None:
        self._may_be_order = may_be_order
        self._is_exact = is_exact

    def convert(self, value: object) -> object | None:
        if not isinstance(value, str) or "\0" in value:
            return None
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise InvalidValue("is not UTF-8 text")
        parsed = _parse(value)
        if parsed.root is None and not (self._may_be_order and parsed.sort):
            raise InvalidValue(
                "must not be empty, since every paper matches; for all papers, write is:read OR is:unread"
            )
        if self._is_exact and parsed.near:
            raise InvalidValue("must not have free text after ~, which ranks papers against each other")
        return value


def _parse(query: str) -> Query:
    from reader.core.errors import QueryError
    from reader.core.query import parse

    try:
        return parse(query)
    except QueryError as error:
        meant = f"{query[: error.start]}{error.suggestion}{query[error.end :]}" if error.suggestion else None
        said = str(error).rstrip(".")
        raise InvalidValue(f"has a mistake in {as_toml(query)}: {said}", as_toml(meant) if meant else None) from error


class QueryList(OneQuery):
    """Queries: one, or a list of them; an empty list for none."""

    about = "a query in quotes, or a list of queries"

    def convert(self, value: object) -> object | None:
        queries = _as_texts([value] if isinstance(value, str) else value)
        for one in queries or ():
            super().convert(one)
        return queries


class Command(SettingType):
    """A program and its arguments, each a separate text, since no shell is used. Empty for none."""

    about = "a list of a program and its arguments"

    def convert(self, value: object) -> object | None:
        words = _as_texts(value)
        return None if words and not words[0].strip() else words

    def meant(self, value: object) -> str | None:
        return as_toml(value.split()) if isinstance(value, str) and value.strip() else None


class ProgramLine(SettingType):
    """A program with its arguments: a list, or a text that is split like words of a shell."""

    about = "a program with its arguments, as a text or a list"

    def convert(self, value: object) -> object | None:
        try:
            words = _as_texts(shlex.split(value) if isinstance(value, str) else value)
        except ValueError as error:
            raise InvalidValue(f"{as_toml(value)} can't be split into words: {str(error).lower()}") from error
        if not words or not words[0].strip():
            return None
        return value if isinstance(value, str) else words


class Hook(ProgramLine):
    """What runs automatically: one of the user's commands by name, or a program with its arguments; may be empty."""

    about = "the name of one of your commands, or a program with its arguments, or nothing"

    def convert(self, value: object) -> object | None:
        return "" if value in ("", [], ()) else super().convert(value)


class RuleMarks(SettingType):
    """What a rule does: one text or a list of them."""

    about = "a list of " + ", ".join(f'"{one}"' for one in RULE_MARKS) + ' and "tag:NAME"'

    def convert(self, value: object) -> object | None:
        found = _as_texts([value] if isinstance(value, str) else value)
        if not found:
            return None
        kinds = tuple(dict.fromkeys(map(_mark, found)))
        against = [kind for kind in kinds if opposes("hide", kind)]
        if "hide" in kinds and against:
            raise InvalidValue(f"has both hide and {against[0]}, which contradict each other")
        return kinds


def _mark(text: str) -> str:
    """The kind of mark that a text means; raises InvalidValue."""
    if text in RULE_MARKS:
        return text
    if text.startswith(TAG):
        mark = clean_mark(text, "1")
        if mark is not None and mark[0] == text and '"' not in text:
            return text
        raise InvalidValue(f"has {as_toml(text)}, whose tag is not a one-line name")
    raise InvalidValue(f"has {as_toml(text)}, which a rule can't do", nearest(text, (*RULE_MARKS, TAG)))


class KeyTable(SettingType):
    """Keys by action id: a text with spaces between keys, or a list; an empty one removes the action's keys."""

    about = "a key or a list of keys for each action id"

    def convert(self, value: object) -> object | None:
        if not isinstance(value, Mapping):
            raise InvalidValue("must be a table of action ids: write [keys] on a line of its own")
        return value

    def check_one(self, value: object) -> tuple[str, ...]:
        """The keys of one action."""
        keys = value.split() if isinstance(value, str) else value
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise InvalidValue(f'must be keys such as "s" or "j down", or a list of them, not {as_toml(value)}')
        return tuple(keys)


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The nearest of `words`; imported late, since only mistakes need it."""
    from reader.core.nearest import nearest

    return nearest(word, words)


def as_toml(value: object) -> str:
    """A value in the settings file's syntax."""
    import json

    if isinstance(value, tuple):
        value = list(value)
    try:
        # TOML takes no bare DEL, which JSON does.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    except TypeError:
        return str(value)
