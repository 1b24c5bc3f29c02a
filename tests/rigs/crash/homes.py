"""Homes with real papers, for the program to be killed in."""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

from tests.breakage import execute
from tests.feed_server import FeedServer, Item
from tests.rigs.program import ROOT, environment, run

SAMPLE = ROOT / "reader" / "data" / "sample.json"
"""Real papers that ship with the program."""

MANY = 5_300
"""Papers of a home, at least: the program applies a mark to 5,000 in one transaction, so these take two."""

RULE = "Stars"
"""The name of a rule that acts on starred papers: on none that comes in."""

SETTINGS = f"""\
ask_arxiv = false
refresh_minutes = 0
pdf_folder = "pdfs"
[[rules]]
name = "{RULE}"
when = "is:starred"
then = ["tag:ruled", "highlight"]
[digest]
command = {{program}}
"""


@dataclass
class Stage:
    """Where the program is killed: a folder, a feed on this machine, and homes that are copies of one."""

    folder: Path
    feed: FeedServer
    items: list[Item]
    numbers: Iterator[int] = field(default_factory=lambda: count(1), init=False)
    """Numbers of the papers that are made for imports and feeds, by any thread."""

    @property
    def origin(self) -> Path:
        """The home that others are copies of."""
        return self.folder / "origin"

    def new_home(self, name: str = "home", origin: Path | None = None) -> Path:
        """A fresh copy of the home, or of another one, in place of the last one of this name."""
        home = self.folder / name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(origin or self.origin, home)
        return home

    @property
    def mailbox(self) -> Path:
        """Where the program that digests are given to notes what came."""
        return self.folder / "mailbox"

    def empty_mailbox(self) -> None:
        """Forget what came."""
        shutil.rmtree(self.mailbox, ignore_errors=True)
        self.mailbox.mkdir()

    def mail(self) -> Counter[str]:
        """How many digests had each paper."""
        return Counter(paper.name for mail in self.mailbox.iterdir() for paper in mail.iterdir())

    def surroundings(self, home: Path, **more: str) -> dict[str, str]:
        """What a program in a home sees of the world."""
        return environment(home, self.feed.url, **more)

    def new_items(self, chance: random.Random, papers: int, day: str) -> list[Item]:
        """Papers that no cache has yet: real ones with other ids and titles."""
        found = []
        for number in islice(self.numbers, papers):
            one = deepcopy(chance.choice(self.items))
            paper = one["paper"]
            paper["id"] = f"17{1 + number // 90_000:02}.{10_000 + number % 90_000}"
            paper["title"] = f"{paper['title']} ({number})"
            paper["submittedOnDailyAt"] = f"{day}T00:00:00.000Z"
            one.pop("title", None)
            found.append(one)
        return found

    def publish(self, chance: random.Random, count: int) -> frozenset[str]:
        """Let the feed have new papers on each of its last three days; returns their ids."""
        today = datetime.now(UTC).date()
        days = [(today - timedelta(days=back)).isoformat() for back in range(3)]
        self.feed.today = days[0]
        self.feed.days = {day: self.new_items(chance, count, day) for day in days}
        return frozenset(item["paper"]["id"] for items in self.feed.days.values() for item in items)

    def write_import(self, chance: random.Random, count: int) -> tuple[Path, frozenset[str]]:
        """A file of new papers for `import`, without abstracts, and their ids."""
        day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        items = self.new_items(chance, count, day)
        for item in items:
            item["paper"]["summary"] = ""
        file = self.folder / "papers.json"
        file.write_text(json.dumps([{"date": day, "items": items}]))
        return file, frozenset(item["paper"]["id"] for item in items)


@contextmanager
def stage(folder: Path, many: int = MANY) -> Iterator[Stage]:
    """Make the home in `folder` by importing the sample with the real program, and more until there are so many."""
    home = folder / "origin"
    home.mkdir(parents=True)
    program = [sys.executable, str(Path(__file__).with_name("mailbox.py")), str(folder / "mailbox")]
    (home / "config.toml").write_text(SETTINGS.format(program=json.dumps(program)))
    (home / "state.json").write_text('{"view": "all"}')
    with FeedServer() as feed:
        items = [item for day in json.loads(SAMPLE.read_text("utf-8")) for item in day["items"]]
        made = Stage(folder, feed, items)
        more, _ = made.write_import(random.Random(0), max(1, many - len(items)))
        imported = run(["import", str(SAMPLE), str(more)], environment(home))
        assert imported.code == 0, imported.err
        # A rule acts on papers that are of some day.
        dated = "UPDATE paper SET published = '2026-06-01', sort_day = '2026-06-01' WHERE coalesce(sort_day, '') = ''"
        execute(home / "papers.db", dated)
        yield made
