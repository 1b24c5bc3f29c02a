"""Prove that whatever cuts the program off, nothing of the user's is lost."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.rigs.crash import disks, faults, soak, together
from tests.rigs.crash.homes import stage
from tests.rigs.crash.kills import WHAT, Killer
from tests.rigs.crash.report import Report


def main(arguments: Sequence[str]) -> int:
    """Run what the command line names; returns 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.rigs crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="kill the program N times")
    parser.add_argument("--faults", action="store_true", help="let each write of each command fail")
    parser.add_argument("--step", type=int, default=1, metavar="N", help="let only each N-th write fail")
    parser.add_argument("--disks", type=int, default=0, metavar="N", help="run commands on N full disks")
    parser.add_argument("--together", type=float, default=0, metavar="S", help="run many programs at once, S seconds")
    parser.add_argument("--soak", type=int, default=0, metavar="N", help="press N random keys in one session")
    parser.add_argument("--what", nargs="+", choices=WHAT, help="only these operations")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="what is random follows from it")
    parser.add_argument("--round", type=int, default=0, metavar="K", help="begin with the seed's round K of kills")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a new folder for the homes, which stay there")
    options = parser.parse_args(arguments)
    seed = options.seed
    reports: list[Report] = []

    def report(title: str) -> Report:
        reports.append(Report(f"{title}, seed {seed}"))
        return reports[-1]

    with (
        nullcontext(options.keep) if options.keep else TemporaryDirectory(prefix="crash-") as folder,
        stage(Path(folder) / "stage") as made,
    ):
        if options.kills:
            Killer(made, report(f"{options.kills} kills"), seed, options.what or WHAT).run(options.kills, options.round)
        if options.faults:
            library = faults.build_library(made.folder)
            if library is None:
                print("SKIPPED: faults need Linux and a C compiler.")
            else:
                faults.run_faults(made, report("Faults"), library, seed, options.what or faults.WHAT, step=options.step)
        if options.disks:
            small = report(f"{options.disks} small disks")
            if not disks.run_small_disks(made, small, options.disks, seed, options.what or disks.WHAT):
                print("SKIPPED: small disks need Linux and root.")
        if options.together:
            crowd = report(f"{options.together:.0f} s together")
            together.migrate_together(made, crowd, 8)
            for with_readers in (True, False):
                together.run_together(made, crowd, options.together / 2, seed, with_readers=with_readers)
        if options.soak:
            soak.run_soak(made, report(f"{options.soak} keys"), options.soak, seed)
    return max((one.print() for one in reports), default=0)
