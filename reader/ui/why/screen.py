"""Why a paper is ranked as it is, and what For you has learned, full screen."""

from __future__ import annotations

from typing import ClassVar

from reader.ui.kit.rows_pane import RowsPane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.shell.footer import status
from reader.ui.shell.screens import PaneScreen
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from reader.ui.why.actions import Why
from reader.ui.why.lines import explanation_rows


class WhyList(RowsPane):
    """The reasons in sections, with a cursor on changeable lines."""

    PREFIX = "why"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"why--{role}" for role in ("label", "text", "muted", "facts", "key", "topic", "star", "cursor")
    }


class WhyScreen(PaneScreen[Why]):
    """A title, the reasons, and the keys."""

    CSS_PATH = stylesheet("why")

    def __init__(self, services: Services, why: Why) -> None:
        self.list = WhyList(moved=lambda: self.draw_status(self._model.state))
        super().__init__(services, why, self.list, "Why" if why.paper is None else f"Why {why.paper.title}")

    def show(self, why: Why) -> None:
        self.list.show(lambda width: explanation_rows(why.known, max(16, width - 1), self._look.glyphs))

    def footer(self, state: State) -> Status:
        """The keys."""
        return status(state, self._keymap, self._keymap.hints("why"))
