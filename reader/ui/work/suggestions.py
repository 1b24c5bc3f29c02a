"""What may come next while a query is typed: fields, topics, and the words that the cache knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.query.suggestions import Completion, complete
from reader.ui.work.background import start

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp

_ASKS = re.compile(r"\b(?:keyword|author|org|tag|category|source):", re.IGNORECASE)


class Suggestions:
    """Completes queries; keywords, people and the like are read from the cache when the first is asked for."""

    def __init__(self, reader: ReaderApp) -> None:
        self._reader = reader
        self._words: Mapping[str, Mapping[str, int]] = {}
        self._is_learning = False

    def complete(self, text: str, cursor: int) -> Completion | None:
        """What the piece before the cursor may become; what is not known yet comes to the query line later."""
        if not self._words and not self._is_learning and _ASKS.search(text):
            self._is_learning = True
            start(self._reader, "suggestions", self._learn)
        return complete(text, cursor, {**self._words, "topic": self._topic_papers()})

    def _topic_papers(self) -> dict[str, int]:
        """Topics with their papers in view, those with the most first."""
        counts = self._reader.main.counts
        counted = sorted(counts.topics, key=lambda topic: -topic.papers) if counts else ()
        return {topic.slug: topic.papers for topic in counted} or dict.fromkeys(self._reader.topic_names, 0)

    async def _learn(self) -> None:
        try:
            self._words = await self._reader.library.vocabulary()
        except ReaderError as error:
            self._reader.say(str(error), "warning")
        finally:
            self._is_learning = False
        self._reader.main.suggest_anew()
