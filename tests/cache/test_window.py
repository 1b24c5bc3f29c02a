"""Days are stepped over by those that list papers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.papers import Cache
from reader.cache.window import Window
from reader.core.paper import Listing
from tests.cache.conftest import NOW, draft


@pytest.mark.parametrize(
    ("day", "steps", "found"),
    [
        ("2026-11-23", 1, "2026-11-22"),
        ("2026-11-23", 2, "2026-11-20"),
        ("2026-11-23", 3, None),
        ("2026-11-20", -1, "2026-11-22"),
        ("2026-11-20", -2, "2026-11-23"),
        ("2026-11-20", -3, None),
        ("2026-11-21", 1, "2026-11-20"),
    ],
)
def test_a_day_is_so_many_listed_days_away(cache: Cache, path: Path, day: str, steps: int, found: str | None) -> None:
    for number in (0, 2, 3):
        cache.store(Listing(f"2026-11-2{number}", (draft(number),)), NOW)
    cache.store(Listing("2026-11-21", ()), NOW)
    with closing(Window.open(path)) as window:
        assert window.older_day(day, steps) == found
