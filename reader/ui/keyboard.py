"""The keyboard: turn each key into an action by its context, from the first key on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from reader.keys.actions import Action, Context
from reader.keys.chords import Cancelled, KeyReader, Match, Pending
from reader.keys.keymap import Keymap
from reader.keys.spelling import spell
from reader.ui.model import Model
from reader.ui.state_parts import Prompt

if TYPE_CHECKING:
    from textual.events import Key

    from reader.ui.work.background import Background

CHORD_HELP = 0.4
"""Seconds after which an incomplete chord shows the keys that may follow."""

STILL = 0.12
"""Seconds without a key, after which no key counts as held down."""

PUT_OFF = 1.0
"""Maximum seconds that work waits for a still keyboard."""


class KeyTarget(Protocol):
    """The object that keys act on: the app."""

    @property
    def context(self) -> Context | None:
        """Where a key is pressed; None if the screen in front reads its own keys."""

    def perform(self, action_id: str, count: int | None = None) -> None:
        """Run an action of the table."""

    def type(self, context: Context, key: str, character: str | None) -> bool:
        """Take a key as text if a pane takes text; return False for keys that mean something else."""

    async def forward(self, key: Key) -> None:
        """Send an unbound key to the widgets, and wait until a typed text has taken it."""


class Keyboard:
    """Turns keys into actions by the table of keys."""

    def __init__(self, keymap: Keymap, model: Model, background: Background, target: KeyTarget) -> None:
        self._keymap = keymap
        self._model = model
        self._target = target
        self._keys = KeyReader(keymap)
        self._chord_help = background.delayed(self._show_chord)
        self._waiting: list[Key] = []
        """Keys that wait for the panes, or for the held action."""
        self._held: Match | None = None
        """An action that waits for the papers of the next list."""
        self._has_begun = self._is_busy = False
        self._choose: Callable[[str], object] | None = None
        self._pressed = 0.0
        self._put_off: Callable[[], object] | None = None
        self._put_off_until = 0.0
        self._still = background.delayed(self._do_if_still)

    async def press(self, key: Key) -> None:
        """Handle a key once the panes exist and the list requested before it is there."""
        self._pressed = time.monotonic()
        self._waiting.append(key)
        await self.go_on()

    async def begin(self) -> None:
        """Handle the keys typed before the panes existed."""
        self._has_begun = True
        await self.go_on()

    async def go_on(self) -> None:
        """Handle waiting keys in order until one must wait again; keys typed meanwhile wait too."""
        if self._is_busy or not self._has_begun:
            return
        self._is_busy = True
        try:
            while self._do_held() and self._waiting:
                await self._deliver(self._waiting.pop(0))
        finally:
            self._is_busy = False

    def _do_held(self) -> bool:
        """Run the held action, if any, once its list is there; return False while it waits."""
        held = self._held
        if held is None:
            return True
        if self._model.state.is_list_coming:
            return False
        self._held = None
        # The list may be empty.
        if self._target.context in held.action.contexts:
            self._target.perform(held.action.id, held.count)
        return True

    def when_still(self, act: Callable[[], object]) -> None:
        """Call a function once no key is held down, so that it delays no key.

        Only one call waits at a time: further calls meanwhile count as the same.
        """
        if self._put_off is None:
            self._put_off, self._put_off_until = act, time.monotonic() + PUT_OFF
            self._do_if_still()

    def _do_if_still(self) -> None:
        wait = min(self._pressed + STILL, self._put_off_until) - time.monotonic()
        if wait > 0:
            self._still.begin(wait)
        elif self._put_off is not None:
            act, self._put_off = self._put_off, None
            act()

    def ask_letter(self, what: str, choices: Sequence[tuple[str, str]], act: Callable[[str], object]) -> None:
        """Show letters with their meanings, and call `act` with the next key if it is one of them."""
        letters = {letter for letter, _ in choices}
        self._choose = lambda typed: act(typed) if typed in letters else None
        self._prompt(Prompt(tuple(choices), what))

    async def _deliver(self, key: Key) -> None:
        """Run a key's action, or else send the key to the focused widget."""
        if not self._takes(key):
            await self._target.forward(key)

    def _takes(self, key: Key) -> bool:
        """Handle a key by the table, the typed text or the prompt; return False if the key is for a widget."""
        context = self._target.context
        if context is None:
            return self._quits(key.key)
        if self._choose is not None:
            self._take_letter(key.character or "")
            return True
        if self._target.type(context, key.key, key.character):
            return True
        is_coming = self._model.state.is_list_coming
        if is_coming and context == "empty":
            context = "list"
        self._chord_help.stop()
        outcome = self._keys.feed(key.key, context)
        if isinstance(outcome, Pending):
            self._chord_help.begin(CHORD_HELP)
            return True
        self._show_chord()
        if isinstance(outcome, Match):
            if is_coming and _needs_papers(outcome.action, context):
                self._held = outcome
            else:
                self._target.perform(outcome.action.id, outcome.count)
            return True
        if context == "query" and spell(key.key) == "enter":
            # Even if the user bound another key: the input's own message comes late, and the next keys would be text.
            self._target.perform("query.accept")
            return True
        return isinstance(outcome, Cancelled)

    def _quits(self, key: str) -> bool:
        """Quit if this key quits everywhere: screens that read their own keys do not handle it."""
        action = self._keymap.resolve("help").get((spell(key),))
        if action is None or action.id != "app.quit":
            return False
        self._target.perform(action.id)
        return True

    def _take_letter(self, typed: str) -> None:
        choose, self._choose = self._choose, None
        self._prompt(Prompt())
        if choose is not None:
            choose(typed)

    def _show_chord(self) -> None:
        """Show the keys that may follow those pressed so far, or the usual hints again."""
        pending = self._keys.pending
        self._prompt(Prompt(pending.options, pending.text) if pending else Prompt())

    def _prompt(self, prompt: Prompt) -> None:
        self._model.change(self._model.state.prompt_for(prompt))


def _needs_papers(action: Action, context: Context) -> bool:
    """Whether the action needs a non-empty list."""
    return "empty" not in action.contexts and (context in ("list", "detail") or action.id.startswith("mark."))
