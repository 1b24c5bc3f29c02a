"""Small parts that panes share: day names, signs, search hits, scroll bars, the typed line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widget import Widget

from reader.cache.reads.window import DayCount
from reader.core.lines import Line, Piece, literal
from reader.ui.kit.glyphs import ASCII, MEANINGS, UNICODE, Glyphs
from reader.ui.kit.line_widgets import Label, LineInput, TypedLine, WidgetReport, catch_up
from reader.ui.kit.lines import (
    day_heading,
    day_in_list,
    day_left,
    day_name,
    hits,
    key_piece,
    mark,
    near_day,
    pattern,
    short_day,
    with_keys,
)
from reader.ui.kit.pane import Pane, thumb_of
from reader.ui.list.pane import PaperList
from tests.core.test_text import text
from tests.table import each
from tests.ui.stage import Stage, list_stage, order, rows, staged

# Day names

TODAY = date(2025, 11, 24)


def test_days_are_written_with_a_year_only_where_it_is_another() -> None:
    assert day_heading("2025-11-24", TODAY) == "MONDAY 24 NOVEMBER"
    assert day_heading("2024-12-30", TODAY) == "MONDAY 30 DECEMBER 2024"
    assert day_heading("", TODAY) == "NO DAY"
    assert day_heading("not\x1ba day", TODAY) == "NOTA DAY"
    assert short_day("2025-11-04", TODAY) == "Tue 4 Nov"
    assert short_day("2023-05-04", TODAY, weekday=False) == "4 May 2023"
    assert short_day("so\x1bon", TODAY) == near_day("so\x1bon", None) == "soon"
    assert day_in_list("2024-12-30", None) == "30 Dec" and day_in_list("", None) == ""
    assert (day_in_list("2025-06-02", TODAY), day_in_list("2024-09-30", TODAY)) == ("2 Jun", "Sep 2024")
    assert day_left(DayCount("2025-10-30", 2_000, 1_008), "2025-11-24") == "Thu 30 Oct has 1,008 left"
    others = ("2025-11-24", "2025-11-23", "2025-11-18", "2025-11-17", "2025-11-30", None)
    assert [near_day(day, "2025-11-24") if day else near_day("2025-11-24", day) for day in others] == [
        *("Mon 24 Nov", "Sunday", "Tuesday", "Mon 17 Nov", "Sunday", "Mon 24 Nov"),
    ]


@each(
    ("day", "name"),
    [
        ("2026-11-24", "Tue 24"),
        ("2026-11-04", "Wed  4"),
        ("2026-10-30", "Fri 30 Oct"),
        ("2025-11-24", "Mon 24 Nov 2025"),
        ("soon", "soon"),
    ],
)
def test_days_are_named_as_short_as_is_clear(day: str, name: str) -> None:
    assert day_name(day, "2026-11-24") == name
    assert day_name(day, "soon") == day


# Signs


def test_each_sign_has_a_form_in_ascii_of_the_same_kind() -> None:
    assert [name for name, sign in ASCII._asdict().items() if not sign.isascii()] == []


@each("glyphs", [UNICODE, ASCII])
def test_each_sign_has_one_meaning(glyphs: Glyphs) -> None:
    signs = [getattr(glyphs, field) for field, _, _ in MEANINGS]
    assert sorted(signs) == sorted(set(signs))


# Search hits


@each(
    ("words", "value", "found"),
    [
        (("agent",), "Agents, an agent and reagents", ["Agents", "agent"]),
        (('"agent"',), "Agents, an agent and reagents", ["agent"]),
        (("frechet",), "The Fréchet distance", ["Fréchet"]),
        (("Fréchet",), "the Fre\u0301chet distance", ["Fre\u0301chet"]),
        (("kv cache",), "KV-cache and kv caches", ["KV-cache", "kv caches"]),
        (("a", "agent"), "agent", ["agent"]),
        (("fin",), "a ﬁner ﬁn", ["ﬁner", "ﬁn"]),
        ((".*", "[", ""), "any [text] .* at all", []),
        ((), "any text", []),
    ],
)
def test_searched_words_are_found_with_their_endings(words: tuple[str, ...], value: str, found: list[str]) -> None:
    assert [value[start:end] for start, end in hits(value, pattern(words))] == found


@given(text, st.lists(text, max_size=3))
def test_marking_matches_changes_no_text(value: str, words: list[str]) -> None:
    pieces = mark(value, "text", pattern(tuple(words)))
    assert "".join(piece.text for piece in pieces) == literal(value)
    assert all(piece.text for piece in pieces)


def test_each_hit_is_a_piece_of_its_own() -> None:
    for value, parts in (
        ("an agent, Agents", ["an ", "agent", ", ", "Agents"]),
        ("agent", ["agent"]),
        ("no", ["no"]),
    ):
        pieces = mark(value, "title", pattern(("agent",)))
        assert pieces == [Piece(part, "title", hit=part.lower().startswith("agent")) for part in parts]


def test_keys_of_a_message_stand_between_backticks() -> None:
    (line,) = with_keys("`r` try again")
    assert line == (Piece("r", "key"), Piece(" try again", "muted"))


# Scroll bars


@each(
    ("height", "content", "position", "thumb"),
    [
        (10, 100, 0, (0, 1)),
        (10, 100, 90, (9, 1)),
        (10, 100, 45, (4, 1)),
        (10, 40, 15, (4, 2)),
        (10, 11, 1, (1, 9)),
        (10, 10_000, 5_000, (5, 1)),
        (10, 10, 0, None),
        (0, 5, 0, None),
        (1, 2, 1, (0, 1)),
    ],
)
def test_the_thumb_is_as_long_as_the_part_in_view(
    height: int, content: int, position: int, thumb: tuple[int, int] | None
) -> None:
    assert thumb_of(height, content, position) == thumb


def bar(papers: PaperList) -> str:
    """The last column of the screen."""
    return "".join(strip.text[-1] for strip in papers.screen._compositor.render_strips())


def thumb(papers: PaperList) -> list[int]:
    """The lines that the thumb is on."""
    return [y for y, char in enumerate(bar(papers)) if char in "┃#"]


@pytest.mark.parametrize("ascii", [False, True])
async def test_the_thumb_shows_the_place_on_the_rule(ascii: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pane, "bar_glyphs", ASCII if ascii else UNICODE)
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(100)), rows)
        await pilot.pause()
        assert bar(papers) == ("#" if ascii else "┃") + " " * 9
        papers.move_to_end(last=True)
        papers.is_ruled = True
        papers.refresh()
        await pilot.pause()
        assert bar(papers) == ("|" * 9 + "#" if ascii else "│" * 9 + "┃")
        papers.show(order(range(12)), rows)
        await pilot.pause()
        assert len(thumb(papers)) > 5


async def test_the_thumb_is_there_only_while_the_pane_has_the_focus_or_scrolls() -> None:
    async with list_stage(60, 10) as (papers, pilot):
        papers.show(order(range(100)), rows)
        papers.screen.set_focus(None)
        await pilot.pause()
        assert not thumb(papers)
        papers.scroll_to(y=80, animate=False)
        await pilot.pause()
        assert thumb(papers) == [4]
        papers._thumb_delay.stop()
        papers._refresh_bar()
        await pilot.pause()
        assert not thumb(papers)


@pytest.mark.parametrize("shows_links", [True, False])
async def test_an_address_is_a_link_where_the_terminal_shows_links(shows_links: bool) -> None:
    pane = Pane()
    pane.shows_links = shows_links
    async with staged(Stage(pane), 20, 3):
        pieces = [Piece("page", action=("link", "https://a.org")), Piece("topic", action=("topic", "agents"))]
        styles = [style for text, style, _ in pane._strip((*pieces, Piece("plain"))) if text.strip() and style]
        assert [style.link for style in styles] == ["https://a.org" if shows_links else None, None, None]
        actions = [{"kind": "link", "value": "https://a.org"}, {"kind": "topic", "value": "agents"}, {}]
        assert [style.meta for style in styles] == actions


# The typed line


async def test_a_line_is_typed_recalled_completed_and_corrected() -> None:
    changes: list[str] = []

    def advise(width: int) -> Line:
        return (key_piece("tab"), Piece(f" takes {line.text}"[: width - 3]))

    line = TypedLine("find", LineInput(9), advise, lambda: changes.append(line.text))
    async with staged(Stage(line), 30, 6) as (app, pilot):
        line.begin()
        await pilot.press(*"abcd", "left")
        assert (line.text, line.before_cursor, changes[-1]) == ("abcd", "abc", "abcd")
        assert line.query_one(Label).region.width == 6
        line.replace(1, "xy", end="")
        assert (line.text, line.before_cursor) == ("axyd", "axy")
        line.replace(3, "z")
        await catch_up(line, is_drawn=True)
        assert (line.text, line.before_cursor, changes[-1]) == ("axyz d", "axyz ", "axyz d")
        line.history = "newest", "oldest"
        found = []
        for step in (1, 1, 1, -1, -1):
            line.recall(step)
            found.append((line.text, line.recalled))
            await catch_up(line)
        assert found == [("newest", 0), ("oldest", 1), ("oldest", 1), ("newest", 0), ("axyz d", -1)]
        line.recall(1)
        await catch_up(line)
        await pilot.press("!")
        assert (line.text, line.recalled) == ("newest!", -1)
        await pilot.press(*"1234")
        assert line.text == "newest!12"
        advice: Widget = line.children[-1]
        assert [strip.text.strip() for strip in advice.render_lines(advice.size.region)] == ["tab takes newest!12"]
        app.screen.set_focus(None)
        await pilot.click(advice, offset=(1, 0))
        await pilot.pause()
        assert [one.value for one in app.reports if isinstance(one, WidgetReport)] == ["tab"]
        assert app.focused is line.query_one(LineInput)
