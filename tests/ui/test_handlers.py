"""The table of actions and what does them: nothing is left without the other."""

from __future__ import annotations

from reader.keys.actions import ACTIONS, CONTEXTS
from reader.keys.keymap import Keymap
from reader.ui.screens.help import HelpScreen
from tests.ui.conftest import Opener

BY_HELP = HelpScreen.ACTS - {action.id for action in ACTIONS if action.contexts != ("help",)}
"""Actions that the help screen alone performs."""


async def test_each_action_has_a_handler_and_each_handler_an_action(reader: Opener) -> None:
    async with reader() as r:
        handlers = set(r.assembly.handlers)
    assert handlers | BY_HELP == {action.id for action in ACTIONS}
    assert handlers.isdisjoint(BY_HELP)
    for context in CONTEXTS:
        if context != "help":
            bound = {action.id for action in Keymap().resolve(context).values()}
            assert bound and bound <= handlers
