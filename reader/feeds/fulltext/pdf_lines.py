"""The lines of a PDF as PDFium finds them: characters joined to lines, with their size, weight and place.

The order is that of the file, which LaTeX writes as it is to be read; lines are never sorted by their place.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from reader.core.errors import NoFullText
from reader.core.text import clean

MOST_PAGES = 400
"""Pages that are read; the rest is left out, and the text says so."""

MOST_LETTERS = 60_000
"""Characters of a page that are read; a full page of two columns has some 7,000."""

MOST_OBJECTS = 500
"""Pictures of a page that are looked at."""

_BOLD = re.compile(r"bold|black|heavy|semib|demi|medi|bx\d|cmb|sfbx|libertinetb", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|slant|cmti|cmsl|sfti|libertineti", re.IGNORECASE)
_MATH = re.compile(r"cmmi|cmsy|cmex|msam|msbm|eufm|eusm|rsfs|txsy|txmi|symbol|math|stix.*sym", re.IGNORECASE)

_HEAVY = 600
"""The weight from which on a font is bold."""

_SOFT_HYPHENS = (0x02, 0xFFFE)
"""What PDFium gives for the hyphen at the end of a line that is no part of the word."""

SOFT_HYPHEN = "\N{SOFT HYPHEN}"

_UPRIGHT = 0.25
"""Radians that a line may lean; stamps and the labels of axes lean more."""


class Line(NamedTuple):
    """A line of text, or a part of it that stands apart, in points from the lower left corner of its page."""

    text: str
    """Not cleaned yet."""
    page: int
    left: float
    right: float
    base: float
    """The height of its baseline."""
    size: float
    """The size of most of its letters."""
    bold: float = 0.0
    """The share of its letters that is bold."""
    italic: float = 0.0
    math: float = 0.0
    cells: tuple[str, ...] = ()
    """The parts between wide gaps."""

    @property
    def width(self) -> float:
        return self.right - self.left


class Box(NamedTuple):
    """Where a picture is."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, line: Line) -> bool:
        """Whether a line is in the picture."""
        is_within = self.left <= line.left and line.right <= self.right
        return is_within and self.bottom <= line.base <= self.top


class Page(NamedTuple):
    """A page."""

    height: float
    lines: tuple[Line, ...]
    pictures: tuple[Box, ...] = ()


class Pages(NamedTuple):
    """All that is read of a PDF."""

    pages: tuple[Page, ...]
    outline: tuple[tuple[str, int], ...] = ()
    """The titles of the file's own outline, and how deep each is, 0 for the outermost."""
    is_cut: bool = False
    """Whether there are more pages, or more letters on one."""


@contextmanager
def open_pdf(file: Path) -> Iterator[Any]:
    """A PDF as PDFium opens it; raises NoFullText with a sentence where it can't be read.

    PDFium allows one thread, and ends the whole process at some damaged files: use it in a process of its own.
    """
    try:
        import pypdfium2
    except (ImportError, OSError) as error:
        raise NoFullText("its PDF can't be read: what the extra dailypapers[pdf] installed does not start") from error
    try:
        opened = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise NoFullText("its PDF asks for a password" if locked else "its PDF is damaged") from error
    try:
        yield opened
    finally:
        opened.close()


def read_pages(file: Path) -> Pages:
    """The lines of a PDF; raises NoFullText as `open_pdf` does."""
    with open_pdf(file) as opened:
        total = len(opened)
        read = [read_page(opened, number) for number in range(min(total, MOST_PAGES))]
        return Pages(
            tuple(page for page, _ in read),
            tuple(_read_outline(opened)),
            total > MOST_PAGES or any(is_cut for _, is_cut in read),
        )


def _read_outline(opened: Any) -> Iterator[tuple[str, int]]:
    import pypdfium2

    try:
        for entry in opened.get_toc(max_depth=5):
            yield clean(entry.get_title() or "", 300), entry.level
    except (pypdfium2.PdfiumError, ValueError, UnicodeError):
        return


def read_page(opened: Any, number: int) -> tuple[Page, bool]:
    """A page, and whether it has more letters than are read."""
    import pypdfium2

    try:
        page = opened[number]
    except pypdfium2.PdfiumError:
        return Page(0.0, ()), False
    try:
        text = page.get_textpage()
        try:
            letters = list(_read_letters(text.raw))
            is_cut = pypdfium2.raw.FPDFText_CountChars(text.raw) > MOST_LETTERS
        finally:
            text.close()
        height = page.get_height()
        lines = (_join_letters(run, number) for run in _find_runs(letters))
        return Page(height, tuple(line for line in lines if line is not None), _find_pictures(page, height)), is_cut
    finally:
        page.close()


def _find_pictures(page: Any, height: float) -> tuple[Box, ...]:
    """The pictures of a page that are large enough to have text in them, and smaller than the page."""
    import pypdfium2
    from pypdfium2 import raw

    found = []
    kinds = (raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_IMAGE)
    for count, shape in enumerate(page.get_objects(filter=kinds, max_depth=1)):
        if count == MOST_OBJECTS:
            break
        try:
            left, bottom, right, top = shape.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        if right - left > 30 and 30 < top - bottom < 0.85 * height:
            found.append(Box(left - 2, bottom - 2, right + 2, top + 2))
    return tuple(found)


class _Letter(NamedTuple):
    """A character, and how it is set."""

    text: str
    left: float
    right: float
    base: float
    size: float
    is_bold: bool = False
    is_italic: bool = False
    is_math: bool = False

    @property
    def is_space(self) -> bool:
        return self.text.isspace()


class _Font(NamedTuple):
    is_bold: bool
    is_italic: bool
    is_math: bool


def _read_letters(text: Any) -> Iterator[_Letter]:
    """The characters of a page that stand upright, in the order of the file."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    across, base = ctypes.c_double(), ctypes.c_double()
    fonts: dict[int, _Font] = {}
    before: _Letter | None = None
    for index in range(min(raw.FPDFText_CountChars(text), MOST_LETTERS)):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in _SOFT_HYPHENS:
            code = ord(SOFT_HYPHEN)
        if code < 32 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if code == 32 and raw.FPDFText_IsGenerated(text, index) == 1:
            # PDFium adds a space where there is a gap; it has no place of its own.
            if before is not None:
                yield _Letter(" ", before.right, before.right, before.base, before.size)
            continue
        if abs((raw.FPDFText_GetCharAngle(text, index) + 0.3) % 6.2832 - 0.3) > _UPRIGHT:
            continue
        raw.FPDFText_GetLooseCharBox(text, index, box)
        raw.FPDFText_GetCharOrigin(text, index, across, base)
        shape = raw.FPDFText_GetTextObject(text, index)
        key = ctypes.addressof(shape.contents) if shape else 0
        if key not in fonts:
            fonts[key] = _read_font(text, index)
        size = raw.FPDFText_GetFontSize(text, index)
        if not 3 < size < 80:
            # Some files scale the text instead.
            size = box.top - box.bottom
        before = _Letter(chr(code), box.left, box.right, base.value, size, *fonts[key])
        yield before


def _read_font(text: Any, index: int) -> _Font:
    from pypdfium2 import raw

    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, index, buffer, len(buffer), flags)
    name = buffer.value.decode("latin-1")
    is_bold = bool(_BOLD.search(name)) or raw.FPDFText_GetFontWeight(text, index) >= _HEAVY
    return _Font(is_bold, bool(_ITALIC.search(name)), bool(_MATH.search(name)))


def _find_runs(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    """The letters of each line: a line ends where the next letter is far above, below, before or behind."""
    run: list[_Letter] = []
    bases: list[float] = []
    for letter in letters:
        if run and _starts_line(run[-1], letter, median(bases[-12:])):
            yield run
            run, bases = [], []
        run.append(letter)
        bases.append(letter.base)
    if run:
        yield run


def _starts_line(before: _Letter, letter: _Letter, base: float) -> bool:
    size = max(before.size, letter.size)
    up, across = abs(letter.base - before.base), letter.left - before.right
    if up > 0.55 * size and abs(letter.base - base) > 0.55 * size:
        return True
    return across < -4 * size or across > 12 * size or (across < -1.2 * size and up > 0.3 * size)


def _join_letters(run: Sequence[_Letter], page: int) -> Line | None:
    """The line of some letters; None if they are all blank."""
    drawn = [letter for letter in run if not letter.is_space]
    if not drawn:
        return None
    largest = max(letter.size for letter in drawn)
    count = len(drawn)
    parts = list(_split_at_gaps(run))
    return Line(
        text=_spaced(" ".join(parts)),
        page=page,
        left=min(letter.left for letter in drawn),
        right=max(letter.right for letter in drawn),
        base=median(letter.base for letter in drawn if letter.size >= 0.8 * largest),
        size=Counter(round(letter.size, 1) for letter in drawn).most_common(1)[0][0],
        bold=sum(letter.is_bold for letter in drawn) / count,
        italic=sum(letter.is_italic for letter in drawn) / count,
        math=sum(letter.is_math for letter in drawn) / count,
        cells=tuple(part for part in map(_spaced, parts) if part),
    )


def _spaced(text: str) -> str:
    """A text with single spaces, not cleaned yet: the soft hyphen at its end says how it goes on."""
    return " ".join(text.split())


def _split_at_gaps(run: Sequence[_Letter]) -> Iterator[str]:
    """The text of a line, divided where a gap is wider than any between words."""
    part = ""
    before: _Letter | None = None
    for letter in run:
        if before is not None and not letter.is_space and letter.left - before.right > 1.25 * letter.size:
            yield part
            part = ""
        part += letter.text
        if not letter.is_space:
            before = letter
    yield part
