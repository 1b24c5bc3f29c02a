"""Show why a paper suits the user, take wishes for more or less of a subject, and learn from marks."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from reader.core.errors import ReaderError
from reader.core.wishes import Direction, Wish
from reader.ui.filter.state import TOPIC_NAMES
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.state import Front, State

if TYPE_CHECKING:
    from reader.core.paper import Paper
    from reader.ui.app import ReaderApp
    from reader.ui.why.lines import Explanation


class Why(NamedTuple):
    """The shown reasons."""

    paper: Paper | None
    """The paper of the reasons; None if only learned interests are shown."""
    known: Explanation


WHY: Front[Why] = Front("why", "reader.ui.why.screen:WhyScreen")


class WhyActions(Controller):
    """Show the reasons for a paper and the learned interests, and change the user's wishes."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._lock = asyncio.Lock()

    @handles("read.why")
    def show(self, _count: int | None) -> None:
        """Show the stored reasons at once, and again once they are up to date."""
        paper = self._library.paper(self._model.state.highlighted)
        self._model.change(self._model.state.put(WHY, Why(paper, self._read_explanation(paper))))
        self._background.start("why", self._renew)

    @handles(each={"why.raise": "raise", "why.lower": "lower", "why.mute": "mute", "why.reset": "reset"})
    def weigh(self, count: int | None, direction: Direction) -> None:
        wish: Wish | None = self._app.screens.get(WHY).pane.current
        if wish is None:
            self._model.show_notice("nothing here can be changed")
        else:
            self._background.start("why", partial(self._decide, wish, direction, count or 1))

    @follows(lambda state: state.cache_version)
    def follow(self, state: State) -> None:
        """Learn from a changed wish, or its undo, while the reasons are shown."""
        if state[WHY] is not None:
            self._background.start("why", self._renew)

    async def _renew(self) -> None:
        await self._read()
        if await self._app.learner.learn():
            await self._read()

    async def _read(self) -> None:
        why = self._model.state[WHY]
        if why is not None:
            known = await asyncio.to_thread(self._explain, why.paper)
            self._model.change(self._model.state.update(WHY, lambda why: why._replace(known=known)))

    def _read_explanation(self, paper: Paper | None) -> Explanation:
        """The stored interests, and the stored reasons why the paper suits the user."""
        from reader.ui.why.lines import Explanation

        learned, suits = self._library.stored_interests(None if paper is None else paper.pk)
        return Explanation(learned, suits, self._model.state[TOPIC_NAMES], has_paper=paper is not None)

    def _explain(self, paper: Paper | None) -> Explanation:
        """The stored reasons, plus the phrases of the paper's topics, and the effects of rules."""
        from reader.cache.watching import rule_effects

        known = self._read_explanation(paper)
        if paper is None:
            return known
        reasons = self._app.rules().explain(paper.title, paper.abstract, paper.keywords)
        acts, muted = self._library.in_thread(paper.pk, rule_effects)
        return known._replace(topics=reasons, rules=acts, muted=muted)

    async def _decide(self, wish: Wish, direction: Direction, times: int) -> None:
        """Change the wish for a subject; muting a muted subject unmutes it."""
        async with self._lock:
            # An earlier change may have been stored since the key was pressed.
            now = self._library.stored_interests(None)[0].wishes
            wish = next((known for known in now if known.key == wish.key), wish._replace(step=0))
            if direction == "mute" and wish.step is None:
                direction = "reset"
            for _ in range(min(times, 10)):
                wish = wish.after_step(direction)
            if await self._library.decide([wish]) is None:
                return
        named = wish._replace(name=self._model.state[TOPIC_NAMES].get(wish.name, wish.name))
        self._model.show_notice(f"{named.label} · {self._keymap.key('mark.undo')} undoes")
        self._library.has_changed()
        self._model.change(self._model.state.cache_changed())


class Learner(Controller):
    """Runs learning jobs in the worker process, one at a time, for lists and the screen of reasons."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._lock = asyncio.Lock()

    async def learn(self) -> bool:
        """Bring scores and reasons up to date; return whether they were out of date."""
        async with self._lock:
            if not self._library.needs_learning():
                return False
            from reader.refresh.lines import job

            try:
                await self._app.run_job(job("for-you"))
            except ReaderError as error:
                self._model.show_notice(str(error), "warning")
            return True
