"""Read what each topic is about, for the filter pane and the palette."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.ui.state import State
from reader.ui.work.services import Services

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics


class TopicMeanings:
    """Reads the rules of topics once: it takes 60 ms of the processor, and a user who only looks needs none of it."""

    def __init__(self, services: Services, rules: Callable[[], Topics]) -> None:
        self._services = services
        self._rules = rules
        self._has_begun = False

    def read_once(self, _state: State) -> None:
        """Read them in a thread, the first time that the user does something."""
        if not self._has_begun:
            self._has_begun = True
            self._services.background.start("rules", self._read)

    async def _read(self) -> None:
        rules = await asyncio.to_thread(self._rules)
        gc.freeze()
        model = self._services.model
        model.change(model.state.know_topics(meanings={topic.slug: topic.about for topic in rules.topics}))
