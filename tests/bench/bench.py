"""Measure the real program in a real terminal, beside its floors and beside newsboat; print one table.

    python -m tests.bench.bench --papers 100000 [--folder DIR] [--newsboat] [--only start,keys]

A floor is the least that the same thing could take: a bare Textual app, or the plain statement in sqlite3 on the same
file. Times are medians where nothing else is said. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from tests.bench import corpus, newsboat
from tests.bench.measures import MEASURES
from tests.bench.stage import Bench
from tests.rigs.program import ROOT


@dataclass
class Row:
    """One line of the table; figures are in the unit that the name ends with."""

    name: str
    reader: Sequence[float]
    floor: Sequence[float] = ()
    newsboat: Sequence[float] = ()
    note: str = ""


@dataclass
class Table:
    """What was measured."""

    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        name: str,
        reader: Sequence[float] | float,
        floor: Sequence[float] | float = (),
        newsboat: Sequence[float] | float = (),
        note: str = "",
    ) -> None:
        """Add a line, and show it at once."""
        row = Row(name, _several(reader), _several(floor), _several(newsboat), note)
        self.rows.append(row)
        print(_line(row), flush=True)

    def __str__(self) -> str:
        return "\n".join([HEAD, *map(_line, self.rows)])


def _several(figures: Sequence[float] | float) -> Sequence[float]:
    return (figures,) if isinstance(figures, int | float) else figures


HEAD = f"{'':<46}{'reader':>10}{'p95':>10}{'floor':>10}{'ratio':>7}{'newsboat':>10}"


def _line(row: Row) -> str:
    ours = median(row.reader)
    p95 = quantiles(row.reader, n=20)[-1] if len(row.reader) >= 20 else None
    floor = median(row.floor) if row.floor else None
    theirs = median(row.newsboat) if row.newsboat else None
    ratio = f"{ours / floor:.2f}" if floor else ""
    columns = f"{_figure(ours):>10}{_figure(p95):>10}{_figure(floor):>10}{ratio:>7}{_figure(theirs):>10}"
    return f"{row.name:<46}{columns}  {row.note}".rstrip()


def _figure(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 1 else f"{figure:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the reader on a cache of papers that nobody wrote.")
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=corpus.default_folder(), help="where caches are kept")
    parser.add_argument("--newsboat", action="store_true", help="measure newsboat too, if it is installed")
    parser.add_argument("--only", default="", help=f"of {', '.join(MEASURES)}; with commas between")
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name] or list(MEASURES)
    cache = corpus.kept(options.folder, options.papers)
    # The bare app and the reader are modules of this checkout, whatever is installed.
    os.chdir(ROOT)
    table = Table()
    has_newsboat = options.newsboat and newsboat.is_installed()
    for name in wanted:
        # Copies of a large cache are many gigabytes, and go before the next ones come.
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            MEASURES[name](Bench(Path(folder), cache, options.papers, table.add, newsboat=has_newsboat))
    load = os.getloadavg()[0]
    print(f"\n{options.papers:,} papers; load {load:.1f} on {os.cpu_count()} cores; times in ms\n{table}")


if __name__ == "__main__":
    main()
