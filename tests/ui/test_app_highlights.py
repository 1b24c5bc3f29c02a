"""Stories of highlights: from the key to the log, the outline, the page and back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from reader.cache.marks.events import Events
from reader.core.document.model import Document, Paragraph, Span
from reader.core.marks import PASSAGE
from reader.core.passages import Passage, passage_id
from reader.ui.full_text.state import TEXT
from reader.ui.refresh.sync import CacheWatch
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.full_texts import document, keep_text


async def open_text(r: Story) -> None:
    await r.do("read.open", "text.open")
    assert r.context == "text"


def quotes(r: Story) -> list[str]:
    text = r.app.model.state[TEXT]
    assert text is not None and text.view is not None
    return [one.passage.quote for one in text.view.highlights.kept if one.range]


async def test_lines_are_selected_highlighted_and_removed(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(100, 30)) as r:
        id = r.here.id
        text = document()
        keep_text(cache_file, id, replace(text, blocks=text.blocks * 8))
        await open_text(r)
        await r.do("text.select", "move.bottom", "text.highlight")
        assert r.status == "a highlight has at most 100,000 characters" and not quotes(r)
        await r.do("app.escape", "move.top", "text.search")
        await r.type("zebra runs")
        await r.press("enter", "v")
        assert "c highlight" in r.lines[-1]
        await r.press("c")
        assert r.status == "1 highlighted in the text · u undoes"
        assert quotes(r) == ["The zebra runs only here."]
        assert r.kept(id).highlights == (
            f"“The zebra runs only here.” (§2.1 Zebra crossing, https://arxiv.org/html/{id}#:~:text=The%20zebra%20runs%20only%20here.)",
        )
        await r.press("c")
        assert (
            r.status == "1 no longer highlighted in the text · u undoes" and not r.kept(id).highlights and not quotes(r)
        )
        await r.press("u")
        assert quotes(r) == ["The zebra runs only here."] and r.kept(id).highlights


async def test_a_note_is_begun_at_a_passage_and_the_outline_leads_there(reader: Opener, cache_file: Path) -> None:
    async with reader(size=(100, 30)) as r:
        id = r.here.id
        keep_text(cache_file, id)
        await open_text(r)
        await r.do("text.next_section", "text.next_section", "text.select", "paper.note")
        assert r.context == "note" and "2.1 Zebra crossing" in r.screen
        await r.type("So what?")
        await r.do("note.keep")
        assert r.context == "text"
        (said,) = r.kept(id).highlights
        assert (
            said.startswith("“2.1 Zebra crossing” (§2.1 Zebra crossing, ")
            and said.endswith(") So what?")
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
        await open_text(r)
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
        await open_text(r)
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


async def test_a_highlight_of_a_formula_is_the_same_where_signs_are_ascii(reader: Opener, cache_file: Path) -> None:
    formula = Paragraph((Span("We minimise "), Span(r"\mathcal{L}(\theta)", "formula"), Span(" over all steps.")))
    for ascii in (True, False):
        async with reader(size=(100, 30), settings=settings(ascii=ascii)) as r:
            keep_text(cache_file, r.here.id, Document("A Text", (formula,)))
            await open_text(r)
            await r.do("text.search")
            await r.type("minimise")
            await r.press("enter")
            assert ("script L" in r.text("#text")) is ascii
            if ascii:
                await r.press("v", "c")
            assert quotes(r) == ["We minimise ℒ(θ) over all steps."]


async def test_what_another_program_highlights_is_drawn_while_the_text_is_read(
    reader: Opener, cache_file: Path
) -> None:
    async with reader(size=(100, 30)) as r:
        keep_text(cache_file, r.here.id)
        await open_text(r)
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
        await open_text(r)
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
        await open_text(r)
        await r.until(lambda: quotes(r) == ["The zebra runs only here."])
        await r.do("text.outline", "move.bottom")
        assert "not in this text: " in r.text("#outline")
        await r.press("enter")
        assert r.status == "these words are not in this text"
