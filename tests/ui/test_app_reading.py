"""Reading one paper: in the detail, and on its page."""

from __future__ import annotations

from tests.ui.conftest import Opener
from tests.ui.papers import draft

MANY = {
    "2026-05-12": (
        draft(1, "A Paper of Many Hands", 50, authors=tuple(f"Author{number} Name" for number in range(30))),
        draft(2, "A Paper of Few Hands", 40),
        draft(3, "A Third Paper", 30),
    )
}


async def test_a_key_names_all_people_and_folds_them_again(reader: Opener) -> None:
    async with reader(papers=MANY) as r:
        for actions, is_told in (
            ((), False),
            (("read.unfold",), True),
            (("read.unfold",), False),
            (("read.unfold", "move.down", "move.up"), False),
        ):
            await r.do(*actions)
            assert ("Author29" in r.text("#detail")) is is_told
        # Where no text is shown, it opens the page, which tells the place in the list.
        await r.resize(60, 20)
        await r.do("read.unfold")
        assert r.is_on_page and "Author29" in r.screen
        await r.do("read.unfold")
        assert "Author29" not in r.screen and "1 of 3" in r.screen
        for action, place in (("read.next", 2), ("find.next", 3), ("read.previous", 2)):
            await r.do(action)
            assert f"{place} of 3" in r.screen
        await r.do("paper.star")
        assert "★ Tue 12 May" in r.screen
        await r.do("app.back")
        assert "2 of 3" not in r.screen
