"""Regular expressions in time that grows with the text alone, without look-around and references back.

Python's own engine backtracks, and some patterns make it take forever. It is used here only to check the syntax and to
match single characters; all paths are followed at once. A pattern becomes places with paths between them, and a set of
places reached by some text becomes a state, made on demand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial, reduce
from operator import getitem
from typing import NamedTuple
from warnings import catch_warnings, simplefilter

MAX_PATTERN = 120
"""Maximum length of a pattern, in characters."""
MAX_SUBJECT = 500
"""Characters of a text that are searched; titles and names are shorter."""
MAX_PLACES = 1_000
"""Maximum number of places in a pattern. It bounds the time: at most 0.1 s for the worst text."""
MAX_KEPT = 20_000
"""Maximum places and steps kept in all states; beyond that, states are rebuilt."""

_END = ""
"""Stands for the characters before the first and after the last one."""

_GROUP = re.compile(r"\((?:\?:|\?P<\w+>|(?!\?))")
_OPERATOR = re.compile(r"\(\?(?:<?[=!]|P?.)")
_ATOM = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\(?:x..|u.{4}|U.{8}|N\{[^}]*\}|0[0-7]{0,2}|.)|.", re.DOTALL)
_REPEAT = re.compile(r"(?:([*+?])|\{(\d+)\}|\{(\d*),(\d*)\})([?+]?)")
_SIGNS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class UnsafePattern(ValueError):
    """A pattern that is refused; the text is a sentence with the reason."""


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


Accepts = Callable[[str], object]
Edge = Callable[[str, str], bool]
"""Whether a place can be left, by the characters before and after it."""
Part = Callable[[int], int]
"""Makes the places of a part of a pattern; takes the place that comes after it, and returns the first one."""

_EDGES: dict[str, Edge] = {
    "^": lambda before, _: before == _END,
    r"\A": lambda before, _: before == _END,
    "$": lambda _, after: after == _END,
    r"\Z": lambda _, after: after == _END,
    r"\b": lambda before, after: _is_word(before) != _is_word(after),
    r"\B": lambda before, after: _is_word(before) == _is_word(after),
}


class _Place(NamedTuple):
    """A place in a pattern, and those that can be reached from it: at once, or by a character or an edge."""

    ways: list[int]
    accepts: Accepts | None = None
    edge: Edge | None = None


class _State(dict[str, "_State"]):
    """The set of places reached by all paths through a pattern, with its successor for each character."""

    def __init__(self, pattern: _Pattern, places: frozenset[int], before: str) -> None:
        self._pattern = pattern
        self.places = places
        self.before = before
        """A character of the same class as the last one."""

    def __missing__(self, char: str) -> _State:
        self[char] = found = self._pattern.follow(self, char)
        return found


class _Pattern:
    """A compiled pattern. Raises UnsafePattern."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._places = [_Place([])]
        self._start = self._choice()(0)
        self._states: dict[tuple[frozenset[int], str], _State] = {}
        self._kept = 0
        self._first = _State(self, frozenset((self._start,)), _END)
        self._found = _State(self, frozenset((0,)), _END)

    def search(self, line: str) -> bool:
        """Whether a part of the line matches."""
        return reduce(getitem, line, self._first)[_END] is self._found

    def follow(self, state: _State, char: str) -> _State:
        """The state after one more character."""
        reached, left = set[int](), [*state.places]
        while left:
            at = left.pop()
            if at not in reached:
                reached.add(at)
                place = self._places[at]
                if place.accepts is None and (place.edge is None or place.edge(state.before, char)):
                    left += place.ways
        if 0 in reached:
            return self._found
        # A match may begin anywhere.
        after = {self._start}
        for at in reached if char else ():
            accepts = self._places[at].accepts
            if accepts is not None and accepts(char):
                after.update(self._places[at].ways)
        self._kept += 1
        if self._kept > MAX_KEPT:
            states, self._states, self._kept = [*self._states.values()], {}, 0
            for one in (self._first, *states):
                one.clear()
        key = frozenset(after), "a" if _is_word(char) else " "
        if (found := self._states.get(key)) is None:
            # Other threads may search by this pattern too.
            found = self._states.setdefault(key, _State(self, *key))
            self._kept += len(after)
        return found

    def _place(self, *ways: int, accepts: Accepts | None = None, edge: Edge | None = None) -> int:
        if len(self._places) == MAX_PLACES:
            raise UnsafePattern("This regex is too large; repeat less")
        self._places.append(_Place([*ways], accepts, edge))
        return len(self._places) - 1

    def _choice(self) -> Part:
        parts = [self._run()]
        while self._text[self._at : self._at + 1] == "|":
            self._at += 1
            parts.append(self._run())
        return lambda to: self._place(*(part(to) for part in parts))

    def _run(self) -> Part:
        parts: list[Part] = []
        while self._text[self._at : self._at + 1] not in ("", "|", ")"):
            parts.insert(0, self._repeated())
        return lambda to: reduce(lambda after, part: part(after), parts, to)

    def _repeated(self) -> Part:
        one = self._one()
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return one
        if found[5] == "+":
            raise _foreign(found[0])
        self._at = found.end()
        sign, exactly, least, most, _ = found.groups()
        if sign:
            return partial(self._repeat, one, *_SIGNS[sign])
        if exactly:
            return partial(self._repeat, one, int(exactly), int(exactly))
        return partial(self._repeat, one, int(least or 0), int(most) if most else None)

    def _repeat(self, one: Part, least: int, most: int | None, to: int) -> int:
        first = to
        if most is None:
            again = self._place(to)
            body = one(again)
            self._places[again].ways.append(body)
            first = body if least else again
            least = max(0, least - 1)
        for _ in range((most or least) - least):
            first = self._place(one(first), to)
        for _ in range(least):
            first = one(first)
        return first

    def _one(self) -> Part:
        if self._text[self._at] == "(":
            opened = _GROUP.match(self._text, self._at)
            if opened is None:
                operator = _OPERATOR.match(self._text, self._at)
                raise _foreign(operator[0] if operator else "(?")
            self._at = opened.end()
            inner = self._choice()
            self._at += 1
            return inner
        atom = _ATOM.match(self._text, self._at)
        assert atom is not None  # noqa: S101  # it takes any character
        self._at, text = atom.end(), atom[0]
        if edge := _EDGES.get(text):
            return partial(self._place, edge=edge)
        if text[0] == "\\" and text[1] in "123456789":
            raise UnsafePattern(f"A regex can't refer back to a group, as “{text}” does")
        return partial(self._place, accepts=re.compile(text, re.IGNORECASE).fullmatch)


def _foreign(operator: str) -> UnsafePattern:
    return UnsafePattern(f"A regex can't look ahead or behind, or use other operators of Perl such as “{operator}”")


@lru_cache(maxsize=16)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Compile a pattern to a search in a line that ignores case and accents. Raises UnsafePattern."""
    if len(pattern) > MAX_PATTERN:
        raise UnsafePattern(f"A regex may have at most {MAX_PATTERN} characters")
    plain = without_accents(pattern)
    with catch_warnings():
        # Such as about a bracket within brackets.
        simplefilter("ignore")
        try:
            plain.encode()
            re.compile(plain)
            return _Pattern(plain).search
        except UnicodeEncodeError:
            raise UnsafePattern("This is not a regex: it has a broken character") from None
        except (re.error, OverflowError) as error:
            raise UnsafePattern(f"This is not a regex: {error}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether one of the text's lines matches the pattern in its first `MAX_SUBJECT` characters."""
    search = compile_pattern(pattern)
    return any(search(line[:MAX_SUBJECT]) for line in without_accents(text).split("\n"))


def without_accents(text: str) -> str:
    """The text without accents; the case stays."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
