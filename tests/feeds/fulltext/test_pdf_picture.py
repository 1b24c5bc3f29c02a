"""Where a displayed formula is on a page of a PDF."""

from __future__ import annotations

import pytest

from reader.core.document.model import PdfSpot
from reader.feeds.fulltext.pdf_lines import Box, Line
from reader.feeds.fulltext.pdf_picture import SURE, _places
from tests.table import each


def line(text: str, base: float, left: float = 72, right: float = 540) -> Line:
    return Line(text, 3, left, right, base, 10)


PAGE = (
    line("We weigh what everybody opens by", 712),
    line("this sum over all readers", 700),
    line("N", 682, 220, 230),
    line("L = x + y (1)", 670, 200),
    line("i = 1", 658, 218, 240),
    line("where the first part counts", 640),
    line("and the second one does not", 628),
    line("Another line of the page says nothing", 616),
)
BETWEEN = Box(66, 649, 546, 697.5)
AROUND = PdfSpot("2605.00001", before=("sum", "over", "all", "readers"), after=("where", "the", "first", "part"))
OTHER = PdfSpot("2605.00001", number="(1)", before=("xx", "yy"), after=("zz",))


@each(
    ("lines", "spot", "score", "box"),
    [
        (PAGE, AROUND, 2.17, BETWEEN),
        (PAGE, AROUND._replace(number="(1)"), 3.17, BETWEEN),
        # Other columns begin and end beside it.
        ((*PAGE, line("What stands in the other column", 676, 540, 900)), AROUND, 2.17, BETWEEN),
        ((*PAGE, line("What stands in the other column", 664, 20, 200)), AROUND, 2.17, BETWEEN),
        # Some of the words are other ones in the PDF.
        (PAGE, AROUND._replace(before=("the", "sum", "over", "our", "readers")), 1.77, BETWEEN),
        # The words after it are on the next page.
        (PAGE[:5], AROUND, 0.33, Box(66, 645, 546, 697.5)),
        (PAGE[1:4], AROUND, 0.33, Box(66, 657, 546, 697.5)),
        # By its number alone, and as high as what stands beside it.
        (PAGE, OTHER, 1.5, BETWEEN),
        (PAGE, OTHER._replace(before=("all", "yy", "zz")), 1.5 + 1 / 3, BETWEEN),
        (PAGE[3:4], OTHER, 1.5, Box(194, 657, 546, 687)),
        (PAGE[:2] + PAGE[3:4] + PAGE[5:], AROUND, 2.19, Box(66, 657, 546, 687)),
    ],
)
def test_a_formula_is_between_the_words_around_it_or_at_its_number(
    lines: tuple[Line, ...], spot: PdfSpot, score: float, box: Box
) -> None:
    best = max(_places(lines, spot))
    assert (best.page, best.box) == (3, box)
    assert best.score == pytest.approx(score) and (best.score > SURE) is (score > SURE)


@each(
    ("lines", "spot"),
    [
        ((), AROUND),
        (PAGE[:2], AROUND),
        (PAGE, OTHER._replace(number="(2)")),
        (PAGE, OTHER._replace(number="")),
        ((line("see also eq (1)", 670),), OTHER),
    ],
)
def test_a_formula_that_is_not_there_has_no_place(lines: tuple[Line, ...], spot: PdfSpot) -> None:
    assert [*_places(lines, spot)] == []
