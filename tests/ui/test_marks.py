"""Marking papers: keys, the queue, selections, undo, and what reading leaves in the log."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.log.actions import MarkCount, UserAction
from reader.ui.app import ReaderApp
from reader.ui.marks import MarkActions, Traces, done_words
from tests.table import rest_long
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.driver import settings
from tests.ui.papers import draft


def test_a_decision_does_not_say_that_the_paper_is_read_as_well() -> None:
    def words(*marks: tuple[str, str], count: int = 1) -> str:
        return done_words(UserAction("", tuple(MarkCount(kind, value, count) for kind, value in marks)))

    assert words(("star", "1"), ("read", "1"), count=1_200) == "1,200 starred"
    assert words(("read", "1")) == "1 read"
    assert words(("rule:hide old", "1"), ("hide", "1"), count=2).startswith("2 hidden")


async def test_the_first_line_says_that_a_slow_mark_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.marks.SHOWN_AFTER_SECONDS", 0.0)
    bench = Bench(shell=None)
    storing = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(MarkActions(bench.app)._wait(storing, "marking"))
    while not bench.model.state.activity:
        await asyncio.sleep(0)
    assert bench.model.state.activity == "marking…"
    storing.set_result("stored")
    assert (await waiting, bench.model.state.activity) == ("stored", "")


# Keys


async def test_the_cursor_goes_by_lines_counts_and_ends(reader: Opener) -> None:
    async with reader(query="is:unread", size=(140, 30)) as r:
        places = []
        for keys in ("j", "k", "5j", "G", "gg", "12G", "3k", "down", "up", "end", "home", "59j", "99k"):
            await r.press(*([keys] if keys in ("down", "up", "end", "home") else keys))
            places.append(r.cursor)
        assert places == [1, 0, 5, 59, 0, 11, 8, 9, 8, 59, 0, 59, 0]


async def test_pages_keep_the_cursor_where_it_is_on_the_screen_and_scroll_the_page_of_a_paper(reader: Opener) -> None:
    async with reader(query="is:unread", size=(140, 30)) as r:
        await r.do("move.down", count=20)
        places = [(r.cursor, r.main.papers.height)]
        moves = ("half_down", None), ("half_up", None), ("page_down", None), ("page_up", 2), ("half_down", 3)
        for move, count in (*moves, ("page_down", 9), ("half_up", 2)):
            await r.do(f"move.{move}", count=count)
            places.append((r.cursor, r.main.papers.height))
        assert places == [(20, 24), (32, 24), (20, 24), (44, 25), (0, 1), (37, 4), (59, 27), (32, 27)]
        await r.do("read.open")
        await r.resize(80, 14)
        tops = []
        ways = ("half_down", None), ("bottom", None), ("half_up", None), ("top", None), ("page_down", None)
        for move, count in (*ways, ("page_up", None), ("down", 3), ("up", 2), ("half_down", 2)):
            await r.do(f"move.{move}", count=count)
            tops.append(r.text_in_front.scroll_offset.y)
        assert tops == [6, 17, 11, 0, 12, 0, 3, 1, 13]


async def test_the_detail_follows_the_cursor_and_scrolls_from_the_list(reader: Opener) -> None:
    async with reader(size=(100, 16)) as r:
        await r.do("move.down")
        assert r.shown and r.shown.id == r.here.id
        first, second, *rest = r.text("#detail").splitlines()
        await r.do("read.down", count=2)
        assert r.text("#detail").splitlines()[: len(rest) - 1] == rest[:-1]
        await r.do("read.up")
        assert r.text("#detail").splitlines()[0] == second
        await r.do("move.down", "move.up")
        assert r.text("#detail").splitlines()[:2] == [first, second]
        assert not r.here.read


async def test_enter_opens_the_paper_and_reads_it_and_keys_act_on_the_page(reader: Opener) -> None:
    async with reader() as r:
        await r.do("paper.read", "paper.read")
        assert r.status == "1 unread · u undoes"
        await r.do("read.open")
        # The old notice makes room for the page's keys.
        assert r.is_on_page and r.status == "" and "Slow Video" in r.lines[1]
        assert r.here.read and r.kept(r.here.id).read
        await r.do("paper.star", "mark.undo", "paper.star")
        assert r.kept(r.here.id).starred and r.status == "1 starred · u undoes"
        for way_back in ("app.back", "view.latest"):
            await r.do("paper.read", way_back)
            assert not r.is_on_page and not r.here.read
            await r.do("read.open")
            assert r.here.read
        await r.do("read.next")
        assert r.shown and r.shown.id == "2605.00401" and r.kept("2605.00401").read
        await r.do("app.back")
        assert not r.is_on_page and r.here.id == "2605.00401"
        assert not r.kept("2605.00402").read


async def test_space_reads_on_and_then_goes_to_the_next_unread(reader: Opener) -> None:
    async with reader(size=(100, 14)) as r:
        await r.do("move.down", "paper.read", "move.up")
        first = r.text("#detail")
        await r.do("read.on")
        assert r.text("#detail") != first
        assert r.here.id == "2605.00400"
        for _ in range(10):
            await r.do("read.on")
            if r.here.id != "2605.00400":
                break
        assert r.here.id == "2605.00402"
        assert r.kept("2605.00400").read
        assert not r.here.read


async def test_space_on_the_page_reads_on_through_the_unread(reader: Opener) -> None:
    async with reader(size=(80, 50)) as r:
        await r.do("read.open", "read.on")
        assert r.is_on_page
        assert r.shown and r.shown.id == "2605.00401"
        assert r.here.read
        await r.do("move.bottom")
        for _ in range(13):
            await r.do("read.on")
        assert r.here.id == "2605.00413"
        assert r.status == "no unread paper below"


async def test_star_hide_and_queue_replace_each_other(reader: Opener) -> None:
    async with reader() as r:
        id = r.here.id
        for action, expected in (
            ("paper.star", "1 starred"),
            ("paper.hide", "1 hidden, unstarred"),
            ("paper.queue", "1 queued, no longer hidden"),
            ("paper.hide", "1 hidden, no longer queued"),
            ("mark.undo", "undone: 1 hidden, no longer queued"),
        ):
            await r.do(action)
            assert expected in r.status
            now, kept = r.here, r.kept(id)
            assert (now.id, now.starred, now.hidden, now.queued) == (id, kept.starred, kept.hidden, kept.queued)
        assert (kept.starred, kept.hidden, kept.queued) == (False, False, True)


async def test_all_papers_are_read_by_one_key_and_unread_by_another(reader: Opener) -> None:
    many = {"2026-05-12": [draft(number, f"One of {number}") for number in range(250)]}
    async with reader(papers=many, size=(80, 24)) as r:
        # Papers beyond the first screenful are included.
        assert r.main.papers.count == 250
        await r.do("mark.all_read")
        assert r.status == "250 read · u undoes"
        assert all(r.row(place).read for place in (0, 249)) and r.kept(r.ids[249]).read
        await r.do("mark.undo")
        assert not any(r.row(place).read for place in (0, 249)) and not r.kept(r.ids[249]).read


async def test_all_above_are_read_and_a_count_before_a_mark_takes_the_papers_below(reader: Opener) -> None:
    async with reader() as r:
        ids = r.ids[1:4]
        await r.do("move.down", count=3)
        await r.do("mark.above_read")
        assert r.status == "4 read · u undoes"
        assert [r.row(place).read for place in range(5)] == [True] * 4 + [False]
        await r.do("move.up", count=2)
        await r.do("paper.star", count=3)
        assert r.status == "3 starred · u undoes"
        await r.do("paper.queue", count=2)
        assert r.status == "2 queued · u undoes"
        await r.do("view.starred")
        assert r.ids == ids
        # On the page it is one.
        await r.do("read.open")
        await r.do("paper.star", count=3)
        await r.do("app.back")
        assert [r.row(place).starred for place in range(3)] == [False, True, True]


async def test_next_is_the_next_unread_without_a_search_and_the_next_hit_with_one(reader: Opener) -> None:
    async with reader() as r:
        await r.do("move.down", "paper.read", "move.down", "paper.read", "move.top", "find.next")
        assert r.cursor == 3
        await r.do("find.previous")
        assert r.cursor == 0
        await r.do("find.previous")
        assert r.status == "no unread paper above"
        await r.search("robot", "query.accept", "mark.all_read", "find.next")
        assert r.cursor == 1
        await r.do("read.open", "find.previous")
        assert r.cursor == 0
        assert r.shown and r.shown.id == r.here.id


@pytest.mark.parametrize("typed", rest_long(["?", "👍", '"!"', "-…", "(?)"], ["?", "-…"]))
async def test_a_query_without_letters_changes_no_list_and_is_refused(reader: Opener, typed: str) -> None:
    async with reader(query="robots") as r:
        before = r.ids
        await r.search(typed)
        assert r.ids == before
        await r.do("query.accept")
        assert r.context == "query"
        assert "has no letter or digit to search for." in r.advice
        await r.do("query.cancel")
        assert (r.query, r.ids) == ("robots", before)


@pytest.mark.parametrize(
    ("enter", "keys"),
    [
        ("enter", {}),
        # Before the reader sets the terminal to raw mode, Enter arrives as a line feed.
        ("ctrl+j", {}),
        # Enter keeps a query also where another key does.
        ("enter", {"query.accept": ("ctrl+y",)}),
    ],
)
async def test_keys_typed_after_the_enter_of_a_query_act_on_the_list(
    reader: Opener, enter: str, keys: dict[str, tuple[str, ...]]
) -> None:
    async with reader(settings=settings(keys=keys)) as r:
        await r.burst(*"/robot", enter, "F")
        assert (r.query, r.context) == ("", "list")
        await r.burst(*"/robot", enter, "j")
        assert (r.query, r.context) == ("robot", "list")


async def test_brackets_go_through_the_days(reader: Opener) -> None:
    async with reader() as r:
        seen = []
        for action in ("day.older", "day.older", "day.newer", "day.newer", "day.newer"):
            await r.do(action)
            seen.append((r.view, len(r.ids)))
        friday = ("day:2026-05-08", 14)
        monday = ("day:2026-05-11", 16)
        assert seen == [monday, friday, monday, ("latest", 14), ("latest", 14)]
        assert r.status == "no newer day has papers"
        await r.do("day.older", count=3)
        assert r.view == "day:2026-05-07"
        await r.do("view.all", "day.older")
        assert r.here.day == "2026-05-11"
        await r.do("day.newer")
        assert r.here.day == "2026-05-12"


async def test_a_key_puts_the_best_first_and_gives_the_order_back(reader: Opener) -> None:
    async with reader(query="topic:agents") as r:
        by_day = r.ids
        await r.do("find.sort")
        # Without marks, the best papers are those with most upvotes.
        assert (r.query, r.status) == ("topic:agents sort:upvotes", "by upvotes")
        votes = [r.row(place).upvotes for place in range(len(by_day))]
        assert votes == sorted(votes, key=lambda one: one or 0, reverse=True)
        await r.do("find.sort")
        assert (r.query, r.status, r.ids) == ("topic:agents", "by day", by_day)
        await r.do("paper.star", "find.sort")
        assert (r.query, r.status) == ("topic:agents sort:foryou", "what suits you comes first")
        assert sorted(r.ids) == sorted(by_day)
        await r.do("find.sort")
        assert r.ids == by_day


async def test_links_open_in_the_browser_and_are_copied(reader: Opener, browser: list[str]) -> None:
    async with reader() as r:
        await r.do("move.down", "move.down", "link.page")
        assert browser.pop() == "https://huggingface.co/papers/2605.00402"
        assert r.status == "opening https://huggingface.co/papers/2605.00402"
        await r.do("link.list")
        await r.press("p")
        assert browser.pop() == "https://arxiv.org/pdf/2605.00402"
        await r.do("link.list")
        assert "c code" in r.lines[-1]
        await r.press("c")
        assert browser.pop() == "https://github.com/example/p402"
        await r.do("link.list")
        await r.press(*"zq", "escape")
        await r.do("move.down")
        assert r.cursor == 3
        assert not browser
        await r.do("link.copy")
        assert r.app.clipboard == "https://huggingface.co/papers/2605.00403"
        assert r.status == "copied https://huggingface.co/papers/2605.00403"


async def test_without_a_browser_the_address_is_copied(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.links.find_browser", lambda: None)
    async with reader() as r:
        await r.do("link.page")
        assert r.app.clipboard == "https://huggingface.co/papers/2605.00400"
        assert r.status == f"no browser was found · copied {r.app.clipboard}"
        monkeypatch.setattr("reader.actions.links.find_browser", lambda: "firefox")
        monkeypatch.setattr("reader.actions.links.open_url", lambda _: False)
        await r.do("move.down", "link.page")
        assert r.app.clipboard == "https://huggingface.co/papers/2605.00401"
        assert r.status == f"the browser did not start · copied {r.app.clipboard}"


@pytest.mark.parametrize(("read_when", "is_read"), [("opened", True), ("manual", False)])
async def test_opening_marks_a_paper_read_unless_only_a_key_does(reader: Opener, read_when: str, is_read: bool) -> None:
    async with reader(settings=settings(read_when=read_when)) as r:
        await r.do("read.open", "app.back")
        assert r.kept("2605.00400").read is is_read
        await r.do("move.down", "move.down")
        assert not r.kept("2605.00402").read
        await r.do("paper.read")
        assert r.kept("2605.00402").read


# The queue


async def test_a_queue_keeps_the_order_that_the_user_gives_it(reader: Opener) -> None:
    async with reader() as r:
        ids = r.ids[:4]
        for _ in ids:
            await r.do("paper.queue")
            assert r.status == "1 queued · u undoes"
            await r.do("move.down")
        assert "◔" in r.list_items[1]
        assert r.kept(ids[0]).queued
        await r.do("view.queue")
        assert r.ids == ids
        assert "» Queue 4" in r.filter_lines
        # A paper that is queued again is the last one.
        await r.do("paper.queue", "paper.queue", "view.latest", "view.queue")
        assert r.ids == [*ids[1:], ids[0]]


async def test_papers_queued_a_moment_before_are_in_the_queue(reader: Opener) -> None:
    async with reader() as r:
        await r.burst(*"bjbjbgq")
        assert r.view == "queue" and len(r.ids) == 3


# Selected papers


async def test_selected_papers_are_marked_at_once_and_one_undo_takes_it_back(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("select.paper", "select.paper", "move.down")
        await r.do("select.paper", count=3)
        await r.do("move.up")
        assert r.app.state.selection.count == 5
        assert "5 selected" in r.lines[-1]
        assert [line[2] for line in r.list_items[1:8]] == ["✓", "✓", " ", "✓", "✓", "✓", " "]
        cursor = r.cursor
        await r.do("paper.star")
        assert r.status == "5 starred · u undoes"
        assert [r.row(at).starred for at in range(7)] == [True, True, False, True, True, True, False]
        # The selection and the cursor stay.
        assert r.cursor == cursor
        await r.do("move.down")
        assert r.app.state.selection.count == 5
        await r.do("mark.undo")
        assert not any(r.row(at).starred for at in range(7))
        await r.do("mark.redo", "paper.star")
        assert not any(r.row(at).starred for at in range(7))

        await r.do("app.escape")
        assert r.app.state.selection.count == 0
        await r.do("paper.read")
        assert r.status == "1 read · u undoes"
        await r.do("mark.undo", "select.all", "paper.read")
        assert all(r.row(place).read for place in range(14))
        await r.do("mark.undo", "select.all")
        assert r.app.state.selection.count == 0


async def test_selected_papers_are_copied_in_the_chosen_format(
    reader: Opener, browser: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(ReaderApp, "copy_to_clipboard", lambda _app, text: copied.append(text))
    async with reader(size=(140, 30)) as r:
        await r.do("link.copy_as")
        assert "b BibTeX" in r.lines[-1]
        await r.press("i")
        assert (copied[-1], r.status) == ("2605.00400", "copied 2605.00400")
        await r.do("select.paper", "select.paper", "link.copy")
        assert copied[-1].splitlines()[1] == "https://huggingface.co/papers/2605.00401"
        assert r.status == "copied link of 2 papers"
        await r.do("link.copy_as")
        assert "copy 2 papers" in r.lines[-1]
        await r.press("b")
        assert copied[-1].count("@misc") == 2
        assert r.status == "copied BibTeX of 2 papers"
        await r.do("read.open", "link.copy_as")
        await r.press("t")
        assert copied[-1] == r.status.removeprefix("copied ") == r.here.title
        await r.do("link.copy_as")
        await r.press("a")
        assert (copied[-1], r.status) == (r.kept(r.here.id).abstract, "copied the paper's abstract")
        await r.do("app.back")
        for most, opened in ((2, 2), (1, 0)):
            monkeypatch.setattr("reader.ui.page.actions.MAX_OPENED_PAGES", most)
            monkeypatch.setattr("reader.ui.page.actions.MAX_COPIED", most)
            browser.clear()
            await r.do("link.page")
            assert browser == [f"https://huggingface.co/papers/2605.0040{number}" for number in range(opened)]
            output = r.status
            await r.do("link.copy")
        assert output == "2 papers are too many to open at once"
        assert r.status == "2 papers are too many for the clipboard · :export FILE writes them"


# Opened papers


def opened(file: Path) -> list[list[str]]:
    """The ids of the opened papers of each action in the log."""
    with closing(sqlite3.connect(file.with_name("log.db"))) as connection:
        rows = connection.execute(
            "SELECT group_concat(paper) FROM event WHERE kind = 'open' GROUP BY action ORDER BY 1"
        )
        return [ids.split(",") for (ids,) in rows]


async def test_opened_papers_are_recorded_after_a_while_or_at_the_end(reader: Opener) -> None:
    async with reader() as r:
        first, second, third = r.ids[:3]
        await r.do("move.down", "move.up", "read.open", "read.next", "app.back", "read.open", "app.back")
        assert opened(r.file) == [] and r[Traces].delay.is_waiting
        r[Traces].store()
        await r.rest()
        assert opened(r.file) == [[first, second]]
        await r.do("triage.begin", "paper.star", "triage.leave", "view.latest", "move.top", "move.down", "move.down")
        await r.do("read.open")
    assert opened(r.file)[1:] == [[third]]
    async with reader(settings=settings(note_reading=False)) as r:
        await r.do("read.open")
    assert len(opened(r.file)) == 2


async def test_a_key_pressed_before_the_list_was_read_again_is_for_the_paper_that_was_drawn(reader: Opener) -> None:
    async with reader() as r:
        await r.do("view.unread")
        first, second = r.ids[:2]
        key = r.here.pk
        assert isinstance(key, int)

        async def it_leaves_the_list() -> None:
            with closing(Events.open(r.file)) as events:
                events.mark("read", True, [key])
            r.app.model.change(r.app.state.cache_changed())
            await r.until(lambda: r.here.id == second)

        await r.press_before("s", it_leaves_the_list)
        assert (r.kept(first).starred, r.kept(second).starred) == (True, False)
        await r.press("s")
        assert r.kept(second).starred
