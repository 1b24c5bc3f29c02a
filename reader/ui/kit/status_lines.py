"""The first line, and the last line with keys and a notice, or with a prompt and its choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from reader.core.lines import Line, Piece, cell_len, cut_line, literal, measure, spread, wrap
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import key_piece

EDIT_QUERY = ("query", "edit")

PROGRAM = "dailypapers"
_HEADER_GAP = 2
_MIN_QUERY_CELLS = 8
"""Minimum cells of a cut query; with fewer cells, only the place is shown."""

ConditionKind = Literal["fresh", "busy", "trouble", "plain"]


class Condition(NamedTuple):
    """The condition of the reader, shown at the end of the first line, because it lasts longer than a notice."""

    text: str = ""
    """For example `18:20`, `day 3 of 7`, `offline 18:25` or `sample`."""
    kind: ConditionKind = "plain"
    """The time of the last refresh, work in progress, a lasting problem, or another condition."""


class Header(NamedTuple):
    """The content of the first line."""

    place: str = ""
    """The name of the view or day."""
    query: str = ""
    shown: int | None = None
    """Number of matching papers; None while unknown."""
    total: int | None = None
    """Number of papers in the place without the query."""
    read: int | None = None
    """Number of the day's papers that are read; None if the place is not a day, or while unknown."""
    condition: Condition = Condition()


def header_line(header: Header, width: int, glyphs: Glyphs = UNICODE, turn: int = 0) -> Line:
    """Draw the first line in a width; `turn` chooses the sign of the spinner.

    It is drawn in the longest form that fits: with the program's name, without it, or with a short place and the sign
    of the condition. The shortest form has only the count, the sign of the condition and a cut query.
    """
    short = header._replace(place=header.place.partition(f" {glyphs.dot} ")[0])
    whole, place = (_where(form, glyphs, literal(header.query)) for form in (header, short))
    condition, sign = _condition(header.condition, glyphs, turn)
    counts = _counts(header)
    for left, right in (
        ((Piece(f" {PROGRAM} ", "quiet"), *whole), _join_parts(glyphs, counts, condition)),
        (whole, _join_parts(glyphs, counts, condition)),
        (place, _join_parts(glyphs, counts, condition)),
        (place, _join_parts(glyphs, counts, sign)),
    ):
        if measure(left) + measure(right) + _HEADER_GAP <= width:
            return _put_at_edges(left, right, width)
    right = _join_parts(glyphs, _number(header), sign)
    return _put_at_edges(_cut_where(short, glyphs, width - measure(right) - _HEADER_GAP), right, width)


def _put_at_edges(left: Line, right: Line, width: int) -> Line:
    """Put both parts at the edges; a click in the empty middle edits the query."""
    gap = width - measure(left) - measure(right)
    if gap < 0:
        return cut_line((*left, *right), width)
    return (*left, Piece(" " * gap, action=EDIT_QUERY), *right)


def _where(header: Header, glyphs: Glyphs, query: str) -> Line:
    place: Line = (Piece(" "), Piece(literal(header.place), "place"))
    if not query:
        return place
    return (*place, Piece(f" {glyphs.here}", "quiet"), Piece(f" {query} ", "query", action=EDIT_QUERY))


def _cut_where(header: Header, glyphs: Glyphs, room: int) -> Line:
    bare = measure(_where(header, glyphs, " ")) - 1
    if not header.query or room - bare < _MIN_QUERY_CELLS:
        return cut_line(_where(header, glyphs, ""), room, glyphs.ellipsis)
    *before, query = _where(header, glyphs, literal(header.query))
    # The query's background ends in a space even if the query is cut.
    [short] = cut_line((query._replace(text=query.text.rstrip()),), room - measure(before) - 1, glyphs.ellipsis)
    return (*before, short._replace(text=f"{short.text} "))


def _join_parts(glyphs: Glyphs, *parts: Line) -> Line:
    joined: Line = ()
    for part in filter(None, parts):
        joined += (Piece(f" {glyphs.dot} ", "quiet"), *part) if joined else part
    return (*joined, Piece(" ")) if joined else ()


def _number(header: Header) -> Line:
    return () if header.shown is None else (Piece(f"{header.shown:,}", "count"),)


def _counts(header: Header) -> Line:
    """The number of the day's papers that are read; with a query, the number of papers that match it."""
    shown, total, read = header.shown, header.total, header.read
    if shown is None:
        return ()
    if read is not None and shown and not header.query:
        if read >= shown:
            return (Piece("all ", "quiet"), Piece(f"{shown:,}", "count"), Piece(" read", "quiet"))
        return (Piece(f"{read:,}", "count"), Piece(f" of {shown:,} read", "quiet"))
    papers = " paper" if shown == 1 else " papers"
    # Until the papers of a new place are counted, the old total may be too small.
    suffix = papers if total is None or total <= shown else f" of {total:,}"
    return (*_number(header), Piece(suffix, "quiet"))


def _condition(condition: Condition, glyphs: Glyphs, turn: int) -> tuple[Line, Line]:
    """The condition in words, and as a sign if it has one."""
    text = literal(condition.text).replace(UNICODE.dot, glyphs.dot)
    if not text:
        return (), ()
    match condition.kind:
        case "fresh":
            return (Piece(f"{glyphs.refreshed} {text}", "quiet"),), ()
        case "busy":
            sign = Piece(glyphs.spinner[turn % len(glyphs.spinner)], "busy")
            return (sign, Piece(f" {text}", "quiet")), (sign,)
        case "trouble":
            return (Piece(f"{glyphs.offline} {text}", "warning"),), (Piece(glyphs.offline, "warning"),)
        case "plain":
            return (Piece(text, "quiet"),), ()


Choice = tuple[str, str]
"""A displayed key, and its effect."""

Tone = Literal["done", "warning"]
"""The kind of the text on the right: a notice or a warning."""

FIRST_KEYS = 2
"""Number of first keys that stay beside a notice; the last key, which leads to all others, stays too."""

_BETWEEN = 2
_GAP = 3


class Status(NamedTuple):
    """The content of the last line."""

    keys: tuple[Choice, ...] = ()
    """The most useful keys, most important first; a narrow line drops the last key last."""
    choices: tuple[Choice, ...] = ()
    """The choices of a prompt, or the possible next keys of a chord; nothing else is shown with them."""
    typed: str = ""
    """The keys pressed so far, or a word, that the choices complete."""
    message: str = ""
    tone: Tone = "done"
    selected: int = 0
    """Number of selected papers, on which the keys act."""
    is_typing: bool = False
    """Whether the user is typing `typed`, which then has a caret."""


def status_lines(status: Status, width: int, glyphs: Glyphs = UNICODE) -> tuple[Line, ...]:
    """Draw the last line in a width; a prompt and a long warning need more than one line.

    To fit beside the first keys, a notice drops its last parts and is cut at a word. A warning that does not fit there
    has one or two lines above the keys. The number of selected papers comes before the keys.
    """
    if status.choices:
        return _prompt(status, width, glyphs)
    lead: Line = (Piece(" "), Piece(f"{status.selected:,} selected", "typed"), Piece(" ")) if status.selected else ()
    message, room = _clean(status.message, glyphs), width - measure(lead)
    keys: Sequence[Choice] = status.keys
    first = _first(keys, min(FIRST_KEYS + 1, len(keys)))
    beside_keys = room - _width(first) - _GAP - 1 if first else room - 2
    above: tuple[Line, ...] = ()
    if status.tone == "warning" and cell_len(message) > beside_keys:
        above, message = _warning(message, width, glyphs.ellipsis), ""
    else:
        message = _cut_parts(message, beside_keys, glyphs)
    shown = _fitting(keys, room - cell_len(message) - _GAP - 1 if message else room)
    left = (*lead, Piece(" "), *_key_names(shown)) if shown else lead
    right = (Piece(message, status.tone), Piece(" ")) if message else ()
    last = cut_line(spread(left, right, width), width)
    return (*above, last) if shown or not above else above


def _clean(message: str, glyphs: Glyphs) -> str:
    return " ".join(literal(message).split()).replace(UNICODE.dot, glyphs.dot)


# The keys


def _key_names(keys: Sequence[Choice]) -> Line:
    line: list[Piece] = []
    for key, name in keys:
        if line:
            line.append(Piece(" " * _BETWEEN))
        line += _choice(key, name)
    return tuple(line)


def _choice(key: str, name: str) -> Line:
    return key_piece(key), key_piece(key, f" {name}", "name")


def _width(keys: Sequence[Choice]) -> int:
    return 1 + measure(_key_names(keys)) if keys else 0


def _fitting(keys: Sequence[Choice], room: int) -> Sequence[Choice]:
    return next((fitting for count in range(len(keys), 0, -1) if _width(fitting := _first(keys, count)) <= room), ())


def _first(keys: Sequence[Choice], count: int) -> Sequence[Choice]:
    """Return `count` keys: the first ones, and the last key, which leads to all others."""
    return (*keys[: count - 1], keys[-1]) if count else ()


# Prompts


def _prompt(status: Status, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Draw all choices, each on a single line, in as many lines as needed."""
    end = glyphs.caret if status.is_typing else glyphs.ellipsis
    lead: Line = (Piece(f" {literal(status.typed)}{end}", "typed"),) if status.typed else ()
    indent = measure(lead) + (_BETWEEN if lead else 1)
    if indent > width // 3:
        indent = 1
    lines: list[Line] = [lead]
    for key, name in status.choices:
        choice, used = _choice(key, name), measure(lines[-1])
        gap = _BETWEEN if used else 1
        if used and used + gap + measure(choice) > width:
            lines.append(())
            gap = indent
        lines[-1] += (Piece(" " * gap), *choice)
    return tuple(cut_line(line, width, glyphs.ellipsis) for line in lines)


# Notices


def _warning(message: str, width: int, ellipsis: str) -> tuple[Line, ...]:
    """Draw a warning over the whole width, in at most two lines."""
    room = max(1, width - 2)
    parts = wrap(message, room)
    if len(parts) > 2:
        start = parts[1][0]
        texts = [message[slice(*parts[0])], _cut_words(message[start:], room, ellipsis)]
    else:
        texts = [message[start:end] for start, end in parts]
    return tuple(cut_line((Piece(" "), Piece(text, "warning")), width, ellipsis) for text in texts)


def _cut_parts(text: str, room: int, glyphs: Glyphs) -> str:
    """Drop the last dot-separated parts of a text until it fits `room` cells; cut the first part at a word."""
    dot = f" {glyphs.dot} "
    parts = text.split(dot)
    shorter = (dot.join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((short for short in shorter if cell_len(short) <= room), _cut_words(parts[0], room, glyphs.ellipsis))


def _cut_words(text: str, room: int, ellipsis: str) -> str:
    """Shorten a text at a space to at most `room` cells; empty if not even one word fits."""
    words = text.split(" ")
    # Do not leave punctuation or a dot between parts before the ellipsis.
    shorter = (" ".join(words[:count]).rstrip(" ·-,:;") + ellipsis for count in range(len(words) - 1, 0, -1))
    return next((short for short in (text, *shorter) if cell_len(short) <= room), "")
