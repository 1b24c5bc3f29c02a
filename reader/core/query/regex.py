r"""Regular expressions in RE2: a person may type one that is searched in a million titles.

RE2's time is proportional to the text, whatever the pattern. Python's `re` backtracks: with `(a+)+b`, or a dozen times
`.{0,99}`, it practically never ends and can't be interrupted. RE2 has no lookaround and no backreferences; `\w`, `\d`
and `\b` know ASCII letters only.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable

MAX_PATTERN = 120
"""Maximum length of a pattern, in characters."""
MAX_SUBJECT = 500
"""Characters of a text that are searched; titles and names are shorter."""
MAX_MEMORY = 256 * 1024
"""Maximum bytes of a compiled pattern and its states. It limits the time too: at most 6 ms a text."""


class UnsafePattern(ValueError):
    """A pattern that is refused; the text is a sentence with the reason."""


@functools.lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> Callable[[bytes], object]:
    """Compile a pattern to a search in UTF-8 that ignores case and accents; it returns None if nothing matches.

    Raises UnsafePattern.
    """
    # Late: the library is loaded for queries with a regex only.
    import re2

    if len(pattern) > MAX_PATTERN:
        raise UnsafePattern(f"A regex may have at most {MAX_PATTERN} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    # Only whether a pattern is found matters, not where its groups are.
    options.never_capture = True
    plain = f"(?m){without_accents(pattern)}"
    try:
        search: Callable[[bytes], object] = re2.compile(plain.encode(), options).search
    except (re2.error, UnicodeEncodeError) as error:
        raise UnsafePattern(_explain(error)) from None
    return search


def matches(pattern: str, text: str) -> bool:
    """Whether one of the text's lines matches the pattern in its first `MAX_SUBJECT` characters."""
    search = compile_pattern(pattern)
    if text.isascii() and "\n" not in text:
        return search(text[:MAX_SUBJECT].encode()) is not None
    lines = without_accents(text).split("\n")
    return any(search(line[:MAX_SUBJECT].encode(errors="replace")) is not None for line in lines)


def without_accents(text: str) -> str:
    """The text without accents; the case stays."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _explain(error: Exception) -> str:
    """Why a pattern does not compile, as a sentence without its full stop."""
    if isinstance(error, UnicodeEncodeError):
        return "This is not a regex: it holds a broken character"
    found = error.args[0] if error.args else b""
    reason = found.decode(errors="replace") if isinstance(found, bytes) else str(found)
    what, _, where = reason.partition(": ")
    if what in ("pattern too large - compile failed", "invalid repetition size"):
        return "This regex is too large; repeat less"
    if what == "invalid perl operator":
        return f"A regex can't look ahead or behind, or use other operators of Perl such as “{where}”"
    if what == "invalid escape sequence" and where[1:2].isdigit():
        return f"A regex can't refer back to a group, as “{where}” does"
    return f"This is not a regex: {reason}"
