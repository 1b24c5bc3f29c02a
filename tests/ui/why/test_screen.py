"""The screen of reasons: the cursor goes by what can be changed."""

from __future__ import annotations

from reader.core.choice.wishes import Wish
from reader.ui.kit.glyphs import UNICODE
from reader.ui.why.lines import Explanation, explanation_rows
from reader.ui.why.screen import WhyList
from tests.ui.stage import Stage, staged
from tests.ui.why.test_lines import KNOWN, LEARNED


async def test_the_cursor_goes_by_what_can_be_changed() -> None:
    pane = WhyList()

    def show(known: Explanation) -> None:
        pane.show(lambda width: explanation_rows(known, width, UNICODE))

    def seen() -> tuple[int, str]:
        """The cursor's line in view, and what it is on."""
        assert pane.current is not None
        return pane.at - pane.scroll_offset.y, pane.current.name

    async with staged(Stage(pane), 60, 8) as (_, pilot):
        assert pane.current is None
        show(KNOWN)
        assert seen() == (2, "speculative decoding")
        for steps, name in ((1, "speculative decoding"), (1, "KV caches"), (9, "agents"), (-1, "Ada Lovelace")):
            assert not pane.scroll_lines(steps)
            await pilot.pause()
            assert seen()[1] == name
        pane.scroll_lines(-9)
        await pilot.pause()
        await pilot.click(pane, offset=(5, 5))
        assert seen() == (5, "speculative decoding")
        # The cursor stays on its subject after a change, else on the nearest line.
        pane.scroll_lines(9)
        show(KNOWN._replace(learned=LEARNED._replace(wishes=(Wish("topic", "agents", -1),))))
        assert pane.current == Wish("topic", "agents", -1)
        show(KNOWN._replace(learned=LEARNED._replace(wishes=())))
        assert seen()[1] == "KV cache"
