"""Show why the paper under the cursor stands where it stands, and change what For you has learned."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.core.choice.wishes import Held, Wish
from reader.core.errors import ReaderError
from reader.core.query import Term
from reader.core.views import FOR_YOU
from reader.session.places import Place, selection_of, view
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.handlers import handles
from reader.ui.shell.services import Actor
from reader.ui.views.actions import ViewActions

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.ui.why.lines import Explanation


class WhyActions(Actor):
    """One screen of reasons: those of a paper, and the interests that they come from."""

    @handles("read.why")
    def show(self, _count: int | None) -> None:
        """Show the reasons of the paper under the cursor, if there is one, and the interests."""
        from reader.ui.why.screen import Doing, WhyScreen

        paper = self._library.paper(self._model.state.highlighted)
        doing = Doing(partial(self._read, paper), self._decide, self._split, self._reverse, self._show_papers)
        title = "Why" if paper is None else f"Why {paper.title}"
        self._app.push_screen(WhyScreen(title, self._look.keymap, doing, self._look.glyphs))

    async def _read(self, paper: Paper | None) -> Explanation:
        known, learned = await asyncio.gather(asyncio.to_thread(self._known, paper), self._learned(paper))
        return known._replace(reasons=learned.reasons, first=learned.first)

    async def _learned(self, paper: Paper | None) -> Explanation:
        """What is learned; if the cache can't be read, the screen has the rest, and says so."""
        from reader.ui.why.lines import Explanation

        place = Place(view(FOR_YOU))
        try:
            chosen = selection_of(place, "day", self._services.scope())
            reasons, first = await self._library.reasons(None if paper is None else paper.pk, chosen)
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return Explanation()
        return Explanation(reasons=reasons, first=first)

    def _known(self, paper: Paper | None) -> Explanation:
        """What gave a paper its topics, and what rules and programs did to it."""
        from reader.core.topics.scorer import why
        from reader.ui.why.lines import Explanation

        if paper is None:
            return Explanation()
        reasons = self._app.rules().explain(paper.title, paper.abstract, paper.keywords, paper.categories)
        acts, muted = self._library.ruled(paper.pk)
        made = self._library.made_by_agents(paper.pk)
        topics = why(reasons, self._model.state[TOPIC_NAMES])
        return Explanation(topics, acts, muted, made)

    async def _decide(self, wishes: Sequence[Wish | Held]) -> str:
        """Store some decisions as one step, and return what was decided."""
        try:
            done = await self._library.decide(wishes)
        except ReaderError as error:
            return str(error)
        self._changed()
        named = wishes[0]._replace(name=self._model.state[TOPIC_NAMES].get(wishes[0].name, wishes[0].name))
        return f"{named.label} · {self._look.keymap.key('mark.undo')} undoes" if done else ""

    async def _split(self, one: Held) -> str:
        try:
            halves = await self._library.split(one)
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
        """Read the list behind the screen again; one ordered by what is learned begins with its best papers."""
        self._library.changed()
        state = self._model.state
        begins = self._library.learned is not None and state.front_paper is None
        self._model.change(state.cache_changed().request_list() if begins else state.cache_changed())

    def _show_papers(self, one: Held) -> None:
        self._services[ViewActions].show_query(str(Term("foryou", one.name)))
