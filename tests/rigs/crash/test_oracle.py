"""The judge of the crash tests finds what it is there for: each lie that a home can tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rigs.crash.homes import SAMPLE
from tests.rigs.crash.journal import read_journal
from tests.rigs.crash.oracle import Deed, judge_moment, judge_papers, judge_settled, targets
from tests.rigs.crash.snapshot import Entry, Snapshot, make_pdf, pdf_of, read_home
from tests.rigs.crash.soak import Sample, judge_samples
from tests.rigs.program import environment, run
from tests.table import each

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with papers, three marks and an undo; tests copy it."""
    home = tmp_path_factory.mktemp("oracle") / "home"
    surroundings = environment(home)
    papers = "2606.26740", "2606.25363"
    for words in (
        ("import", str(SAMPLE)),
        ("mark", "star", *papers),
        ("mark", "read", "--query", "is:unread"),
        ("mark", "hide", "2606.22388"),
        ("undo",),
    ):
        assert run(words, surroundings).code == 0
    return home


@pytest.fixture
def cache(filled: Path, tmp_path: Path) -> Iterator[Path]:
    """The cache of a home of the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    for file in filled.iterdir():
        if file.is_file():
            (home / file.name).write_bytes(file.read_bytes())
    yield home / "papers.db"


def change(cache: Path, statement: str) -> None:
    """Change a cache behind the program's back."""
    with closing(sqlite3.connect(cache)) as connection, connection:
        connection.execute(statement)


def faults(cache: Path, before: Snapshot, *deeds: Deed, acknowledged: int = 0) -> list[str]:
    """What the judge finds in a home at rest."""
    return judge_settled(before, read_home(cache), deeds, acknowledged)


def test_a_home_as_the_program_left_it_is_right(cache: Path) -> None:
    before = read_home(cache)
    assert [entry.kind for entry in before.entries] == ["star", "read", "hide", "undo"]
    assert faults(cache, before) == []
    assert judge_moment(before, read_home(cache), (), 0) == []
    assert judge_papers(before, read_home(cache), frozenset(), acknowledged=True) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM event WHERE kind = 'star'", "is lost"),
        ("UPDATE event SET clock = clock + 1 WHERE kind = 'star'", "has changed"),
        ("UPDATE event SET undone = 1 WHERE kind = 'star'", "is taken back, and the log says otherwise"),
        ("UPDATE event SET applied = 0 WHERE kind = 'read'", "was not finished"),
        ("UPDATE paper SET starred = 0 WHERE id = '2606.26740'", "1 papers differ from the log: 2606.26740"),
        ("UPDATE paper SET hidden = 1 WHERE id = '2606.26740'", "1 papers differ from the log: 2606.26740"),
        ("INSERT INTO note SELECT pk, 'mine' FROM paper LIMIT 1", "the notes differ"),
        ("INSERT INTO paper_tag SELECT 'mine', pk FROM paper LIMIT 1", "the tags differ"),
        ("INSERT INTO queue SELECT pk, '1' FROM paper LIMIT 1", "the queue differs"),
        ("INSERT INTO paper_flags (pk, flags) VALUES (1, 2)", "what rules have picked out differs"),
        ("INSERT INTO paper_flags (pk, flags) VALUES (1, 8)", "1 papers differ from the log"),
        ("UPDATE meta SET value = value + 1 WHERE key = 'journal_size'", "and the log knows of"),
        ("DELETE FROM paper_text WHERE pk = 1", "NOT IN (SELECT pk FROM paper_text)"),
        ("DELETE FROM listing WHERE pk = 1", "papers <> "),
    ],
)
def test_a_cache_that_lies_is_found(cache: Path, statement: str, found: str) -> None:
    before = read_home(cache)
    change(cache, statement)
    assert any(found in fault for fault in faults(cache, before))


def test_a_journal_that_differs_is_found(cache: Path) -> None:
    before = read_home(cache)
    journal = cache.with_name("papers.journal.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(read_journal(journal).entries) == 4
    journal.write_bytes(b"".join(lines[:-1]))
    assert any("not in the journal" in fault for fault in faults(cache, before))
    journal.write_bytes(b"".join(lines).replace(b'"star"', b'"stat"'))
    assert read_journal(journal).broken == 1
    journal.unlink()
    assert "the journal is missing" in faults(cache, before)


def test_an_action_comes_whole_or_not_at_all(cache: Path) -> None:
    surroundings = environment(cache.parent)
    papers = frozenset(("2606.26740", "2606.25363"))
    assert run(("tag", "add", "a", *papers), surroundings).code == 0
    before = read_home(cache)
    deeds = (Deed("tag:b", "1", papers), Deed("tag:a", "0", papers, is_together=True))
    assert run(("tag", "rename", "a", "b"), surroundings).code == 0
    assert faults(cache, before, *deeds, acknowledged=2) == []
    renamed = read_home(cache)
    assert run(("undo",), surroundings).code == 0
    assert faults(cache, renamed, Deed("undo"), acknowledged=1) == []
    assert faults(cache, before, *deeds, Deed("undo")) == []
    half = replace(renamed, entries=tuple(one for one in renamed.entries if one.kind != "tag:a" or one.value == "1"))
    assert any("only a part of the action came" in fault for fault in judge_settled(before, half, deeds, 0))


def test_marks_must_be_those_that_were_asked_for(cache: Path) -> None:
    before = read_home(cache)
    deed = Deed("star", "1", frozenset({"2606.25363", "2606.26743"}))
    unchanged = Deed("star", "1", frozenset({"2606.25363"}))
    assert faults(cache, before, deed) == []
    assert faults(cache, before, unchanged, acknowledged=1) == []
    assert faults(cache, before, deed, acknowledged=1) == ["acknowledged and lost: star 1 of 2 papers"]
    assert run(("mark", "star", *sorted(before.states)[:3]), environment(cache.parent)).code == 0
    assert any("nobody asked for star 1" in fault for fault in faults(cache, before))
    assert any("should have come" in fault for fault in faults(cache, before, Deed("hide", "1")))


def test_an_undo_takes_back_the_newest_mark_that_stands(cache: Path) -> None:
    before = read_home(cache)
    assert run(("undo",), environment(cache.parent)).code == 0
    after = read_home(cache)
    assert after.entries[-1].value == after.entries[1].id
    assert judge_settled(before, after, [Deed("undo")], 1) == []
    assert judge_settled(before, after, [], 0) != []


def test_a_pdf_that_is_torn_or_gone_is_found(cache: Path) -> None:
    before = read_home(cache)
    file = cache.parent / "pdfs" / "2606.26740 A Title.pdf"
    file.parent.mkdir()
    file.write_bytes(make_pdf("2606.26740"))
    after, asked = read_home(cache), frozenset({pdf_of("2606.26740")})
    assert [*judge_papers(before, after, asked, acknowledged=True), *after.faults] == []
    unasked = ["1 papers unasked, such as PDF of 2606.26740"]
    assert judge_papers(before, after, frozenset(), acknowledged=False) == unasked
    assert any("acknowledged and missing" in one for one in judge_papers(before, before, asked, acknowledged=True))
    file.write_bytes(make_pdf("2606.26740")[:-1])
    assert read_home(cache).faults == (f"{file.name} is not the whole PDF",)


def test_papers_that_go_or_come_unasked_are_found(cache: Path) -> None:
    before = read_home(cache)
    change(cache, "UPDATE paper SET id = '2606.99999' WHERE id = '2606.26740'")
    assert judge_papers(before, read_home(cache), frozenset({"2606.26740"}), acknowledged=True) == [
        "1 papers lost, such as 2606.26740",
        "1 papers unasked, such as 2606.99999",
        "1 papers acknowledged and missing, such as 2606.26740",
    ]


@each(
    ("last", "found"),
    [
        (Sample(100 << 20, 9, 17, 0), []),
        (Sample(120 << 20, 9, 17, 0), [f"memory grew from {100 << 20} to {120 << 20}"]),
        (Sample(100 << 20, 20, 17, 0), ["threads grew from 9 to 20"]),
        (Sample(100 << 20, 9, 40, 3), ["descriptors grew from 17 to 40", "children grew from 0 to 3"]),
    ],
)
def test_growth_after_the_warm_up_is_found(last: Sample, found: list[str]) -> None:
    samples = [Sample((60 + 5 * min(n, 8)) << 20, 9, 17, 0) for n in range(25)]
    assert judge_samples([*samples, last]) == found


def entry(number: int, clock: int, kind: str, value: str = "1") -> Entry:
    return Entry(f"e{number}", "m", clock, kind, value, frozenset(("p",)), ("p",), False, True, number)


def test_the_undo_of_a_program_takes_back_its_whole_run_and_nothing_of_the_users() -> None:
    entries = [entry(1, 10, "star"), entry(2, 10, "agent:bot", "run 1"), entry(3, 20, "star")]
    entries += [entry(4, 20, "agent:bot", "run 2"), entry(5, 30, "read"), entry(6, 40, "tag:later")]
    entries.append(entry(7, 40, "agent:bot", "run 2"))
    assert targets(entries, "undo") == ["e3", "e4", "e6", "e7"]
    for number, id in enumerate(targets(entries, "undo"), 8):
        entries.append(entry(number, 50, "undo", id))
    assert targets(entries, "undo") == ["e5"]
    assert targets(entries, "redo") == ["e3", "e4", "e6", "e7"]
