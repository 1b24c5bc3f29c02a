"""What plain mode says: sentences of letters that any line can carry and any voice can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reader.core.dates import WEEKDAYS
from reader.core.lines import Line, wrapped
from reader.core.paper_row import Flag, PaperRow
from reader.core.text import amount, visible
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.header_line import PROGRAM
from reader.ui.kit.status_lines import Status

SPOKEN: Glyphs = ASCII._replace(
    unread="unread", read="read", starred="starred,", queued="queued,", hidden="hidden,", elsewhere="not in the cache",
    rising="rising", followed="followed", highlighted="highlighted",
    code="code", note="note:", full_text="full text", comments="comments", upvotes="votes", cursor="\u258c", caret="",
    picked="picked", excluded="excluded", implied="implied", folded="closed", unfolded="open", here="\u00bb",
    line="", rule="", thumb="", dot=",", nothing="none", ellipsis="...", more_left="…", more_right="…",
    refreshed="refreshed", offline="trouble:", spinner="\u21bb", spark=" " * 8, shades=" " * 5, quote="",
)  # fmt: skip
"""The signs of the interface in words."""

WORDS = str.maketrans(
    {sign: word for sign, word in zip(UNICODE, SPOKEN, strict=True) if sign > "\u25a0" and word.isascii()}
)
"""What the signs in a command's output, which is drawn for the eye, mean."""

_DRAWN = re.compile("[\u2500-\u259f]+")
"""Lines, boxes and blocks, such as those of tables in a full text."""

_GAP = re.compile(rf"\s{{2,}}(?!(?<=(?:{'|'.join(day[:3] for day in WEEKDAYS)})  )\d)|\s+[,·]\s+")
"""What parts columns, and facts beside each other; a day of one digit stays with its weekday."""

_NUMBER = re.compile(r"^([\d.]+|\S)\s{2,}")
"""The number of a heading, or the key of a link."""


def plain(text: str) -> str:
    """A text on one line without signs that only an eye can read, and without what a terminal would obey."""
    parts = [one for one in _GAP.split(_NUMBER.sub(r"\1 ", _DRAWN.sub("  ", text).strip(" ·"))) if one.strip("· ")]
    return visible(
        ", ".join(parts).replace(SPOKEN.here, "current:").replace(SPOKEN.spinner[0], "at work:").replace("…", "...")
    )


def says(line: Line) -> str:
    text = "".join(piece.text for piece in line)
    return plain(text.removeprefix(f" {PROGRAM} ").replace(f" {SPOKEN.here}", ", searched for"))


def sentence(text: str) -> str:
    """A text as a sentence, with a full stop. It may begin with a key, so its first letter stays as it is."""
    text = plain(text).rstrip(" ,")
    return text and f"{text}{'' if text[-1] in '.?!:' else '.'}"


def paper(number: int, row: PaperRow, date: str = "", *, is_brief: bool = False) -> str:
    facts = "" if is_brief else sentence(", ".join((*_facts(row), *filter(None, [date]))))
    return f"{number}. {sentence(row.title)} {facts}".rstrip()


def _facts(row: PaperRow) -> Iterator[str]:
    if not row.kept:
        yield "Not in the cache"
    yield "Read" if row.read else "Unread"
    marks = ((row.starred, "starred"), (row.queued, "queued"), (row.hidden, "hidden"), (row.has_note, "with your note"))
    yield from (word for has, word in marks if has)
    if row.upvotes is not None:
        yield amount(row.upvotes, "vote")
    flags = ((Flag.FOLLOWED, "followed"), (Flag.HIGHLIGHTED, "picked out by a rule"))
    yield from (word for flag, word in flags if row.flags & flag)
    rest = ((row.rising, "rising"), (row.code, "with code"), (row.has_text, "full text here"))
    yield from (word for has, word in rest if has)
    if row.why:
        yield row.why


def keys(status: Status) -> str:
    named = "; ".join(f"{key} {name}" for key, name in status.choices or status.keys if name)
    return sentence(f"{status.typed or ('Answer' if status.choices else 'Keys')}: {named}") if named else ""


def fill(said: Sequence[str], width: int) -> list[str]:
    """The sentences in lines of a width; one that continues is indented."""
    lines: list[str] = []
    for text in said:
        first, *rest = wrapped(text, width) or [""]
        lines += [first, *(f"  {part}" for one in [" ".join(rest)] for part in wrapped(one, width - 2))]
    return lines
