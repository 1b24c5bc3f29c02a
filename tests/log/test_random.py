"""Anything in any order: undo restores the state before, and the cache is what the log says, whenever it is derived."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.cache.imports import add_marks
from reader.cache.marks.change import Change
from reader.cache.marks.events import Events
from reader.cache.storing import Cache
from reader.core.follows import Follow
from reader.core.marks import Agent, Mark, PaperMarks
from reader.core.paper import Listing
from reader.core.settings.standing import StandingQuery
from reader.log import standing
from reader.log.rows import action_id
from reader.sync.exchange import exchange
from tests.cache.conftest import NOW, ByName, draft, follow
from tests.table import rest_long

PAPERS = 12

STEPS = 500
"""Steps of each of the long runs, which are 5,500 together."""

SUBJECTS = ("agents", "video", "zebra", "number")

STATES = (
    "SELECT id, read, starred, hidden, has_note FROM paper ORDER BY id",
    "SELECT p.id, t.tag FROM paper_tag AS t JOIN paper AS p USING (pk) ORDER BY 1, 2",
    "SELECT p.id, n.body FROM note AS n JOIN paper AS p USING (pk) ORDER BY 1",
    "SELECT p.id, q.place FROM queue AS q JOIN paper AS p USING (pk) ORDER BY 1",
    "SELECT p.id, f.flags & 10 FROM paper_flags AS f JOIN paper AS p USING (pk) WHERE f.flags & 10 ORDER BY 1",
    "SELECT slug, kind, url, title FROM feed WHERE kind <> 'own' ORDER BY slug",
    "SELECT field, name, notify FROM follow ORDER BY 1, 2",
    "SELECT f.name, p.id FROM follow AS f JOIN follow_paper AS w ON w.follow = f.key JOIN paper AS p USING (pk)"
    " ORDER BY 1, 2",
    "SELECT paper, kind, value, undone FROM mark WHERE kind <> 'undo' AND NOT undone ORDER BY 1, 2, 3",
)

State = list[list[tuple[object, ...]]]


class Home:
    """A home in which anything may happen."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.path, self.chance = folder / "papers.db", chance
        self.shared = folder.parent / "shared"
        self.shared.mkdir(exist_ok=True)
        self.seconds = 1_795_000_000.0
        self.fill()
        self.open()

    def open(self) -> None:
        """Open two instances, which take turns."""
        self.instances = [Events.open(self.path, self.now) for _ in range(2)]
        self.events = self.instances[0]

    def close(self) -> None:
        for one in self.instances:
            one.close()

    def now(self) -> float:
        """A clock that is wrong at times."""
        self.seconds += 1
        return self.seconds + self.chance.choice((0, 0, 0, 4 * 365 * 86_400, -365 * 86_400))

    def fill(self) -> None:
        """Bring the papers, as a refresh does."""
        with closing(Cache.open(self.path, ByName())) as cache:
            papers = (
                draft(number, f"Paper number {number} of {SUBJECTS[number % 4]} and {SUBJECTS[number // 4 % 4]}")
                for number in range(PAPERS)
            )
            cache.store(Listing("2026-11-24", tuple(papers)), NOW)

    def state(self) -> State:
        return self.events.read(lambda connection: [connection.execute(query).fetchall() for query in STATES])

    def some(self) -> list[int]:
        return self.chance.sample(range(1, PAPERS + 1), self.chance.choice((1, 1, 2, 5)))

    # What may happen

    def mark(self) -> bool:
        kind = self.chance.choice(("read", "star", "hide", "queue", "tag:keep", "tag:later", "highlight", "like"))
        return self.events.mark(kind, self.chance.random() < 0.7, self.some()) is not None

    def note(self) -> bool:
        return self.events.mark("note", self.chance.choice(("", "one", "two")), self.some()[:1]) is not None

    def several(self) -> bool:
        pks = self.some()
        changes = [Change("star", True, pks), Change("read", True, pks), Change("tag:keep", False, pks)]
        # One undo takes back all of a run, so that each action is a run of its own here.
        by = self.chance.choice((None, Agent("claude", f"{int(self.seconds):012x}")))
        return self.events.act(changes, by=by) is not None

    def rule(self) -> bool:
        return self.events.act([Change("hide", True, self.some()), Change("rule:Any", "{}", self.some())]) is not None

    def absent(self) -> bool:
        return self.events.mark("star", True, [], absent=[f"2611.9{self.chance.randrange(1000):04}"]) is not None

    def follow(self) -> bool:
        subject = Follow("word", self.chance.choice(SUBJECTS), notify=self.chance.random() < 0.2)
        return follow(self.events, subject, is_followed=self.chance.random() < 0.6) != ""

    def feed(self) -> bool:
        with closing(Feeds.open(self.path)) as feeds:
            if found := feeds.sources():
                feeds.unfollow(found[0].slug)
                return False
            feeds.follow("arxiv", "cs.CL", "Computation", "cs.cl", NOW)
        return False

    def change_lists(self) -> bool:
        """Save, change, remove or move standing queries, most of them muted words."""
        before = self.events.log.last()
        wanted = [
            StandingQuery(
                self.chance.choice((subject, "mine")) if not place else subject,
                subject,
                self.chance.choice((("mute",), ("mute",), ("show", "mute"), ("hide", "tag:seen"), ("show",))),
                place=place,
            )
            for place, subject in enumerate(self.chance.sample(SUBJECTS, self.chance.choice((0, 1, 2, 3))))
        ]
        standing.save(self.events.log, wanted)
        self.events.recover()
        return self.events.log.last() > before

    def import_marks(self) -> bool:
        clock = int(self.seconds * 1000) - self.chance.randrange(100_000)
        mark = Mark("star", self.chance.choice("01"), clock, "ab" * 6, action_id("ab" * 6, clock))
        add_marks(self.events, [PaperMarks(f"2611.{self.chance.randrange(PAPERS):05}", (mark,))])
        return False

    def sync(self) -> bool:
        exchange(self.events, self.shared, "home")
        return False

    def lose_cache(self) -> bool:
        """Delete the cache; all but its papers comes back from the log."""
        before = self.state()
        self.close()
        for file in self.path.parent.glob("papers.db*"):
            file.unlink()
        self.fill()
        self.open()
        assert self.state() == before, "what was derived from the first row differs"
        return False

    STEPS: tuple[tuple[int, Callable[[Home], bool]], ...] = (
        *((30, mark), (10, note), (8, several), (4, rule), (4, absent), (5, follow)),
        *((3, feed), (8, change_lists), (6, import_marks), (4, sync), (2, lose_cache)),
    )

    def step(self) -> bool:
        """Do something; return whether it is one action that an undo takes back."""
        self.events = self.chance.choice(self.instances)
        weights, steps = zip(*self.STEPS, strict=True)
        step: Callable[[Home], bool] = self.chance.choices(steps, weights)[0]
        return step(self)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "one").mkdir()
    yield tmp_path / "one"


@pytest.mark.parametrize("seed", rest_long(range(12), [0]))
def test_undo_is_exact_and_a_cache_is_what_its_log_says(folder: Path, seed: int) -> None:
    home = Home(folder, random.Random(seed))
    for number in range(STEPS if seed else 150):
        before = home.state()
        if home.step() and home.chance.random() < 0.6:
            after = home.state()
            assert home.events.undo() is not None
            assert home.state() == before, f"step {number}: the undo did not restore the state"
            assert home.events.redo() is not None
            assert home.state() == after, f"step {number}: the redo did not restore the state"
    home.lose_cache()
    home.close()
    with closing(sqlite3.connect(folder / "log.db")) as log:
        assert log.execute("PRAGMA integrity_check").fetchone() == ("ok",)
