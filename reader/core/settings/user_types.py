"""The types of settings for what the user names, asks, runs and hides: names, queries, programs, keys, views."""

from __future__ import annotations

import shlex

from reader.core.marks import RULE_MARKS, TAG, opposes
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


class ExactQueries(QueryList):
    """Queries whose terms are true or false of each paper: none with free text."""

    def check(self, value: object) -> object:
        from reader.core.query import parse

        queries = super().check(value)
        if isinstance(queries, tuple) and any(parse(one).near for one in queries):
            raise InvalidValue("must not have free text after ~: whether a paper fits it depends on all others")
        return queries


class RuleQuery(ExactQueries):
    """The query of a rule."""

    def check(self, value: object) -> object:
        if not isinstance(value, str):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        super().check(value)
        return value

    def describe(self) -> str:
        return "a query in quotes"


class RuleMarks(SettingType):
    """What a rule does: one text or a list of them."""

    def check(self, value: object) -> object:
        found = (value,) if isinstance(value, str) else value
        if not isinstance(found, list | tuple) or not found or not all(isinstance(one, str) for one in found):
            raise InvalidValue(f"must be {self.describe()}, not {as_toml(value)}")
        kinds = tuple(dict.fromkeys(map(_kind, found)))
        against = [kind for kind in kinds if opposes("hide", kind)]
        if "hide" in kinds and against:
            raise InvalidValue(f"has both hide and {against[0]}, which contradict each other")
        return kinds

    def describe(self) -> str:
        return f'a list of {", ".join(map(as_toml, RULE_MARKS))} and "tag:NAME"'


def _kind(text: str) -> str:
    """The kind of mark that a text asks for; raises InvalidValue."""
    from reader.core.marks import clean_mark

    if text in RULE_MARKS:
        return text
    if text.startswith(TAG):
        mark = clean_mark(text, "1")
        if mark is not None and mark[0] == text and '"' not in text:
            return text
        raise InvalidValue(f"has {as_toml(text)}, whose tag is not a name on one line")
    raise InvalidValue(f"has {as_toml(text)}, which is not what a rule can do", nearest(text, (*RULE_MARKS, TAG)))
