"""The detail and the page of a paper, and its PDF."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from reader.core.paper import Paper
from reader.keys.keymap import Keymap
from reader.refresh.lines import Line, step, waiting
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.kit.line_widgets import WidgetReport
from reader.ui.page.actions import _progress_text
from reader.ui.page.lines import TEXT_CELLS, Presentation, ShownPaper, link_keys
from reader.ui.page.loader import AFTER_FRAME_SECONDS, DetailLoader, PageRefresher
from reader.ui.page.screen import PaperDetail, PaperPage
from reader.ui.refresh.changes import Refresher
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.state import State
from tests.actions.test_programs import add_program
from tests.feed_server import FeedServer, item
from tests.table import each
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.driver import settings
from tests.ui.papers import draft
from tests.ui.stage import TODAY, Stage, drawn, paper, reader_on, staged, watch_paints
from tests.ui.test_page_lines import whole

# The panes

# The panes

LOOK = Presentation(TODAY)
LONG = paper(pk=2, abstract="\n\n".join(f"Paragraph {number} of words. " * 6 for number in range(12)))


@asynccontextmanager
async def detail_stage(columns: int, lines: int) -> AsyncIterator[tuple[PaperDetail, Pilot[None]]]:
    detail = PaperDetail(today=TODAY)
    async with Stage(detail).run_test(size=(columns, lines)) as pilot:
        yield detail, pilot


def reading(one: Paper) -> ShownPaper:
    return ShownPaper(one.pk, one)


async def test_a_new_paper_starts_at_the_top_and_an_update_keeps_the_scroll_position() -> None:
    async with detail_stage(60, 14) as (detail, pilot):
        detail.show(reading(LONG))
        await pilot.pause()
        assert drawn(detail)[0] == "▌A memory that forgets on purpose"
        assert not detail.scroll_lines(5)
        detail.show(reading(LONG._replace(upvotes=99)))
        await pilot.pause()
        assert detail.scroll_offset.y == 5
        await pilot.resize_terminal(60, 7)
        await pilot.pause()
        assert detail.scroll_offset.y == 5 and detail.virtual_size.height == 63
        detail.show(reading(paper()))
        await pilot.pause()
        assert detail.scroll_offset.y == 0 and "since you looked" not in detail.text


async def test_paging_repeats_one_line_and_reports_the_end() -> None:
    async with detail_stage(60, 14) as (detail, pilot):
        detail.show(reading(LONG))
        await pilot.pause()
        last, page = drawn(detail)[-1], detail.size.height - 1
        assert not detail.scroll_lines(page)
        assert drawn(detail)[0][1:] == last[1:]
        pages = 1
        while not detail.scroll_lines(page):
            pages += 1
        assert pages > 2
        assert "kv cache" in drawn(detail)[-2] and drawn(detail)[-1] == ""
        while not detail.scroll_lines(-page):
            pages -= 1
        assert pages == 0 and detail.scroll_offset.y == 0


async def test_a_paper_that_fits_is_read_at_once_cleared_and_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with detail_stage(80, 40) as (detail, pilot):
        hostile = paper(title="[/] and [bold]bold[/bold]", abstract="\x1b[31mred\x1b[0m and \x9b2J")
        detail.show(reading(hostile))
        await pilot.pause()
        assert drawn(detail)[0] == "▌[/] and [bold]bold[/bold]" and all(line.isprintable() for line in drawn(detail))
        assert detail.scroll_lines(99) and detail.scroll_lines(1)
        detail.clear()
        await pilot.pause()
        assert not any(drawn(detail))
        assert (detail.paper, detail.virtual_size.height) == (None, 0)
        detail.show(reading(paper()))
        await pilot.pause()
        # An unchanged paper is not painted again; the names of topics may arrive later.
        painted = watch_paints(detail, monkeypatch)
        detail.show(reading(paper()))
        assert painted == [] and detail.paper == paper()
        detail.configure(topic_names={"agents": "Agents & tools"})
        assert "Agents & tools" in detail.text and -1 in painted
        await pilot.resize_terminal(30, 20)
        await pilot.pause()
        assert max(len(line) for line in drawn(detail)) <= 29


async def test_addresses_are_links_without_anything_that_a_terminal_obeys() -> None:
    for shown in (False, True):
        detail = PaperDetail(today=TODAY, shows_links=shown)
        async with Stage(detail).run_test(size=(90, 40)) as pilot:
            code = "https://code.example/a\x1b]8;;https://evil.example\x07b c;d"
            detail.show(reading(paper(code_url=code, project_url="x:y")))
            await pilot.pause()
            segments = [one for y in range(detail.size.height) for one in detail.render_line(y)]
            links = {style.link for _, style, _ in segments if style and style.link}
            assert (len(links) > 2) == shown
            assert all(link.isascii() and link.isprintable() and link.startswith("https://") for link in links)
            assert ("https://code.example/ab%20c;d" in links) == shown


async def click(pilot: Pilot[None], detail: PaperDetail, text: str) -> None:
    await pilot.pause()
    y, x = next((y, line.index(text)) for y, line in enumerate(drawn(detail)) if text in line)
    await pilot.click(PaperDetail, offset=(x + 1, y))
    await pilot.pause()


async def test_links_and_topics_can_be_clicked() -> None:
    detail = PaperDetail(today=TODAY)
    async with staged(Stage(detail), 60, 40) as (app, pilot):
        detail.show(reading(paper()))
        await click(pilot, detail, "code")
        await click(pilot, detail, "Video generation")
        await click(pilot, detail, "It forgets well")
        assert app.reports == [
            WidgetReport("link", "https://github.com/someone/forget"),
            WidgetReport("topic", "video-generation"),
        ]


# The page


async def test_the_page_stands_in_the_middle() -> None:
    async with staged(Stage(), 140, 42) as (app, pilot):
        reading = ShownPaper(1, LONG, ("memory",))
        page = PaperPage(reader_on(app), reading)
        await app.push_screen(page)
        page.show(reading)
        for size, margin in (((140, 42), 30), ((200, 60), 60), ((60, 20), 1), ((60, 13), 1)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            composed = whole(LONG, min(TEXT_CELLS, size[0] - 3), Presentation(TODAY, is_page=True))
            lines = [f"{' ' * margin}{line}".rstrip() for line in ["", *composed][:40]]
            assert drawn(page.pane)[:40] == lines[: size[1] - 1]
            assert page.pane.virtual_size.height == len(composed) + 2


async def test_the_page_may_be_shown_before_it_is_on_screen() -> None:
    async with staged(Stage(), 80, 24) as (app, pilot):
        reading = ShownPaper(1, paper())
        app.state = State().put(TOPIC_NAMES, {"agents": "Agents & tools"})
        page = PaperPage(reader_on(app), reading)
        page.show(reading)
        await app.push_screen(page)
        await pilot.pause()
        shown = " ".join(drawn(page.pane))
        assert "A memory that forgets on purpose" in shown and "Agents & tools" in shown and " o  Feed" in shown


# Loading


@pytest.mark.parametrize(
    ("moves", "waits"),
    [([1.0], "s"), ([1.0, 2.0, 3.0], "sss"), ([1.0, 1.5, 1.53, 1.56, 1.59], "ssrrr"), ([1.0, 1.04, 2.0], "srs")],
)
def test_the_detail_follows_a_single_move_at_once_and_a_run_at_its_end(
    moves: list[float], waits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = 0.045
    monkeypatch.setattr("reader.ui.page.loader.REST_SECONDS", rest)
    times, bench = iter(moves), Bench()
    loader = DetailLoader(bench.app, lambda: next(times))
    for _ in moves:
        loader.load_soon(State())
    assert bench.begun == [{"s": AFTER_FRAME_SECONDS, "r": rest}[one] for one in waits]
    assert AFTER_FRAME_SECONDS < rest < 0.05


# PDF progress


@each(
    ("message", "expected"),
    [
        (step("pdf", bytes=512, total=1_024), "50 %"),
        (step("pdf", bytes=1_540_000, total=None), "1.5 MB"),
        (waiting(12.4, "arXiv asks to wait"), "arXiv asks to wait, 12 s"),
    ],
)
def test_pdf_progress_is_a_percentage_a_size_or_a_wait(message: Line, expected: str) -> None:
    assert _progress_text(message) == expected


# Link keys


def test_the_links_name_the_keys_as_they_are_bound() -> None:
    own = Keymap(overrides={"link.list": ("B",)})
    keys = link_keys(own)
    assert (keys["o"], keys["p"], keys["a"], keys["9"]) == ("o", "p", "Ba", "B9")


# Stories

MANY = {
    "2026-05-12": (
        draft(1, "A Paper of Many Hands", 50, authors=tuple(f"Author{number} Name" for number in range(30))),
        draft(2, "A Paper of Few Hands", 40),
        draft(3, "A Third Paper", 30),
    )
}


async def test_the_page_names_all_people_and_the_place_in_the_list(reader: Opener) -> None:
    async with reader(papers=MANY) as r:
        assert "Author29" not in r.text("#detail")
        await r.do("read.open")
        assert r.is_on_page and "Author29" not in r.screen and "1 of 3" in r.screen
        await r.do("move.bottom")
        assert "Author29" in r.screen
        for action, place in (("read.next", 2), ("find.next", 3), ("read.previous", 2)):
            await r.do(action)
            assert f"{place} of 3" in r.screen
        await r.do("paper.star")
        assert "★ Tue 12 May" in r.screen
        await r.do("app.back")
        assert "2 of 3" not in r.screen


# Community

DAY = "2026-05-12"
PAPERS = {DAY: (draft(1, "A First Paper", 50), draft(2, "A Second Paper", 40))}


def comment_record(id: str, text: str, parent: str = "") -> dict[str, object]:
    data = {"latest": {"raw": text}, "parentCommentId": parent}
    return {"id": id, "author": {"name": "ana"}, "createdAt": f"{DAY}T09:00:00.000Z", "type": "comment", "data": data}


def feed_of_two() -> FeedServer:
    models = [{"id": f"lab/model-{number}", "likes": number} for number in (1, 2)]
    first = item(
        "2605.00001",
        "A First Paper",
        DAY,
        upvotes=50,
        comments=[comment_record("a", "Is it **open**?"), comment_record("b", "Yes.", "a")],
        linkedModels=models,
        numTotalModels=254,
        linkedSpaces=[{"id": "lab/demo"}],
        numTotalSpaces=1,
    )
    return FeedServer({DAY: [first, item("2605.00002", "A Second Paper", DAY, upvotes=40)]})


async def test_a_page_gets_what_belongs_to_its_paper(
    reader: Opener, browser: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.ui.page.loader.REFRESH_AFTER_SECONDS", 0.001)
    with feed_of_two() as feed:
        async with reader(papers=PAPERS, settings=settings(endpoint=feed.url), still=False, size=(100, 44)) as r:
            await r.until(lambda: feed.requests and not r.app.model.state[REFRESH].is_running)

            def asked() -> list[str]:
                return [one.path for one in feed.requests if one.query.get("field") == "comments"]

            await r.do("read.open")
            await r.until(lambda: "│ Yes." in r.screen)
            assert "Linked 254 models · 1 Space" in r.screen
            assert "Lm2  lab/model-2  2 likes" in r.screen
            assert "│ Yes." in r.screen
            await r.do("link.list")
            assert "m models" in r.lines[-1] and "s Spaces" in r.lines[-1]
            await r.press("m")
            assert "2 lab/model-2" in r.lines[-1]
            await r.press("2")
            await r.do("link.list")
            await r.press("s")
            await r.until(lambda: len(browser) == 2)
            assert browser == ["https://huggingface.co/lab/model-2", "https://huggingface.co/spaces/lab/demo"]
            # A paper is asked for once, and a failure is shown on its page.
            feed.fault = "refuse:403"
            await r.do("read.next")
            await r.until(lambda: "Not refreshed: 127.0.0.1" in r.screen)
            await r.do("read.previous")
            assert "2 comments" in r.screen and "Not refreshed" not in r.screen
            await r.do("read.next")
            assert asked() == ["/api/papers/2605.00001", "/api/papers/2605.00002"]
            await r.do("app.back", "move.up")
            await r.until(lambda: "254 models" in r.text("#detail"))
            await r.search("has:model has:space")
            await r.until(lambda: len(r.ids) == 1)


async def test_leaving_the_page_stops_what_is_asked(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.page.loader.REFRESH_AFTER_SECONDS", 0.001)
    with feed_of_two() as feed:
        async with reader(papers=PAPERS, settings=settings(endpoint=feed.url), still=False) as r:
            await r.until(lambda: feed.requests and not r.app.model.state[REFRESH].is_running)
            feed.fault = "hang"
            await r.do("read.open")
            await r.until(lambda: "fetching comments and versions" in r.screen)
            await r.do("app.back")
            assert not r[PageRefresher].delay.is_waiting


# PDFs

PDF = b"%PDF-1.5\n" + b"x" * 2_000 + b"\n%%EOF\n"
FIRST, SECOND = "2605.00400", "2605.00401"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose user sits at a screen and has a viewer, which notes what it opens."""
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("SSH_CONNECTION", "SSH_TTY", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    add_program(tmp_path / "bin", "viewer", f'#!/bin/sh\necho "$1" >> {tmp_path}/opened')
    return tmp_path


def opened(home: Path) -> list[str]:
    file = home / "opened"
    return [Path(line).name for line in file.read_text().splitlines()] if file.exists() else []


async def test_p_fetches_a_pdf_once_and_opens_it(reader: Opener, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = settings(pdf_folder="pdfs", pdf_viewer=(str(home / "bin" / "viewer"),))
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        feed.pages = {f"/pdf/{id}": PDF for id in (FIRST, SECOND)}
        async with reader(settings=own) as r:
            name = f"{FIRST} Slow Video Editing a Stream While It Plays, Frame by Frame.pdf"
            await r.do("link.pdf")
            await r.until(lambda: opened(home) == [name])
            await r.do("link.pdf")
            await r.until(lambda: opened(home) == [name, name])
            assert r.status == f"opening {name}"
            assert [one.path for one in feed.requests] == [f"/pdf/{FIRST}"]
            assert (home / "pdfs" / name).read_bytes() == PDF and r.app.state.activity == ""

            # A PDF that is already being fetched is not fetched twice, and esc stops it.
            feed.fault = "hang"
            await r.do("move.down")
            await r.begin("p")
            await r.until(lambda: r.status == f"fetching the PDF of {SECOND} · esc stops")
            await r.begin("p")
            await r.until(lambda: r.status.endswith("is already being fetched"))
            await r.do("app.escape")
            assert r.status == "the PDF was stopped · p fetches it again"
            assert r.app.state.activity == ""
            assert r[Refresher].stop_at("last") is False

            feed.fault = "ok"
            await r.do("select.all", "link.pdf")
            assert r.status == f"{len(r.ids)} papers are selected, and only one PDF is opened at a time"

            # Afterwards the key works as before, also on the page.
            await r.do("app.escape", "read.open", "link.pdf")
            await r.until(lambda: len(opened(home)) == 3)
            assert opened(home)[-1].startswith(SECOND)


async def test_a_missing_pdf_names_the_key_for_the_browser(
    reader: Opener, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        async with reader(settings=settings(pdf_folder="pdfs")) as r:
            await r.do("link.pdf")
            await r.until(lambda: r.status == f"arXiv has no PDF of {FIRST} · Lp opens it in the browser")
            assert r.app.state.activity == "" and not list((home / "pdfs").iterdir())


async def test_without_a_viewer_the_path_is_told_and_copied(
    reader: Opener, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    async with reader(settings=settings(pdf_folder="pdfs"), demo=True) as r:
        await r.do("link.pdf")
        assert r.status == "sample: nothing is fetched"
        file = home / "pdfs" / f"{FIRST} old title.pdf"
        file.parent.mkdir()
        file.write_bytes(PDF)
        await r.do("link.pdf")
        expected = f"{file} · copied · over ssh it needs pdf_viewer"
        assert (r.status, r.app.clipboard) == (expected, str(file))
