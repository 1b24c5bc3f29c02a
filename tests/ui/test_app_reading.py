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
        assert "Author29" not in r.text("#detail") and "+" in r.text("#detail").splitlines()[2]
        await r.do("read.unfold")
        assert "Author29" in r.text("#detail")
        await r.do("read.unfold")
        assert "Author29" not in r.text("#detail")
        await r.do("read.unfold", "move.down", "move.up")
        assert "Author29" not in r.text("#detail")


async def test_where_no_text_is_shown_the_key_for_all_people_opens_the_page(reader: Opener) -> None:
    async with reader(papers=MANY, size=(60, 20)) as r:
        await r.do("read.unfold")
        assert r.is_on_page
        assert "Author29" in r.screen
        await r.do("read.unfold")
        assert "Author29" not in r.screen


async def test_the_page_tells_the_place_in_the_list(reader: Opener) -> None:
    async with reader(papers=MANY) as r:
        await r.do("read.open")
        assert "1 of 3" in r.screen
        await r.do("read.next")
        assert "2 of 3" in r.screen
        await r.do("find.next")
        assert "3 of 3" in r.screen
        await r.do("read.previous", "paper.star")
        assert "2 of 3" in r.screen and "★ Tue 12 May" in r.screen
        await r.do("app.back")
        assert "2 of 3" not in r.screen
