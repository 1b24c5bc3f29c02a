"""What changed in a paper, as lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from reader.core.changes import Changes, Difference
from reader.core.lines import measure
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.page.changed_lines import changed_lines
from reader.ui.page.presentation import Presentation
from tests.table import each
from tests.ui.drawings import texts

CHANGES = Changes(
    int(datetime(2026, 5, 3, 12, tzinfo=UTC).timestamp()),
    0,
    "star",
    True,
    (
        Difference("code", False, True, True),
        Difference("version", None, 2, False),
        Difference("venue", "ICLR 2026 poster", "ICLR 2026 oral", True),
        Difference("votes", 1_000, 1_010, False),
        Difference("title", "A small [b]model[/b] of the world", "A model of the world in words", False),
    ),
)


def look(glyphs: Glyphs = UNICODE, *, is_page: bool = True) -> Presentation:
    return Presentation(date(2026, 5, 12), glyphs=glyphs, is_page=is_page, changes=CHANGES)


def test_the_page_has_all_that_changed_and_the_words() -> None:
    assert texts(changed_lines(78, look())) == [
        "≠ Changed since you starred it on Sun 3 May",
        "new code · new v2 · ICLR 2026 poster → ICLR 2026 oral · 1,000 → 1,010 votes",
        "3 words of the title",
        "",
        "Title: A small [b]model[/b] model of the world in words",
    ]
    gone = [piece.text for line in changed_lines(78, look()) for piece in line if piece.role == "gone"]
    assert gone == ["small [b]model[/b]"]


def test_much_that_changed_is_folded() -> None:
    abstract = Difference("abstract", "", " ".join(["words"] * 300), False)
    much = replace(look(), changes=CHANGES._replace(differences=(*CHANGES.differences, abstract)))
    folded, unfolded = texts(changed_lines(78, much)), texts(changed_lines(78, replace(much, is_unfolded=True)))
    assert len(folded) == 3 + 16
    assert folded[-1] == f"+{len(unfolded) - 4 - 15} lines of changes"
    assert unfolded[-1] == "less"
    assert unfolded[:-1][: len(folded) - 1] == folded[:-1]


def test_the_detail_has_what_is_enough_while_it_is_due() -> None:
    assert texts(changed_lines(78, look(is_page=False))) == [
        "≠ Changed since you starred it on Sun 3 May",
        "new code · ICLR 2026 poster → ICLR 2026 oral",
    ]
    seen = Presentation(date(2026, 5, 12), changes=CHANGES._replace(is_open=False))
    assert changed_lines(78, seen) == changed_lines(78, Presentation(date(2026, 5, 12))) == []


@each("width", [8, 20, 40, 78])
@each("glyphs", [UNICODE, ASCII])
def test_lines_fit_and_signs_are_plain(width: int, glyphs: Glyphs) -> None:
    lines = changed_lines(width, look(glyphs))
    assert all(measure(line) <= width for line in lines)
    if glyphs is ASCII:
        assert " ".join(texts(lines)).isascii()
    if glyphs is ASCII and width == 78:
        assert "Title: A [-small [b]model[/b]-] {+model+} of the world {+in words+}" in texts(lines)
