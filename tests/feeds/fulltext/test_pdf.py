"""Text from PDFs: what its lines become, and what a bad file says."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from time import process_time
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.document.markdown import markdown_lines
from reader.core.document.model import (
    Document,
    Figure,
    Heading,
    Paragraph,
    Reference,
    Verbatim,
    plain,
)
from reader.core.errors import FeedOffline, NoFullText
from reader.feeds.fulltext.pdf import WARNING, read_pdf
from reader.feeds.fulltext.pdf_client import PdfTexts, read_in_process
from reader.feeds.fulltext.pdf_lines import Box, Letter, Line, Page, Pages, find_lines, join_letters, read_pages
from tests.feed_server import FeedServer
from tests.feeds.fulltext.pdf_pages import BOLD, DRAWN, ITALIC, MAPPED, MATH, MONO, SIGNS, Printed, paragraph, write_pdf
from tests.table import each

FILLER = (
    "Readers of papers decide in minutes what to read, and so the first lines of a text matter more than all that "
    "follows; we measure how much more, on a set of pages that nobody has seen before, and find that it is a lot [1]. "
    "The pre-trained reader does so too, and a pre-trained one is what everybody has by now, as others say as well."
)

PAPER = [
    [
        Printed("A Reader for Papers", 150, 720, 17, BOLD),
        Printed("Ada Lovelace", 250, 690),
        Printed("Abstract", 280, 660, 12, BOLD),
        *paragraph(FILLER, 640),
        Printed("1  Introduction", 72, 540, 12, BOLD),
        *paragraph(FILLER, 520, indent=0),
        *paragraph("It begins with a second thought. " + FILLER, 460),
        Printed("Figure 1: What a reader sees.", 72, 380, 9),
        Printed("\x95 the first of two things", 82, 350),
        Printed("\x95 the second of two things", 82, 338),
        Printed("1See the appendix for details of it.", 72, 100, 8),
        Printed("1", 300, 40),
    ],
    [
        Printed("2  Results", 72, 720, 12, BOLD),
        *paragraph(FILLER, 700, indent=0),
        Printed("Model", 80, 600),
        Printed("Score", 200, 600),
        Printed("Time", 300, 600),
        Printed("ours", 80, 588),
        Printed("0.9", 200, 588),
        Printed("3", 300, 588),
        Printed("2.1  Ablations", 72, 560, 11, BOLD),
        *paragraph(FILLER, 540, indent=0),
        Printed("References", 72, 440, 12, BOLD),
        Printed("[1] B. Babbage. Engines that read. 1843. A long entry that takes more", 72, 420),
        Printed("than one line of the page. Press.", 90, 408),
        Printed("[2] C. Byron. Letters. 1815.", 72, 396),
        Printed("[3] D. Boole. Laws. 1854.", 72, 384),
        Printed("2", 300, 40),
    ],
]


@pytest.fixture
def paper(tmp_path: Path) -> Document:
    return read_pdf(read_pages(write_pdf(tmp_path / "paper.pdf", PAPER)))


def texts(document: Document, kind: type[Heading | Paragraph | Reference]) -> list[str]:
    return ["".join(plain(block.spans)) for block in document.blocks if isinstance(block, kind)]


PAPER_TEXT = f"""\
# A Reader for Papers
*{WARNING}*
Ada Lovelace
## Abstract
…
## 1 Introduction
…
It begins with a second thought. …
**Figure 1**: What a reader sees.
- the first of two things
- the second of two things
[^1]: See the appendix for details of it.
## 2 Results
…
```
Model                   Score               Time
ours                    0.9                 3
```
### 2.1 Ablations
…
## References
- [1] B. Babbage. Engines that read. 1843. A long entry that takes more than one line of the page. Press.
- [2] C. Byron. Letters. 1815.
- [3] D. Boole. Laws. 1854."""


def test_a_paper_is_read_whole(paper: Document) -> None:
    output = "\n".join(line for line in markdown_lines(paper) if line).replace("\\", "")
    assert output.replace(FILLER, "…") == PAPER_TEXT
    assert paper.anchors == {"ref-1": 16, "ref-2": 17, "ref-3": 18}


SHAPES = b"""
BT /F0 1 Tf 10 0 0 10 72 500 Tm (scaled) Tj ET
BT /F0 10 Tf 0.995 0.1 -0.1 0.995 300 500 Tm (rises) Tj 0.995 -0.1 0.1 0.995 400 500 Tm (sinks) Tj ET
BT /F0 10 Tf 0.95 0.3 -0.3 0.95 300 400 Tm (stamp) Tj 0.95 -0.3 0.3 0.95 400 400 Tm (mark) Tj ET
q 30.5 0 0 30.5 300 200 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q
q 30 0 0 60 420 200 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q
q 100 0 0 30 420 300 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q
q 612 0 0 792 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q
"""
"""A picture, and one each that is too narrow, too low and too high."""


def test_letters_signs_and_pictures_are_read_as_they_are_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = [
        Printed("A line of pre\xad", 72, 700),
        Printed("fixed words", 72, 688),
        *(Printed("P", 72, 600, 10, SIGNS), Printed("x", 82, 600, 10, MATH), Printed("bold", 90, 600, 10, BOLD)),
        *(Printed(" and ", 115, 600), Printed("slant", 140, 600, 10, ITALIC), Printed("cell", 300, 600)),
        *(Printed("p", 72, 560, 10, SIGNS), Printed("2", 84, 563, 7)),
        *(Printed("o", 72, 540), Printed("\xa8", 72.8, 540), Printed("b", 200, 540, 10, SIGNS)),
    ]
    second = [
        *(Printed("abcdef", 72, 700, 10, MAPPED), Printed("P", 72, 600, 10, SIGNS), Printed("d", 82, 600, 10, SIGNS)),
        *(Printed("tiny", 72, 560, 3), Printed("huge", 200, 630, 80), Printed("Bold lead", 72, 540, 10, BOLD)),
        *(Printed(" and the rest", 115, 540), Printed("2.1. Its", 72, 520, 10, ITALIC), Printed(" own", 103, 520)),
    ]
    monkeypatch.setattr("reader.feeds.fulltext.pdf_lines.MAX_PAGES", 2)
    found = read_pages(write_pdf(tmp_path / "paper.pdf", [first, second], extra=SHAPES, titles="123456"))
    seen = [
        [
            (one.text, *map(round, one[2:5]), *(round(part, 1) for part in one[5:9]), len(one.cells))
            for one in page.lines
        ]
        for page in found.pages
    ]
    both = [
        ("scaled", 72, 97, 500, 11.3, 0, 0, 0, 1),
        ("rises sinks", 299, 421, 500, 10, 0, 0, 0, 2),
    ]
    assert seen == [
        [
            ("A line of pre\xad", 72, 126, 700, 10, 0, 0, 0, 1),
            ("fixed words", 72, 119, 688, 10, 0, 0, 0, 1),
            ("∑ x bold and slant", 72, 160, 600, 10, 0.3, 0.4, 0.1, 1),
            ("cell", 300, 314, 600, 10, 0, 0, 0, 1),
            ("√2", 72, 88, 559, 10, 0, 0, 0.5, 1),
            ("ö", 72, 77, 540, 10, 0, 0, 0, 1),
            ("ˆ", 200, 206, 540, 10, 0, 0, 1, 1),
            *both,
        ],
        [
            ("𝑥∑\xad︀", 72, 95, 700, 10, 0, 0, 0, 1),
            ("P d", 72, 88, 601, 10, 0, 0, 1, 1),
            ("tiny", 72, 77, 560, 3.4, 0, 0, 0, 1),
            ("huge", 200, 356, 630, 90.2, 0, 0, 0, 1),
            ("Bold lead and the rest", 72, 164, 540, 10, 0.4, 0, 0, 1),
            ("2.1. Its own", 72, 123, 520, 10, 0, 0.7, 0, 1),
            *both,
        ],
    ]
    assert {page[::2] for page in found.pages} == {(792, (Box(298, 198, 332.5, 232.5),))}
    assert found[1:] == (tuple((str(level + 1), level) for level in range(5)), False)


def test_codes_without_names_are_unknown_letters(tmp_path: Path) -> None:
    printed = Printed("[3\x155], pp. 17: the tari\x1b", 72, 700, 10, DRAWN)
    found = read_pages(write_pdf(tmp_path / "paper.pdf", [[printed]]))
    assert [line.text for line in found.pages[0].lines] == ["[3�5], pp. 17: the tari�"]


def test_a_text_with_unknown_letters_says_so_in_its_header(tmp_path: Path) -> None:
    lines = [*paragraph(FILLER, 640), Printed("a\x1bb", 72, 500, 10, DRAWN)]
    document = read_pdf(read_pages(write_pdf(tmp_path / "paper.pdf", [lines])))
    assert document.lacks[-1] == "letters that can't be told are �"
    assert "�" not in " ".join(read_pdf(read_pages(write_pdf(tmp_path / "paper.pdf", PAPER))).lacks)


def test_the_mass_of_an_isotope_stays_raised(tmp_path: Path) -> None:
    lines = [Printed("Atoms of ", 72, 700), Printed("87", 111, 703.6, 7), Printed("Rb are cold", 118.2, 700)]
    found = read_pages(write_pdf(tmp_path / "paper.pdf", [lines]))
    assert [line.text for line in found.pages[0].lines] == ["Atoms of ⁸⁷Rb are cold"]


def test_program_code_keeps_its_lines_and_indentation(tmp_path: Path) -> None:
    code = ["def f(x):", "    if x:", "        return 1", "    return 0"]
    printed = [Printed(text, 72, 560 - 12 * at, 10, MONO) for at, text in enumerate(code)]
    lines = [*paragraph(FILLER, 640), *printed, *paragraph("And so it ends. " + FILLER, 500)]
    document = read_pdf(read_pages(write_pdf(tmp_path / "paper.pdf", [lines])))
    (found,) = (block for block in document.blocks if isinstance(block, Verbatim))
    assert ["".join(plain(row)) for row in found.lines] == code


def line(text: str, base: float, *, page: int = 0, left: float = 72.0, size: float = 10.0, bold: float = 0.0) -> Line:
    return Line(text, page, left, left + 5.0 * len(text), base, size, bold, cells=((left, text),))


def of_lines(*lines: Line, boxes: tuple[Box, ...] = (), outline: tuple[tuple[str, int], ...] = ()) -> Document:
    pages = tuple(
        Page(792.0, tuple(one for one in lines if one.page == number), boxes)
        for number in range(1 + max(one.page for one in lines))
    )
    return read_pdf(Pages(pages, outline))


FULL = "A full line of a column has this many letters, so that all of it is taken by its words."


def body(top: float, count: int, page: int = 0) -> list[Line]:
    return [line(FULL, top - 12 * at, page=page) for at in range(count)]


@each(
    ("first", "second", "whole"),
    [
        ("It is pre\N{SOFT HYPHEN}", "trained on all of it, as one is.", "It is pretrained on"),
        ("The known pre-trained and pre-", "trained ones.", "The known pre-trained and pre-trained ones."),
        ("It has con-", "tent of its own.", "It has content of its own."),
        ("By A. Smith-", "Jones, in the year before.", "By A. Smith- Jones, in"),
        ("By A. Smith\N{SOFT HYPHEN}", "Jones, in the year before.", "By A. Smith-Jones, in"),
        ("It has the con\N{SOFT HYPHEN}", "(tent of its own).", "It has the con-(tent of"),
        ("It has a (\N{SOFT HYPHEN}", "tent of its own).", "It has a (-tent of"),
        ("A Readymade or a Ready\N{SOFT HYPHEN}", "Made one of it.", "or a ReadyMade one"),
        ("By a back-", "of-the-envelope one.", "By a back-of-the-envelope one."),
        ("By a back-of-the-", "envelope one.", "By a back-of-the-envelope one."),
        ("A supervised, self-super-", "vised one.", "A supervised, self-supervised one."),
    ],
)
def test_words_that_a_line_s_end_has_cut_are_joined(first: str, second: str, whole: str) -> None:
    output = texts(of_lines(*body(700, 6), line(first, 580, left=84), line(second, 568)), Paragraph)
    assert any(whole in one for one in output)


def test_headers_and_page_numbers_are_left_out() -> None:
    lines = [
        one
        for page in range(4)
        for one in (
            line(f"Running Title {page}", 770 if page < 2 else 720, page=page),
            *body(700, 8, page),
            line(str(page), 30, page=page),
        )
    ]
    document = of_lines(*lines)
    assert texts(document, Paragraph)[1:] == [" ".join([FULL] * 8)] * 4


def test_the_numbers_of_lines_are_left_out() -> None:
    for count in (15, 16):
        numbers = (line(f"{number:03}", 720 - 12 * number, left=40) for number in range(1, count + 1))
        output = "\n".join(markdown_lines(of_lines(*body(708, 20), *numbers)))
        assert ("003" in output) is (count == 15)


@each(
    ("left", "right", "base", "is_in"),
    [
        (90, 400, 250, True),
        (90, 400, 350, True),
        (89, 400, 300, False),
        (90, 401, 300, False),
        (90, 400, 249, False),
        (90, 400, 351, False),
    ],
)
def test_text_in_pictures_is_left_out_and_counted(left: float, right: float, base: float, is_in: bool) -> None:
    inside = line("an axis", base, left=left)._replace(right=right)
    output = texts(of_lines(*body(700, 8), inside, boxes=(Box(90, 250, 400, 350),)), Paragraph)
    assert output[-1] == ("1 line inside figures left out." if is_in else "an axis")


def test_a_sentence_that_a_page_has_cut_goes_on_in_any_letter() -> None:
    cut = line(f"{FULL[:-1]} in all", 628)
    rest = line(f"(0.9) of {FULL}", 700, page=1)
    assert texts(of_lines(*body(700, 6), cut, rest), Paragraph)[-1].endswith(f"{cut.text} {rest.text}")
    label = line("Gene", 700, page=1)
    assert texts(of_lines(*body(700, 6), cut, label, *body(600, 3, page=1)), Paragraph)[-2] == "Gene"
    # Behind a line that does not fill its column begins another paragraph.
    assert texts(of_lines(*body(700, 6), line("A short end", 628), rest), Paragraph)[-1] == rest.text


NARROW = "A line of a narrow column has these letters."
LOOKS = {"p": "page", "s": "size", "b": "bold", "i": "italic", "m": "math"}


def drawn(text: str) -> Line:
    """A line of its height, `@` its left, its looks with `w` for its width, and its text.

    Two spaces are between cells.
    """
    found = re.fullmatch(r"([\d.]+)(?:@(\d+))?((?: [a-z][\d.]+)*) (.+)", text)
    assert found
    looks: dict[str, Any] = {one[0]: float(one[1:]) for one in found[3].split()}
    made = line(found[4], float(found[1]), left=float(found[2] or 72))
    made = made._replace(**{LOOKS[key]: value for key, value in looks.items() if key in LOOKS})
    cells = [(made.left + 5 * one.start(), one[0]) for one in re.finditer(r"\S+(?: \S+)*", made.text)]
    right = made.left + looks.get("w", made.width)
    made = made._replace(text=" ".join(made.text.split()), cells=tuple(cells), right=right)
    return made._replace(page=int(made.page))


WHAT_LINES_ARE = r"""
684 s17 The title / 664 s16.1 of two lines / 640 s12.6 Another line => # The title of two lines|…|Another line
660 Contents / 640 Begin . . . . 1 / 628 Middle . . . . 2 / 616 End . . . . 3 / 604 It is => …|It is
680 It is said / 68 12 / 60 and it ends => …It is said|```|12|```|and it ends
680 It is said / 300 xvi => …It is said
660 b1 References / 640 [1] A. One. / 628 [2] B. Two. / 616@80 of it. / 604 [3] C. Three.
=> …|## References|- \[1\] A. One.|- \[2\] B. Two. of it.|- \[3\] C. Three. …
660 b1 References / 640 A. I / 628@78 it. / 616@75 B. Us / 604@82 it. / 592@82 it / 580@82 it / 568@76 So
=> …|## References|- A. I it.|- B. Us it. it it So …
660 b1 References / 640 [1] A. One. / 620 b1 A Proof of it / 600 It is said.
=> …|## References|- \[1\] A. One.|## A Proof of it|It is said.
660 b1 References / 640 [1] A. One. / 270 s8 2With a note of it
=> …|## References|- \[1\] A. One. …|[^2]: With a note of it
660 b1 1 Begin / 640 b0.2 1.1 Part. It is. / 620 b0.2 1) Of it. It is. / 600 b0.2 2 More. It is.
=> …|## 1 Begin|1.1 Part. It is.|1) Of it. It is.|2 More. It is.
660 Abstract: it is said. / 640 And more. => …|## Abstract|it is said.|And more.
660 b1 1 Begin / 640 Abstract: it is said. => …|## 1 Begin|Abstract: it is said.
684 It ends here. / 660 One label / 648 b1 Two / 640 s9 Figure 2: it.
=> …It ends here.|**Figure 2**: it.|…|*2 lines inside figures left out.*
684 It goes on, as in / 672 Figure 2. It is. => …It goes on, as in Figure 2. It is.
664 b1 1 A heading that is long / 652 b1 2 Another one => …|## 1 A heading that is long|## 2 Another one
660 b1 References / 640 A. One / 630 of it. / 617 B. Two / 607 of it.
=> …|## References|- A. One of it.|- B. Two of it. …
684 It has / 672@84 (a) one => …It has|- (a) one
684 w220 It ends here. / 672 w220 Lemma 2 (A). It is said. => …It ends here.|Lemma 2 (A). It is said.
660 b0.2 Lemma 2 (A). It is said. / 648 And so on. => …|Lemma 2 (A). It is said.|And so on.
684 It goes on / 667 And further on. => …It goes on|And further on.
684 It goes on, as in / 672 Figure 2 shows it. => …It goes on, as in Figure 2 shows it.
684 It goes on / 664 s9.5 Figure 2 shows it. => …It goes on …|**Figure 2**: shows it.
664 s9 Figure 2: it shows / 653 s9 more than that. / 640 And not this.
=> …|**Figure 2**: it shows more than that.|And not this.
664 s9 Table 2: it shows / 640 w132 One of them => …|**Table 2**: it shows|```|One of them|```
684 It is said / 270 s9 1With a note of it => …It is said …|[^1]: With a note of it
684 It is said / 270 s9 1With not => …It is said …|[^1]: With not
660 b0.6 Results / 648 It is. => …|## Results|It is.
660 RESULTS / 648 It is. => …|## RESULTS|It is.
660 b0.6 1 A part of it / 648 It is. => …|## 1 A part of it|It is.
660 i0.8 1 A part of it / 648 It is. => …|## 1 A part of it|It is.
660 b1 1 One / 640 b1 2 Two / 620 b1 2.1 Sub / 600 b1 2.1.1 Under / 580 b1 4 Four / 560 b1 7 Seven
=> …|## 1 One|## 2 Two|### 2.1 Sub|#### 2.1.1 Under|## 4 Four|7 Seven
660 b1 1 Begin / 640 It is said. / 622@122 b1 w120 Some part of it / 608 It is.
=> …|## 1 Begin|It is said.|## Some part of it|It is.
664 b1 1 A heading that is long / 652 b1 and goes on / 630 It is said.
=> …|## 1 A heading that is long and goes on|It is said.
684 It goes on / 660@89 m0.21 x = y and / 640 where it is. => …It goes on|```|x = y and|```|where it is.
684 It goes on / 660 abc / 640 where it is. => …It goes on|```|abc|```|where it is.
684 It goes on / 660 m0.05 Let x = y (12) / 640 where it is. => …It goes on|```|Let x = y (12)|```|where it is.
684 w220 It goes on / 672@84 w208 It begins / 660 And on and on => …It goes on|It begins And on and on
684 w175 It ends here. / 672 And then => …It ends here.|And then
684 w175 It ends here. / 672 and then => …It ends here. and then
684@80 • One thing of / 672@88 two lines / 660@80 • Two / 648 It is. => …|- One thing of two lines|- Two It is.
684@80 • One thing of / 672@88 two lines / 660@84 And three => …|- One thing of two lines And three
684@80 – One thing of / 672@80 ∗ Two / 660 It is (a) first and / 648 (b) second. / 620@100 (c) third.
=> …|- One thing of|- Two It is (a) first and|- (b) second.|- (c) third.
684 w175 It ends / 672 One label / 640 s9 Figure 2: it.
=> …It ends …|**Figure 2**: it.|…|*1 line inside figures left out.*
684 It goes on / 660@100 m1 x = y / 639.7@101 s8 over it / 620 And so on.
=> …It goes on|```|x = y|over it|```|And so on.
684 It is said. / 700 p1 s11.3 b0.6 One large line / 680 p1 It is. => …It is said.|…|## One large line|It is.
660 One  Two / 640 It is. => …|```|One  Two|```|It is.
684 One  Two / 672 It is. => …One Two It is.
684 One  Two  Ten / 672 It is. => …|```|One  Two  Ten|```|It is.
660 Model one two  three four / 640 It is. => …|Model one two three four|It is.
660 One  Two / 656@200 Ten / 640 It is. => …|```|One  Two|                          Ten|```|It is.
684 It goes on with / 680@180 m1 x = y + z + w / 672 And where it is.
=> …It goes on with|```|x = y + z + w|```|And where it is.
660 b1 I. BEGIN / 640 b1 A. One / 620 b1 B. Two / 600 b1 II. END / 580 b1 A. Three
=> …|## I BEGIN|### A One|### B Two|## II END|### A Three
684 It is (i) one thing that is long; and / 672 (ii) two. => …It is (i) one thing that is long; and (ii) two.
684@82 1. An item of / 672@94 (e.g. this) / 660@82 2. Two. => …|1. An item of (e.g. this)|2. Two.
684 It goes / 90 s8 1With a note of its own. / 700 p1 on here and / 688 p1 to its end.
=> …It goes …|[^1]: With a note of its own.|…|on here and to its end.
684 w220 It is so, as in Fig. / 672 w220 2. In it is one / 660 more. => …It is so, as in Fig. 2. In it is one more.
684 w220 It is so, by Peters et al. / 672 w220 (2018) and one / 660 more.
=> …It is so, by Peters et al. (2018) and one more.
684 w220 It is cut by a / 660 s9 Table 2: it shows / 640 One  Two / 628 Ten  Six / 590 w220 float in its column.
=> …It is cut by a float in its column.|**Table 2**: it shows|```|One  Two|Ten  Six|```
684 w220 A line  that is  spread  out / 672 w220 over  all of  its  column / 660 and ends.
=> …A line that is spread out over all of its column and ends.
664 s9 w220 Table 2: it shows one / 653 s9 of them. / 640 One  Two
=> …|**Table 2**: it shows one of them.|```|One  Two|```
660 b1 s12 1 Begin / 640 It is said. / 616 b1 s12 Some part of it / 600 It is.
=> …|## 1 Begin|It is said.|## Some part of it|It is.
660 b1 1 Begin / 640 b0.5 1.1 Using the .pk files / 628 It is. => …|## 1 Begin|1.1 Using the .pk files It is.
"""


@each(
    ("lines", "expected"),
    [row.split(" => ") for row in WHAT_LINES_ARE.replace("\n=>", " =>").strip().splitlines()],
)
def test_what_a_line_is_follows_from_its_place_and_looks(lines: str, expected: str) -> None:
    """The lines are below eight full ones of a column, with those of another behind them: all full ones are `…`."""
    column = [line(NARROW, 780 - 12 * at) for at in range(8)]
    right = [one._replace(left=320, right=540) for one in column]
    document = of_lines(*column, *map(drawn, lines.split(" / ")), *right)
    output = "|".join(one for one in markdown_lines(document) if one and one != f"*{WARNING}*")
    assert re.sub("(… ?)+", "…", output.replace(NARROW, "…")).removesuffix("|…") == expected


def letters(*runs: tuple[str, float, float, float], left: float = 72.0) -> list[Letter]:
    """Letters behind each other: the text of each run, its height, its size, and how far it is moved."""
    found: list[Letter] = []
    for text, base, size, moved in runs:
        left += moved
        for letter in text:
            found.append(Letter(letter, left, left + size / 2, base, size))
            left += size / 2
    return found


@each(
    ("runs", "lines"),
    [
        # How far a letter is above the one before it, behind it or before it.
        ([("ab", 700, 0), ("c", 705.6, 0)], [("ab", 700, 72), ("c", 705.6, 82)]),
        ([("ab", 700, 0), ("c", 705.4, 0), ("d", 699.8, 0)], [("abcd", 700, 72)]),
        ([("ab", 700, 0), ("c", 700, 120)], [("ab c", 700, 72, 202)]),
        ([("ab", 700, 0), ("c", 700, 120.5)], [("ab", 700, 72), ("c", 700, 202.5)]),
        ([("abcdefghij", 700, 0), ("k", 700, -40.5)], [("abcdefghij", 700, 72), ("k", 700, 81.5)]),
        ([("abcdefghij", 700, 0), ("k", 703.5, -12.5)], [("abcdefghij", 700, 72), ("k", 703.5, 109.5)]),
        # Whether it begins another cell, or another word behind small letters.
        ([("ab", 700, 0), ("c", 700, 13)], [("ab c", 700, 72, 95)]),
        ([("ab", 700, 0), ("2", 700, 0, 8), ("c", 700, 1.75)], [("ab2 c", 700, 72)]),
        ([(" ", 700, 0)], []),
    ],
)
def test_letters_near_each_other_form_a_line(runs: list[tuple[Any, ...]], lines: list[tuple[object, ...]]) -> None:
    """Runs have their text, height, how far they are moved, and their size if it is not 10; lines have cells."""
    made = letters(*((text, base, size[0] if size else 10, moved) for text, base, moved, *size in runs))
    found = find_lines(made, 3)
    assert [(one.text, one.base, *(left for left, _ in one.cells)) for one in found] == lines


def written_text(found: list[Letter]) -> str:
    return "".join(one.text for one in join_letters(found))


@each(
    ("accent", "letter", "joined"),
    [
        ("\xa8", "o", "ö"),
        ("\xb4", "\u0131", "í"),
        ("`", "e", "è"),
        ("\xb8", "c", "ç"),
        ("\u02d8", "A", "Ă"),
        ("\u02dd", "o", "ő"),
        ("\u02c6", "o", "ô"),
    ],
)
def test_an_accent_is_combined_with_the_letter_under_it(accent: str, letter: str, joined: str) -> None:
    for runs, expected in (
        ([("Sm", 700, 10, 0), (accent, 700, 10, 0), (letter, 700, 10, -5), ("k", 700, 10, 0)], f"Sm{joined}k"),
        # Over a capital it is higher, and at times it is drawn last.
        ([(f"Sm{letter}k", 700, 10, 0), (accent, 702.5, 10, -10)], f"Sm{joined}k"),
        # The gaps that are seen beside it are none.
        ([(f"S{letter} ", 700, 10, 0), (accent, 700, 10, -10), (" k", 700, 10, 5)], f"S{joined} k"),
        ([(accent, 700, 10, 0), (" ", 700, 10, 0), (letter, 700, 10, -10)], joined),
        # It is near, beside the letter and above it.
        ([(letter, 700, 10, 0), (accent, 700, 10, -2.5)], joined),
        ([(letter, 700, 10, 0), (accent, 700, 10, -2.0)], f"{letter}{accent}"),
        ([(letter, 700, 10, 0), (accent, 705, 10, -5.0)], f"{letter}{accent}"),
        # As a sign of its own it stays.
        ([(f"a{accent} b", 700, 10, 0)], f"a{accent} b"),
    ):
        assert written_text(letters(*runs)) == expected


@each(
    ("runs", "text"),
    [
        ([("x", 700, 10, 0), ("2", 703.6, 7, 0), ("+y", 700, 10, 0), ("i", 698.5, 7, 0)], "x²+yᵢ"),
        ([("x", 700, 10, 0), ("12", 703.6, 7, 0), ("i", 698.5, 7, -7)], "x¹²ᵢ"),
        ([("F", 700, 10, 0), ("alg", 703.6, 7, 0), ("p", 698.5, 7, -10.5), ("=x", 700, 10, 7)], "Fᵃˡᵍₚ=x"),
        # What has no letters in Unicode has a sign; the mark of a note stays.
        ([("x", 700, 10, 0), ("KL", 698.5, 7, 0), ("y", 700, 10, 0)], "x_KLy"),
        ([("Ann", 700, 10, 0), ("∗†", 703.6, 7, 0)], "Ann∗†"),
        # Letters centred above others are a fraction, unless they are close to their base.
        ([("2", 700, 10, 0), ("1", 703.6, 7, 1.5), ("2", 696.5, 7, -3.5), ("x", 700, 10, 1.5)], "2 1∕2 x"),
        ([("=(", 700, 10, 0), ("ab", 703.6, 7, 1.5), ("x", 696.5, 7, -5.25), (")", 700, 10, 2)], "=((ab)∕x)"),
        ([("x", 700, 10, 0), ("1", 703.6, 7, 0.5), ("2", 696.5, 7, -3.5), ("c", 700, 10, 0)], "x¹₂c"),
        # The mass of an isotope is before its letter.
        ([("a ", 700, 10, 0), ("87", 704, 7, 0), ("Rb", 700, 10, 0)], "a ⁸⁷Rb"),
    ],
)
def test_scripts_are_written_in_their_line(runs: list[tuple[str, float, float, float]], text: str) -> None:
    assert written_text(letters(*runs)) == text
    assert {one.base for one in join_letters(letters(*runs)) if one.size == 10 or one.is_space} == {700}


def test_a_page_of_digits_is_searched_once_for_scripts() -> None:
    digits = letters(("1" * 20_000, 700, 10, 0), ("a" * 20_000, 703, 6, 9))
    start = process_time()
    assert len(join_letters(digits)) == 40_000
    assert process_time() - start < 5


def headings(document: Document) -> list[tuple[int, str, str]]:
    found = (block for block in document.blocks if isinstance(block, Heading))
    return [(one.level, one.number, "".join(plain(one.spans))) for one in found]


def outlined(lines: str, *outline: tuple[str, int]) -> list[tuple[int, str, str]]:
    """The headings among lines below full ones, in a file with an outline."""
    return headings(of_lines(*body(780, 8), *map(drawn, lines.split(" / ")), outline=outline))


def test_an_appendix_that_the_outline_lacks_ends_the_references() -> None:
    lines = (
        "660 b1 s12 References / 648 [1] A. One. / 636 [2] B. Two. / 624 [3] C. Three. / 600 b1 s12 Appendix: More / "
        "580 s9 Figure 4: Two of them, of which / 569 s9 one is small."
    )
    outline = (("Method", 0), ("Data", 0), ("Tests", 0), ("End", 0))
    assert outlined(lines, *outline) == [(1, "", "References"), (1, "", "Appendix: More")]
    document = of_lines(*body(780, 8), *map(drawn, lines.split(" / ")), outline=outline)
    assert texts(document, Reference)[-1] == "C. Three."
    assert ["".join(plain(one.caption)) for one in document.blocks if isinstance(one, Figure)] == [
        "Two of them, of which one is small."
    ]


def test_the_outline_knows_what_is_a_heading_and_how_deep_it_is() -> None:
    lines = (
        "660 b1 1 Method / 640 It is. / 620 b0.6 1.1 Data of all kinds / 600 It is. / 580 Tests / 560 TESTS / "
        "540 b1 s12 Another / 520 b1 2 Other / 500 b1 References / 480 [1] A. One. / 460 b1 s12 Another / 440 It is. / "
        "420 b0.5 Data of all kinds / 400 b1 Data of it / 380 b0.6 Al / 360 b1 IV Eve / 340 b0.6 Data of all"
    )
    outline = (("Method", 0), ("Data of all kinds and more of it", 1), ("Tests", 0), ("Al", 0), ("Eve", 2))
    found = (
        (1, "1", "Method"),
        (2, "1.1", "Data of all kinds"),
        (1, "", "TESTS"),
        (1, "", "References"),
        (3, "IV", "Eve"),
    )
    assert outlined(lines, *outline) == list(found)
    lines = "660 b1 1 Method / 640 It is. / 620 b1 2 A bold thing / 600 It is."
    for known in ((), (("Method", 0),)):
        assert outlined(lines, *known) == [(1, "1", "Method"), (1, "2", "A bold thing")]
    title = "Limits of \\mathbb E[V] \\to \\infty", 0
    lines = "660 b1 1 Limits of E[V] → ∞ / 640 It is. / 620 b1 2 A bold thing / 600 It is."
    assert outlined(lines, title, *outline[1:4]) == [(1, "1", "Limits of E[V] → ∞")]


def test_a_scanned_paper_is_reported() -> None:
    with pytest.raises(NoFullText, match="pictures of pages"):
        of_lines(line("3", 30))


@given(
    st.lists(
        st.builds(
            Line,
            st.text(max_size=40),
            st.integers(0, 3),
            st.floats(0, 600),
            st.floats(0, 600),
            st.floats(0, 800),
            st.floats(3, 80),
            st.floats(0, 1),
            st.floats(0, 1),
            st.floats(0, 1),
            st.lists(st.tuples(st.floats(0, 600), st.text(max_size=20)), max_size=4).map(tuple),
            st.integers(0, 40),
        ),
        max_size=40,
    )
)
def test_any_lines_give_a_document_or_a_reason(lines: list[Line]) -> None:
    try:
        document = of_lines(*sorted(lines, key=lambda one: one.page), *body(700, 4, 4))
    except NoFullText:
        return
    assert not [one for one in markdown_lines(document) if any(category(letter) == "Cc" for letter in one)]


# In a process of its own


async def test_a_bad_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    for content in (b"", b"%PDF-1.5\n" + b"x" * 2_000, b"<html>"):
        file.write_bytes(content)
        with pytest.raises(NoFullText, match="damaged"):
            await read_in_process(file)
    locked = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"00" * 32, b"00" * 32)
    with pytest.raises(NoFullText, match="its PDF asks for a password"):
        read_pages(write_pdf(file, PAPER, trailer=locked))


async def test_a_library_that_does_not_start_is_not_taken_for_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(tmp_path, "pypdfium2.py").write_text("raise OSError('libpdfium.so: wrong ELF class')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(NoFullText, match=r"the library of the extra dailypapers\[pdf\] does not start"):
        await read_in_process(write_pdf(tmp_path / "paper.pdf", PAPER))


async def test_many_pages_are_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.feeds.fulltext.pdf_lines.MAX_PAGES", 1)
    document = read_pdf(read_pages(write_pdf(tmp_path / "paper.pdf", PAPER)))
    assert document.is_cut
    assert "Results" not in texts(document, Heading)


def test_a_page_that_is_damaged_is_left_out(tmp_path: Path) -> None:
    file = write_pdf(tmp_path / "paper.pdf", PAPER)
    # The first page says that it is something else.
    file.write_bytes(file.read_bytes().replace(b"/Type/Page/", b"/Type/Font/", 1))
    found = read_pages(file)
    assert [len(page.lines) > 0 for page in found.pages] == [False, True] and not found.is_cut


async def test_a_pdf_is_fetched_read_and_removed_or_is_the_users_own(tmp_path: Path) -> None:
    own, folder = write_pdf(tmp_path / "own.pdf", PAPER), tmp_path / "answers"
    with FeedServer() as server:
        server.pages = {"/pdf/2605.00001": own.read_bytes()}
        async with PdfTexts(server.url, folder=folder) as source:
            assert (await source.text("2605.00001")).title == "A Reader for Papers"
        assert list(folder.glob("*.pdf")) == []
    async with PdfTexts(offline=True, find={"2605.00001": own}.get) as source:
        assert (await source.text("2605.00001")).title == "A Reader for Papers" and own.exists()
        with pytest.raises(FeedOffline):
            await source.text("2605.00002")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less")
async def test_a_decompression_bomb_ends_only_its_own_process(tmp_path: Path) -> None:
    bomb = b" " * 10 + b"(" + b"x" * 30_000_000 + b")"
    file = write_pdf(tmp_path / "bomb.pdf", [[Printed("x", 72, 700)]], extra=b" BT /F0 9 Tf " + bomb + b" Tj ET")
    with pytest.raises(NoFullText, match=r"too much memory or time|pictures of pages|damaged"):
        await read_in_process(file)
