"""The types of the settings of `[[rules]]`: when a rule acts, and what it does."""

from __future__ import annotations

from reader.core.marks import TAG
from reader.core.rules import MARKS, opposes
from reader.core.settings.types import InvalidValue, QueryList, SettingType, as_toml, nearest


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
        return f'a list of {", ".join(map(as_toml, MARKS))} and "tag:NAME"'


def _kind(text: str) -> str:
    """The kind of mark that a text asks for; raises InvalidValue."""
    from reader.core.marks import clean_mark

    if text in MARKS:
        return text
    if text.startswith(TAG):
        mark = clean_mark(text, "1")
        if mark is not None and mark[0] == text and '"' not in text:
            return text
        raise InvalidValue(f"has {as_toml(text)}, whose tag is not a name on one line")
    raise InvalidValue(f"has {as_toml(text)}, which is not what a rule can do", nearest(text, (*MARKS, TAG)))
