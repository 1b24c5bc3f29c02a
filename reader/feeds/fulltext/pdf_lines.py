"""The lines of a PDF's pages: letters with their size, weight and place, as PDFium gives them, put together.

Accents that are drawn apart, scripts and small fractions become a part of their line.
"""

from __future__ import annotations

import ctypes
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from reader.core.document.formula import SUBSCRIPTS, SUPERSCRIPTS, small_script
from reader.core.document.model import UNKNOWN
from reader.core.errors import NoFullText
from reader.core.text import clean

MAX_PAGES = 400
"""Maximum pages that are read; the rest is left out, and the text says so."""

MAX_PAGE_LETTERS = 60_000
"""Maximum characters read from a page; a full page of two columns has some 7,000."""

MAX_PAGE_PICTURES = 1_000

MAX_ACCENTS, ACCENT_RANGE = 2_000, 200
"""Maximum accents of a page that are joined with a letter, and letters on each side that may be that letter."""

MAX_FRACTION_LETTERS = 40
"""Maximum letters above or below the bar of a fraction in a line of text; a page of small letters would take hours."""

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
"""Ends a line whose last word continues on the next line."""
_SOFT_HYPHEN_CODES = (0x02, 0xFFFE)
"""PDFium's codes for a soft hyphen."""

_BOLD = re.compile(r"bold|black|heavy|semib|demi|medi|bx\d|cmb|sfbx|libertinetb|csc\d|smallcap", re.IGNORECASE)
"""Names of bold fonts, and of small capitals, which stand out in the same way."""
_BOLD_WEIGHT = 600
_ITALIC = re.compile(r"ital|obli|slant|cmti|cmsl|cmssi|sfti|sfsi|libertineti", re.IGNORECASE)
_MATH = re.compile(r"cmmi|cmsy|cmex|msam|msbm|eufm|eusm|rsfs|txsy|txmi|symbol|math|stix.*sym", re.IGNORECASE)
_LARGE = re.compile(r"cmex|txex|pxex|lmex", re.IGNORECASE)
_MONO = re.compile(r"cmtt|cmsltt|sftt|lmmono|txtt|mono|courier|typewriter|consol|nimbusmon|zi4", re.IGNORECASE)

_LARGE_SIGNS = {
    **dict(zip('PXQYRZS[T\\U]V^W_`apqrs !"#()hino', "∑∑∏∏∫∫⋃⋃⋂⋂⨄⨄⋀⋀⋁⋁∐∐√√√√()[]{}[]{}", strict=True)),
    **dict(zip("bcdefg", "\u02c6\u02c6\u02c6\u02dc\u02dc\u02dc", strict=True)),
    **dict(zip("\x00\x01\x02\x03\x08\x09\x0c\x0d\x10\x11\x12\x13\x14\x15\x1a\x1b", "()[]{}|‖()()[]{}", strict=True)),
}
"""The signs of TeX's font of large signs by code, for files without names for them; other codes are parts of signs."""
_NAMED_LARGE = re.compile("[\ufe00-\ufe0f∑∏∫]")
"""Signs of that font in files with names for them."""

_ACCENTS = dict(
    zip(
        "`\u00b4\u02c6\u02dc\u00a8\u02dd\u02c7\u00b8\u02da\u00af\u02d8\u02d9",
        "\u0300\u0301\u0302\u0303\u0308\u030b\u030c\u0327\u030a\u0304\u0306\u0307",
        strict=True,
    )
)
"""Accents that old fonts draw separately, and their combining characters."""
_DOTLESS = {"\u0131": "i", "\u0237": "j"}

SCRIPTS = re.compile(f"([{''.join(map(chr, {*SUPERSCRIPTS.values(), *SUBSCRIPTS.values()}))}]+)")
_MAX_TILT = 0.25
"""Maximum tilt of a line in radians; stamps and labels of axes are tilted more."""
_OPENING = frozenset("([{⟨|−-")
"""Signs without a space between them and a fraction."""
_MARKS = frozenset("∗*†‡§¶⋆,")
"""Marks of notes, which are not changed when they are raised."""


class Line(NamedTuple):
    """A line of text, or a separate part of one, in points from the lower left corner of its page."""

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
    """The share of its letters that are bold."""
    italic: float = 0.0
    math: float = 0.0
    cells: tuple[tuple[float, str], ...] = ()
    """The start and text of each part between wide gaps."""
    mono: float = 0.0
    """The share of its letters in a typewriter font."""

    @property
    def width(self) -> float:
        return self.right - self.left


class Box(NamedTuple):
    """An area of a page."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, line: Line) -> bool:
        return self.left <= line.left and line.right <= self.right and self.bottom <= line.base <= self.top


class Page(NamedTuple):
    """A page."""

    height: float
    lines: tuple[Line, ...]
    pictures: tuple[Box, ...] = ()


class Pages(NamedTuple):
    """Everything read from a PDF."""

    pages: tuple[Page, ...]
    outline: tuple[tuple[str, int], ...] = ()
    """The titles of the file's own outline and their depth, 0 for the outermost."""
    is_cut: bool = False
    """Whether the file has more pages, or a page has more letters."""


@contextmanager
def open_pdf(file: Path) -> Iterator[Any]:
    """A PDF as PDFium opens it; raises NoFullText with a reason if it can't be read.

    PDFium allows one thread, and ends the whole process at some damaged files: call this in a separate process.
    """
    try:
        import pypdfium2
    except (ImportError, OSError) as error:
        raise NoFullText("its PDF can't be read: the library of the extra dailypapers[pdf] does not start") from error
    try:
        opened = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise NoFullText("its PDF asks for a password" if locked else "its PDF is damaged") from error
    with closing(opened):
        yield opened


def read_pages(file: Path) -> Pages:
    """The lines of a PDF; raises NoFullText as `open_pdf` does."""
    with open_pdf(file) as opened:
        import pypdfium2

        read = [_read_page(opened, number) for number in range(min(len(opened), MAX_PAGES))]
        outline: list[tuple[str, int]] = []
        with suppress(pypdfium2.PdfiumError, ValueError, UnicodeError):
            outline += ((clean(entry.get_title(), 300), entry.level) for entry in opened.get_toc(max_depth=5))
        is_cut = len(opened) > MAX_PAGES or any(is_cut for _, is_cut in read)
        return Pages(tuple(page for page, _ in read), tuple(outline), is_cut)


def _read_page(opened: Any, number: int) -> tuple[Page, bool]:
    """A page, and whether it has more letters than are read. A damaged page is empty."""
    import pypdfium2

    try:
        with closing(opened[number]) as page, closing(page.get_textpage()) as text:
            has_names = _NAMED_LARGE.search(text.get_text_range()) is not None
            letters = list(_read_letters(text.raw, has_names=has_names))
            lines = find_lines(join_letters(letters), number)
            is_cut = pypdfium2.raw.FPDFText_CountChars(text.raw) > MAX_PAGE_LETTERS
            return Page(page.get_height(), tuple(lines), tuple(_find_pictures(page))), is_cut
    except pypdfium2.PdfiumError:
        return Page(0.0, ()), False


def _find_pictures(page: Any) -> Iterator[Box]:
    """The pictures of a page that are large enough for text but smaller than the page."""
    import pypdfium2
    from pypdfium2 import raw

    kinds = (raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_IMAGE)
    for shape in islice(page.get_objects(filter=kinds, max_depth=1), MAX_PAGE_PICTURES):
        with suppress(pypdfium2.PdfiumError):
            left, bottom, right, top = shape.get_bounds()
            if right - left > 30 and 30 < top - bottom < 0.85 * page.get_height():
                yield Box(left - 2, bottom - 2, right + 2, top + 2)


# Letters


class Letter(NamedTuple):
    """A character, or a joined group of characters, with its place and font."""

    text: str
    left: float
    right: float
    base: float
    size: float
    is_bold: bool = False
    is_italic: bool = False
    is_math: bool = False
    is_mono: bool = False

    @property
    def is_space(self) -> bool:
        return self.text.isspace()

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


class _Font(NamedTuple):
    is_bold: bool
    is_italic: bool
    is_math: bool
    is_mono: bool
    is_large: bool


def _read_letters(text: Any, *, has_names: bool) -> Iterator[Letter]:
    """The upright characters of a page, in the order of the file; `has_names` if it has names for large signs."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    across, base, left, right, low, top = (ctypes.c_double() for _ in range(6))
    fonts: dict[int, _Font] = {}
    last_size = 10.0
    for index in range(min(raw.FPDFText_CountChars(text), MAX_PAGE_LETTERS)):
        code = raw.FPDFText_GetUnicode(text, index)
        if abs((raw.FPDFText_GetCharAngle(text, index) + 0.3) % 6.2832 - 0.3) > _MAX_TILT:
            continue
        shape = raw.FPDFText_GetTextObject(text, index)
        font_handle = raw.FPDFTextObj_GetFont(shape) if shape else None
        key = ctypes.addressof(font_handle.contents) if font_handle else 0
        if key not in fonts:
            fonts[key] = _read_font(text, index)
        font = fonts[key]
        is_unknown = code < 32 and raw.FPDFText_HasUnicodeMapError(text, index) == 1
        if font.is_large:
            letter = re.sub("[\ufe00-\ufe0f]", "", _letter_of(code)) if has_names else _LARGE_SIGNS.get(chr(code), "")
        else:
            low_half = raw.FPDFText_GetUnicode(text, index + 1) if 0xD800 <= code < 0xDC00 else 0
            letter = UNKNOWN if is_unknown else _letter_of(code, low_half)
        if not letter:
            continue
        raw.FPDFText_GetLooseCharBox(text, index, box)
        raw.FPDFText_GetCharOrigin(text, index, across, base)
        size = raw.FPDFText_GetFontSize(text, index)
        if not 3 < size < 80:
            # Some files scale the text instead.
            size = box.top - box.bottom
        # The gaps that PDFium sees have no size.
        size = last_size = size or last_size
        height = base.value
        if (font.is_large and letter not in _ACCENTS) or letter == "√":
            # These signs hang from above; their middle is the middle of the line's signs.
            raw.FPDFText_GetCharBox(text, index, left, right, low, top)
            height = (low.value + top.value) / 2 - 0.25 * size
        yield Letter(letter, box.left, box.right, height, size, *font[:4])


def _letter_of(code: int, low: int = 0) -> str:
    """The letter of PDFium's code, which may be the first half of two; empty if it is not a letter."""
    if code in _SOFT_HYPHEN_CODES:
        return SOFT_HYPHEN
    if code < 32 or code > sys.maxunicode:
        return ""
    halves = f"{chr(code)}{chr(low) if low else ''}"
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _read_font(text: Any, index: int) -> _Font:
    from pypdfium2 import raw

    buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, index, buffer, len(buffer), flags)
    name = buffer.value.decode("latin-1")
    is_heavy = raw.FPDFText_GetFontWeight(text, index) >= _BOLD_WEIGHT
    bold, italic, math, mono, large = (bool(kind.search(name)) for kind in (_BOLD, _ITALIC, _MATH, _MONO, _LARGE))
    return _Font(bold or is_heavy, italic, math, mono, large)


# Letters that belong together


def join_letters(letters: Sequence[Letter]) -> list[Letter]:
    """Letters joined with their accents, and with scripts and small fractions as parts of one line."""
    return list(_with_scripts(_with_accents(letters)))


def _with_accents(letters: Sequence[Letter]) -> list[Letter]:
    """Letters joined with the accents that are drawn over or below them, wherever the accents are in the file."""
    found = list(letters)
    dropped = set[int]()
    for at in [at for at, letter in enumerate(letters) if letter.text in _ACCENTS][:MAX_ACCENTS]:
        accent = letters[at]
        first = max(0, at - ACCENT_RANGE)
        under = (
            (abs(one.middle - accent.middle), place)
            for place, one in enumerate(letters[first : at + ACCENT_RANGE], first)
            if one.text.isalpha() and one.text not in _ACCENTS and abs(one.base - accent.base) < 0.5 * accent.size
        )
        distance, place = min(under, default=(accent.size, at))
        if distance < 0.3 * accent.size:
            letter = _DOTLESS.get(found[place].text, found[place].text)
            found[place] = found[place]._replace(text=unicodedata.normalize("NFC", letter[:4] + _ACCENTS[accent.text]))
            # PDFium sees gaps beside the accent.
            gaps = {(at + place) // 2 if abs(at - place) == 2 else at}
            gaps |= {at + 1} if at + 1 < len(letters) and letters[at + 1].base != letters[place].base else set()
            dropped |= {at, *(gap for gap in gaps if letters[gap].is_space)}
    return [letter for at, letter in enumerate(found) if at not in dropped]


def _with_scripts(letters: Sequence[Letter]) -> Iterator[Letter]:
    """Replace small raised or lowered letters by Unicode's scripts, if it has all of them, and by small fractions."""
    at, base = 0, None
    while at < len(letters):
        letter = letters[at]
        middle, end = _find_fraction(letters, at, base)
        if base is not None and end:
            text = "∕".join(_in_brackets(_joined(half)) for half in (letters[at:middle], letters[middle:end]))
            # Without a space, `2½` would read as 21∕2, and `½x` as 1∕(2x).
            before = "" if letters[at - 1].text in _OPENING else " "
            after = " " if end < len(letters) and letters[end].text.isalnum() else ""
            yield letter._replace(text=f"{before}{text}{after}", right=letters[end - 1].right, base=base.base)
            at = end
            continue
        end = _end_of_script(letters, at, base)
        if base is None or end == at:
            if not letter.is_space:
                base = letter
            elif base is not None and at and letter.base == letters[at - 1].base:
                # The gap after a script is in the line of its base.
                letter = letter._replace(base=base.base)
            yield letter
            at += 1
            continue
        script = _joined(letters[at:end])
        if not _MARKS.issuperset(script):
            script = small_script(script, "^" if letter.base > base.base else "_")
        yield letter._replace(text=script, right=letters[end - 1].right, base=base.base)
        at = end


def _find_fraction(letters: Sequence[Letter], at: int, base: Letter | None) -> tuple[int, int]:
    """The middle and the end of a small fraction that starts here, or zeros: a row of letters centred over another.

    Scripts of one base may also be above each other, but TeX leaves less space before them.
    """
    first = letters[at]
    is_raised = base is not None and first.size < 0.85 * base.size and 0.1 < (first.base - base.base) / base.size < 0.7
    if base is None or not is_raised or first.is_space or first.left - base.right < 0.1 * base.size:
        return 0, 0
    middle = _end_of_row(letters, at)
    end = _end_of_row(letters, middle)
    if end == middle or not 0.1 < (base.base - letters[middle].base) / base.size < 0.7:
        return 0, 0
    above, below = (letters[at].left + letters[middle - 1].right, letters[middle].left + letters[end - 1].right)
    return (middle, end) if abs(above - below) < first.size else (0, 0)


def _end_of_row(letters: Sequence[Letter], start: int) -> int:
    """The end of the letters that have the same height and size as the first."""
    end = start
    while end < min(len(letters), start + MAX_FRACTION_LETTERS):
        if (letters[end].base, letters[end].size) != (letters[start].base, letters[start].size):
            break
        end += 1
    return end


def _end_of_script(letters: Sequence[Letter], start: int, base: Letter | None) -> int:
    """The end of the script of a base that starts here; its start if none does."""
    end = start
    while base is not None and end < len(letters) and _is_script(letters[end], base, letters[end - 1]):
        if (letters[end].base > base.base) is not (letters[start].base > base.base):
            break
        end += 1
    return end


def _joined(letters: Sequence[Letter]) -> str:
    return "".join(letter.text for letter in letters).strip().replace("–", "−")


def _in_brackets(term: str) -> str:
    return term if term.isdecimal() or len(term) == 1 else f"({term})"


def _is_script(letter: Letter, base: Letter, before: Letter) -> bool:
    """Whether a small letter is above or below the line of a base, right of the base or of the letter before."""
    away = abs(letter.base - base.base) / base.size
    is_next = -0.8 * base.size < letter.left - before.right < 0.2 * base.size
    # A lower script follows an upper one in the file, but is below it on the page.
    is_under = abs(letter.left - base.right) < 0.2 * base.size
    return letter.size < 0.85 * base.size and 0.08 < away < 0.7 and (is_next or is_under) and not letter.is_space


# Letters to lines


def find_lines(letters: Sequence[Letter], page: int) -> Iterator[Line]:
    """The lines of a page's letters: one ends where the next letter is far above, below, before or behind."""
    run: list[Letter] = []
    for letter in letters:
        if run and _starts_line(run[-1], letter, median(one.base for one in run[-12:])):
            yield from _line_of(run, page)
            run = []
        run.append(letter)
    yield from _line_of(run, page)


def _starts_line(before: Letter, letter: Letter, base: float) -> bool:
    size = max(before.size, letter.size)
    up, across = abs(letter.base - before.base), letter.left - before.right
    if up > 0.55 * size and abs(letter.base - base) > 0.55 * size:
        return True
    return across < -4 * size or across > 12 * size or (across < -1.2 * size and up > 0.3 * size)


def _line_of(run: Sequence[Letter], page: int) -> Iterator[Line]:
    """The line of these letters, unless all of them are spaces."""
    visible = [letter for letter in run if not letter.is_space]
    if not visible:
        return
    largest, sizes = max(letter.size for letter in visible), Counter(round(letter.size, 1) for letter in visible)
    cells = [(left, " ".join(text.split())) for left, text in _split_at_gaps(run)]
    text = " ".join(" ".join(part for _, part in cells).split())

    kinds = ("is_bold", "is_italic", "is_math", "is_mono")
    bold, italic, math, mono = (sum(getattr(one, kind) for one in visible) / len(visible) for kind in kinds)
    yield Line(
        text, page, min(letter.left for letter in visible), max(letter.right for letter in visible),
        median(letter.base for letter in visible if letter.size >= 0.8 * largest), sizes.most_common(1)[0][0],
        bold, italic, math, tuple(cell for cell in cells if cell[1]), mono,
    )  # fmt: skip


def _split_at_gaps(run: Sequence[Letter]) -> Iterator[tuple[float, str]]:
    """The start and text of the parts of a line, divided where a gap is wider than any between words."""
    part, left = "", 0.0
    before: Letter | None = None
    for letter in run:
        gap = letter.left - before.right if before is not None and not letter.is_space else 0.0
        if gap > 1.25 * letter.size:
            yield left, part
            part = ""
        elif before is not None and gap > 0.15 * letter.size and before.size < 0.85 * letter.size:
            # PDFium sees no gap behind small letters.
            part += " "
        if not letter.is_space:
            left = left if part.strip() else letter.left
            before = letter
        part += letter.text
    yield left, part
