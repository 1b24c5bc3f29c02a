"""The gate: foreign data becomes a typed value here, or is refused.

The files of other machines, a server, a group, an import, an agent and a feed all bring untrusted text. Each value
passes one of these functions, which return None for an invalid value. `count_ids` checks packed ids, and raises
`Refused` with the reason. Sizes are checked before anything is split or unpacked.
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NewType
from urllib.parse import urlsplit

from reader.core.ids import PAPER_ID, PaperId, is_paper_id
from reader.core.marks import Mark, clean_mark
from reader.core.text import LINE_LIMIT, clean, is_harmless

Category = NewType("Category", str)
"""A string in the form of an arXiv category, such as `cs.CL`, whether or not it exists."""

Address = NewType("Address", str)
"""A web address without a user name."""

Clock = NewType("Clock", int)
"""Milliseconds since 1970 that are plausible for another machine."""

Count = NewType("Count", int)
"""A plausible count."""

Text = NewType("Text", str)
"""One clean line, or several."""

SettingValue = NewType("SettingValue", object)
"""A value of the settings' file: texts, numbers, truths, and lists and tables of them."""

MOST_IDS = 2_000_000
"""Maximum papers of another machine's event: twice those of the bench's largest cache."""

MOST_OWN_IDS = 10_000_000
"""Maximum papers of an event in the user's own journal."""

FURTHEST = 221_845_392_000_000
"""The year 9000 in milliseconds since 1970: no event of any time has a later clock."""

LARGEST_NUMBER = 1 << 62
"""SQLite holds twice as much."""

AHEAD = 400 * 86_400_000
"""Milliseconds by which another machine's clock may be ahead."""

_BUILT = 1_767_225_600_000
"""The beginning of 2026: a machine with an earlier clock has the wrong time."""

COUNT_LIMIT = 1_000_000_000

ADDRESS_LIMIT = 2_000

_SETTING_LIMIT = 100_000
_SETTING_DEPTH = 4

_UNPACKED = 1 << 16
"""Bytes unpacked at a time."""

_IDS = re.compile(rf"(?:{PAPER_ID})(?:\n(?:{PAPER_ID}))*+")
_CATEGORY = re.compile(r"[a-z]{2,10}(?:-[a-z]{2,10})?(?:\.[A-Za-z]{2}|\.[a-z]{2,10}(?:-[a-z]{2,10})?)?")
_EVENT = re.compile(r"[0-9a-f]{24}")
_MACHINE = re.compile(r"[0-9a-f]{12}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST_FIRST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?(/|$)")


class Refused(ValueError):
    """A foreign value is invalid; the text is the reason, a few words that follow a colon."""


class Broken(Refused):
    """Packed ids can't be unpacked."""


# Single values


def paper_id(value: object) -> PaperId | None:
    """The id of a paper in this program's canonical form."""
    return PaperId(value) if isinstance(value, str) and is_paper_id(value) else None


def category(value: object) -> Category | None:
    """The id of a category of arXiv."""
    return Category(value) if isinstance(value, str) and _CATEGORY.fullmatch(value) else None


def is_event_id(value: object) -> bool:
    """Whether a value can be the id of an event."""
    return isinstance(value, str) and _EVENT.fullmatch(value) is not None


def is_machine(value: object) -> bool:
    """Whether a value can be the id of a machine."""
    return isinstance(value, str) and _MACHINE.fullmatch(value) is not None


def clock(value: object, latest: int = FURTHEST) -> Clock | None:
    """Milliseconds since 1970, up to `latest`; `latest_clock` tells what can be true by now."""
    return Clock(value) if type(value) is int and 0 <= value <= latest else None


def latest_clock(now: float) -> Clock:
    """The latest clock that another machine may have, at `now` in seconds since 1970."""
    here = int(now * 1000)
    return Clock(here + AHEAD if here >= _BUILT else FURTHEST)


def count(value: object, most: int = COUNT_LIMIT) -> Count | None:
    """A plausible count; fractions are cut off."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # NaN compares as false.
    return Count(int(value)) if 0 <= value <= most else None


def text(value: object, limit: int = LINE_LIMIT) -> Text | None:
    """One clean line that is not empty."""
    return Text(clean(value, limit)) or None if isinstance(value, str) else None


def web_url(text: str) -> Address | None:
    """The text as a valid http or https address, else None.

    Whitespace is removed and a missing scheme becomes https. Other schemes, addresses over 2,000 characters, and
    addresses with a user name, which can imitate another site, are refused.
    """
    address = clean(text, 4 * ADDRESS_LIMIT).replace(" ", "")
    if address.startswith("//"):
        address = f"https:{address}"
    elif _HOST_FIRST.match(address):
        address = f"https://{address}"
    elif not _SCHEME.match(address):
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or len(address) > ADDRESS_LIMIT:
        return None
    return Address(address)


def setting_value(said: str) -> SettingValue | None:
    """The value of a setting from its JSON."""
    found = read_json(said, _SETTING_LIMIT)
    return SettingValue(found) if found is not None and _is_setting(found, _SETTING_DEPTH) else None


def _is_setting(value: object, depth: int) -> bool:
    match value:
        case bool():
            return True
        case str():
            return is_harmless(value)
        case int() | float():
            return abs(value) <= LARGEST_NUMBER
        case list():
            return depth > 0 and all(_is_setting(one, depth - 1) for one in value)
        case dict():
            return depth > 0 and all(is_harmless(name) and _is_setting(one, depth - 1) for name, one in value.items())
    return False


def read_json(said: str | bytes, limit: int) -> Any:
    """A JSON value; None if damaged, too deeply nested or longer than `limit`."""
    if len(said) > limit:
        return None
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None


def mark(kind: object, value: object, clock_: object, machine: object, id: object) -> Mark | None:
    """A mark with clean text, as an export writes it."""
    if not (isinstance(kind, str) and isinstance(value, str) and is_machine(machine) and is_event_id(id)):
        return None
    cleaned, at = clean_mark(kind, value), clock(clock_)
    return Mark(*cleaned, at, str(machine), str(id)) if cleaned is not None and at is not None else None


# The ids of an event


def unpacked(packed: bytes) -> Iterator[list[str]]:
    """Packed ids in their order, some thousands at once; raises Broken, or Refused if they are no ids."""
    unpacker = zlib.decompressobj()
    rest = ""
    try:
        while not unpacker.eof:
            some = unpacker.decompress(packed, _UNPACKED)
            packed = unpacker.unconsumed_tail
            if not some and not unpacker.eof:
                raise Broken("its papers are cut off")
            lines = (rest + some.decode("ascii")).split("\n")
            rest = lines.pop()
            if len(rest) > _UNPACKED:
                raise Refused("it names no papers")
            if lines:
                yield lines
    except (zlib.error, UnicodeDecodeError):
        raise Broken("its papers are damaged") from None
    if unpacker.unused_data:
        raise Broken("its papers are damaged")
    if rest:
        yield [rest]


def count_ids(packed: bytes, most: int = MOST_IDS, *, may_repeat: bool = False) -> int:
    """The number of packed ids.

    Raises Refused if one of them is not the id of a paper, they are more than `most`, or two are equal unless they
    `may_repeat`, as in the user's own journal: to find that out takes 0.6 s and 40 MB for a million, all else 0.1 s.
    """
    number = 0
    seen = array("q")
    for ids in unpacked(packed):
        number += len(ids)
        if number > most:
            raise Refused(f"it names more than {most:,} papers")
        if not _IDS.fullmatch("\n".join(ids)):
            raise Refused("it names no papers")
        if not may_repeat:
            seen.extend(map(hash, ids))
    if any(first == second for first, second in pairwise(sorted(seen))):
        raise Refused("it names a paper twice")
    return number
