"""The keyboard: turns keys into actions by context, from the first key on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from reader.keys.actions import CONTEXTS, OVER_ALL, TYPING, Action, Context, place_of
from reader.keys.keymap import CancelledKeys, KeyReader, Match, PendingKeys, UnknownKeys
from reader.keys.spelling import Chord, spell
from reader.ui.shell.controller import Controller
from reader.ui.shell.state import Prompt

if TYPE_CHECKING:
    from textual.events import Key

    from reader.ui.app import ReaderApp

CHORD_HELP_SECONDS = 0.4
"""Seconds after which an incomplete chord shows its possible next keys."""

STILL_SECONDS = 0.12
"""Seconds without a key after which no key counts as held down."""

POSTPONE_SECONDS = 1.0
"""Maximum seconds for which work waits until no key is held down."""

BURST_SECONDS = 0.2
"""Seconds of handling keys after which other work, such as quitting, gets a turn."""

QUIT_WAIT_SECONDS = 0.5
"""Seconds that a quitting key waits for a list, and for earlier keys that need the list."""

MERGED = frozenset(
    f"{steps}{direction}" for steps in ("move.", "move.half_", "move.page_", "read.") for direction in ("down", "up")
)
"""Actions for which a single run with a count equals repeated runs."""


class Keyboard(Controller):
    """Turns keys into actions by the table of keys."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._keys = KeyReader(self._keymap)
        self._chord_help = self._background.delayed(self._show_chord)
        self._waiting: deque[Key] = deque()
        """Keys waiting for the panes or for the held action."""
        self._held: Match | None = None
        """An action waiting for the next list's papers."""
        self._has_begun = self._is_busy = False
        self._choose: Callable[[str], object] | None = None
        self._letters: Collection[str] = ()
        """Letters that answer a question; other letters leave it open."""
        self._pressed = 0.0
        self.pressed_at = 0.0
        """Monotonic time at which the current key was pressed."""
        self._explained: set[tuple[Context, Chord]] = set()
        """The keys without effect that were already explained, by context."""
        self._postponed: Callable[[], object] | None = None
        self._postponed_until = 0.0
        self._still = self._background.delayed(self._do_if_still)
        self._last_wait = self._background.delayed(self._quit_without_list)

    async def press(self, *keys: Key) -> None:
        self._pressed = time.monotonic()
        self._waiting.extend(keys)
        await self.go_on()

    async def begin(self) -> None:
        self._has_begun = True
        await self.go_on()

    async def go_on(self) -> None:
        """Handle waiting keys in order until a key must wait again; newly typed keys wait too."""
        if self._is_busy or not self._has_begun:
            return
        self._is_busy = True
        rested = time.monotonic()
        try:
            while self._do_held() and self._waiting and not self._app.is_leaving:
                await self._deliver(self._waiting.popleft())
                if time.monotonic() - rested > BURST_SECONDS:
                    await asyncio.sleep(0)
                    rested = time.monotonic()
        finally:
            self._is_busy = False
        if self._held is not None and any(self._is_quit(key.key) for key in self._waiting):
            self._last_wait.begin(QUIT_WAIT_SECONDS)

    def _quit_without_list(self) -> None:
        """Quit without waiting for the list, dropping the keys that wait for it."""
        if self._held is not None and not self._app.is_leaving:
            self._held = None
            self._app.perform("app.quit")

    def _do_held(self) -> bool:
        """Run the held action, if any, once its list is there; return False while waiting."""
        held = self._held
        if held is None:
            return True
        state = self._model.state
        if state.is_list_coming and not state.is_ranking:
            return False
        self._held = None
        if state.is_ranking:
            self._refuse()
            return True
        # The new list may be empty, so the action may not apply.
        if state.context in held.action.contexts:
            self._app.perform(held.action.id, held.count)
        return True

    def _refuse(self) -> None:
        """Ignore a key for papers that are not visible yet, because it may have been meant for the previous list."""
        self._model.show_notice(f"still ranking · {self._keymap.key('app.escape')} goes back")

    def when_still(self, act: Callable[[], object]) -> None:
        """Call a function once no key is held down.

        Only one call waits at a time; further calls in the meantime are dropped.
        """
        if self._postponed is None:
            self._postponed, self._postponed_until = act, time.monotonic() + POSTPONE_SECONDS
            self._do_if_still()

    def _do_if_still(self) -> None:
        seconds = min(self._pressed + STILL_SECONDS, self._postponed_until) - time.monotonic()
        if seconds > 0:
            self._still.begin(seconds)
        elif self._postponed is not None:
            act, self._postponed = self._postponed, None
            act()

    def ask_letter(self, question: str, choices: Sequence[tuple[str, str]], act: Callable[[str], object]) -> None:
        """Show letters with their meanings, and call `act` with the pressed letter; other letters do nothing."""
        self._choose, self._letters = act, {letter for letter, _ in choices}
        back = () if "esc" in self._letters else (("esc", "back"),)
        self._prompt(Prompt((*choices, *back), question))

    async def _deliver(self, key: Key) -> None:
        self.pressed_at = key.time
        if not self._handle(key):
            await self._app.forward(key)

    def _handle(self, key: Key) -> bool:
        """Handle a key by the prompt, a controller that reads text, or the table; return False if a widget gets it."""
        context = self._model.state.context
        if self._choose is not None:
            self._take_letter(key)
            return True
        if self._app.take_text(context, key.key, key.character):
            return True
        is_coming = self._model.state.is_list_coming
        if is_coming and context == "empty":
            context = "list"
        self._chord_help.stop()
        outcome = self._keys.feed(key.key, context)
        if isinstance(outcome, PendingKeys):
            self._chord_help.begin(CHORD_HELP_SECONDS)
            return True
        self._show_chord()
        if isinstance(outcome, Match):
            if is_coming and _needs_papers(outcome.action, context):
                self._held = outcome
                self._do_held()
            else:
                self._app.perform(outcome.action.id, self._with_repeats(key, outcome))
            return True
        if context in ("query", "tags") and spell(key.key) == "enter":
            # Enter accepts even if the user bound another key. The input's own message would come so late that the next
            # keys would become text.
            self._app.perform(f"{context}.accept")
            return True
        if isinstance(outcome, UnknownKeys) and key.key == "ctrl+c" and context not in TYPING:
            # Respond as vim does: a key that ends most programs must not be silent.
            self._model.show_notice(f"{self._keymap.key('app.quit')} quits")
            return True
        if isinstance(outcome, UnknownKeys):
            self._explain_key(key, context)
        return isinstance(outcome, CancelledKeys)

    def _explain_key(self, key: Key, context: Context) -> None:
        """Explain once where a key acts that has no effect here, unless a line or screen covers the notice."""
        chord = (spell(key.key),)
        if context in TYPING or context in OVER_ALL or (context, chord) in self._explained:
            return
        self._explained.add((context, chord))
        for other in CONTEXTS:
            action = self._keymap.resolve(other).get(chord)
            if action is not None and other not in TYPING:
                needs = "needs a paper" if context in ("empty", "hole") else f"works {place_of(other)}"
                self._model.show_notice(f"{self._keymap.key(action.id, other)} ({action.name}) {needs}")
                return

    def _with_repeats(self, key: Key, match: Match) -> int | None:
        """A motion's count plus the number of equal waiting keys, which are consumed to draw a single frame for all."""
        if match.action.id not in MERGED:
            return match.count
        if self._keymap.resolve(self._model.state.context).get((spell(key.key),)) != match.action:
            # This is the last key of a chord, which has another meaning alone.
            return match.count
        repeats = 0
        while self._waiting and self._waiting[0].key == key.key:
            self._waiting.popleft()
            repeats += 1
        return (match.count or 1) + repeats if repeats else match.count

    def _is_quit(self, key: str) -> bool:
        action = self._keymap.resolve(self._model.state.context).get((spell(key),))
        return action is not None and action.id == "app.quit"

    def _take_letter(self, key: Key) -> None:
        """Choose by a key, or end the prompt."""
        typed, choose = key.character or "", self._choose
        is_choice = typed in self._letters
        if key.is_printable and not is_choice:
            # Do not end the prompt: the second letter of a mistyped word must not act.
            self._prompt(self._model.state.prompt._replace(typed=f"{typed} is none of these"))
            return
        self._choose = None
        self._prompt(Prompt())
        if choose is not None and is_choice:
            choose(typed)

    def _show_chord(self) -> None:
        pending, context = self._keys.pending, self._model.state.context
        if pending is None:
            self._prompt(Prompt())
            return
        saved = [saved_view.name for saved_view in self._model.state.views.saved]
        choices = self._keymap.choices(context, pending.chord, saved) if pending.chord else ()
        self._prompt(Prompt(choices, pending.text))

    def _prompt(self, prompt: Prompt) -> None:
        self._model.change(self._model.state.prompt_for(prompt))


def _needs_papers(action: Action, context: Context) -> bool:
    """Whether the action needs a non-empty list, continues from the listed day, or may act on the list."""
    if action.id == "command.run":
        return True
    if action.id.startswith("day.") and action.repeatable:
        return True
    return "empty" not in action.contexts and (context in ("list", "detail", "page") or action.id.startswith("mark."))
