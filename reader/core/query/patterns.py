"""Regular expressions in linear time, by the engine of Rust that pydantic ships.

Python's own engine backtracks, and some patterns make it take forever. This one has no look-around and no
back-references, and limits the size of what it compiles. It is imported late: the first list comes before it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache


class UnsafePattern(ValueError):
    """A pattern that is refused; the text is a sentence with the reason."""


@lru_cache(maxsize=16)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Compile a pattern to a search in a line that ignores case and accents. Raises UnsafePattern."""
    from pydantic_core import SchemaError, SchemaValidator
    from pydantic_core.core_schema import str_schema

    try:
        schema = str_schema(pattern=f"(?i){without_accents(pattern)}", regex_engine="rust-regex")
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        reason = str(error).rpartition("rror: ")[2]
        if "size limit" in reason:
            raise UnsafePattern("This regex is too large; repeat less") from None
        raise UnsafePattern(f"This is not a regex: {reason}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether one of the text's lines matches the pattern."""
    return any(map(compile_pattern(pattern), without_accents(text).split("\n")))


def without_accents(text: str) -> str:
    """The text without accents; the case stays."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))
