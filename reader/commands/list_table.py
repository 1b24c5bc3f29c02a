"""The list on a terminal: papers by day, cut to its width, with marks and topics."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from reader.cache.reads.topic_trends import topics_of
from reader.commands.output import Style, width
from reader.commands.pager import shows_links
from reader.core.ids import hf_url, paper_url
from reader.core.lines import cut
from reader.core.text import clean
from reader.ui.kit.glyphs import Glyphs, glyphs
from reader.ui.kit.lines import day_heading

if TYPE_CHECKING:
    from reader.cache.reads.window import Order, Window
    from reader.core.paper_row import PaperRow

WIDEST = 160
"""Maximum columns: a title and its topics should not be too far apart."""

WITH_TOPICS, WITH_DAYS = 76, 70

GAP = 2


class ListTable(NamedTuple):
    """How a list is drawn."""

    columns: int
    signs: Glyphs
    style: Style
    today: date

    @classmethod
    def of(cls, ascii: bool) -> ListTable:
        """The table for the terminal on standard output."""
        style = Style.of(sys.stdout)
        style = Style(style.on, links=style.on and shows_links())
        return cls(min(width(), WIDEST), glyphs(ascii), style, datetime.now(UTC).date())

    def draw(self, window: Window, found: Order[int], chunk: int) -> Iterator[str]:
        """The lines of an order, read in parts of `chunk` papers."""
        headings, in_texts = self._headings(found, window.partial_days()), found.only_in_texts
        with_days = found.has_parts or not found.groups
        for start in range(0, len(found.pks), chunk):
            pks = found.pks[start : start + chunk]
            topics = window.read(partial(topics_of, pks=pks)) if self.columns >= WITH_TOPICS else {}
            by_pk = {row.pk: row for row in window.rows(pks)}
            size = max((len(row.id) for row in by_pk.values()), default=0)
            for place, pk in enumerate(pks, start):
                if place in headings:
                    yield headings[place]
                # A paper may have disappeared since the order was read.
                if pk in by_pk:
                    sign = self.signs.full_text if pk in in_texts else ""
                    yield self._draw_paper(by_pk[pk], topics.get(pk, ()), size, sign, with_day=with_days)

    def total(self, shown: int, total: int) -> str:
        """The last line: `8 of 9,294`."""
        return self.style.faint(f"{shown:,} of {max(shown, total):,}")

    def _headings(self, found: Order[int], partial_days: Container[str]) -> dict[int, str]:
        """The heading before each place that begins a day, with the day's number of papers if known."""
        starts = accumulate((count for _, count in found.groups), initial=0)
        headings = {}
        for number, ((day, count), start) in enumerate(zip(found.groups, starts, strict=False), 1):
            is_whole = found.complete or number < len(found.groups)
            known = f"  {count:,}{'+' if day in partial_days else ''}" if is_whole else ""
            headings[start] = f"{self.style.bold(day_heading(day, self.today))}{self.style.faint(known)}"
        return headings

    def _draw_paper(self, row: PaperRow, topics: Sequence[str], id_size: int, sign: str, *, with_day: bool) -> str:
        """State, id, upvotes, optionally the day, the title with a sign, and as many topics as fit."""
        day = f"  {row.day:10}" if with_day and self.columns >= WITH_DAYS else ""
        facts = f"{'' if row.upvotes is None else f'{row.upvotes:,}':>5}{day}"
        room = self.columns - 2 - id_size - len(facts) - GAP
        title = f"{sign} {clean(row.title)}" if sign else clean(row.title)
        marks = self._choose_topics(topics, room, cell_len(title))
        kept = cut(title, room - len(marks) - GAP if marks else room, self.signs.ellipsis)
        gap = " " * (room - cell_len(kept) - len(marks)) if marks else ""
        address = self.style.link(hf_url(row.id) or paper_url(row.id), row.id) + " " * (id_size - len(row.id))
        shown = kept if row.read else self.style.bold(kept)
        return (
            f"{self._sign(row)} {self.style.faint(address)}{self.style.faint(facts)}  {shown}"
            f"{gap}{self.style.topic(marks)}".rstrip()
        )

    def _choose_topics(self, topics: Sequence[str], room: int, title: int) -> str:
        """The first topic, and more while the title is not cut."""
        if not topics or len(topics[0]) > room // 3:
            return ""
        marks = topics[0]
        for topic in topics[1:]:
            if title + GAP + len(marks) + 1 + len(topic) > room:
                break
            marks += f" {topic}"
        return marks

    def _sign(self, row: PaperRow) -> str:
        if row.hidden:
            return self.style.faint(self.signs.hidden)
        if row.starred:
            return self.style.star(self.signs.starred)
        return self.signs.read if row.read else self.signs.unread
