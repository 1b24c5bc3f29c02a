"""Prove that whatever cuts the program off, nothing of the user's is lost."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.rigs.crash import disks, faults, soak, together
from tests.rigs.crash.homes import MANY, SAMPLE, stage
from tests.rigs.crash.kills import WEIGHTS, Killer, names
from tests.rigs.crash.report import Report


def main(arguments: Sequence[str]) -> int:
    """Run what the command line names; returns 1 if anything was lost."""
    options = _parse(arguments)
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    reports: list[Report] = []
    with (
        TemporaryDirectory(prefix="crash-", dir=options.folder) as folder,
        stage(Path(folder) / "stage", options.papers, options.many) as made,
    ):

        def report(title: str) -> Report:
            reports.append(Report(f"{title}, seed {seed}"))
            return reports[-1]

        if options.kills:
            killer = Killer(made, report(f"{options.kills} kills"), seed, names(options.what or WEIGHTS), options.keep)
            killer.run(options.kills, options.round)
        if options.faults:
            library = faults.build_library(made.folder)
            if library is None:
                print("SKIPPED: faults need Linux and a C compiler.")
            else:
                what = names(options.what or faults.WHAT, faults.WHAT)
                faults.run_faults(made, report("Faults"), library, seed, what, step=options.step)
        if options.disks:
            what = names(options.what or disks.WHAT, disks.WHAT)
            disks.run_limits(made, report(f"{options.disks} bounds on files"), options.disks, seed, what)
            if options.what is None:
                disks.run_repair_limits(made, report(f"{options.disks} bounds on repairs"), options.disks, seed)
            if not disks.run_small_disks(made, report(f"{options.disks} small disks"), options.disks, seed, what):
                print("SKIPPED: small disks need Linux and root.")
        if options.together:
            crowd = report(f"{options.together:.0f} s together")
            together.migrate_together(made, crowd, 8)
            for with_readers in (True, False):
                together.run_together(made, crowd, options.together / 2, seed, with_readers=with_readers)
        if options.soak:
            soak.run_soak(made, report(f"{options.soak} keys"), options.soak, seed)
    return max((one.print() for one in reports), default=0)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="kill the program N times")
    parser.add_argument("--faults", action="store_true", help="let each write of each command fail")
    parser.add_argument("--step", type=int, default=1, metavar="N", help="let only each N-th write fail")
    parser.add_argument("--disks", type=int, default=0, metavar="N", help="run commands on N full disks of two kinds")
    parser.add_argument(
        "--together", type=float, default=0, metavar="S", help="run many programs at once for S seconds"
    )
    parser.add_argument("--soak", type=int, default=0, metavar="N", help="press N random keys in one session")
    parser.add_argument("--what", type=_words, metavar="LIST", help=f"some of {','.join(WEIGHTS)}")
    parser.add_argument("--seed", type=int, metavar="S", help="what is random follows from it")
    parser.add_argument("--round", type=int, default=0, metavar="K", help="begin with the seed's round K of kills")
    parser.add_argument("--papers", type=Path, default=SAMPLE, metavar="FILE", help="recorded days of the feed")
    parser.add_argument("--many", type=int, default=MANY, metavar="N", help="papers of a home, at least")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where the homes are made")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep homes with violations here")
    return parser.parse_args(arguments)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))
