"""A paper's text from the lines of its PDF: headings, paragraphs, captions, footnotes and references by their looks.

Made for papers that LaTeX has set, in one column or two. Lines stay in the order of the file. A line's kind follows
from its size, weight and position compared with most others, and from the file's outline. Formulas and tables keep
their lines; text inside pictures is left out.
"""

from __future__ import annotations

import ctypes
import re
import sys
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate, dropwhile, islice, pairwise
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from reader.core.document.formula import SUBSCRIPTS, SUPERSCRIPTS, small_script
from reader.core.document.model import (
    UNKNOWN,
    Block,
    Document,
    Figure,
    Heading,
    Item,
    Items,
    Note,
    Paragraph,
    Reference,
    Span,
    Spans,
    Theorem,
    Verbatim,
)
from reader.core.errors import NoFullText
from reader.core.text import amount, clean

MOST_PAGES = 400
"""Pages that are read; the rest is left out, and the text says so."""

MOST_LETTERS = 60_000
"""Characters of a page that are read; a full page of two columns has some 7,000."""

MOST_OBJECTS = 500
"""Pictures of a page that are looked at."""

_BOLD = re.compile(r"bold|black|heavy|semib|demi|medi|bx\d|cmb|sfbx|libertinetb|csc\d|smallcap", re.IGNORECASE)
"""Small capitals stand out as bold letters do."""

_ITALIC = re.compile(r"ital|obli|slant|cmti|cmsl|cmssi|sfti|sfsi|libertineti", re.IGNORECASE)
_MATH = re.compile(r"cmmi|cmsy|cmex|msam|msbm|eufm|eusm|rsfs|txsy|txmi|symbol|math|stix.*sym", re.IGNORECASE)

_LARGE = re.compile(r"cmex|txex|pxex|lmex", re.IGNORECASE)
_MONO = re.compile(r"cmtt|cmsltt|sftt|lmmono|txtt|mono|courier|typewriter|consol|nimbusmon|zi4", re.IGNORECASE)

_OF_CODE = 0.9
"""The share of a typewriter's letters from which on a line may be of program code."""

_HEAVY = 600
"""The weight from which on a font is bold."""

_SOFT_HYPHENS = (0x02, 0xFFFE)
"""What PDFium gives for the hyphen at the end of a line that is no part of the word."""

SOFT_HYPHEN = "\N{SOFT HYPHEN}"

_ACCENTS = dict(
    zip(
        "`\u00b4\u02c6\u02dc\u00a8\u02dd\u02c7\u00b8\u02da\u00af\u02d8\u02d9",
        "\u0300\u0301\u0302\u0303\u0308\u030b\u030c\u0327\u030a\u0304\u0306\u0307",
        strict=True,
    )
)
"""The accents that old fonts draw by themselves, and the marks that join a letter in Unicode."""

HALF = 40
"""Points above and below its bar within which a fraction is."""

_OPENING, _CLOSING = ("(", "[", "{", "⟨", "|"), (")", "]", "}", "⟩", "|", ",", ".", ";", ":")
"""Signs that stand close to a fraction."""

MOST_LINES = 1_000
"""Drawn lines of a page that are looked at: more are a drawing."""

MOST_ACCENTS = 2_000
"""Accents of a page that join letters."""

NEAR = 200
"""Letters before and after an accent, among which its base letter is searched for."""

_LARGE_SIGNS = {
    **dict(zip('PXQYRZS[T\\U]V^W_`apqrs !"#()hino', "∑∑∏∏∫∫⋃⋃⋂⋂⨄⨄⋀⋀⋁⋁∐∐√√√√()[]{}[]{}", strict=True)),
    **dict(zip("bcdefg", "\u02c6\u02c6\u02c6\u02dc\u02dc\u02dc", strict=True)),
    **dict(zip("\x00\x01\x02\x03\x08\x09\x0c\x0d\x10\x11\x12\x13\x14\x15\x1a\x1b", "()[]{}|‖()()[]{}", strict=True)),
}
"""What the letters of TeX's font of large signs are where the file has no names for them; others are parts of signs."""

_NAMED_LARGE = re.compile("[\ufe00-\ufe0f∑∏∫]")
"""Signs of that font where the file has names for them, some with parts that are not to be seen."""

_SCRIPTS = re.compile(f"([{''.join(map(chr, {*SUPERSCRIPTS.values(), *SUBSCRIPTS.values()}))}]+)")
_FACTORS = re.compile(r"[\w.]+|.")
_FACTOR = re.compile(rf"[\d.]+|.{_SCRIPTS.pattern}?")
"""What needs no brackets above the bar of a fraction, and below it: there, one thing."""

_LONGEST_FRONT = 3
"""Digits of a mass number."""

_MARKS = frozenset("∗*†‡§¶⋆,")
"""Signs of notes, which stay as they are."""

_DOTLESS = {"\u0131": "i", "\u0237": "j"}

_ASCII = {code: chr(code) for code in range(0x21, 0x7F)}

_CORK = {
    **_ASCII,
    **dict(enumerate("`\u00b4\u02c6\u02dc\u00a8\u02dd\u02da\u02c7\u02d8\u00af\u02d9\u00b8\u02db‚‹›“”„«»–—")),
    **dict(enumerate(("ı", "ȷ", "ff", "fi", "fl", "ffi", "ffl", "␣"), 0x19)),
    **{0x27: "’", 0x60: "‘", 0x7F: "-"},
    **dict(enumerate("ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£", 0x80)),
    **{code: chr(code) for code in range(0xC0, 0x100)},
    **{0xD7: "Œ", 0xDF: "ẞ", 0xF7: "œ", 0xFF: "ß"},
}
"""The letters of TeX's fonts with accented letters, the encoding T1."""

_FIRST_TEX = {
    **_ASCII,
    **dict(enumerate(("ff", "fi", "fl", "ffi", "ffl", *"ı\u0237`\u00b4\u02c7\u02d8\u00af\u02da\u00b8ßæœøÆŒØ"), 0x0B)),
    **{0x22: "”", 0x27: "’", 0x3C: "¡", 0x3E: "¿", 0x5C: "“", 0x5E: "\u02c6", 0x5F: "\u02d9", 0x60: "‘"},
    **dict(enumerate("–—\u02dd\u02dc\u00a8", 0x7B)),
}
"""The letters of TeX's first text fonts, the encoding OT1."""

_SIGNS = {
    **dict(zip((0x84, 0x85, 0x88, 0x89, 0x97), "†‡•℃™", strict=True)),
    **{
        code: chr(code)
        for code in (0xA3, 0xA7, 0xA9, 0xAC, 0xAE, *range(0xB0, 0xB4), 0xB5, 0xB6, 0xB7, 0xBC, 0xBD, 0xBE)
    },
    **{0xBF: "€", 0xD6: "×", 0xF6: "÷"},
}
"""The signs of TeX's companion fonts, the encoding TS1, which have no letters."""

_WORDS = 4
"""Consecutive small letters by which a font is one for text; those for formulas use the same codes otherwise."""

_UPRIGHT = 0.25
"""Maximum tilt of a line in radians; stamps and axis labels are tilted more."""


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
    cells: tuple[tuple[float, str], ...] = ()
    """The start and text of each part between wide gaps."""
    lead: int = 0
    """Letters of the text at its beginning that are bold or italic, where the rest is not."""
    mono: float = 0.0
    """The share of letters that are all equally wide, as those of program code."""

    @property
    def width(self) -> float:
        return self.right - self.left


class Box(NamedTuple):
    """The area of a picture."""

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
    """Everything read from a PDF."""

    pages: tuple[Page, ...]
    outline: tuple[tuple[str, int], ...] = ()
    """The titles of the file's own outline, and how deep each is, 0 for the outermost."""
    is_cut: bool = False
    """Whether there are more pages, or more letters on a page."""


@contextmanager
def open_pdf(file: Path) -> Iterator[Any]:
    """A PDF as PDFium opens it; raises NoFullText with a sentence where it can't be read.

    PDFium allows one thread, and ends the whole process at some damaged files: use it in a process of its own.
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
            yield clean(entry.get_title(), 300), entry.level
    except (pypdfium2.PdfiumError, ValueError, UnicodeError):
        return


def read_page(opened: Any, number: int) -> tuple[Page, bool]:
    """A page, and whether it has more letters than are read."""
    import pypdfium2

    try:
        with closing(opened[number]) as page, closing(page.get_textpage()) as text:
            has_names = _NAMED_LARGE.search(text.get_text_range()) is not None
            pictures, bars = _find_shapes(page, height := page.get_height())
            letters = list(written(decoded(list(_read_letters(text.raw, has_names=has_names))), bars))
            is_cut = pypdfium2.raw.FPDFText_CountChars(text.raw) > MOST_LETTERS
            return Page(height, tuple(find_lines(letters, number)), pictures), is_cut
    except pypdfium2.PdfiumError:
        # It is damaged.
        return Page(0.0, ()), False


def _find_shapes(page: Any, height: float) -> tuple[tuple[Box, ...], list[Bar]]:
    """The pictures of a page that are large enough to have text in them, and smaller than the page; and its lines."""
    import pypdfium2
    from pypdfium2 import raw

    def bounds(kinds: Sequence[int], most: int) -> Iterator[tuple[float, float, float, float]]:
        for shape in islice(page.get_objects(filter=kinds, max_depth=1), most):
            with suppress(pypdfium2.PdfiumError):
                yield shape.get_bounds()

    pictures = tuple(
        Box(left - 2, bottom - 2, right + 2, top + 2)
        for left, bottom, right, top in bounds((raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_IMAGE), MOST_OBJECTS)
        if right - left > 30 and 30 < top - bottom < 0.85 * height
    )
    bars = [
        Bar(left, right, (bottom + top) / 2)
        for left, bottom, right, top in bounds((raw.FPDF_PAGEOBJ_PATH,), MOST_LINES)
        if top - bottom < 1.5 and right - left > 2
    ]
    return pictures, bars


class Letter(NamedTuple):
    """A character, and how it is set."""

    text: str
    left: float
    right: float
    base: float
    size: float
    is_bold: bool = False
    is_italic: bool = False
    is_math: bool = False
    is_mono: bool = False
    font: int = 0
    """The font if the text is only its code in the file, which names no letters; else 0."""

    @property
    def is_space(self) -> bool:
        return self.text.isspace()


class _Font(NamedTuple):
    is_bold: bool
    is_italic: bool
    is_math: bool
    is_large: bool
    is_mono: bool
    is_nameless: bool


def _read_letters(text: Any, *, has_names: bool) -> Iterator[Letter]:
    """The characters of a page that stand upright, in the order of the file; it may have names for large signs."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    across, base, left, right, low, top = (ctypes.c_double() for _ in range(6))
    fonts: dict[int, _Font] = {}
    before = 10.0
    for index in range(min(raw.FPDFText_CountChars(text), MOST_LETTERS)):
        code = raw.FPDFText_GetUnicode(text, index)
        if abs((raw.FPDFText_GetCharAngle(text, index) + 0.3) % 6.2832 - 0.3) > _UPRIGHT:
            continue
        shape = raw.FPDFText_GetTextObject(text, index)
        set_in = raw.FPDFTextObj_GetFont(shape) if shape else None
        key = ctypes.addressof(set_in.contents) if set_in else 0
        if key not in fonts:
            fonts[key] = _read_font(text, index)
        font = fonts[key]
        is_unknown = (font.is_nameless or code < 32) and raw.FPDFText_HasUnicodeMapError(text, index) == 1
        if is_unknown and font.is_nameless and code < 256:
            letter = chr(code)
        elif font.is_large:
            letter = _letter_of(code, 0) if has_names else _LARGE_SIGNS.get(chr(code), "")
            letter = "" if "\ufe00" <= letter <= "\ufe0f" else letter
        elif is_unknown:
            letter = UNKNOWN
        else:
            letter = _letter_of(code, raw.FPDFText_GetUnicode(text, index + 1) if 0xD800 <= code < 0xDC00 else 0)
        if not letter:
            continue
        raw.FPDFText_GetLooseCharBox(text, index, box)
        raw.FPDFText_GetCharOrigin(text, index, across, base)
        size = raw.FPDFText_GetFontSize(text, index)
        if not 3 < size < 80:
            # Some files scale the text instead.
            size = box.top - box.bottom
        # The gaps that PDFium sees have no size.
        size = before = size or before
        high = base.value
        if (font.is_large and letter not in _ACCENTS) or letter == "√":
            # They hang from above; their middle is that of the line's signs.
            raw.FPDFText_GetCharBox(text, index, left, right, low, top)
            high = (low.value + top.value) / 2 - 0.25 * size
        looks = font.is_bold, font.is_italic, font.is_math, font.is_mono
        yield Letter(letter, box.left, box.right, high, size, *looks, key if is_unknown and font.is_nameless else 0)


def decoded(letters: Sequence[Letter]) -> list[Letter]:
    """Letters in which the codes of fonts without names are those of the encoding of TeX that they fit.

    What fits none is unknown, but for the codes of ASCII.
    """
    by_font: dict[int, list[Letter]] = {}
    for letter in letters:
        if letter.font:
            by_font.setdefault(letter.font, []).append(letter)
    if not by_font:
        return list(letters)
    texts = {font: "".join(one.text for one in found) for font, found in by_font.items()}
    words = [text for text in texts.values() if re.search(rf"[a-z]{{{_WORDS}}}", text)]
    counts = Counter("".join(words))
    # Both have the same ligatures and dashes, in different places.
    is_first = sum(counts[chr(code)] for code in range(0x0B, 0x10)) > sum(
        counts[chr(code)] for code in (0x10, 0x11, 0x15, 0x16, *range(0x1B, 0x20))
    )
    encodings: dict[int, Mapping[int, str]] = {}
    for font, text in texts.items():
        is_of_signs = all(ord(code) in _SIGNS for code in text)
        encodings[font] = (_FIRST_TEX if is_first else _CORK) if text in words else _SIGNS if is_of_signs else _ASCII
    even = {font for font, found in by_font.items() if _is_even(found)}
    return [
        letter._replace(text=encodings[letter.font].get(ord(letter.text), UNKNOWN), is_mono=letter.font in even)
        if letter.font and letter.text != " "
        else letter
        for letter in letters
    ]


def _is_even(letters: Sequence[Letter]) -> bool:
    """Whether all letters of a font are equally wide, as a typewriter's."""
    widths = [(one.right - one.left) / one.size for one in letters]
    return len({one.text for one in letters}) > _WORDS and max(widths) - min(widths) < 0.03


def _letter_of(code: int, low: int) -> str:
    """The letter of a number of PDFium's, which may be the first half of two; empty if it is none."""
    if code in _SOFT_HYPHENS:
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
    is_bold = bool(_BOLD.search(name)) or raw.FPDFText_GetFontWeight(text, index) >= _HEAVY
    is_italic, is_math, is_large, is_mono = (bool(one.search(name)) for one in (_ITALIC, _MATH, _LARGE, _MONO))
    return _Font(is_bold, is_italic, is_math, is_large, is_mono, is_nameless=not name)


class Bar(NamedTuple):
    """A thin horizontal line."""

    left: float
    right: float
    base: float

    def covers(self, letter: Letter) -> bool:
        return self.left - 1 < (letter.left + letter.right) / 2 < self.right + 1

    def fits(self, half: Sequence[Letter], beside: Letter | None, last: Letter) -> bool:
        """Whether letters above or below are half of a fraction: one row, centred, with nothing `beside` it."""
        drawn = [one for one in half if not one.is_space]
        size = max(one.size for one in drawn)
        away = [abs(one.base - self.base) for one in drawn]
        left, right = min(one.left for one in drawn), max(one.right for one in drawn)
        gap = max((one.left - before.right for before, one in pairwise(drawn)), default=0.0)
        is_row = max(away) - min(away) < size and max(away) < 2 * size and gap < size
        is_centred = abs(left + right - self.left - self.right) < 0.6 * size
        continues = (
            beside is not None
            and abs(beside.base - last.base) < 0.2 * size
            and (min(abs(beside.right - left), abs(beside.left - right)) < 1.5 * size)
        )
        return is_row and is_centred and right - left < self.right - self.left + 0.5 * size and not continues


def written(letters: Sequence[Letter], bars: Sequence[Bar] = ()) -> Iterator[Letter]:
    """Letters as they are written in one line: with their accents, fractions and scripts."""
    return _with_scripts(_with_fractions(_with_accents(letters), bars))


def _with_accents(letters: Sequence[Letter]) -> list[Letter]:
    """Letters joined with the accents that are drawn over them, or below, wherever those are in the file."""
    found = list(letters)
    dropped = set[int]()
    for at in [at for at, letter in enumerate(letters) if letter.text in _ACCENTS][:MOST_ACCENTS]:
        accent = letters[at]
        middle, near = (accent.left + accent.right) / 2, 0.3 * accent.size
        around = range(max(0, at - NEAR), min(len(letters), at + NEAR))
        under = [
            (abs((letters[one].left + letters[one].right) / 2 - middle), one)
            for one in around
            if letters[one].text.isalpha()
            and letters[one].text not in _ACCENTS
            and abs(letters[one].base - accent.base) < 0.5 * accent.size
        ]
        distance, one = min(under, default=(near, at))
        if distance < near:
            letter = _DOTLESS.get(found[one].text, found[one].text)
            joined = unicodedata.normalize("NFC", f"{letter}{_ACCENTS[accent.text]}")
            found[one] = found[one]._replace(text=joined)
            # The accent, and the gap that PDFium sees beside it.
            dropped.add(at)
            if abs(at - one) == 2 and letters[gap := (at + one) // 2].is_space:
                dropped.add(gap)
            if at + 1 < len(letters) and letters[at + 1].is_space and letters[at + 1].base != letters[one].base:
                dropped.add(at + 1)
    return [letter for at, letter in enumerate(found) if at not in dropped]


def _with_fractions(letters: Sequence[Letter], bars: Sequence[Bar]) -> list[Letter]:
    """Letters in which those above and below the bar of a fraction are `(a+b)∕2`, a part of their line."""
    found: list[Letter | None] = list(letters)
    heights = sorted((letter.base, at) for at, letter in enumerate(letters) if not letter.is_space)

    def next_to(at: int, step: int) -> int | None:
        """The next visible letter before or after one."""
        while 0 <= (at := at + step) < len(found):
            if (one := found[at]) is not None and not one.is_space:
                return at
        return None

    # Those within others come first.
    for bar in sorted(bars, key=lambda one: one.right - one.left):
        first, last = (bisect_left(heights, (bar.base + away, 0)) for away in (-HALF, HALF))
        near = [at for _, at in heights[first:last] if (one := found[at]) is not None and bar.covers(one)]
        above, below = ({at for at in near if (letters[at].base > bar.base) is is_above} for is_above in (True, False))
        middle = next((at for at in sorted(below) if next_to(at, -1) in above), None)
        if middle is None:
            continue
        start = end = middle
        while (before := next_to(start, -1)) in above:
            start = before
        while (after := next_to(end, 1)) in below:
            end = after
        upper, lower = ([one for one in part if one] for part in (found[start:middle], found[middle : end + 1]))
        left, right = (None if at is None else found[at] for at in (before, after))
        if not (bar.fits(upper, left, upper[0]) and bar.fits(lower, right, lower[-1])):
            continue
        size = max(one.size for one in (*upper, *lower))
        on_line = (one for one in (left, right) if one and abs(one.base + 0.25 * one.size - bar.base) < 0.2 * one.size)
        size = max(size, next((one.size for one in on_line), size))
        above_it, below_it = ("".join(one.text for one in _with_scripts(half)).strip() for half in (upper, lower))
        above_it = above_it if _FACTORS.fullmatch(above_it) else f"({above_it})"
        text = f"{above_it}∕{below_it if _FACTOR.fullmatch(below_it) else f'({below_it})'}"
        before_it, after_it = ("" if one is None else one.text for one in (left, right))
        text = f"{'' if before_it.endswith(_OPENING) else ' '}{text}{'' if after_it.startswith(_CLOSING) else ' '}"
        is_math = any(one.is_math for one in (*upper, *lower))
        drawn = Letter(text, bar.left, bar.right, bar.base - 0.25 * size, size, is_math=is_math)
        found[start : end + 1] = [drawn, *[None] * (end - start)]
    return [letter for letter in found if letter is not None]


def _with_scripts(letters: Sequence[Letter]) -> Iterator[Letter]:
    """Letters in which small ones that are raised or lowered are those of Unicode, where all of them have one."""
    at, before = 0, None
    letters = list(_with_scripts_in_front(letters))
    while at < len(letters):
        letter = letters[at]
        end = at
        while before is not None and end < len(letters) and _is_script(letters[end], before, letters[end - 1]):
            if (letters[end].base > before.base) is not (letter.base > before.base):
                break
            end += 1
        if before is None or end == at:
            before = before if letter.is_space else letter
            yield letter
            at += 1
            continue
        script = "".join(one.text for one in letters[at:end]).strip()
        if not _MARKS.issuperset(script):
            script = small_script(script, "^" if letter.base > before.base else "_")
        yield letter._replace(text=script, right=letters[end - 1].right, base=before.base)
        at = end


def _with_scripts_in_front(letters: Sequence[Letter]) -> Iterator[Letter]:
    """Letters in which small raised digits directly before a letter, as of an isotope, are those of Unicode."""
    at = 0
    while at < len(letters):
        end = at
        while end < len(letters) and letters[end].text.isdecimal() and end - at <= _LONGEST_FRONT:
            end += 1
        is_apart = (
            at == 0 or letters[at - 1].is_space or letters[at].left - letters[at - 1].right > 0.2 * letters[at].size
        )
        if at < end < len(letters) and is_apart and letters[end].text.isalpha():
            run, base = letters[at:end], letters[end]
            near = -0.8 * base.size < base.left - run[-1].right < 0.2 * base.size
            if near and all(
                one.size < 0.85 * base.size and 0.08 < (one.base - base.base) / base.size < 0.7 for one in run
            ):
                script = small_script("".join(one.text for one in run), "^")
                yield run[0]._replace(text=script, right=run[-1].right, base=base.base, size=base.size)
                at = end
                continue
        yield from letters[at : max(end, at + 1)]
        at = max(end, at + 1)


def _is_script(letter: Letter, base: Letter, before: Letter) -> bool:
    """Whether a letter is small, and stands directly behind another, above or below the line of a third."""
    away = abs(letter.base - base.base) / base.size
    is_next = -0.8 * base.size < letter.left - before.right < 0.2 * base.size
    return letter.size < 0.85 * base.size and 0.08 < away < 0.7 and is_next and not letter.is_space


def find_lines(letters: Sequence[Letter], page: int) -> Iterator[Line]:
    """The lines of a page's letters, as they are written."""
    return (_join_letters(run, page) for run in _find_runs(letters) if not all(one.is_space for one in run))


def _find_runs(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """The letters of each line: a line ends where the next letter is far above, below, before or behind."""
    run: list[Letter] = []
    bases: list[float] = []
    for letter in letters:
        if run and _starts_line(run[-1], letter, median(bases[-12:])):
            yield run
            run, bases = [], []
        run.append(letter)
        bases.append(letter.base)
    if run:
        yield run


def _starts_line(before: Letter, letter: Letter, base: float) -> bool:
    size = max(before.size, letter.size)
    up, across = abs(letter.base - before.base), letter.left - before.right
    if up > 0.55 * size and abs(letter.base - base) > 0.55 * size:
        return True
    return across < -4 * size or across > 12 * size or (across < -1.2 * size and up > 0.3 * size)


def _join_letters(run: Sequence[Letter], page: int) -> Line:
    """The line of some letters, of which at least one is drawn."""
    drawn = [letter for letter in run if not letter.is_space]
    largest = max(letter.size for letter in drawn)
    count = len(drawn)
    parts = list(_split_at_gaps(run))
    text = _spaced(" ".join(part for _, part in parts))
    return Line(
        text=text,
        page=page,
        left=min(letter.left for letter in drawn),
        right=max(letter.right for letter in drawn),
        base=median(letter.base for letter in drawn if letter.size >= 0.8 * largest),
        size=_most(Counter(round(letter.size, 1) for letter in drawn)),
        bold=sum(letter.is_bold for letter in drawn) / count,
        italic=sum(letter.is_italic for letter in drawn) / count,
        math=sum(letter.is_math for letter in drawn) / count,
        mono=sum(letter.is_mono for letter in drawn) / count,
        cells=tuple((left, cell) for left, part in parts if (cell := _spaced(part))),
        lead=_lead(drawn, text),
    )


def _most(counted: Counter[float]) -> float:
    return max(counted, key=counted.__getitem__)


def _lead(drawn: Sequence[Letter], text: str) -> int:
    """How many letters of a line's text are bold or italic at its beginning, a number apart; 0 if all are."""
    number = re.match(r"[\d.()A-Z]*[\d.)]", text)
    first = len(number[0]) if number else 0
    if first >= len(drawn) or not (drawn[first].is_bold or drawn[first].is_italic):
        return 0
    stands_out = attrgetter("is_bold" if drawn[first].is_bold else "is_italic")
    last = next((at for at in range(first, len(drawn)) if not stands_out(drawn[at])), 0)
    if last <= first + 2:
        return 0
    letters = sum(len(one.text) for one in drawn[:last])
    counts = accumulate(not letter.isspace() for letter in text)
    return next((at for at, count in enumerate(counts, 1) if count == letters), 0)


def _spaced(text: str) -> str:
    """A text with single spaces, not cleaned yet: the soft hyphen at its end says how it continues."""
    return " ".join(text.split())


def _split_at_gaps(run: Sequence[Letter]) -> Iterator[tuple[float, str]]:
    """The text of a line, divided where a gap is wider than any between words, and where each part begins."""
    run = [*dropwhile(attrgetter("is_space"), run)]
    part, left = "", run[0].left
    before: Letter | None = None
    for letter in run:
        gap = letter.left - before.right if before is not None and not letter.is_space else 0.0
        if gap > 1.25 * letter.size:
            yield left, part
            part, left = "", letter.left
        elif before is not None and gap > 0.15 * letter.size and before.size < 0.85 * letter.size:
            # PDFium sees none behind small letters.
            part += " "
        part += letter.text
        if not letter.is_space:
            before = letter
    yield left, part


WARNING = "Text from the PDF: formulas and tables may be wrong, figures are left out."
"""The first line of the text."""

MOST_CELLS = 200
"""Cells from the left to the last part of a table's line."""

LETTERS = 100_000
"""Characters of one block."""

_CAPTION = re.compile(
    r"(?P<label>(?:Fig(?:ure|\.)|FIG(?:URE|\.)|Tab(?:le|\.)|TABLE|Algorithm|ALGORITHM|Listing|Scheme)"
    r"\s*[A-Z]?\.?(?:\d+(?:\.\d+)*|[IVXLC]+\b))\s*(?P<end>[.:|–—]|$|(?=\s))"
)
_NUMBER = re.compile(r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3}|[IVX]{1,5})(?P<dot>\.?)\s+(?=[^\W\d_])")
_CHAPTER = re.compile(
    r"(?P<number>(?:Chapter|Part|Appendix)\s+(?P<place>\d{1,2}|[A-Z]|[IVX]{1,5})(?:\.\d{1,2})*)[.:]?", re.IGNORECASE
)
_BEGINS_CHAPTER = re.compile(rf"{_CHAPTER.pattern}\s+(?=\w)", re.IGNORECASE)
_STEP = re.compile(r"(?P<number>\d{1,2})\)\s+(?=[^\W\d_])")
_THEOREM = re.compile(
    r"(?:Theorem|Lemma|Proposition|Corollary|Definition|Remark|Example|Assumption|Claim|Conjecture|Proof)\b"
    r"(?:\s+[A-Z]?\d*(?:\.\d+)*)?(?:\s*\([^)]{1,80}\))?(?:\s+of\s+[A-Z][a-z]+\s+\d+(?:\.\d+)*)?[.:]?"
)
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d*$")
_CONTENTS = ("contents", "tableofcontents", "listoffigures", "listoftables")
_FIRST_ENTRY = re.compile(r"\[1\]\s")
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_NAMES = re.compile(
    r"(?:abstract|references|bibliography|acknowledge?ments?(?: and disclosure of funding)?|introduction|conclusions?|"
    r"related works?|limitations|"
    r"appendix|appendices|discussion|methods?|results|background|preliminaries|experiments|keywords|"
    r"ethics statement|broader impact|impact statement|reproducibility statement)\W*",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"[\W\d]*(?:references|bibliography|literature cited|works cited)\W*", re.IGNORECASE)
_MARKER = re.compile(r"(\[[\w+-]{1,12}\]|\d{1,3}\.)(?:\s+|$)")
_BULLET = re.compile(r"([•·▪–◦∗*]|\(?\d{1,2}[.)]|\(?[ivx]{1,4}\)|\([a-z]\))\s+")
_FOOTNOTE = re.compile(r"([\d⁰¹²³⁴-⁹*∗†‡§¶]{1,2})\s*(?=[^\W\d⁰¹²³⁴-⁹])")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_SMALL_WORD = re.compile(r"\b[a-z]{3,}\b")
_EQUATION_NUMBER = re.compile(r"(?:^|\s)\((?:[A-Z]\.?)?\d{1,3}[a-z]?\)$")
_SENTENCE_END = re.compile(r"[.!?:][’”'\")\]]?[\d⁰¹²³⁴-⁹]*$")
_PAGE_NUMBER = re.compile(r"\W*(?:\d{1,4}|[ivxl]+)\W*")
_STAMP = re.compile(r"arXiv:\d{4}\.\d+v\d+")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_CITED = re.compile(r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\]")


def read_pdf(pages: Pages) -> Document:
    """The text of a PDF's lines; raises NoFullText if it has none, as where pages are scanned."""
    kept = [
        page._replace(lines=tuple(line for index, line in enumerate(page.lines) if index not in dropped))
        for page, dropped in zip(pages.pages, _furniture(pages.pages), strict=True)
    ]
    lines = [line for page in kept for line in page.lines]
    if sum(len(line.text) for line in lines) < 200:
        raise NoFullText("its PDF has pictures of pages but no text")
    looks = _Measures.of(kept, lines)
    drawn = _find_drawn(kept, lines, looks)
    read = [line for index, line in enumerate(lines) if index not in drawn]
    builder = _Builder(kept, read, looks, _levels(pages.outline), _find_code(read, looks))
    for index in range(len(builder.lines)):
        builder.add(index)
    return _document(builder.parts[1:], pages.is_cut, len(drawn))


# What stands on the edges of pages


def _furniture(pages: Sequence[Page]) -> Iterator[frozenset[int]]:
    """The lines of each page that are none of the text: headers, page and line numbers, stamps, contents."""
    edges: list[set[int]] = []
    for page in pages:
        # The first line of a small page is a header too.
        first = max(page.lines, key=lambda line: line.base, default=None)
        edges.append(
            {
                index
                for index, line in enumerate(page.lines)
                if not 0.085 * page.height < line.base < 0.915 * page.height
                or (line is first and not _CHAPTER.fullmatch(line.text))
            }
        )
    seen = Counter(
        place
        for page, edge in zip(pages, edges, strict=True)
        for place in {_place(page.lines[index]) for index in edge}
    )
    often = 2 if len(pages) < 12 else 3
    for page, edge in zip(pages, edges, strict=True):
        lowest = min((line.base for line in page.lines), default=0.0)
        numbers = Counter(round(line.right) for line in page.lines if line.text.isdecimal())
        contents = _contents(page)
        yield frozenset(
            index
            for index, line in enumerate(page.lines)
            if index in contents
            or (index in edge and seen[_place(line)] >= often)
            or ((index in edge or line.base <= lowest) and _PAGE_NUMBER.fullmatch(line.text))
            # Of drafts, every line has a number.
            or (line.text.isdecimal() and len(line.text) == 3 and numbers[round(line.right)] > 15)
            or (_STAMP.match(line.text) and line.size > 12)
        )


def _contents(page: Page) -> range:
    """The lines of a table of contents, each of which ends with the number of a page; the outline has all of it."""
    left = {round(line.base) for line in page.lines if not line.text.isdecimal()}
    ends = [
        index
        for index, line in enumerate(page.lines)
        if _LEADERS.search(line.text) or (line.text.isdecimal() and round(line.base) in left)
    ]
    title = next((index for index, line in enumerate(page.lines) if _letters(line.text) in _CONTENTS), None)
    has_leaders = sum(bool(_LEADERS.search(line.text)) for line in page.lines) > 2
    if len(ends) < 3 or (title is None and not has_leaders):
        return range(0)
    # The number of a chapter's page stands apart, after its name.
    same = (index for index, line in enumerate(page.lines) if round(line.base) == round(page.lines[ends[0]].base))
    return range(next(same) if title is None else title, ends[-1] + 1)


def _place(line: Line) -> tuple[str, int]:
    """A line without its numbers, and its height: the same for a header on every page."""
    return re.sub(r"\d+|\b[ivxl]+\b", "#", line.text), round(line.base / 6)


# What most lines look like


class _Measures(NamedTuple):
    """The looks of a paper's running text, in points."""

    body: float
    """The size of its letters."""
    column: float
    """The width of a full line."""
    edges: tuple[float, ...]
    """Where columns begin."""
    leading: float
    """From one line to the next."""
    words: Counter[str]
    """How often each word occurs, to join those that a line's end has cut."""

    @classmethod
    def of(cls, pages: Sequence[Page], lines: Sequence[Line]) -> _Measures:
        sizes: Counter[float] = Counter()
        words: Counter[str] = Counter()
        for line in lines:
            sizes[line.size] += len(line.text)
            for word in _WORD.findall(line.text.lower()):
                parts = word.split("-")
                words.update({word, *parts, *map("-".join, pairwise(parts))})
        body = _most(sizes)
        widths = Counter(round(x.width / 4) * 4.0 for x in lines if abs(x.size - body) < 0.6 and len(x.text) > 25)
        column = _most(widths) if widths else 400.0
        begins = Counter(round(line.left / 2) * 2.0 for line in lines if abs(line.width - column) < 6)
        edges = sorted(left for left, count in begins.items() if count > 0.15 * begins.total())
        steps = Counter(
            round(above.base - below.base, 1)
            for page in pages
            for above, below in pairwise(page.lines)
            if 0 < above.base - below.base < 3 * body and above.size == below.size == body
        )
        leading = _most(steps) if steps else 1.2 * body
        return cls(body, column, tuple(edges), leading, words)

    def indent(self, line: Line) -> float:
        """How far a line begins behind the edge of its column."""
        return line.left - max((edge for edge in self.edges if edge <= line.left + 4), default=line.left)

    def is_short(self, line: Line) -> bool:
        """Whether a line leaves some of its column empty."""
        return line.width < 0.93 * self.column or (len(self.edges) < 2 and len(line.text) < 90)


def _find_drawn(pages: Sequence[Page], lines: Sequence[Line], looks: _Measures) -> set[int]:
    """The lines that are in pictures, and the labels of drawings: short lines above a figure's caption."""
    drawn = set()
    for index, line in enumerate(lines):
        caption = _CAPTION.match(line.text)
        if caption is None:
            if any(picture.holds(line) for picture in pages[line.page].pictures):
                drawn.add(index)
        elif caption["label"][0] in "Ff":
            above = index - 1
            while above >= 0 and _is_label(lines, above, line, looks):
                drawn.add(above)
                above -= 1
    return drawn


def _is_label(lines: Sequence[Line], index: int, caption: Line, looks: _Measures) -> bool:
    line = lines[index]
    if line.page != caption.page or line.base <= caption.base or line.width >= 0.6 * looks.column:
        return False
    if line.math >= 0.2 or any(one.match(line.text) for one in (_CAPTION, _BULLET, _NUMBER)):
        return False
    before = lines[index - 1] if index else line
    step = before.base - line.base
    ends_paragraph = before.width >= 0.8 * looks.column and before.page == line.page and 0 < step < 1.5 * looks.leading
    return not ends_paragraph and not (line.bold > 0.5 and line.size > looks.body)


def _find_code(lines: Sequence[Line], looks: _Measures) -> set[int]:
    """The lines of program code: several in a typewriter's letters, most of which leave some of their column empty."""
    found: set[int] = set()
    run: list[int] = []
    for index, line in enumerate([*lines, _NO_LINE]):
        before = lines[run[-1]] if run else line
        is_next = before.page == line.page and before.base - line.base < 2.5 * looks.leading
        if run and not (line.mono > _OF_CODE and is_next):
            is_code = len(run) > 1 and sum(looks.is_short(lines[one]) for one in run) > len(run) / 2
            found.update(run if is_code else ())
            run = []
        if line.mono > _OF_CODE:
            run.append(index)
    return found if len(found) < len(lines) / 2 else set()


def _levels(outline: Sequence[tuple[str, int]]) -> dict[str, int]:
    """How deep each title of the file's outline is, by its letters and digits, without commands of TeX."""
    found: dict[str, int] = {}
    for title, level in outline:
        found.setdefault(_letters(_COMMAND.sub(" ", title)), level)
    return found


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _titled(text: str) -> str:
    """The letters of a heading without its number."""
    number = _NUMBER.match(text)
    return _letters(text[number.end() :] if number else text)


# Lines to parts


_TEXTS = ("paragraph", "item", "theorem")
"""The kinds of parts that are running text."""


@dataclass
class _Part:
    kind: str
    """One of `_TEXTS`, `title`, `heading`, `caption`, `note`, `reference`, `code` or `lines`."""
    text: str
    """Of `code` and `lines`, that of the first one."""
    rows: list[Line]
    level: int = 0
    """Of a heading."""

    @property
    def line(self) -> Line:
        """The first line."""
        return self.rows[0]

    @property
    def last(self) -> Line:
        return self.rows[-1]


_NO_LINE = Line("", -1, 0.0, 0.0, 0.0, 0.0)
"""What is before the first line."""


@dataclass
class _Builder:
    """Adds one line after the other."""

    pages: Sequence[Page]
    lines: Sequence[Line]
    looks: _Measures
    levels: dict[str, int]
    code: set[int] = field(default_factory=set)
    """The lines of program code."""
    parts: list[_Part] = field(default_factory=lambda: [_Part("", "", [_NO_LINE])])
    """The first one is empty."""
    in_references: bool = False
    has_references: bool = False
    """Whether a heading has begun them."""
    has_headings: bool = False
    chapter: str = ""
    """The number of the chapter, if there are any."""
    before: Line = _NO_LINE
    places: dict[tuple[str, ...], int] = field(default_factory=dict)
    """The last number of headings, by the number that they are in and its kind."""

    @property
    def last(self) -> _Part:
        return self.parts[-1]

    def add(self, index: int) -> None:
        """Add a line to the last part, or begin another."""
        line = self.lines[index]
        if index in self.code:
            self._add_row("code", line)
        else:
            self._add(index, line)
        self.before = line

    def _add(self, index: int, line: Line) -> None:
        if not self.in_references and _FIRST_ENTRY.match(line.text) and self._begin_entries(index):
            self.in_references = True
        caption = _CAPTION.match(line.text)
        if caption and self._begins_caption(line, caption):
            if _is_of_table(line.text):
                self._join_cells(line)
            self._begin("caption", line)
        elif self._is_title(line):
            if self.last.kind == "title" and abs(self.last.line.size - line.size) < 1:
                self._join(self.last, line)
            else:
                self._begin("title", line)
        elif self._goes_on_as_heading(line):
            self._join(self.last, line)
        elif rest := self._begins_with_heading(line):
            self._begin("paragraph", line, text=rest)
        elif _THEOREM.match(line.text[: line.lead]):
            self._begin("theorem", line)
        elif (level := self._chapter_level(index, line)) is not None or (
            level := self._heading_level(line)
        ) is not None:
            self._begin("heading", line, level)
            self.has_headings = True
            ends = _NUMBER.match(line.text) or _NAMES.fullmatch(line.text) or self._is_large(line)
            is_begun = bool(_REFERENCES.fullmatch(line.text))
            self.in_references = is_begun or (self.in_references and not ends)
            self.has_references = self.has_references or is_begun
        elif self._is_note(line):
            self._begin("note", line)
        elif self.in_references and not self._goes_on_below(line):
            self._add_reference(index, line)
        elif self._is_of_rows(line) or self._stands_as_it_is(line) or self._has_number(index, line):
            self._add_row("lines", line)
        else:
            self._add_text(index, line)

    def _add_row(self, kind: str, line: Line) -> None:
        if self.last.kind == kind and self.last.last.page == line.page:
            self.last.rows.append(line)
        else:
            self._begin(kind, line)

    def _begin(self, kind: str, line: Line, level: int = 0, text: str | None = None) -> None:
        self.parts.append(_Part(kind, line.text if text is None else text, [line], level))

    def _join(self, part: _Part, line: Line) -> None:
        part.text = _joined(part.text, line.text, self.looks.words)
        part.rows.append(line)

    def _follows(self, line: Line) -> bool:
        """Whether a line is the next one below the line before, in letters of the same size."""
        before = self.before
        is_alike = before.page == line.page and abs(before.size - line.size) < 0.6
        return is_alike and 0 < before.base - line.base < 1.35 * max(self.looks.leading, 1.25 * line.size)

    def _join_cells(self, caption: Line) -> None:
        """Make one table of the short lines above a caption, if there are several."""
        first, above = len(self.parts), caption
        while self._is_cell(self.parts[first - 1], above):
            first -= 1
            above = self.parts[first].line
        rows = [row for part in self.parts[first:] for row in part.rows]
        if len(rows) > 3:
            self.parts[first:] = [_Part("lines", rows[0].text, rows)]

    def _is_cell(self, part: _Part, below: Line) -> bool:
        is_short = part.kind in ("lines", "paragraph") and max(row.width for row in part.rows) < 0.6 * self.looks.column
        return is_short and part.line.page == below.page and part.last.base - below.base < 4 * self.looks.leading

    def _is_of_rows(self, line: Line) -> bool:
        """Whether a short line stands below the caption of a table, or continues with a table or a formula."""
        last, words = self.last, len(_SMALL_WORD.findall(line.text))
        if last.last.page != line.page or line.width > (0.6 if words else 0.9) * self.looks.column:
            return False
        lowest = min(row.base for row in last.rows)
        before = self.parts[-2] if last.kind == "lines" else last
        if before.kind == "caption" and _is_of_table(before.text):
            return lowest - line.base < 3 * self.looks.leading and line.base < before.last.base
        is_indented = self.looks.indent(line) > 16 and line.left > min(row.left for row in last.rows)
        return last.kind == "lines" and is_indented and words < 3 and 0 < lowest - line.base < 1.7 * self.looks.leading

    def _begin_entries(self, index: int) -> bool:
        """Whether the references begin here, without a heading: the next lines have their numbers."""
        after = [other.text for other in self.lines[index + 1 : index + 20]]
        is_last = not any(_REFERENCES.fullmatch(other.text) for other in self.lines[index:])
        follow = all(any(text.startswith(f"[{number}] ") for text in after) for number in (2, 3))
        return follow and is_last and not self.has_references

    def _begins_with_heading(self, line: Line) -> str:
        """Begin the heading that a line begins with, in letters of its own; return the rest of the line, if so."""
        lead, rest = line.text[: line.lead], line.text[line.lead :].lstrip(" .:—–")
        abstract = re.match(r"(abstract)\s*[.:—–-]\s*", line.text, re.IGNORECASE)
        if abstract and not self.has_headings:
            self._begin("heading", line, text=abstract[1])
            self.has_headings = True
            return line.text[abstract.end() :]
        number = _NUMBER.match(lead) or _STEP.match(lead)
        if number is None or not rest or len(lead) > 100:
            return ""
        # Of a single number, it is an item of a list more often.
        is_step = number.re is _STEP and self.places.get(("roman",))
        level = self._level_of_outline(line._replace(text=lead))
        if level is None and (is_step or "." in number["number"]):
            level = 2 if is_step else self._numbered_level(number["number"])
        if level is None:
            return ""
        self._begin("heading", line, level, lead.rstrip(" .:—–"))
        return rest

    def _begins_caption(self, line: Line, caption: re.Match[str]) -> bool:
        """Whether `Figure 2` begins a caption; in the middle of a paragraph it is a word of it."""
        if self._follows(line) and self.last.kind in _TEXTS and not _SENTENCE_END.search(self.last.text):
            return False
        return bool(caption["end"]) or abs(line.size - self.looks.body) > 0.4 or line.bold > 0

    def _is_title(self, line: Line) -> bool:
        if line.page != 0 or self.has_headings or line.size <= 1.25 * self.looks.body:
            return False
        return next((part for part in self.parts if part.kind == "title"), self.last) is self.last

    def _goes_on_as_heading(self, line: Line) -> bool:
        last = self.last
        if last.kind != "heading":
            return False
        if _CHAPTER.fullmatch(last.text) and self.before is last.last:
            return line.page == last.line.page and line.size > 1.12 * self.looks.body
        if not self._follows(line):
            return False
        is_alike = abs(last.last.size - line.size) < 0.3 and abs(last.last.bold - line.bold) < 0.3
        stands_out = line.bold > 0.75 or line.size > 1.12 * self.looks.body
        begins = _NUMBER.match(line.text) or _NAMES.fullmatch(line.text)
        return is_alike and stands_out and not begins and len(last.text) > 20

    def _chapter_level(self, index: int, line: Line) -> int | None:
        """0 if a line is the number of a chapter, whose name is below it; else None. Numbers start over in it."""
        after = self.lines[index + 1] if index + 1 < len(self.lines) else line
        found = _CHAPTER.fullmatch(line.text)
        if found is None or max(line.size, after.size) <= 1.12 * self.looks.body:
            return None
        self.places.clear()
        self.chapter = found["place"]
        return 0

    def _heading_level(self, line: Line) -> int | None:
        """How deep a heading is, 0 for a section; None if the line is none."""
        text = line.text
        letters = re.sub(r"[^A-Za-z]", "", text)
        if len(text) >= 120 or not text[:1].isalnum() or len(letters) < 3 or line.math >= 0.5:
            return None
        number, is_name = _NUMBER.match(text) or _BEGINS_CHAPTER.match(text), bool(_NAMES.fullmatch(text))
        level = self._level_of_outline(line)
        is_bold = line.bold > 0.5
        stands_out = is_bold or line.size > self.looks.body + 0.4 or letters.isupper()
        if level is not None and (stands_out or number or is_name):
            if number is not None:
                self._is_next(number["number"])
            return level
        is_large = self._is_large(line)
        if len(self.levels) > 3:
            # The outline knows the numbered ones, and at times none of the appendix.
            is_behind = any(part.kind == "reference" for part in self.parts)
            return 0 if stands_out and (is_name or (is_large and is_behind and number is None)) else None
        if number is None:
            is_front = line.page == 0 and not self.has_headings
            if not is_front and line.bold > 0.9 and self._is_apart(line):
                return 0 if letters.isupper() or is_name else 1
            return 0 if (is_name and stands_out) or (is_large and not is_front) else None
        is_italic = line.italic > 0.75 and self.looks.is_short(line)
        if not (is_bold or is_italic or letters.isupper() or line.size > 1.12 * self.looks.body):
            return None
        return self._numbered_level(number["number"])

    def _numbered_level(self, number: str) -> int | None:
        """How deep a numbered heading is; None if the number is not the next one."""
        if not self._is_next(number):
            return None
        # Under Roman numbers, letters start over, as sections do in some books' chapters.
        is_letter = self.places.get(("roman",)) and number.isalpha() and number not in _ROMAN
        is_in_chapter = self.chapter and number.partition(".")[0] != self.chapter
        return number.count(".") + bool(is_letter or is_in_chapter)

    def _is_apart(self, line: Line) -> bool:
        """Whether a line stands in the middle of its column, with a gap above it."""
        before, indent = self.before, self.looks.indent(line)
        rest = self.looks.column - indent - line.width
        gap = before.base - line.base if before.page == line.page else 99.0
        return indent > 20 and abs(indent - rest) < 12 and not 0 < gap < 1.5 * self.looks.leading

    def _is_large(self, line: Line) -> bool:
        return line.bold > 0.5 and line.size > 1.12 * self.looks.body and self.looks.is_short(line)

    def _is_next(self, number: str) -> bool:
        """Whether a number is the next one of its kind, or the first."""
        *outer, last = number.split(".")
        for kind, place in _places(last):
            before = self.places.get((*outer, kind), 0)
            if 0 < place - before < 3:
                self.places[*outer, kind] = place
                if kind == "roman":
                    self.places.pop((*outer, "letter"), None)
                return True
        return False

    def _level_of_outline(self, line: Line) -> int | None:
        for key in (_titled(line.text), _letters(line.text)):
            if len(key) > 2 and key in self.levels:
                return self.levels[key]
        key = _titled(line.text)
        begun = (level for title, level in self.levels.items() if title.startswith(key) and 3 * len(key) > len(title))
        return next(begun, None) if len(key) > 9 and line.bold > 0.5 else None

    def _is_note(self, line: Line) -> bool:
        """Whether a footnote begins: small letters in the lower third of a page, behind a mark."""
        in_entry = self.in_references and self.last.kind == "reference"
        small = self.last.line.size - 0.6 if in_entry else 0.93 * self.looks.body
        is_low = line.base < 0.35 * self.pages[line.page].height
        is_text = len(line.text) > 8 and line.math <= 0.5
        return line.size < small and is_low and is_text and bool(_FOOTNOTE.match(line.text))

    def _add_reference(self, index: int, line: Line) -> None:
        around = [other for other in self.lines[index : index + 60] if other.page == line.page]
        alike = [other for other in around if abs(other.size - line.size) < 0.6]
        hangs = sum(5 < self.looks.indent(other) < 40 for other in alike) > 0.2 * len(alike)
        near = self.lines[max(0, index - 30) : index + 30]
        if sum(bool(_MARKER.match(other.text)) for other in near) > 2:
            begins = bool(_MARKER.match(line.text))
        elif hangs:
            begins = self.looks.indent(line) < 4
        else:
            steps = [above.base - below.base for above, below in pairwise(alike)]
            step = min((one for one in steps if 2 < one < 3 * self.looks.body), default=self.looks.leading)
            begins = self.before.page == line.page and self.before.base - line.base > 1.2 * step
        entries = (part for part in reversed(self.parts[-14:]) if part.kind in ("reference", "heading"))
        last = next(entries, None)
        if begins or last is None or last.kind != "reference":
            self._begin("reference", line)
        else:
            self._join(last, line)

    def _stands_as_it_is(self, line: Line) -> bool:
        """Whether a line is of a table, or a formula that is displayed."""
        if line.text.startswith(("•", "▪", "◦")):
            return False
        words = len(_SMALL_WORD.findall(line.text))
        indented = self.looks.indent(line) > 16
        if words < 3 and self.looks.is_short(line) and (line.math > 0.45 or (line.math > 0.2 and indented)):
            return True
        if len(line.text) < 4 or _EQUATION_NUMBER.fullmatch(line.text):
            return True
        cells = len(line.cells)
        if cells < 2 or len(re.findall(r"[^\W\d_]{3,}", line.text)) >= 2.5 * cells:
            return False
        in_text = self.last.kind in (*_TEXTS, "caption", "note") and self._follows(line) and len(self.before.cells) < 2
        return cells > 2 or (not in_text and (self.looks.is_short(line) or line.size < 0.95 * self.looks.body))

    def _has_number(self, index: int, line: Line) -> bool:
        """Whether a line is of a formula with a number, at its end or by itself further to the right."""
        if line.math < 0.05 or len(_SMALL_WORD.findall(line.text)) > 2:
            return False
        row = (other for other in self.lines[index + 1 : index + 6] if other.page == line.page)
        return bool(_EQUATION_NUMBER.search(line.text)) or any(
            _EQUATION_NUMBER.fullmatch(other.text) and abs(other.base - line.base) < 2 and other.left > line.right
            for other in row
        )

    def _add_text(self, index: int, line: Line) -> None:
        """Add a line of running text; a paragraph continues behind what floats between its lines."""
        last, follows = self.last, self._follows(line)
        bullet = _BULLET.match(line.text)
        if self._goes_on_below(line):
            self._join(last, line)
            return
        tail = next((p for p in reversed(self.parts[-14:]) if p.kind in (*_TEXTS, "heading", "title")), None)
        if bullet and bullet[1][0] == "(" and last.kind == "paragraph" and follows:
            # Of an enumeration within a sentence.
            is_within = line.left < last.last.left + 4 and not _SENTENCE_END.search(last.text)
            bullet = None if is_within else bullet
        if tail is not None and tail.kind in _TEXTS and not bullet:
            is_near = last is tail and follows and not self._is_indented(index, line)
            goes_on = not is_near and not self._is_behind_formula(tail, line) and self._goes_on(tail, index, line)
            if goes_on or (is_near and not self._has_ended(line)):
                self._join(tail, line)
                return
        self._begin("item" if bullet else "paragraph", line)

    def _goes_on_below(self, line: Line) -> bool:
        """Whether a line is the next one of a caption or a footnote."""
        is_last = self.last.kind in ("caption", "note") and self.last.last is self.before
        return is_last and self._follows(line)

    def _is_indented(self, index: int, line: Line) -> bool:
        """Whether a paragraph begins here, by the next line, which stands more to the left."""
        after = self.lines[min(index + 1, len(self.lines) - 1)]
        is_next = after.page == line.page and 0 < line.base - after.base < 1.5 * self.looks.leading
        is_alike = abs(after.size - line.size) < 0.6 and not _BULLET.match(after.text)
        return is_next and is_alike and 4 < line.left - after.left < 30

    def _has_ended(self, line: Line) -> bool:
        """Whether the line before was a paragraph's last, by its length."""
        before = self.before
        is_outside = self.last.kind == "item" and len(self.last.rows) > 1 and before.left - line.left > 4
        is_last = before.width < 0.8 * self.looks.column and bool(_SENTENCE_END.search(before.text))
        return not line.text[:1].islower() and (is_outside or is_last)

    def _is_behind_formula(self, tail: _Part, line: Line) -> bool:
        """Whether only a formula stands between a paragraph and a line, which then follow it in this order."""
        step = tail.last.base - line.base
        if self.last.kind != "lines" or self.parts[-2] is not tail or tail.last.page != line.page:
            return False
        # Limits of a sum that is within a line, and the halves of a fraction, are short.
        is_apart = step > 1.35 * self.looks.leading or (step > 0 and sum(len(row.text) for row in self.last.rows) > 12)
        return is_apart and not tail.text.endswith(SOFT_HYPHEN)

    def _goes_on(self, tail: _Part, index: int, line: Line) -> bool:
        """Whether a paragraph that a column, a page or a figure has cut continues here."""
        before = self.before
        if _SENTENCE_END.search(tail.text) or any(
            abs(size - line.size) >= 0.8 for size in (tail.last.size, self.looks.body)
        ):
            return False
        if line.text[:1].islower() or tail.text.endswith(SOFT_HYPHEN):
            return True
        is_cut = before.page != line.page or before.base < line.base
        is_full = before is tail.last and tail.last.width > 0.93 * self.looks.column
        is_text = bool(_SENTENCE_END.search(line.text)) or line.width > 0.93 * self.looks.column
        return (self.last is not tail or (is_cut and is_full and is_text)) and not self._is_indented(index, line)


def _places(number: str) -> Iterator[tuple[str, int]]:
    """Which one a number may be, as it is of digits, Roman or a letter."""
    if number.isdecimal():
        yield "digits", int(number)
        return
    if number in _ROMAN:
        yield "roman", _ROMAN.index(number)
    if len(number) == 1:
        yield "letter", ord(number) - ord("A") + 1


def _joined(text: str, more: str, words: Counter[str]) -> str:
    """Two lines as one; a word that was cut becomes whole, with its hyphen if the paper writes it so elsewhere."""
    is_soft = text.endswith(SOFT_HYPHEN)
    if not is_soft and not (text.endswith(("-", "\N{HYPHEN}")) and more[:1].islower()):
        return f"{text} {more}"
    left = re.search(r"[^\W_]*$", text[:-1])
    right = re.match(r"[^\W_]+", more)
    if left is None or not left[0] or right is None:
        return f"{text[:-1]}-{more}"
    whole, hyphened = f"{left[0]}{right[0]}".lower(), f"{left[0]}-{right[0]}".lower()
    is_name = right[0][0].isupper() or left[0].isupper()
    # TeX does not divide the parts of a compound.
    is_compound = bool(re.search(r"\w-$", text[: left.start()]) or re.match(r"-\w", more[right.end() :]))
    keeps = words[hyphened] > words[whole] or (not words[whole] and (is_name or is_compound))
    return f"{text[:-1]}{'-' if keeps else ''}{more}"


# Parts to blocks


def _document(parts: Sequence[_Part], is_cut: bool, left_out: int) -> Document:
    title = next((_plain(part.text) for part in parts if part.kind == "title"), "")
    entries = [part for part in parts if part.kind == "reference"]
    known = {label.strip("[].") for part in entries if (label := _label(part.text)[0])}
    blocks: list[Block] = [Paragraph((Span(WARNING, "emphasis"),))]
    pages = set[int]()
    for part in parts:
        for block in _blocks(part, known) if part.kind != "title" else ():
            # Where a page begins, it can be shown as a picture.
            is_first = part.line.page not in pages and not block.anchor
            pages.update([part.line.page] if is_first else ())
            blocks.append(replace(block, anchor=f"page-{part.line.page + 1}") if is_first else block)
    if left_out:
        blocks.append(Paragraph((Span(f"{amount(left_out, 'line')} inside of figures left out.", "emphasis"),)))
    return Document(title, tuple(_with_lists(blocks)), is_cut=is_cut)


def _blocks(part: _Part, known: set[str]) -> Iterator[Block]:
    text = _plain(part.text)
    match part.kind:
        case "heading":
            number = _NUMBER.match(text) or _STEP.match(text) or _BEGINS_CHAPTER.match(text)
            said = text[number.end() :] if number else text
            yield Heading(part.level + 1, number["number"] if number else "", (Span(said, ""),))
        case "caption":
            found = _CAPTION.match(text)
            label, rest = (found["label"], text[found.end() :].strip()) if found else ("", text)
            yield Figure(label, _cited(rest, known), ())
        case "note":
            mark = _FOOTNOTE.match(text)
            yield Note(
                unicodedata.normalize("NFKC", mark[1]) if mark else "",
                _cited(text[mark.end() :] if mark else text, known),
            )
        case "reference":
            label, rest = _label(text)
            yield Reference(label, (Span(rest, ""),), f"ref-{label.strip('[].')}" if label else "")
        case "lines" | "code":
            yield Verbatim(tuple((Span(line),) for line in _laid_out(part.rows)))
        case "theorem":
            title = _THEOREM.match(text)
            end = title.end() if title else 0
            yield Theorem((Span(text[:end]),), (Paragraph(_cited(text[end:].strip(), known)),))
        case "item":
            bullet = _BULLET.match(text)
            marker, rest = (bullet[1], text[bullet.end() :]) if bullet else ("•", text)
            yield Items((Item("•" if marker in "·▪∗*" else marker, (Paragraph(_cited(rest, known)),)),))
        case _:
            yield Paragraph(_cited(text, known))


def _is_of_table(caption: str) -> bool:
    return caption[:3].lower() == "tab"


def _laid_out(lines: Sequence[Line]) -> Iterator[str]:
    """Lines of a table or a formula, each part where it stands on the page."""
    left = min(line.left for line in lines)
    widest = max(lines, key=lambda line: len(line.text))
    is_even = widest.mono > _OF_CODE and len(widest.cells) == 1 and widest.width > len(widest.text) > 0
    letter = widest.width / len(widest.text) if is_even else 0.5 * median(line.size for line in lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.base):
        if rows and rows[-1][0].base - line.base < 0.35 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        text = ""
        for start, cell in sorted(cell for line in row for cell in line.cells):
            gap = " " if text else ""
            text = f"{text}{gap}".ljust(min(MOST_CELLS, round((start - left) / letter))) + _plain(cell)
        yield text[:LETTERS]


def _plain(text: str) -> str:
    """A text that is shown: ligatures are letters again."""
    parts = enumerate(_SCRIPTS.split(text.rstrip(SOFT_HYPHEN)))
    return clean("".join(part if at % 2 else unicodedata.normalize("NFKC", part) for at, part in parts), LETTERS)


def _label(text: str) -> tuple[str, str]:
    found = _MARKER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _cited(text: str, known: set[str]) -> Spans:
    """A text whose numbers in brackets lead to the references."""
    spans: list[Span] = []
    done = 0
    for found in _CITED.finditer(text):
        for number in re.finditer(r"\d+", found[1]):
            if number[0] in known:
                start, end = found.start(1) + number.start(), found.start(1) + number.end()
                spans += [Span(text[done:start]), Span(text[start:end], "", f"#ref-{number[0]}")]
                done = end
    spans.append(Span(text[done:]))
    return tuple(span for span in spans if span.text)


def _with_lists(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks in which items that follow each other are one list."""
    items: list[Item] = []
    for block in blocks:
        if isinstance(block, Items):
            items += block.items
            continue
        if items:
            yield Items(tuple(items))
            items = []
        yield block
    if items:
        yield Items(tuple(items))
