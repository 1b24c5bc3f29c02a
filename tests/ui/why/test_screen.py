"""The screen of reasons: the cursor goes by what can be changed, and what belongs to it stays in view."""

from __future__ import annotations

import pytest

from reader.ui.kit.glyphs import UNICODE
from reader.ui.why.lines import Explanation
from reader.ui.why.screen import WhyList
from tests.ui.drawings import drawn
from tests.ui.stage import Stage, staged, watch_paints
from tests.ui.why.test_lines import FIRST, KNOWN, LEARNED


async def test_the_cursor_goes_by_what_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = list[None]()
    pane = WhyList(UNICODE, lambda: moves.append(None))

    def seen() -> tuple[int, int, str]:
        """The first line in view, the cursor's line from there, and what it is on."""
        assert pane.current is not None
        return pane.scroll_offset.y, [line[:1] for line in drawn(pane)].index("▌"), pane.current.name

    async with staged(Stage(pane), 60, 8) as (_, pilot):
        assert (drawn(pane), pane.current) == ([""] * 8, None)
        pane.show(KNOWN)
        assert (seen(), drawn(pane)[2]) == ((0, 2, "KV cache"), "▌   +62  KV cache      from 3 papers")
        for steps, place in (
            (1, (0, 3, "base")),
            (1, (0, 4, "Ada")),
            (2, (0, 6, "asked")),
            (1, (3, 6, "KV cache")),
            (9, (9, 6, "finance")),
            (1, (10, 5, "finance")),
            (-1, (10, 1, "robots")),
            (-1, (8, 1, "KV cache")),
            (-9, (0, 2, "KV cache")),
            (1, (0, 3, "base")),
        ):
            assert not pane.scroll_lines(steps)
            await pilot.pause()
            assert seen() == place
        assert len(moves) == 11
        painted = watch_paints(pane, monkeypatch)
        assert not pane.scroll_lines(0) and painted == [-1]
        assert not pane.scroll_lines(-1) and pane.scroll_lines(-1), "it is at the top"
        await pilot.click(pane, offset=(5, 4))
        await pilot.click(pane, offset=(5, 1))
        assert seen() == (0, 4, "Ada")
        pane.scroll_lines(9)
        await pilot.click(pane, offset=(5, 2))
        assert seen() == (9, 2, "robots")
        # What a change has moved comes into view with what was changed.
        pane.scroll_lines(9)
        pane.show(KNOWN._replace(before=FIRST[::-1]))
        await pilot.pause()
        assert drawn(pane) == [
            "",
            "  Changed by you",
            "▌ finance                                  -",
            "",
            "  First in For you, and where they were before",
            "   1  A paper                                        was 3",
            "   2  Another paper",
            "   3  A third one                                    was 1",
        ]
        # The cursor stays on what it is on, else on the nearest line.
        pane.show(Explanation(reasons=LEARNED._replace(interests=())))
        assert seen() == (0, 5, "finance")
        pane.show(Explanation(reasons=LEARNED._replace(wishes=())))
        assert seen() == (0, 3, "robots")
        pane.show(Explanation(()))
        assert (drawn(pane)[:3], pane.current) == (
            ["  Why these topics", "  No phrase gives this paper a topic.", ""],
            None,
        )
        assert pane.scroll_lines(1)
