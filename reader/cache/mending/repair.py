"""Repair a cache without losing a mark: move a broken file aside, make a new one, and restore what can be restored.

A new cache is built beside the broken one, under another name and with the same journal. It replaces the broken one
once complete, so a killed program leaves the broken file in place, and the next start tries again.

report = repair(path, load_topics)

A broken file is opened as the database it is: without its header, a copy gets a new one. The rows are read in the order
of their keys. At a damaged page, the next readable key is searched for, so that a bad page hides only the rows on it
and below it.

Every row is validated: an event by its ids and the checksum of its packed papers, a text by cleaning it again. SQLite
keeps no checksums, and any value may have a flipped bit.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from reader.cache.marks.derived import FOLLOW
from reader.cache.marks.event_log import EventLog
from reader.cache.marks.journal import FULL, Entry
from reader.cache.mending.health import OF_INDEX, CacheCondition, CacheState, Progress, file_faults

from reader.cache import files, schema, text_index
from reader.cache.files import BESIDE, HEADER, MAGIC, PAGE_SIZE
from reader.cache.marks import derived
from reader.cache.marks.events import Events
from reader.cache.mending import health
from reader.core.errors import CacheBusy, CacheError, CacheForeign, CacheTooNew
from reader.core.foreign import FURTHEST, Refused, count_ids, is_event_id, is_machine, paper_id, unpacked
from reader.core.ids import FEED_PREFIX, OWN_PREFIXES, is_arxiv_id
from reader.core.paper import COLUMNS, Draft, Field, Listing
from reader.core.text import clean, clean_block, clean_note, title_hash
from reader.database import connections
from reader.database.connections import alone
from reader.database.sqlite_errors import explained, is_of_file
from reader.paths import journal_file, make_folder, refresh_stamp, suspect_stamp, sync, touch_private

if TYPE_CHECKING:
    from reader.cache.storing.batch import Classifier
    from reader.cache.storing.papers import Cache


Value = int | float | str | bytes | None

EVENT = ("id", "machine", "clock", "kind", "value", "papers", "count", "number")
"""The columns of an event that are read; a cache of the first schema lacks the last."""

BELONGING = (
    *("paper_source", "paper_alias", "paper_change", "paper_edit"),
    *("full_text", "earlier_text", "community", "kept_output"),
)
"""Tables with rows of a paper that a feed may not send again."""

TIMES = ("fetched", "made", "asked")
"""Those of their columns that hold an ISO time."""

_INDEXES = ("paper_by_day", "paper_by_title_hash", "paper_by_upvotes", "paper_by_authors")
"""Indexes of all papers, in different places of the file."""

_BAD_PLACES = 100_000
"""Damaged places of one table after which the rest of it is left."""

_UNPACKED_BYTES = 1 << 26
"""Maximum size of the unpacked text of a paper."""

_FURTHEST = 1 << 40
"""Distance in keys after which no further readable row is looked for."""


class Key(NamedTuple):
    """A paper of a file."""

    pk: int
    id: str
    sort_day: str


class Salvage:
    """An open file, read as far as SQLite can; made by `opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._columns: dict[str, tuple[str, ...]] = {}

    # Rows

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table; none if the file lacks the table or its description."""
        if table not in self._columns:
            found: list[tuple[Any, ...]] = []
            with suppress(sqlite3.Error):
                found = self._connection.execute(f"PRAGMA table_info({table})").fetchall()
            self._columns[table] = tuple(row[1] for row in found)
        return self._columns[table]

    def _rows(self, table: str, wanted: Container[str] | None = None) -> Iterator[tuple[int, dict[str, Value]]]:
        """The keys and the wanted values of all rows that can be read, in the order of their keys."""
        columns = [name for name in self.columns(table) if wanted is None or name in wanted]
        if not columns:
            return
        names = ", ".join(f'"{name}"' for name in columns)
        # An index of the table may be damaged in other places.
        sql = f"SELECT rowid, {names} FROM {table} NOT INDEXED WHERE rowid"
        start = 1
        for _ in range(_BAD_PLACES):
            try:
                for key, *values in self._connection.execute(f"{sql} >= ? ORDER BY rowid", (start,)):
                    start = max(start, key + 1)
                    yield key, dict(zip(columns, values, strict=True))
            except sqlite3.Error:
                pass
            else:
                return
            readable = self._readable_from(table, start)
            if readable is None:
                return
            if readable > start:
                start = readable
                continue
            key_there = self._key_from(table, start)
            if key_there is None:
                return
            # Python drops the row before the one that fails; or only this row fails, such as a text of many pages.
            with suppress(sqlite3.Error):
                for key, *values in self._connection.execute(f"{sql} = ?", (key_there,)):
                    yield key, dict(zip(columns, values, strict=True))
            start = key_there + 1

    def _readable_from(self, table: str, start: int) -> int | None:
        """The least key from `start` on at which a page can be read; None if there is none."""
        if self._can_read(table, start):
            return start
        step = 1
        while not self._can_read(table, start + step):
            step *= 2
            if step > _FURTHEST:
                return None
        bad, good = start + step // 2, start + step
        while good - bad > 1:
            middle = (good + bad) // 2
            if self._can_read(table, middle):
                good = middle
            else:
                bad = middle
        return good

    def _can_read(self, table: str, start: int) -> bool:
        try:
            self._key_from(table, start)
        except sqlite3.Error:
            return False
        return True

    def _key_from(self, table: str, start: int) -> int | None:
        """The least key of a row from `start` on; raises sqlite3.Error if the page at `start` can't be read."""
        sql = f"SELECT rowid FROM {table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1"
        row = self._connection.execute(sql, (start,)).fetchone()
        return None if row is None else int(row[0])

    def _rows_of(self, table: str, pk: int) -> list[dict[str, Value]]:
        columns = [name for name in self.columns(table) if name not in ("key", "pk")]
        if not columns:
            return []
        names = ", ".join(f'"{name}"' for name in columns)
        try:
            found = self._connection.execute(f"SELECT {names} FROM {table} WHERE pk = ?", (pk,)).fetchall()
        except sqlite3.Error:
            return []
        return [dict(zip(columns, values, strict=True)) for values in found]

    # Contents

    def machine(self) -> str | None:
        """The id of the machine whose cache it was."""
        for _, row in self._rows("meta"):
            if row.get("key") == "machine" and is_machine(row.get("value")):
                return str(row["value"])
        return None

    def entries(self) -> Iterator[Entry]:
        """The plausible events."""
        for key, row in self._rows("event", EVENT):
            entry = _entry(key, row)
            if entry is not None:
                yield entry

    def feeds(self) -> list[dict[str, Value]]:
        """The followed feeds, as the columns of `feed`."""
        return [row for _, row in self._rows("feed") if _is_feed(row)]

    def papers(self) -> list[Key]:
        """The papers whose row can be read."""
        found = self._rows("paper", ("id", "sort_day"))
        return [Key(pk, str(row["id"]), str(row["sort_day"])) for pk, row in found if paper_id(row.get("id"))]

    def named(self) -> dict[int, str | None]:
        """The keys of all papers that the file had, with their ids, as far as its index of ids can be read.

        Where that is damaged, other indexes still name keys.
        """
        found: dict[int, str | None] = {}
        for index in ("sqlite_autoindex_paper_1", *_INDEXES):
            id = "id" if index not in _INDEXES else "NULL"
            try:
                for pk, named in self._connection.execute(f"SELECT pk, {id} FROM paper INDEXED BY {index}"):
                    if named is None or paper_id(named):
                        found.setdefault(pk, named)
            except sqlite3.Error:
                continue
            if index not in _INDEXES:
                break
        return found

    def paper(self, pk: int) -> RecoveredPaper | None:
        """A paper with its text; without it if only that is lost. None if its row can't be read."""
        rows = self._rows_of("paper", pk)
        if len(rows) != 1:
            return None
        row = rows[0] | next(iter(self._rows_of("paper_text", pk)), {})
        draft = _draft(row)
        if draft is None:
            return None
        days = {day for value in (row.get("day"), row.get("first_day"), *self.days(pk)) if (day := _date(value))}
        return RecoveredPaper(draft, tuple(sorted(days)), _time(row.get("added")))

    def days(self, pk: int) -> set[str]:
        """The days (ISO) that list a paper."""
        return {day for row in self._rows_of("listing", pk) if (day := _date(row["day"]))}

    def listed_days(self) -> set[str]:
        """The days (ISO) that list any paper."""
        return {day for _, row in self._rows("day") if (day := _date(row.get("day")))}

    def belongings(self, pk: int) -> Iterator[tuple[str, dict[str, Value]]]:
        """The rows that belong to a paper, each with its table."""
        for table in BELONGING:
            for row in self._rows_of(table, pk):
                if _is_sound(row) and (table != "paper_alias" or paper_id(row["id"])):
                    yield table, row


class RecoveredPaper(NamedTuple):
    """A paper that could be read."""

    draft: Draft
    days: tuple[str, ...]
    """The days that list it, in their order."""
    added: str | None
    """ISO time at which it was first seen."""


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[Salvage | None]:
    """Open a file without changing it; None if SQLite finds neither its papers nor its events.

    A file that has a write-ahead log or lacks its header is first copied to `scratch`. Raises OSError if there is no
    room for that.
    """
    try:
        for has_new_header in (False, True):
            with closing(_connect(path, scratch, has_new_header=has_new_header)) as connection:
                found = Salvage(connection)
                if found.columns("paper") or found.columns("event"):
                    yield found
                    return
        yield None
    finally:
        remove(scratch)


def _connect(path: Path, scratch: Path, *, has_new_header: bool) -> sqlite3.Connection:
    remove(scratch)
    log = path.with_name(f"{path.name}-wal")
    place = path
    if has_new_header or log.exists():
        place = scratch
        touch_private(scratch)
        shutil.copyfile(path, scratch)
        if log.exists():
            copied_log = scratch.with_name(f"{scratch.name}-wal")
            touch_private(copied_log)
            shutil.copyfile(log, copied_log)
    if has_new_header:
        _write_header(scratch, has_log=log.exists())
    connection = connections.connect_frozen(place)
    with connections.closing_on_error(connection):
        # SQLite then also reads a file that is cut off, and one whose description is damaged in places.
        connection.execute("PRAGMA writable_schema = ON")
    return connection


def _write_header(file: Path, *, has_log: bool) -> None:
    """Give a file the header of our caches: https://sqlite.org/fileformat2.html describes it."""
    header = bytearray(HEADER)
    header[: len(MAGIC)] = MAGIC
    header[16:18] = PAGE_SIZE.to_bytes(2)
    header[18:20] = bytes([2, 2] if has_log else [1, 1])
    header[21:24] = bytes([64, 32, 32])
    # The version of the description. Without a count of pages, the size of the file counts.
    header[44:48] = (4).to_bytes(4)
    with file.open("r+b") as out:
        out.write(header)


def remove(scratch: Path) -> None:
    """Remove a database and what SQLite keeps beside it."""
    for end in ("", *BESIDE):
        scratch.with_name(scratch.name + end).unlink(missing_ok=True)


# Validation


def _is_sound(row: dict[str, Value]) -> bool:
    """Whether a row's values are possible: whole texts without control characters, times, and packed bytes."""
    for name, value in row.items():
        if isinstance(value, bytes):
            is_possible = _unpacks(value)
        elif isinstance(value, str):
            is_possible = clean_note(value) == value and (name not in TIMES or _time(value) is not None)
        else:
            is_possible = value is None or (isinstance(value, int) and 0 <= value < _FURTHEST)
        if not is_possible:
            return False
    return True


def _unpacks(packed: bytes) -> bool:
    unpacker = zlib.decompressobj()
    try:
        # The checksum is at the end.
        unpacker.decompress(packed, _UNPACKED_BYTES)
    except zlib.error:
        return False
    return unpacker.eof


def _is_feed(feed: dict[str, Value]) -> bool:
    texts = all(isinstance(feed.get(name), str) and feed[name] for name in ("slug", "url", "title", "added"))
    return texts and feed.get("kind") in ("rss", "arxiv") and isinstance(feed.get("folder"), str)


def _entry(key: int, event: dict[str, Value]) -> Entry | None:
    id, machine, clock, kind, value, papers, count, number = (event.get(name) for name in EVENT)
    if not (is_event_id(id) and is_machine(machine) and isinstance(clock, int) and 0 < clock <= FURTHEST):
        return None
    if not (isinstance(kind, str) and re.fullmatch(r"[a-z]+(:.+)?", kind) and isinstance(value, str)):
        return None
    try:
        if not (isinstance(papers, bytes) and isinstance(count, int) and count_ids(papers, count) == count):
            return None
    except Refused:
        return None
    if kind.startswith(FOLLOW) and value and derived.parse_feed(value) is None:
        return None
    # Until machines numbered their events, all of a cache came from one.
    number = number if isinstance(number, int) and number > 0 else key
    return Entry(str(id), str(machine), number, clock, kind, value, count, papers)


# Papers


def _draft(paper: dict[str, Any]) -> Draft | None:
    """A paper's row as a draft, with its text cleaned again; None if nothing is left of its title."""
    values = {field.name: _cleaned(field, paper.get(field.name)) for field in COLUMNS}
    if not values["title"]:
        return None
    id = paper_id(paper.get("id"))
    if id is None:
        return None
    if not id.startswith(OWN_PREFIXES):
        values["id"] = id
    elif id.startswith(FEED_PREFIX):
        values["entry"] = id
    values["announced"] = _date(paper.get("sort_day"))
    values["source"] = clean(str(paper.get("source") or ""), 100) or "hf"
    return Draft(**values)


def _cleaned(field: Field, value: Any) -> Any:
    if field.type is int:
        return value if type(value) is int and 0 <= value < 1 << 31 else None
    texts = value.split("\n") if isinstance(value, str) else []
    if field.name in ("published", "revised"):
        return _date(value)
    if field.type is tuple:
        return tuple(text for text in map(clean, texts) if text and _is_address(field.name, text))
    text = clean_block(value) if field.rules.is_block and texts else clean(" ".join(texts))
    if not _is_address(field.name, text):
        text = ""
    return text or (None if field.is_optional else "")


def _is_address(name: str, text: str) -> bool:
    """Whether a field may have a text, which takes only addresses of the web if its name says so."""
    return not (name == "media" or name.endswith("url")) or text.startswith(("https://", "http://"))


def _date(value: object) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: object) -> str | None:
    try:
        is_time = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return None
    return str(value) if is_time else None


ROUNDS = 8
"""Maximum states that one repair fixes in turn."""

WAIT = 600.0
"""Seconds to wait for another program that repairs the same cache."""

_REFUSED = (CacheState.FOREIGN, CacheState.NEWER)
"""States of files that are moved aside only on request."""


TOGETHER = 200
"""Papers restored per transaction."""

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
    """The findings and actions of a repair."""

    found: list[CacheCondition] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    """The new names of broken files, or of their copies."""
    is_new: bool = False
    """Whether a new cache took the place."""
    joined: int = 0
    """Events that the cache lacked."""
    events: int = 0
    starred: int = 0
    papers: int = 0
    restored: dict[Path, int] = field(default_factory=dict)
    """The files that papers were restored from, with their numbers."""
    unread: int = 0
    """Papers named in a file or marked by the user, without a record in any file."""
    unread_lines: int = 0
    """Lines of the journal that can't be read, so that their marks come from elsewhere or not at all."""
    lost: int = 0
    """Papers found in the broken file, but not restored for lack of time."""


class Repair:
    """One repair of the cache at `path`; `rules` loads the topics.

    With `seconds`, papers are restored only for that long, starred, tagged or noted ones first; a refresh can fetch the
    rest.
    """

    def __init__(
        self,
        path: Path,
        rules: Callable[[], Classifier],
        progress: Progress = lambda _: None,
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
        """Repair the cache, whatever is wrong; a good one stays unchanged.

        Raises CacheForeign or CacheTooNew for a file that is moved aside only with `set_aside`, and CacheError for one
        that can't be repaired.
        """
        self._unlock()
        with alone(self._path.with_suffix(".repair"), WAIT):
            for _ in range(ROUNDS):
                condition = health.examine(self._path, self._progress)
                if condition.is_good:
                    break
                if condition in self.report.found:
                    raise CacheError(f"The cache {self._path} could not be repaired: {condition.found}.")
                self.report.found.append(condition)
                if condition.state in _REFUSED and not set_aside:
                    # Raises the error with its sentence.
                    schema.is_current(self._path)
                self._mend(condition.state)
                if self.report.is_new and self._end is not None:
                    # There is no time to examine what was just made.
                    break
            if self._end is None and health.glance(self._path).state is CacheState.GOOD:
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
        if condition.state is CacheState.READ_ONLY:
            raise CacheError(
                f"The cache {self._path} can't be changed: {condition.found}."
                " Copy it to a folder that you own, and set DAILYPAPERS_HOME to that folder."
            )
        if condition.state is CacheState.LOCKED:
            self.report.found.append(condition)
            try:
                health.unlock(self._path)
            except OSError as error:
                raise CacheError(f"{error.filename}: {error.strerror}. Change its permissions by hand.") from error

    def _mend(self, state: CacheState) -> None:
        in_place: Mapping[CacheState, Callable[[], None]] = {
            CacheState.OLDER: lambda: schema.ensure(self._path),
            CacheState.INDEX: self._rebuild_index,
            CacheState.EVENTS: self._mend_events,
            CacheState.MARKS: self._derive_marks,
            CacheState.JOURNAL: self._agree,
        }
        if state in in_place:
            if not self.report.kept:
                # As it was before the first change.
                self._progress("keeping a copy")
                self.report.kept.append(files.keep_copy(self._path))
            if state in (CacheState.EVENTS, CacheState.JOURNAL) and journal_file(self._path).exists():
                self.report.kept.append(files.keep_copy(journal_file(self._path)))
            self._change(in_place[state])
        elif state in (CacheState.FOREIGN, CacheState.LOST, CacheState.NEWER, CacheState.DAMAGED):
            self._replace(salvage_file=state is not CacheState.FOREIGN)
        else:
            raise CacheError(f"The cache {self._path} can't be repaired. 'dailypapers doctor' says why.")

    # In place

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
        self._progress("repairing the log")
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
        remove(building)
        make_folder(path)
        base = self._take_backup(building)
        broken = [path] if salvage_file and path.exists() else []
        with ExitStack() as stack:
            sources = self._open(stack, broken + [file for file in files.backups(path) if file != base])
            self._bring_back_events(building, sources)
            self._bring_back_papers(building, sources)
        with connections.opened(building, durable=True) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sync(building)
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
                    is_good = files.has_all_tables(connection) and not any(
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
            remove(building)
        schema.create(building)
        return None

    def _open(self, stack: ExitStack, sources: Sequence[Path]) -> list[tuple[Path, Salvage]]:
        found = []
        for number, file in enumerate(sources):
            self._progress(f"reading {file.name}")
            try:
                source = stack.enter_context(opened(file, self._path.with_suffix(f".reading{number}")))
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
                rows = events.read(lambda one: one.execute("SELECT machine, number, clock, id FROM event").fetchall())
                known = {tuple(place): id for *place, id in rows}
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
            found: dict[str, RecoveredPaper] = {}
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
                    found[key.id] = RecoveredPaper(Draft("", key.id), tuple(sorted(days)), None)
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
        if health.glance(self._path).state is CacheState.NONE:
            return
        with connections.opened(self._path, query_only=True) as connection:
            counts = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM paper WHERE starred = 1)"
            report.events, report.starred = connection.execute(counts).fetchone()
            (report.papers,) = connection.execute("SELECT count(*) FROM paper").fetchone()
            if report.is_new:
                waiting = {id for (id,) in connection.execute(_WAITING)}
                report.unread = max(len(self._unread | waiting), self._unnamed)


def _papers(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT id, pk FROM paper"))


def _listings(papers: Iterable[RecoveredPaper]) -> list[Listing]:
    listed: dict[str | None, list[Draft]] = defaultdict(list)
    for paper in papers:
        for day in paper.days or (None,):
            listed[day].append(paper.draft)
    return [Listing(day, tuple(drafts)) for day, drafts in listed.items()]


def _take_row(connection: sqlite3.Connection, table: str, pk: int, row: dict[str, Value]) -> None:
    """Add a row that belongs to a paper, unless the cache has it or a newer one, in the caller's transaction."""
    made = next((name for name in TIMES if name in row), None)
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
