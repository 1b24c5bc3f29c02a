"""A paper's topics: filtering by one of them, and which words gave them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from reader.core.paper import Paper
from reader.ui.handlers.links import highlighted_paper
from reader.ui.handlers.marks import open_page
from reader.ui.handlers.movement import text_in_front
from reader.ui.handlers.registry import handles
from reader.ui.work.background import start

if TYPE_CHECKING:
    from reader.core.topics.explain import Why
    from reader.ui.app import ReaderApp


@handles("find.topic")
def filter_by_topic(reader: ReaderApp, _count: int | None) -> None:
    paper = highlighted_paper(reader)
    if paper is None:
        return
    if not paper.topics:
        reader.say("this paper has no topic")
    elif len(paper.topics) == 1:
        _toggle(reader, paper, paper.topics[0])
    else:
        slugs = {str(number): slug for number, slug in enumerate(paper.topics, 1)}
        choices = [(digit, reader.topic_names.get(slug, slug)) for digit, slug in slugs.items()]
        reader.keyboard.ask_letter("topic", choices, lambda digit: _toggle(reader, paper, slugs[digit]))


def _toggle(reader: ReaderApp, paper: Paper, slug: str) -> None:
    """Pick a topic on top of what is picked, or let it go; the cursor stays on the paper."""
    from reader.core.query.topic_choice import picked_topics

    choice = picked_topics(reader.main.place.query)
    is_picked = slug in choice.picked
    reader.close_page()
    reader.pick_topics(choice.toggle(slug, "picked"))
    reader.main.listing.load(paper.pk)
    name = reader.topic_names.get(slug, slug)
    reader.say(f"{name} no longer filters" if is_picked else f"only {name}")


@handles("read.why")
def explain(reader: ReaderApp, _count: int | None) -> None:
    paper = highlighted_paper(reader)
    if paper is None:
        return
    if text_in_front(reader) is None:
        open_page(reader)
    text = text_in_front(reader)
    if text is not None and text.is_explaining:
        text.explain(None)
    else:
        start(reader, "why", partial(_explain, reader, paper), exclusive=True)


async def _explain(reader: ReaderApp, paper: Paper) -> None:
    """Ask the rules in a thread: the first time they are read and put together for it (0.3 s)."""
    found = await asyncio.to_thread(partial(_reasons, reader, paper))
    text = text_in_front(reader)
    if text is not None and text.paper is not None and text.paper.pk == paper.pk:
        text.explain(found)


def _reasons(reader: ReaderApp, paper: Paper) -> tuple[Why, ...]:
    from reader.core.topics.explain import why

    reasons = reader.rules().explain(paper.title, paper.abstract, paper.keywords, paper.categories)
    return why(reasons, reader.topic_names)
