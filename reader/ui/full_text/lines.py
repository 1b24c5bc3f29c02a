"""The drawn lines of a full text, and the references in them with their targets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.segment import Segment

from reader.core.document.layout import DocumentLine, Layout, TextPlace, in_ascii
from reader.core.document.model import Formula
from reader.core.ids import in_arxiv_address, is_arxiv_id
from reader.core.lines import FOLLOW, Line, Piece, cell_len, cut_line, fill, literal, measure, spread
from reader.ui.kit.glyphs import ASCII, Glyphs
from reader.ui.kit.lines import hits

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.core.document.model import Heading
    from reader.core.paper import Paper
    from reader.core.words import Marker


FrontLines: TypeAlias = Callable[[int], Sequence[DocumentLine]]
"""Makes the lines before the text, such as the title, for a width."""

MAX_AUTHORS = 12
"""Maximum authors named before the text; the paper's page names all."""


# Before the text


def front_lines(paper: Paper, kept: KeptText) -> FrontLines:
    people = ", ".join(paper.authors[:MAX_AUTHORS])
    if (more := len(paper.authors) - MAX_AUTHORS) > 0:
        people += f" +{more}"
    texts = ((paper.title, "title"), (people, "muted"), (kept.facts(paper), "muted"))
    parts = [Piece(literal(text), role) for text, role in texts]

    def lines(width: int) -> Sequence[DocumentLine]:
        filled = (DocumentLine(line) for part in parts if part.text for line in fill([part], width))
        return (DocumentLine(), *filled, DocumentLine())

    return lines


class TextProgress(NamedTuple):
    """The content of the first line."""

    title: str
    heading: Heading | None = None
    share: float | None = None
    """The fraction that has been read, from 0 to 1; None without a text."""
    minutes: int = 0
    message: str = ""
    """Ongoing work, shown instead of the progress."""


def text_header(progress: TextProgress, width: int, glyphs: Glyphs) -> Line:
    parts: list[str] = []
    if progress.message:
        parts = [progress.message]
    elif progress.share is not None:
        if progress.heading is not None:
            parts.append(_cut_text(section_label(progress.heading, glyphs), max(8, width // 2 - 16), glyphs))
        parts.append(f"{int(100 * progress.share)} %")
        if progress.share < 1:
            parts.append(f"{max(1, progress.minutes)} min")
    right: Line = (Piece(f" {glyphs.dot} ".join(parts), "count"), Piece(" ")) if parts else ()
    left: Line = (Piece(" "), Piece(literal(progress.title), "quiet"))
    return spread(cut_line(left, width - measure(right) - 2, glyphs.ellipsis), right, width)


def _cut_text(text: str, room: int, glyphs: Glyphs) -> str:
    return "".join(piece.text for piece in cut_line((Piece(text),), room, glyphs.ellipsis))


def section_label(heading: Heading, glyphs: Glyphs) -> str:
    """A section by its number and title, such as `§3 Method`."""
    title = " ".join(heading_title(heading).split())
    if not heading.number:
        return title
    sign = "§" if heading.number[0].isdigit() and glyphs is not ASCII else ""
    return f"{sign}{heading.number.rstrip('.')} {title}"


def heading_title(heading: Heading) -> str:
    """A section's title as plain text, with formulas as drawn."""
    from reader.core.document.layout import pieces_of, text_of

    return literal(text_of(pieces_of(heading.spans)))


# The text


PLAIN_ROLES = ("text", "muted", "caption")
"""Roles in which references look like links; in other roles they keep the role."""


class LineMarks(NamedTuple):
    """Overlays on a line of the text."""

    searched: Marker | None = None
    letters: tuple[tuple[int, str], ...] = ()
    """Offsets in the line and the letters to draw there, which choose references."""
    highlighted: tuple[tuple[int, int], ...] = ()
    """Offsets of the highlighted parts."""


PLAIN_LINE = LineMarks()


def text_line(line: DocumentLine, glyphs: Glyphs, marks: LineMarks = PLAIN_LINE) -> Line:
    """A line of the document, ready to draw; references can be clicked."""
    drawn: Line = tuple(_piece(piece, glyphs) for piece in line.pieces)
    drawn = _change_parts(drawn, marks.highlighted, lambda piece, _: piece._replace(role=f"{piece.role} passage"))
    if marks.searched is not None:
        found = hits("".join(piece.text for piece in drawn), marks.searched)
        drawn = _change_parts(drawn, found, lambda piece, _: piece._replace(hit=True))
    places = [_first_word(drawn, start) for start, _ in marks.letters]
    return _change_parts(drawn, places, lambda piece, at: _letter_piece(piece, marks.letters[at][1]))


_WORD = re.compile(r"\w+")


def _first_word(line: Line, start: int) -> tuple[int, int]:
    """The offsets of the first word of a reference, which its letter replaces; the first sign if there is no word.

    Replacing only the first digit was rejected: `s2]` for `[12]` looks as if it took two letters.
    """
    before = 0
    for piece in line:
        if start < before + len(piece.text):
            word = _WORD.search(piece.text, start - before)
            return (before + word.start(), before + word.end()) if word else (start, start + 1)
        before += len(piece.text)
    return start, start + 1


def _letter_piece(piece: Piece, letter: str) -> Piece:
    return Piece(letter.ljust(cell_len(piece.text)), "letter")


def _change_parts(line: Line, spans: Sequence[tuple[int, int]], change: Callable[[Piece, int], Piece]) -> Line:
    """Apply `change` to the parts of a line at these ordered offsets; it gets each piece and the span's index."""
    drawn: list[Piece] = []
    offset, first_span = 0, 0
    for piece in line:
        done, size = 0, len(piece.text)
        for number in range(first_span, len(spans)):
            first, last = max(done, spans[number][0] - offset), min(size, spans[number][1] - offset)
            if first >= size:
                break
            if first < last:
                part = piece._replace(text=piece.text[first:last])
                drawn += (piece._replace(text=piece.text[done:first]), change(part, number))
                done = last
            first_span = number + (spans[number][1] - offset <= size)
        drawn.append(piece._replace(text=piece.text[done:]))
        offset += size
    return tuple(piece for piece in drawn if piece.text)


def _piece(piece: Piece, glyphs: Glyphs) -> Piece:
    """A piece ready to draw; the action of a reference gets its target and, after a space, its text."""
    text = literal((in_ascii(piece) if glyphs is ASCII else piece).text)
    if not piece.action:
        return Piece(text, piece.role)
    role = "link" if piece.role in PLAIN_ROLES else piece.role
    return Piece(text, role, action=(FOLLOW, f"{piece.action[1]} {text}"))


def clip_line(line: Line, start: int, width: int, glyphs: Glyphs) -> Line:
    """The cells of a line from `start` on, with signs if there is more text on the left or right."""
    end = min(start + width, measure(line))
    right: Line = (Piece(glyphs.more_right, "more"),) if end < measure(line) else ()
    left: Line = (Piece(glyphs.more_left, "more"),) if start and end - start > len(right) else ()
    return (*left, *_cells(line, start + len(left), end - len(right)), *right)


def _cells(line: Line, start: int, end: int) -> Iterator[Piece]:
    """The part of a line between two cells; halves of wide characters become spaces."""
    for piece in line:
        size = cell_len(piece.text)
        before, _ = Segment(piece.text).split_cells(max(0, min(end, size)))
        _, part = before.split_cells(max(0, min(start, size)))
        if part.text:
            yield piece._replace(text=part.text)
        start, end = start - size, end - size


# Instead of a text


def missing_text_message(message: str, keys: Sequence[tuple[str, str]]) -> str:
    """Why there is no text, and the keys that help, between backticks."""
    hints = "   ".join(f"`{key}` {name}" for key, name in keys if key)
    return f"{message}\n\n{hints}"


LETTERS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM"
"""The keys that choose a reference, in order."""

_PART_NAMES = (
    "Sections?|Secs?\\.|§|Appendix|Appendices|App\\.|Figures?|Figs?\\.|Tables?|Tabs?\\.|Algorithms?|Alg\\.|Theorem|Lemma|"
    "Proposition|Corollary|Definition|Remark|Equations?|Eqs?\\.|Eqn\\."
)
_NAMED_REFERENCE = re.compile(
    rf"(?:\b|(?=§))(?P<word>{_PART_NAMES})\s*\(?(?P<number>[A-Z](?:\.\d+)+|\d+(?:\.\d+)*|[A-Z]\b)"
)
_CITED_NUMBER = re.compile(r"\[(\d{1,3})(?=[,\];–-])|(?<=[,;] )(\d{1,3})(?=[,\];])")


class TextLink(NamedTuple):
    """A reference in view."""

    place: TextPlace
    start: int
    text: str
    goal: TextPlace | str


def links_in(lines: Sequence[tuple[TextPlace, DocumentLine]], layout: Layout) -> list[TextLink]:
    """The references and formulas in these lines, one for each goal and at most one for each of `LETTERS`."""
    found: dict[TextPlace | str, TextLink] = {}
    formulas: list[TextLink] = []
    drawn: Formula | None = None
    for place, line in lines:
        if line.formula is not None and line.formula is not drawn:
            # The box shows the TeX of a formula.
            formulas.append(TextLink(place, 0, "formula", place))
        drawn = line.formula
        for start, text, target in sorted(_reference_spans(line)):
            goal = goal_of(layout, target, text)
            # A heading does not link to itself.
            if goal is not None and not (isinstance(goal, TextPlace) and goal.block == place.block):
                found.setdefault(goal, TextLink(place, start, text, goal))
    return sorted((*found.values(), *formulas), key=lambda link: (link.place, link.start))[: len(LETTERS)]


def _reference_spans(line: DocumentLine) -> Iterator[tuple[int, str, str]]:
    """The start, text and target of each reference in a line; references in plain words have no target."""
    start, linked = 0, set[int]()
    for piece in line.pieces:
        end = start + len(piece.text)
        if piece.action:
            linked.update(range(start, end))
            yield start, _with_word(line.text[:start], piece.text), piece.action[1]
        start = end
    text = line.text
    for match in (*_NAMED_REFERENCE.finditer(text), *_CITED_NUMBER.finditer(text)):
        if linked.isdisjoint(range(*match.span())):
            number = match[1] or match[2] if match.re is _CITED_NUMBER else ""
            yield match.start(), f"[{number}]" if number else match.group(), ""


def _with_word(before: str, text: str) -> str:
    """The text of a reference, with the word before it if it is a bare number."""
    match = re.search(rf"({_PART_NAMES})\s*\(?$", before)
    return f"{match[1]} {text}" if match and text[:1].isalnum() and len(text) <= 8 else text


def goal_of(layout: Layout, target: str, text: str) -> TextPlace | str | None:
    """The goal of a reference by its target or else its words; None if it leads nowhere."""
    if target and not target.startswith("#"):
        return target
    if target and (place := layout.place_of(target)) is not None:
        return place
    document = layout.document
    named = _NAMED_REFERENCE.match(text)
    landmark = document.find_landmark(f"{named['word']} {named['number']}") if named else None
    # A bare number may name an entry of the bibliography.
    bare = " ".join(text.split()).strip("[]()").lower()
    block = landmark.block if landmark else document.references.get(f"[{bare}]", document.references.get(bare))
    return None if block is None else layout.place_at(block, 0)


def web_address(target: str, source: str, id: str) -> str:
    """The web address of a picture, whose path may be relative to the paper's page."""
    if target.startswith(("https://", "http://")) or not is_arxiv_id(id):
        return target
    host = "arxiv.org" if source in ("feed", "pdf", "") else source
    return f"https://{host}/html/{in_arxiv_address(id)}/{target.removeprefix('./').removeprefix(f'{id}/')}"
