"""Read JSON values from chunks of bytes, one by one: lists of any length take the memory of one entry."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from reader.feeds.safe_json import TooManyValues, check_size, parse_json_at

VALUE_LIMIT = 16 * 1024 * 1024
"""Characters of the longest value; the longest day of the archive has 2 MB."""

WASTE_LIMIT = 16 * VALUE_LIMIT
"""Characters that are read for values that turn out to be no JSON: each may be read again from its second line."""

_SPACE = re.compile(r"[ \t\r\n]*")
_CUT_OFF = 16
"""An error so near to the end of the text may come from a value that is not read to its end."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value: a line's, or an entry of a list."""

    value: object
    line: int
    """The line that it starts on, or that its list does."""
    entry: int | None = None
    """Its number in its list, from 1."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that is not JSON, up to the end of its line."""

    line: int
    reason: str


class JsonStream:
    """Values that follow each other in chunks of UTF-8, over lines or within them.

    The entries of an outermost list are values of their own. After what is not JSON, reading goes on at the next line.
    Memory stays under 128 MiB for values and eight times `VALUE_LIMIT`, whatever the chunks hold.
    """

    def __init__(self, chunks: Iterator[bytes], line: int = 1) -> None:
        """`line` is the number of the first line."""
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._line = line
        self._ended = False
        self._wasted = 0

    def values(self) -> Iterator[Found | Unreadable]:
        """All values in order; an exception of the chunks passes through after the values before it."""
        while self._skip_space():
            if self._wasted > WASTE_LIMIT:
                yield Unreadable(self._line, "too much before it is not JSON, so the rest was not read")
                return
            if self._text[self._at] == "[":
                yield from self._entries()
            else:
                line = self._line
                found = self._value()
                yield found if isinstance(found, Unreadable) else Found(found[0], line)

    def _entries(self) -> Iterator[Found | Unreadable]:
        """The entries of the list that starts here."""
        line = self._line
        self._at += 1
        if self._skip_space() == "]":
            self._at += 1
            return
        for number in count(1):
            found = self._value()
            if isinstance(found, Unreadable):
                yield found
                return
            yield Found(found[0], line, number)
            after = self._skip_space()
            if after not in ("]", ","):
                # Where a line of its own was cut off, the next record follows.
                yield Unreadable(line, "not JSON")
                return
            self._at += 1
            if after == "]":
                return
            self._skip_space()

    def _value(self) -> tuple[object] | Unreadable:
        """The value that starts here, in a tuple."""
        line = self._line
        while True:
            try:
                value, end = parse_json_at(self._text, self._at)
            except json.JSONDecodeError as error:
                reason, read = "not JSON", error.pos - self._at
                is_cut = error.pos >= len(self._text) - _CUT_OFF or error.msg.startswith("Unterminated string")
            except (ValueError, RecursionError):
                reason, read, is_cut = "not JSON", len(self._text) - self._at, False
            else:
                # A number may go on in the next chunk, as after `1` in `1e+`.
                if end > len(self._text) - 3:
                    start = self._at
                    if self._read(0):
                        continue
                    # The text before the value has been dropped.
                    end -= start
                self._advance(end)
                return (value,)
            # Twice as much each time, so that a long value is not read again for each chunk.
            if is_cut and self._read(read):
                reason = _excess(self._text)
                if not reason:
                    continue
            self._wasted += read
            self._skip_line()
            return Unreadable(line, reason)

    def _skip_space(self) -> str:
        """Go to the next character that is not white space, and return it; the empty string at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._advance(space.end() if space else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read(0):
                return ""

    def _skip_line(self) -> None:
        """Go to the end of this line."""
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._read(0):
                return
        self._at = end

    def _advance(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _read(self, at_least: int) -> bool:
        """Add a chunk, or several of so many characters together; False at the end of the chunks."""
        parts, size = [self._text[self._at :]], 0
        while not self._ended and size <= at_least:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            part = self._decoder.decode(chunk or b"", self._ended)
            parts.append(part)
            size += len(part)
        self._text, self._at = "".join(parts), 0
        return size > 0


def _excess(text: str) -> str:
    """Why a text is too much for one value; empty if it is not."""
    if len(text) > VALUE_LIMIT:
        return "longer than any record"
    try:
        check_size(text)
    except TooManyValues as error:
        return str(error)
    return ""
