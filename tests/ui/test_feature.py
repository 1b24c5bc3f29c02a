"""A feature that the reader does not know: help, footer, command line and settings know its key."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from reader.commands.config import key_of
from reader.core.errors import ReaderError
from reader.keys.actions import Action, KeySet
from reader.ui import features
from reader.ui.app import ReaderApp
from reader.ui.command_line.screen import OutputPane, plain_lines
from reader.ui.features import Feature
from reader.ui.shell.controller import Controller, follows, handles
from reader.ui.shell.screens import OverScreen, PaneScreen
from reader.ui.shell.state import Front, State
from tests.ui.conftest import Opener
from tests.ui.driver import settings

SHELF: Front[int] = Front("shelf", "tests.ui.test_feature:ShelfScreen")
"""The number of books on the shelf, while it is shown."""

BOOK: Front[str] = Front("book", "tests.ui.test_feature:BookScreen")
"""The text of a book, while it is read."""


class ShelfActions(Controller):
    """Opens the shelf and puts books on it."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self.seen: list[int | None] = []

    def on_begin(self) -> None:
        self.seen.append(0)

    @follows(SHELF)
    def follow(self, state: State) -> None:
        self.seen.append(state[SHELF])

    @handles("shelf.open")
    def open(self, _count: int | None) -> None:
        self._model.change(self._model.state.put(SHELF, 1))

    @handles("book.open")
    def read(self, _count: int | None) -> None:
        self._model.change(self._model.state.put(BOOK, "\n".join(f"line {number}" for number in range(100))))
        self._background.start("book", self._turn)

    async def _turn(self) -> None:
        raise ReaderError("the page is torn")

    @handles("move.down", context="shelf")
    def add(self, count: int | None) -> None:
        books = self._model.state[SHELF]
        self._model.change(self._model.state.put(SHELF, (books or 0) + (count or 1)))


class ShelfScreen(OverScreen[int]):
    """A shelf."""

    def __init__(self, app: ReaderApp, books: int) -> None:
        super().__init__(app, books)
        self.books = Static()

    def compose(self) -> ComposeResult:
        yield self.books
        yield self.status

    def show(self, books: int) -> None:
        self.books.update(f"{books} books")


class BookScreen(PaneScreen[str]):
    """The lines of a book."""

    DEFAULT_CSS = "BookScreen > OutputPane { height: 1fr; }"

    def __init__(self, app: ReaderApp, text: str) -> None:
        super().__init__(app, text, OutputPane(plain_lines(text)), "Book")


MOVES = ("move.down", "move.half_down", "move.bottom", "move.top")

KEYS = KeySet(
    (
        Action("shelf.open", "B", "Shelf", "Your books.", ("list", "page")),
        Action("book.open", "f9", "Book", "One of your books.", ("list",)),
    ),
    footers={"shelf": {"move.down": "one more", "app.back": "back", "app.help": "keys"}},
    shared={
        "shelf": ("move.down", "app.back", "app.escape", "app.help", "app.quit"),
        "book": (*MOVES, "app.back", "app.escape", "app.help", "app.quit"),
    },
)

FEATURE = Feature("tests.ui", ("test_feature",), KEYS)


async def test_a_screen_comes_with_its_keys_and_closes_by_a_step_back(reader: Opener) -> None:
    async with reader() as r:
        r.app.add(FEATURE)
        await r.do("read.open", "shelf.open")
        assert r.context == "shelf" and isinstance(r.app.screen, ShelfScreen)
        await r.press("3", "j")
        assert "4 books" in r.screen and "one more" in r.screen
        await r.press("?")
        assert "in the shelf" in r.screen
        await r.press("escape", "escape")
        assert r.is_on_page
        assert r[ShelfActions].seen == [0, 1, 4, None]
        await r.press("ctrl+p", *"Your books")
        assert "Shelf" in r.screen


async def test_movement_keys_scroll_its_pane_which_shows_that_its_work_has_failed(reader: Opener) -> None:
    async with reader() as r:
        r.app.add(FEATURE)
        await r.do("book.open")
        await r.until(lambda: "the page is torn" in r.lines[-1])
        for action, first in (("move.down", 1), ("move.half_down", 15), ("move.bottom", 72), ("move.top", 0)):
            await r.do(action)
            assert r.lines[1].split()[:2] == ["line", str(first)]
        await r.press("escape")
        assert r.context == "list" and r.cursor == 0


async def test_its_keys_can_be_chosen_in_the_settings(reader: Opener) -> None:
    async with reader(settings=settings(keys={"shelf.open": ("ctrl+b",)})) as r:
        r.app.add(FEATURE)
        assert not r.app.keymap.mistakes
        await r.press("ctrl+b")
        assert r.context == "shelf"


def test_its_actions_can_be_set_by_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "FEATURES", [FEATURE])
    assert key_of("keys.shelf.open") == ("keys", "shelf.open")
