"""Loads keys and views of extensions after the list is drawn, so that nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from reader import installed
from reader.core.settings.types import SavedView
from reader.core.steps import beside
from reader.core.text import clean
from reader.core.views import View
from reader.keys.actions import EXTENSION, LINE_CONTEXTS, Action, LineKey
from reader.keys.spelling import parse_keys
from reader.session.places import saved_view
from reader.ui.shell.controller import Controller, Handler

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

T = TypeVar("T")


class ExtensionAdditions(NamedTuple):
    """The additions of extensions."""

    lines: Mapping[str, LineKey]
    """By action id."""
    views: tuple[View, ...]


class ExtensionActions(Controller):
    """The keys of extensions, each of which runs a command line, and their views."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._lines: Mapping[str, LineKey] = {}

    def own_handlers(self) -> Mapping[str, Handler]:
        """The handlers of the loaded keys."""
        commands = self._app.command_actions

        def handler(line: str) -> Handler:
            return lambda _count: commands.begin(line, is_own=True)

        return {id: handler(one.line) for id, one in self._lines.items()}

    def on_begin(self) -> None:
        self._background.start("extensions", self._load)

    async def _load(self) -> None:
        # An extension may hang as the reader ends.
        self._take(await beside(look_for_extensions, "extensions"))

    def _take(self, added: ExtensionAdditions) -> None:
        self._lines = added.lines
        if added.lines:
            keymap = self._keymap
            actions = (
                Action(id, keymap.free_keys(one.keys, LINE_CONTEXTS), one.name, one.help, LINE_CONTEXTS)
                for id, one in added.lines.items()
            )
            self._app.add_keys(actions)
        if added.views:
            state = self._model.state
            self._model.change(state.know_views(state.views._replace(added=added.views)))


def _check_query(view: SavedView) -> SavedView:
    from reader.core.query import parse

    parse(view.query)
    return SavedView(clean(view.name, 40), view.query)


def _check_key(key: LineKey) -> LineKey:
    parse_keys(key.keys)
    return key._replace(name=clean(key.name, 40), help=clean(key.help, 200))


def look_for_extensions() -> ExtensionAdditions:
    """Import the extensions and check what they add; one with invalid additions is switched off."""
    lines: dict[str, LineKey] = {}
    for one in _check_items("keys", LineKey, _check_key):
        lines.setdefault(f"{EXTENSION}{one.id}", one)
    return ExtensionAdditions(
        lines, tuple(saved_view(one.name, one.query) for one in _check_items("views", SavedView, _check_query))
    )


def _check_items(kind: str, of: type[T], check: Callable[[T], T]) -> Iterator[T]:
    """The additions of one kind, without those that fail a check."""
    for given in installed.extension_items(kind, of):
        if (one := installed.ask(given.entry, check, given.value)) is not None:
            yield one
