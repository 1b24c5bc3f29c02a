"""How a paper is shown, apart from the paper itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from reader.cache.history import STILL, Votes
from reader.ui.kit.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from reader.cache.community import Kept
    from reader.cache.members import Said
    from reader.cache.outputs import Output
    from reader.core.changes import Changes
    from reader.core.follows import FollowReason
    from reader.core.similarity import Fit
    from reader.keys.keymap import Keymap
    from reader.ui.page.found_lines import Found


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a paper is shown, apart from the paper itself."""

    today: date
    words: tuple[str, ...] = ()
    """Searched words to mark; see `lines.pattern`."""
    glyphs: Glyphs = UNICODE
    topic_names: Mapping[str, str] = field(default_factory=dict)
    """Names of topics by slug."""
    link_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that open links, by the link's letter."""
    is_page: bool = False
    """Whether each link has a line of its own, with its key."""
    position: str = ""
    """The paper's place in the list, such as `3 of 34`."""
    is_unfolded: bool = False
    """Whether all authors and keywords are listed."""
    suits: str = ""
    """Why the paper suits the user, in words, where the list is ordered by that."""
    votes: Votes = STILL
    """The changes of the paper's votes."""
    follows: tuple[FollowReason, ...] = ()
    """What the user follows that the paper has."""
    changes: Changes | None = None
    """What changed since the user marked the paper; None where that is not enough."""
    shared: tuple[Said, ...] = ()
    """What the members of the group share of the paper."""
    outputs: tuple[Output, ...] = ()
    """What the user's programs said about the paper."""
    kept: Kept | None = None
    """What belongs to the paper; None where that is not shown."""
    found: Found | None = None
    """Where its full text has the searched words; None where that is not known."""
    fit: Fit | None = None
    """Why it is in a list of what fits best; None in other lists."""
    fetching: str = ""
    """How it goes with fetching that; empty if there is nothing to say."""


def link_keys(keymap: Keymap) -> dict[str, str]:
    """The keys that open links, by the link's letter: a separate key, or the list's key and the letter."""
    listed = keymap.key("link.list")
    behind = {letter: f"{listed}{letter}" for letter in "acwdemts123456789"}
    return {"o": keymap.key("link.page"), "p": keymap.key("link.pdf"), "places": keymap.key("text.places"), **behind}
