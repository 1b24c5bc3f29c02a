"""The page of one paper, full screen, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from reader.core.lines import Line
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.kit.line_widgets import OneLine
from reader.ui.kit.status_lines import DECIDING_KEYS, FIRST_KEYS, Status
from reader.ui.page.detail import PaperDetail
from reader.ui.page.presentation import link_keys
from reader.ui.page.state import FIT, FOUND, PAGE, Reading, fit_of, found_of
from reader.ui.shell.model import subscribe
from reader.ui.shell.screens import OverScreen
from reader.ui.shell.state import State
from reader.ui.triage.lines import TRIAGE_ROLES, triage_line
from reader.ui.triage.state import TRIAGE, is_triaging

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class TriageTop(OneLine[str]):
    """The paper's number among those of a triage."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"top--{role}" for role in TRIAGE_ROLES}

    def line(self, width: int) -> Line:
        return triage_line(self.shown, width, self.glyphs)


class PaperPage(OverScreen[Reading]):
    """A centred column of text of a fixed width, over a status line; `pane` is the pane with the text."""

    AUTO_FOCUS = "*"

    def __init__(self, app: ReaderApp, reading: Reading) -> None:
        super().__init__(app, reading)
        look = self._look
        self.pane = PaperDetail(look.glyphs, is_page=True, today=look.fixed_today, shows_links=look.links, id="page")
        self.pane.configure(self._model.state[TOPIC_NAMES], link_keys(look.keymap))
        self._triage = TriageTop("", look.glyphs)

    def compose(self) -> ComposeResult:
        yield self._triage
        yield self.pane
        yield self.status

    def on_mount(self) -> None:
        subscribe(self, self._model, _known, self._draw_again, now=False)
        subscribe(self, self._model, lambda state: state[TOPIC_NAMES], self._draw_topic_names, now=False)
        subscribe(self, self._model, _triage_number, self._draw_triage)

    def show(self, reading: Reading) -> None:
        """Show a paper from its beginning, or an update of the shown one; mark the searched words."""
        state = self._model.state
        self.pane.show(
            reading,
            position="" if is_triaging(state) else _position(reading, state.listing.count),
            found=found_of(state, reading.key),
            fit=fit_of(state, reading.key),
        )

    def _draw_again(self, state: State) -> None:
        reading = state[PAGE]
        if reading is not None:
            self.show(reading)

    def footer(self, state: State) -> Status:
        kept = DECIDING_KEYS if is_triaging(state) else FIRST_KEYS
        return super().footer(state)._replace(stays=True, kept=kept)

    def _draw_triage(self, state: State) -> None:
        number = _triage_number(state)
        self._triage.display = bool(number)
        self._triage.show(number)

    def _draw_topic_names(self, state: State) -> None:
        self.pane.configure(state[TOPIC_NAMES])


def _known(state: State) -> object:
    return state.listing.count, state[FOUND], state[FIT]


def _triage_number(state: State) -> str:
    """The paper's number in a triage; empty outside of one."""
    triage = state[TRIAGE]
    return triage.number if triage is not None and is_triaging(state) else ""


def _position(reading: Reading, count: int | None) -> str:
    """A paper's place in the list as `3 of 34`; empty while unknown, and for near papers."""
    number = reading.number
    return f"{number:,} of {count:,}" if number and count and number <= count else ""
