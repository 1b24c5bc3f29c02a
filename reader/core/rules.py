"""Rules of the user's: what they do to papers that come in, in which words that is said, and what contradicts what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from reader.core.marks import FINISH, HIGHLIGHT, OPEN, QUEUE, TAG
from reader.core.setting_types import InvalidValue, QueryList, SettingType, as_toml, nearest

MARKS = ("hide", "star", QUEUE, HIGHLIGHT)
"""What a rule does by one word. It tags by `tag:NAME`."""

_DONE = {"hide": "hidden", "star": "starred", QUEUE: "queued", HIGHLIGHT: "highlighted"}

_WANTED = ("star", QUEUE, HIGHLIGHT)
"""Marks of papers to be read: such a paper is not hidden too."""

_USED = ("note", "read", OPEN, FINISH)
"""Marks of a paper that the user has looked at, which no rule hides."""


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
        raise InvalidValue(f"has {as_toml(text)}, whose tag is no name on one line")
    raise InvalidValue(f"has {as_toml(text)}, which no rule does", nearest(text, (*MARKS, TAG)))


def opposes(one: str, other: str) -> bool:
    """Whether two rules contradict each other if one makes a mark of this kind, and another one of that kind."""
    return (one == "hide" and other in _WANTED) or (other == "hide" and one in _WANTED)


def is_against(kind: str, acted: Iterable[str]) -> bool:
    """Whether a rule's mark goes against what the user did with the paper: kinds of marks, in force or taken back."""
    return any(
        kind == done or opposes(kind, done) or (kind == "hide" and (done in _USED or done.startswith(TAG)))
        for done in acted
    )


def allowed(then: Sequence[str], acted: Collection[str], taken: Collection[str]) -> tuple[str, ...]:
    """What a rule does to a paper.

    `acted` are the kinds of marks that the user made or took back, `taken` those that earlier rules have just made.
    """
    return tuple(kind for kind in then if not is_against(kind, acted) and not any(opposes(kind, one) for one in taken))


def done(kind: str) -> str:
    """What happened to a paper, such as `hidden` or `tagged later`."""
    return _DONE.get(kind) or f"tagged {kind.removeprefix(TAG)}"


def said(then: Iterable[str]) -> str:
    """What a rule does, in words: `hide, tag later`."""
    return ", ".join(kind.replace(TAG, "tag ", 1) for kind in then)
