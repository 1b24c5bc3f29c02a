"""Why a paper is ranked as it is, and what For you has learned, full screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from reader.core.choice.wishes import Wish
from reader.core.lines import Piece
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.footer import status
from reader.ui.shell.screens import PaneScreen
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from reader.ui.why.lines import Explanation, Row, explanation_rows
from reader.ui.why.state import Why

WHY_ROLES = ("label", "text", "muted", "facts", "key", "topic", "star", "cursor", "current")


class WhyList(Pane):
    """The reasons in sections, with a cursor on changeable lines."""

    PREFIX = "why"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"why--{role}" for role in WHY_ROLES}

    def __init__(self, glyphs: Glyphs, moved: Callable[[], object]) -> None:
        """`moved` is called after each move of the cursor."""
        super().__init__()
        self._glyphs = glyphs
        self._moved = moved
        self._known = Explanation()
        self._rows: list[Row] = []
        self._at = -1

    @property
    def current(self) -> Wish | None:
        return self._rows[self._at].about if 0 <= self._at < len(self._rows) else None

    def show(self, known: Explanation) -> None:
        """Show other reasons; the cursor stays on its subject, else on its line."""
        if known is not self._known:
            self._known = known
            self._lay_out()

    def _lay_out(self) -> None:
        before = self.current
        self._rows = explanation_rows(self._known, max(16, self.columns - 3), self._glyphs)
        self.virtual_size = Size(self.columns, len(self._rows))
        places = self._places
        same = (at for at in places if before is not None and _kind(self._rows[at].about) == before.kind)
        nearest = min(places, key=lambda at: abs(at - self._at), default=-1)
        self._go(next(same, nearest))

    @property
    def _places(self) -> list[int]:
        return [at for at, row in enumerate(self._rows) if row.about is not None]

    def scroll_lines(self, count: int) -> bool:
        """Go down by changeable rows, up if negative; at an end, scroll."""
        places = self._places
        here = places.index(self._at) if self._at in places else -1
        at = min(max(here + count, 0), len(places) - 1)
        if not places or (at == here and count):
            return super().scroll_lines(count)
        self._go(places[at])
        return False

    def _go(self, at: int) -> None:
        self._at = at
        top, height = self.scroll_offset.y, max(1, self.size.height)
        # The heading above the first row and the line below the last one are shown with it.
        if at >= 0 and (at == self._places[0] or at - 1 < top):
            self.scroll_to(y=0 if at == self._places[0] and at < height else at - 1, animate=False, force=True)
        elif at + 2 > top + height:
            self.scroll_to(y=at + 2 - height, animate=False, force=True)
        self.refresh()
        self._moved()

    def on_resize(self) -> None:
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        place = -1 if offset is None else offset.y + self.scroll_offset.y
        if place in self._places:
            event.stop()
            self._go(place)

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(self.columns, self._style())
        line = self._rows[place].line
        if place != self._at:
            return self._strip((Piece("  "), *line))
        shown = (piece._replace(role="current") if piece.role == "text" else piece for piece in line)
        return self._strip((Piece(f"{self._glyphs.cursor} ", "cursor"), *shown))


def _kind(about: Wish | None) -> str:
    return "" if about is None else about.kind


class WhyScreen(PaneScreen[Why]):
    """A title, the reasons, and the keys."""

    CSS_PATH = stylesheet("why")

    def __init__(self, services: Services, why: Why) -> None:
        self.list = WhyList(services.look.glyphs, lambda: self.draw_status(self._model.state))
        super().__init__(services, why, self.list, "Why" if why.paper is None else f"Why {why.paper.title}")

    def show(self, why: Why) -> None:
        if why.known is not None:
            self.list.show(why.known)

    def footer(self, state: State) -> Status:
        """The keys."""
        return status(state, self._keymap, self._keymap.hints("why"))
