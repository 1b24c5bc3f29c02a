"""Complete queries; the vocabulary is read at its first use."""

from __future__ import annotations

import re

from reader.core.query.suggestions import Completion, complete
from reader.ui.work.services import Services

_ASKS = re.compile(r"\b(?:keyword|author|org|tag|category|source):", re.IGNORECASE)


class Completer:
    """Completes queries by fields, topics, and the keywords, people and other values in the cache."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._model = services.model
        self._is_loading = False

    def complete(self, text: str, cursor: int) -> Completion | None:
        """The completions of the piece before the cursor; values not read yet come with a later state."""
        known = self._model.state.vocabulary
        if not known and not self._is_loading and _ASKS.search(text):
            self._is_loading = True
            self._services.background.start("suggestions", self._load)
        return complete(text, cursor, {**known, "topic": self._topic_papers()})

    def _topic_papers(self) -> dict[str, int]:
        """Topics with their numbers of papers in the list, the largest first."""
        state = self._model.state
        counted = sorted(state.counts.topics, key=lambda topic: -topic.papers) if state.counts else ()
        return {topic.slug: topic.papers for topic in counted} or dict.fromkeys(state.topic_names, 0)

    async def _load(self) -> None:
        try:
            words = await self._services.library.vocabulary()
        finally:
            self._is_loading = False
        self._model.change(self._model.state.know_words(words))
