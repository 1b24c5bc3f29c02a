"""Reading the full text of a paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.refresh import jobs
from tests.ui.conftest import Opener
from tests.ui.driver import Story
from tests.ui.full_texts import keep_text


async def open_text(r: Story) -> None:
    """Open the page of the highlighted paper, and its full text."""
    await r.do("read.open", "text.open")
    assert r.context == "text", r.screen


async def test_a_kept_text_opens_scrolls_and_closes(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(80, 24)) as r:
        keep_text(cache_file, r.here.id)
        title = r.here.title[:20]
        await open_text(r)
        assert title in r.lines[2] and "CC BY 4.0" in r.screen
        assert "§1 Introduction · 0 %" in r.lines[0]
        first = [line[:70] for line in r.lines[1:-1]]
        await r.do("move.down", count=3)
        assert [line[:70] for line in r.lines[1:-4]] == first[3:]
        await r.do("read.up", "move.up", "move.up")
        assert [line[:70] for line in r.lines[1:-1]] == first
        await r.do("read.on", "move.half_down", "text.next_section")
        assert r.lines[1].split() == ["2", "Method"] and "›" in r.screen
        await r.do("text.right")
        assert "‹" in r.screen
        await r.do("text.left", "text.left", "text.previous_section", "move.bottom")
        assert "100 %" in r.lines[0] and "Author 39" in r.screen
        await r.do("read.on")
        assert "the end of the text" in r.status
        await r.do("text.back", "move.top")
        assert [line[:70] for line in r.lines[1:-1]] == first
        await r.resize(140, 42)
        assert title in r.lines[2]
        await r.do("paper.star")
        await r.do("app.back")
        assert r.is_on_page and r.here.starred
        await r.do("text.open", "app.escape", "app.escape")
        assert r.context == "list"


async def test_what_is_no_text_is_said_with_the_keys_that_help(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    async with reader(size=(60, 20)) as r:
        await open_text(r)
        await r.until(lambda: "try again" in r.screen)
        assert "HF_HUB_OFFLINE" in r.screen and "r try again" in r.screen and "q back" in r.screen
        await r.do("text.again")
        await r.until(lambda: "try again" in r.screen)
        await r.do("move.down", "text.right", "text.next_section", "move.bottom", "app.back")
        assert r.is_on_page


async def test_a_text_comes_while_the_reader_waits_and_esc_stops_the_wait(
    reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    from reader.refresh.progress import TextStored, Waiting

    go_on = asyncio.Event()

    async def fetch(_context: object, id: str):  # type: ignore[no-untyped-def]
        yield Waiting(12, "arXiv asks to wait")
        await go_on.wait()
        keep_text(cache_file, id)
        yield TextStored(id, "arxiv.org")

    monkeypatch.setattr(jobs, "_fetch_text", fetch)
    async with reader(size=(80, 24)) as r:
        await r.begin("enter", "enter")
        await r.until(lambda: "arXiv asks to wait, 12 s" in r.screen)
        assert "esc stop" in r.screen
        await r.do("app.escape")
        assert r.is_on_page
        await r.begin("enter")
        await r.until(lambda: "arXiv asks to wait" in r.screen)
        go_on.set()
        await r.until(lambda: "§1 Introduction" in r.lines[0])
