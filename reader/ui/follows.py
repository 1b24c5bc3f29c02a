"""Follow an author, organization, venue, topic or word of the paper under the cursor, or make a rule."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING, TypeAlias

from reader.core.errors import ReaderError
from reader.core.follows import FIELDS, Follow, offers
from reader.core.query.nodes import Term, quote
from reader.core.text import amount
from reader.ui.command_line.screen import OUTPUT, Output
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.controller import Controller, handles

if TYPE_CHECKING:
    from reader.cache.standing import FollowCount

LETTERS = {"author": "a", "org": "o", "venue": "v", "topic": "t", "word": "w"}

MAX_NAMES = 18
"""Maximum number of names offered: the first ones plus the last, often the senior author."""

MAX_NAME_LENGTH = 40
"""Maximum characters of a name in the last line."""

RULE_ACTIONS = {"x": "hide", "m": "mute", "s": "star", "b": "queue"}
"""The actions of a rule by letter."""

LISTED_TITLES = "20"
"""Number of papers listed before a rule is added, as an argument of the command."""

Choices: TypeAlias = Mapping[str, tuple[str, Callable[[], object]]]
"""The offers by letter, each with its label and its effect."""


class FollowActions(Controller):
    """Ask what to follow, and follow it."""

    @handles("paper.follow")
    def choose_field(self, _count: int | None) -> None:
        """Ask what to follow or make a rule of; a field with a single name shows the name."""
        self._ask_field("follow", self._choose, {"r": ("a rule or mute", self._choose_for_rule)})

    def _choose_for_rule(self) -> None:
        """Ask which papers a rule is for: papers of the current query, or papers with a value that this paper has."""
        text = self._model.state.place.text
        more: Choices = {"q": (f"these: {self._shorten(text)}", partial(self._ask_rule_action, text))} if text else {}
        self._ask_field("a rule for", lambda follow: self._ask_rule_action(_query(follow)), more)

    def _ask_field(self, question: str, act: Callable[[Follow], object], more: Choices) -> None:
        paper = self._library.paper(self._model.state.highlighted)
        offered = {} if paper is None else offers(paper)
        if not offered:
            self._model.show_notice("this paper has nothing that you could follow")
            return
        known = self._known_follows()
        choices = {
            LETTERS[field]: (
                self._message(of_field[0], known) if len(of_field) == 1 else f"{len(of_field)} {FIELDS[field]}s",
                partial(self._choose_name, question, of_field, act),
            )
            for field, of_field in offered.items()
        }
        self._ask(question, {**choices, **more})

    def _choose_name(self, question: str, follows: Sequence[Follow], act: Callable[[Follow], object]) -> None:
        if len(follows) == 1:
            act(follows[0])
            return
        shown, known = (
            follows if len(follows) <= MAX_NAMES else (*follows[: MAX_NAMES - 1], follows[-1]),
            self._known_follows(),
        )
        names = zip(ascii_lowercase, shown, strict=False)
        self._ask(question, {letter: (self._message(follow, known), partial(act, follow)) for letter, follow in names})

    def _ask(self, question: str, choices: Choices) -> None:
        offered = [(letter, words) for letter, (words, _) in choices.items()]
        self._app.keyboard.ask_letter(question, offered, lambda letter: choices[letter][1]())

    # Rules and muted words

    def _ask_rule_action(self, query: str) -> None:
        def propose(action: str) -> None:
            self._background.start("rule", partial(self._propose, action, query))

        self._ask(
            self._shorten(query),
            {letter: (action, partial(propose, action)) for letter, action in RULE_ACTIONS.items()},
        )

    async def _propose(self, action: str, query: str) -> None:
        """Show the newest papers of the query; enter then adds the rule."""
        words = ("list", "-n", LISTED_TITLES, "--", query)
        try:
            outcome = await self._app.command_runner.run(words, self._app.command_actions.columns)
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return
        if outcome.code:
            self._model.show_notice(outcome.complaint, "warning")
            return
        line = shlex.join(["views", "add", "--then", action, query])
        keep = partial(self._app.command_actions.begin, line, is_own=True)
        effect = "The rule acts on new papers as they come, not on these:"
        if action == "mute":
            effect = "Lists then leave out the papers of this query, such as:"
        text = f"{effect}\n{outcome.text or outcome.errors}"
        self._model.change(self._model.state.put(OUTPUT, Output(f"{action}: {query}", text, keep=keep)))

    # Follows

    def _choose(self, follow: Follow) -> None:
        followed = self._known_follows().get(follow.key)
        if followed is None:
            self._follow(follow)
            return
        letter, effect = ("q", "no notices") if followed.notify else ("n", "notices of new papers")
        notified = followed._replace(notify=not followed.notify)
        end = partial(self._follow, followed, is_followed=False)
        choices: Choices = {"x": ("no longer follow", end), letter: (effect, partial(self._follow, notified))}
        self._ask(self._name(followed), choices)

    def _follow(self, follow: Follow, *, is_followed: bool = True) -> None:
        # Submitted before the work starts, so that quitting cannot lose it.
        storing = self._library.follow(follow, is_followed=is_followed)
        self._background.start("marks", partial(self._report, follow, storing))

    async def _report(self, follow: Follow, storing: Awaitable[tuple[str, FollowCount | None]]) -> None:
        action, counted = await storing
        self._library.has_changed()
        self._model.change(self._model.state.cache_changed())
        if action:
            text = "no longer following" if counted is None else "following"
            text += f" {follow.in_words(self._model.state[TOPIC_NAMES])}"
            if counted is not None:
                text += f"{' with notices' if counted.follow.notify else ''} · {_number(counted)}"
            self._model.show_notice(f"{text} · {self._keymap.key('mark.undo')} undoes")

    def _known_follows(self) -> dict[str, Follow]:
        from reader.cache.standing import follows

        return {follow.key: follow for follow in self._library.read(follows, list[Follow]())}

    def _message(self, follow: Follow, known: dict[str, Follow]) -> str:
        sign = f"{self._look.glyphs.followed} " if follow.key in known else ""
        return f"{sign}{self._name(follow)}"

    def _name(self, follow: Follow) -> str:
        return self._shorten(follow.in_words(self._model.state[TOPIC_NAMES]))

    def _shorten(self, text: str) -> str:
        return (
            text
            if len(text) <= MAX_NAME_LENGTH
            else f"{text[: MAX_NAME_LENGTH - 1].rstrip()}{self._look.glyphs.ellipsis}"
        )


def _query(follow: Follow) -> str:
    return quote(follow.name) if follow.field == "word" else str(Term(follow.field, follow.name))


def _number(counted: FollowCount) -> str:
    return amount(counted.papers, "paper") if counted.papers else "no papers here yet"
