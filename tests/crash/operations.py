"""What the program is asked to do while it is killed, and what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.crash.homes import Stage
from tests.crash.oracle import Deed, Snapshot, derive, states_by_paper, text_of
from tests.crash.program import Run
from tests.feeds.fulltext import pages

MARKS = {
    "read": ("read", "1"),
    "unread": ("read", "0"),
    "star": ("star", "1"),
    "unstar": ("star", "0"),
    "hide": ("hide", "1"),
    "unhide": ("hide", "0"),
}
"""The words of `mark`, and the events that they make."""

BULK = (
    ("star", "is:unread", "read", False),
    ("read", "is:unread", "read", False),
    ("unread", "is:read", "read", True),
    ("unstar", "is:starred", "star", True),
    ("star", "-is:starred", "star", False),
)
"""Words of `mark`, queries, and what these ask: whether a kind of mark stands on a paper that is not hidden."""

NEW = 15
"""Papers of each day that a refresh fetches."""

IMPORTED = 60
"""Papers of each file that is imported."""


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a command, and what must come of it."""

    words: tuple[str, ...]
    deeds: tuple[Deed, ...] = ()
    papers: frozenset[str] = frozenset()
    """Those that it brings."""
    said: str = ""
    """A part of what it prints once it is done; empty if only its exit code tells."""

    def is_acknowledged(self, run: Run) -> bool:
        """Whether the program said that it is done."""
        return run.code == 0 or bool(self.said and self.said in run.out)


Prepare = Callable[[Stage, random.Random, Snapshot], Step]


def _mark(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    word = chance.choice(tuple(MARKS))
    kind, value = MARKS[word]
    papers = chance.sample(sorted(before.states), chance.randint(1, 4))
    return Step(("mark", word, *papers), (Deed(kind, value, frozenset(papers)),), said=" marked ")


def _bulk(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    states = states_by_paper(derive(before.entries, before.aliases))
    shown = {id: states.get(id, frozenset()) for id in before.states}
    shown = {id: marks for id, marks in shown.items() if "hide" not in marks}
    word, query, mark, is_there = chance.choice(BULK)
    kind, value = MARKS[word]
    papers = frozenset(id for id, marks in shown.items() if (mark in marks) == is_there)
    return Step(("mark", word, "--query", query), (Deed(kind, value, papers),), said=" marked ")


def _undo(_stage: Stage, _chance: random.Random, _before: Snapshot) -> Step:
    return Step(("undo",), (Deed("undo"),), said="Taken back")


def _import(stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    file, papers = stage.write_import(chance, IMPORTED)
    return Step(("import", str(file)), papers=papers, said=" new, ")


def _refresh(stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    papers = stage.publish(chance, NEW)
    return Step(("refresh", "--days", "3"), papers=papers, said=" in 3 days")


def _compact(_stage: Stage, _chance: random.Random, _before: Snapshot) -> Step:
    return Step(("cache", "compact"))


def _read(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Fetch a full text; one that is kept already is asked for again."""
    id = chance.choice(sorted(id for id in before.states if ":" not in id))
    stage.feed.pages[f"/papers/{id}.md"] = pages.MARKDOWN.encode()
    return Step(("read", id, "--again"), papers=frozenset({text_of(id)}), said="1  Start")


OPERATIONS: Mapping[str, Prepare] = MappingProxyType(
    {
        "mark": _mark,
        "bulk": _bulk,
        "undo": _undo,
        "import": _import,
        "refresh": _refresh,
        "compact": _compact,
        "read": _read,
    }
)
"""Commands by the names of the command line of these tests; the reader has a module of its own."""


def opening(before: Snapshot) -> Step:
    """A command that opens the log and changes nothing: whatever was cut off is finished by it."""
    states = states_by_paper(derive(before.entries, before.aliases))
    probe = min(before.states)
    return Step(("mark", "unhide" if "hide" not in states.get(probe, ()) else "hide", probe))
