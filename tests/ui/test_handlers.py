"""The table of actions and what does them: nothing is left without the other."""

from __future__ import annotations

import pytest

from reader.keys.actions import ACTIONS, CONTEXTS
from reader.keys.keymap import Keymap
from reader.ui.handlers import HANDLERS
from reader.ui.screens.help import HelpScreen

BY_HELP = HelpScreen.ACTS - {action.id for action in ACTIONS if action.contexts != ("help",)}
"""Actions that the help screen alone performs."""


def test_each_action_has_a_handler_and_each_handler_an_action() -> None:
    assert set(HANDLERS) | BY_HELP == {action.id for action in ACTIONS}
    assert set(HANDLERS).isdisjoint(BY_HELP)


@pytest.mark.parametrize("context", [context for context in CONTEXTS if context != "help"])
def test_each_key_of_a_place_leads_to_a_handler(context: str) -> None:
    bound = Keymap().resolve(context)
    assert bound
    assert {action.id for action in bound.values()} <= set(HANDLERS)


def test_a_handler_says_twice_the_same() -> None:
    assert all(
        callable(handler) and handler.__module__.startswith("reader.ui.handlers.") for handler in HANDLERS.values()
    )
