"""Papers that nobody wrote, as many as are wanted, always the same: what the bench fills caches with."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

from reader.cache import schema
from reader.cache.marks.events import Events
from reader.cache.storing.papers import Cache
from reader.core.paper import Draft, Listing
from reader.data import shipped_topics
from tests.bench import words

VERSION = 1
"""Raised whenever other papers come out of the same numbers."""

NEWEST = date(2026, 11, 20)
"""The newest day of every corpus, a Friday."""

FEWEST, MOST = 40, 1_100
"""Papers of the quietest and of the busiest day."""

DAYS = 1_250
"""Days that a large corpus spreads over, five years without their weekends."""

STARRED = 200
"""One of so many papers is starred."""


def listings(papers: int, newest: date = NEWEST) -> Iterator[Listing]:
    """Days of papers up to `newest`, oldest first: so many papers in all, each day's first one listed again the next.

    What a day holds depends on the day and on its size alone.
    """
    in_month: dict[str, int] = {}
    again: tuple[Draft, ...] = ()
    for day, size in reversed(days(papers, newest)):
        month = f"{day:%y%m}"
        first = in_month.get(month, 0) + 1
        in_month[month] = first + size - 1
        chance = Random(f"{VERSION} {day}")
        drafts = tuple(_draft(chance, f"{month}.{first + number:05}", day) for number in range(size))
        yield Listing(day.isoformat(), (*drafts, *again))
        again = drafts[:1]


def days(papers: int, newest: date) -> list[tuple[date, int]]:
    """The days, newest first, each with how many papers it has; weekends have none."""
    mean = min(MOST / 1.375, max(60, papers / DAYS))
    sizes: list[tuple[date, int]] = []
    day, left = newest, papers
    while left:
        if day.weekday() < 5:
            size = round(mean * Random(f"{VERSION} size {day}").triangular(0.5, 1.375, 1))
            size = min(left, max(FEWEST, min(MOST, size)))
            sizes.append((day, size))
            left -= size
        day -= timedelta(days=1)
    return sizes


def _draft(chance: Random, id: str, day: date) -> Draft:
    """One paper: its subjects stand in its title, abstract and keywords among words of the usual frequencies."""
    subjects = _subjects(chance)
    abstract, lead = _abstract(chance, subjects)
    code = chance.random() < 0.45
    names = chance.choices(words.authors(), cum_weights=words.diligence(), k=1 + int(chance.expovariate(1 / 5)) % 40)
    return Draft(
        title=_title(chance, subjects, lead),
        id=id,
        abstract=abstract,
        authors=tuple(dict.fromkeys(names)),
        organization=f"{lead[3].capitalize()} University" if chance.random() < 0.5 else None,
        published=(day - timedelta(days=chance.randint(1, 6))).isoformat(),
        upvotes=min(900, int(3 * chance.paretovariate(1.1))),
        comments=int(chance.expovariate(0.5)),
        summary=f"{_sentence(lead)}" if chance.random() < 0.6 else None,
        keywords=(*(phrase.lower() for phrase in subjects), *_pairs(lead)),
        code_url=f"https://github.com/{lead[0]}/{lead[1]}" if code else None,
        code_stars=int(chance.paretovariate(0.8)) % 50_000 if code else None,
        project_url=f"https://{lead[2]}.github.io/" if chance.random() < 0.35 else None,
        media=(f"https://cdn.example.org/{id}.mp4",) if chance.random() < 0.2 else (),
    )


def _subjects(chance: Random) -> list[str]:
    """Two to four phrases of one or two subjects; the first subjects are the commonest."""
    picked = {int(len(words.SUBJECTS) * chance.random() ** 1.7) for _ in range(chance.choice((1, 2, 2, 3)))}
    return [
        phrase for number in sorted(picked) for phrase in chance.sample(words.SUBJECTS[number], chance.choice((1, 2)))
    ]


def _abstract(chance: Random, subjects: Sequence[str]) -> tuple[str, list[str]]:
    """Some 195 words in sentences, and a dozen words of content that the paper is made of besides its subjects."""
    drawn = chance.choices(words.vocabulary(), cum_weights=words.frequencies(), k=chance.randint(140, 250))
    sentences: list[str] = []
    start = 0
    while start < len(drawn):
        end = start + chance.randint(12, 28)
        sentence = drawn[start:end]
        if len(sentences) < 2 * len(subjects):
            sentence.insert(len(sentence) // 2, subjects[len(sentences) % len(subjects)])
        sentences.append(_sentence(sentence))
        start = end
    content = [words.vocabulary()[words.FIRST_WORD_OF_CONTENT + chance.randrange(300)] for _ in range(8)]
    rare = [words.coined(int(words.COINED * chance.random())) for _ in range(4)]
    return " ".join(sentences), rare + content


def _sentence(drawn: Sequence[str]) -> str:
    text = " ".join(drawn)
    return f"{text[:1].upper()}{text[1:]}."


def _title(chance: Random, subjects: Sequence[str], lead: Sequence[str]) -> str:
    said = " ".join(lead[4 : 4 + chance.randint(2, 5)]).title()
    name = f"{lead[0].capitalize()}: " if chance.random() < 0.6 else ""
    return f"{name}{said} {chance.choice(('for', 'in', 'of', 'by', 'beyond'))} {subjects[0].title()}"


def _pairs(lead: Sequence[str]) -> tuple[str, str, str]:
    return (f"{lead[4]} {lead[5]}", f"{lead[6]} {lead[7]}", f"{lead[0]} {lead[8]}")


# Caches


def fill(path: Path, papers: int) -> None:
    """Make a cache of so many papers at `path`, through the door by which the feed's papers come."""
    with closing(Cache.open(path, shipped_topics())) as cache:
        for listing in listings(papers):
            cache.store(listing, f"{listing.day}T08:00:00Z")
    with closing(Events.open(path)) as events:
        events.mark("star", True, range(STARRED, papers, STARRED))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def kept(folder: Path, papers: int) -> Path:
    """A cache of so many papers in `folder`, made if none of today's schema and rules is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"papers-{papers}-{_fingerprint()}.db"
    if not path.exists():
        partial = path.with_suffix(".part")
        for leftover in folder.glob(f"{partial.name}*"):
            leftover.unlink()
        fill(partial, papers)
        partial.rename(path)
    return path


def _fingerprint() -> str:
    """Tells corpora apart that were made by other versions of this file, of the schema or of the topic rules."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        schema.ensure(path)
        with closing(sqlite3.connect(path)) as connection:
            tables = connection.execute("SELECT coalesce(sql, '') FROM sqlite_schema ORDER BY name").fetchall()
    return hashlib.sha256(f"{VERSION} {tables} {shipped_topics().version}".encode()).hexdigest()[:10]


def default_folder() -> Path:
    """Where corpora are kept between runs."""
    return Path(tempfile.gettempdir()) / "dailypapers-bench"
