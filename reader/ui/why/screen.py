"""Why a paper is ranked as it is, and what For you has learned, full screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.kit.pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.shell.screens import PaneScreen, status
from reader.ui.shell.state import State
from reader.ui.why.actions import Why
from reader.ui.why.lines import explanation_rows

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class WhyList(RowsPane):
    """The reasons in sections, with the cursor on changeable lines."""

    PANE = "why"


class WhyScreen(PaneScreen[Why]):
    """A title, the reasons, and the keys."""

    def __init__(self, app: ReaderApp, why: Why) -> None:
        self.rows = WhyList(on_moved=lambda: self.draw_status(self._model.state))
        super().__init__(app, why, self.rows, "Why" if why.paper is None else f"Why {why.paper.title}")

    def show(self, why: Why) -> None:
        self.rows.show(lambda width: explanation_rows(why.known, max(16, width - 1), self._look.glyphs))

    def footer(self, state: State) -> Status:
        return status(state, self._keymap, self._keymap.hints("why"))
