"""Follow an author, the organization, the venue, a topic or a word of the paper under the cursor, or no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING

from reader.core.follows import FIELDS, Follow, event_label, offers
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.handlers import handles
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.services import Services

if TYPE_CHECKING:
    from reader.cache.follows import FollowCount
    from reader.cache.marks.event_log import Action

LETTERS = {"author": "a", "org": "o", "venue": "v", "topic": "t", "word": "w"}
"""The letter of each field."""

MOST = 18
"""Maximum names to choose from: the first ones, and of more people the last one, who often leads."""

LONGEST = 40
"""Maximum characters of a name in the last line."""


class FollowActions:
    """Ask what of a paper to follow, by letters, and follow it."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._look = services.look
        self._keyboard = services[Keyboard]

    @handles("paper.follow")
    def choose_field(self, _count: int | None) -> None:
        """Ask which field; one that has a single name is named there."""
        paper = self._library.paper_of(self._model.state.highlighted)
        offered = {} if paper is None else offers(paper)
        if not offered:
            self._model.show_notice("this paper has nothing to follow")
            return
        by_letter = {LETTERS[field]: follows for field, follows in offered.items()}
        known = self._known()
        choices = [
            (LETTERS[field], self._said(follows[0], known) if len(follows) == 1 else f"{len(follows)} {FIELDS[field]}s")
            for field, follows in offered.items()
        ]
        self._keyboard.ask_letter("follow", choices, lambda letter: self._choose_name(by_letter[letter]))

    def _choose_name(self, follows: Sequence[Follow]) -> None:
        """Ask which of several names of a field."""
        if len(follows) == 1:
            self._choose(follows[0])
            return
        shown = follows if len(follows) <= MOST else (*follows[: MOST - 1], follows[-1])
        by_letter = dict(zip(ascii_lowercase, shown, strict=False))
        known = self._known()
        choices = [(letter, self._said(one, known)) for letter, one in by_letter.items()]
        self._keyboard.ask_letter("follow", choices, lambda letter: self._choose(by_letter[letter]))

    def _choose(self, follow: Follow) -> None:
        """Follow something, or ask what to do about what is followed already."""
        followed = self._known().get(follow.kind)
        if followed is None:
            self._follow(follow)
            return
        told = ("q", "no notices") if followed.notify else ("n", "notices of new papers")
        choices = (("x", "no longer follow"), told)

        def act(letter: str) -> None:
            self._follow(followed._replace(notify=letter == "n"), is_followed=letter != "x")

        self._keyboard.ask_letter(self._name(followed), choices, act)

    def _follow(self, follow: Follow, *, is_followed: bool = True) -> None:
        # Submitted before the work starts, so that quitting cannot lose it.
        storing = self._library.follow(follow, is_followed=is_followed)
        self._background.start("marks", partial(self._tell, storing))

    async def _tell(self, storing: Awaitable[tuple[Action | None, FollowCount | None]]) -> None:
        """Show the signs and numbers that have changed, and say how many papers are followed now."""
        action, counted = await storing
        self._library.changed()
        self._model.change(self._model.state.cache_changed())
        if action is not None:
            said = event_label(action.kind, action.value, self._model.state[TOPIC_NAMES])
            number = f" · {_number(counted)}" if counted is not None else ""
            self._model.show_notice(f"{said}{number} · {self._look.keymap.key('mark.undo')} undoes")

    def _known(self) -> dict[str, Follow]:
        return {one.kind: one for one in self._library.follows()}

    def _said(self, follow: Follow, known: dict[str, Follow]) -> str:
        sign = f"{self._look.glyphs.followed} " if follow.kind in known else ""
        return f"{sign}{self._name(follow)}"

    def _name(self, follow: Follow) -> str:
        name = follow.said(self._model.state[TOPIC_NAMES])
        return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}{self._look.glyphs.ellipsis}"


def _number(counted: FollowCount) -> str:
    if not counted.papers:
        return "no paper here yet"
    papers = f"{counted.papers:,} paper{'' if counted.papers == 1 else 's'}"
    return f"{papers}, {counted.perhaps:,} perhaps of another person" if counted.perhaps else papers
