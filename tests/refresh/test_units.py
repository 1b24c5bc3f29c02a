"""Every source is a unit of its own: whatever one raises is its own line, and the others are asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reader import log_file
from reader.core.errors import CacheDamaged, CacheError, CacheFull, ConfigError, FeedMalformed, UsageError
from reader.feeds.arxiv.client import ArxivClient
from reader.feeds.huggingface.client import HuggingFaceClient
from reader.feeds.syndication.client import SyndicationClient
from reader.refresh.announcements import Announcements
from reader.refresh.jobs import FeedFailed, FeedStored, RefreshFinished
from tests.feed_server import item
from tests.feeds.servers import Page, Paper, rss
from tests.feeds.servers import item as entry
from tests.refresh.test_sources import TODAY, World
from tests.tiers import rest_long

FAULTS: dict[str, Callable[[], BaseException]] = {
    "value": lambda: ValueError("\x9bno \u202enumber"),
    "key": lambda: KeyError("title"),
    "type": TypeError,
    "recursion": lambda: RecursionError("maximum recursion depth exceeded"),
    "system": lambda: OSError(5, "Input/output error"),
    "full": lambda: OSError(28, "No space left on device", "/answers/arxiv.org.lock"),
    "unicode": lambda: UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    "usage": lambda: UsageError("'xx.YY' is not a category of arXiv."),
    "settings": lambda: ConfigError("It is set wrongly."),
    "cache": lambda: CacheError("A row could not be stored."),
    "database": lambda: sqlite3.InterfaceError("bad parameter"),
    "several": lambda: ExceptionGroup("two", [ValueError(), OSError()]),
    "stop": StopAsyncIteration,
    "parse": lambda: FeedMalformed("It can't be read."),
}

SOURCES: dict[str, tuple[type, str]] = {
    "hf": (HuggingFaceClient, "day"),
    "arxiv": (ArxivClient, "papers"),
    "cs.cl": (Announcements, "_newest"),
    "lab": (SyndicationClient, "fetch"),
}
"""The method that fails, by the slug of its source."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    listed = [item("2605.00001"), item("2605.00002")]
    papers = [Paper("2605.00001", categories=("cs.CL",), version=2)]
    with World.opened(tmp_path / "papers.db", listed, papers) as made:
        made.site.pages |= {f"/{name}": Page(rss(entry(f"Of {name}", guid=name))) for name in ("lab", "other")}
        made.follow("cs.CL", "cs.cl")
        for name in ("lab", "other"):
            made.follow(f"{made.site.url}/{name}", name)
        yield made


def fails_once(kind: type, method: str, fault: Callable[[], BaseException]) -> Callable[..., Any]:
    """The method, with a fault for the first call, or for the address that has `lab` in it."""
    real, calls = getattr(kind, method), []

    async def failing(self: Any, *given: Any, **named: Any) -> Any:
        calls.append(given)
        if "lab" in str(given) if kind is SyndicationClient else len(calls) == 1:
            raise fault()
        return await real(self, *given, **named)

    return failing


EACH = [(source, fault) for source in SOURCES for fault in FAULTS]
FEW = [(source, fault) for source, fault in EACH if source == "lab" or fault == "value"]


@pytest.mark.parametrize("at", rest_long(EACH, FEW), ids="-".join)
async def test_a_fault_of_one_source_is_its_own_and_the_others_are_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, at: tuple[str, str]
) -> None:
    source, fault = at
    kind, method = SOURCES[source]
    monkeypatch.setattr(kind, method, fails_once(kind, method, FAULTS[fault]))
    events = await world.refresh()
    finished = events[-1]
    assert isinstance(finished, RefreshFinished)
    failed = {one.slug: str(one.error) for one in events if isinstance(one, FeedFailed)}
    stored = {one.slug for one in events if isinstance(one, FeedStored)}
    if source == "hf":
        assert (finished.error is not None, finished.failed) == (True, (TODAY,))
        failed["hf"] = str(finished.error)
    assert failed.keys() == {source}, failed
    assert stored >= {"arxiv", "cs.cl", "lab", "other"} - {source, *(["arxiv"] if source == "hf" else [])}
    assert [(one.slug, one.error) for one in world.feeds.failing()] == [(source, failed[source])]
    said = failed[source]
    assert said.endswith(".") or "dailypapers.log" in said
    assert said.isprintable()


async def test_a_category_that_is_not_known_fails_alone(world: World) -> None:
    world.follow("cs.ZZ", "cs.zz")
    events = await world.refresh()
    (failed,) = (one for one in events if isinstance(one, FeedFailed))
    assert (failed.slug, str(failed.error)[:34]) == ("cs.zz", "'cs.ZZ' is not a category of arXiv")
    assert {one.slug for one in events if isinstance(one, FeedStored)} == {"arxiv", "cs.cl", "lab", "other"}


async def test_what_no_source_is_to_blame_for_ends_the_refresh(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(SyndicationClient, "fetch", too_large)
        await world.refresh()

    def damaged(*_: object, **__: object) -> None:
        raise CacheDamaged("The cache is damaged.")

    def full(*_: object, **__: object) -> None:
        raise CacheFull("The disk is full.")

    with monkeypatch.context() as patch, pytest.raises(CacheFull):
        patch.setattr(world.cache, "store", full)
        await world.refresh()

    monkeypatch.setattr(world.cache, "store", damaged)
    monkeypatch.setattr(world.feeds, "failed", damaged)
    with pytest.raises(CacheDamaged):
        await world.refresh()


@pytest.fixture(autouse=True)
def log_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "record_error", lambda where, error: None)
