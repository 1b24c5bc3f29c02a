"""Programs that run by themselves: bounded, once for each paper, and failing in a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.actions.programs import ProgramError
from reader.cache.storing.papers import Cache
from reader.config import Settings
from reader.core.paper import Listing
from reader.core.settings.standing import EVERY, ON_STAR, Standing
from reader.core.settings.types import UserCommand
from reader.core.topics.scorer import Topics
from reader.refresh import pipes
from reader.refresh.lines import JobContext
from reader.refresh.pipes import command_of, pipe_papers, run_on_star
from reader.refresh.standing import StandingQueries
from tests.cache.conftest import NOW, ByName, draft

WORDS = UserCommand("Words", "wc -w", keep=True)


async def no_text(_id: str) -> None:
    raise AssertionError("no text is asked for")


def test_a_hook_is_a_command_of_the_user_or_a_program() -> None:
    known = Settings(commands=(WORDS,))
    assert command_of(Standing("a", ON_STAR, ("run",), run="words"), known) == WORDS
    typed = command_of(Standing("a", EVERY, ("run",), run="wc -l"), known)
    assert typed == UserCommand("wc -l", "wc -l", input="json")
    listed = command_of(Standing("a", EVERY, ("run",), run=("wc", "-l")), known)
    assert (listed.words, listed.input) == (("wc", "-l"), "json")


async def test_new_papers_are_given_to_the_program_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = tmp_path / "papers.db", tmp_path / "out"
    settings = Settings(lists=(Standing("new", EVERY, ("run",), run=("sh", "-c", f"cat >> {out}")),))
    cache = Cache.open(file, ByName())

    def store(*numbers: int) -> None:
        cache.store(Listing("2026-11-24", tuple(draft(number, upvotes=number) for number in numbers)), NOW)

    async def refresh() -> list[list[str]]:
        context = JobContext(file, settings, Topics, lambda: datetime(2026, 11, 24, tzinfo=UTC))
        queries = StandingQueries(context)
        queries.start()
        queries.mark()
        return [list(result.ids) async for result in queries.run(no_text)]

    store(1, 2)
    assert await refresh() == []
    store(1, 2, 3, 4)
    assert await refresh() == [["2611.00004", "2611.00003"]]
    assert await refresh() == []
    assert [one["id"] for one in json.loads(out.read_text())] == ["2611.00004", "2611.00003"]
    # Of many, the first.
    monkeypatch.setattr(pipes, "MOST_BY_ITSELF", 2)
    store(5, 6, 7)
    assert await refresh() == [["2611.00007", "2611.00006"]]
    cache.close()


async def test_a_program_for_stars_is_none_for_new_papers_that_a_rule_stars(tmp_path: Path) -> None:
    file, out = tmp_path / "papers.db", tmp_path / "out"
    lists = (
        Standing("rule", "title:number", ("star",)),
        Standing("tell", ON_STAR, ("notify",)),
        Standing("program", ON_STAR, ("run",), run=("touch", str(out))),
    )
    queries = StandingQueries(JobContext(file, Settings(lists=lists), Topics))
    with closing(Cache.open(file, ByName())) as cache:
        queries.start()
        cache.store(Listing("2026-11-24", (draft(1), draft(2))), NOW)
    assert queries.mark() == (("starred", 2),)
    assert [result async for result in queries.run(no_text)] == []
    assert not out.exists()


@pytest.mark.parametrize("pks", [(), (1,)])
async def test_without_papers_or_a_program_nothing_runs(tmp_path: Path, pks: Sequence[int]) -> None:
    settings = Settings() if pks else Settings(lists=(Standing("a", ON_STAR, ("run",), run="no-such-program"),))
    assert [one async for one in run_on_star(tmp_path / "none.db", settings, pks, no_text)] == []


async def test_a_program_gets_only_so_many_papers(tmp_path: Path) -> None:
    file = tmp_path / "papers.db"
    Cache.open(file, ByName()).close()
    for command, most in ((WORDS, 100), (UserCommand("All", "wc -w"), 1_000)):
        with pytest.raises(ProgramError, match=f"at most {most:,} .*at once, not {most + 1:,}"):
            await anext(pipe_papers(file, command, range(most + 1), no_text))
        assert [one async for one in pipe_papers(file, command, range(1, most + 1), no_text)] == []
