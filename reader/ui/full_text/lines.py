"""The drawn lines of a full text: the first line, the text, and messages instead of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from reader.core.document.block_lines import IN_ASCII, DocumentLine
from reader.core.lines import FOLLOW, Line, Piece, cell_len, cut_line, fill, literal, measure, spread
from reader.ui.kit.glyphs import ASCII, Glyphs
from reader.ui.kit.lines import hits

if TYPE_CHECKING:
    from reader.cache.texts import KeptText
    from reader.core.document.model import Heading
    from reader.core.paper import Paper
    from reader.core.words import Marker

TEXT_ROLES = (
    "title", "heading", "strong", "emphasis", "code", "formula", "mark", "label", "caption", "muted", "rule", "link",
    "cursor", "more", "key", "letter", "selected", "sign", "passage",
)  # fmt: skip

FrontLines: TypeAlias = Callable[[int], Sequence[DocumentLine]]
"""The lines before the text, such as the title, for a width."""

MOST_PEOPLE = 12
"""Maximum authors named before the text; the paper's page has all."""


# Before the text


def front_lines(paper: Paper, kept: KeptText, picture_key: str = "") -> FrontLines:
    people = ", ".join(paper.authors[:MOST_PEOPLE])
    if (more := len(paper.authors) - MOST_PEOPLE) > 0:
        people += f" +{more}"
    parts = ((literal(paper.title), "title"), (literal(people), "muted"), (facts(paper, kept, picture_key), "muted"))
    return partial(_front, parts)


def _front(parts: Sequence[tuple[str, str]], width: int) -> Sequence[DocumentLine]:
    lines = [DocumentLine()]
    for text, role in parts:
        if text:
            lines += map(DocumentLine, fill([Piece(text, role)], width))
    return (*lines, DocumentLine())


def facts(paper: Paper, kept: KeptText, picture_key: str = "") -> str:
    """The version, source and gaps of a text, and the key that shows the pages of a PDF."""
    document = kept.document
    version = f"v{document.version}" if document.version else ""
    newer = f"v{paper.version} is out" if document.version and (paper.version or 0) > document.version else ""
    shows = f"{picture_key} shows its pages" if kept.source == "pdf" and picture_key else ""
    parts = (f"arXiv:{paper.id}{version}", newer, document.licence, f"from {kept.origin}", *document.lacks, shows)
    return literal(" · ".join(filter(None, parts)))


class TextProgress(NamedTuple):
    """The content of the first line."""

    title: str
    heading: Heading | None = None
    share: float | None = None
    """How much has been read, from 0 to 1; None without a text."""
    minutes: int = 0
    said: str = ""
    """Ongoing work, shown instead of the progress."""


def text_header(progress: TextProgress, width: int, glyphs: Glyphs) -> Line:
    parts: list[str] = []
    if progress.said:
        parts = [progress.said]
    elif progress.share is not None:
        if progress.heading is not None:
            parts.append(_cut(section_label(progress.heading, glyphs), max(8, width // 2 - 16), glyphs))
        parts.append(f"{int(100 * progress.share)} %")
        if progress.share < 1:
            parts.append(f"{max(1, progress.minutes)} min")
    right: Line = (Piece(f" {glyphs.dot} ".join(parts), "count"), Piece(" ")) if parts else ()
    left: Line = (Piece(" "), Piece(literal(progress.title), "quiet"))
    return spread(cut_line(left, width - measure(right) - 2, glyphs.ellipsis), right, width)


def _cut(text: str, room: int, glyphs: Glyphs) -> str:
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
    from reader.core.document.block_lines import pieces_of, text_of

    return literal(text_of(pieces_of(heading.spans)))


# The text


PLAIN_ROLES = ("text", "muted", "caption")
"""Roles whose references are styled; with any other role, a reference keeps it."""


class LineMarks(NamedTuple):
    """Overlays on a line of the text."""

    searched: Marker | None = None
    letters: tuple[tuple[int, str], ...] = ()
    """Letters that choose references, each with the number of line letters before it."""
    painted: tuple[tuple[int, int, str], ...] = ()
    """The (start, end) of parts with an extra style: highlights and chosen words."""


PLAIN_LINE = LineMarks()


def text_line(line: DocumentLine, glyphs: Glyphs, marks: LineMarks = PLAIN_LINE) -> Line:
    """A line of the document in drawable pieces; references can be clicked."""
    drawn: Line = tuple(_piece(piece, glyphs) for piece in line.pieces)
    for start, end, role in marks.painted:
        over = (piece._replace(role=f"{piece.role} {role}") for piece in part_of(drawn, start, end))
        drawn = (*part_of(drawn, 0, start), *over, *part_of(drawn, end, len(line.text)))
    if marks.searched is not None:
        found = hits("".join(piece.text for piece in drawn), marks.searched)
        drawn = _over(drawn, [(start, end, None) for start, end in found])
    return _over(drawn, [(start, start + 1, letter) for start, letter in marks.letters]) if marks.letters else drawn


def part_of(line: Line, start: int, end: int) -> Line:
    """The letters of a line from one to before another."""
    parts: list[Piece] = []
    offset = 0
    for piece in line:
        text = piece.text[max(0, start - offset) : max(0, end - offset)]
        parts += [piece._replace(text=text)] if text else []
        offset += len(piece.text)
    return tuple(parts)


def _over(line: Line, spans: Sequence[tuple[int, int, str | None]]) -> Line:
    drawn: list[Piece] = []
    offset = 0
    for piece in line:
        done, end = 0, len(piece.text)
        for start, stop, letter in spans:
            first, last = max(done, start - offset), min(end, stop - offset)
            if first >= last:
                continue
            drawn.append(piece._replace(text=piece.text[done:first]))
            over = piece._replace(text=piece.text[first:last], hit=True)
            drawn.append(over if letter is None else Piece(letter.ljust(cell_len(over.text)), "letter"))
            done = last
        drawn.append(piece._replace(text=piece.text[done:]))
        offset += end
    return tuple(piece for piece in drawn if piece.text)


def _piece(piece: Piece, glyphs: Glyphs) -> Piece:
    """A drawn piece; a click on a reference also passes its text, after a space."""
    text = literal(piece.text)
    if glyphs is ASCII and piece.role in ("rule", "label"):
        text = text.translate(IN_ASCII)
    if not piece.action:
        return Piece(text, piece.role)
    role = "link" if piece.role in PLAIN_ROLES else piece.role
    return Piece(text, role, action=(FOLLOW, f"{piece.action[1]} {text}"))


def clipped(line: Line, start: int, width: int, glyphs: Glyphs, fixed: int = 0) -> Line:
    """The cells of a line from `start` on, with signs where more text is on the left or right.

    The first `fixed` cells stay, unless they take half of the width.
    """
    cells = [(char, piece) for piece in line for char in _cells(piece.text)]
    fixed = fixed if 2 * fixed < width else 0
    shown = cells[:fixed] + cells[fixed + start : start + width]
    if start and len(shown) > fixed:
        shown[fixed] = (glyphs.more_left, Piece("", "more"))
    if len(cells) > start + width:
        shown[-1] = (glyphs.more_right, Piece("", "more"))
    return tuple(_joined(shown))


def _cells(text: str) -> Iterator[str]:
    """Each cell's text with its combining marks; the second half of a wide character is empty."""
    found: list[str] = []
    for char in text:
        size = cell_len(char)
        if size == 0 and found:
            found[-1 if found[-1] else -2] += char
        elif size:
            found += [char, *[""] * (size - 1)]
    yield from found


def _joined(cells: Sequence[tuple[str, Piece]]) -> Iterator[Piece]:
    """Cells as pieces; halves of wide characters at the edges become spaces."""
    text = ""
    for index, (char, piece) in enumerate(cells):
        before, after = cells[index - 1][0] if index else "", cells[index + 1][0] if index + 1 < len(cells) else " "
        is_half = cell_len(before) < 2 if char == "" else cell_len(char) > 1 and after != ""
        text += " " if is_half else char
        if index + 1 == len(cells) or cells[index + 1][1] is not piece:
            yield piece._replace(text=text)
            text = ""


# Instead of a text


def absence(said: str, keys: Sequence[tuple[str, str]]) -> str:
    """Why there is no text yet, or at all, and the keys that help; keys are between backticks."""
    hints = "   ".join(f"`{key}` {name}" for key, name in keys if key)
    return f"{said}\n\n{hints}"
