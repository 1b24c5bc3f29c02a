"""The objects that all background work and all handlers share; none of them knows the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reader.config import Settings
from reader.ui.library.library import Library
from reader.ui.looks.look import Look
from reader.ui.shell.background import Background
from reader.ui.state.model import Model

if TYPE_CHECKING:
    from reader.cache.search.compile import Scope


class Services(NamedTuple):
    """The state, the cache, background work, and the constants of a run."""

    model: Model
    library: Library
    background: Background
    settings: Settings
    look: Look

    def scope(self) -> Scope:
        """The current meanings of relative words in queries, such as `today`, `latest` and `new`."""
        views = tuple((one.name, one.query) for one in self.model.state.views.saved)
        return self.library.scope(self.look.today)._replace(views=views)
