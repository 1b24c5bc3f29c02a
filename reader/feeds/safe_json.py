"""Parse untrusted JSON: bounded memory, no numbers that nothing can count, and values of the expected type or none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

VALUES_LIMIT = 128 * 1024 * 1024
"""Bytes of memory that a text's values may take, texts aside; those of a hundred papers take 3 MB."""

# What a value needs at most for each such character, on CPython 3.11 to 3.13: an object, a list, a member, an entry.
_WEIGHTS = {"{": 240, "[": 90, ",": 90, ":": 110}
_BYTE_WEIGHTS = {character.encode(): weight for character, weight in _WEIGHTS.items()}

_DIGITS = 18
"""Digits of the longest integer that is kept, its sign included."""


class UnreadableJson(ValueError):
    """The text is not JSON."""


class TooManyValues(UnreadableJson):
    """The text holds so many values that they would fill the memory."""


def _integer(digits: str) -> int | None:
    """An integer; None for a longer one than anything here counts, such as 1 with 400 zeros."""
    return int(digits) if len(digits) <= _DIGITS else None


def _real(text: str) -> float | None:
    """A real number; None for one that is too large, such as 1e400."""
    number = float(text)
    return number if math.isfinite(number) else None


def _nothing(_: str) -> None:
    """None, for NaN and Infinity, which Python reads and JSON does not have."""


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=_nothing)


def parse_json(text: bytes | str) -> object:
    """The value of a JSON text; a number that is not finite or has over 18 digits becomes None.

    Memory stays under `VALUES_LIMIT` and eight times the text, or twice the text if it is ASCII. Raises
    UnreadableJson.
    """
    check_size(text)
    try:
        value: object = json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=_nothing)
    except (ValueError, RecursionError) as error:
        raise UnreadableJson(str(error)) from None
    return value


def parse_json_at(text: str, start: int) -> tuple[object, int]:
    """The value that starts at an offset, and the offset of its end; raises ValueError or RecursionError."""
    return _DECODER.raw_decode(text, start)


def check_size(text: bytes | str) -> None:
    """Raise TooManyValues for a text whose values may take more memory than `VALUES_LIMIT`."""
    if isinstance(text, str):
        size = sum(text.count(character) * weight for character, weight in _WEIGHTS.items())
    else:
        size = sum(text.count(character) * weight for character, weight in _BYTE_WEIGHTS.items())
    if size > VALUES_LIMIT:
        raise TooManyValues("it holds more values than any list of papers")


def as_mapping(value: object) -> Mapping[str, Any]:
    """A value as a record; empty if it is not one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[Any]:
    """A value as a list; empty if it is not one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A value as a text, not yet clean; empty if it is not one."""
    return value if isinstance(value, str) else ""
