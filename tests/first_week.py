"""Three simulated readers' first week with the view For you, as pictures.

    python -m tests.first_week daily_papers.jsonl.gz pictures/

Each likes the papers whose `ai_keywords` hold one of their phrases. They pick three topics on the first day, and star
at most three papers a day that they like, among the day's and the first of For you. Prints how many of the first 20 of
the view they like, each evening, as far as these have keywords. What they have starred is not in the view any more, and
the papers of the days to come are not there yet.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import NamedTuple

from reader.cache.marks.event_log import Marking
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope
from reader.cache.storing.papers import Cache
from reader.commands.line.shell import ReaderShell
from reader.commands.workspace import Workspace
from reader.config import Settings, load_topics
from reader.core.choice.wishes import Wish
from reader.core.views import FOR_YOU
from reader.feeds.files.papers_file import read_papers
from reader.refresh import jobs, running
from reader.session.places import Place, selection_of, view
from reader.ui.app import ReaderApp
from reader.ui.program import draw_picture
from tests.picture import settle

READERS = (("gaussian splatting",), ("gui agent", "reward hacking"), ("medical", "hallucination", "video generation"))
FIRST, WEEK = "2026-04-06", 7
"""The Monday on which they begin, and the number of days."""
BEFORE = "2025-10-01"
"""The first day of the papers that are there when they begin."""
SHOWN = (1, 3, 7)
"""Evenings that are drawn."""
MOST_STARS, LOOKED_AT = 3, 20
SIZE = (140, 42)
RULES = load_topics(Path("no-rules-of-their-own.toml"))


class Archive(NamedTuple):
    """Recorded days as lines of JSON, and the keywords of their papers."""

    days: dict[str, str]
    keywords: dict[str, str]

    def likes(self, id: str, phrases: Sequence[str]) -> bool:
        """Whether a reader of these phrases likes a paper."""
        return any(phrase in self.keywords.get(id, "") for phrase in phrases)


def load(path: Path) -> Archive:
    """Read the days that the readers may see."""
    days, keywords = {}, {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            day = json.loads(line)
            if day["date"] >= BEFORE:
                days[day["date"]] = line
                for paper in (item["paper"] for item in day["items"]):
                    keywords[paper["id"]] = "\n".join(paper.get("ai_keywords") or ()).lower()
    return Archive(days, keywords)


def store(file: Path, lines: Sequence[str]) -> None:
    """Store days in a cache, classified without a look at what the readers go by."""
    source = file.with_suffix(".jsonl")
    source.write_text("".join(lines), "utf-8")
    with closing(Cache.open(file, RULES)) as cache:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        cache.needs_classifying()
        for _ in cache.store_all(list(read_papers(source, datetime.now(UTC).date())), now, newer=False):
            pass


class Evening(NamedTuple):
    """A cache on an evening."""

    file: Path
    day: str

    def offered(self) -> list[str]:
        """The ids of For you's first papers."""
        with closing(Window.open(self.file)) as window:
            scope = Scope(datetime.fromisoformat(self.day).date(), self.day, None)
            order = window.order(selection_of(Place(view(FOR_YOU)), "day", scope))
            return [row.id for row in window.rows(order.pks[:LOOKED_AT])]

    def star(self, ids: Sequence[str]) -> None:
        """Star some papers; the last visit is that of this evening."""
        with closing(Window.open(self.file)) as window:
            pks = [pk for id in ids if (pk := window.pk_of(id)) is not None]
        noon = datetime.fromisoformat(f"{self.day}T12:00:00+00:00").timestamp()
        with closing(Events.open(self.file, lambda: noon)) as events:
            events.mark("star", True, pks)

    async def draw(self, keys: Sequence[str], title: str) -> str:
        """Press keys in the reader, and take the picture."""
        workspace = Workspace(cache_file=self.file)
        settings = Settings(theme="dark", refresh_minutes=0, density="comfortable")
        app = ReaderApp(
            settings,
            self.file,
            run_job=partial(running.run_job, jobs.JobContext(self.file, settings, lambda: RULES)),
            demo=True,
            rules=lambda: RULES,
            shell=lambda: ReaderShell(workspace),
            now=lambda: datetime.fromisoformat(f"{self.day}T18:00:00+00:00"),
            still=True,
        )
        async with app.run_test(size=SIZE) as pilot:
            await settle(app, pilot)
            for key in keys:
                await pilot.press(key)
                await settle(app, pilot)
            return draw_picture(app, title)


def live(archive: Archive, phrases: Sequence[str], base: Path, folder: Path, name: str) -> Iterator[str]:
    """A reader's first week; what there is to tell of each evening."""
    file = base.with_name(f"{name}.db")
    copyfile(base, file)
    days = sorted(day for day in archive.days if day >= FIRST)[:WEEK]

    def draw(evening: Evening, keys: Sequence[str], what: str) -> None:
        (folder / f"{name}-{what}.svg").write_text(asyncio.run(evening.draw(keys, ", ".join(phrases))), "utf-8")

    first = Evening(file, max(day for day in archive.days if day < FIRST))
    draw(first, ("g", "y"), "0-nothing-learned")
    with closing(Window.open(file)) as window:
        liked = [id for id in archive.keywords if archive.likes(id, phrases)]
        papers = window.papers(pk for id in liked if (pk := window.pk_of(id)) is not None)
        topics = Counter(topic for paper in papers for topic in paper.topics)
    with closing(Events.open(file)) as events:
        events.decide(
            [Marking(wish.kind, wish.value) for wish in (Wish("topic", one, 1) for one, _ in topics.most_common(3))]
        )
    draw(first, ("g", "W"), "0-topics-picked")
    starred: set[str] = set()
    for number, day in enumerate(days, 1):
        store(file, [archive.days[day]])
        evening = Evening(file, day)
        listed = [item["paper"]["id"] for item in json.loads(archive.days[day])["items"]]
        seen = dict.fromkeys([*listed, *evening.offered()])
        found = [id for id in seen if archive.likes(id, phrases) and id not in starred][:MOST_STARS]
        evening.star(found)
        starred.update(found)
        offered = evening.offered()
        known = [id for id in offered if archive.keywords.get(id)]
        right = sum(archive.likes(id, phrases) for id in known)
        yield f"day {number}: {len(starred)} starred; likes {right} of {len(known)} in the first {len(offered)}"
        if number in SHOWN:
            draw(evening, ("g", "y"), f"{number}-for-you")
    draw(evening, ("g", "y", "W"), f"{number}-why")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="recorded days, a line of JSON each, packed by gzip")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    arguments = parser.parse_args()
    os.environ.pop("NO_COLOR", None)
    os.environ["COLORTERM"] = "truecolor"
    arguments.folder.mkdir(parents=True, exist_ok=True)
    archive = load(arguments.archive)
    with TemporaryDirectory() as home:
        os.environ["DAILYPAPERS_HOME"] = home
        base = Path(home) / "base.db"
        store(base, [line for day, line in archive.days.items() if day < FIRST])
        for number, phrases in enumerate(READERS, 1):
            print(f"{', '.join(phrases)}:", flush=True)
            for told in live(archive, phrases, base, arguments.folder, f"reader-{number}"):
                print(f"  {told}", flush=True)


if __name__ == "__main__":
    main()
