"""Full texts and pictures are fetched from where the user allows it, texts also ahead of reading."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.cache.marks.events import Events
from reader.cache.storing import Cache
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.document.model import Block, Document, Heading, Note, Paragraph, Reference, Span
from reader.core.errors import (
    FeedError,
    FeedMalformed,
    FeedOffline,
    FeedRefused,
    FeedUnreachable,
    NoFullText,
    NoPicture,
)
from reader.core.paper import Draft, Listing
from reader.core.topics.scorer import Topics
from reader.feeds.fulltext.client import PageTexts
from reader.feeds.http import Limits
from reader.refresh.lines import JobContext, Line, result_line
from reader.refresh.texts import (
    LOCK_FILE_NAME,
    RETRY_DAYS,
    SECONDS_BETWEEN_TEXTS,
    WantedText,
    fetch_picture,
    fetch_text,
    fetch_texts_ahead,
    find_wanted_texts,
)
from tests.feed_server import FeedServer

NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)
IDS = [f"2605.0000{number}" for number in range(1, 6)]
LOCAL = Settings(endpoint="http://127.0.0.1:1")
WORDS = Document("", (Paragraph((Span("Words."),)),))


class Source(PageTexts):
    """A text for all papers, or errors for those whose ids end in a number."""

    def __init__(self, name: str = "arxiv.org", document: Document = WORDS, **answers: FeedError) -> None:
        self.name, self.document, self.answers = name, document, answers
        self.asked: list[str] = []

    async def text(self, id: str) -> Document:
        self.asked.append(id)
        if error := self.answers.get(f"n{id[-1]}"):
            raise error
        return self.document

    async def aclose(self) -> None: ...


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "papers.db"
    with closing(Cache.open(path, Topics())) as cache:
        drafts = [Draft(f"Paper {id}", id) for id in IDS]
        cache.store(Listing("2026-05-11", (*drafts, Draft("A page without an id"))), "2026-05-11T08:00:00Z")
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1, 2, 3, 6])
        events.mark("hide", True, [5])
    return path


async def run(file: Path, source: Source, settings: Settings = LOCAL, now: datetime = NOW, **how: Any) -> Line:
    """Fetch texts ahead, and return the result; without a line before it, there was nothing to do."""
    lines: list[Line] = []
    context = JobContext(file, settings, Topics, lambda: now, tell=lines.append)
    result = await fetch_texts_ahead(context, [source], **how)
    assert [line["n"] for line in lines] == list(range(len(source.asked)))
    return result


def result(stored: int, left: int = 0, why: str = "") -> Line:
    return result_line("texts", stored=stored, left=left, why=why)


def wanted(file: Path, settings: Settings = LOCAL, now: datetime = NOW) -> list[str]:
    return sorted(paper.id for paper in find_wanted_texts(file, settings, now))


def text_of(*kinds: str, is_cut: bool = False) -> Document:
    """A text with blocks of these kinds: s is a section, r a reference, n a note."""
    spans = (Span("Words."),)
    made: dict[str, Block] = {"s": Heading(1, "", spans), "r": Reference("", spans), "n": Note("1", spans)}
    return Document("", tuple(made[kind] for kind in kinds), is_cut=is_cut)


CUT = Source("cut", text_of(*"sssssr", is_cut=True))
POOR, RICH = Source("poor", text_of(*"snn")), Source("rich", text_of(*"sssr"))
PAGE, PDF = Source("page", text_of(*"sssnnn")), Source("pdf", text_of(*"sssrr"))


@pytest.mark.parametrize(
    ("sources", "taken", "asked"),
    [
        # The first text with an end is stored, or else the longest one.
        ([CUT, RICH, POOR], "rich", 2),
        ([POOR, CUT], "cut", 2),
        ([CUT, POOR], "cut", 2),
        ([PAGE, PDF], "page", 1),
    ],
)
async def test_the_best_text_is_stored(file: Path, sources: list[Source], taken: str, asked: int) -> None:
    for source in sources:
        source.asked.clear()
    assert await fetch_text(file, 1, IDS[0], sources) == result_line("text", id=IDS[0], source=taken)
    assert [source.asked for source in sources] == [[IDS[0]]] * asked + [[]] * (len(sources) - asked)


async def test_an_interrupt_ends_a_fetch_while_the_text_is_being_stored(file: Path) -> None:
    fetching = asyncio.create_task(fetch_text(file, 1, IDS[0], [Source()]))
    await asyncio.sleep(0)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching


def test_starred_papers_with_an_id_are_wanted(file: Path) -> None:
    assert wanted(file) == IDS[:3]
    assert find_wanted_texts(file, LOCAL, NOW)[0] == WantedText(3, IDS[2])
    assert wanted(file, replace(LOCAL, fetch_ahead=())) == []
    assert wanted(file, replace(LOCAL, full_text_from=())) == []
    assert wanted(file, replace(LOCAL, fetch_ahead=("sort:day OR", "is:unread"))) == IDS[:4]


async def test_a_missing_text_is_fetched_once(file: Path) -> None:
    source = Source(n2=NoFullText("none"))
    assert await run(file, source) == result(2)
    assert source.asked == IDS[2::-1]
    assert await run(file, Source()) == result(0)
    later = NOW + timedelta(days=RETRY_DAYS + 1)
    assert wanted(file, now=later) == [IDS[1]]
    assert await run(file, Source(), now=later) == result(1)
    with closing(Texts.open(file)) as texts:
        assert texts.missing("") == set() and texts.has(2)


async def test_a_failing_network_ends_it_until_the_next_time(file: Path) -> None:
    offline = Source(n3=FeedOffline("no network"))
    assert await run(file, offline) == result(0, 3, "no answer")
    silent = Source(n3=FeedUnreachable("silent"), n2=FeedUnreachable("silent"))
    assert await run(file, silent) == result(0, 2, "no answer")
    assert silent.asked == [IDS[2], IDS[1]]
    assert wanted(file) == IDS[:3]


async def test_a_page_that_cannot_be_read_lets_others_go_first(file: Path) -> None:
    odd = Source(n3=FeedMalformed("odd"), n2=FeedMalformed("odd"))
    assert await run(file, odd) == result(0, 2, "no answer")
    assert wanted(file) == [IDS[0]]
    assert wanted(file, now=NOW + timedelta(days=2)) == IDS[:3]


async def test_all_programs_share_the_pace(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILYPAPERS_HOME", str(file.parent))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await run(file, Source(), Settings(), sleep=sleep)
    assert list(file.parent.rglob(LOCK_FILE_NAME))
    assert len(slept) == 2 and all(0 < seconds <= SECONDS_BETWEEN_TEXTS for seconds in slept)


ADDRESS = "https://arxiv.org/html/2605.00001/x1.png"


async def test_a_picture_of_arxiv_comes_from_its_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.refresh.texts._PICTURE_LIMITS", Limits(attempts=1))
    with FeedServer() as feed:
        settings = Settings(endpoint=feed.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", feed.url)
        feed.pages |= {"/html/2605.00001/x1.png": b"picture", "/html/2605.00001/x3.png": b""}
        assert await fetch_picture(ADDRESS, settings) == b"picture"
        with pytest.raises(NoPicture, match="does not have this picture"):
            await fetch_picture(ADDRESS.replace("x1", "x2"), settings)
        with pytest.raises(FeedMalformed, match="sent an empty picture"):
            await fetch_picture(ADDRESS.replace("x1", "x3"), settings)
        with pytest.raises(FeedRefused, match=r"cdn\.example is not asked while the feed is on this machine"):
            await fetch_picture("https://cdn.example/a.png", settings)


async def test_a_page_can_not_lead_into_the_users_network_nor_past_offline_mode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with FeedServer() as feed:
        with pytest.raises(FeedRefused, match="on this machine or its network"):
            await fetch_picture(f"{feed.url}/a.png", Settings())
        assert feed.requests == []
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(FeedOffline):
        await fetch_picture(ADDRESS, Settings())
