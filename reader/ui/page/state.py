"""The parts of the state for the papers in the detail pane and on the page, and findings about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.core.paper_row import PaperKey
from reader.ui.full_text.state import TEXT
from reader.ui.shell.state import Front, Part, State
from reader.ui.triage.state import TRIAGE, is_triaging

if TYPE_CHECKING:
    from reader.cache.community import KeptOutput, PageData
    from reader.cache.history import SinceMarked, Votes
    from reader.core.follows import FollowReason
    from reader.core.paper import Paper
    from reader.core.similarity import Fit
    from reader.ui.page.lines import Found


class Reading(NamedTuple):
    """A paper in the detail pane or on the page, and what `Presentation` says about it."""

    key: PaperKey
    paper: Paper
    words: tuple[str, ...]
    votes: Votes
    number: int = 0
    """Its place in the list, from 1; 0 if unknown."""
    kept: PageData | None = None
    fetching: str = ""
    outputs: tuple[KeptOutput, ...] = ()
    follows: tuple[FollowReason, ...] = ()
    suits: str = ""
    since_marked: SinceMarked | None = None


READING: Part[Reading | None] = Part(None)

FOUND: Part[Found | None] = Part(None)
"""Where the shown paper's full text has the search words; None if unknown."""

FIT: Part[Fit | None] = Part(None)
"""Why the shown paper is in a list of best fits; None in other lists, and while unknown."""


def close_page(state: State) -> State:
    """Go back from the paper's page and text to the list, which is read again if it changed; ends a triage."""
    if state[PAGE] is None:
        return state
    return state.put(TEXT, None).put(TRIAGE, None).put(PAGE, None).read_outdated_list()


PAGE: Front[Reading] = Front(
    lambda state: "triage" if is_triaging(state) else "page",
    "reader.ui.page.screen:PaperPage",
    back=close_page,
    paper=lambda reading: reading.key,
    is_kept=True,
    is_returned_to=True,
)


def found_of(state: State, key: PaperKey) -> Found | None:
    known = state[FOUND]
    return known if known is not None and known.key == key else None


def fit_of(state: State, key: PaperKey) -> Fit | None:
    known = state[FIT]
    return known if known is not None and (known.key, known.text) == (key, state.listing.place.text) else None
