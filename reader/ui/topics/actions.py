"""Topics: the filter pane, the topics of a paper, and the words that gave them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from reader.core.errors import ReaderError
from reader.core.paper import Paper
from reader.core.query.choices import TopicChoice, picked_topics, with_tag, with_topics
from reader.session.places import FOR_YOU
from reader.ui.filter.pane import FilterPane
from reader.ui.page.actions import PageActions
from reader.ui.page.detail import PaperDetail
from reader.ui.shell.handlers import handles
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.services import Services
from reader.ui.state.model import Model
from reader.ui.state.parts import Position

if TYPE_CHECKING:
    from reader.core.topics.scorer import Topics
    from reader.ui.why.lines import Explanation

_ORDERS = {"family": "topics by family", "papers": "topics by papers", "rising": "rising topics first"}


class FilterActions:
    """The keys of the filter pane."""

    def __init__(self, model: Model, pane: FilterPane) -> None:
        self._model = model
        self._pane = pane

    @handles("find.filter")
    def open_or_close(self, _count: int | None) -> None:
        state = self._model.state
        is_open = state.context == "filter" or state.is_filter_open
        self._model.change(state.close_filter() if is_open else state.open_filter())

    @handles("topic.pick")
    def pick(self, _count: int | None) -> None:
        self._pane.toggle()

    @handles("topic.exclude")
    def exclude(self, _count: int | None) -> None:
        self._pane.exclude()

    @handles("topic.any_all")
    def switch_mode(self, _count: int | None) -> None:
        self._pane.switch_mode()

    @handles("topic.order")
    def change_order(self, _count: int | None) -> None:
        order = self._pane.switch_order()
        self._model.change(self._model.state.order_topics(order))
        self._model.show_notice(_ORDERS[order])

    @handles("topic.fold")
    def fold(self, _count: int | None) -> None:
        self._pane.fold("left")

    @handles("topic.unfold")
    def unfold(self, _count: int | None) -> None:
        self._pane.fold("right")

    @handles("topic.narrow")
    def narrow(self, _count: int | None) -> None:
        self._pane.begin_narrowing()

    def pick_topics(self, choice: TopicChoice) -> None:
        """Write the picked topics into the query; keep how they combine even if the query can't express it."""
        state = self._model.state
        try:
            place = state.place._replace(text=with_topics(state.place.text, choice))
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return
        self._model.change(state.combine_topics(choice.mode).go(place))

    def toggle_tag(self, tag: str, where: Literal["picked", "excluded"]) -> None:
        """Pick or exclude a tag of the user's in the query, or take it out."""
        state = self._model.state
        try:
            place = state.place._replace(text=with_tag(state.place.text, tag, where))
        except ReaderError as error:
            self._model.show_notice(str(error), "warning")
            return
        self._model.change(state.go(place))


class TopicActions:
    """The topics of the highlighted paper."""

    def __init__(
        self,
        services: Services,
        keyboard: Keyboard,
        page: PageActions,
        text_in_front: Callable[[], PaperDetail | None],
        rules: Callable[[], Topics],
    ) -> None:
        """`rules` loads the topic rules, which takes 0.3 s the first time."""
        self._model = services.model
        self._library = services.library
        self._background = services.background
        self._keyboard = keyboard
        self._page = page
        self._text_in_front = text_in_front
        self._rules = rules

    @handles("find.topic")
    def filter_by_topic(self, _count: int | None) -> None:
        state = self._model.state
        paper = self._library.paper_of(state.highlighted)
        if paper is None:
            return
        if not paper.topics:
            self._model.show_notice("this paper has no topic")
        elif len(paper.topics) == 1:
            self._toggle(paper.topics[0])
        else:
            slugs = {str(number): slug for number, slug in enumerate(paper.topics, 1)}
            choices = [(digit, state.topic_names.get(slug, slug)) for digit, slug in slugs.items()]
            self._keyboard.ask_letter("topic", choices, lambda digit: self._toggle(slugs[digit]))

    def _toggle(self, slug: str) -> None:
        """Pick a further topic, or drop it if it is picked; the cursor stays on the paper."""
        state = self._model.state
        choice = picked_topics(state.place.query)
        text = with_topics(state.place.text, choice.toggle(slug, "picked"))
        at = Position(state.highlighted)
        self._model.change(state.close_page().go(state.place._replace(text=text), at))
        name = state.topic_names.get(slug, slug)
        self._model.show_notice(f"{name} no longer filters" if slug in choice.picked else f"only {name}")

    @handles("read.why")
    def explain(self, _count: int | None) -> None:
        """Show which words gave the paper its topics and what rules did to it, or close that explanation."""
        paper = self._library.paper_of(self._model.state.highlighted)
        if paper is None:
            return
        if self._text_in_front() is None:
            self._page.open()
        self._page.catch_up()
        text = self._text_in_front()
        if text is not None and text.is_explaining:
            text.explain(None)
        else:
            self._background.start("why", partial(self._explain, paper), exclusive=True)

    async def _explain(self, paper: Paper) -> None:
        found = await asyncio.to_thread(partial(self._reasons, paper))
        found = found._replace(taste=await self._library.reasons(paper.pk), is_for_you=self._is_for_you())
        text = self._text_in_front()
        if text is not None and text.paper is not None and text.paper.pk == paper.pk:
            text.explain(found)

    def _is_for_you(self) -> bool:
        """Whether the list, or the triage, has first what suits the user."""
        place = self._model.state.place
        return (place.view.order if place.query.sort is None else place.query.sort.key) == FOR_YOU

    def _reasons(self, paper: Paper) -> Explanation:
        from reader.core.topics.scorer import why
        from reader.ui.why.lines import Explanation

        reasons = self._rules().explain(paper.title, paper.abstract, paper.keywords, paper.categories)
        acts, muted = self._library.ruled(paper.pk)
        made = self._library.made_by_agents(paper.pk)
        return Explanation(why(reasons, self._model.state.topic_names), rules=acts, muted=muted, programs=made)


def with_topic(text: str, slug: str) -> str:
    """A query with one topic picked and no other."""
    return with_topics(text, TopicChoice("all", (slug,), ()))
