"""Measure the real program in a real terminal, beside its floors and newsboat, if that is installed; print one table.

    python -m tests.bench.bench --papers 100000 [--folder DIR] [--only start,keys]

A floor is the least that the same thing could take: a bare Textual app, or the plain statement in sqlite3 on the same
file. Times are medians where nothing else is said. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.bench import corpus
from tests.bench.measures import MEASURES
from tests.bench.stage import HEAD, Bench
from tests.rigs.program import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the reader on a cache of papers that nobody wrote.")
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=corpus.default_folder(), help="where caches are kept")
    parser.add_argument("--only", default="", help=f"of {', '.join(MEASURES)}; with commas between")
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name] or list(MEASURES)
    cache = corpus.kept(options.folder, options.papers)
    # The bare app and the reader are modules of this checkout, whatever is installed.
    os.chdir(ROOT)
    print(f"{options.papers:,} papers, {os.cpu_count()} cores, times in ms\n{HEAD}", flush=True)
    for name in wanted:
        # Copies of a large cache are many gigabytes, and go before the next ones come.
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            MEASURES[name](Bench(Path(folder), cache, options.papers))
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
