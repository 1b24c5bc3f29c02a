"""The keyboard: what each key means where it is pressed, from the first one on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from reader.keys.chords import Cancelled, KeyReader, Match, Pending, spell
from reader.ui.work.delayed import Delayed

if TYPE_CHECKING:
    from textual.events import Key

    from reader.keys.keymap import Action, Context
    from reader.ui.app import ReaderApp

CHORD_HELP = 0.4
"""Seconds after which a chord that was begun shows what may follow."""

STILL = 0.12
"""Seconds without a key after which no key is held down."""

PUT_OFF = 1.0
"""Seconds after which what waits for that is done all the same."""


class Keyboard:
    """Reads the reader's keys by the table; `forward` sends those that are bound to nothing to the widgets."""

    def __init__(self, reader: ReaderApp, forward: Callable[[Key], Awaitable[None]]) -> None:
        self._reader = reader
        self._forward = forward
        self._keys = KeyReader(reader.keymap)
        self._chord_help = Delayed(reader, self._show_chord)
        self._waiting: list[Key] = []
        """Keys that wait for the panes, or behind what is held."""
        self._held: Match | None = None
        """What is to be done to the papers of a list that is still to come."""
        self._has_begun = self._is_busy = False
        self._choosing: Callable[[str], object] | None = None
        self._pressed = 0.0
        self._put_off: Callable[[], object] | None = None
        self._put_off_until = 0.0
        self._still = Delayed(reader, self._do_if_still)

    async def press(self, key: Key) -> None:
        """Let a key act, once there is what it is for: the panes, and the list that was asked for before it."""
        if self._reader.return_code is not None:
            # What is typed behind the key that leaves would open screens that end before they begin.
            return
        self._pressed = time.monotonic()
        self._waiting.append(key)
        await self.go_on()

    async def begin(self) -> None:
        """The panes are there: do what was typed before."""
        self._has_begun = True
        await self.go_on()

    async def go_on(self) -> None:
        """Let keys that wait act in order, as far as there is what they are for; what is typed meanwhile waits too."""
        if self._is_busy or not self._has_begun:
            return
        self._is_busy = True
        try:
            while self._do_held() and self._waiting:
                await self._deliver(self._waiting.pop(0))
        finally:
            self._is_busy = False

    def _do_held(self) -> bool:
        """Do what is held, if anything is and its list has come; False while that is awaited."""
        reader, held = self._reader, self._held
        if held is None:
            return True
        if reader.main.listing.is_on_its_way:
            return False
        self._held = None
        # The list may have come without papers.
        if reader.context in held.action.contexts:
            reader.do(held.action.id, held.count)
        return True

    def when_still(self, then: Callable[[], object]) -> None:
        """Do something once no key is held down: whoever holds one waits for no other work.

        Only one thing is put off at a time, the first: what is asked for meanwhile is taken to be the same.
        """
        if self._put_off is None:
            self._put_off, self._put_off_until = then, time.monotonic() + PUT_OFF
            self._do_if_still()

    def _do_if_still(self) -> None:
        wait = min(self._pressed + STILL, self._put_off_until) - time.monotonic()
        if wait > 0:
            self._still.begin(wait)
        elif self._put_off is not None:
            then, self._put_off = self._put_off, None
            then()

    def ask_letter(self, what: str, choices: Sequence[tuple[str, str]], then: Callable[[str], object]) -> None:
        """Show letters with what they stand for, and call `then` with the next key if it is one of them."""
        letters = {letter for letter, _ in choices}
        self._choosing = lambda typed: then(typed) if typed in letters else None
        self._reader.status.pending(choices, what)

    async def _deliver(self, key: Key) -> None:
        """Let a key act here, or else in the widget that has the keys."""
        if self._takes(key):
            return
        await self._forward(key)
        main = self._reader.main
        if main.is_typing:
            # The next key may be Enter, which is for all that was typed before it.
            await main.query_line.catch_up()

    def _takes(self, key: Key) -> bool:
        """Act by the table, or by what is being typed or asked for; False where the key is a widget's."""
        reader, context = self._reader, self._reader.context
        if context is None:
            return self._quits(key.key)
        if self._choosing is not None:
            self._take_letter(key.character or "")
            return True
        if context == "filter" and reader.main.filter.type(key.key, key.character):
            return True
        if context == "calendar" and reader.calendar is not None and reader.calendar.type(key.key, key.character):
            return True
        is_coming = reader.main.listing.is_on_its_way
        if is_coming and context == "empty":
            context = "list"
        self._chord_help.stop()
        outcome = self._keys.feed(key.key, context)
        if isinstance(outcome, Pending):
            self._chord_help.begin(CHORD_HELP)
            return True
        self._show_chord()
        if isinstance(outcome, Match):
            if is_coming and _is_for_papers(outcome.action, context):
                self._held = outcome
            else:
                reader.do(outcome.action.id, outcome.count)
            return True
        if context == "query" and spell(key.key) == "enter":
            # Also where another key is set for it; by the text's own message the keys behind it would be text.
            reader.do("query.accept")
            return True
        return isinstance(outcome, Cancelled)

    def _quits(self, key: str) -> bool:
        """Leave if this key does so everywhere: screens that read their own keys know nothing of it."""
        action = self._reader.keymap.resolve("help").get((spell(key),))
        if action is None or action.id != "app.quit":
            return False
        self._reader.do(action.id)
        return True

    def _take_letter(self, typed: str) -> None:
        choose, self._choosing = self._choosing, None
        self._reader.status.pending(())
        if choose is not None:
            choose(typed)

    def _show_chord(self) -> None:
        """Show what may follow the keys pressed so far, or the usual hints again."""
        pending = self._keys.pending
        self._reader.status.pending(pending.options if pending else (), pending.text if pending else "")


def _is_for_papers(action: Action, context: Context) -> bool:
    """Whether an action is for papers that are listed, so that over an empty list there is none such."""
    return "empty" not in action.contexts and (context in ("list", "detail") or action.id.startswith("mark."))
