"""Reads the content of the first frame and draws it as the widgets will.

Reading the settings and binding their keys takes longer than the whole first frame. So the last visit saved the values
that the frame needs (`ui/next_start.py`), which are valid while the settings are unchanged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from reader import __version__, paths
from reader.cache import schema
from reader.cache.reads.window import Order, Window
from reader.core.lines import Line, Piece, measure
from reader.core.paper_row import PaperRow
from reader.core.views import LATEST
from reader.paths import read_start, replace_private
from reader.platform import theme_name
from reader.session.first_list import SCREENFUL_PAPERS, find_holes, first_list, is_by_index
from reader.session.places import SAVED, Place, saved_view, view
from reader.session.visit import Visit, resume_visit
from reader.ui.kit.glyphs import glyphs
from reader.ui.kit.lines import clock, needs_counts, pattern, view_name
from reader.ui.kit.status_lines import Condition, Header, Status, header_line, status_lines
from reader.ui.kit.styles import OWN_COLORS, PLAIN, Colors, Palette, color_depth, sgr
from reader.ui.list.lines import Heading, ListLook, PaperAt, draw_content, paper_height
from reader.ui.shell.layout import Area, PaneChoice, lay_out
from reader.ui.shell.list_lines import LineSlot, ListForm, ListLines, papers_have_dates

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.core.dates import Hole


MAX_LOOK_BYTES = 1 << 20
"""Maximum bytes of the saved look; a larger file is not read."""


class KeptLook(NamedTuple):
    """The values from the settings that the first frame needs, saved because reading the settings is slow."""

    made_from: Mapping[str, Any]
    order: str
    """The list's order from the settings."""
    ascii: bool
    theme: str
    """The theme from the settings, which may be `auto`."""
    colors: Sequence[str]
    """The colours of the theme, which only Textual knows for its own themes."""
    hints: Mapping[str, Sequence[tuple[str, str]]]
    """The keys of the last line without a query (`plain`) and with a query (`query`)."""


def made_from(environment: Mapping[str, str]) -> dict[str, Any]:
    """The values that a look depends on: the version, the settings file's time and size, and Textual's variables."""
    variables = {name: value for name, value in environment.items() if name.startswith("TEXTUAL")}
    try:
        status = paths.config_file().stat()
    except OSError:
        return {"version": __version__, "environment": variables, "settings": None}
    return {
        "version": __version__,
        "environment": variables,
        "settings": [str(paths.config_file()), status.st_mtime_ns, status.st_size],
    }


def load_look(file: Path, environment: Mapping[str, str]) -> KeptLook | None:
    """The saved look; None if there is none or it is out of date."""
    try:
        values = json.loads(read_start(file, MAX_LOOK_BYTES).decode())
        look = KeptLook(**values)
        hints = {name: [(key, word) for key, word in pairs] for name, pairs in look.hints.items()}
    except (OSError, ValueError, RecursionError, TypeError, AttributeError):
        return None
    return look._replace(hints=hints) if look.made_from == made_from(environment) else None


def save_look(file: Path, look: KeptLook) -> None:
    """Save a look for the next start; raises OSError."""
    replace_private(file, json.dumps(look._asdict(), ensure_ascii=False), durable=False)


MAX_LOCK_SECONDS = 0.05
"""Maximum seconds to wait for a lock of the cache."""


class Content(NamedTuple):
    """The first papers of the starting place, and the facts of the header."""

    place: Place
    order: Order
    rows: Mapping[int, PaperRow]
    cursor: int
    """The highlighted paper's place in the order."""
    ranked_at: str | None
    """ISO time at which the feed's ranking was fetched; None in other views."""
    newest_day: str | None
    holes: tuple[Hole, ...]
    """Runs of missing days between listed days."""
    refreshed: datetime | None
    """The local time of the last complete refresh."""


def is_certain(cache: Path) -> bool:
    """Whether a cache can be opened without a health check: no upgrade, repair or lock is due."""
    if paths.suspect_stamp(cache).exists() or not os.access(cache, os.W_OK) or not os.access(cache.parent, os.W_OK):
        return False
    log, locks = (cache.with_name(f"{cache.name}{end}") for end in ("-wal", "-shm"))
    if log.exists() and not locks.exists():
        # Another program may be opening the cache, and finding out takes too long.
        return False
    return schema.version(cache) == schema.HEAD


def read_content(cache: Path, visit: Visit, order: str) -> Content | None:
    """Read the content of the first frame, in the order of the settings.

    Return None if the frame cannot show the place exactly as the reader will. Raises CacheError.
    """
    with closing(Window.open(cache, MAX_LOCK_SECONDS)) as window:
        visit = resume_visit(visit, window.has_news, date.today())
        is_saved = visit.view.startswith(SAVED)
        shown = saved_view(visit.view.removeprefix(SAVED), visit.view_query) if is_saved else view(visit.view)
        place = Place(shown, visit.text)
        if "view:" in f"{shown.query} {visit.text}":
            # A named query is only in the settings.
            return None
        kept = window.pk_of(visit.paper) if visit.paper else None
        if kept is not None and is_by_index(place, order) and not window.has_by_index(place.view.query, kept):
            # The paper left the list, for example because it was opened in Unread.
            kept = None
        listed = first_list(window, place, order, _scope(window, visit.visited), limit=SCREENFUL_PAPERS, keep=kept)
        is_there = kept is not None and kept in listed.pks
        if not listed.pks or not (kept is None or is_there or listed.complete):
            # There is nothing to draw, or the cursor is too far down.
            return None
        cursor = listed.pks.index(kept) if kept is not None and is_there else 0
        near = listed.pks[max(0, cursor - SCREENFUL_PAPERS) : cursor + SCREENFUL_PAPERS]
        return Content(
            place=place,
            order=listed,
            rows={pk: row for row in window.rows(near) if isinstance(pk := row.pk, int)},
            cursor=cursor,
            ranked_at=window.meta("trending") if place.view.is_ranking else None,
            newest_day=window.newest_day() if place.view.id == LATEST else None,
            holes=find_holes(window, place, order, datetime.now(UTC).date()),
            refreshed=paths.last_refresh(cache),
        )


def _scope(window: Window, visited: str | None) -> Callable[[], Scope]:
    def scope() -> Scope:
        from reader.cache.search.compile import Scope

        return Scope(datetime.now(UTC).date(), window.newest_day(), visited)

    return scope


class Unsure(Exception):
    """A part cannot be drawn exactly as Textual will draw it."""


class Painter:
    """Draws the first frame."""

    def __init__(  # noqa: PLR0917
        self,
        look: KeptLook,
        content: Content,
        panes: PaneChoice,
        size: tuple[int, int],
        now: datetime,
        environment: Mapping[str, str],
    ) -> None:
        """`size` has the columns and rows of the terminal."""
        self._columns, self._rows = size
        self._panes = lay_out(self._columns, self._rows - 2, panes)
        if self._panes.list is None or self._panes.list.height < 1:
            raise Unsure("list")
        self._look = look
        self._palette = Palette(OWN_COLORS.get(theme_name(look.theme, environment)) or Colors(*look.colors))
        self._depth = color_depth(environment)
        self._content = content
        self._now = now
        self._glyphs = glyphs(look.ascii)
        self._list = _without_bar(self._panes.list)
        place, order = content.place, content.order
        form = ListForm(
            papers_have_dates(order, is_one_day=place.is_one_day),
            place.day is not None,
            place.is_period,
            content.holes,
        )
        self._lines = ListLines(order, form, self._height_of)
        self._list_look = ListLook(
            self._glyphs,
            now.astimezone().date(),
            searched=pattern(place.words),
            has_dates=form.has_dates,
            is_period=form.is_period,
        )
        self._top = self._lines.top_around(content.cursor, self._list.height)
        top = self._lines.top_that_shows(content.cursor, self._top, self._list.height, 0)
        if top is not None:
            self._top = self._lines.top_near(top, self._list.height)

    def _height_of(self, place: int) -> int:
        return paper_height(self._row(place), self._list.width, self._list_look)

    def _row(self, place: int) -> PaperRow:
        try:
            return self._content.rows[self._content.order.pks[place]]
        except KeyError as unknown:
            raise Unsure("row") from unknown

    def whole(self) -> str:
        """The text that draws the frame; raises Unsure."""
        return "".join((*self._draw_list(), *self._chrome(), *self._draw_frame()))

    # Lines

    def _draw_list(self) -> list[str]:
        area = self._list
        view = self._lines.view(self._top, area.height)
        return [f"{_at(area.x, y)}{self._draw(slot)}" for y, slot in enumerate(view, area.y + 1)]

    def _draw(self, slot: LineSlot | None) -> str:
        """Draw a line of the list; the end stays blank, because it needs counts."""
        width = self._list.width
        if slot is None or slot.kind == "end":
            return self._style_text("papers", (), width)
        if slot.kind == "hole":
            raise Unsure("hole")
        content: Heading | PaperAt
        if slot.kind == "heading":
            content = Heading(*self._lines.heading(slot.group))
        else:
            is_highlighted = slot.place == self._content.cursor
            content = PaperAt(self._row(slot.place), is_highlighted)
        over = "highlighted" if isinstance(content, PaperAt) and content.is_highlighted else PLAIN
        return self._style_text("papers", draw_content(content, width, self._list_look)[slot.part], width, over)

    def _chrome(self) -> Iterator[str]:
        content, look, signs = self._content, self._look, self._glyphs
        count = len(content.order.pks) if content.order.complete else None
        place = view_name(content.place.view, content.ranked_at, content.newest_day, self._now, signs.dot)
        refreshed = clock(content.refreshed, self._now) or ""
        shown = None if needs_counts(content.place) else count
        header = Header(place, content.place.text, shown, condition=Condition(refreshed, "fresh"))
        status = Status(keys=tuple(look.hints["query" if content.place.text else "plain"]))
        last = status_lines(status, self._columns, signs)
        if len(last) != 1:
            raise Unsure("status")
        yield f"{_at(0, 0)}{self._style_text('top', header_line(header, self._columns, signs), self._columns)}"
        yield f"{_at(0, self._rows - 1)}{self._style_text('status', last[0], self._columns)}"

    def _draw_frame(self) -> Iterator[str]:
        """Draw the bars of the panes, the rule, and blank panes beside the list."""
        panes, signs = self._panes, self._glyphs
        for name, area in (("filter", panes.filter), ("list", panes.list), ("detail", panes.detail)):
            if area is not None:
                bar = self._style_text("bar", (Piece(signs.rule if area.right < self._columns else " ", "rule"),), 1)
                inside = _without_bar(area)
                x, blank = (inside.right, "") if name == "list" else (area.x, self._style_text(name, (), inside.width))
                for y in range(area.height):
                    yield f"{_at(x, area.y + y + 1)}{blank}{bar}"
        if panes.rule is not None:
            rule = Piece(signs.line * panes.rule.width, "rule")
            yield f"{_at(panes.rule.x, panes.rule.y + 1)}{self._style_text('rule', (rule,), panes.rule.width)}"

    def _style_text(self, pane: str, line: Line, width: int, over: str = PLAIN) -> str:
        rest = width - measure(line)
        if rest < 0:
            raise Unsure(pane)
        pieces = (*line, Piece(" " * rest)) if rest else line
        return "".join(self._paint(pane, piece, over) for piece in pieces)

    def _paint(self, pane: str, piece: Piece, over: str) -> str:
        try:
            style = sgr(self._palette.find(pane, piece.role, over, is_hit=piece.hit), self._depth)
        except KeyError as unknown:
            raise Unsure(pane) from unknown
        return f"\x1b[{style}m{piece.text}\x1b[0m" if style else piece.text


def _without_bar(area: Area) -> Area:
    return area._replace(width=area.width - 1)


def _at(x: int, y: int) -> str:
    """The escape sequence that moves to a cell of the terminal."""
    return f"\x1b[{y + 1};{x + 1}H"
