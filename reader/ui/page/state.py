"""The parts of the state for the paper in the detail pane or on the page, and for a triage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from reader.session.places import TRIAGE as VIEW
from reader.session.places import Place
from reader.ui.full_text.state import TEXT
from reader.ui.shell.state import Front, Part, State

if TYPE_CHECKING:
    from reader.ui.page.lines import ShownPaper


READING: Part[ShownPaper | None] = Part(None)


def close_page(state: State) -> State:
    """Go back from the paper's page and text to the list, which is read again if it changed; ends a triage."""
    if state[PAGE] is None:
        return state
    return state.put(TEXT, None).put(TRIAGE, None).put(PAGE, None).read_outdated_list()


PAGE: Front[ShownPaper] = Front(
    lambda state: "triage" if is_triaging(state) else "page",
    "reader.ui.page.screen:PaperPage",
    back=close_page,
    paper=lambda reading: reading.key,
    is_kept=True,
    is_returned_to=True,
)


Phase = Literal["coming", "deciding", "done"]
"""The list is being read; a paper is shown; no paper is left."""

DECISIONS = {"star": "starred", "queue": "queued", "hide": "hidden", "read": "read"}
"""The words for the four decisions in notices and in the summary, by the kind of mark."""


@dataclass(frozen=True, slots=True)
class Triage:
    """A triage of the papers of a place."""

    place: Place
    phase: Phase = "coming"
    decisions: Mapping[int, str] = field(default_factory=dict)
    """The kind of mark of each decided paper, the latest decision last."""

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(self.decisions.values())

    def came(self, papers: Collection[int]) -> Triage:
        """Record the papers of the list, and drop undone decisions on them. Without papers, the triage is done."""
        decisions = {pk: kind for pk, kind in self.decisions.items() if pk not in papers}
        return replace(self, phase="deciding" if papers else "done", decisions=decisions)

    def decide(self, pk: int, kind: str) -> Triage:
        """Record a decision, which replaces an earlier decision on the same paper."""
        return replace(self, decisions={**self.without(pk).decisions, pk: kind})

    def without(self, pk: int) -> Triage:
        return replace(self, decisions={key: kind for key, kind in self.decisions.items() if key != pk})


TRIAGE: Part[Triage | None] = Part(None)


def is_triaging(state: State) -> bool:
    """Whether a triage is showing a paper."""
    triage = state[TRIAGE]
    return triage is not None and triage.phase == "deciding"


def phase_of(state: State) -> Phase | None:
    triage = state[TRIAGE]
    return None if triage is None else triage.phase


def lasting_place(state: State) -> Place:
    """The place for the next start, which is never a triage."""
    return state.trail[-1].where.place if is_listed(state) and state.trail else state.place


def is_listed(state: State) -> bool:
    return state.place.view.id == VIEW


def begin_triage(state: State, place: Place) -> State:
    """Request the papers of a triage."""
    state = state.leave_paper()
    state = state.request_list() if state.place == place else state.go(place)
    return state.put(TRIAGE, Triage(place))
