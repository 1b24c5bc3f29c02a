"""The table of actions and what does them: nothing is left without the other."""

from __future__ import annotations

from reader.keys.actions import ACTIONS, CONTEXTS
from reader.keys.keymap import Keymap
from reader.ui.command_line.output import OutputScreen
from reader.ui.features import add_keys
from reader.ui.help.screen import HelpScreen
from reader.ui.why.screen import WhyScreen
from tests.ui.conftest import Opener

OWN_KEYS = ("help", "output", "why")
"""The contexts of screens that read their own keys."""

BY_SCREENS = {action.id for action in ACTIONS if set(action.contexts) <= set(OWN_KEYS)}
"""Actions that these screens alone perform."""


async def test_each_action_has_a_handler_and_each_handler_an_action(reader: Opener) -> None:
    async with reader() as r:
        handlers = set(r.app.handlers)
    assert BY_SCREENS <= HelpScreen.ACTS | OutputScreen.ACTS | WhyScreen.ACTS
    assert handlers | BY_SCREENS == {action.id for action in add_keys(Keymap()).actions}
    assert handlers.isdisjoint(BY_SCREENS)
    for context in CONTEXTS:
        if context not in OWN_KEYS:
            bound = {action.id for action in Keymap().resolve(context).values()}
            assert bound and bound <= handlers
