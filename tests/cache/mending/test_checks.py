"""Checks find what does not fit, and read a damaged file only once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from reader.cache.marks.events import Events
from reader.cache.marks.journal import BadLine, Entry, Journal, Owner
from reader.cache.mending.health import verify
from reader.cache.mending.repair import Repair
from reader.cache.storing.papers import Cache
from reader.paths import journal_file
from tests.breakage import execute, overwrite, root_page
from tests.cache.conftest import ByName, draft, faults


def differ(number: int, *facts: str) -> dict[str, list[str]]:
    return {"marks": [f"{draft(number).id} differs from the log in {fact}" for fact in facts]}


LESS = "event 1 should have changed 20 papers and has changed 19"
NO_PAPER = "row 7 of paper_text", "a row of paper_topic", "a row of listing"
UNINDEXED = {"full-text index": ["it differs from the papers' texts"]}


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE paper SET starred = 1 WHERE pk = 9", differ(8, "starred")),
        ("DELETE FROM note", differ(2, "its note", "its highlights")),
        ("DELETE FROM paper_tag", differ(1, "the tag later")),
        ("INSERT INTO paper_tag (tag, pk) VALUES ('never', 7)", differ(6, "the tag never")),
        ("INSERT INTO queue (pk, place) VALUES (7, '1')", differ(6, "the queue")),
        ("DELETE FROM effect WHERE pk = 15", {"marks": [LESS, *differ(14, "read")["marks"]]}),
        ("UPDATE event SET papers = x'00'", {"log": [f"event {seq} can't be read" for seq in range(1, 6)]}),
        ("UPDATE event SET count = 0 WHERE seq = 1", {"log": ["event 1 should have 0 papers and names 20"]}),
        (
            "DELETE FROM event WHERE kind = 'note'",
            {**differ(2, "its note"), "journal": ["it has 1 event that the cache lacks"]},
        ),
        (
            "UPDATE day SET papers = 3",
            {"days": [f"2026-11-2{day} should have 3 papers and lists 10" for day in range(4)]},
        ),
        (
            "DELETE FROM paper WHERE pk = 7",
            {"references": [f"{row} belongs to no paper" for row in NO_PAPER], **UNINDEXED},
        ),
        (
            "INSERT INTO paper_fts(paper_fts, rowid, title, abstract, authors, keywords, organization)"
            " VALUES ('delete', 7, 'Paper number 6', '', '', 'agents', NULL)",
            UNINDEXED,
        ),
    ],
)
def test_faults_are_found(kept: Path, sql: str, found: dict[str, list[str]]) -> None:
    assert faults(kept) == {}
    execute(kept, sql)
    assert faults(kept) == {check: tuple(said) for check, said in found.items()}


def test_an_index_that_can_not_be_opened_hides_no_other_fault(closed: Path) -> None:
    for table in ("text_fts_data", "paper_text"):
        overwrite(closed, (root_page(closed, table) - 1) * 4096, bytes(range(256)) * 16)
    found = faults(closed)
    assert "file" in found
    assert any(fault.startswith("paper_text") for fault in found["file"])


def test_lines_that_the_cache_lacks_are_found(kept: Path) -> None:
    execute(kept, "DELETE FROM effect")
    execute(kept, "DELETE FROM event WHERE seq < 3")
    assert "it has 2 events that the cache lacks" in faults(kept)["journal"]
    journal_file(kept).unlink()
    assert faults(kept)["journal"] == ("it lacks 3 of 3 events",)


def test_lines_of_the_journal_that_can_not_be_read_are_found_and_taken_out(kept: Path) -> None:
    file = journal_file(kept)
    first, *rest = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([first, b'{"v":1,"id"\n', *rest]))
    assert faults(kept)["journal"] == ("1 of its lines can't be read, first line 2: it is cut off",)
    Repair(kept, ByName).run()
    assert faults(kept) == {}
    assert file.read_bytes() == first + b"".join(rest)


def test_a_line_of_a_newer_program_stays_in_the_journal(kept: Path) -> None:
    file, body = journal_file(kept), b'{"v":9,"id":"new"'
    line = body + b',"sum":"%08x"}\n' % crc32(body)
    for more in (line, b"?\n"):
        assert faults(kept) == {}
        file.write_bytes(file.read_bytes() + more)
    Repair(kept, ByName).run()
    assert faults(kept) == {}
    assert line in file.read_bytes()


def test_a_damaged_file_is_not_opened_for_more_checks(closed: Path) -> None:
    overwrite(closed, 3 * 4096, bytes(4096))
    before = closed.read_bytes()
    assert [(check.name, bool(check.faults)) for check in verify(closed)] == [("file", True)]
    assert closed.read_bytes() == before
    assert not closed.with_name("papers.db-wal").exists()


def test_an_index_whose_check_fails_is_a_fault_of_the_index(closed: Path) -> None:
    execute(closed, "UPDATE paper_fts_config SET v = 0 WHERE k = 'version'")
    found = faults(closed)
    assert list(found) == ["full-text index"]
    assert "fts5" in found["full-text index"][0]


def test_an_event_that_is_just_being_written_is_no_fault(
    path: Path, filled: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line is in the journal before the event is in the log."""
    with closing(Events.open(path)) as events:
        events.mark("star", True, [1])
        read = Journal.read

        def write_meanwhile(journal: Journal) -> Iterator[Entry | Owner | BadLine]:
            monkeypatch.setattr(Journal, "read", read)
            events.mark("star", True, [2])
            return read(journal)

        monkeypatch.setattr(Journal, "read", write_meanwhile)
        assert [check.name for check in verify(path) if check.faults] == []
