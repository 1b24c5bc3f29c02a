"""What all features share: the state, the cache, background work, the app, and one object of each of their classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from reader.config import Settings
from reader.ui.library.library import Library
from reader.ui.looks.look import Look
from reader.ui.shell.background import Background
from reader.ui.shell.handlers import Role, find
from reader.ui.shell.model import Model

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope
    from reader.ui.shell.app import ShellApp

T = TypeVar("T")


class Services:
    """The state, the cache, background work, the constants of a run, and the objects of the features.

    `services[Kind]` is the one object of a class, which is made as `Kind(services)` when it is first asked for. So
    features find each other, and the panes of the main screen, which are put there.
    """

    def __init__(
        self, model: Model, library: Library, background: Background, settings: Settings, look: Look, *, app: ShellApp
    ) -> None:
        self.model = model
        self.library = library
        self.background = background
        self.settings = settings
        self.look = look
        self.app = app
        self._objects: dict[type, Any] = {}
        self.features: list[object] = []
        """One object of each class of the features that were added, in order."""

    def __getitem__(self, kind: type[T]) -> T:
        found: T | None = self._objects.get(kind)
        return self.put(cast("Callable[[Services], T]", kind)(self)) if found is None else found

    def put(self, one: T) -> T:
        """Let `services[type(one)]` be an object that was made otherwise."""
        self._objects[type(one)] = one
        return one

    def find(self, role: type[Role]) -> Iterator[tuple[Role, Callable[..., Any]]]:
        """The methods of the features that have a role."""
        return find(role, self.features)

    def scope(self) -> Scope:
        """The current meanings of relative words in queries, such as `today`, `latest` and `new`."""
        views = tuple((one.name, one.query) for one in self.model.state.views.saved)
        return self.library.scope(self.look.today)._replace(views=views)
