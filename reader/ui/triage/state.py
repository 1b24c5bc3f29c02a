"""The part of the state that is a triage: unread papers one at a time, within a time, each with a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from reader.core.paper_row import PaperKey
from reader.core.triage import STANDING, Pace, Stopwatch
from reader.session.places import TRIAGE as VIEW
from reader.session.places import Place
from reader.ui.shell.listing import Position
from reader.ui.shell.state import Part, State

Phase = Literal["coming", "running", "ending", "left", "done"]
"""Its list is being read; a paper is in front; the end is being stored; the user is
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
    day: str = ""
    """The ISO day whose papers it has, or the first day of a week or month; empty before all days."""
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
    """The name of the day that it has finished; empty if some of it is unread."""
    kept: tuple[str, ...] = ()
    """The signs and titles of the papers that were starred or queued."""

    @property
    def pace(self) -> Pace:
        """How far it is."""
        left = None if self.total is None else max(self.total - len(self.decisions), 0)
        return Pace(self.seconds, self.watch.ran, len(self.decisions), left)

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of papers by what was decided on them."""
        return Counter(one.kind for one in self.decisions)

    @property
    def is_running(self) -> bool:
        """Whether its time runs."""
        return self.watch.is_running

    @property
    def has_paper(self) -> bool:
        """Whether it has a paper in front."""
        return self.phase in ("running", "ending")

    def came(self, now: datetime, papers: int | None) -> Triage:
        """Begin to decide: its list is there, with so many papers if that is known; none are the end of it."""
        begun = len(self.decisions)
        if papers == 0:
            return replace(self, phase="done", total=begun)
        total = None if papers is None else papers + begun
        return replace(self, phase="running", watch=self.watch.started(now), begun=begun, total=total)

    def count(self, papers: int) -> Triage:
        """Store the number of papers of the list, once all of it is read."""
        return self if self.total is not None or not self.has_paper else replace(self, total=papers + self.begun)

    def tick(self, now: datetime) -> Triage:
        """Let the time run up to now."""
        return replace(self, watch=self.watch.at(now)) if self.is_running else self

    def go_on(self, now: datetime) -> Triage:
        """Let the clock run on after an end that could not be stored."""
        return replace(self, phase="running", watch=self.watch.started(now)) if self.phase == "ending" else self

    def decide(self, decision: Decision) -> Triage:
        """Note a decision."""
        return replace(self, decisions=(*self.decisions, decision))

    def with_event(self, pk: PaperKey, event: str) -> Triage:
        """Note the event of the newest decision on a paper."""
        at = max((place for place, one in enumerate(self.decisions) if one.pk == pk), default=None)
        if at is None:
            return self
        stored = self.decisions[at]._replace(event=event)
        return replace(self, decisions=(*self.decisions[:at], stored, *self.decisions[at + 1 :]))

    def decision_of(self, event: str) -> Decision | None:
        """The decision that an event stored."""
        return next((one for one in self.decisions if one.event == event), None)

    def without(self, decision: Decision) -> Triage:
        """Forget a decision, which was undone."""
        return replace(self, decisions=tuple(one for one in self.decisions if one is not decision))

    def end(self, now: datetime) -> Triage:
        """Stop the clock for good; the page closes once the end is stored."""
        return replace(self, phase="ending", watch=self.watch.stopped(now))

    def over(self, aside: int = 0, finished: str = "", kept: tuple[str, ...] = ()) -> Triage:
        """Note that it has ended, with so many papers put aside, which day it has finished, and what was kept."""
        return replace(self, phase="done", aside=aside, finished=finished, kept=kept)

    def leave(self) -> Triage:
        """The page closes: a triage that goes on waits until the user comes back."""
        # What has run since the last look at the clock, a second at most, is forgotten.
        return replace(self, phase="left", watch=self.watch._replace(looked=None)) if self.has_paper else self


TRIAGE: Part[Triage | None] = Part(None)
"""The triage that is under way, was left, or is over."""


def is_triaging(state: State) -> bool:
    """Whether a triage has a paper in front."""
    triage = state[TRIAGE]
    return triage is not None and triage.has_paper


def phase_of(state: State) -> Phase | None:
    """How far the triage is, if there is one."""
    triage = state[TRIAGE]
    return None if triage is None else triage.phase


def lasting_place(state: State) -> Place:
    """The place to which a later start returns: a triage is not one."""
    return state.trail[-1].where.place if is_listed(state) and state.trail else state.place


def is_listed(state: State) -> bool:
    """Whether the list is that of a triage."""
    return state.place.view.id == VIEW


def begin_triage(state: State, triage: Triage, first: PaperKey | None = None) -> State:
    """Ask for the papers of a triage, or for those that are still unread in one that was left, from a paper on."""
    state, at = state.put(TRIAGE, replace(triage, phase="coming", total=None)), Position(first)
    return state.leave_paper().request_list(at) if state.place == triage.place else state.go(triage.place, at)


def ticked(state: State, now: datetime) -> State:
    """Let the time of the triage run up to now."""
    return state.update(TRIAGE, lambda triage: triage.tick(now))
