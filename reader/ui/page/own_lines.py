"""What is the user's own of a paper, as lines: follows, tags, note, what their programs said; and their group's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.cache.outputs import Output
from reader.core.lines import Line, Piece, cut, fill, literal, unbroken
from reader.core.paper import Paper
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import mark
from reader.ui.page.presentation import Presentation

NOTE_LINES = 12
"""Maximum lines of a note while it is folded."""

MOST_PEOPLE, FOREIGN_NOTE = 40, 4_000
"""Members of the group who are named, and characters of their notes, on the page of a paper; `show` has all."""

_ITEM = re.compile(r"(\s*(?:[-*+]|\d{1,3}[.)])\s+)")
_HEADING = re.compile(r"#{1,6}\s+")
_DEEPEST = 12
"""Maximum indent in cells."""


def own_lines(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """What is followed, the paper's tags, its note, and what the group shares.

    Of a long note only the beginning is shown, unless it is unfolded.
    """
    note = _note(paper.note or "", width, look.glyphs, is_unfolded=look.is_unfolded)
    return [*_follows(width, look), *_tags(paper, width, look.glyphs), *note, *_shared(width, look)]


def _follows(width: int, look: Presentation) -> list[Line]:
    """What the user follows that the paper has; a click lists all papers that have it."""
    pieces = [Piece(f"{look.glyphs.followed} Followed", "label")] if look.follows else []
    for place, reason in enumerate(look.follows):
        pieces += [
            Piece(f" {look.glyphs.dot} " if place else " ", "between"),
            Piece(unbroken(literal(reason.said(look.topic_names))), "tag", action=("view", reason.follow.view)),
        ]
    return fill(pieces, width)


def _shared(width: int, look: Presentation) -> list[Line]:
    """Who of the group starred, queued or tagged the paper, and their notes; only the beginning unless unfolded."""
    pieces = [Piece("Group", "label")] if look.shared else []
    for place, one in enumerate(look.shared[:MOST_PEOPLE]):
        pieces += [
            Piece(f" {look.glyphs.dot} " if place else " ", "between"),
            Piece(unbroken(literal(one.name)), "people"),
            Piece(f" {literal(one.text)}", "text"),
        ]
    if look.shared[MOST_PEOPLE:]:
        pieces.append(Piece(f" and {len(look.shared) - MOST_PEOPLE} more", "between"))
    lines = fill(pieces, width)
    most = FOREIGN_NOTE if look.is_unfolded else width * NOTE_LINES
    for one in [one for one in look.shared if one.note][:MOST_PEOPLE]:
        if len(lines) > NOTE_LINES and not look.is_unfolded:
            break
        text = " ".join(one.note[:most].split())
        lines += fill((Piece(f"{look.glyphs.note} ", "label"), *mark(f"{one.name}: {text}", "text")), width)
    if len(lines) <= NOTE_LINES:
        return lines
    return [*lines, _fold("less", width)] if look.is_unfolded else [*lines[: NOTE_LINES - 1], _fold("+ more", width)]


def _tags(paper: Paper, width: int, glyphs: Glyphs) -> list[Line]:
    """The tags; a click lists all papers with one."""
    pieces = [Piece("Tags", "label")] if paper.tags else []
    for place, tag in enumerate(paper.tags):
        pieces += [
            Piece(f" {glyphs.dot} " if place else " ", "between"),
            Piece(unbroken(literal(tag)), "tag", action=("tag", tag)),
        ]
    return fill(pieces, width)


def _note(note: str, width: int, glyphs: Glyphs, *, is_unfolded: bool) -> list[Line]:
    lines: list[Line] = []
    paragraphs = iter(note.splitlines())
    for text in paragraphs:
        lines += _paragraph(text, width, glyphs) if lines else _first(text, width, glyphs)
        if len(lines) > NOTE_LINES and not is_unfolded:
            rest = len(lines) - NOTE_LINES + 1 + sum(1 for _ in paragraphs)
            return [*lines[: NOTE_LINES - 1], _fold(f"+{rest:,} lines", width)]
    return [*lines, _fold("less", width)] if len(lines) > NOTE_LINES else lines


def _first(text: str, width: int, glyphs: Glyphs) -> list[Line]:
    """The first paragraph, behind the sign of a note."""
    sign, *rest = _hanging(f"{glyphs.note} ", _paragraph(text, width - 2, glyphs))
    return [(sign[0]._replace(role="label"), *sign[1:]), *rest]


def _fold(text: str, width: int) -> Line:
    return (Piece(cut(text, width), "more", action=("unfold", "")),)


def _paragraph(text: str, width: int, glyphs: Glyphs) -> list[Line]:
    """A line of Markdown: a quote behind a bar, an item with its text aligned, a heading without its signs."""
    if text.startswith(">") and width > 3:
        bar = Piece(f"{glyphs.quote} ", "quote")
        return [(bar, *line) for line in fill(mark(text[1:].strip(), "people"), width - 2) or [()]]
    heading = _HEADING.match(text)
    if heading is not None:
        return fill(mark(text[heading.end() :], "label"), width)
    item = _ITEM.match(text)
    lead = literal(item[1].expandtabs(4)) if item is not None else ""
    if item is None or len(lead) > min(_DEEPEST, width // 3):
        return fill(mark(text, "text"), width) or [()]
    return list(_hanging(lead, fill(mark(text[item.end() :], "text"), width - len(lead)) or [()]))


def _hanging(lead: str, lines: list[Line]) -> Iterator[Line]:
    for place, line in enumerate(lines):
        yield (Piece(lead if not place else " " * len(lead)), *line)


MOST_SHOWN = 20_000
"""Characters that are drawn, as many as an abstract may have."""


def output_lines(output: Output, width: int, glyphs: Glyphs) -> list[Line]:
    """Return the output under its command's name, in its own lines."""
    bar = Piece(f"{glyphs.quote} ", "quote")
    maker = Piece(f" {glyphs.dot} by a program, {output.made[:10]}", "muted")
    lines = fill([Piece(literal(output.name), "label"), maker], width - 2)
    for one in output.text[:MOST_SHOWN].split("\n"):
        lines.extend(fill([Piece(literal(one), "summary")], width - 2) if one.strip() else [()])
    if len(output.text) > MOST_SHOWN:
        lines.extend(fill([Piece("The rest is in: dailypapers show", "muted")], width - 2))
    return [(bar, *line) for line in lines]
