"""The first line, drawn for a width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.core.lines import literal, measure
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.header_line import EDIT_QUERY, HEADER_ROLES, Condition, Header, header_line
from tests.table import each
from tests.ui.drawings import text

WIDTHS = (60, 70, 80, 90, 100, 130, 140, 180, 200)
FRESH = Condition("08:14", "fresh")
OFFLINE = Condition("offline 18:25", "trouble")
NARROWED = Header("Latest · Tue 24 Nov", "topic:agents is:unread", 12, 34, 22, FRESH)

CONDITIONS = st.builds(
    Condition, st.sampled_from(["", "08:14", "day 3 of 7", "sample"]), st.sampled_from(["fresh", "busy", "trouble"])
)
COUNTS = st.none() | st.integers(0, 2_000_000)
HEADERS = st.builds(Header, st.text(max_size=30), st.text(max_size=90), COUNTS, COUNTS, COUNTS, CONDITIONS)


@each(
    ("width", "left", "right"),
    [
        (100, " dailypapers  Latest · Tue 24 Nov » topic:agents is:unread ", "12 of 34 · 22 read · ↻ 08:14 "),
        (80, " Latest · Tue 24 Nov » topic:agents is:unread ", "12 of 34 · 22 read · ↻ 08:14 "),
        (64, " Latest » topic:agents is:unread ", "12 of 34 · 22 read · ↻ 08:14 "),
        (60, " Latest » topic:agents is:unread ", "12 of 34 · 22 read "),
        (50, " Latest » topic:agents is:unread ", "12 of 34 "),
        (40, " Latest » topic:agents is:unread ", "12 "),
        (30, " Latest » topic:agents… ", "12 "),
        (24, " Latest » topic:a… ", "12 "),
        (23, " Latest ", "12 "),
        (16, " Latest ", "12 "),
    ],
)
def test_what_matters_least_gives_way_first_and_the_query_last(width: int, left: str, right: str) -> None:
    line = text(header_line(NARROWED, width))
    assert line == left + " " * (width - len(left) - len(right)) + right


def test_a_lasting_trouble_stays_longer_than_the_days_progress_and_its_sign_longest() -> None:
    header = NARROWED._replace(condition=OFFLINE)
    assert text(header_line(header, 80)).endswith("12 of 34 · 22 read · ○ offline 18:25 ")
    assert text(header_line(header, 62)).endswith("12 of 34 · ○ offline 18:25 ")
    assert text(header_line(header, 50)).endswith("12 of 34 · ○ ")
    assert text(header_line(header, 42)).endswith("12 · ○ ")
    assert text(header_line(header, 38)).endswith("12 ")


@each(
    ("header", "end"),
    [
        (Header("All", "", 9295, 9295), "9,295 papers "),
        (Header("Latest", "", 1), "1 paper "),
        (Header("All", "x", 1200, 9295), "1,200 of 9,295 "),
        (Header("All", "x", None, 9295), " "),
        (Header("Latest", "", 34, None, 12), "12 of 34 read "),
        (Header("Latest", "", 34, None, 34), "all 34 read "),
        (Header("Latest", "", 0, None, 12), "0 papers · 12 read "),
        (Header("Latest", "", None, None, 12), " "),
        (Header("Latest", "robot", 3, 34, 12), "3 of 34 · 12 read "),
        (Header("Latest", "", 34, None, 12, Condition("sample")), "12 of 34 read · sample "),
        (Header("Latest", "", None, None, None, FRESH), " ↻ 08:14 "),
    ],
)
def test_the_right_says_how_many_of_how_many_and_how_much_of_the_day_is_read(header: Header, end: str) -> None:
    assert text(header_line(header, 80)).endswith(end)


def test_work_under_way_has_a_turning_sign() -> None:
    header = Header("Latest", "", 34, condition=Condition("day 3 of 7", "busy"))
    assert text(header_line(header, 80, ASCII)).endswith("34 papers - | day 3 of 7 ")
    assert text(header_line(header, 80, ASCII, turn=5)).endswith("34 papers - / day 3 of 7 ")


def test_a_long_progress_loses_its_last_parts_first() -> None:
    header = Header("Latest", "", 34, None, 12, Condition("W20 · day 3 of 700 · 2 days a second", "busy"))
    ends = {
        100: "W20 · day 3 of 700 · 2 days a second ",
        60: "W20 · day 3 of 700 ",
        32: "12 of 34 read · ⠋ W20 ",
        26: " · ⠋ ",
    }
    for width, end in ends.items():
        assert text(header_line(header, width)).endswith(end)


def test_a_click_on_the_query_or_beside_it_edits_it() -> None:
    for header in (NARROWED, NARROWED._replace(query="")):
        line = header_line(header, 100)
        edits = [piece.text for piece in line if piece.action == EDIT_QUERY]
        assert any(not part.strip() for part in edits)
        assert (" topic:agents is:unread " in edits) == bool(header.query)


@given(HEADERS, st.sampled_from((*WIDTHS, 0, 1, 7, 20, 33)), st.sampled_from([UNICODE, ASCII]))
def test_the_line_never_exceeds_its_width_and_shows_as_much_of_the_query_as_can_be(
    header: Header, width: int, glyphs: Glyphs
) -> None:
    line = header_line(header, width, glyphs)
    assert measure(line) <= width
    assert {piece.role for piece in line} <= {*HEADER_ROLES, "text"}
    assert all(piece.text.isprintable() for piece in line)
    assert not any(char in text(line) for char in "\x1b\x07\u202e")
    wide = len(literal(header.place)) * 2 + len(literal(header.query)) * 2 + 20
    if header.query and wide <= width:
        assert f" {literal(header.query)} " in text(line)


def test_all_of_an_ascii_line_is_ascii() -> None:
    for condition in (FRESH, FRESH._replace(text="08:14 · cs.CL 8 of 14"), OFFLINE, Condition("day 3 of 7", "busy")):
        for width in WIDTHS:
            header = NARROWED._replace(
                place="Latest", query="topic:agents is:unread since:7d upvotes:>20", condition=condition
            )
            assert text(header_line(header, width, ASCII)).isascii()
