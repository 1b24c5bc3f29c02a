"""The page of one paper, full screen, for reading."""

from __future__ import annotations

from typing import ClassVar

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
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from reader.ui.triage.lines import TRIAGE_ROLES, TriageHeader, triage_header, triage_line
from reader.ui.triage.state import TRIAGE, is_triaging


class TriageTop(OneLine[TriageHeader]):
    """The number of papers, the remaining time, and the pace."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"top--{role}" for role in TRIAGE_ROLES}

    def line(self, width: int) -> Line:
        return triage_line(self.shown, width, self.glyphs)


class PaperPage(OverScreen[Reading]):
    """A centred column of text of a fixed width, over a status line; `pane` is the pane with the text."""

    AUTO_FOCUS = "*"

    def __init__(self, services: Services, reading: Reading) -> None:
        super().__init__(services, reading)
        look = self._look
        self.pane = PaperDetail(look.glyphs, is_page=True, today=look.fixed_today, shows_links=look.links, id="page")
        self.pane.configure(self._model.state[TOPIC_NAMES], link_keys(look.keymap))
        self._triage = TriageTop(TriageHeader(), look.glyphs)

    def compose(self) -> ComposeResult:
        yield self._triage
        yield self.pane
        yield self.status

    def on_mount(self) -> None:
        subscribe(self, self._model, _known, self._draw_again, now=False)
        subscribe(self, self._model, lambda state: state[TOPIC_NAMES], self._draw_topic_names, now=False)
        subscribe(self, self._model, _triage_header, self._draw_triage)

    def show(self, reading: Reading) -> None:
        """Show a paper from its beginning, or an update of the shown one; mark the searched words."""
        state = self._model.state
        self.pane.show(
            reading,
            position=_why_next(state, reading) if is_triaging(state) else _position(reading, state.listing.count),
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
        header = _triage_header(state)
        self._triage.display = header is not None
        if header is not None:
            self._triage.show(header)

    def _draw_topic_names(self, state: State) -> None:
        self.pane.configure(state[TOPIC_NAMES])


def _known(state: State) -> object:
    return state.listing.count, state[FOUND], state[FIT]


def _triage_header(state: State) -> TriageHeader | None:
    one = state[TRIAGE]
    return triage_header(one.pace) if one is not None and one.has_paper else None


def _why_next(state: State, reading: Reading) -> str:
    """Why a paper comes next in a triage, if no other reason is known."""
    one = state[TRIAGE]
    left = one.pace.left if one is not None else None
    is_by_votes = state.place.view.order == "upvotes" and "sort:" not in state.place.text
    if reading.suits or reading.follows or not left or not is_by_votes:
        return ""
    return f"most votes of the {left:,} left" if left > 1 else "the last one"


def _position(reading: Reading, count: int | None) -> str:
    """A paper's place in the list as `3 of 34`; empty while unknown, and for near papers."""
    number = reading.number
    return f"{number:,} of {count:,}" if number and count and number <= count else ""
