"""The full texts of a cache, their index, and the highlights in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from reader.cache import texts as stored_texts
from reader.cache.flags import passages_of
from reader.cache.imports import MatchedEntries, changes, existing_texts
from reader.cache.marks.events import Events
from reader.cache.repair import repair
from reader.cache.storing import Cache
from reader.cache.texts import TEXTS_PER_TRANSACTION, Texts
from reader.core.document.model import Document, Paragraph, Span
from reader.core.marks import NOTE, PASSAGE
from reader.core.paper import LibraryEntry, Listing
from reader.core.passages import Passage, passage_id
from reader.database import connections
from reader.log.actions import UserAction
from tests.breakage import execute
from tests.cache.conftest import NOW, derive_again, draft, faults, found, rows

UNREADABLE = "UPDATE full_text SET body = x'00ff'"

DOCUMENT = Document("T", (Paragraph((Span("Sparse attention."),)),), 2, "CC BY 4.0")


@pytest.fixture
def texts(filled: Cache, path: Path) -> Iterator[Texts]:
    with closing(Texts.open(path)) as opened:
        yield opened


def test_a_text_is_kept_with_its_source(texts: Texts, path: Path) -> None:
    assert texts.get(1) is None
    texts.put(1, DOCUMENT, "arxiv.org", NOW)
    assert [texts.has(pk) for pk in (1, 2)] == [True, False]
    kept = texts.get(1)
    assert kept is not None
    assert (kept.document, kept.source, kept.fetched) == (DOCUMENT, "arxiv.org", NOW)
    texts.put(1, Document("New", ()), "feed", NOW)
    newer = texts.get(1)
    assert newer is not None and newer.document.title == "New"
    # One that can't be read is none.
    execute(path, UNREADABLE)
    assert texts.get(1) is None


def test_unused_texts_are_dropped_but_for_those_of_marked_papers(texts: Texts, path: Path) -> None:
    for pk in (1, 2, 3, 4):
        texts.put(pk, DOCUMENT, "feed", NOW)
    with closing(Events.open(path)) as events:
        events.mark("star", "1", [2])
    texts.note_use(3, "2026-12-24")
    assert list(texts.drop_unused("2026-12-01")) == [2]
    assert [pk for pk in (1, 2, 3, 4) if texts.get(pk)] == [2, 3]
    assert list(texts.drop_unused("2026-12-01")) == []


def test_many_texts_are_dropped_in_short_transactions(cache: Cache, path: Path) -> None:
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(TEXTS_PER_TRANSACTION + 5))), NOW)
    with closing(Texts.open(path)) as texts:
        for pk in range(1, TEXTS_PER_TRANSACTION + 6):
            texts.put(pk, DOCUMENT, "feed", NOW)
        assert list(texts.drop_unused("2027-01-01")) == [TEXTS_PER_TRANSACTION, TEXTS_PER_TRANSACTION + 5]


# The index


def indexed(path: Path, words: str) -> list[int]:
    """The papers that the index has for words."""
    return [pk for (pk,) in rows(path, "SELECT rowid FROM text_fts WHERE text_fts MATCH ? ORDER BY rowid", words)]


def test_the_index_follows_the_texts(texts: Texts, filled: Cache, path: Path) -> None:
    for pk in (1, 2, 4):
        texts.put(pk, DOCUMENT, "feed", NOW)
    assert indexed(path, '"sparse attention"') == [1, 2, 4]
    texts.put(1, Document("T", (Paragraph((Span("Dense layers."),)),)), "feed", NOW)
    assert indexed(path, "sparse") == [2, 4] and indexed(path, "dense") == [1]
    assert list(filled.drop_before("2026-11-24")) == [2]
    assert indexed(path, "sparse") == [2]
    assert list(texts.drop_unused("2027-01-01")) == [2]
    assert indexed(path, "sparse OR dense") == []
    texts.put(99, DOCUMENT, "feed", NOW)
    assert indexed(path, "sparse") == []
    assert faults(path) == {}


def test_a_wrong_index_is_found_and_rebuilt(texts: Texts, path: Path, connection: Connection) -> None:
    texts.put(1, DOCUMENT, "feed", NOW)
    connection.execute("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
    stored_texts.index_words(connection, 2, "Foreign.")
    assert faults(path) == {"cache": "its index of words differs from 2 texts"}
    execute(path, f"{UNREADABLE} WHERE pk = 2")
    stored_texts.rebuild_index(connection)
    assert faults(path) == {} and indexed(path, "sparse") == [1] and indexed(path, "foreign") == []
    # So is a damaged one.
    execute(path, "UPDATE text_fts_data SET block = zeroblob(40) WHERE id > 10")
    assert faults(path) == {"cache": "damaged"}
    repair(path)
    assert faults(path) == {} and indexed(path, "sparse") == [1]


def passage(quote: str, note: str = "", block: int = 0) -> Passage:
    return Passage(passage_id(quote), quote, section="§3 Method", note=note, block=block)


def keep(events: Events, kept: Passage, pk: int = 1) -> UserAction | None:
    return events.mark(f"{PASSAGE}{kept.id}", kept.value, [pk])


def kept(path: Path, pk: int = 1) -> tuple[Passage, ...]:
    with closing(connections.connect(path)) as connection:
        return passages_of(connection, pk)


LATER, SOONER = passage("A later passage.", block=9), passage("An agent that plans.", "as ours does", block=2)


def test_highlights_are_kept_changed_removed_and_brought_back(events: Events, path: Path) -> None:
    action = keep(events, LATER)
    assert action is not None and action.in_words == "1 highlighted in the text"
    keep(events, SOONER)
    assert kept(path) == (SOONER, LATER) and kept(path, 2) == ()
    assert keep(events, LATER) is None
    changed = LATER._replace(note="Mine.")
    keep(events, changed)
    assert kept(path) == (SOONER, changed)
    events.mark(f"{PASSAGE}{changed.id}", "", [1])
    assert kept(path) == (SOONER,)
    events.undo()
    events.undo()
    assert kept(path) == (SOONER, LATER)
    events.redo()
    assert kept(path) == (SOONER, changed)
    derive_again(events)
    assert kept(path) == (SOONER, changed)


def test_a_highlighted_paper_is_noted_and_queries_find_it_by_its_words(events: Events, path: Path) -> None:
    keep(events, SOONER)
    events.mark("note", "A note of its own.", [2])
    assert found(path, "has:highlight") == [1]
    assert sorted(found(path, "has:note")) == [1, 2]
    assert found(path, "-has:highlight has:note") == [2]
    assert found(path, "note:plans") == found(path, 'note:"as ours"') == [1]
    # Its section is no word of it.
    assert found(path, "note:method") == []
    derive_again(events)
    assert sorted(found(path, "has:note")) == [1, 2]
    events.undo()
    events.undo()
    assert found(path, "has:note") == []


def test_an_import_keeps_the_highlights_that_are_here(events: Events) -> None:
    keep(events, SOONER)
    note = "\n\n".join(("A note.", SOONER._replace(note="theirs").as_text("2606.30308"), LATER.as_text("2606.30308")))
    entries = {1: [LibraryEntry("item 1", "A title", note=note)]}
    made = list(changes(MatchedEntries(entries), (), lambda _: None, {}, events.read(existing_texts)))
    assert [(one.kind, one.pks) for one in made] == [(NOTE, [1]), (f"{PASSAGE}{LATER.id}", [1])]
    events.act(made)
    assert not list(changes(MatchedEntries(entries), (), lambda _: None, {}, events.read(existing_texts)))
