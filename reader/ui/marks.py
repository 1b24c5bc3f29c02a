"""Mark papers, move them in the queue, and record which papers the user opens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

from reader.cache.reads.window import Window
from reader.core.errors import ReaderError
from reader.core.marks import QUEUE, STATES, UNDOES
from reader.log.actions import join_labels
from reader.ui.full_text.state import TEXT
from reader.ui.page.state import PAGE, is_triaging
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.listing import Position
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from reader.log.actions import UserAction
    from reader.session.places import Place
    from reader.ui.app import ReaderApp


Way = Literal["undo", "redo"]

DECISIONS = ("star", QUEUE, "hide")
"""Kinds of marks that decide about a paper, which also mark it read."""

FIELDS = {**STATES, QUEUE: "queued"}
"""The row's field for each kind of mark that has a toggle key."""

T = TypeVar("T")

SHOWN_AFTER_SECONDS = 0.5
"""Seconds after which the first line says that many papers are being marked."""


def done_words(action: UserAction) -> str:
    """The effect of an action, such as `1 hidden, unstarred`, without the `read` that comes with a decision."""
    if action.rules or len({count for _, count in action.did}) > 1:
        return action.in_words
    return f"{action.count:,} {join_labels(_without_read(action))}" if action.count else action.in_words


def _without_read(action: UserAction) -> list[str]:
    return [label for label, _ in action.did if label != "read"] or ["read"]


class MarkActions(Controller):
    """Mark the papers of the list."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._opening_marks = self._app.settings.read_when == "opened"

    # One paper

    @handles(each={"paper.read": "read", "paper.star": "star", "paper.queue": QUEUE, "paper.hide": "hide"})
    def toggle(self, count: int | None, kind: str) -> None:
        if self._model.state.selection.count and self._model.state.front_paper is None:
            self._toggle_all(kind, self._model.state.targets)
            return
        front = self._model.state.front_paper
        meant = self._app.papers.meant(self._app.keyboard.pressed_at) if front is None else front
        row = None if meant is None else self._app.papers.row_of(meant)
        if row is None:
            return
        if count is not None and front is None:
            pks = self._app.papers.pks_all()[self._app.papers.cursor :][:count]
            self._toggle_all(kind, pks)
            return
        self._mark(kind, not getattr(row, FIELDS[kind]), [row.pk])

    def queue(self, key: int) -> None:
        self._mark(QUEUE, True, [key])

    def _toggle_all(self, kind: str, pks: Sequence[int]) -> None:
        value = self._app.papers.has_row(pks, lambda row: not getattr(row, FIELDS[kind]))
        self._mark(kind, value, pks)

    def finish_reading(self, pk: int) -> None:
        """Mark a paper read without a notice, unless it is read or the user marks papers by hand."""
        row = self._app.papers.row_of(pk)
        if row is not None and not row.read and self._opening_marks:
            self._mark("read", True, [pk], is_quiet=True)

    # Many papers

    @handles("mark.all_read")
    def mark_all_read(self, _count: int | None) -> None:
        if self._model.state.listing.order.complete:
            self._mark("read", True, self._app.papers.pks_all())
            return

        async def mark_all() -> None:
            self._mark("read", True, await self._app.list_loader.read_all())

        self._background.start("marks", mark_all)

    @handles("mark.above_read")
    def mark_above_read(self, _count: int | None) -> None:
        if self._app.papers.highlighted is not None:
            self._mark("read", True, self._app.papers.pks_all()[: self._app.papers.cursor + 1])

    def _mark(self, kind: str, value: bool, pks: Sequence[int], *, is_quiet: bool = False) -> None:
        """Mark papers and show the effect; `is_quiet` shows no notice."""
        # Submitted before the work starts, so that quitting cannot lose it.
        self.follow(self.submit(kind, value, pks), is_quiet=is_quiet)

    def submit(self, kind: str, value: bool, pks: Sequence[int]) -> Awaitable[UserAction | None]:
        """Mark papers: change their lines now and the cache later."""
        if kind == "star" and value:
            self._app.automatic_commands.starring(pks)
        is_decision = value and kind in DECISIONS
        for pk in self._drawn_papers(pks):
            for mark in (kind, "read") if is_decision else (kind,):
                self._draw(pk, mark, value)
        return self._library.mark(kind, value, pks, also_read=is_decision)

    def _drawn_papers(self, pks: Sequence[int]) -> Sequence[int]:
        """The papers whose lines change at once; the others change once the marks are stored."""
        return pks if len(pks) == 1 else list(frozenset(self._app.papers.visible_pks).intersection(pks))

    def _draw(self, pk: int, kind: str, value: bool) -> None:
        undone = UNDOES.get(kind, ()) if value else ()
        self._app.papers.patch(pk, **{FIELDS[kind]: value, **{FIELDS[other]: False for other in undone}})

    def follow(self, storing: Awaitable[UserAction | None], nothing: str = "", *, is_quiet: bool = False) -> None:
        """Wait for a change of marks, then show its effect; `nothing` is the notice if nothing changed.

        The change is submitted already, so that quitting cannot lose it.
        """
        here = self._model.state.place
        self._background.start("marks", partial(self._wait_for_mark, storing, here, nothing, is_quiet))

    async def _wait_for_mark(
        self, storing: Awaitable[UserAction | None], here: Place, nothing: str, is_quiet: bool
    ) -> None:
        try:
            done = await self._wait(storing, "marking")
        except ReaderError:
            self._app.papers.renew()
            self._model.change(self._model.state.cache_changed())
            raise
        self.show_stored()
        if self._model.state.place != here:
            # The list of a new place may have been read without the mark.
            self._model.change(self._model.state.cache_changed())
        message = nothing
        if done is not None:
            message = "" if is_quiet else f"{done_words(done)} · {self._keymap.key('mark.undo')} undoes"
        if message:
            self._model.show_notice(message)

    def on_begin(self) -> None:
        if not self._library.ask(Window.has_unfinished_marks, False):
            return
        finishing = self._library.finish_marks()

        async def finish() -> None:
            try:
                await self._wait(finishing, "marking")
            finally:
                self._model.change(self._model.state.cache_changed())

        self._background.start("marks", finish)

    @follows(lambda state: (state.marks_version, state.cache_version))
    def draw_marks(self, _state: State) -> None:
        self._app.papers.renew()

    def show_stored(self) -> None:
        """Show other effects of a mark, such as counts, without moving the list."""
        self._library.has_changed()
        self._model.change(self._model.state.with_new_marks())

    async def _wait(self, storing: Awaitable[T], activity: str) -> T:
        """Wait for a change of marks, and show the activity if it takes longer than `SHOWN_AFTER_SECONDS`."""
        change = asyncio.ensure_future(storing)
        try:
            await asyncio.wait({change}, timeout=SHOWN_AFTER_SECONDS)
            if not change.done():
                self._model.change(self._model.state.busy_with(f"{activity}{self._look.glyphs.ellipsis}"))
            return await change
        finally:
            self._model.change(self._model.state.busy_with(""))

    # Undo

    @handles(each={"mark.undo": "undo", "mark.redo": "redo"})
    def reverse(self, _count: int | None, way: Way, then: Callable[[UserAction], object] = lambda _: None) -> None:
        change = self._library.undo if way == "undo" else self._library.redo
        self._background.start("marks", partial(self._reverse, way, change(), then))

    async def _reverse(
        self, way: Way, reversing: Awaitable[UserAction | None], then: Callable[[UserAction], object]
    ) -> None:
        action = await self._wait(reversing, f"{way}ing")
        if action is None:
            self._model.show_notice(f"nothing to {way}")
            return
        self._library.has_changed()
        pk = self._library.pk_of(action.paper) if action.paper else None
        back = "redo" if way == "undo" else "undo"
        self._model.show_notice(f"{way[:2]}done: {done_words(action)} · {self._keymap.key(f'mark.{back}')} {back}es")
        at = None if pk is None else self._go_to(pk)
        self._model.change(self._model.state.cache_changed(at))
        then(action)

    def _go_to(self, pk: int) -> Position | None:
        papers = self._app.papers
        is_there = self._model.state.front_paper is not None or pk == papers.highlighted
        return None if is_there or papers.to_paper(pk) else Position(pk, papers.height)


TRACE_SECONDS = 120.0
"""Seconds for which opened papers are collected, because For you learns again after each record."""


class Traces(Controller):
    """Records which papers the user opens."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._is_on = self._app.settings.note_reading
        self._waiting: dict[str, dict[int, None]] = {}
        """The opened papers that are not recorded yet, by day (ISO)."""
        self.delay = self._background.delayed(self.store)

    @follows(lambda state: None if is_triaging(state) and state[TEXT] is None else state.front_paper)
    def follow(self, state: State) -> None:
        """Note the paper in front of the list, unless only a triage opened its page."""
        page = state[PAGE]
        if page is None or not self._is_on or (is_triaging(state) and state[TEXT] is None):
            return
        self._waiting.setdefault(self._look.now().astimezone().date().isoformat(), {})[page.key] = None
        if not self.delay.is_waiting:
            self.delay.begin(TRACE_SECONDS)

    def store(self) -> None:
        self._background.start("traces", self._store)

    async def _store(self) -> None:
        storing = self._submit()
        if storing is not None:
            # The next mark reports a problem with the disk.
            with suppress(ReaderError):
                await storing
                self._library.has_changed()

    def on_end(self) -> None:
        """Record the remaining papers before the library closes."""
        storing = self._submit()
        if storing is not None:
            storing.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _submit(self) -> asyncio.Future[object] | None:
        self.delay.stop()
        waiting, self._waiting = self._waiting, {}
        if not waiting or not self._library.is_writable:
            return None
        return asyncio.ensure_future(self._library.record_opened({day: list(pks) for day, pks in waiting.items()}))
