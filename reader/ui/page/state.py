"""The parts of the state that are the paper in the detail pane, the one on the page, and what is found out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.core.paper_row import PaperKey
from reader.ui.full_text.state import TEXT
from reader.ui.shell.state import Front, Part, State
from reader.ui.triage.state import TRIAGE, Triage, is_triaging

if TYPE_CHECKING:
    from reader.cache.community import Kept
    from reader.cache.history import Votes
    from reader.cache.members import Said
    from reader.cache.outputs import Output
    from reader.core.changes import Changes
    from reader.core.follows import FollowReason
    from reader.core.paper import Paper
    from reader.core.similarity import Fit
    from reader.ui.page.found_lines import Found


class Reading(NamedTuple):
    """A paper in the detail pane or on the page."""

    key: PaperKey
    """The paper's key in the list."""
    paper: Paper
    words: tuple[str, ...]
    votes: Votes
    number: int = 0
    """Its place in the list, from 1; 0 if unknown."""
    kept: Kept | None = None
    """What belongs to it, on the page."""
    fetching: str = ""
    """How it goes with fetching that; empty if there is nothing to say."""
    outputs: tuple[Output, ...] = ()
    """What the user's programs said about it."""
    follows: tuple[FollowReason, ...] = ()
    """What the user follows that it has."""
    suits: str = ""
    """Why it suits the user, in words, where the list is ordered by that."""
    changes: Changes | None = None
    """What changed since the user marked it."""
    shared: tuple[Said, ...] = ()
    """What the members of the group share of it."""


READING: Part[Reading | None] = Part(None)
"""The paper in the detail pane."""

FOUND: Part[Found | None] = Part(None)
"""Where the full text of the shown paper has the searched words; None while that is not known."""

FIT: Part[Fit | None] = Part(None)
"""Why the shown paper is in a list of what fits best; None in other lists, and while that is not known."""


def close_page(state: State) -> State:
    """Go back from the paper's page, and from its text, to the list, which is read again if it changed meanwhile."""
    if state[PAGE] is None:
        return state
    return state.put(TEXT, None).update(TRIAGE, Triage.leave).put(PAGE, None).read_outdated_list()


PAGE: Front[Reading] = Front(
    lambda state: "triage" if is_triaging(state) else "page",
    back=close_page,
    paper=lambda reading: reading.key,
    is_returned_to=True,
)
"""The paper on the page, while that is open."""


def found_of(state: State, key: PaperKey) -> Found | None:
    """Where the full text of a paper has the searched words, if that is known."""
    known = state[FOUND]
    return known if known is not None and known.key == key else None


def fit_of(state: State, key: PaperKey) -> Fit | None:
    """Why a paper is in the list, if that is known and the list is of what fits best."""
    known = state[FIT]
    return known if known is not None and (known.key, known.text) == (key, state.listing.place.text) else None
