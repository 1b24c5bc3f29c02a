"""Mend a cache without losing a mark: put a broken file aside, make a new one, and bring back what can be.

A new cache is built beside the broken one, under another name and with the same journal. It takes the place of the
broken one once it is complete, so a program that is killed on the way leaves the broken file where it was, and the next
start begins again.

    report = repair(path, load_topics)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache import connections, schema, text_index
from reader.cache.files import aside
from reader.cache.files.backups import backups
from reader.cache.files.turns import alone
from reader.cache.marks.event_log import EventLog
from reader.cache.marks.events import Events
from reader.cache.mending import health
from reader.cache.mending.health import Condition, Progress, State
from reader.cache.sqlite_errors import explained, is_of_file
from reader.core.errors import CacheBusy, CacheError, CacheForeign, CacheTooNew
from reader.paths import journal_file, make_folder, refresh_stamp, suspect_stamp, sync

if TYPE_CHECKING:
    from reader.cache.mending.salvage import Salvage
    from reader.cache.storing.batch import Classifier

ROUNDS = 8
"""States that one repair mends, one after the other."""

WAIT = 600.0
"""Seconds to wait for another program that repairs the same cache."""

_REFUSED = (State.FOREIGN, State.NEWER)
"""States of files that are put aside only if the user asks for it."""


_MARKING = "SELECT papers FROM event WHERE kind IN ('star', 'note', 'queue') OR kind LIKE 'tag:%'"
"""The papers that the user once starred, noted, queued or tagged."""


@dataclass
class Report:
    """What a repair found and did."""

    found: list[Condition] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    """The broken files' names now, or those of their copies."""
    is_new: bool = False
    """Whether a new cache took the place."""
    joined: int = 0
    """Events that the cache lacked."""
    events: int = 0
    starred: int = 0
    papers: int = 0
    lost: int = 0
    """Papers that were found in the broken file and for which there was no time."""


def _ignore_progress(_step: str) -> None:
    pass


class Repair:
    """One repair of the cache at `path`; `rules` loads the topic rules.

    With `seconds`, no more papers of a broken cache are brought back after that time: those that the user starred,
    tagged or noted come first, and a refresh can fetch the others again.
    """

    def __init__(
        self,
        path: Path,
        rules: Callable[[], Classifier],
        progress: Progress = _ignore_progress,
        *,
        seconds: float | None = None,
    ) -> None:
        self._path = path
        self._rules = rules
        self._progress = progress
        self._end = None if seconds is None else time.monotonic() + seconds
        self.report = Report()

    def run(self, *, set_aside: bool = False) -> Report:
        """Mend the cache, whatever is wrong with it; a good one stays as it is.

        Raises CacheForeign or CacheTooNew for a file that is put aside only with `set_aside`, and CacheError for one
        that can't be mended.
        """
        self._unlock()
        with alone(self._path.with_suffix(".repair"), WAIT):
            for _ in range(ROUNDS):
                condition = health.examine(self._path, self._progress)
                if condition.is_good:
                    break
                if condition in self.report.found:
                    raise CacheError(f"The cache {self._path} could not be mended: {condition.found}.")
                self.report.found.append(condition)
                if condition.state in _REFUSED and not set_aside:
                    # Raises the error with its sentence.
                    schema.is_current(self._path)
                self._mend(condition.state)
                if self.report.is_new and self._end is not None:
                    # There is no time to examine what was just made.
                    break
            suspect_stamp(self._path).unlink(missing_ok=True)
        self._count()
        return self.report

    def join(self) -> Report:
        """Make the log and its journal equal, in a cache that is good or needs only that."""
        with alone(self._path.with_suffix(".repair"), WAIT):
            schema.ensure(self._path)
            with closing(Events.open(self._path)) as events:
                self.report.joined += events.agree().inserted
        self._count()
        return self.report

    def _unlock(self) -> None:
        """Give the user back what permissions were taken; raises CacheError if that is not possible."""
        condition = health.glance(self._path)
        if condition.state is State.READ_ONLY:
            raise CacheError(
                f"The cache {self._path} can't be changed: {condition.found}."
                " Copy it to a folder of yours, and name that folder with DAILYPAPERS_HOME."
            )
        if condition.state is State.LOCKED:
            self.report.found.append(condition)
            try:
                health.unlock(self._path)
            except OSError as error:
                raise CacheError(f"{error.filename}: {error.strerror}. Change its permissions by hand.") from error

    def _mend(self, state: State) -> None:
        match state:
            case State.FOREIGN:
                self._replace(salvage_file=False)
            case State.LOST | State.NEWER | State.DAMAGED:
                self._replace()
            case State.OLDER:
                self._keep_copy()
                self._change(lambda: schema.ensure(self._path))
            case State.INDEX:
                self._keep_copy()
                self._change(self._rebuild_index)
            case State.EVENTS:
                self._keep_copy()
                if journal_file(self._path).exists():
                    self.report.kept.append(aside.keep_copy(journal_file(self._path)))
                self._change(self._mend_events)
            case State.MARKS:
                self._keep_copy()
                self._change(self._derive_marks)
            case State.JOURNAL:
                self._keep_copy()
                if journal_file(self._path).exists():
                    self.report.kept.append(aside.keep_copy(journal_file(self._path)))
                self._change(self._agree)
            case _:
                raise CacheError(f"The cache {self._path} can't be mended. 'dailypapers doctor' says why.")

    # In place

    def _keep_copy(self) -> None:
        """Keep the file as it was before the first change."""
        if not self.report.kept:
            self._progress("keeping a copy")
            self.report.kept.append(aside.keep_copy(self._path))

    def _change(self, change: Callable[[], None]) -> None:
        """Change the cache in its place; if it is too damaged for that, replace it."""
        try:
            change()
        except (CacheBusy, CacheForeign, CacheTooNew):
            raise
        except CacheError as error:
            if not is_of_file(error):
                raise
            self._replace()

    def _rebuild_index(self) -> None:
        self._progress("rebuilding the full-text indexes")
        with explained(self._path), closing(connections.connect(self._path)) as connection:
            for index in ("paper_fts", "output_fts"):
                connection.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
            with connections.transaction(connection):
                text_index.rebuild(connection)

    def _derive_marks(self) -> None:
        self._progress("deriving the marks again")
        with closing(Events.open(self._path)) as events:
            events.rebuild()
        with explained(self._path), closing(connections.connect(self._path)) as connection:
            listed = "(SELECT count(*) FROM listing WHERE listing.day = day.day)"
            connection.execute(f"UPDATE day SET papers = {listed} WHERE papers <> {listed}")

    def _mend_events(self) -> None:
        self._progress("mending the log")
        with closing(Events.open(self._path)) as events:
            events.mend()

    def _agree(self) -> None:
        self._progress("joining the journal")
        with closing(Events.open(self._path)) as events:
            self.report.joined += events.agree().inserted

    # In its place

    def _replace(self, *, salvage_file: bool = True) -> None:
        """Build a new cache from all that is left, and put it in the place of the broken one."""
        from reader.cache.mending.salvage import Salvage

        path = self._path
        building = path.with_suffix(".building")
        _remove(building)
        with closing(Salvage()) as salvage:
            for file in ([path] if salvage_file and path.exists() else []) + backups(path)[:1]:
                self._progress(f"reading {file.name}")
                with suppress(OSError):
                    salvage.read(file)
            make_folder(path)
            schema.create(building)
            self._bring_back_events(building, salvage)
            self._bring_back_papers(building, salvage)
        _settle(building)
        if path.exists():
            self.report.kept.append(aside.set_aside(path, building))
        else:
            aside.set_log_aside(path)
            building.replace(path)
        sync(path.parent)
        self.report.is_new = True
        # The days that it lacks were not fetched.
        refresh_stamp(path).unlink(missing_ok=True)

    def _bring_back_events(self, building: Path, salvage: Salvage) -> None:
        self._progress("bringing back the marks")
        if salvage.machine is not None:
            with explained(building), closing(connections.connect(building)) as connection:
                connection.execute("INSERT INTO meta (key, value) VALUES ('machine', ?)", (salvage.machine,))
        with closing(Events.open(building)) as events:
            # A changed bit in an id must not make a second event, which an undo of the first would not take back.
            known = self._known_places(building)
            places = ((one, (one.machine, one.number, one.clock)) for one in salvage.entries())
            events.join(one for one, place in places if known.get(place, one.id) == one.id)
        with explained(building), closing(connections.connect(building, durable=True)) as connection:
            for feed in salvage.feeds():
                # The log knows better whether a feed is still followed.
                connection.execute(
                    "INSERT INTO feed (slug, kind, url, title, home, folder, added)"
                    " SELECT :slug, :kind, :url, :title, :home, :folder, :added WHERE NOT EXISTS"
                    " (SELECT 1 FROM event WHERE kind = 'follow:' || :slug) ON CONFLICT DO NOTHING",
                    feed,
                )
            EventLog(connection, building).agree()
            salvage.prefer(papers for (papers,) in connection.execute(_MARKING))

    def _known_places(self, building: Path) -> dict[tuple[str, int, int], str]:
        """The ids of the events by their place: machine, number and clock."""
        with explained(building), closing(connections.connect(building, query_only=True)) as connection:
            rows = connection.execute("SELECT machine, number, clock, id FROM event")
            return {(machine, number, clock): id for machine, number, clock, id in rows}

    def _bring_back_papers(self, building: Path, salvage: Salvage) -> None:
        total = salvage.count_papers()
        if not total:
            return
        from reader.cache.storing.papers import Cache

        now = datetime.now(UTC).isoformat(timespec="seconds")
        done = 0
        with (
            closing(Cache.open(building, self._rules())) as cache,
            explained(building),
            closing(connections.connect(building)) as connection,
        ):
            for listing, seen in salvage.listings():
                if self._end is not None and time.monotonic() > self._end:
                    self.report.lost = max(total - done, 0)
                    break
                cache.store(listing, now, newer=False)
                connection.executemany("UPDATE paper SET added = ? WHERE id = ?", seen)
                done += len(seen)
                self._progress(f"bringing back papers: {min(done, total):,} of {total:,}")
            # The newest of each name, of the best file, comes first.
            connection.executemany(
                "INSERT OR IGNORE INTO kept_output (pk, name, made, body)"
                " SELECT pk, ?2, ?3, ?4 FROM paper WHERE id = ?1",
                salvage.outputs(),
            )
            cache.rest()

    def _count(self) -> None:
        report = self.report
        if health.glance(self._path).state is State.NONE:
            return
        with explained(self._path), closing(connections.connect(self._path, query_only=True)) as connection:
            counts = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM paper WHERE starred = 1)"
            report.events, report.starred = connection.execute(counts).fetchone()
            (report.papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()


def _remove(building: Path) -> None:
    """Remove what a repair that was killed has left."""
    for end in ("", *aside.BESIDE):
        building.with_name(building.name + end).unlink(missing_ok=True)


def _settle(building: Path) -> None:
    """Merge the write-ahead log into the file, and wait for the disk."""
    with explained(building), closing(connections.connect(building, durable=True)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync(building)
