"""A home with 300 papers and marks of every kind."""

from __future__ import annotations

import json
import random
from contextlib import closing
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from reader.cache.feeds import Feeds
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.outputs import KeptOutput, keep_output
from reader.cache.storing.papers import Cache
from reader.cache.texts import Texts
from reader.core.document.model import Document, Paragraph, Span
from reader.feeds.files.papers_file import read_papers
from tests.cache.conftest import ByName

PAPERS = 300
"""Papers of the home, thirty on each of ten days; the key of a paper is its number plus one."""

NOW, FOLLOWED = "2026-11-24T08:00:00+00:00", "2026-11-24T08:00:00Z"

FEED: tuple[Literal["rss"], str, str, str, str] = ("rss", "https://example.org/feed", "A feed", "a-feed", FOLLOWED)

TEXTS, OUTPUTS, QUEUED, OPENED = range(40, 60), (41, 42), range(50, 55), range(200, 210)
"""The keys of papers that get a full text, an answer of a program, a place in the queue, and a trace of reading."""

_SUBJECTS = ("Agents", "Video models", "Small language models", "Retrievers", "Reward models", "Benchmarks")
_VERBS = ("learn from", "fail on", "scale with", "are measured by", "forget", "need fewer of")
_OBJECTS = (
    *("long contexts", "noisy labels", "few examples", "human votes"),
    *("synthetic data", "cheap tools", "old tasks"),
)


def paper_id(number: int) -> str:
    return f"2611.{number:05}"


def feed_days() -> list[dict[str, Any]]:
    """The papers as the feed answers: for each day, its items."""
    chance = random.Random(7)

    def sentence() -> str:
        return f"{chance.choice(_SUBJECTS)} {chance.choice(_VERBS)} {chance.choice(_OBJECTS)}"

    def item(number: int, day: str) -> dict[str, Any]:
        paper = {
            "id": paper_id(number),
            "title": f"{sentence()}, case {number}",
            "summary": ". ".join(sentence() for _ in range(20)) + ".",
            "authors": [{"name": f"Author {chance.randrange(90)}"} for _ in range(5)],
            "ai_keywords": [chance.choice(_OBJECTS) for _ in range(3)],
            "publishedAt": f"{day}T00:00:00.000Z",
            "submittedOnDailyAt": f"{day}T00:00:00.000Z",
            "upvotes": chance.randrange(100),
        }
        return {"paper": paper, "numComments": chance.randrange(5)}

    days = [(date(2026, 11, 11) + timedelta(place)).isoformat() for place in range(10)]
    each = PAPERS // len(days)
    return [
        {"date": day, "items": [item(number, day) for number in range(each * place, each * (place + 1))]}
        for place, day in enumerate(days)
    ]


_MARKS: tuple[tuple[str, bool | str, range], ...] = (
    ("read", True, range(1, 101)),
    ("star", True, range(1, 21)),
    ("star", False, range(5, 8)),
    ("tag:later", True, range(10, 31)),
    ("tag:survey", True, range(25, 36)),
    ("note", "Mine: compare with *old* tasks.", range(3, 6)),
    ("hide", True, range(90, 100)),
)
"""The marks, in this order; then the newest was undone and done again."""


def make_newest(home: Path) -> Path:
    """A home that began with today's program; returns its cache."""
    cache = home / "papers.db"
    home.mkdir(exist_ok=True)
    with closing(Cache.open(cache, ByName())) as opened:
        for listing in read_papers(BytesIO(json.dumps(feed_days()).encode()), date(2026, 11, 24)):
            opened.store(listing, NOW)
    with closing(Feeds.open(cache)) as feeds:
        feeds.follow(*FEED)
    with closing(Events.open(cache)) as events:
        for kind, value, pks in _MARKS:
            events.mark(kind, value, pks)
        events.undo()
        events.redo()
    return _use(cache)


def _use(cache: Path) -> Path:
    """Do with a cache what only today's program can: texts, answers of programs, the queue, traces of reading."""
    with closing(Texts.open(cache)) as texts:
        for pk in TEXTS:
            body = tuple(Paragraph((Span(f"Part {part} of paper {pk}. " * 20),)) for part in range(30))
            texts.put(pk, Document("A text", blocks=body), "arxiv.org", NOW)
    for pk in OUTPUTS:
        keep_output(cache, pk, KeptOutput("summary", NOW, f"A short answer about paper {pk}."))
    with closing(Events.open(cache)) as events:
        events.act([Change("queue", "1", QUEUED)])
        events.mark("open", "2026-11-24", OPENED)
    return cache
