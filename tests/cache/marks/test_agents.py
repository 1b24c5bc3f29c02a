"""Marks that programs make for the user: the log says which program, and one undo takes back all of one run."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.cache import choice
from reader.cache.marks import agents
from reader.cache.marks.agents import made_by_agents
from reader.cache.marks.effects import Change
from reader.cache.marks.event_log import Action
from reader.cache.marks.events import _OF_AGENT, _UNDOABLE, Events
from reader.cache.storing.papers import Cache
from reader.core.marks import Agent, clean_mark
from reader.core.paper import Listing
from reader.paths import journal_file
from tests.cache.conftest import NOW, ByName, draft
from tests.cache.marks.test_events import starred, states

ONE = Agent("scout", "0123456789ab")
AGAIN = Agent("scout", "ba9876543210")


def star(events: Events, pks: Sequence[int], by: Agent | None = None, *, on: bool = True) -> Action | None:
    return events.act([Change("star", on, pks)], by=by)


def made(events: Events, pk: int) -> list[str]:
    return [one.said for one in events.read(lambda connection: made_by_agents(connection, pk))]


def test_the_log_says_which_program_made_a_mark(events: Events) -> None:
    action = events.act([Change("star", True, [1, 2]), Change("tag:x", True, [2, 3])], by=ONE)
    assert action is not None
    assert action.said == "2 starred, tagged x, by scout"
    assert made(events, 1) == ["starred by scout"]
    assert made(events, 2) == ["starred by scout", "tagged x by scout"]
    assert made(events, 3) == ["tagged x by scout"]
    star(events, [1], on=False)
    assert made(events, 1) == []


def test_what_changes_nothing_leaves_no_trace_of_the_program(events: Events) -> None:
    star(events, [1])
    assert star(events, [1], ONE) is None
    action = star(events, [1, 2], ONE)
    assert action is not None and action.count == 1
    assert (made(events, 1), made(events, 2)) == ([], ["starred by scout"])


def test_one_undo_takes_back_all_of_a_run_and_nothing_else(events: Events, path: Path) -> None:
    star(events, [1], ONE)
    star(events, [2], AGAIN)
    star(events, [3])
    events.act([Change("note", "Seen.", [1])], by=ONE)
    star(events, [4], ONE)
    undone = events.undo()
    assert undone is not None and undone.said == "2 starred, 1 noted, by scout"
    assert starred(path) == {2, 3} and states(path).notes == ()
    redone = events.redo()
    assert redone is not None and redone.count == 2
    assert starred(path) == {1, 2, 3, 4} and states(path).notes == ((1, "Seen."),)
    events.undo()
    star(events, [5])
    for left in ({2, 3}, {2}, set[int]()):
        assert events.undo() is not None
        assert starred(path) == left
    assert events.undo() is None


def test_a_program_takes_back_its_own_marks_only(events: Events, path: Path) -> None:
    star(events, [1], ONE)
    star(events, [2])
    assert events.undo(by=AGAIN) is None
    assert events.undo(by=ONE) is not None
    assert starred(path) == {2}
    assert events.undo(by=ONE) is None


ACTS = st.lists(
    st.tuples(
        st.sampled_from([None, ONE, AGAIN]),
        st.sampled_from(["star", "read", "tag:x"]),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=14,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=ACTS)
def test_after_an_undo_of_a_run_the_marks_are_those_of_all_others(
    events: Events, acts: list[tuple[Agent | None, str, int, bool]]
) -> None:
    while events.undo():
        pass
    stood: list[tuple[Agent | None, tuple[str, int], bool]] = []
    for by, kind, pk, value in acts:
        if events.act([Change(kind, value, [pk])], by=by):
            stood.append((by, (kind, pk), value))
    before = events.read(marked)
    assert before == {key for key, value in {key: value for _, key, value in stood}.items() if value}
    events.undo(by=ONE)
    others = {key: value for by, key, value in stood if by != ONE}
    assert events.read(marked) == {key for key, value in others.items() if value}
    if any(by == ONE for by, _, _ in stood):
        events.redo()
        assert events.read(marked) == before
    events.rebuild()
    assert events.read(marked) == before


def marked(connection: sqlite3.Connection) -> set[tuple[str, int]]:
    rows = connection.execute(
        "SELECT 'star', pk FROM paper WHERE starred UNION SELECT 'read', pk FROM paper WHERE read"
        " UNION SELECT 'tag:' || tag, pk FROM paper_tag"
    )
    return {(kind, pk) for kind, pk in rows}


def test_a_lost_cache_knows_it_from_the_journal(events: Events, path: Path) -> None:
    star(events, [1], ONE)
    star(events, [2], ONE)
    (other := path.parent / "other").mkdir()
    with closing(Cache.open(other / path.name, ByName())) as cache:
        cache.store(Listing("2026-11-24", (draft(1, upvotes=9), draft(2, upvotes=30))), NOW)
    shutil.copy(journal_file(path), journal_file(other / path.name))
    with closing(Events.open(other / path.name)) as restored:
        assert made(restored, 1) == ["starred by scout"]
        assert starred(other / path.name) == {1, 2}
        restored.undo()
    assert starred(other / path.name) == set()


@pytest.mark.parametrize(
    ("kind", "value", "cleaned"),
    [
        ("agent:a\x1b[31m b", "0123456789ab", ("agent:a b", "0123456789ab")),
        ("agent:", "0123456789ab", None),
        ("agent:scout", "1", None),
        ("agent:scout", "0123456789AB", None),
    ],
)
def test_foreign_files_say_it_in_the_right_form_or_not_at_all(
    kind: str, value: str, cleaned: tuple[str, str] | None
) -> None:
    assert clean_mark(kind, value) == cleaned


@pytest.mark.parametrize("query", [choice._NEWEST_MARKS, agents._MADE, _OF_AGENT, _UNDOABLE])
def test_events_of_one_clock_are_found_by_it(events: Events, query: str) -> None:
    """By the machine, each event would read all: minutes for 200,000."""
    values = {"pk": 1, "machine": "", "kind": "", "value": "", "idle": ""}
    plan = events.read(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall())
    found = [step for *_, step in plan if re.match(r"(SEARCH (a|r|event) .*machine=|SCAN event)", step)]
    # An undo asks once for the machine's newest event, and for what a run of a program did.
    assert len(found) == {_UNDOABLE: 2, _OF_AGENT: 1}.get(query, 0)
