"""Clean foreign text once, where bytes become `str`.

Text from a feed, a file or the cache goes through `clean` or `clean_block` before it is stored or drawn. The result
has no control characters or escapes, no direction overrides, no invisible or private characters, no lone surrogates
and no piles of accents, and its length is bounded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse
from typing import Literal

LINE_LIMIT = 2_000
"""Maximum characters of a line: ten times the longest title of the feed."""

BLOCK_LIMIT = 20_000
"""Maximum characters of a block: ten times the longest abstract of the feed."""

NOTE_LIMIT = 100_000

# Terminal escape sequences are removed in full, so that no "[31m" stays: CSI, then the kinds with a string and a
# terminator, then the short ones. No part of a sequence can match an opener, so that openers without a terminator
# take linear time: each is followed only to the next.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*+[0-~]"
)

# Controls, format characters, invisible fillers, variation selectors (terminals disagree on their width), surrogates,
# private use and noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000110bd\U000110cd\U00013430-\U0001345f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)

_JOINER = "\u200c\u200d"
_JOINERS = re.compile(f"[{_JOINER}]")
_MARK = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Including spaces between them, since a mark by itself leaves a space.
_LEADING_MARKS = re.compile(f"^[{_MARK}{_JOINER} ]+")
_PILE = re.compile(f"([{_MARK}{_JOINER}]{{4}})[{_MARK}{_JOINER}]+")

# Joiners shape Persian and Indic words; next to ASCII, punctuation or emoji they have no visible effect.
_SHAPED = "[^\x00-\x7f\u2000-\u2bff\U0001f000-\U0001ffff]"
_STRAY_JOINER = re.compile(f"(?<!{_SHAPED})[{_JOINER}]|[{_JOINER}](?!{_SHAPED})")

_MAX_PILE_LETTERS = 30
"""Maximum combining characters in a row before normalization, as in Unicode's stream-safe text format."""

_LONG_PILE = re.compile(rf"[^\w\x00-\x7f]{{{_MAX_PILE_LETTERS + 1},}}")
"""Characters that may contain a long pile of accents; for `re`, combining characters are not word characters."""

_OBEYED = re.compile(
    "\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Characters that a terminal obeys, except line breaks and tabs."""

_NOT_OWN = re.compile(rf"\x1b\[(?:[0123]|3[36])m|\x1b\]8;;(?:https?://[!-~]*)?\x1b\\|\r?\x1b\[K|{_OBEYED.pattern}")
"""Characters that a terminal obeys, and the program's own sequences, which are kept."""

_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=[ \t]{2})|\u2029")


def clean(text: str, limit: int = LINE_LIMIT) -> str:
    """One line of plain text: NFC, each run of whitespace one space, at most `limit` characters."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        # Fast path for nearly all names and keywords.
        return text.strip()
    # Only four times the limit is read, so very long texts are cheap but leading padding can't hide the text.
    line = " ".join(text[: 4 * limit].split())
    if not (line.isascii() and line.isprintable()):
        line = _scrub(line)
    return line[:limit].rstrip()


def brief(text: str) -> str:
    """A name or word, short enough to quote in a sentence."""
    return clean(text, 100)


def reason(text: str) -> str:
    """Another program's message without a full stop, for the end of a sentence."""
    return clean(text, 200).rstrip(".")


def clean_block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Paragraphs of plain text with an empty line between them; hard wraps within a paragraph are joined.

    A paragraph begins after an empty line or at an indent of two spaces, as in the feed's abstracts.
    """
    text = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = (clean(part, limit) for part in _PARAGRAPH.split(text))
    return "\n\n".join(filter(None, paragraphs))[:limit].rstrip()


def clean_note(text: str, limit: int = NOTE_LIMIT) -> str:
    """The user's own text with its lines and spaces kept, in NFC, without anything that a terminal would obey."""
    text = text[:limit].replace("\r\n", "\n").replace("\r", "\n")
    if not (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()):
        text = _UNWANTED.sub(lambda match: match[0] if match[0] in "\n\t" else "", _ESCAPE.sub("", text))
        text = normalize("NFC", text)
    return text[:limit].rstrip()


def is_harmless(text: str) -> bool:
    """Whether a text has only printable characters, line breaks and tabs, which do not control a terminal."""
    return text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()


def visible(text: str, *, styled: bool = False) -> str:
    r"""The text with escapes such as `\u001b` instead of control and direction characters that a terminal would obey.

    JSON keeps its meaning. With `styled`, the program's own colours, links and progress stay.
    """
    return (_NOT_OWN if styled else _OBEYED).sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}" if len(match[0]) == 1 else match[0]


def normalize(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """A text in a normal form, with at most 30 combining characters in a row.

    Python sorts the combining characters in a row by insertion: 78 KB of them took 7 seconds.
    """
    return unicodedata.normalize(form, _LONG_PILE.sub(_shortened_piles, text))


def _shortened_piles(match: re.Match[str]) -> str:
    kept, pile = [], 0
    for char in match[0]:
        pile = pile + 1 if unicodedata.combining(char) else 0
        if pile <= _MAX_PILE_LETTERS:
            kept.append(char)
    return "".join(kept)


def fold(text: str) -> str:
    """The text without case, accents and compatibility forms, for matching: `Fréchet` and `FRECHET` are equal."""
    if text.isascii():
        return text.lower()
    decomposed = normalize("NFKD", text)
    bare = "".join(filterfalse(unicodedata.combining, decomposed)).casefold()
    # Case folding may restore a composed letter or an accent.
    again = unicodedata.normalize("NFKD", bare)
    return "".join(filterfalse(unicodedata.combining, again))


@lru_cache(maxsize=1_024)
def title_hash(title: str) -> int:
    """A signed 64-bit hash of a title that ignores case, accents, spaces and punctuation."""
    folded = fold(title)
    letters = "".join(filter(str.isalnum, folded)) or folded
    # Late: this imports the system's cryptography, which most runs do not need.
    from hashlib import blake2b

    digest = blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def amount(count: int, noun: str) -> str:
    """A number and its noun: `1 paper`, `9,295 papers`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def is_letter(char: str) -> bool:
    """Whether a character belongs to a word of the full-text index; False for the empty string."""
    return bool(char) and WORD_LETTERS[ord(char)] not in ("", " ")


def split_words(text: str) -> list[str]:
    """The words of a text, in lower case and without accents, as in the full-text index.

    It splits as FTS5's `unicode61 remove_diacritics 2` does, except for characters newer than SQLite's tables.
    """
    return text.translate(WORD_LETTERS).split()


def _scrub(line: str) -> str:
    """A line without invisible characters and characters that a terminal would obey."""
    line = normalize("NFC", _UNWANTED.sub("", _ESCAPE.sub("", line)))
    line = _STRAY_JOINER.sub("", _PILE.sub(r"\1", line))
    composed = normalize("NFC", line)
    if composed != line:
        # Joiners had separated letters from their accents; other joiners may now be useless.
        line = normalize("NFC", _JOINERS.sub("", composed))
    return _LEADING_MARKS.sub("", " ".join(line.split()))


class _FoldingTable(dict[int, str]):
    """A table for `str.translate` that drops case and accents and turns everything else into spaces."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    category = unicodedata.category(char)
    if char in _VOWEL_SIGNS:
        return " "
    if category == "Mn":
        return "" if "\u0300" <= char <= "\u0331" else " "
    if category[0] not in "LN" and category != "Co":
        return " "
    lower = char.lower()
    base, *marks = list(unicodedata.normalize("NFD", lower))
    if base.isascii() and all(unicodedata.category(mark) == "Mn" for mark in marks):
        return base
    return _VARIANTS.get(lower, lower if len(lower) == 1 else char)


_VARIANTS = dict(zip("µςϐϑϕϖϰϱϵſ", "μσβθφπκρεs", strict=True))
"""Variants of letters that FTS5 folds into the letter."""

_VOWEL_SIGNS = frozenset(map(chr, (*range(0x19B0, 0x19C1), 0x19C8, 0x19C9, 0x1CF2, 0x1CF3)))
"""Characters that became letters with Unicode 8, and marks, which FTS5 treats as separators."""

WORD_LETTERS = _FoldingTable()
"""Turns a text into words with spaces between them: `text.translate(WORD_LETTERS)`."""
