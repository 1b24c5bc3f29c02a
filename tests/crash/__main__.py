"""`python -m tests.crash`: prove that whatever cuts the program off, nothing of the user's is lost."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.homes import MANY, SAMPLE, stage
from tests.crash.kills import WEIGHTS, Killer, names
from tests.crash.report import Report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names; returns 1 if anything was lost."""
    options = _parse(arguments)
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    with (
        TemporaryDirectory(prefix="crash-", dir=options.folder) as folder,
        stage(Path(folder) / "stage", options.papers, options.many) as made,
    ):
        report = Report(f"{options.kills} kills, seed {seed}")
        killer = Killer(made, report, seed, names(options.what), options.keep)
        killer.run(options.kills, options.round)
    return report.print()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="kill the program N times")
    parser.add_argument("--what", default="", metavar="LIST", help=f"operations: {','.join(WEIGHTS)}")
    parser.add_argument("--seed", type=int, metavar="S", help="what is random follows from it")
    parser.add_argument("--round", type=int, default=0, metavar="K", help="begin with the seed's round K")
    parser.add_argument("--papers", type=Path, default=SAMPLE, metavar="FILE", help="recorded days of the feed")
    parser.add_argument("--many", type=int, default=MANY, metavar="N", help="papers of a home, at least")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where the homes are made")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep homes with violations here")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
