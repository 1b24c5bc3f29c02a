"""What plain mode says can be written on any terminal, and read out."""

from __future__ import annotations

import re

from reader.core.paper_row import Flag, PaperRow
from reader.ui.kit.status_lines import Status
from reader.ui.plain import words
from tests.table import each


@each(
    ("drawn", "plain"),
    [
        ("  Agents      12 ", "Agents, 12"),
        ("starred · u undoes", "starred, u undoes"),
        ("│ cell ─── cell │", "cell, cell"),
        ("1  Introduction", "1 Introduction"),
        ("Fri  8  3", "Fri  8, 3"),
        ("Fri ▁▁  8", "Fri, 8"),
        ("a comma, at the end,", "a comma, at the end,"),
        ("x ≠ y \x1b[31mred", "x ≠ y \\u001b[31mred"),
    ],
)
def test_a_drawn_line_becomes_words(drawn: str, plain: str) -> None:
    assert words.plain(drawn) == plain


def test_the_signs_of_a_command_are_words() -> None:
    assert words.plain("★ Tue 12 May · ▲ 55 · x ≠ y").translate(words.WORDS) == "starred, Tue 12 May, votes 55, x ≠ y"


def test_a_sentence_ends_and_keeps_the_key_that_it_begins_with() -> None:
    assert words.sentence("r tries again") == "r tries again."
    assert words.sentence("What next?") == "What next?"
    assert words.keys(Status(choices=(("a", "authors"), ("esc", "back")), typed="follow")) == (
        "follow: a authors; esc back."
    )


def test_a_paper_is_said_with_what_is_known_of_it() -> None:
    row = PaperRow(1, "2605.00001", "A Title", "2026-05-12", 1, None, False, True, False, True, has_note=True)
    assert words.paper(3, row) == "3. A Title. Unread, starred, with your note, 1 vote, with code."
    other = row._replace(
        kept=False, read=True, starred=False, has_note=False, queued=True, hidden=True, upvotes=None, code=False,
        flags=Flag.FOLLOWED | Flag.HIGHLIGHTED, rising=True, has_text=True,
    )  # fmt: skip
    assert words.paper(1, other, "12 May") == (
        "1. A Title. Not in the cache, Read, queued, hidden, followed, picked out by a rule, rising, full text here,"
        " 12 May."
    )
    ranked = row._replace(why="like JetSpec")
    assert words.paper(3, ranked).endswith("with code, like JetSpec.")
    assert words.paper(3, ranked, is_brief=True) == "3. A Title."


def test_lines_keep_to_the_width_and_continue_indented() -> None:
    lines = words.fill(["one two three four five six", "short"], 12)
    assert lines == ["one two", "  three four", "  five six", "short"]


def test_no_sign_is_a_box() -> None:
    assert not re.search("[\u2500-\u2587\u2589-\u259f]", "".join(words.SPOKEN).replace(words.SPOKEN.cursor, ""))
