"""Show that marks are everywhere.

Five machines of two people, whose clocks are off by days, mark papers at random and join each other in no order, once
through folders and once through a PostgreSQL server that is started for it. Then three readers run in terminals, and
how long a mark takes from one to the others is measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.extensions.sync.postgres import server
from tests.rigs.everywhere.homes import databases, folders
from tests.rigs.everywhere.marks import MACHINES, play
from tests.rigs.everywhere.readers import measure

HEADS = ("through", "seed", "marks", "choices", "joins", "looks", "events", "shared", "seconds", "all equal")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs everywhere", description=__doc__)
    parser.add_argument("--marks", type=int, default=1_000, help="marks and choices of a run")
    parser.add_argument("--seeds", type=int, default=1, help="runs through each kind of place")
    parser.add_argument("--seconds", type=int, default=10, help="marks whose way to other screens is measured")
    given = parser.parse_args(arguments)
    machines = ", ".join(f"{name} of {person} ({off:+g} days)" for person, name, off in MACHINES)
    print(f"Machines: {machines}\n")
    print("".join(f"{head:>11}" for head in HEADS))
    wrong: list[str] = []
    # A socket's path is short.
    with TemporaryDirectory(prefix="pg") as folder, server(Path(folder)) as address:
        for seed in range(1, given.seeds + 1):
            for kind in ("folders", "PostgreSQL"):
                with TemporaryDirectory() as place:
                    places = folders(Path(place)) if kind == "folders" else databases(address)
                    one = play(Path(place), places, given.marks, seed)
                wrong += one.wrong
                row = (kind, seed, one.marks, one.choices, one.joins, one.looks, one.events, one.shared)
                end = f"{one.seconds:>11.0f}{'no' if one.wrong else 'yes':>11}"
                print("".join(f"{value:>11}" for value in row) + end, flush=True)
        for sentence in wrong:
            print(sentence)
        if given.seconds:
            with TemporaryDirectory() as place, databases(address) as found:
                own, others = measure(Path(place), found, given.seconds)
            print("\nFrom a key in one reader to the screen of another, through PostgreSQL, in seconds:")
            for name, times in (("another machine of one's own", own), ("another member of the group", others)):
                print(f"{name:>30}: median {median(times):.2f}, from {min(times):.2f} to {max(times):.2f}")
    return 1 if wrong else 0
