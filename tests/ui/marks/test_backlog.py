"""After thousands of old papers came in, one key marks them read; nobody is asked twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ui import papers
from tests.ui.conftest import Opener
from tests.ui.papers import draft

OLD = {f"2026-04-{day:02}": [draft(10_000 + day * 100 + n, f"Old {day} {n}") for n in range(9)] for day in range(1, 5)}
ASKED = "36 unread papers are older than a week"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.ui.marks.traces.AT_REST", 0.001)
    monkeypatch.setattr("reader.ui.marks.traces.MANY", 35)


async def test_what_is_older_than_a_week_is_marked_by_one_key_and_undone_by_one(reader: Opener) -> None:
    async with reader(papers={**OLD, **papers.DAYS}) as r:
        await r.until(lambda: ASKED in r.screen)
        assert r.lines[-1].split(ASKED)[1].split() == ["…", "y", "mark", "them", "read", "esc", "leave", "them"]
        await r.press("y")
        await r.until(lambda: "36 read" in r.status)
        await r.do("view.unread")
        assert len(r.ids) == sum(map(len, papers.DAYS.values()))
        await r.do("mark.undo")
        await r.until(lambda: len(r.ids) > 36)
        assert ASKED not in r.screen


async def test_any_other_key_declines_and_does_what_it_always_does(reader: Opener) -> None:
    async with reader(papers={**OLD, **papers.DAYS}) as r:
        await r.until(lambda: ASKED in r.screen)
        first = r.here.id
        await r.do("move.down")
        assert ASKED not in r.screen and r.here.id != first
        await r.do("view.all", "view.latest", "paper.star")
        assert ASKED not in r.screen and r.here.starred


@pytest.mark.parametrize(
    ("visited", "many", "is_asked"),
    [("2026-03-01T08:00:00Z", 35, True), ("2026-05-12T07:00:00Z", 35, False), ("2026-03-01T08:00:00Z", 36, False)],
)
async def test_later_visits_ask_only_about_what_came_since_if_it_is_much(
    reader: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visited: str, many: int, is_asked: bool
) -> None:
    monkeypatch.setattr("reader.ui.marks.traces.MANY", many)
    (tmp_path / "state.json").write_text(json.dumps({"visited": visited}))
    async with reader(papers={**OLD, **papers.DAYS}) as r:
        if is_asked:
            await r.until(lambda: ASKED in r.screen)
        await r.do("view.all", "move.down", "view.unread")
        assert ASKED not in r.screen
