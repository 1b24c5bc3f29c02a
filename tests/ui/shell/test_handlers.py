"""The table of actions and what does them: nothing is left without the other."""

from __future__ import annotations

import pytest

from reader.keys.actions import CONTEXTS
from reader.keys.keymap import Keymap
from reader.ui.features import add_keys
from reader.ui.shell.handlers import handlers_of, handles, handles_steps
from tests.ui.conftest import Opener


class Steps:
    @handles_steps("move.down", "move.up")
    def step(self, by: int) -> int:
        return by


class Page:
    @handles("move.down", context="page")
    def down(self, _count: int | None) -> str:
        return "page"


class Again:
    @handles("move.up")
    def up(self, _count: int | None) -> None: ...


async def test_each_action_has_a_handler_and_each_handler_an_action(reader: Opener) -> None:
    async with reader() as r:
        handlers = set(r.app.handlers)
    assert handlers == {action.id for action in add_keys(Keymap()).actions}
    for context in CONTEXTS:
        bound = {action.id for action in Keymap().resolve(context).values()}
        assert bound and bound <= handlers


def test_a_handler_of_one_context_replaces_the_general_one_there_and_a_second_general_one_is_refused() -> None:
    assert handlers_of([Steps(), Page()], lambda: "list")["move.down"](2) == 2
    assert handlers_of([Steps(), Page()], lambda: "page")["move.down"](2) == "page"
    with pytest.raises(ValueError, match=r"move\.up has two handlers in all contexts"):
        handlers_of([Steps(), Page(), Again()], lambda: "list")
    with pytest.raises(ValueError, match=r"move\.down has two handlers in page"):
        handlers_of([Page(), Page()], lambda: "list")
