"""What is brought back from a broken file: events that their checksums vouch for, feeds, and papers cleaned again."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache import schema
from reader.cache.feeds import Feeds
from reader.cache.marks.events import Events
from reader.cache.mending.salvage import EVENT, Salvage
from reader.cache.reads.window import Window
from reader.cache.storing.papers import Cache
from reader.core.paper import Draft, Listing
from tests.breakage import cut, execute, flip, make_older
from tests.cache.conftest import NOW, ByName, draft


@pytest.fixture
def salvage() -> Iterator[Salvage]:
    with closing(Salvage()) as opened:
        yield opened


def drafts(salvage: Salvage) -> list[Draft]:
    return [one for listing, _ in salvage.listings() for one in listing.drafts]


def stored_events(path: Path) -> dict[str, tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT id, machine, number, clock, kind, value, count, papers FROM event")
        return {row[0]: row for row in rows}


def found_events(salvage: Salvage) -> dict[str, tuple[object, ...]]:
    names = ("id", "machine", "number", "clock", "kind", "value", "count", "papers")
    return {entry.id: tuple(getattr(entry, name) for name in names) for entry in salvage.entries()}


def test_the_columns_of_events_stand_where_they_are_read(cache: Cache, path: Path, tmp_path: Path) -> None:
    """A new column goes to the end: older files are read by the same places."""
    schema.upgrade(tmp_path / "migrated.db")
    for file in (path, tmp_path / "migrated.db"):
        with closing(sqlite3.connect(file)) as connection:
            names = [row[1] for row in connection.execute("PRAGMA table_info(event)")]
        assert tuple(names[1 : len(EVENT) + 1]) == EVENT


def test_a_migrated_cache_whose_columns_have_another_order_is_read(salvage: Salvage, tmp_path: Path) -> None:
    path = tmp_path / "migrated.db"
    schema.upgrade(path)
    with closing(Cache.open(path, ByName())) as cache:
        cache.store(Listing("2026-11-24", (draft(1, abstract="An abstract.", organization="A lab"),)), NOW)
    salvage.read(path)
    (found,) = drafts(salvage)
    assert (found.title, found.abstract, found.organization) == (draft(1).title, "An abstract.", "A lab")


def test_a_newer_cache_whose_papers_have_more_columns_gives_its_events(
    salvage: Salvage, cache: Cache, kept: Path
) -> None:
    cache.close()
    before = stored_events(kept)
    execute(kept, "ALTER TABLE paper ADD COLUMN mood", "ALTER TABLE event ADD COLUMN mood", "UPDATE event SET mood = 1")
    salvage.read(kept)
    assert found_events(salvage) == before


def test_everything_of_a_good_file_is_found(salvage: Salvage, cache: Cache, kept: Path) -> None:
    with closing(Feeds.open(kept)) as feeds:
        feeds.follow("rss", "https://example.org/feed", "A feed", "a-feed", NOW)
    with closing(Window.open(kept)) as window:
        papers = [window.paper(pk) for pk in range(1, 41)]
    cache.close()
    salvage.read(kept)
    assert found_events(salvage) == stored_events(kept)
    assert [feed["slug"] for feed in salvage.feeds()] == ["a-feed"]
    with closing(sqlite3.connect(kept)) as connection:
        assert salvage.machine == connection.execute("SELECT value FROM meta WHERE key = 'machine'").fetchone()[0]
    found = {one.id: one for one in drafts(salvage)}
    for paper in papers:
        assert paper is not None
        one = found[paper.id]
        assert (one.title, one.keywords, one.upvotes, one.source) == (
            *(paper.title, paper.keywords, paper.upvotes),
            paper.source,
        )
    days = {listing.day for listing, _ in salvage.listings()}
    assert days == {f"2026-11-2{day}" for day in range(4)}
    assert {added for _, seen in salvage.listings() for added, _ in seen} == {NOW}


def test_events_of_the_first_schema_are_numbered_by_their_place(salvage: Salvage, cache: Cache, kept: Path) -> None:
    cache.close()
    before = stored_events(kept)
    make_older(kept.parent)
    salvage.read(kept)
    assert found_events(salvage) == before


def test_marked_papers_come_first(salvage: Salvage, cache: Cache, kept: Path) -> None:
    cache.close()
    salvage.read(kept)
    starred = [entry.papers for entry in salvage.entries() if entry.kind == "star"]
    salvage.prefer(starred)
    first, second, *_ = drafts(salvage)
    assert first.id == draft(0).id, "the paper with the star is on the oldest day"
    assert second.id == draft(39).id


def test_a_half_gives_what_it_has_and_nothing_else(salvage: Salvage, cache: Cache, kept: Path) -> None:
    papers = tuple(
        draft(number, f"Paper number {number} of many", abstract="Words. " * 100) for number in range(100, 900)
    )
    cache.store(Listing("2026-11-24", papers), NOW)
    cache.close()
    cut(0.5)(kept.parent)
    salvage.read(kept)
    found = drafts(salvage)
    assert len(found) > 100
    titles = {one.id: one.title for one in papers} | {draft(number).id: draft(number).title for number in range(40)}
    assert all(one.title == titles[one.id] for one in found)


def test_no_event_with_a_flipped_bit_is_believed(cache: Cache, kept: Path) -> None:
    """A bit in a note's text or in a clock has no checksum; ids, papers and kinds have."""
    cache.close()
    whole, known = kept.read_bytes(), stored_events(kept)
    ids = {(row[0], row[1], row[7]) for row in known.values()}
    changed = 0
    for seed in range(40):
        kept.write_bytes(whole)
        flip(4_000, seed)(kept.parent)
        with closing(Salvage()) as salvage:
            salvage.read(kept)
            found = found_events(salvage)
        changed += len(known) - len(found)
        assert all(row[7] in {papers for *_, papers in ids} for row in found.values())
    assert changed > 20


def test_text_is_cleaned_again(salvage: Salvage, cache: Cache, kept: Path) -> None:
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
    salvage.read(kept)
    found = {one.id: one for one in drafts(salvage)}
    one = found[draft(0).id]
    assert (one.title, one.published, one.code_url, one.project_url) == ("AB C", None, None, "https://a.org")
    assert one.authors == ("Z",)
    assert draft(1).id not in found
    assert len(found) == 38
    assert (found[draft(3).id].upvotes, found[draft(3).id].comments) == (None, None)
    assert (found[draft(4).id].title, found[draft(4).id].abstract) == (draft(4).title, "")


def test_papers_of_feeds_and_pages_keep_their_ids(salvage: Salvage, cache: Cache, path: Path) -> None:
    entry = Draft("An entry of a feed that has no id at arXiv", entry="feed:0123456789ab", source="a-feed")
    page = Draft("A paper of a saved page", source="page")
    cache.store(Listing(None, (entry, page)), NOW)
    cache.close()
    salvage.read(path)
    found = {one.title: one for one in drafts(salvage)}
    assert found[entry.title].entry == entry.entry
    assert (found[page.title].id, found[page.title].entry) == (None, None)


def test_of_two_files_the_first_is_believed(salvage: Salvage, cache: Cache, kept: Path, tmp_path: Path) -> None:
    cache.close()
    (tmp_path / "older.db").write_bytes(kept.read_bytes())
    execute(tmp_path / "older.db", "UPDATE paper SET title = 'An older title' WHERE pk < 5")
    execute(kept, "DELETE FROM paper WHERE pk = 2", "UPDATE paper SET pk = pk + 500 WHERE pk > 20")
    salvage.read(kept)
    salvage.read(tmp_path / "older.db")
    found = {one.id: one.title for one in drafts(salvage)}
    assert len(found) == 40
    assert found[draft(0).id] == draft(0).title
    assert found[draft(1).id] == "An older title"


def test_a_file_of_noise_gives_nothing(salvage: Salvage, tmp_path: Path) -> None:
    (tmp_path / "papers.db").write_bytes(random.Random(5).randbytes(500_000))
    salvage.read(tmp_path / "papers.db")
    assert (list(salvage.entries()), salvage.feeds(), drafts(salvage), salvage.machine) == ([], [], [], None)


def test_an_event_of_many_papers_is_whole(salvage: Salvage, cache: Cache, path: Path) -> None:
    """Its packed ids run over several pages."""
    chance = random.Random(3)
    papers = tuple(Draft(f"Title {chance.random()}", f"{chance.randrange(1000, 2612)}.{n:05}"[-10:]) for n in range(9))
    cache.store(Listing("2026-11-24", papers), NOW)
    ids = "\n".join(f"page:{chance.randrange(1 << 48):012x}" for _ in range(20_000))
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1])
    import zlib

    packed = zlib.compress(ids.encode())
    assert len(packed) > 20 * 4096
    cache.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE event SET papers = ?, count = 20000", (packed,))
    salvage.read(path)
    (entry,) = salvage.entries()
    assert entry.papers == packed
