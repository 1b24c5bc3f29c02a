"""How a paper is presented, apart from its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from reader.cache.history import STILL, Votes
from reader.ui.kit.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from reader.cache.community import PageData
    from reader.cache.outputs import KeptOutput
    from reader.cache.since_marked import SinceMarked
    from reader.core.follows import FollowReason
    from reader.core.similarity import Fit
    from reader.keys.keymap import Keymap
    from reader.ui.page.found_lines import Found


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a paper is presented, apart from its data."""

    today: date
    words: tuple[str, ...] = ()
    """Search words to mark; see `lines.pattern`."""
    glyphs: Glyphs = UNICODE
    topic_names: Mapping[str, str] = field(default_factory=dict)
    link_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that open links, by the link's letter."""
    is_page: bool = False
    """Whether each link has a line of its own, with its key."""
    is_preview: bool = False
    """Whether the summary or the abstract comes first, and what the list's row has is left out."""
    position: str = ""
    """The paper's place in the list, such as `3 of 34`."""
    is_unfolded: bool = False
    """Whether all authors and keywords are listed."""
    suits: str = ""
    """Why the paper suits the user, in words, if the list is ordered by that."""
    votes: Votes = STILL
    follows: tuple[FollowReason, ...] = ()
    since_marked: SinceMarked | None = None
    outputs: tuple[KeptOutput, ...] = ()
    """What the user's programs printed about the paper."""
    kept: PageData | None = None
    """The related data; None where it is not shown."""
    found: Found | None = None
    """Where its full text has the search words; None if unknown."""
    fit: Fit | None = None
    """Why it is in a list of best fits; None in other lists."""
    fetching: str = ""
    """The status of fetching related data; may be empty."""


def link_keys(keymap: Keymap) -> dict[str, str]:
    """The keys that open links, by the link's letter: a separate key, or the list's key and the letter."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwdemts123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), "places": keymap.key("text.places"), **behind}
