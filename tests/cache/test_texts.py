"""Full texts are kept whole, are in their index, and are dropped by their own retention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from reader.cache import text_index
from reader.cache.marks.events import Events
from reader.cache.repair import repair
from reader.cache.storing.papers import Cache
from reader.cache.texts import BATCH, Texts
from reader.core.document.model import Document, Paragraph, Span
from reader.core.paper import Listing
from tests.breakage import execute
from tests.cache.conftest import NOW, draft, faults, rows

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
    cache.store(Listing("2026-11-24", tuple(draft(number) for number in range(BATCH + 5))), NOW)
    with closing(Texts.open(path)) as texts:
        for pk in range(1, BATCH + 6):
            texts.put(pk, DOCUMENT, "feed", NOW)
        assert list(texts.drop_unused("2027-01-01")) == [BATCH, BATCH + 5]


# The index


def found(path: Path, words: str) -> list[int]:
    """The papers that the index has for words."""
    return [pk for (pk,) in rows(path, "SELECT rowid FROM text_fts WHERE text_fts MATCH ? ORDER BY rowid", words)]


def test_the_index_follows_the_texts(texts: Texts, filled: Cache, path: Path) -> None:
    for pk in (1, 2, 4):
        texts.put(pk, DOCUMENT, "feed", NOW)
    assert found(path, '"sparse attention"') == [1, 2, 4]
    texts.put(1, Document("T", (Paragraph((Span("Dense layers."),)),)), "feed", NOW)
    assert found(path, "sparse") == [2, 4] and found(path, "dense") == [1]
    assert list(filled.drop_before("2026-11-24")) == [2]
    assert found(path, "sparse") == [2]
    assert list(texts.drop_unused("2027-01-01")) == [2]
    assert found(path, "sparse OR dense") == []
    texts.put(99, DOCUMENT, "feed", NOW)
    assert found(path, "sparse") == []
    assert faults(path) == {}


def test_an_index_that_differs_is_found_and_made_anew(texts: Texts, path: Path, connection: Connection) -> None:
    texts.put(1, DOCUMENT, "feed", NOW)
    connection.execute("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
    text_index.add(connection, 2, "Foreign.")
    assert faults(path) == {"index of words": "differs from 2 texts"}
    execute(path, f"{UNREADABLE} WHERE pk = 2")
    text_index.rebuild(connection)
    assert faults(path) == {} and found(path, "sparse") == [1] and found(path, "foreign") == []
    # So is a damaged one.
    execute(path, "UPDATE text_fts_data SET block = zeroblob(40) WHERE id > 10")
    assert set(faults(path)) == {"index of words"}
    repair(path)
    assert faults(path) == {} and found(path, "sparse") == [1]
