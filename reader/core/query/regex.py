"""Check regular expressions before they run: a person may type one that is searched in a million titles.

Python's `re` backtracks: on a line of a's, `(a+)+b` practically never ends, and it can't be interrupted. The time
explodes if a repeated group can itself match in several ways, so such patterns are refused. The number of repeats and
choices is limited too. The worst case is then a polynomial of low degree in a short text's length.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import warnings

MAX_PATTERN = 120
"""Maximum length of a pattern, in characters."""
MAX_SUBJECT = 500
"""Characters of a text that are searched; titles and names are shorter."""
MAX_OPEN_REPEATS = 3
"""Maximum number of repeats without an upper bound, such as `.*`."""
MAX_CHOICES = 12
"""Maximum number of repeats and alternatives together."""

_REPEAT = re.compile(r"([*+?]|\{([0-9]*)(,?)([0-9]*)\})[?+]?")
_HIDES = re.compile(r"\(\?(#|[a-zA-Z]*x)")
"""Comments and the x flag, which can hide a repeat from the check below."""


class UnsafePattern(ValueError):
    """A pattern that is refused; the text is a sentence with the reason."""


@functools.lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Check and compile a pattern for `matches`; it ignores case and accents.

    Raises UnsafePattern.
    """
    if len(pattern) > MAX_PATTERN:
        raise UnsafePattern(f"A regex may have at most {MAX_PATTERN} characters")
    plain = without_accents(pattern)
    try:
        with warnings.catch_warnings():
            # A warning means that a future Python may read the pattern differently, so it is refused.
            warnings.simplefilter("error")
            compiled = re.compile(plain, re.IGNORECASE | re.MULTILINE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UnsafePattern(f"This is not a regex: {error}") from None
    _check(plain)
    return compiled


def matches(pattern: str, text: str) -> bool:
    """Whether one of the text's lines matches the pattern in its first `MAX_SUBJECT` characters."""
    search = compile_pattern(pattern).search
    if text.isascii() and "\n" not in text:
        return search(text, 0, MAX_SUBJECT) is not None
    return any(search(line[:MAX_SUBJECT]) for line in without_accents(text).split("\n"))


def without_accents(text: str) -> str:
    """The text without accents; the case stays."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _check(pattern: str) -> None:
    """Raise UnsafePattern for a pattern that may take too long; it must be well formed."""
    if _HIDES.search(pattern):
        raise UnsafePattern("A regex may not have comments or the x flag")
    choices = open_repeats = 0
    varies = [False]  # for each open group, whether its content can match in several ways
    closed: bool | None = None  # the same for the group that ends right here
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if repeat := _REPEAT.match(pattern, at):
            fixed = bool(repeat[2]) and not repeat[3]
            if max(int(repeat[2] or 0), int(repeat[4] or 0)) > 99:
                raise UnsafePattern("A regex may have counts up to 99 in {…}")
            if closed and repeat[1] != "?":
                raise UnsafePattern("A regex may not repeat a group that itself repeats or chooses")
            choices += not fixed
            open_repeats += repeat[1] in "*+" or (bool(repeat[3]) and not repeat[4])
            varies[-1] = varies[-1] or not fixed
            at, closed = repeat.end(), None
            continue
        closed = None
        if char == "\\":
            at += 1
        elif char == "[":
            at = _class_end(pattern, at)
        elif char == "(":
            varies.append(False)
            # The question mark in (?:…) or (?=…) is not a repeat.
            at += pattern.startswith("?", at + 1)
        elif char == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] = varies[-1] or closed
        elif char == "|":
            choices += 1
            varies[-1] = True
        at += 1
    if open_repeats > MAX_OPEN_REPEATS or choices > MAX_CHOICES:
        raise UnsafePattern(
            f"A regex may have {MAX_OPEN_REPEATS} open repeats, and {MAX_CHOICES} repeats and alternatives in all"
        )


def _class_end(pattern: str, at: int) -> int:
    """The end of the character class that begins at `at`."""
    at += 1
    at += pattern.startswith("^", at)
    at += pattern.startswith("]", at)
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at
