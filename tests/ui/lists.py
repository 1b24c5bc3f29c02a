"""A paper list on a bare stage, and the rows that it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from reader.core.paper_row import PaperKey, PaperRow
from reader.ui.kit.glyphs import UNICODE
from reader.ui.list.pane import PaperList
from tests.doubles import cached
from tests.ui.drawings import drawn
from tests.ui.stage import TODAY, Stage, row


class Shelf:
    """Rows by paper, and the papers whose rows were fetched."""

    def __init__(self, *rows: PaperRow) -> None:
        self.rows = {row.pk: row for row in rows}
        self.fetched: list[int] = []

    def __call__(self, keys: Sequence[PaperKey]) -> list[PaperRow]:
        pks = [cached(key) for key in keys]
        self.fetched.extend(pks)
        return [self.rows.get(pk) or row(pk, f"Paper {pk}") for pk in pks if pk >= 0]


@asynccontextmanager
async def list_stage(columns: int, lines: int) -> AsyncIterator[tuple[PaperList, Pilot[None]]]:
    papers = PaperList(today=TODAY)
    async with Stage(papers).run_test(size=(columns, lines)) as pilot:
        yield papers, pilot


def painted(papers: PaperList) -> list[str]:
    """The lines of the list as a full repaint of the screen shows them."""
    strips = papers.screen._compositor.render_strips()
    region = papers.region
    return [strips[y].crop(region.x, region.right).text.rstrip() for y in range(region.y, region.bottom)]


def highlighted_line(papers: PaperList) -> int:
    return next(y for y, line in enumerate(drawn(papers)) if line.startswith(UNICODE.cursor))
