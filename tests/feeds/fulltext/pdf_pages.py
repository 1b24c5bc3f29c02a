"""PDFs that tests write: text in the standard fonts, line by line."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FONTS = ("Times-Roman", "Times-Bold", "Times-Italic", "CMEX10", "CMMI10", "Mapped", "Courier")
REGULAR, BOLD, ITALIC, SIGNS, MATH, MAPPED, MONO, DRAWN, DRAWN_TOO = range(9)
"""The sixth has names for its letters, and some for none; the last two are of Type 3, whose codes have no names."""

_BOX = b"5 0 0 0 5 5 d1 0 0 4 5 re f"

_NAMES = b"""1 begincodespacerange <00> <ff> endcodespacerange
6 beginbfchar <61> <d835dc65> <62> <2211> <63> <fffe> <64> <fe00> <65> <0007> <66> <d835> endbfchar"""


class Printed(NamedTuple):
    """A line on a page, in points from the lower left corner."""

    text: str
    left: float
    base: float
    size: float = 10.0
    font: int = REGULAR


def paragraph(text: str, top: float, *, left: float = 72.0, letters: int = 90, indent: float = 12.0) -> list[Printed]:
    """The lines of a paragraph, one 12 points below the other."""
    lines: list[str] = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [Printed(line, left + (0 if at else indent), top - 12 * at) for at, line in enumerate(lines)]


def write_pdf(
    file: Path,
    pages: Sequence[Sequence[Printed]],
    *,
    extra: bytes = b"",
    titles: Sequence[str] = (),
    trailer: bytes = b"",
) -> Path:
    """Write a PDF with these lines to a file; the titles of its outline are within each other."""
    objects: list[bytes] = [b"", b""]
    fonts = b"".join(b"/F%d %d 0 R " % (index, len(objects) + 1 + index) for index in range(len(FONTS)))
    objects += [
        b"<</Type/Font/Subtype/Type1/Encoding/WinAnsiEncoding/BaseFont/%s%s>>"
        % (name.encode(), b"/ToUnicode %d 0 R" % (len(objects) + 1 + len(FONTS)) if name == FONTS[MAPPED] else b"")
        for name in FONTS
    ]
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(_NAMES), _NAMES))
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(_BOX), _BOX))
    codes = b" ".join(b"/a%d" % code for code in range(256))
    glyphs = b" ".join(b"/a%d %d 0 R" % (code, len(objects)) for code in range(256))
    widths = b" ".join(b"%d" % (4 + code % 3) for code in range(256))
    for font in (DRAWN, DRAWN_TOO):
        objects.append(
            b"<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 0/LastChar 255"
            b"/Widths[%s]/Encoding<</Differences[0 %s]>>/CharProcs<<%s>>>>" % (widths, codes, glyphs)
        )
        fonts += b"/F%d %d 0 R " % (font, len(objects))
    kids = []
    for page in pages:
        shown = "\n".join(
            f"BT /F{line.font} {line.size} Tf {line.left} {line.base} Td ({_escaped(line.text)}) Tj ET" for line in page
        )
        content = zlib.compress(shown.encode("latin-1") + extra)
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<<%s>>>>/Contents %d 0 R>>"
            % (fonts, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R/Outlines %d 0 R>>" % (len(objects) + 1)
    for title in ("", *titles):
        after = len(objects) + 2
        objects.append(b"<</Title(%s)/First %d 0 R/Last %d 0 R>>" % (title.encode("latin-1"), after, after))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    body = bytearray(b"%PDF-1.5\n")
    places = []
    for number, part in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer<<%s/Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(objects) + 1, table)
    file.write_bytes(body)
    return file


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
