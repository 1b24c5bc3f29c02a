"""A thousand marks on five machines of two people, in no order, and whether all of it is everywhere at the end."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from reader.extensions.group import looking
from tests.extensions.sync.machines import make_cache
from tests.extensions.sync.test_union import act
from tests.rigs.everywhere.homes import Home, Places

MACHINES = (
    ("ada", "laptop", 0.0),
    ("ada", "desk", -9.0),
    ("ada", "phone", 5.0),
    ("bob", "tower", 2.5),
    ("bob", "netbook", -30.0),
)
"""Each machine with its person, and the days that its clock is off."""

THINGS = ("star", "queue", "note", "tag", "tag:a")


@dataclass
class Outcome:
    """What came of it."""

    marks: int = 0
    choices: int = 0
    events: int = 0
    shared: int = 0
    """Marks that the members see of each other at the end."""
    wrong: list[str] = field(default_factory=list)
    """What is not as it should be, in sentences."""


def play(root: Path, places: AbstractContextManager[Places], marks: int, seed: int) -> Outcome:
    """Mark papers at random on all machines, let them meet, and compare what each has and sees."""
    origin = make_cache(root / "origin" / "papers.db")
    with places as found:
        homes = [Home.of(person, name, off, origin, found, root) for person, name, off in MACHINES]
        game = _Game(homes, random.Random(seed))
        game.run(marks)
        game.settle()
        game.compare()
    return game.outcome


class _Game:
    def __init__(self, homes: list[Home], chance: random.Random) -> None:
        self._homes, self._chance = homes, chance
        self.outcome = Outcome()

    def run(self, marks: int) -> None:
        chance, outcome = self._chance, self.outcome
        # Each machine comes to the group at some time, in any order.
        coming = sorted((chance.randrange(marks // 2), place) for place in range(len(self._homes)))
        while outcome.marks + outcome.choices < marks:
            while coming and outcome.marks + outcome.choices >= coming[0][0]:
                self._enter(self._homes[coming.pop(0)[1]])
            home = chance.choice(self._homes)
            if home.is_member and chance.random() < 0.04:
                chosen = [one for one in THINGS if chance.random() < 0.5]
                looking.change_shares(home.cache, chosen)
                outcome.choices += 1
            else:
                act(home, chance)
                outcome.marks += 1
            if chance.random() < 0.05:
                home.join_marks()
            if home.is_member and chance.random() < 0.05:
                home.look_at_group()

    def _enter(self, home: Home) -> None:
        members = [one for one in self._homes if one.is_member]
        own = [one for one in members if one.person == home.person]
        home.enter(own[0] if own else None, is_new=not members)
        home.look_at_group()

    def settle(self) -> None:
        """Let all machines meet, until nothing is new."""
        for _ in range(2):
            for home in self._chance.sample(self._homes, len(self._homes)):
                home.join_marks()
        for _ in range(3):
            for home in self._chance.sample(self._homes, len(self._homes)):
                home.look_at_group()

    def compare(self) -> None:
        """Note what differs between the machines of a person, and between what one shares and the others see."""
        for home in self._homes:
            exchanged, looked = home.join_marks(), home.look_at_group()
            if exchanged.came or exchanged.went or looked.came or looked.went or looked.is_told:
                self._note(f"{home.name} is still told something: {exchanged} {looked}")
            if exchanged.troubles or looked.troubles:
                self._note(f"{home.name} skipped something: {exchanged.troubles} {looked.troubles}")
        for person in ("ada", "bob"):
            first, *rest = own = [one for one in self._homes if one.person == person]
            self.outcome.events += len(first.log())
            for other in rest:
                if (other.log(), other.states(), other.shares) != (first.log(), first.states(), first.shares):
                    self._note(f"{other.name} and {first.name} differ")
            with first.events() as events:
                events.rebuild()
            if first.states() != rest[0].states():
                self._note(f"what follows from the log of {first.name} at once is not what followed in steps")
            shared = first.has_to_share()
            for home in self._homes:
                if home not in own and home.sees() != {person: shared}:
                    self._note(f"{home.name} sees {home.sees()} of {person}, who shares {shared}")
            self.outcome.shared += len(shared)

    def _note(self, sentence: str) -> None:
        self.outcome.wrong.append(sentence[:2_000])
