"""The part of the state for a triage: unread papers one at a time, against a clock, with a decision on each."""

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
"""The list is being read; a paper is in front; the end is being stored; the user is elsewhere; it is over."""

DECISIONS = {"star": "starred", "queue": "queued", "hide": "hidden", "pass": "passed"}
"""Possible decisions, in the words of the summary."""


class Decision(NamedTuple):
    """The decision on a paper."""

    pk: PaperKey
    kind: str
    event: str = ""
    """The id of its event; empty until stored, or if nothing had to be."""


@dataclass(frozen=True, eq=False, slots=True)
class Triage:
    """A triage of the papers of a place."""

    place: Place
    seconds: int
    day: str = ""
    """The ISO day of its papers, or the first day of a week or month; empty before all days."""
    phase: Phase = "coming"
    watch: Stopwatch = STANDING
    decisions: tuple[Decision, ...] = ()
    begun: int = 0
    """Number of decisions made before the list was read."""
    total: int | None = None
    """Number of all papers, including decided ones; None until the list is read."""
    aside: int = 0
    """Number of papers put aside at the end."""
    finished: str = ""
    """The name of the finished day; empty if some of it is unread."""
    kept: tuple[str, ...] = ()
    """The signs and titles of starred or queued papers."""

    @property
    def pace(self) -> Pace:
        left = None if self.total is None else max(self.total - len(self.decisions), 0)
        return Pace(self.seconds, self.watch.ran, len(self.decisions), left)

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(one.kind for one in self.decisions)

    @property
    def is_running(self) -> bool:
        return self.watch.is_running

    @property
    def has_paper(self) -> bool:
        return self.phase in ("running", "ending")

    def came(self, now: datetime, papers: int | None) -> Triage:
        """Start deciding: the list is there, with `papers` papers if known; none end the triage."""
        begun = len(self.decisions)
        if papers == 0:
            return replace(self, phase="done", total=begun)
        total = None if papers is None else papers + begun
        return replace(self, phase="running", watch=self.watch.started(now), begun=begun, total=total)

    def count(self, papers: int) -> Triage:
        return self if self.total is not None or not self.has_paper else replace(self, total=papers + self.begun)

    def tick(self, now: datetime) -> Triage:
        return replace(self, watch=self.watch.at(now)) if self.is_running else self

    def go_on(self, now: datetime) -> Triage:
        """Restart the clock after an end that could not be stored."""
        return replace(self, phase="running", watch=self.watch.started(now)) if self.phase == "ending" else self

    def decide(self, decision: Decision) -> Triage:
        return replace(self, decisions=(*self.decisions, decision))

    def with_event(self, pk: PaperKey, event: str) -> Triage:
        at = max((place for place, one in enumerate(self.decisions) if one.pk == pk), default=None)
        if at is None:
            return self
        stored = self.decisions[at]._replace(event=event)
        return replace(self, decisions=(*self.decisions[:at], stored, *self.decisions[at + 1 :]))

    def decision_of(self, event: str) -> Decision | None:
        return next((one for one in self.decisions if one.event == event), None)

    def without(self, decision: Decision) -> Triage:
        return replace(self, decisions=tuple(one for one in self.decisions if one is not decision))

    def end(self, now: datetime) -> Triage:
        """Stop the clock; the page closes once the end is stored."""
        return replace(self, phase="ending", watch=self.watch.stopped(now))

    def over(self, aside: int = 0, finished: str = "", kept: tuple[str, ...] = ()) -> Triage:
        """Record the end, with the number of papers put aside, the finished day, and kept papers."""
        return replace(self, phase="done", aside=aside, finished=finished, kept=kept)

    def leave(self) -> Triage:
        """Close the page; an unfinished triage waits until the user returns."""
        # The time since the last look at the clock, at most a second, is lost.
        return replace(self, phase="left", watch=self.watch._replace(looked=None)) if self.has_paper else self


TRIAGE: Part[Triage | None] = Part(None)


def is_triaging(state: State) -> bool:
    """Whether a triage has a paper in front."""
    triage = state[TRIAGE]
    return triage is not None and triage.has_paper


def phase_of(state: State) -> Phase | None:
    triage = state[TRIAGE]
    return None if triage is None else triage.phase


def lasting_place(state: State) -> Place:
    """The place for the next start, which is never a triage."""
    return state.trail[-1].where.place if is_listed(state) and state.trail else state.place


def is_listed(state: State) -> bool:
    return state.place.view.id == VIEW


def begin_triage(state: State, triage: Triage, first: PaperKey | None = None) -> State:
    """Request the papers of a triage, or the unread ones of a paused triage, starting at a paper."""
    state, at = state.put(TRIAGE, replace(triage, phase="coming", total=None)), Position(first)
    return state.leave_paper().request_list(at) if state.place == triage.place else state.go(triage.place, at)


def ticked(state: State, now: datetime) -> State:
    return state.update(TRIAGE, lambda triage: triage.tick(now))
