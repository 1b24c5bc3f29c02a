"""Deciding which papers matter: every key that a morning needs."""

from __future__ import annotations

import threading

import pytest

from tests.tiers import rest_long
from tests.ui.conftest import Opener
from tests.ui.driver import settings
from tests.ui.papers import draft


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
        assert places == [(20, 25), (32, 25), (20, 25), (44, 25), (0, 1), (35, 2), (59, 27), (32, 27)]
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
        # What was said before gives way to the page's keys.
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


async def test_the_last_word_about_a_paper_wins(reader: Opener) -> None:
    async with reader() as r:
        id = r.here.id
        for action, said in (
            ("paper.star", "1 starred"),
            ("paper.hide", "1 hidden, unstarred"),
            ("paper.queue", "1 queued, no longer hidden"),
            ("paper.hide", "1 hidden, no longer queued"),
            ("mark.undo", 'undone: no longer hidden, queued again · "Slow Video…"'),
        ):
            await r.do(action)
            assert said in r.status
            now, kept = r.here, r.kept(id)
            assert (now.id, now.starred, now.hidden, now.queued) == (id, kept.starred, kept.hidden, kept.queued)
        assert (kept.starred, kept.hidden, kept.queued) == (False, False, True)


async def test_all_papers_are_read_by_one_key_and_unread_by_another(reader: Opener) -> None:
    many = {"2026-05-12": [draft(number, f"One of {number}") for number in range(250)]}
    async with reader(papers=many, size=(80, 24)) as r:
        # Those behind the first screenful too.
        assert r.main.papers.count == 250
        await r.do("mark.all_read")
        assert r.status == "All 250 read · u undoes · no unread papers are left"
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


async def test_keys_may_come_faster_than_frames(reader: Opener) -> None:
    async with reader() as r:
        await r.burst(*"ga/robot", "enter", *"jjk")
        assert (r.view, r.query, r.context) == ("all", "robot", "list")
        await r.burst(*"ggjjs")
        assert r.cursor == 2
        assert r.kept(r.here.id).starred
        await r.burst(*"fGfF", "tab", "q", "enter", "l", "q", *"m")
        assert (r.query, r.context) == ("", "list")
        await r.burst(*"fjjf", *"gt")
        assert (r.view, r.context) == ("latest", "list")


@pytest.mark.parametrize(
    ("enter", "keys"),
    [
        ("enter", {}),
        # What is typed before the reader listens has its Enter turned into a line feed by the terminal.
        ("ctrl+j", {}),
        # Enter keeps a query also where another key does.
        ("enter", {"query.accept": ("ctrl+y",)}),
    ],
)
async def test_keys_behind_a_querys_enter_are_for_the_list(
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
        # Nothing is known of the user yet.
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


@pytest.mark.parametrize(
    ("read_when", "opened", "passed"), [("opened", True, False), ("passed", True, True), ("manual", False, False)]
)
async def test_when_a_paper_counts_as_read_is_the_users_choice(
    reader: Opener, read_when: str, opened: bool, passed: bool
) -> None:
    async with reader(settings=settings(read_when=read_when)) as r:
        await r.do("read.open", "app.back")
        assert r.kept("2605.00400").read is opened
        await r.do("move.down", "move.down")
        assert r.kept("2605.00401").read is passed
        assert not r.kept("2605.00402").read
        await r.do("paper.read")
        assert r.kept("2605.00402").read


async def test_a_line_that_is_read_again_before_its_mark_is_durable_shows_the_mark_after_that(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader(size=(60, 20)) as r:
        await r.search("id:2605.00403", "query.accept")
        assert r.main.papers.count == 1
        mark, may_go_on = r.app.library._marks._change, threading.Event()
        monkeypatch.setattr(r.app.library._marks, "_change", lambda *change: (may_go_on.wait(), mark(*change))[1])
        await r.begin("s")
        assert r.here.starred
        r.main.papers.renew()
        assert not r.here.starred
        may_go_on.set()
        await r.rest()
        assert r.here.starred


async def test_a_paper_that_is_hidden_is_in_no_number_at_once(reader: Opener) -> None:
    async with reader(size=(100, 30)) as r:
        await r.do("view.latest")
        before = len(r.ids)
        await r.do("paper.hide")
        await r.until(lambda: f"unread of {before - 1}" in r.screen)
        assert f"of {before - 1} read" in r.lines[0] and r.here.hidden
