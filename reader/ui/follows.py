"""Follow an author, organization, venue, topic or word of the paper under the cursor, or stop following it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING

from reader.core.follows import FIELDS, Follow, offers
from reader.core.text import amount
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.controller import Controller, handles

if TYPE_CHECKING:
    from reader.cache.standing import FollowCount

LETTERS = {"author": "a", "org": "o", "venue": "v", "topic": "t", "word": "w"}

MAX_NAMES = 18
"""Maximum number of names offered: the first ones plus the last, often the senior author."""

MAX_NAME_CHARACTERS = 40
"""Maximum characters of a name in the last line."""


class FollowActions(Controller):
    """Ask what to follow, and follow it; choosing what is followed already stops following it."""

    @handles("paper.follow")
    def choose_field(self, _count: int | None) -> None:
        """Ask what to follow; a field with a single name shows the name."""
        paper = self._library.paper(self._model.state.highlighted)
        offered = {} if paper is None else offers(paper)
        if not offered:
            self._model.show_notice("this paper has nothing that you could follow")
            return
        known = self._known_follows()
        self._ask(
            {
                LETTERS[field]: (
                    self._label(names[0], known) if len(names) == 1 else f"{len(names)} {FIELDS[field]}s",
                    partial(self._choose_name, names, known),
                )
                for field, names in offered.items()
            }
        )

    def _choose_name(self, follows: Sequence[Follow], known: Mapping[str, Follow]) -> None:
        if len(follows) == 1:
            self._toggle(follows[0], known)
            return
        shown = follows if len(follows) <= MAX_NAMES else (*follows[: MAX_NAMES - 1], follows[-1])
        names = zip(ascii_lowercase, shown, strict=False)
        self._ask(
            {letter: (self._label(follow, known), partial(self._toggle, follow, known)) for letter, follow in names}
        )

    def _ask(self, choices: Mapping[str, tuple[str, Callable[[], object]]]) -> None:
        """Offer choices by letter, each with its label and its effect."""
        offered = [(letter, label) for letter, (label, _) in choices.items()]
        self._app.keyboard.ask_letter("follow", offered, lambda letter: choices[letter][1]())

    def _toggle(self, follow: Follow, known: Mapping[str, Follow]) -> None:
        # Submitted before the work starts, so that quitting cannot lose it.
        storing = self._library.follow(known.get(follow.key, follow), is_followed=follow.key not in known)
        self._background.start("marks", partial(self._report, follow, storing))

    async def _report(self, follow: Follow, storing: Awaitable[tuple[str, FollowCount | None]]) -> None:
        action, counted = await storing
        self._library.has_changed()
        self._model.change(self._model.state.cache_changed())
        if action:
            name = follow.in_words(self._model.state[TOPIC_NAMES])
            text = f"no longer following {name}" if counted is None else f"following {name} · {_number(counted)}"
            self._model.show_notice(f"{text} · {self._keymap.key('mark.undo')} undoes")

    def _known_follows(self) -> dict[str, Follow]:
        from reader.cache.standing import follows

        return {follow.key: follow for follow in self._library.read(follows, list[Follow]())}

    def _label(self, follow: Follow, known: Mapping[str, Follow]) -> str:
        sign = f"{self._look.glyphs.followed} " if follow.key in known else ""
        name = follow.in_words(self._model.state[TOPIC_NAMES])
        if len(name) > MAX_NAME_CHARACTERS:
            name = f"{name[: MAX_NAME_CHARACTERS - 1].rstrip()}{self._look.glyphs.ellipsis}"
        return f"{sign}{name}"


def _number(counted: FollowCount) -> str:
    return amount(counted.papers, "paper") if counted.papers else "no papers here yet"
