"""Following authors, topics and words."""

from __future__ import annotations

from reader.ui.kit.glyphs import UNICODE
from tests.ui.conftest import Opener

# Following


async def test_an_author_and_a_topic_are_followed_counted_listed_and_let_go(reader: Opener) -> None:
    async with reader(size=(140, 42)) as r:
        await r.do("view.followed")
        assert "No papers that you follow yet." in r.empty and "FOLLOWED" not in r.filter_lines
        await r.do("view.latest", "paper.follow")
        asked = "follow… a 3 authors o House of Examples t Video generation w 2 words esc back"
        assert " ".join(r.lines[-1].split()) == asked
        await r.press("t")
        assert r.status == "following Video generation · 8 papers · u undoes" and r.here.flags == 1
        assert f"{UNICODE.unread}{UNICODE.followed}" in r.list_lines[1]
        assert r.filter_lines[r.filter_lines.index("FOLLOWED") + 1] == "Video generation 8/8"
        assert f"{UNICODE.followed} Followed Video generation" in r.text(r.main.detail)
        # An author is chosen among the others, and followed authors are marked.
        await r.do("paper.follow")
        assert f"t {UNICODE.followed} Video generation" in r.lines[-1]
        await r.press("a")
        assert "a Ada Example" in r.lines[-1] and "c Cy Instance" in r.lines[-1]
        await r.press("b")
        assert r.status.startswith("following Bo Sample · 60 papers")
        # Choosing a followed topic again, also on the page, stops following it.
        await r.do("read.open", "paper.follow")
        await r.press("t")
        assert r.status == "no longer following Video generation · u undoes"
        assert "Followed Bo Sample" in r.text_in_front.text
        await r.do("mark.undo")
        assert r.status == "undone: no longer following video · ctrl+r redoes"
        assert "Video generation · Bo Sample" in r.text_in_front.text
        await r.do("app.back")
        # The views of all, of one from the pane, and of one that is clicked in the detail.
        await r.do("view.followed")
        assert r.view == "followed" and len(r.ids) == 60
        at = next(place for place, row in enumerate(r.main.filter.rows) if row.text == "Video generation")
        await r.click(r.main.filter, 4, at)
        assert r.view == "follow:topic:video" and len(r.ids) == 8 and "video" in r.top
        lines = r.text(r.main.detail).splitlines()
        where = next(place for place, line in enumerate(lines) if "Followed" in line)
        await r.click(r.main.detail, lines[where].index("Bo Sample") + 2, where)
        assert r.view == "follow:author:Bo Sample" and len(r.ids) == 60
