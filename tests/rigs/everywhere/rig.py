"""Show that marks are everywhere.

Five machines of two people, whose clocks are off by days, mark papers at random and join each other in no order, once
through folders and once through a PostgreSQL server that is started for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.extensions.sync.postgres import server
from tests.rigs.everywhere.homes import databases, folders
from tests.rigs.everywhere.marks import play


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs everywhere", description=__doc__)
    parser.add_argument("--marks", type=int, default=1_000, help="marks and choices of a run")
    parser.add_argument("--seeds", type=int, default=1, help="runs through each kind of place")
    given = parser.parse_args(arguments)
    wrong: list[str] = []
    # A socket's path is short.
    with TemporaryDirectory(prefix="pg") as folder, server(Path(folder)) as address:
        for seed in range(1, given.seeds + 1):
            for kind in ("folders", "PostgreSQL"):
                with TemporaryDirectory() as place:
                    places = folders(Path(place)) if kind == "folders" else databases(address)
                    one = play(Path(place), places, given.marks, seed)
                print(f"through {kind}, seed {seed}: {one}", flush=True)
                wrong += one.wrong
    return 1 if wrong else 0
