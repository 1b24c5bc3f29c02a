"""Tags, typed in a line over the list or the page."""

from __future__ import annotations

from tests.ui.conftest import Opener


async def test_tags_are_typed_several_at_once_completed_and_taken_away(reader: Opener) -> None:
    async with reader(size=(100, 24)) as r:
        id = r.here.id
        await r.do("paper.tag")
        assert r.context == "tags"
        assert "no tag yet" in r.lines[-1] and r.lines[-2].startswith(" tag ")
        # The list stays in sight behind the line.
        assert any("Slow Video" in line for line in r.lines)
        await r.type('later "to cite"')
        await r.do("tags.accept")
        assert r.context == "list"
        assert r.status == "1 tagged later, to cite · u undoes"
        assert r.kept(id).tags == ("later", "to cite")
        await r.do("mark.undo")
        assert r.kept(id).tags == ()
        await r.do("mark.redo", "move.down", "paper.tag")
        assert "   1 paper " in r.lines[-1]
        # What one paper has completes another's, and topics do.
        await r.do("command.complete")
        await r.type("vid")
        await r.do("command.complete", "tags.accept")
        assert r.kept(r.here.id).tags == ("later", "video")
        await r.do("paper.tag")
        assert "tagged later, video" in r.lines[-1]
        await r.type("-")
        await r.do("command.next", "command.complete", "tags.accept")
        assert r.kept(r.here.id).tags == ("later",)
        assert r.status == "1 untagged video · u undoes"
        await r.do("paper.tag")
        await r.type("Later")
        await r.do("tags.accept")
        assert r.status == "nothing to change: the tags are the same"
        await r.do("paper.tag")
        await r.type("soon")
        await r.do("command.cancel")
        assert r.context == "list" and r.kept(r.here.id).tags == ("later",)


async def test_tags_typed_in_one_go_lose_no_letter_also_on_the_page(reader: Opener) -> None:
    async with reader() as r:
        await r.do("read.open")
        await r.burst("t", *"later soon", "enter")
        assert r.context == "page"
        assert r.kept(r.here.id).tags == ("later", "soon")
        assert "later" in r.text_in_front.text
        await r.burst("t", *"-later", "enter", "q", "j", "t", "escape", "j")
        assert r.context == "list" and r.cursor == 2


async def test_own_tags_filter_from_the_pane(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        assert "TAGS" not in r.filter_lines
        await r.do("paper.tag")
        await r.type("later")
        await r.do("tags.accept")
        assert r.filter_lines[r.filter_lines.index("TAGS") + 1] == "later 1"
        at = next(place for place, row in enumerate(r.main.filter.rows) if row.key == "later")
        await r.click(r.main.filter, 4, at)
        assert r.query == "tag:later" and len(r.ids) == 1
        assert "✓ later 1" in r.filter_lines
        await r.click(r.main.filter, 4, at, button=3)
        assert r.query == "-tag:later" and len(r.ids) == 13
        await r.click(r.main.filter, 4, at, button=3)
        assert r.query == ""
        # A click on a tag of the paper lists all papers with it.
        await r.do("find.filter")
        lines = r.text(r.main.detail).splitlines()
        await r.click(r.main.detail, 6, next(place for place, line in enumerate(lines) if "Tags later" in line))
        assert (r.view, r.query) == ("all", "tag:later")
