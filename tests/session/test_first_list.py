"""The first papers of a place, as far as the one where the user left."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reader.cache.reads.window import DayFetched, Window
from reader.cache.search.compile import Scope
from reader.cache.storing.papers import Cache
from reader.core.paper import Listing
from reader.session import first_list as module
from reader.session.first_list import find_holes, first_list
from reader.session.places import Place, view
from tests.cache.conftest import NOW, cache, draft, path
from tests.table import each

__all__ = ["cache", "path"]


def test_a_list_is_read_as_deep_as_the_paper_where_the_user_left(
    cache: Cache, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEEPEST", 40)
    cache.store(Listing("2026-11-24", tuple(draft(number, upvotes=99 - number) for number in range(60))), NOW)
    with closing(Window.open(path)) as window:

        def read(keep: int | None, place: Place, order: str = "day") -> int:
            scope = Scope(date(2026, 11, 24), "2026-11-24")
            return len(first_list(window, place, order, lambda: scope, limit=2, keep=keep).pks)

        for place in (Place(), Place(view("all"), "paper")):
            assert [read(pk, place) for pk in (None, 1, 2, 3, 18, 19, 42, 43, 99)] == [2, 2, 2, 18, 18, 42, 42, 2, 2]
        assert [read(pk, Place(view("all")), "title") for pk in (2, 3)] == [2, 18]
        assert [read(3, place) for place in (Place(view("foryou")), Place(text="~paper"))] == [0, 0]


@each(
    ("place", "order", "has_some"),
    [
        (Place(view("all")), "day", True),
        (Place(view("unread")), "day", True),
        (Place(view("starred")), "day", False),
        (Place(view("all"), "robot"), "day", False),
        (Place(view("all")), "upvotes", False),
    ],
)
def test_days_are_missing_where_all_papers_are_listed_by_day(place: Place, order: str, has_some: bool) -> None:
    known = {day: DayFetched(NOW, 5) for day in ("2026-11-16", "2026-11-20")}
    window: Any = SimpleNamespace(fetched_days=lambda: known)
    assert bool(find_holes(window, place, order, date(2026, 11, 24))) is has_some
