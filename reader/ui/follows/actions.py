"""Follow an author, organization, venue, topic or word of the paper under the cursor, or make a rule."""

from __future__ import annotations

import json
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from reader.core.errors import ReaderError
from reader.core.follows import FIELDS, Follow, offers
from reader.core.query.nodes import Term, quoted
from reader.core.text import amount
from reader.ui.command_line.state import OUTPUT, Output
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.controller import Controller, handles

if TYPE_CHECKING:
    from reader.cache.follows import FollowCount

LETTERS = {"author": "a", "org": "o", "venue": "v", "topic": "t", "word": "w"}

MOST = 18
"""Maximum number of names offered: the first ones plus the last, often the senior author."""

LONGEST = 40
"""Maximum characters of a name in the last line."""

RULE, QUERY, FOLLOW, MUTE = "r", "q", "f", "m"
"""Letters of the choices."""

MARKS: Mapping[str, tuple[str, str, str]] = {
    "x": ("hide", "hide", "hidden"),
    MUTE: ("mute", "", "left out"),
    "s": ("star", "star", "starred"),
    "b": ("queue", "queue", "queued"),
    FOLLOW: ("follow", "", "marked as followed"),
}
"""What can happen to papers, by letter: its name, the rule's action, and its past participle."""

MONTH = "30d"
SHOWN = 20
"""Papers named before a rule is added."""


class FollowActions(Controller):
    """Ask by letters what to follow, and follow it."""

    @handles("paper.follow")
    def choose_field(self, _count: int | None) -> None:
        """Ask what to follow or make a rule of; a field with a single name shows the name."""
        more = {RULE: ("a rule or mute", self._choose_for_rule)}
        self._ask_field("follow", self._choose, more, "this paper has nothing that you could follow")

    def _choose_for_rule(self) -> None:
        """Ask which papers a rule is for: those of the current query, or with something that the paper has."""
        text = self._model.state.place.text
        more: dict[str, tuple[str, Callable[[], object]]] = {}
        if text:
            more[QUERY] = (f"these: {self._cut(text)}", partial(self._ask_mark, text, None))
        self._ask_field("a rule for", lambda follow: self._ask_mark(_query(follow), follow), more, "")

    def _ask_field(
        self,
        what: str,
        act: Callable[[Follow], object],
        more: Mapping[str, tuple[str, Callable[[], object]]],
        nothing: str,
    ) -> None:
        paper = self._library.paper(self._model.state.highlighted)
        offered = {} if paper is None else offers(paper)
        if not offered and nothing:
            self._model.show_notice(nothing)
            return
        by_letter = {LETTERS[field]: follows for field, follows in offered.items()}
        known = self._known()
        choices = [
            (LETTERS[field], self._said(follows[0], known) if len(follows) == 1 else f"{len(follows)} {FIELDS[field]}s")
            for field, follows in offered.items()
        ]
        choices += [(letter, said) for letter, (said, _) in more.items()]

        def take(letter: str) -> None:
            if letter in more:
                more[letter][1]()
            else:
                self._choose_name(by_letter[letter], what, act)

        self._app.keyboard.ask_letter(what, choices, take)

    def _choose_name(self, follows: Sequence[Follow], what: str, act: Callable[[Follow], object]) -> None:
        if len(follows) == 1:
            act(follows[0])
            return
        shown = follows if len(follows) <= MOST else (*follows[: MOST - 1], follows[-1])
        by_letter = dict(zip(ascii_lowercase, shown, strict=False))
        known = self._known()
        choices = [(letter, self._said(one, known)) for letter, one in by_letter.items()]
        self._app.keyboard.ask_letter(what, choices, lambda letter: act(by_letter[letter]))

    # Rules and muted words

    def _ask_mark(self, query: str, follow: Follow | None) -> None:
        choices = [(letter, said) for letter, (said, _, _) in MARKS.items() if letter != FOLLOW or follow is not None]

        def propose(letter: str) -> None:
            self._background.start("rule", partial(self._propose, query, letter, follow))

        self._app.keyboard.ask_letter(self._cut(query), choices, propose)

    async def _propose(self, query: str, letter: str, follow: Follow | None) -> None:
        _, then, told = MARKS[letter]
        try:
            words = ("views", "try", "--json", "--since", MONTH, "--then", then or "hide", query)
            outcome = await self._app.command_runner.run(words, self._model.state.width)
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return
        if outcome.code:
            self._model.show_notice(outcome.complaint, "warning")
            return
        (found,) = json.loads(outcome.text)

        def keep() -> None:
            if letter == FOLLOW and follow is not None:
                self._follow(follow)
            else:
                line = shlex.join(["views", "add", "--then", then or "mute", query])
                self._app.command_actions.begin(line, is_own=True)

        text = _preview(told, found, is_rule=letter not in (FOLLOW, MUTE))
        proposed = Output(f"{MARKS[letter][0]}: {query}", text, keep=keep)
        self._model.change(self._model.state.put(OUTPUT, proposed))

    # Follows

    def _choose(self, follow: Follow) -> None:
        followed = self._known().get(follow.key)
        if followed is None:
            self._follow(follow)
            return
        told = ("q", "no notices") if followed.notify else ("n", "notices of new papers")
        choices = (("x", "no longer follow"), told)

        def act(letter: str) -> None:
            self._follow(followed._replace(notify=letter == "n"), is_followed=letter != "x")

        self._app.keyboard.ask_letter(self._name(followed), choices, act)

    def _follow(self, follow: Follow, *, is_followed: bool = True) -> None:
        # Submitted before the work starts, so that quitting cannot lose it.
        storing = self._library.follow(follow, is_followed=is_followed)
        self._background.start("marks", partial(self._tell, follow, storing))

    async def _tell(self, follow: Follow, storing: Awaitable[tuple[str, FollowCount | None]]) -> None:
        action, counted = await storing
        self._library.changed()
        self._model.change(self._model.state.cache_changed())
        if action:
            text = "no longer following" if counted is None else "following"
            text += f" {follow.said(self._model.state[TOPIC_NAMES])}"
            if counted is not None:
                text += f"{' with notices' if counted.follow.notify else ''} · {_number(counted)}"
            self._model.show_notice(f"{text} · {self._keymap.key('mark.undo')} undoes")

    def _known(self) -> dict[str, Follow]:
        from reader.cache.follows import follows

        return {one.key: one for one in self._library.read(follows, list[Follow]())}

    def _said(self, follow: Follow, known: dict[str, Follow]) -> str:
        sign = f"{self._look.glyphs.followed} " if follow.key in known else ""
        return f"{sign}{self._name(follow)}"

    def _name(self, follow: Follow) -> str:
        return self._cut(follow.said(self._model.state[TOPIC_NAMES]))

    def _cut(self, text: str) -> str:
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}{self._look.glyphs.ellipsis}"


def _query(follow: Follow) -> str:
    return quoted(follow.name) if follow.field == "word" else str(Term(follow.field, follow.name))


def _preview(told: str, found: Mapping[str, Any], *, is_rule: bool) -> str:
    papers, left = found["papers"], found["left"]
    count = len(papers) if is_rule else found["matched"]
    lines = [f"In the last month {amount(count, 'paper')} would have been {told}."]
    if left and is_rule:
        lines.append(f"{left:,} more would stay as you marked them.")
    lines += ["", *(f"{one['id']:12} {one['title']}" for one in papers[:SHOWN])]
    if count > SHOWN:
        lines.append(f"and {count - SHOWN:,} more")
    return "\n".join(lines)


def _number(counted: FollowCount) -> str:
    if not counted.papers:
        return "no papers here yet"
    papers = amount(counted.papers, "paper")
    return f"{papers}, {counted.perhaps:,} possibly by someone else" if counted.perhaps else papers
