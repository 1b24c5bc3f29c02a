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
    """The keys and views that extensions add."""

    lines: Mapping[str, LineKey]
    """The keys by action id."""
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

        return {id: handler(line_key.line) for id, line_key in self._lines.items()}

    def on_begin(self) -> None:
        self._background.start("extensions", self._load)

    async def _load(self) -> None:
        # An extension may hang, so it is loaded in a thread that does not delay the reader's end.
        self._take(await beside(look_for_extensions, "extensions"))

    def _take(self, added: ExtensionAdditions) -> None:
        self._lines = added.lines
        if added.lines:
            keymap = self._keymap
            actions = (
                Action(id, keymap.free_keys(line_key.keys, LINE_CONTEXTS), line_key.name, line_key.help, LINE_CONTEXTS)
                for id, line_key in added.lines.items()
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
    """Import the extensions and check their additions; an extension with invalid additions is switched off."""
    lines: dict[str, LineKey] = {}
    for addition in _check_items("keys", LineKey, _check_key):
        lines.setdefault(f"{EXTENSION}{addition.id}", addition)
    return ExtensionAdditions(
        lines,
        tuple(saved_view(view.name, view.query) for view in _check_items("views", SavedView, _check_query)),
    )


def _check_items(kind: str, of: type[T], check: Callable[[T], T]) -> Iterator[T]:
    """The additions of a kind that pass a check."""
    for item in installed.extension_items(kind, of):
        if (checked := installed.ask(item.entry, check, item.value)) is not None:
            yield checked
