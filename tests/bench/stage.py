"""Where the bench measures: a table, a folder with a corpus, homes in it, and a reader that has come to rest in one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import mkdtemp

from reader.cache.reads.window import Window
from reader.cache.search.compile import Scope, compile_query
from reader.cache.search.selection import Selection
from reader.session.places import Place, view
from tests.bench.drive import open_reader, settle, shows, until
from tests.rigs.terminal import Terminal

REST = 0.3
"""Seconds of silence after which a program is taken to have drawn all it will."""


HEAD = f"{'':<46}{'reader':>10}{'p95':>10}{'floor':>10}{'ratio':>7}"


@dataclass
class Bench:
    """One run: a folder to work in, and the corpus."""

    folder: Path
    corpus: Path
    papers: int

    def add(
        self, name: str, reader: Sequence[float] | float, floor: Sequence[float] | float = (), note: str = ""
    ) -> None:
        """Print a line of the table; figures are in the unit that the name ends with."""
        ours, least = (figures if isinstance(figures, Sequence) else (figures,) for figures in (reader, floor))
        middle, bottom = median(ours), median(least) if least else None
        columns = (_figure(middle), _figure(quantiles(ours, n=20)[-1]) if len(ours) >= 20 else "", _figure(bottom))
        ratio = f"{middle / bottom:.2f}" if bottom else ""
        print(f"{name:<46}{''.join(f'{one:>10}' for one in columns)}{ratio:>7}  {note}".rstrip(), flush=True)

    def home(self, *, empty: bool = False) -> Path:
        """A new home of the reader's with a copy of the corpus, left at the view All."""
        home = Path(mkdtemp(prefix="home-", dir=self.folder))
        if not empty:
            shutil.copyfile(self.corpus, home / "papers.db")
            # What the disk has yet to write is not the reader's to wait for.
            os.sync()
        # A visit before this one: to a new user, the reader would offer to mark the old papers as read.
        (home / "state.json").write_text(f'{{"view": "all", "visited": "{datetime.now(UTC).isoformat()}"}}')
        return home

    def titles(self, text: str = "", limit: int = 8) -> list[str]:
        """The titles that a query shows first in the view All, as the cache has them."""
        with closing(Window.open(self.corpus)) as window:
            return [row.title for row in window.rows(window.first(selected(window, text), limit).pks)]


def _figure(figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 1 else f"{figure:.2f}"


def selected(window: Window, text: str) -> Selection:
    """What a query selects in the view All."""
    scope = Scope(datetime.now(UTC).date(), window.newest_day(), None)
    return compile_query(Place(view("all"), text).whole("day"), scope)


@contextmanager
def reading(bench: Bench, home: Path, endpoint: str) -> Iterator[Terminal]:
    """A reader that has started, refreshed from a feed with no news, counted, and come to rest."""
    with open_reader(home, endpoint) as terminal:
        until(terminal, shows(bench.titles()))
        until(terminal, lambda terminal: "↻" in terminal.lines[0])
        settle(terminal, 1.0)
        yield terminal


def in_ms(seconds: Sequence[float]) -> list[float]:
    """Seconds as milliseconds."""
    return [1_000 * one for one in seconds]
