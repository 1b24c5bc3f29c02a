"""A repair loses nothing, also where it is killed on the way, runs twice at once, or has little time."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from reader.cache import files, schema
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.mending import health, repair
from reader.cache.mending.health import CacheCondition, CacheState
from reader.cache.mending.repair import RecoveredPaper, Repair, Salvage, opened
from reader.cache.outputs import KeptOutput, keep_output
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.errors import CacheError, CacheForeign, CacheTooNew, NotAMark
from reader.core.foreign import FURTHEST
from reader.core.paper import Draft, Listing
from reader.paths import journal_file, refresh_stamp, suspect_stamp
from tests import breakage
from tests.beginnings import paper_id
from tests.breakage import empty_header, execute, flip, leave_log, make_older, overwrite, root_page
from tests.cache.conftest import NOW, ByName, draft, rows
from tests.tiers import rest_long


@contextmanager
def reading(path: Path) -> Iterator[Salvage]:
    """What can be read of a file, which stays as it is."""
    before = path.read_bytes()
    scratch = path.with_suffix(".reading")
    with opened(path, scratch) as found:
        assert found is not None
        yield found
    assert path.read_bytes() == before
    assert not list(path.parent.glob("papers.reading*"))


def papers_of(salvage: Salvage) -> list[RecoveredPaper]:
    return [found for key in salvage.papers() if (found := salvage.paper(key.pk)) is not None]


def drafts(salvage: Salvage) -> dict[str, Draft]:
    return {found.draft.id or found.draft.title: found.draft for found in papers_of(salvage)}


def stored_events(path: Path) -> dict[str, tuple[object, ...]]:
    found = rows(path, "SELECT id, machine, number, clock, kind, value, count, papers FROM event")
    return {row[0]: row for row in found}


def found_events(salvage: Salvage) -> dict[str, tuple[object, ...]]:
    names = ("id", "machine", "number", "clock", "kind", "value", "count", "papers")
    return {entry.id: tuple(getattr(entry, name) for name in names) for entry in salvage.entries()}


def test_a_migrated_cache_whose_columns_have_another_order_is_read(tmp_path: Path) -> None:
    path = tmp_path / "migrated.db"
    schema.upgrade(path)
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing("2026-11-24", (draft(1, abstract="An abstract.", organization="A lab"),)), NOW)
    with reading(path) as salvage:
        (found,) = drafts(salvage).values()
    assert (found.title, found.abstract, found.organization) == (draft(1).title, "An abstract.", "A lab")


def test_caches_of_newer_and_of_the_first_schema_are_read(closed: Path) -> None:
    before = stored_events(closed)
    execute(
        closed, "ALTER TABLE paper ADD COLUMN mood", "ALTER TABLE event ADD COLUMN mood", "UPDATE event SET mood = 1"
    )
    with reading(closed) as salvage:
        assert (found_events(salvage), len(drafts(salvage))) == (before, 40)
    # Its events are numbered by their place.
    make_older(closed.parent)
    with reading(closed) as salvage:
        assert found_events(salvage) == before


def many(cache: Cache) -> dict[str, str]:
    """Add 800 papers with abstracts; return the titles of all papers by id."""
    papers = [draft(number, f"Paper number {number} of many", abstract="Words. " * 100) for number in range(100, 900)]
    cache.store(Listing("2026-11-24", tuple(papers)), NOW)
    return {paper_id(number): draft(number).title for number in range(40)} | {str(one.id): one.title for one in papers}


def test_a_log_beside_a_file_is_read_also_without_a_header(closed: Path) -> None:
    leave_log(closed.parent, "UPDATE paper SET title = 'Of the log' WHERE pk = 7")
    for _ in range(2):
        with reading(closed) as salvage:
            assert drafts(salvage)[paper_id(6)].title == "Of the log"
        empty_header(closed.parent)


LEAVES = "dbstat WHERE name = 'paper' AND pagetype = 'leaf'"


def test_a_damaged_page_hides_only_its_own_rows(cache: Cache, kept: Path) -> None:
    titles = many(cache)
    cache.close()
    execute(kept)
    leaves = rows(kept, f"SELECT pageno, ncell FROM {LEAVES} ORDER BY path")
    # The first, one between and the last: no row is before, and none behind.
    bad = [leaves[0], leaves[5], leaves[6], leaves[-1]]
    for page, _ in bad:
        overwrite(kept, (page - 1) * 4096, b"\xff" * 4096)
    with reading(kept) as salvage:
        assert len(drafts(salvage)) == len(titles) - sum(cells for _, cells in bad)
        assert set(salvage.named().values()) == set(titles), "the index still names them"


def test_a_row_that_runs_over_a_damaged_page_hides_no_other(closed: Path) -> None:
    execute(closed, "UPDATE paper_text SET abstract = printf('%.*c', 20000, 'x') WHERE pk IN (5, 7)")
    sql = "SELECT pageno FROM dbstat WHERE name = 'paper_text' AND pagetype = 'overflow' ORDER BY path LIMIT 1"
    ((page,),) = rows(closed, sql)
    # The first page of a row's rest leads to a page that is not there.
    overwrite(closed, (page - 1) * 4096, b"\x7f\xff\xff\xff")
    with reading(closed) as salvage:
        found = drafts(salvage)
    assert len(found) == 40
    assert [len(found[paper_id(number)].abstract or "") for number in (4, 6)] == [0, 20000]


def test_a_damaged_page_of_one_row_hides_no_other(closed: Path) -> None:
    execute(closed, "UPDATE paper SET title = printf('%d %.*c', pk, 3000, 'x') WHERE pk BETWEEN 20 AND 25")
    (page,), *_ = rows(closed, f"SELECT pageno FROM {LEAVES} AND ncell = 1 ORDER BY path")
    overwrite(closed, (page - 1) * 4096, b"\xff" * 4096)
    with reading(closed) as salvage:
        assert len(drafts(salvage)) == 39


def test_belongings_are_read_if_they_are_sound(closed: Path) -> None:
    keep_output(closed, 2, KeptOutput("summary", NOW, "A weak baseline."))
    keep_output(closed, 2, KeptOutput("\x1b[31m", NOW, "Not a name."))
    keep_output(closed, 2, KeptOutput("later", "2026-13-13", "Not a time."))
    execute(
        closed,
        "INSERT INTO community VALUES (2, '2026-11-24T08:00:00Z', x'00')",
        "INSERT INTO paper_alias VALUES ('../etc', 2), ('page:0123456789ab', 2)",
        "INSERT INTO paper_source VALUES ('a-feed', 2)",
    )
    with reading(closed) as salvage:
        found = [(table, next(iter(row.values()))) for table, row in salvage.belongings(2)]
    assert found == [("paper_source", "a-feed"), ("paper_alias", "page:0123456789ab"), ("kept_output", "summary")]


def test_no_event_with_a_flipped_bit_is_believed(closed: Path) -> None:
    """A bit in a note's text or in a clock has no checksum; ids, papers and kinds have."""
    whole, known = closed.read_bytes(), stored_events(closed)
    packed = {row[7] for row in known.values()}
    changed = 0
    for seed in range(40):
        closed.write_bytes(whole)
        flip(1_000, seed)(closed.parent)
        with opened(closed, closed.with_suffix(".reading")) as salvage:
            found = found_events(salvage) if salvage is not None else {}
        changed += len(known) - len(found)
        assert all(row[7] in packed for row in found.values())
    assert changed > 20


EVENT: dict[str, Any] = {
    **{"id": "0" * 24, "machine": "bababababaab", "number": 0, "clock": FURTHEST, "kind": "tag:x", "value": "1"},
    **{"count": 1, "papers": zlib.compress(paper_id(1).encode())},
}
NO_EVENTS: list[tuple[str, object]] = [
    *(("id", "x"), ("machine", "x"), ("clock", 0), ("clock", FURTHEST + 1), ("clock", "late"), ("value", b"1")),
    *(("kind", "Tag"), ("kind", "tag:"), ("kind", b"tag:x"), ("kind", "follow:x"), ("papers", paper_id(1))),
    *(("papers", zlib.compress(b"../etc")), ("count", 2), ("count", 0), ("count", "one")),
]
FEED = dict[str, Any](slug="s", kind="rss", url="https://a.example/feed", title="A", added=NOW, folder="")
NO_FEEDS = [{**FEED, name: value} for name in FEED for value in (b"bytes", "") if value or name != "folder"]


def test_no_event_and_no_feed_is_believed_that_none_can_be(closed: Path) -> None:
    before = stored_events(closed)
    with closing(sqlite3.connect(closed, isolation_level=None)) as connection:
        for at, (name, value) in enumerate([("kind", "tag:x"), *NO_EVENTS]):
            insert(connection, "event", {**EVENT, "id": f"{at:024x}", name: value, "undone": 0, "applied": 1})
    (seq,) = rows(closed, "SELECT seq FROM event WHERE id = ?", EVENT["id"])[0]
    with reading(closed) as salvage:
        assert found_events(salvage) == before | {EVENT["id"]: tuple({**EVENT, "number": seq}.values())}
    for feed in (*NO_FEEDS, {**FEED, "kind": "other"}, FEED):
        with closing(sqlite3.connect(closed, isolation_level=None)) as connection:
            connection.execute("DELETE FROM feed")
            insert(connection, "feed", feed)
        with reading(closed) as salvage:
            assert [one["slug"] for one in salvage.feeds()] == ["s"] * (feed is FEED), feed


def insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


def test_text_is_cleaned_again(closed: Path) -> None:
    execute(
        closed,
        "UPDATE paper SET title = 'A' || char(27) || '[31mB' || char(10) || 'C', published = '2026-13-45' WHERE pk = 1",
        "UPDATE paper_text SET code_url = 'javascript:x', project_url = 'https://a.org' WHERE pk = 1",
        "UPDATE paper_text SET authors = 'Z' || char(7), abstract = 'a' || char(27) || '[2Jb' WHERE pk = 1",
        "UPDATE paper SET source = 'b' || char(7) || 'log' WHERE pk = 1",
        "UPDATE paper SET title = char(7) WHERE pk = 2",
        "UPDATE paper SET id = '../etc' WHERE pk = 3",
        "UPDATE paper SET upvotes = -5, comments = 'many' WHERE pk = 4",
        "DELETE FROM paper_text WHERE pk = 5",
    )
    with reading(closed) as salvage:
        found = drafts(salvage)
    one = found[paper_id(0)]
    assert (one.title, one.published, one.code_url, one.project_url) == ("AB C", None, None, "https://a.org")
    assert (one.authors, one.abstract, one.source) == (("Z",), "ab", "blog")
    assert paper_id(1) not in found
    assert len(found) == 38
    assert (found[paper_id(3)].upvotes, found[paper_id(3)].comments) == (None, None)
    assert (found[paper_id(4)].title, found[paper_id(4)].abstract) == (draft(4).title, "")


def test_papers_of_feeds_and_pages_keep_their_ids(cache: Cache, path: Path) -> None:
    entry = Draft("An entry of a feed that has no id at arXiv", entry="feed:0123456789ab", source="a-feed")
    page = Draft("A paper of a saved page", source="page")
    cache.store(Listing(None, (entry, page)), NOW)
    cache.close()
    with reading(path) as salvage:
        found = drafts(salvage)
    assert found[entry.title].entry == entry.entry
    assert (found[page.title].id, found[page.title].entry) == (None, None)


@pytest.mark.parametrize("size", [0, 50, 4096, 500_000])
def test_a_file_of_noise_gives_nothing(tmp_path: Path, size: int) -> None:
    (tmp_path / "papers.db").write_bytes(random.Random(5).randbytes(size))
    with opened(tmp_path / "papers.db", tmp_path / "papers.reading") as salvage:
        assert salvage is None


def test_pages_that_lead_round_and_round_end(cache: Cache, kept: Path) -> None:
    many(cache)
    cache.close()
    execute(kept)
    root, ((child,),) = root_page(kept, "paper"), rows(kept, f"SELECT pageno FROM {LEAVES} LIMIT 1")
    data = kept.read_bytes()
    # The first child of the table's first page is this page again.
    changed = data[(root - 1) * 4096 : root * 4096].replace(child.to_bytes(4), root.to_bytes(4))
    overwrite(kept, (root - 1) * 4096, changed)
    with reading(kept) as salvage:
        assert len(drafts(salvage)) < 840


def test_an_event_of_many_papers_is_whole(cache: Cache, path: Path) -> None:
    """Its packed ids run over several pages."""
    chance = random.Random(3)
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(9))), NOW)
    ids = "\n".join(f"page:{chance.randrange(1 << 48):012x}" for _ in range(20_000))
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1])
    packed = zlib.compress(ids.encode())
    assert len(packed) > 20 * 4096
    cache.close()
    execute(path, f"UPDATE event SET papers = x'{packed.hex()}', count = 20000")
    with reading(path) as salvage:
        (entry,) = salvage.entries()
    assert entry.papers == packed


@pytest.fixture
def broken(cache: Cache, kept: Path) -> Path:
    """A cache without its header, with all papers and marks behind it; the journal is whole."""
    with closing(Feeds.open(kept)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
    cache.close()
    execute(kept)
    empty_header(kept.parent)
    return kept


def mend(path: Path, *, seconds: float | None = None, set_aside: bool = False) -> repair.Report:
    return Repair(path, ByName, seconds=seconds).run(set_aside=set_aside)


def marks(path: Path) -> tuple[set[str], int, list[str]]:
    """Starred papers' ids, number of events, slugs of followed feeds."""
    starred = {id for (id,) in rows(path, "SELECT id FROM paper WHERE starred = 1")}
    ((events,),) = rows(path, "SELECT count(*) FROM event")
    return starred, events, [slug for (slug,) in rows(path, "SELECT slug FROM feed WHERE kind <> 'own'")]


ALL = ({draft(0).id}, 6, ["a-feed"])


def test_a_broken_cache_is_replaced_and_kept(broken: Path) -> None:
    before = broken.read_bytes()
    refresh_stamp(broken).touch()
    suspect_stamp(broken).touch()
    said = list[str]()
    report = Repair(broken, ByName, said.append).run()
    (kept,) = report.kept
    assert report == repair.Report(
        [CacheCondition(CacheState.DAMAGED, "not a database")],
        [kept],
        is_new=True,
        joined=0,
        events=6,
        starred=1,
        papers=40,
        restored={broken: 40},
        unread=0,
        unread_lines=0,
        lost=0,
    )
    checks = ("file", "references", "full-text index", "index of texts", "days", "log", "events", "marks", "journal")
    assert said == [
        *("looking at the cache", "reading papers.db", "bringing back the marks", "bringing back papers: 0 of 40"),
        *("looking at the cache", *(f"{check} checked" for check in checks)),
    ]
    assert kept.read_bytes() == before
    assert marks(broken) == ALL
    assert health.examine(broken).is_good
    assert not refresh_stamp(broken).exists()
    assert not suspect_stamp(broken).exists()
    assert not list(broken.parent.glob("papers.building*"))
    # No day counts as answered, so a refresh asks for each again.
    assert rows(broken, "SELECT DISTINCT fetched FROM day") == [("",)]
    with closing(Events.open(broken)) as events:
        with pytest.raises(NotAMark, match="a feed was followed"):
            events.undo()
        labels = [event.kind for event in iter(events.undo, None)]
    assert labels[-5:] == ["hide", "note", "tag:later", "star", "read"]


def test_a_paper_that_has_got_another_id_keeps_its_marks(cache: Cache, path: Path) -> None:
    title = "An entry of a feed, and what became of it"
    cache.store(Listing(None, (Draft(title, source="lab", entry="feed:0123456789ab"),)), NOW)
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1])
    cache.store(Listing(None, (Draft(title, "2611.00009"),)), NOW)
    cache.close()
    execute(path)
    empty_header(path.parent)
    mend(path)
    assert marks(path) == ({"2611.00009"}, 1, [])
    assert rows(path, "SELECT id FROM paper_alias") == [("feed:0123456789ab",)]


@pytest.mark.parametrize("has_journal", [True, False])
def test_a_changed_id_makes_no_second_event(closed: Path, has_journal: bool) -> None:
    with closing(Events.open(closed)) as events:
        events.mark("star", True, [7])
        events.undo()
    if not has_journal:
        files.back_up_daily(closed, date(2026, 11, 25))
        breakage.drop_journal(closed.parent)
    execute(closed, "UPDATE event SET id = 'f' || substr(id, 2) WHERE kind = 'star' AND seq > 3")
    empty_header(closed.parent)
    mend(closed)
    assert marks(closed)[1] == 7
    if has_journal:
        assert marks(closed)[0] == {draft(0).id}


def test_a_second_repair_changes_nothing(broken: Path) -> None:
    mend(broken)
    before = {file: file.read_bytes() for file in broken.parent.iterdir() if file.is_file()}
    report = mend(broken)
    assert (report.found, report.kept, report.is_new) == ([], [], False)
    assert {file: file.read_bytes() for file in broken.parent.iterdir() if file.is_file()} == before


STEPS = ("_bring_back_events", "_bring_back_papers")


class Killed(BaseException):
    """Ends a repair as a kill does: nothing cleans up that a kill would not."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("has_journal", rest_long([True, False], [True]))
def test_a_repair_that_is_killed_is_done_by_the_next(
    broken: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str, has_journal: bool
) -> None:
    before = broken.read_bytes()
    if not has_journal:
        breakage.drop_journal(broken.parent)
    done: Callable[..., None] = getattr(Repair, step)

    def killed(self: Repair, *arguments: object) -> None:
        if when == "after":
            done(self, *arguments)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Repair, step, killed)
        mend(broken)
    assert broken.read_bytes() == before
    report = mend(broken)
    assert marks(broken) == ALL
    assert report.kept[0].read_bytes() == before


def test_a_repair_that_is_killed_as_it_changes_names_loses_nothing(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = broken.read_bytes()

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "replace", Mock(side_effect=Killed))
        mend(broken)
    mend(broken)
    assert marks(broken) == ALL
    assert all(file.read_bytes() == before for file in broken.parent.glob("papers.db.aside-*"))


def test_on_a_file_system_without_links_the_names_change_in_turn(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = broken.read_bytes()
    monkeypatch.setattr(Path, "hardlink_to", Mock(side_effect=OSError(1, "Operation not permitted")))
    report = mend(broken)
    assert report.kept[0].read_bytes() == before
    assert marks(broken) == ALL


MEND = """
import sys
from pathlib import Path
from reader.cache.mending.repair import Repair

class NoTopics:
    version = "1"
    topics = ()

    def classify(self, *words):
        return ()

print(len(Repair(Path(sys.argv[1]), NoTopics).run().kept))
"""


def test_two_programs_that_repair_together_make_one_cache(broken: Path) -> None:
    words = [sys.executable, "-c", MEND, str(broken)]
    programs = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [program.communicate()[0].strip() for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    assert sorted(printed) == ["0", "1"]
    assert marks(broken) == ALL


def test_without_time_the_marks_and_the_marked_papers_come_first(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "TOGETHER", 10)
    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    report = mend(broken, seconds=1.5)
    assert report.lost > 0
    assert marks(broken) == ALL
    assert report.papers < 40


def test_without_a_journal_and_without_a_file_the_backup_has_the_marks(closed: Path) -> None:
    files.back_up_daily(closed, date(2026, 11, 25))
    closed.unlink()
    journal_file(closed).unlink()
    report = mend(closed)
    assert (report.events, report.starred, report.papers, report.kept) == (5, 1, 40, [])
    assert health.examine(closed).is_good


def test_a_feed_that_was_unfollowed_stays_so(closed: Path) -> None:
    with closing(Feeds.open(closed)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
        files.back_up_daily(closed, date(2026, 11, 25))
        feeds.unfollow("a-feed")
    breakage.write_zeros(closed.parent)
    mend(closed)
    assert marks(closed)[2] == []


def test_feeds_of_an_older_cache_without_a_journal_come_back(closed: Path) -> None:
    with closing(Feeds.open(closed)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
    breakage.make_older(closed.parent)
    breakage.cut(0.9)(closed.parent)
    mend(closed)
    assert marks(closed)[2] == ["a-feed"]
    closed.unlink()
    mend(closed)
    assert marks(closed)[2] == ["a-feed"], "the journal has it now"


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (breakage.put_foreign, CacheForeign),
        (breakage.put_foreign_of_our_name, CacheForeign),
        (breakage.make_newer, CacheTooNew),
    ],
)
def test_what_is_not_ours_to_mend_is_put_aside_only_on_request(
    broken: Path, cache: Cache, break_it: breakage.Break, error: type[CacheError]
) -> None:
    broken.unlink()
    mend(broken)
    break_it(broken.parent)
    before = broken.read_bytes()
    with pytest.raises(error):
        mend(broken)
    assert broken.read_bytes() == before
    report = mend(broken, set_aside=True)
    assert report.kept[0].read_bytes() == before
    assert marks(broken)[1] == 6


FOUND = "SELECT count(*) FROM paper_fts WHERE paper_fts MATCH 'agents'"


def test_an_index_that_can_not_be_rebuilt_is_made_anew_with_its_cache(closed: Path) -> None:
    execute(closed, "DROP TABLE paper_fts")
    report = mend(closed)
    assert (report.is_new, report.papers) == (True, 40)
    assert rows(closed, FOUND) == [(40,)]


def test_an_index_alone_is_rebuilt_in_its_place(cache: Cache, kept: Path) -> None:
    cache.close()
    execute(kept)
    breakage.damage_index(kept.parent)
    before = kept.read_bytes()
    report = mend(kept)
    assert not report.is_new
    assert report.kept[0].read_bytes() == before
    # What a new cache would have lost is still there.
    assert (rows(kept, FOUND), rows(kept, "SELECT DISTINCT fetched FROM day")) == ([(40,)], [(NOW,)])


def test_a_full_disk_leaves_the_broken_file_and_says_so(broken: Path) -> None:
    resource = pytest.importorskip("resource")
    before = broken.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(CacheError):
            mend(broken)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert broken.read_bytes() == before
    mend(broken)
    assert marks(broken) == ALL


def test_a_reader_beside_keeps_its_marks(cache: Cache, kept: Path) -> None:
    """Its cache is renamed under it; what it marks meanwhile is in the journal."""
    cache.close()
    execute(kept)
    with closing(Events.open(kept)) as other, closing(Window.open(kept)) as window:
        window.rows([1])
        other.mark("star", True, [30])
        kept.with_name("papers.db").rename(kept.with_name("was"))
        kept.with_name("was").rename(kept)
        breakage.change_mark(kept.parent)
        mend(kept)
        other.mark("star", True, [31])
    with closing(Events.open(kept)):
        starred = marks(kept)[0]
    assert starred == {draft(0).id, draft(29).id, draft(30).id}
