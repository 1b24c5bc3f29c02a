"""Topics in the filter pane, and of a paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.core.query import parse
from reader.core.query.choices import Choice, Mark, chosen_terms, with_choice
from reader.keys.actions import Context
from reader.ui.filter.pane import FilterPane
from reader.ui.filter.state import HINT, TOPIC_MEANINGS, TOPIC_MODE, TOPIC_NAMES, TOPIC_ORDER
from reader.ui.shell.commands import Offer
from reader.ui.shell.controller import Controller, Moment, answers, follows, handles
from reader.ui.shell.listing import Position
from reader.ui.shell.state import Prompt, State
from reader.ui.terminal.process import loading

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


class FilterActions(Controller):
    """The keys of the filter pane."""

    @handles("find.filter")
    def open_or_close(self, _count: int | None) -> None:
        state = self._model.state
        is_open = state.context == "filter" or state.is_filter_open
        self._model.change(state.close_filter() if is_open else state.open_filter())

    @handles(
        each={
            "topic.pick": FilterPane.toggle,
            "topic.exclude": FilterPane.exclude,
            "topic.any_all": FilterPane.switch_mode,
            "topic.narrow": FilterPane.begin_narrowing,
        }
    )
    def act_in_pane(self, _count: int | None, act: Callable[[FilterPane], object]) -> None:
        act(self._app.filter_pane)

    @handles("topic.order")
    def change_order(self, _count: int | None) -> None:
        order = self._app.filter_pane.switch_order()
        self._model.change(self._model.state.put(TOPIC_ORDER, order))
        self._model.show_notice(f"topics by {order}")

    def stop_at(self, moment: Moment) -> bool:
        if moment != "back" or self._model.state.context != "filter" or not self._app.filter_pane.narrowed:
            return False
        self._app.filter_pane.stop_narrowing()
        return True

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        return context == "filter" and self._app.filter_pane.type(key, character)

    @answers("narrowing")
    def show_keys(self, is_on: bool) -> None:
        prompt = Prompt((("enter", "keep"), ("esc", "all topics")), "type to narrow") if is_on else Prompt()
        self._model.change(self._model.state.prompt_for(prompt))

    @answers("hint")
    def show_hint(self, hint: str) -> None:
        self._model.change(self._model.state.put(HINT, hint))

    @answers("topics")
    def pick_topics(self, choice: Choice) -> None:
        """Write the picked topics into the query, and remember how they combine even if the query can't express it."""
        state = self._model.state
        self._narrow(state.put(TOPIC_MODE, choice.mode), lambda text: with_choice(text, "topic", choice))
        if choice.mode != state[TOPIC_MODE]:
            other = "all" if choice.mode == "any" else "any"
            key = self._keymap.key("topic.any_all", "filter")
            self._model.show_notice(f"papers with {choice.mode} of the picked topics · {key} with {other}")

    @answers("tag choice")
    def toggle_tag(self, named: tuple[str, Mark]) -> None:
        def toggle(text: str) -> str:
            return with_choice(text, "tag", chosen_terms(parse(text), "tag").toggle(*named))

        self._narrow(self._model.state, toggle)

    def _narrow(self, state: State, change: Callable[[str], str]) -> None:
        try:
            self._model.change(state.narrow(change(state.place.text)))
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")


class TopicActions(Controller):
    """The topics of the highlighted paper."""

    @handles("find.topic")
    def filter_by_topic(self, _count: int | None) -> None:
        state = self._model.state
        paper = self._library.paper(state.highlighted)
        if paper is None:
            return
        if not paper.topics:
            self._model.show_notice("this paper has no topics")
        elif len(paper.topics) == 1:
            self._toggle(paper.topics[0])
        else:
            slugs = {str(number): slug for number, slug in enumerate(paper.topics, 1)}
            choices = [(digit, state[TOPIC_NAMES].get(slug, slug)) for digit, slug in slugs.items()]
            self._app.keyboard.ask_letter("topic", choices, lambda digit: self._toggle(slugs[digit]))

    def _toggle(self, slug: str) -> None:
        state = self._model.state
        choice = chosen_terms(state.place.query, "topic")
        text = with_choice(state.place.text, "topic", choice.toggle(slug, "picked"))
        at = Position(state.highlighted)
        self._model.change(state.narrow(text, at))
        name = state[TOPIC_NAMES].get(slug, slug)
        self._model.show_notice(f"no longer filtered by {name}" if slug in choice.picked else f"only {name}")

    @answers("topic")
    def show(self, slug: str) -> None:
        self._app.view_actions.show_query(with_choice("", "topic", Choice("all", (slug,))))

    def commands(self) -> Sequence[Offer]:
        state = self._model.state
        meanings = state[TOPIC_MEANINGS]
        self._app.topic_meanings.begin()
        return [
            Offer(f"Topic: {name}", meanings.get(slug, "The papers of this topic."), partial(self.show, slug))
            for slug, name in state[TOPIC_NAMES].items()
        ]


class TopicMeanings(Controller):
    """Reads the rules of topics on demand, which takes 60 ms of the processor and 4 MB."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._has_begun = False

    @follows(lambda state: state.context)
    def read_once(self, state: State) -> None:
        """Read them in a thread when the user first goes to the filter pane."""
        if state.context == "filter":
            self.begin()

    def begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._background.start("rules", self._read)

    async def _read(self) -> None:
        with loading():
            rules = await asyncio.to_thread(self._app.rules)
        model = self._model
        model.change(model.state.put(TOPIC_MEANINGS, {topic.slug: topic.about for topic in rules.topics}))
