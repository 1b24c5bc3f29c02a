"""Logs are joined as sets are: in any order and grouping, and as often as one likes."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reader.cache.marks.event_log import Marking
from reader.core.errors import NotAMark
from reader.core.passages import Passage
from tests.extensions.sync.machines import PAPERS, Machine

FEEDS = tuple(
    f'{{"kind": "rss", "url": "https://{host}.example/feed", "title": "{host}", "added": "2026"}}' for host in "ab"
)


def act(machine: Machine, chance: random.Random) -> None:
    """Do something at random on a machine."""
    some = chance.sample(PAPERS, chance.randint(1, 3))
    with machine.events() as events:
        match chance.randrange(10):
            case 0 | 1:
                events.mark(chance.choice(("read", "star", "hide")), chance.random() < 0.6, some)
            case 2:
                events.mark("queue", chance.random() < 0.8, some)
            case 3:
                events.mark(f"tag:{chance.choice('ab')}", chance.random() < 0.6, some)
            case 4:
                events.mark("note", f"{machine.name} {machine.seconds}", some[:1])
            case 5:
                # A paper that no cache has.
                events.mark("star", True, [], absent=["2611.99999"])
            case 6:
                feed = chance.choice(("", *FEEDS))
                follow(machine, f"follow:{chance.choice(('one', 'two'))}", feed)
            case 7:
                # What was followed or left is told of first.
                with suppress(NotAMark):
                    events.undo(anywhere=chance.random() < 0.3)
            case 8:
                events.redo()
            case 9:
                kept = Passage(f"{chance.randrange(2):012}", f"{machine.name} {machine.seconds}").value
                events.mark(f"passage:{chance.randrange(2):012}", chance.choice(("", kept, kept)), some[:1])


def follow(machine: Machine, kind: str, value: str) -> None:
    """Follow a feed under a slug, whatever other slugs have it."""
    from reader.cache.marks.derived import refold

    with machine.events() as events, events._log.recording():
        (event,) = events._log.record_together([Marking(kind, value)])
        refold(events._connection, kind)
        events._log.finish(event)


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(chance=st.randoms(use_true_random=False), days=st.lists(st.integers(-4, 4), min_size=3, max_size=3))
def test_all_machines_come_to_the_same_state_in_any_order(origin: Path, chance: random.Random, days: list[int]) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "shared"
        machines = [Machine.copied(origin, folder, f"m{number}", off) for number, off in enumerate(days)]
        for _ in range(16):
            one = chance.choice(machines)
            act(one, chance)
            if chance.random() < 0.2:
                one.look()
        # Each has been told of by the second round; a third brings nothing.
        for order in (chance.sample(machines, 3), chance.sample(machines, 3)):
            for one in order:
                one.look()
        assert [sum(one.look().came.values()) for one in machines] == [0, 0, 0]
        assert machines[0].log() == machines[1].log() == machines[2].log()
        assert machines[0].states() == machines[1].states() == machines[2].states()
        # What follows from the log in steps is what follows from all of it at once.
        before = machines[0].states()
        with machines[0].events() as events:
            events.rebuild()
        assert machines[0].states() == before
