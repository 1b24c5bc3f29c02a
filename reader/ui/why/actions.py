"""Show why the paper under the cursor is ranked as it is, and change what For you has learned."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from reader.core.choice.wishes import LONGEST, Direction, Held, Wish, joined
from reader.core.errors import ReaderError
from reader.core.query import Term
from reader.core.views import FOR_YOU
from reader.keys.spelling import typed_on
from reader.session.places import Place, selection_of, view
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.handlers import handles, handles_each, takes_text
from reader.ui.shell.screens import Screens
from reader.ui.shell.services import Actor, Services
from reader.ui.views.actions import ViewActions
from reader.ui.why.state import WHY, Why

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.ui.why.lines import Explanation

Subject = TypeVar("Subject", bound=Wish | Held)

RANKING = "ranking papers"
"""Shown while the papers are ranked again."""


class WhyActions(Actor):
    """The reasons for a paper, and the interests behind them."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._one_by_one = asyncio.Lock()

    @handles("read.why")
    def show(self, _count: int | None) -> None:
        self._change(Why(self._library.paper(self._model.state.highlighted)))
        self._background.start("why", self._renew)

    # What is under the cursor

    @property
    def _about(self) -> Wish | Held | None:
        about: Wish | Held | None = self._services[Screens].get(WHY).pane.current
        if about is None:
            self._model.show_notice("nothing here can be changed")
        return about

    @property
    def _held(self) -> Held | None:
        """The interest under the cursor; shows a notice if it is something else."""
        about = self._about
        if isinstance(about, Held):
            return about
        if about is not None:
            self._model.show_notice("only interests have names and papers")
        return None

    @handles_each({"why.raise": "raise", "why.lower": "lower", "why.mute": "mute", "why.reset": "reset"})
    def weigh(self, count: int | None, direction: Direction) -> None:
        if (about := self._about) is not None:
            self._begin(lambda: self._weigh(about, direction, count or 1))

    @handles("why.split")
    def split(self, _count: int | None) -> None:
        if (one := self._held) is not None:
            self._begin(lambda: self._split(one))

    @handles("why.papers")
    def show_papers(self, _count: int | None) -> None:
        if (one := self._held) is not None:
            self._change(None)
            self._services[ViewActions].show_query(str(Term("foryou", one.name)))

    @handles("why.join")
    def join(self, _count: int | None) -> None:
        one, why = self._held, self._model.state[WHY]
        if one is None or why is None:
            return
        first = why.joining
        if first is None or first.key == one.key:
            again = f"then {self._keymap.key('why.join')} again"
            asked = f'go to the one to join with "{one.name}", {again}'
            self._model.show_notice(asked)
            self._change(why._replace(joining=one, asked=asked))
        else:
            self._begin(lambda: self._decide(joined(self._now(first), self._now(one))))

    @handles("why.rename")
    def rename(self, _count: int | None) -> None:
        one = self._held
        if one is not None:
            self._update(lambda why: why._replace(renaming=one, typed=one.name))

    @takes_text("why")
    def type(self, key: str, character: str | None) -> bool:
        why = self._model.state[WHY]
        if why is None or why.renaming is None:
            return False
        if key in ("escape", "enter"):
            one, name = why.renaming, " ".join(why.typed.split())
            self._change(why._replace(renaming=None))
            if key == "enter" and name:
                self._begin(lambda: self._decide([self._now(one)._replace(name=name, did="rename")]))
        elif (typed := typed_on(why.typed, key, character, LONGEST)) is not None:
            self._change(why._replace(typed=typed))
        return True

    @handles("mark.undo", context="why")
    def undo(self, _count: int | None) -> None:
        self._begin(lambda: self._reverse("undo"))

    @handles("mark.redo", context="why")
    def redo(self, _count: int | None) -> None:
        self._begin(lambda: self._reverse("redo"))

    # Changes, one at a time

    def _change(self, why: Why | None) -> None:
        self._model.change(self._model.state.put(WHY, why))

    def _update(self, change: Callable[[Why], Why]) -> None:
        self._model.change(self._model.state.update(WHY, change))

    def _begin(self, change: Callable[[], Awaitable[str]]) -> None:
        """Make a slow change that returns a notice."""

        async def make() -> None:
            async with self._one_by_one:
                self._model.show_notice(RANKING)
                said = await change()
                await self._renew(is_changed=bool(said))
                self._model.show_outcome(said, begun=RANKING)

        self._update(lambda why: why._replace(joining=None))
        self._background.start("why", make)

    async def _renew(self, *, is_changed: bool = False) -> None:
        """Read the reasons again; after a change, the first papers are shown beside the earlier ones."""
        why = self._model.state[WHY]
        if why is None:
            return
        known = await self._read(why.paper)
        if is_changed and why.known is not None and why.known.first != known.first:
            known = known._replace(before=why.known.first)
        self._update(lambda why: why._replace(known=known))

    async def _read(self, paper: Paper | None) -> Explanation:
        """All reasons; if what was learned can't be read, a notice, and the rest of the screen is shown."""
        knowing = asyncio.ensure_future(asyncio.to_thread(self._known, paper))
        try:
            chosen = selection_of(Place(view(FOR_YOU)), "day", self._services.scope())
            reasons, first = await self._library.reasons(None if paper is None else paper.pk, chosen)
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return await knowing
        return (await knowing)._replace(reasons=reasons, first=first)

    def _known(self, paper: Paper | None) -> Explanation:
        """What gave the paper its topics, and what rules and programs did to it."""
        from reader.core.topics.scorer import why
        from reader.ui.why.lines import Explanation

        if paper is None:
            return Explanation()
        reasons = self._app.rules().explain(paper.title, paper.abstract, paper.keywords, paper.categories)
        acts, muted = self._library.ruled(paper.pk)
        made = self._library.made_by_agents(paper.pk)
        topics = why(reasons, self._model.state[TOPIC_NAMES])
        return Explanation(topics, acts, muted, made)

    def _now(self, about: Subject) -> Subject:
        """A wish or interest as the previous change left it."""
        screen = self._services[Screens].get(WHY)
        found = None if screen is None else screen.pane.find(about.kind)
        return found if isinstance(found, type(about)) else about

    async def _decide(self, wishes: Sequence[Wish | Held]) -> str:
        try:
            done = await self._library.decide(wishes)
        except ReaderError as error:
            return str(error)
        self._changed()
        named = wishes[0]._replace(name=self._model.state[TOPIC_NAMES].get(wishes[0].name, wishes[0].name))
        return f"{named.label} · {self._keymap.key('mark.undo')} undoes" if done else ""

    async def _weigh(self, about: Wish | Held, direction: Direction, times: int) -> str:
        """Raise or lower something several times; muting a muted thing unmutes it."""
        about = self._now(about)
        if direction == "mute" and about.step is None:
            direction = "reset"
        for _ in range(min(times, 10)):
            about = about.moved(direction)
        return await self._decide([about])

    async def _split(self, one: Held) -> str:
        try:
            halves = await self._library.split(self._now(one))
        except ReaderError as error:
            return str(error)
        return await self._decide(halves) if halves else f'"{one.name}" has only one paper'

    async def _reverse(self, direction: str) -> str:
        try:
            done = await (self._library.undo() if direction == "undo" else self._library.redo())
        except ReaderError as error:
            return str(error)
        if done is None:
            return f"nothing to {direction}"
        self._changed()
        return f"undone: {done.said}" if direction == "undo" else f"{done.said} again"

    def _changed(self) -> None:
        """Reload the list behind the screen; one ordered by what is learned restarts at its best papers."""
        self._library.changed()
        state = self._model.state
        begins = self._library.learned is not None and state.front_paper is None
        self._model.change(state.cache_changed().request_list() if begins else state.cache_changed())
