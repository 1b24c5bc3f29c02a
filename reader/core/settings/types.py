"""The types of settings: each checks a value from the settings file and describes valid values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from reader.core.addresses import is_loopback


class InvalidValue(ValueError):
    """A value that a setting does not accept; the text says what it accepts."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


class SettingType:
    """The type of a setting."""

    def check(self, value: object) -> object:
        """The value in the setting's Python type; raises InvalidValue."""
        raise NotImplementedError

    def describe(self) -> str:
        """The valid values, in a few words."""
        raise NotImplementedError


@dataclass(frozen=True)
class Number(SettingType):
    """A number between two bounds, both included; a whole number if the bounds are whole."""

    low: float
    high: float

    def check(self, value: object) -> object:
        whole = isinstance(self.low, int)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        if not self.low <= value <= self.high:
            bound = as_toml(self.low) if value < self.low else as_toml(self.high) if value > self.high else None
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}", bound)
        return value if whole else float(value)

    def describe(self) -> str:
        kind = "a whole number" if isinstance(self.low, int) else "a number"
        return f"{kind} from {as_toml(self.low)} to {as_toml(self.high)}"


@dataclass(frozen=True)
class Choice(SettingType):
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: object) -> object:
        if value not in self.words:
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}", nearest(str(value), self.words))
        return value

    def describe(self) -> str:
        *most, last = (f'"{word}"' for word in self.words)
        return f"{', '.join(most)} or {last}"


class ThemeName(Choice):
    """The name of a theme; they are too many to list in a message."""

    def check(self, value: object) -> object:
        if value not in self.words:
            meant = nearest(str(value), self.words)
            known = "" if meant else f"; {', '.join(self.words[:5])} are some of them"
            raise InvalidValue(f"must be the name of a theme, not {as_toml(value)}{known}", meant)
        return value


class Boolean(SettingType):
    """true or false."""

    def check(self, value: object) -> object:
        if not isinstance(value, bool):
            words = {"yes": "true", "on": "true", "1": "true", "true": "true"}
            meant = words.get(str(value).lower(), "false")
            raise InvalidValue(f"must be true or false, not {as_toml(value)}", meant)
        return value

    def describe(self) -> str:
        return "true or false"


def split_address(value: object, scheme: str) -> tuple[str, SplitResult]:
    """A web address as it is kept, and its parts; `scheme` is the one to advise. Raises InvalidValue."""
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


class ServerAddress(SettingType):
    """The address of a server: https, or http on this machine."""

    def check(self, value: object) -> object:
        text, parts = split_address(value, "https")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise InvalidValue(f"must be https, since {as_toml(value)} is not on this machine", f"https{text[4:]}")
        return text

    def describe(self) -> str:
        return "an https address, or http on this machine"


class WebAddress(SettingType):
    """The address of a page, or empty for none."""

    def check(self, value: object) -> object:
        return "" if value == "" else split_address(value, "https")[0]

    def describe(self) -> str:
        return "a web address, or nothing"


class OptionalServerAddress(ServerAddress):
    """The address of a server, or empty for none."""

    def check(self, value: object) -> object:
        return "" if value == "" else super().check(value)

    def describe(self) -> str:
        return f"{super().describe()}, or nothing"


class MailServer(SettingType):
    """A mail server: a host, or a host and a port. Empty for none."""

    def check(self, value: object) -> object:
        if value == "":
            return value
        known = r"([^\s@/:\[\]]{1,255}|\[[0-9a-fA-F:]{2,40}\])(:[0-9]{1,5})?"
        if not isinstance(value, str) or not re.fullmatch(known, value):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return value

    def describe(self) -> str:
        return 'a host such as "smtp.example.org" or "smtp.example.org:465", or nothing'


class MailAddress(SettingType):
    """One address of a mailbox. Empty for none."""

    def check(self, value: object) -> object:
        # What else an address may have, such as quotes and comments, nobody uses, and headers could be made of it.
        if not isinstance(value, str) or not re.fullmatch(
            r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,20})?", value
        ):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return value

    def describe(self) -> str:
        return 'an address such as "ada@example.org", or nothing'


class TextLine(SettingType):
    """One line of text, which may be empty."""

    def check(self, value: object) -> object:
        if not isinstance(value, str) or not value.isprintable():
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return value

    def describe(self) -> str:
        return "a line of text, or nothing"


KEY_PARTS = ("author", "Author", "year", "title", "Title", "words", "id")
"""What a pattern of citation keys may have in braces: the first author's family name, the year, the title's first word
that says something, its first three, and the paper's id; with a capital, the name or word begins with one."""


class KeyPattern(SettingType):
    """A pattern of citation keys: letters, digits, signs of keys, and parts in braces."""

    def check(self, value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        for part in re.findall(r"\{([^{}]*)\}", value):
            if part not in KEY_PARTS:
                meant = nearest(part, KEY_PARTS)
                raise InvalidValue(
                    f"has {{{part}}}, which is none of {', '.join(f'{{{one}}}' for one in KEY_PARTS)}",
                    value.replace(f"{{{part}}}", f"{{{meant}}}") if meant else None,
                )
        rest = re.sub(r"\{[^{}]*\}", "", value)
        if not re.fullmatch(r"[A-Za-z0-9._:+/-]*", rest):
            raise InvalidValue(f"may have letters, digits and ._:+/- around its parts, not {as_toml(value)}")
        if rest == value:
            raise InvalidValue("needs a part in braces, or all keys would be the same", value + "{id}")
        return value

    def describe(self) -> str:
        return f"a pattern with {', '.join(f'{{{one}}}' for one in KEY_PARTS[:-1])} or {{{KEY_PARTS[-1]}}}"


class TextSources(SettingType):
    """Where full texts come from: `feed` and addresses of sites, in order; an empty list for nowhere."""

    def check(self, value: object) -> object:
        words = None if isinstance(value, str) else _as_strings(value)
        if words is None:
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        return tuple(word if word == "feed" else str(ServerAddress().check(word)) for word in words)

    def describe(self) -> str:
        return 'a list of "feed" and https addresses'


class FilePath(SettingType):
    """A file; `~` is the home folder, and a relative path starts at the settings file's folder. Empty for none."""

    def check(self, value: object) -> object:
        if not isinstance(value, str):
            raise InvalidValue(f"must be a path in quotes, not {as_toml(value)}")
        try:
            Path(value).expanduser()
        except RuntimeError as error:
            raise InvalidValue(f"names the home folder of an unknown user: {as_toml(value)}") from error
        if "\0" in value:
            raise InvalidValue(f"must be a path, which {as_toml(value)} is not")
        return value

    def describe(self) -> str:
        return "a path"


class QueryList(SettingType):
    """Queries: one, or a list of them; an empty list for none."""

    may_be_order = False
    """Whether a query may be an order alone, which lists all papers."""

    def check(self, value: object) -> object:
        from reader.core.errors import QueryError
        from reader.core.query import parse

        queries = _as_strings(value)
        if queries is None:
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        for query in queries:
            try:
                parsed = parse(query)
                if parsed.root is None and not (self.may_be_order and parsed.sort):
                    raise InvalidValue(
                        "must not be an empty query, which all papers match: is:read OR is:unread says all of them"
                    )
            except QueryError as error:
                meant = f"{query[: error.start]}{error.suggestion}{query[error.end :]}" if error.suggestion else None
                said = str(error).rstrip(".")
                raise InvalidValue(
                    f"has a mistake in {as_toml(query)}: {said}", as_toml(meant) if meant else None
                ) from error
        return queries

    def describe(self) -> str:
        return "a query in quotes, or a list of queries"


class Command(SettingType):
    """A program and its arguments, each a separate text, since no shell is used. Empty for none."""

    def check(self, value: object) -> object:
        words = None if isinstance(value, str) else _as_strings(value)
        if words is None or (words and not words[0].strip()):
            meant = as_toml(value.split()) if isinstance(value, str) and value.strip() else None
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}", meant)
        return words

    def describe(self) -> str:
        return "a list of a program and its arguments"


def _as_strings(value: object) -> tuple[str, ...] | None:
    """A text or a list of texts as a tuple; None for other types and for texts with a null character."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) and "\0" not in word for word in words):
        return None
    return tuple(words)


class KeyTable(SettingType):
    """Keys by action id: a text with spaces between keys, or a list; an empty one removes the action's keys."""

    def check(self, value: object) -> object:
        if not isinstance(value, Mapping):
            raise InvalidValue("must be a table of action ids: write [keys] on a line of its own")
        return value

    def check_one(self, value: object) -> tuple[str, ...]:
        """The keys of one action."""
        keys = value.split() if isinstance(value, str) else value
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise InvalidValue(f'must be keys such as "s" or "j down", or a list of them, not {as_toml(value)}')
        return tuple(keys)

    def describe(self) -> str:
        return "a key or a list of keys for each action id"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The most similar of `words`; imported late, since only mistakes need it."""
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
