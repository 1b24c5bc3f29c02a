"""Mend a cache without losing a mark: put a broken file aside, make a new one, and bring back what can be.

A new cache is built beside the broken one, under another name and with the same journal. It takes the place of the
broken one once it is complete, so a program that is killed on the way leaves the broken file where it was, and the next
start begins again.

    report = repair(path, load_topics)
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from reader.cache import connections, files, schema, text_index
from reader.cache.connections import alone
from reader.cache.marks import derived
from reader.cache.marks.event_log import EventLog
from reader.cache.marks.events import Events
from reader.cache.marks.journal import FULL, Entry
from reader.cache.mending import health, salvage
from reader.cache.mending.health import OF_INDEX, Condition, Progress, State, file_faults
from reader.cache.mending.salvage import Found, Key, Salvage, Value
from reader.cache.sqlite_errors import explained, is_of_file
from reader.core.errors import CacheBusy, CacheError, CacheForeign, CacheTooNew
from reader.core.foreign import Refused, unpacked
from reader.core.ids import is_arxiv_id
from reader.core.paper import Draft, Listing
from reader.core.text import title_hash
from reader.paths import journal_file, make_folder, refresh_stamp, suspect_stamp, sync, touch_private

if TYPE_CHECKING:
    from reader.cache.storing.batch import Classifier
    from reader.cache.storing.papers import Cache

ROUNDS = 8
"""States that one repair mends, one after the other."""

WAIT = 600.0
"""Seconds to wait for another program that repairs the same cache."""

_REFUSED = (State.FOREIGN, State.NEWER)
"""States of files that are put aside only if the user asks for it."""


TOGETHER = 200
"""Papers that are brought back in one transaction."""

_MARKS = "kind IN ('star', 'note', 'queue') OR kind LIKE 'tag:%' OR kind LIKE 'passage:%'"

_MARKING = f"SELECT papers FROM event WHERE {_MARKS}"
"""The papers that the user once starred, noted, queued or tagged."""

_WAITING = f"""
    SELECT DISTINCT o.id FROM orphan AS o JOIN event AS e ON e.seq = o.event
    WHERE e.undone = 0 AND e.value NOT IN ('', '0') AND ({_MARKS})
"""
"""Those of them that the cache does not have."""

_KEY_OF = "SELECT pk FROM paper WHERE id = ?1 UNION ALL SELECT pk FROM paper_alias WHERE id = ?1"

_NO_ROOM = "The disk is full, so {path} can't be repaired. Free some space and try again."


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
    restored: dict[Path, int] = field(default_factory=dict)
    """The files that papers came back from, each with how many."""
    unread: int = 0
    """Papers that a file names or the user marked, and of which no file has the record."""
    unread_lines: int = 0
    """Lines of the journal that can't be read, so that their marks come from elsewhere or not at all."""
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
        self._unread = set[str]()
        self._unnamed = 0
        """How many papers a file has, most of all, that can't be read, some of which only have a key."""

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
            if self._end is None and health.glance(self._path).state is State.GOOD:
                self._complete()
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
                    self.report.kept.append(files.keep_copy(journal_file(self._path)))
                self._change(self._mend_events)
            case State.MARKS:
                self._keep_copy()
                self._change(self._derive_marks)
            case State.JOURNAL:
                self._keep_copy()
                if journal_file(self._path).exists():
                    self.report.kept.append(files.keep_copy(journal_file(self._path)))
                self._change(self._agree)
            case _:
                raise CacheError(f"The cache {self._path} can't be mended. 'dailypapers doctor' says why.")

    # In place

    def _keep_copy(self) -> None:
        """Keep the file as it was before the first change."""
        if not self.report.kept:
            self._progress("keeping a copy")
            self.report.kept.append(files.keep_copy(self._path))

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
        with connections.opened(self._path) as connection:
            for index in ("paper_fts", "output_fts"):
                connection.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
            with connections.transaction(connection):
                text_index.rebuild(connection)

    def _derive_marks(self) -> None:
        self._progress("deriving the marks again")
        with closing(Events.open(self._path)) as events:
            events.rebuild()
        with connections.opened(self._path) as connection:
            listed = "(SELECT count(*) FROM listing WHERE listing.day = day.day)"
            connection.execute(f"UPDATE day SET papers = {listed} WHERE papers <> {listed}")

    def _mend_events(self) -> None:
        self._progress("mending the log")
        with closing(Events.open(self._path)) as events:
            events.mend()

    def _agree(self) -> None:
        self._progress("joining the journal")
        with closing(Events.open(self._path)) as events:
            joined = events.agree()
            self.report.joined += joined.inserted
            events.drop_lines(joined.bad_lines)

    # In its place

    def _replace(self, *, salvage_file: bool = True) -> None:
        """Build a new cache from all that is left, and put it in the place of the broken one."""
        path = self._path
        building = path.with_suffix(".building")
        for left in path.parent.glob(f"{path.stem}.reading*"):
            left.unlink(missing_ok=True)
        salvage.remove(building)
        make_folder(path)
        base = self._take_backup(building)
        broken = [path] if salvage_file and path.exists() else []
        with ExitStack() as stack:
            sources = self._open(stack, broken + [file for file in files.backups(path) if file != base])
            self._bring_back_events(building, sources)
            self._bring_back_papers(building, sources)
        _settle(building)
        if path.exists():
            self.report.kept.append(files.set_aside(path, building))
        else:
            files.set_log_aside(path)
            building.replace(path)
        sync(path.parent)
        self.report.is_new = True
        # The days that it lacks were not fetched.
        refresh_stamp(path).unlink(missing_ok=True)

    def _take_backup(self, building: Path) -> Path | None:
        """Begin with the newest backup that is a good and whole cache; return it, or None if there is no such backup.

        It is brought to today's schema as any older cache is.
        """
        for backup in files.backups(self._path):
            self._progress(f"reading {backup.name}")
            try:
                touch_private(building)
                shutil.copyfile(backup, building)
                with explained(building), closing(sqlite3.connect(building)) as connection:
                    is_good = _is_whole(connection) and not any(
                        OF_INDEX not in fault for fault in file_faults(connection)
                    )
                    (papers,) = connection.execute("SELECT count(*) FROM paper").fetchone() if is_good else (0,)
                if is_good and not schema.is_current(building):
                    schema.migrate(building)
                if is_good:
                    self.report.restored[backup] = papers
                    return backup
            except OSError as error:
                if error.errno in FULL:
                    raise CacheError(_NO_ROOM.format(path=self._path)) from error
            except (CacheForeign, CacheTooNew):
                pass
            except CacheError as error:
                if not is_of_file(error):
                    raise
            finally:
                suspect_stamp(building).unlink(missing_ok=True)
            salvage.remove(building)
        schema.create(building)
        return None

    def _open(self, stack: ExitStack, sources: Sequence[Path]) -> list[tuple[Path, Salvage]]:
        """Those of the files in which SQLite finds papers or events."""
        found = []
        for number, file in enumerate(sources):
            self._progress(f"reading {file.name}")
            try:
                source = stack.enter_context(salvage.opened(file, self._path.with_suffix(f".reading{number}")))
            except OSError as error:
                if error.errno in FULL:
                    raise CacheError(_NO_ROOM.format(path=self._path)) from error
            except sqlite3.Error:
                pass
            else:
                if source is not None:
                    found.append((file, source))
        return found

    def _bring_back_events(self, building: Path, sources: Sequence[tuple[Path, Salvage]]) -> None:
        self._progress("bringing back the marks")
        with connections.opened(building) as connection:
            machine = next((found for _, source in sources if (found := source.machine()) is not None), None)
            if machine is not None:
                connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('machine', ?)", (machine,))
        with closing(Events.open(building)) as events:
            self.report.unread_lines = len(events.agree().bad_lines)
            for _, source in sources:
                # A changed bit in an id must not make a second event, which an undo of the first would not take back.
                known = self._known_places(building)
                believed: dict[tuple[str, int, int], Entry] = {}
                for one in source.entries():
                    place = (one.machine, one.number, one.clock)
                    if known.get(place, one.id) == one.id:
                        believed.setdefault(place, one)
                events.join(sorted(believed.values(), key=lambda one: (one.clock, one.id)))
        with connections.opened(building, durable=True) as connection:
            for _, source in sources:
                for feed in source.feeds():
                    # The log knows better whether a feed is still followed.
                    connection.execute(
                        "INSERT INTO feed (slug, kind, url, title, home, folder, added)"
                        " SELECT :slug, :kind, :url, :title, :home, :folder, :added WHERE NOT EXISTS"
                        " (SELECT 1 FROM event WHERE kind = 'follow:' || :slug) ON CONFLICT DO NOTHING",
                        feed,
                    )
            EventLog(connection, building).agree()

    def _known_places(self, building: Path) -> dict[tuple[str, int, int], str]:
        """The ids of the events by their place: machine, number and clock."""
        with connections.opened(building, query_only=True) as connection:
            rows = connection.execute("SELECT machine, number, clock, id FROM event")
            return {(machine, number, clock): id for machine, number, clock, id in rows}

    def _bring_back_papers(self, building: Path, sources: Sequence[tuple[Path, Salvage]]) -> None:
        """Add what the sources have and the cache lacks: papers, and what belongs to them; marked papers come first."""
        if not sources:
            return
        from reader.cache.storing.papers import Cache

        with (
            closing(Cache.open(building, self._rules())) as cache,
            explained(building),
            closing(connections.connect(building)) as connection,
        ):
            marked = set[str]()
            for (packed,) in connection.execute(_MARKING):
                with suppress(Refused):
                    for ids in unpacked(packed):
                        marked.update(ids)
            for file, source in sources:
                before = _papers(connection)
                keys = {key.id: key for key in source.papers()}
                # Of a paper that a backup has too, the broken file may have newer days and texts.
                wanted = [key for key in keys.values() if key.id not in before or file == self._path]
                wanted.sort(key=lambda key: (key.sort_day, key.pk), reverse=True)
                wanted.sort(key=lambda key: (key.id in before, key.id not in marked))
                self._take_papers(cache, connection, source, wanted)
                after = _papers(connection)
                self.report.restored[file] = self.report.restored.get(file, 0) + len(after) - len(before)
                # A key that is known has another id there: a bit of one of the two has changed.
                known = {key.pk for key in keys.values()} | set(before.values())
                missing = {pk: id for pk, id in source.named().items() if pk not in known and id not in after}
                self._unread.update(id for id in missing.values() if id is not None)
                self._unread -= after.keys()
                self._unnamed = max(self._unnamed, len(missing))
            cache.rest()

    def _take_papers(
        self, cache: Cache, connection: sqlite3.Connection, source: Salvage, wanted: Sequence[Key]
    ) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        before = _papers(connection)
        (newest,) = connection.execute("SELECT coalesce(max(day), '') FROM listing").fetchone()
        newer_days = {day for day in source.listed_days() if day > newest}
        titles = {hash for hash, id in connection.execute("SELECT title_hash, id FROM paper") if is_arxiv_id(id)}
        for done in range(0, len(wanted), TOGETHER):
            if self._end is not None and time.monotonic() > self._end:
                self.report.lost += sum(key.id not in before for key in wanted[done:])
                return
            self._progress(f"bringing back papers: {done:,} of {len(wanted):,}")
            some = wanted[done : done + TOGETHER]
            found: dict[str, Found] = {}
            for key in some:
                if key.id not in before:
                    paper = source.paper(key.pk)
                    # A paper with the title of another that is sure is that one, with a bit of its id changed.
                    if paper is None:
                        self._unread.add(key.id)
                    elif not (is_arxiv_id(key.id) and title_hash(paper.draft.title) in titles):
                        found[key.id] = paper
                elif days := source.days(key.pk) & newer_days:
                    # What the cache has of it is sure.
                    found[key.id] = Found(Draft("", key.id), tuple(sorted(days)), None)
            for _ in cache.store_all(_listings(found.values()), now, newer=False):
                pass
            with connections.transaction(connection):
                times = [(paper.added, id) for id, paper in found.items() if paper.added]
                connection.executemany("UPDATE paper SET added = ? WHERE id = ?", times)
                for key in some:
                    row = connection.execute(_KEY_OF, (key.id,)).fetchone()
                    for table, values in source.belongings(key.pk) if row else ():
                        _take_row(connection, table, row[0], values)

    def _complete(self) -> None:
        """Bring back what a backup has if it has more papers than the cache, such as after a repair that lost some."""
        with connections.opened(self._path, query_only=True) as connection:
            have = len(_papers(connection))
        with ExitStack() as stack:
            sources = self._open(stack, files.backups(self._path))
            self._bring_back_papers(self._path, [one for one in sources if len(one[1].papers()) > have])

    def _count(self) -> None:
        report = self.report
        if health.glance(self._path).state is State.NONE:
            return
        with connections.opened(self._path, query_only=True) as connection:
            counts = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM paper WHERE starred = 1)"
            report.events, report.starred = connection.execute(counts).fetchone()
            (report.papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()
            if report.is_new:
                waiting = {id for (id,) in connection.execute(_WAITING)}
                report.unread = max(len(self._unread | waiting), self._unnamed)


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Whether a backup has all tables, and not only those that no feed can send again."""
    sql = "SELECT count(*) FROM sqlite_schema WHERE name IN ('paper', 'listing', 'effect')"
    return bool(connection.execute(sql).fetchone() == (3,))


def _papers(connection: sqlite3.Connection) -> dict[str, int]:
    """The keys of the papers by their ids."""
    return dict(connection.execute("SELECT id, pk FROM paper"))


def _listings(papers: Iterable[Found]) -> list[Listing]:
    """The papers by the days that list them."""
    listed: dict[str | None, list[Draft]] = defaultdict(list)
    for paper in papers:
        for day in paper.days or (None,):
            listed[day].append(paper.draft)
    return [Listing(day, tuple(drafts)) for day, drafts in listed.items()]


def _take_row(connection: sqlite3.Connection, table: str, pk: int, row: dict[str, Value]) -> None:
    """Add a row that belongs to a paper, unless the cache has it or a newer one, in the caller's transaction."""
    made = next((name for name in salvage.TIMES if name in row), None)
    if made is not None:
        older, values = f"pk = ? AND {made} < ?", [pk, row[made]]
        if table == "kept_output":
            older, values = f"{older} AND name = ?", [*values, row["name"]]
        if connection.execute(f"SELECT 1 FROM {table} WHERE {older}", values).fetchone() is not None:
            if table == "full_text":
                text_index.forget(connection, [pk])
            connection.execute(f"DELETE FROM {table} WHERE {older}", values)
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name in row]
    names = ", ".join(f'"{name}"' for name in ("pk", *columns))
    stored = connection.execute(
        f"INSERT OR IGNORE INTO {table} ({names}) VALUES (?{', ?' * len(columns)})",
        (pk, *(row[name] for name in columns)),
    )
    if stored.rowcount and table == "full_text":
        text_index.add(connection, pk, text_index.words_of(cast(bytes, row["body"])))
    elif stored.rowcount and table == "paper_alias":
        derived.adopt(connection, [pk])


def _settle(building: Path) -> None:
    """Merge the write-ahead log into the file, and wait for the disk."""
    with connections.opened(building, durable=True) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync(building)
