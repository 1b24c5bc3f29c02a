"""The part of the state that is a triage: unread papers one at a time, within a time, each with a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, NamedTuple, Self

from reader.core.paper_row import PaperKey
from reader.core.triage import STANDING, Pace, Stopwatch
from reader.session.places import TRIAGE, Place
from reader.ui.state.parts import TOP, Position
from reader.ui.state.views import ViewState

Phase = Literal["coming", "running", "paused", "ending", "left", "done"]
"""Its list is being read; a paper is in front, with or without the clock; the end is being stored; the user is
elsewhere meanwhile; it is over."""

DECISIONS = {"star": "starred", "queue": "queued", "hide": "hidden", "pass": "passed"}
"""What can be decided, in the words of the summary."""


class Decision(NamedTuple):
    """What was decided on a paper."""

    pk: PaperKey
    kind: str
    """One of `DECISIONS`."""
    event: str = ""
    """The id of the event that stored it; empty until it is stored, or if nothing had to be."""


@dataclass(frozen=True, eq=False, slots=True)
class Triage:
    """A triage of the papers of a place."""

    place: Place
    seconds: int
    before: Place
    """The place to which the user returns."""
    at: Position = TOP
    """Where the cursor was there."""
    phase: Phase = "coming"
    watch: Stopwatch = STANDING
    decisions: tuple[Decision, ...] = ()
    begun: int = 0
    """Number of decisions before its list was read."""
    total: int | None = None
    """Number of all its papers, those decided on included; None until its list is read."""
    aside: int = 0
    """Number of papers put aside at the end."""
    finished: str = ""
    """The name of the day that it has finished; empty if some of the newest day is unread."""

    @property
    def pace(self) -> Pace:
        """How far it is."""
        left = None if self.total is None else max(self.total - len(self.decisions), 0)
        return Pace(self.seconds, self.watch.ran, len(self.decisions), left)

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of papers by what was decided on them."""
        return Counter(one.kind for one in self.decisions)

    def with_event(self, pk: PaperKey, event: str) -> Triage:
        """The same with the event of the newest decision on a paper."""
        at = max((place for place, one in enumerate(self.decisions) if one.pk == pk), default=None)
        if at is None:
            return self
        stored = self.decisions[at]._replace(event=event)
        return replace(self, decisions=(*self.decisions[:at], stored, *self.decisions[at + 1 :]))


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class TriageState(ViewState):
    """The triage that is under way, was left, or is over."""

    triage: Triage | None = field(default=None)

    @property
    def is_triaging(self) -> bool:
        """Whether a triage has a paper in front."""
        return self.triage is not None and self.triage.phase in ("running", "paused", "ending")

    @property
    def lasting_place(self) -> Place:
        """The place to which a later start returns: a triage is not one."""
        return self.triage.before if self.triage is not None and self.place.view.id == TRIAGE else self.place

    def _with_triage(self, triage: Triage) -> Self:
        return replace(self, triage=triage)

    def begin_triage(self, place: Place, seconds: int, at: Position) -> Self:
        """Ask for the papers of a triage; `at` is the position of the cursor."""
        earlier = self.triage
        if earlier is not None and self.place.view.id == TRIAGE:
            return self._ask_for(Triage(place, seconds, earlier.before, earlier.at))
        return self._ask_for(Triage(place, seconds, self.place, at))

    def resume_triage(self, at: Position, first: PaperKey | None = None) -> Self:
        """Go on with the papers that are still unread, from a paper on; `at` is the position of the cursor."""
        triage = self.triage
        if triage is None:
            return self
        if self.place.view.id != TRIAGE:
            triage = replace(triage, before=self.place, at=at)
        return self._ask_for(replace(triage, phase="coming", total=None), Position(first))

    def _ask_for(self, triage: Triage, at: Position = TOP) -> Self:
        state = self._with_triage(triage)
        return state.request_list(at) if state.place == triage.place else state.go(triage.place, at)

    def triage_came(self, now: datetime, papers: int | None) -> Self:
        """Begin to decide: its list is there, with so many papers if that is known; none are the end of it."""
        triage = self.triage
        if triage is None:
            return self
        if papers == 0:
            return self._with_triage(replace(triage, phase="done", total=len(triage.decisions)))
        begun = len(triage.decisions)
        total = None if papers is None else papers + begun
        watch = triage.watch.started(now)
        return self._with_triage(replace(triage, phase="running", watch=watch, begun=begun, total=total))

    def count_triage(self, papers: int) -> Self:
        """Store the number of papers of the list, once all of it is read."""
        triage = self.triage
        if triage is None or triage.total is not None or not self.is_triaging:
            return self
        return self._with_triage(replace(triage, total=papers + triage.begun))

    def tick(self, now: datetime) -> Self:
        """Let the time of a triage run up to now."""
        triage = self.triage
        if triage is None or not triage.watch.is_running:
            return self
        return self._with_triage(replace(triage, watch=triage.watch.at(now)))

    def pause_triage(self, now: datetime) -> Self:
        """Stop the clock; the paper stays in front."""
        triage = self.triage
        if triage is None or triage.phase != "running":
            return self
        return self._with_triage(replace(triage, phase="paused", watch=triage.watch.stopped(now)))

    def go_on_if_paused(self, now: datetime) -> Self:
        """Let the clock run on after a pause."""
        return self if self.triage is None or self.triage.phase != "paused" else self.go_on_with_triage(now)

    def go_on_with_triage(self, now: datetime) -> Self:
        """Let the clock run on, also after an end that could not be stored."""
        triage = self.triage
        if triage is None or triage.phase not in ("paused", "ending"):
            return self
        return self._with_triage(replace(triage, phase="running", watch=triage.watch.started(now)))

    def decide(self, decision: Decision) -> Self:
        """Note a decision."""
        triage = self.triage
        return self if triage is None else self._with_triage(replace(triage, decisions=(*triage.decisions, decision)))

    def decision_stored(self, pk: PaperKey, event: str) -> Self:
        """Note the event of a decision."""
        return self if self.triage is None else self._with_triage(self.triage.with_event(pk, event))

    def take_back(self, event: str) -> tuple[Self, PaperKey | None]:
        """Forget the decision of an event that was undone; return its paper, None if the event was another one."""
        triage = self.triage
        found = next((one for one in triage.decisions if one.event == event), None) if triage else None
        if triage is None or found is None:
            return self, None
        left = tuple(one for one in triage.decisions if one is not found)
        return self._with_triage(replace(triage, decisions=left)), found.pk

    def end_triage(self, now: datetime) -> Self:
        """Stop the clock for good; the page closes once the end is stored."""
        triage = self.triage
        if triage is None:
            return self
        return self._with_triage(replace(triage, phase="ending", watch=triage.watch.stopped(now)))

    def triage_over(self, aside: int = 0, finished: str = "") -> Self:
        """Note that it has ended, with so many papers put aside, and which day it has finished."""
        if self.triage is None:
            return self
        return self._with_triage(replace(self.triage, phase="done", aside=aside, finished=finished))

    def leave_triage_page(self) -> Self:
        """The page closes: a triage that goes on waits until the user comes back."""
        if self.triage is None or not self.is_triaging:
            return self
        # What has run since the last look at the clock, a second at most, is forgotten.
        watch = self.triage.watch._replace(looked=None)
        return self._with_triage(replace(self.triage, phase="left", watch=watch))

    def leave_triage(self) -> Self:
        """Show the place where the triage began."""
        return self if self.triage is None else self.go(self.triage.before, self.triage.at)
