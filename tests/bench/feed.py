"""The feed that the bench's readers ask: in a process of its own, so that it takes no time from who measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection

from reader.core.paper import Draft
from tests.bench import corpus
from tests.feed_server import FeedServer, Item, item


@contextmanager
def feed(fault: str = "ok") -> Iterator[str]:
    """The address of a feed that has no papers; with `fault`, each answer has it."""
    with publishing(0, fault) as (url, _):
        yield url


@contextmanager
def publishing(papers: int, fault: str = "ok") -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a feed that has no papers, and what to call for it to have so many of today's."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(papers, fault, there), daemon=True)
    process.start()

    def publish() -> None:
        here.send("publish")
        here.recv()

    try:
        yield here.recv(), publish
    finally:
        here.send("stop")
        process.join(5)
        process.kill()


def _serve(papers: int, fault: str, pipe: Connection) -> None:
    today = datetime.now(UTC).date()
    coming = busy_day(today, papers) if papers else []
    with FeedServer({}, today.isoformat()) as server:
        server.fault = fault
        pipe.send(server.url)
        while pipe.recv() == "publish":
            server.days = {today.isoformat(): coming}
            pipe.send("published")


def busy_day(day: date, papers: int) -> list[Item]:
    """A day of so many papers, as the feed tells of them; other papers than those of the corpora."""
    following = corpus.NEWEST + timedelta(days=3_650)
    drafts = [draft for listing in corpus.listings(papers, following) for draft in listing.drafts]
    return [as_item(draft, day.isoformat()) for draft in {draft.id: draft for draft in drafts}.values()]


def as_item(draft: Draft, day: str) -> Item:
    return item(
        draft.id or "",
        draft.title,
        day,
        summary=draft.abstract,
        authors=[{"name": name, "hidden": False} for name in draft.authors],
        upvotes=draft.upvotes,
        ai_summary=draft.summary,
        ai_keywords=list(draft.keywords),
        githubRepo=draft.code_url,
        githubStars=draft.code_stars,
        projectPage=draft.project_url,
    )
