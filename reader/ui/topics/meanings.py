"""Read what each topic is about, for the filter pane and the palette."""

from __future__ import annotations

import asyncio

from reader.ui.filter.state import TOPIC_MEANINGS
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State
from reader.ui.terminal.process import loading

REST = 0.5
"""Seconds without a step of the cursor, after which they are read: the keys of the first second do not wait."""


class TopicMeanings:
    """Reads the rules of topics once: it takes 60 ms of the processor, and a user who only looks needs none of it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._rules = services.app.rules
        self._soon = services.background.delayed(self._begin)
        self._has_begun = False

    @follows(lambda state: (state.highlighted, state.context))
    def read_once(self, _state: State) -> None:
        """Read them in a thread, the first time that the user has done something and rests."""
        if not self._has_begun:
            self._soon.begin(REST)

    def _begin(self) -> None:
        self._has_begun = True
        self._services.background.start("rules", self._read)

    async def _read(self) -> None:
        with loading():
            rules = await asyncio.to_thread(self._rules)
        model = self._services.model
        model.change(model.state.put(TOPIC_MEANINGS, {topic.slug: topic.about for topic in rules.topics}))
