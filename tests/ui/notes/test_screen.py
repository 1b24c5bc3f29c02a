"""What stands above a note, and what is said of tags."""

from __future__ import annotations

from reader.ui.kit.glyphs import UNICODE
from reader.ui.notes.screen import heading
from reader.ui.notes.state import Noting, Tagging
from tests.table import each
from tests.ui.drawings import text


@each(
    ("is_draft", "width", "line"),
    [
        (False, 60, f"── ✎ Note · A memory that forgets {'─' * 26}"),
        (False, 40, "── ✎ Note · A memory that forgets ──────"),
        (False, 24, "── ✎ Note · A memor… ───"),
        (False, 10, "── ✎ Note…"),
        (True, 60, "── ✎ Note · A memory that forgets ─── an unfinished draft ──"),
        (True, 50, "── ✎ Note · A memory tha… ─ an unfinished draft ──"),
        (True, 24, "── ✎ Note  an unfinishe…"),
    ],
)
def test_the_paper_of_a_note_stands_in_a_rule(is_draft: bool, width: int, line: str) -> None:
    noting = Noting(1, "2605.00400", "A memory that forgets", "", is_draft)
    assert text(heading(noting, width, UNICODE)) == line


@each(
    ("pks", "has", "shared", "said"),
    [
        (1, "", "", "no tag yet"),
        (2, "", "", "2 papers, no tag yet"),
        (1, "ab", "ab", "tagged a, b"),
        (3, "abc", "b", "3 papers, tagged b, some tagged a, c"),
    ],
)
def test_tags_are_told_with_what_only_some_papers_have(pks: int, has: str, shared: str, said: str) -> None:
    assert Tagging((1,) * pks, tuple(has), tuple(shared), {}).said == said
