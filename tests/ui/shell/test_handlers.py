"""The table of actions and what does them: nothing is left without the other."""

from __future__ import annotations

from reader.keys.actions import CONTEXTS
from reader.keys.keymap import Keymap
from reader.ui.features import add_keys
from tests.ui.conftest import Opener


async def test_each_action_has_a_handler_and_each_handler_an_action(reader: Opener) -> None:
    async with reader() as r:
        handlers = set(r.app.handlers)
    assert handlers == {action.id for action in add_keys(Keymap()).actions}
    for context in CONTEXTS:
        bound = {action.id for action in Keymap().resolve(context).values()}
        assert bound and bound <= handlers
