"""What is read from a broken file: events that their checksums vouch for, feeds, and papers cleaned again."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.mending.salvage import Found, Salvage, opened
from reader.cache.outputs import Output, keep_output
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Draft, Listing
from tests.beginnings import paper_id
from tests.breakage import cut, empty_header, execute, flip, leave_log, make_older, overwrite
from tests.cache.conftest import NOW, ByName, draft


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


def papers_of(salvage: Salvage) -> list[Found]:
    return [found for key in salvage.papers() if (found := salvage.paper(key.pk)) is not None]


def drafts(salvage: Salvage) -> dict[str, Draft]:
    return {found.draft.id or found.draft.title: found.draft for found in papers_of(salvage)}


def stored_events(path: Path) -> dict[str, tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, machine, number, clock, kind, value, count, papers FROM event")
        return {row[0]: row for row in rows}


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


def test_a_newer_cache_that_has_more_columns_is_read(cache: Cache, kept: Path) -> None:
    cache.close()
    before = stored_events(kept)
    execute(kept, "ALTER TABLE paper ADD COLUMN mood", "ALTER TABLE event ADD COLUMN mood", "UPDATE event SET mood = 1")
    with reading(kept) as salvage:
        assert found_events(salvage) == before
        assert len(drafts(salvage)) == 40


def test_everything_of_a_good_file_is_found(cache: Cache, kept: Path) -> None:
    with closing(Feeds.open(kept)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
    with closing(Window.open(kept)) as window:
        papers = [window.paper(pk) for pk in range(1, 41)]
    cache.close()
    with reading(kept) as salvage:
        assert found_events(salvage) == stored_events(kept)
        assert [feed["slug"] for feed in salvage.feeds()] == ["a-feed"]
        with closing(sqlite3.connect(kept)) as connection:
            (machine,) = connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone()
        assert salvage.machine() == machine
        found = drafts(salvage)
        for paper in papers:
            assert paper is not None
            one = found[paper.id]
            told = (one.title, one.keywords, one.upvotes, one.source)
            assert told == (paper.title, paper.keywords, paper.upvotes, paper.source)
        assert set(salvage.named().values()) == set(found)
        assert {found.days for found in papers_of(salvage)} == {(f"2026-11-2{day}",) for day in range(4)}
        assert {found.added for found in papers_of(salvage)} == {NOW}


def test_events_of_the_first_schema_are_numbered_by_their_place(cache: Cache, kept: Path) -> None:
    cache.close()
    before = stored_events(kept)
    make_older(kept.parent)
    with reading(kept) as salvage:
        assert found_events(salvage) == before


def many(cache: Cache) -> dict[str, str]:
    """Add 800 papers with abstracts; return the titles of all papers by id."""
    papers = tuple(
        draft(number, f"Paper number {number} of many", abstract="Words. " * 100) for number in range(100, 900)
    )
    cache.store(Listing("2026-11-24", papers), NOW)
    return {paper_id(number): draft(number).title for number in range(40)} | {str(one.id): one.title for one in papers}


def test_a_half_gives_what_it_has_and_nothing_else(cache: Cache, kept: Path) -> None:
    titles = many(cache)
    cache.close()
    cut(0.5)(kept.parent)
    with reading(kept) as salvage:
        found = drafts(salvage)
    assert len(found) > 100
    assert all(one.title == titles[id] for id, one in found.items())


def test_without_a_header_everything_is_found(cache: Cache, kept: Path) -> None:
    titles = many(cache)
    cache.close()
    execute(kept)
    empty_header(kept.parent)
    with reading(kept) as salvage:
        assert {id: one.title for id, one in drafts(salvage).items()} == titles


def test_a_log_beside_a_file_is_read_also_without_a_header(cache: Cache, kept: Path) -> None:
    cache.close()
    leave_log(kept.parent, "UPDATE paper SET title = 'Of the log' WHERE pk = 7")
    for _ in range(2):
        with reading(kept) as salvage:
            assert drafts(salvage)[paper_id(6)].title == "Of the log"
        empty_header(kept.parent)


def test_a_damaged_page_hides_only_its_own_rows(cache: Cache, kept: Path) -> None:
    titles = many(cache)
    cache.close()
    execute(kept)
    with closing(sqlite3.connect(kept)) as connection:
        leaves = connection.execute(
            "SELECT pageno, ncell FROM dbstat WHERE name = 'paper' AND pagetype = 'leaf' ORDER BY path"
        ).fetchall()
    # The first, one between and the last: no row is before, and none behind.
    bad = [leaves[0], leaves[5], leaves[6], leaves[-1]]
    for page, _ in bad:
        overwrite(kept, (page - 1) * 4096, b"\xff" * 4096)
    with reading(kept) as salvage:
        assert len(drafts(salvage)) == len(titles) - sum(cells for _, cells in bad)
        assert set(salvage.named().values()) == set(titles), "the index still names them"


def test_a_row_that_runs_over_a_damaged_page_hides_no_other(cache: Cache, kept: Path) -> None:
    cache.close()
    execute(kept, "UPDATE paper_text SET abstract = printf('%.*c', 20000, 'x') WHERE pk IN (5, 7)")
    with closing(sqlite3.connect(kept)) as connection:
        sql = "SELECT pageno FROM dbstat WHERE name = 'paper_text' AND pagetype = 'overflow' ORDER BY path LIMIT 1"
        (page,) = connection.execute(sql).fetchone()
    # The first page of a row's rest leads to a page that is not there.
    overwrite(kept, (page - 1) * 4096, b"\x7f\xff\xff\xff")
    with reading(kept) as salvage:
        found = drafts(salvage)
    assert len(found) == 40
    assert [len(found[paper_id(number)].abstract or "") for number in (4, 6)] == [0, 20000]


def test_belongings_are_read_if_they_are_sound(cache: Cache, kept: Path) -> None:
    keep_output(kept, 2, Output("summary", NOW, "A weak baseline."))
    keep_output(kept, 2, Output("\x1b[31m", NOW, "Not a name."))
    keep_output(kept, 2, Output("later", "2026-13-13", "Not a time."))
    cache.close()
    execute(
        kept,
        "INSERT INTO community VALUES (2, '2026-11-24T08:00:00Z', x'00')",
        "INSERT INTO paper_alias VALUES ('../etc', 2), ('page:0123456789ab', 2)",
        "INSERT INTO paper_source VALUES ('a-feed', 2)",
    )
    with reading(kept) as salvage:
        found = [(table, next(iter(row.values()))) for table, row in salvage.belongings(2)]
    assert found == [("paper_source", "a-feed"), ("paper_alias", "page:0123456789ab"), ("kept_output", "summary")]


def test_no_event_with_a_flipped_bit_is_believed(cache: Cache, kept: Path) -> None:
    """A bit in a note's text or in a clock has no checksum; ids, papers and kinds have."""
    cache.close()
    execute(kept)
    whole, known = kept.read_bytes(), stored_events(kept)
    packed = {row[7] for row in known.values()}
    changed = 0
    for seed in range(40):
        kept.write_bytes(whole)
        flip(1_000, seed)(kept.parent)
        with opened(kept, kept.with_suffix(".reading")) as salvage:
            found = found_events(salvage) if salvage is not None else {}
        changed += len(known) - len(found)
        assert all(row[7] in packed for row in found.values())
    assert changed > 20


def test_text_is_cleaned_again(cache: Cache, kept: Path) -> None:
    cache.close()
    execute(
        kept,
        "UPDATE paper SET title = 'A' || char(27) || '[31mB' || char(10) || 'C', published = '2026-13-45' WHERE pk = 1",
        "UPDATE paper_text SET code_url = 'javascript:x', project_url = 'https://a.org' WHERE pk = 1",
        "UPDATE paper_text SET authors = 'Z' || char(7) WHERE pk = 1",
        "UPDATE paper SET title = char(7) WHERE pk = 2",
        "UPDATE paper SET id = '../etc' WHERE pk = 3",
        "UPDATE paper SET upvotes = -5, comments = 'many' WHERE pk = 4",
        "DELETE FROM paper_text WHERE pk = 5",
    )
    with reading(kept) as salvage:
        found = drafts(salvage)
    one = found[paper_id(0)]
    assert (one.title, one.published, one.code_url, one.project_url) == ("AB C", None, None, "https://a.org")
    assert one.authors == ("Z",)
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
    with closing(sqlite3.connect(kept)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'paper'").fetchone()
        (child,) = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'paper' AND pagetype = 'leaf' LIMIT 1"
        ).fetchone()
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
