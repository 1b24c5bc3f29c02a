"""Stories of full texts: reading one, its highlights from the key to the log, and texts that the list finds."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.core.document.model import Document, Reference, Span
from reader.core.marks import PASSAGE
from reader.core.passages import Passage, passage_id
from reader.refresh import jobs
from reader.refresh.lines import JobContext, Line, result_line, waiting
from reader.ui.full_text.fetcher import TextsAhead
from reader.ui.full_text.state import TEXT, TEXTS_AHEAD
from reader.ui.refresh.changes import CacheWatch
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.full_texts import document, keep_text


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
        await r.resize(140, 42)
        assert title in r.lines[2]
        await r.do("paper.star", "app.back")
        assert r.is_on_page and r.here.starred
        await r.do("text.open", "app.escape", "app.escape", "app.escape")
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
    async with reader(size=(60, 20), demo=True) as r:
        await open_text(r)
        await r.until(lambda: "fetches" in r.screen)
        assert "o web page   q back" in r.screen and "try again" not in r.screen


async def test_a_text_arrives_while_the_reader_waits_and_esc_stops_the_wait(
    reader: Opener, cache_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    go_on = asyncio.Event()
    failing: list[str] = []

    async def fetch(context: JobContext, id: str) -> Line:
        context.tell(waiting(12, "arXiv asks to wait"))
        await go_on.wait()
        if failing:
            return result_line("text", id=id, missing=failing[0])
        keep_text(cache_file, id)
        return result_line("text", id=id, source="arxiv.org")

    monkeypatch.setattr(jobs, "_JOBS", {**jobs._JOBS, "text": fetch})
    async with reader(size=(80, 24)) as r:
        await r.begin("enter", "enter")
        await r.until(lambda: "arXiv asks to wait; next try in 12 s" in r.screen)
        assert "esc stop" in r.screen
        await r.do("app.escape")
        assert r.is_on_page
        await r.begin("enter")
        await r.until(lambda: "arXiv asks to wait" in r.screen)
        go_on.set()
        await r.until(lambda: "space read on" in r.lines[-1])
        # The letters of words to look for are no keys.
        await r.begin("/", *"quz", "backspace", "backspace", "backspace", *"zebra")
        assert r.context == "text" and "/zebra▏" in r.lines[-1]
        await r.press("enter", "[")
        assert "§2 Method" in r.lines[0]
        await r.until(lambda: "space read on" in r.lines[-1])
        # Fetched again, it can be read meanwhile, and the place stays; the last line reports a failure.
        go_on.clear()
        await r.begin("r")
        await r.until(lambda: "next try in 12 s" in r.lines[0])
        assert "2  Method" in r.lines[1]
        await r.do("app.escape")
        assert r.context == "text" and "§2 Method" in r.lines[0]
        go_on.set()
        await r.do("text.again")
        await r.until(lambda: "§2 Method" in r.lines[0])
        failing.append("arXiv refuses")
        await r.do("text.again")
        assert "No full text: arXiv refuses." in r.status and "§2 Method" in r.lines[0]


def citing(id: str) -> Document:
    """A text whose second reference is a paper of arXiv."""
    entry = Reference("[2]", (Span(f"Someone. A title. arXiv:{id}."),), "bib2")
    text = document()
    return replace(text, blocks=tuple(entry if getattr(one, "anchor", "") == "bib2" else one for one in text.blocks))


async def test_a_cited_paper_is_queued_or_opened_and_the_way_leads_back(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(100, 30)) as r:
        cited = r.row(1).id
        keep_text(cache_file, r.here.id, citing(cited))
        await open_text(r)
        await r.do("text.follow")
        await r.press("a")
        assert "enter open it" in r.lines[-1] and "b queue it" in r.lines[-1]
        await r.press("b")
        await r.until(lambda: r.row(1).queued)
        assert r.context == "text" and "0 %" in r.lines[0]
        await r.do("text.follow")
        await r.press("a", "enter")
        await r.until(lambda: r.context == "list" and r.ids == [cited])
        await r.do("app.escape")
        await r.until(lambda: r.context == "text")
        assert "0 %" in r.lines[0]


async def test_each_text_opens_where_it_was_left_even_in_another_version(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(80, 24)) as r:
        first, second = r.row(0).id, r.row(1).id
        keep_text(cache_file, first)
        keep_text(cache_file, second)
        await open_text(r)
        await r.do("text.next_section", "text.next_section", "text.next_section", "move.down")
        left = r.lines[1:-1]
        await r.do("app.back", "read.next", "text.open")
        assert "0 %" in r.lines[0]
        await r.do("app.back", "read.previous", "text.open")
        assert [line[:70] for line in r.lines[1:-1]] == [line[:70] for line in left]
        # esc goes back from a jump before it leaves; q leaves at once.
        await r.do("move.bottom", "app.escape")
        assert [line[:70] for line in r.lines[1:-1]] == [line[:70] for line in left]
        await r.do("app.quit")
    async with reader(size=(80, 24)) as r:
        await open_text(r)
        assert [line[:70] for line in r.lines[1:-1]] == [line[:70] for line in left]
        await r.do("move.half_down", "app.quit")
    keep_text(cache_file, first, document(2, more=1))
    async with reader(size=(60, 20)) as r:
        await open_text(r)
        assert "§3 Results" in r.lines[0]
        await r.do("text.outline")
        assert r.context == "outline" and "▌  3 Results" in r.screen
        await r.do("text.outline", "text.outline")
        await r.resize(140, 42)
        assert "▌  3 Results" in r.text("#outline") and "Paragraph" in r.text("#text")


# Highlights


async def open_highlighted(r: Story) -> None:
    await r.do("read.open", "text.open")
    assert r.context == "text"


def quotes(r: Story) -> list[str]:
    text = r.app.model.state[TEXT]
    assert text is not None and text.view is not None
    return [one.passage.quote for one in text.view.highlights.entries if one.range]


async def test_a_note_starts_at_a_passage_and_the_outline_leads_there(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(100, 30)) as r:
        id = r.here.id
        keep_text(cache_file, id)
        await open_highlighted(r)
        await r.do("text.next_section", "text.next_section", "text.select", "paper.note")
        assert r.context == "note" and "2.1 Zebra crossing" in r.screen
        await r.type("So what?")
        await r.do("note.keep")
        assert r.context == "text"
        (highlight,) = r.kept(id).highlights
        assert (
            highlight.startswith("“2.1 Zebra crossing” (§2.1 Zebra crossing, ")
            and highlight.endswith(") So what?")
            and not r.kept(id).note
        )
        assert "c remove  e its note" in r.lines[-1]
        # The same key on it goes on with its note; the paper's own note is another.
        await r.do("paper.note")
        assert "So what?" in r.screen
        await r.do("note.drop", "move.top", "text.outline")
        assert "✎ 2.1 Zebra crossing" in r.text("#outline")
        await r.press("j", "j", "j", "j", "enter")
        assert r.context == "text" and "▌ 2.1  Zebra" in r.text("#text")
        await r.do("move.top", "text.next_match")
        assert "looks for words" not in r.status
        assert "▌ 2.1  Zebra" in r.text("#text")
        await r.do("app.back")
        assert "2.1 Zebra crossing" in r.screen
        # What was being written outlives the reader.
        await r.do("text.open", "text.next_match", "paper.note")
        await r.type(" A th")
        await r.press("ctrl+q")
    async with reader(size=(120, 30)) as r:
        assert r.status == f"unfinished note: e on a highlight in {id} continues it"
        await open_highlighted(r)
        await r.do("text.next_match", "paper.note")
        assert "an unfinished draft" in r.screen and "So what? A th" in r.screen
        await r.do("note.keep")
        assert r.kept(id).highlights[0].endswith(") So what? A th") and not r.kept(id).note


async def test_a_note_written_beside_a_highlight_after_a_search_is_the_note_of_that_passage(
    reader: Opener, cache_file: Path
) -> None:
    async with reader(size=(140, 42)) as r:
        id = r.here.id
        keep_text(cache_file, id)
        await open_highlighted(r)
        await r.do("text.search")
        await r.type("zebra runs")
        await r.press("enter", "v", "c")
        await r.do("text.search")
        await r.type("paragraph")
        await r.press("enter", "n", "N", "e")
        rule = next(place for place, line in enumerate(r.lines) if "Note on this passage · The zebra runs" in line)
        assert any("The zebra runs only here." in line for line in r.lines[:rule])
        # Nothing of the text stands beside the note.
        assert not any(line.strip() for line in r.lines[rule + 1 : -1])
        await r.type("Mine.")
        await r.do("note.keep")
        assert r.kept(id).highlights[0].endswith(") Mine.") and not r.kept(id).note


async def test_what_another_program_highlights_is_drawn_while_the_text_is_read(
    reader: Opener, cache_file: Path
) -> None:
    async with reader(size=(100, 30)) as r:
        keep_text(cache_file, r.here.id)
        await open_highlighted(r)
        await r.do("text.next_section", "text.next_section")
        kept = Passage(passage_id("zebra runs"), "zebra runs", note="theirs")
        pk = r.row(0).pk
        assert isinstance(pk, int)
        with closing(Events.open(cache_file)) as events:
            events.mark(f"{PASSAGE}{kept.id}", kept.value, [pk])
        r[CacheWatch].look_around()
        await r.until(lambda: quotes(r) == ["zebra runs"])
        assert "✎ The zebra runs only here." in r.text("#text")


async def test_a_highlight_outlives_a_new_version_and_one_whose_words_are_gone_is_listed(
    reader: Opener, cache_file: Path
) -> None:
    async with reader(size=(100, 30)) as r:
        id = r.here.id
        keep_text(cache_file, id)
        await open_highlighted(r)
        await r.do("text.search")
        await r.type("zebra runs")
        await r.press("enter", "v", "c")
        await r.do("move.top", "text.search")
        await r.type("follow")
        await r.press("enter", "v", "c")
        assert len(quotes(r)) == 2
    newer = document(2, more=3)
    blocks = tuple(block for place, block in enumerate(newer.blocks) if place != 1)
    keep_text(cache_file, id, newer.__class__("A Text", blocks, 2, "CC BY 4.0"))
    async with reader(size=(100, 30)) as r:
        await open_highlighted(r)
        await r.until(lambda: quotes(r) == ["The zebra runs only here."])
        await r.do("text.outline", "move.bottom")
        assert "not in this text: " in r.text("#outline")
        await r.press("enter")
        assert r.status == "these words are not in this text"


# Texts in the list

FIRST, SECOND = "2605.00400", "2605.00401"


async def test_starred_papers_get_their_texts_and_are_found_by_them(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FeedServer() as feed:
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        feed.pages = {f"/html/{id}": pages.PAGE.encode() for id in (FIRST, SECOND)}
        async with reader(settings=settings(endpoint=feed.url), size=(140, 42)) as r:
            await r.do("paper.star")
            r[TextsAhead].begin()
            await r.until(lambda: r.row(0).has_text)
            await r.until(lambda: r.app.state[TEXTS_AHEAD] == "")
            assert [one.path for one in feed.requests] == [f"/html/{FIRST}"]
            r[TextsAhead].begin()
            await r.rest()
            assert len(feed.requests) == 1

            await r.search("fulltext:sentence fulltext:fills")
            await r.press("enter")
            await r.until(lambda: r.ids == [FIRST])
            await r.do("text.places")
            text = r.app.state[TEXT]
            assert text is not None and text.view is not None
            assert text.view.search.text == "sentence" and text.view.marked is not None
            assert r.status == "1 of 8 · sentence"
            await r.do("app.back", "app.back", "find.clear")
            await r.do("text.places")
            assert "search for words first" in r.status
            await r.search("video")
            await r.press("enter")
            await r.do("text.places")
            assert r.status == "1 of 1 · video"
