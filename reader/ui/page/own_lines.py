"""What is the user's own of a paper, as lines: follows, tags, note, highlights, what programs said; their group's."""

from __future__ import annotations

import re

from reader.cache.outputs import Output
from reader.core.lines import Line, Piece, cut, fill, literal, unbroken
from reader.core.paper import Paper
from reader.core.passages import split_note
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.lines import mark
from reader.ui.page.presentation import Presentation

NOTE_LINES = 12
"""Maximum lines of a note while it is folded."""

HIGHLIGHTS, QUOTE_LINES = 5, 3
"""Highlights that are shown, and lines of each, while they are folded."""

MOST_PEOPLE, FOREIGN_NOTE = 40, 4_000
"""Members of the group who are named, and characters of their notes, on the page of a paper; `show` has all."""

_HEADING = re.compile(r"#{1,5}\s")
_PART = re.compile(
    r"^(```|~~~).*?(?:^\1|\Z)[^\n]*|^(?:(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[>|]|[ \t]+\S)[^\n]*\n?)+|^[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
"""Code, or lines of a list, a quote or a table, or a single line."""


def own_lines(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """What is followed, the paper's tags, its note and highlights, and what the group shares.

    Of a long note and of many highlights only the beginning is shown, unless they are unfolded.
    """
    note = _note(paper.note or "", width, look.glyphs, is_unfolded=look.is_unfolded)
    kept = _highlights(paper, width, look)
    return [*_follows(width, look), *_tags(paper, width, look.glyphs), *note, *kept, *_shared(width, look)]


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
    """The note behind its sign: each line of text by itself, as Markdown draws it; lists, tables and code are whole."""
    lines: list[Line] = []
    parts = [part[0] for part in _PART.finditer(note)] if note else []
    for number, part in enumerate(parts, 1):
        lines += _markdown(part, width - 2, glyphs) if part.strip() else [()]
        if len(lines) > NOTE_LINES and not is_unfolded:
            rest = len(lines) - NOTE_LINES + 1 + len(parts) - number
            lines = [*lines[: NOTE_LINES - 1], _fold(f"+{rest:,} lines", width - 2)]
            break
    else:
        lines += [_fold("less", width - 2)] if len(lines) > NOTE_LINES else []
    return [(Piece("  ") if place else Piece(f"{glyphs.note} ", "label"), *line) for place, line in enumerate(lines)]


def _highlights(paper: Paper, width: int, look: Presentation) -> list[Line]:
    """The highlighted passages with their sections and notes; a click reads the text there."""
    if not paper.highlights:
        return []
    key = look.link_keys.get("places", "")
    head = [Piece("Highlights", "label"), Piece(f"  {len(paper.highlights)}", "muted")]
    lines = fill([*head, *((Piece("  "), Piece(key, "key"), Piece(" reads there", "muted")) if key else ())], width)
    shown = len(paper.highlights) if look.is_unfolded else HIGHLIGHTS
    for place, said in enumerate(paper.highlights[:shown]):
        action = ("passage", str(place))
        _, found = split_note(said)
        quote, section, note = (found[0].quote, found[0].section, found[0].note) if found else (said, "", "")
        text = quote if look.is_unfolded else quote[: width * QUOTE_LINES]
        drawn = fill([Piece(literal(" ".join(text.split())), "text", action=action)], width - 2)
        drawn = drawn if look.is_unfolded else drawn[:QUOTE_LINES]
        bar = Piece(f"{look.glyphs.quote} ", "quote")
        lines += [(bar, *line) for line in drawn]
        where = [Piece(literal(section), "facts", action=action)] if section else []
        about = [Piece(f"  {look.glyphs.note} ", "label"), *mark(" ".join(note.split()), "text")] if note else []
        lines += [(Piece("  "), *line) for line in fill([*where, *about], width - 2)]
    if (more := len(paper.highlights) - HIGHLIGHTS) > 0:
        lines.append(_fold("less" if look.is_unfolded else f"+{more:,} more", width))
    return lines


def _fold(text: str, width: int) -> Line:
    return (Piece(cut(text, width), "more", action=("unfold", "")),)


def _markdown(text: str, width: int, glyphs: Glyphs) -> list[Line]:
    from reader.core.errors import NoFullText
    from reader.feeds.fulltext.markdown import parse_markdown
    from reader.ui.page.community_lines import text_lines

    try:
        # A first heading of the first level would be the name of a document.
        blocks = parse_markdown(f"#{text}" if _HEADING.match(text) else text).blocks
    except NoFullText:
        blocks = ()
    return text_lines(blocks, width, glyphs) or fill(mark(text, "text"), width)


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
        lines.extend(fill([Piece("'dailypapers show' prints the rest", "muted")], width - 2))
    return [(bar, *line) for line in lines]
