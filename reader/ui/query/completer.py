"""Complete queries; the vocabulary is read at its first use."""

from __future__ import annotations

import re

from reader.core.query.suggestions import Completion, complete
from reader.ui.filter.state import FOLLOWED, topic_papers
from reader.ui.query.state import VOCABULARY
from reader.ui.shell.services import Services

_ASKS = re.compile(r"\b(?:keyword|author|org|tag|category|source):", re.IGNORECASE)


class Completer:
    """Completes queries by fields, topics, and the keywords, people and other values in the cache."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._is_loading = False

    def complete(self, text: str, cursor: int) -> Completion | None:
        """The completions of the piece before the cursor; values not read yet come with a later state."""
        known = self._model.state[VOCABULARY]
        if not known and not self._is_loading and _ASKS.search(text):
            self._is_loading = True
            self._services.background.start("suggestions", self._load)
        views = [one.name for one in self._model.state.views.saved]
        state = self._model.state
        follows = {one.follow.slug: one.papers for one in state[FOLLOWED]}
        return complete(text, cursor, {**known, "topic": topic_papers(state), "view": views, "follow": follows})

    async def _load(self) -> None:
        try:
            words = await self._services.library.vocabulary()
        finally:
            self._is_loading = False
        self._model.change(self._model.state.put(VOCABULARY, words))
