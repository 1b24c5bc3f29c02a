"""Many papers at once: select them, act on all, and take it back in one step."""

from __future__ import annotations

import pytest

from reader.ui.app import ReaderApp
from tests.ui.conftest import Opener


async def test_selected_papers_are_marked_at_once_and_one_undo_takes_it_back(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("select.paper", "select.paper", "move.down", "select.range", "move.down", "move.down")
        assert r.app.status._status.selected == 5
        assert "5 selected" in r.lines[-1]
        assert [line[2] for line in r.list_items[1:8]] == ["✓", "✓", " ", "✓", "✓", "✓", " "]
        cursor = r.cursor
        await r.do("paper.star")
        assert r.status == "5 starred · u undoes"
        assert [r.row(at).starred for at in range(7)] == [True, True, False, True, True, True, False]
        # The range ended with the action, the selection did not; the cursor stays.
        assert r.cursor == cursor
        await r.do("move.down")
        assert r.app.status._status.selected == 5
        await r.do("mark.undo")
        assert not any(r.row(at).starred for at in range(7))
        await r.do("mark.redo", "paper.star")
        assert not any(r.row(at).starred for at in range(7))

        await r.do("app.escape")
        assert r.app.status._status.selected == 0
        await r.do("paper.read")
        assert r.status == "1 read · u undoes"
        await r.do("mark.undo", "select.all", "paper.read")
        assert r.status.startswith("All 14 read")
        await r.do("mark.undo", "select.all")
        assert r.app.status._status.selected == 0


async def test_a_selection_outlives_a_search_and_the_page_but_not_another_view(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("select.paper", "find.query")
        await r.type("robot")
        assert r.app.state.selection.count == 0
        await r.do("query.accept", "select.paper")
        assert r.app.state.selection.count == 1
        await r.do("find.clear")
        assert len(r.app.state.targets) == 2
        await r.do("move.bottom", "read.open")
        assert list(r.app.state.targets) == [r.app.state.highlighted]
        await r.do("paper.star")
        assert r.status == "1 starred · u undoes"
        await r.do("app.back")
        assert r.app.state.selection.count == 2
        await r.do("view.unread")
        assert r.app.state.selection.count == 0
        await r.do("select.paper", "select.paper", count=3)
        assert r.app.state.selection.count == 6


async def test_what_is_selected_is_copied_in_the_form_that_is_chosen(
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
        await r.do("link.copy_as")
        await r.press("2")
        assert r.status == "copied IEEE citation of 2 papers"
        await r.do("read.open", "link.copy_as")
        await r.press("t")
        assert copied[-1] == r.status.removeprefix("copied ") == r.here.title
        await r.do("link.copy_as")
        await r.press("a")
        assert (copied[-1], r.status) == (r.kept(r.here.id).abstract, "copied the paper's abstract")
        await r.do("app.back")
        for most, opened in ((2, 2), (1, 0)):
            monkeypatch.setattr("reader.ui.page.links.MOST_OPENED", most)
            monkeypatch.setattr("reader.ui.page.links.MOST_COPIED", most)
            browser.clear()
            await r.do("link.page")
            assert browser == [f"https://huggingface.co/papers/2605.0040{number}" for number in range(opened)]
            said = r.status
            await r.do("link.copy")
        assert said == "2 papers are too many to open at once"
        assert r.status == "2 papers are too many for the clipboard · :export FILE writes them"
