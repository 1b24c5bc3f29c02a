"""Papers of saved pages: their order, and whose titles are looked up, how often and with what result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection

import pytest

from reader.cache.pages import PageTitle, find_waiting, note_unknown, one_title, place, unknown
from reader.cache.storing.papers import Cache
from reader.core.ids import page_id
from reader.core.paper import Draft, Listing
from reader.core.titles import Titled
from tests.cache.conftest import NOW

PAGE = [Draft(f"{name} of a page", author_count=2, published="2026-11-01", source="page") for name in "ABC"]
A, B, C = (page_id(draft.title) for draft in PAGE)


def names(found: Sequence[PageTitle]) -> str:
    return "".join(one.paper.title[0] for one in found)


@pytest.fixture
def pages(cache: Cache, connection: Connection) -> Connection:
    cache.store(Listing(None, tuple(PAGE)), NOW)
    place(connection, [C, A])
    return connection


def test_papers_have_the_order_of_their_pages_the_newest_first(pages: Connection) -> None:
    assert names(unknown(pages)) == "CAB"
    writes = pages.total_changes
    place(pages, [C, A])
    assert pages.total_changes == writes
    place(pages, [B, A, B, "2611.00099"])
    assert names(unknown(pages)) == "BAC"


def test_a_title_is_looked_up_thrice_a_week_apart(pages: Connection, path: Path) -> None:
    def waiting(day: int) -> str:
        return names(find_waiting(path, datetime(2026, 11, day)))

    title, choice = Titled("A of a page", 2, "2026-11-01", A), Titled("A of pages", 3, None, "2611.00001")
    assert (one_title(pages, 1), one_title(pages, 9), waiting(1)) == (PageTitle(1, title), None, "CAB")
    told = [PageTitle(1, title).told]
    for day, choices, before, after in (
        (2, [], "CB", "CBA"),
        (10, [choice], "CB", "CBA"),
        (18, [choice] * 2, "CB", "CB"),
    ):
        note_unknown(pages, 1, f"2026-11-{day:02}", choices)
        assert (waiting(day + 7), waiting(day + 8)) == (before, after)
        told += [found.told for found in [one_title(pages, 1)] if found]
    assert one_title(pages, 1) == PageTitle(1, title, (choice, choice), 3)
    assert told == [
        "Its title has not been looked up yet; a refresh does that.",
        "Neither the feed nor arXiv has its title.",
        "It may be this one, by its title:",
        "It may be one of these, by its title:",
    ]
