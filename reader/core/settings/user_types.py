"""The types of settings for what the user names, asks, runs and hides: names, queries, programs, keys, views."""

from __future__ import annotations

import shlex

from reader.core.settings.types import InvalidValue, QueryList, SettingType, as_toml, nearest

NAME_LIMIT = 60
"""Maximum characters of a name."""

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
    """A query, for a view perhaps an order alone."""

    def __init__(self, *, may_be_order: bool = False) -> None:
        self.may_be_order = may_be_order

    def check(self, value: object) -> object:
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
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
                raise InvalidValue(f"has {as_toml(name)}, which is not a built-in view", nearest(name, BUILT_IN_VIEWS))
        return tuple(names)

    def describe(self) -> str:
        return f"a list of {', '.join(as_toml(name) for name in BUILT_IN_VIEWS)}"
