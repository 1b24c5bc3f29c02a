"""A feature that the reader does not know: its key opens its screen, and help, footer, palette and settings know it."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from reader.commands.line.shell import understand
from reader.commands.settings_file import key_of
from reader.core.errors import UsageError
from reader.keys.actions import Action, KeySet
from reader.ui import features
from reader.ui.features import Feature
from reader.ui.shell.commands import Here
from reader.ui.shell.handlers import begins, follows, handles
from reader.ui.shell.screens import OverScreen
from reader.ui.shell.services import Actor, Services
from reader.ui.shell.state import Front, State
from tests.ui.conftest import Opener
from tests.ui.driver import settings

SHELF: Front[int] = Front("shelf", "tests.ui.shell.test_feature:ShelfScreen")
"""The number of books on the shelf, while it is shown."""


class ShelfActions(Actor):
    """Opens the shelf and puts books on it."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.seen: list[int | None] = []

    @begins
    def begin(self) -> None:
        self.seen.append(0)

    @follows(SHELF)
    def follow(self, state: State) -> None:
        self.seen.append(state[SHELF])

    @handles("shelf.open")
    def open(self, _count: int | None) -> None:
        self._model.change(self._model.state.put(SHELF, 1))

    @handles("move.down", context="shelf")
    def add(self, count: int | None) -> None:
        books = self._model.state[SHELF]
        self._model.change(self._model.state.put(SHELF, (books or 0) + (count or 1)))


class ShelfScreen(OverScreen[int]):
    """A shelf."""

    def __init__(self, services: Services, books: int) -> None:
        super().__init__(services, books)
        self.books = Static()

    def compose(self) -> ComposeResult:
        yield self.books
        yield self.status

    def show(self, books: int) -> None:
        self.books.update(f"{books} books")


KEYS = KeySet(
    (Action("shelf.open", "B", "Shelf", "Your books.", ("list", "page")),),
    footers={"shelf": {"move.down": "one more", "app.back": "back", "app.help": "keys"}},
    shared={"shelf": ("move.down", "app.back", "app.help", "app.quit")},
)

FEATURE = Feature("tests.ui.shell", ("test_feature",), KEYS)


async def test_a_screen_comes_with_its_keys_and_closes_by_a_step_back(reader: Opener) -> None:
    async with reader() as r:
        r.app.add(FEATURE)
        await r.do("read.open", "shelf.open")
        assert r.context == "shelf" and isinstance(r.app.screen, ShelfScreen)
        await r.press("3", "j")
        assert "4 books" in r.screen and "one more" in r.screen
        await r.press("?")
        assert "in the shelf" in r.screen
        await r.press("escape")
        await r.do("app.back")
        assert r.is_on_page
        assert r[ShelfActions].seen == [0, 1, 4, None]
        await r.press("ctrl+p", *"Your books")
        assert "Shelf" in r.screen


async def test_its_keys_can_be_chosen_in_the_settings(reader: Opener) -> None:
    async with reader(settings=settings(keys={"shelf.open": ("ctrl+b",)})) as r:
        r.app.add(FEATURE)
        assert not r.app.keymap.mistakes
        await r.press("ctrl+b")
        assert r.context == "shelf"


def test_its_actions_can_be_typed_and_set_by_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError):
        understand("shelf.open", Here())
    monkeypatch.setattr(features, "FEATURES", [FEATURE])
    assert understand("shelf.open", Here()).action == "shelf.open" == understand("shelf", Here()).action
    assert key_of("keys.shelf.open") == ("keys", "shelf.open")
