"""`dailypapers feeds`: follow RSS and Atom feeds and categories of arXiv."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reader.cache.feeds import Feeds, FollowedSource, Freshness
from reader.commands.command import Actions, Command, add_actions, expect_names
from reader.commands.output import Style, answer, print_line, raise_failures, warn, width
from reader.commands.streams import is_terminal
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, NotFound, UsageError
from reader.core.foreign import web_url
from reader.core.lines import fit
from reader.core.nearest import advice
from reader.core.text import amount, brief, clean
from reader.feeds.arxiv_categories import Category, announced_categories, categories, find_category

if TYPE_CHECKING:
    from reader.feeds.opml import Outline
    from reader.refresh.sources import Sources


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS, "list")
    names = "an address or a category; for remove, also a feed's name"
    parser.add_argument("names", nargs="*", metavar="NAME", help=names)


def _run_feeds(arguments: Namespace, workspace: Workspace) -> int:
    expect_names("feeds", arguments.what, arguments.names, USAGES)
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


@contextmanager
def _open_feeds(workspace: Workspace, *, query_only: bool = False) -> Iterator[Feeds]:
    workspace.ensure_cache()
    with closing(Feeds.open(workspace.cache_file, query_only=query_only)) as feeds:
        yield feeds
    if not query_only:
        workspace.back_up()


def _list_feeds(arguments: Namespace, workspace: Workspace) -> int:
    with _open_feeds(workspace, query_only=True) as feeds:
        followed, papers, fresh = (
            {feed.slug: feed for feed in feeds.all()},
            feeds.papers(),
            feeds.freshness(datetime.now(UTC).date()),
        )
    if followed and not arguments.json:
        _print_feeds(followed, papers, fresh)
        return 0
    days = {source.slug: source.coverage._asdict() if source.coverage else {} for source in fresh}
    records = [asdict(feed) | {"papers": papers.get(slug, 0)} | days[slug] for slug, feed in followed.items()]
    return answer(arguments, records, "No feeds are followed. 'dailypapers feeds add ADDRESS' follows one.")


def _print_feeds(feeds: Mapping[str, FollowedSource], papers: dict[str, int], fresh: Sequence[Freshness]) -> None:
    style = Style.of(sys.stdout)
    size = max(len(source.slug) for source in fresh)
    room = max(20, width() - size - 20) if is_terminal(sys.stdout) else 60
    folder = ""
    for source in fresh:
        if source.slug in feeds and feeds[source.slug].folder != folder:
            folder = feeds[source.slug].folder
            print_line(style("strong", clean(folder)) if folder else "")
        mark = (
            style("star", "!")
            if source.failing_since or (source.coverage and source.coverage.incomplete and not source.coverage.again)
            else " "
        )
        count = f"{papers.get(source.slug, 0):>7,}" if source.kind != "own" else " " * 7
        print_line(f"{mark} {source.slug:{size}} {count}  {fit(clean(source.title), room).rstrip()}")
        if message := source.text(datetime.now().astimezone().date()):
            print_line(f"  {'':{size}}          {message}")
        if source.failing_since:
            since = datetime.fromisoformat(source.failing_since).astimezone()
            print_line(f"  {'':{size}}          since {since:%Y-%m-%d %H:%M}: {clean(source.error or '')}")


def _add_feeds(arguments: Namespace, workspace: Workspace) -> int:
    return asyncio.run(_follow(arguments, workspace))


async def _follow(arguments: Namespace, workspace: Workspace) -> int:
    """Follow feeds, which must respond, and categories; raises a failure for the feeds that could not be added."""
    from reader.refresh.sources import open_sources

    failures: list[str] = []
    added: list[dict[str, Any]] = []
    # Look up the categories first: an unknown category raises UsageError before anything is stored.
    named = [(name, _categories(name)) for name in arguments.names]
    with workspace.cache() as cache:
        async with open_sources(workspace.job_context, cache) as sources:
            for name, categories_of_name in named:
                try:
                    known = [_follow_category(sources.feeds, category) for category in categories_of_name]
                    followed = [feed for feed in known or [await _follow_site(sources, name)] if feed is not None]
                except FeedError as error:
                    failures.append(f"{brief(name)} was not added: {error}")
                    continue
                if not followed:
                    warn(f"{brief(name)} is already followed.")
                papers = sources.feeds.papers()
                added += [asdict(feed) | {"papers": papers.get(feed.slug, 0)} for feed in followed]
    counts = (
        amount(feed["papers"], "paper") if feed["papers"] else "papers come with the next refresh" for feed in added
    )
    message = (f"{feed['slug']}: {clean(feed['title'])} ({has})" for feed, has in zip(added, counts, strict=True))
    answer(arguments, added, *message)
    return raise_failures(failures)


async def _follow_site(sources: Sources, url: str) -> FollowedSource | None:
    """Follow the feed at an address, or the first feed that a web page there links to; None if already followed."""
    from reader.feeds.syndication import NotAFeed

    address = web_url(url) or url
    try:
        fetched = await sources.web.fetch(address)
    except NotAFeed as page:
        if not page.feeds:
            raise
        address = page.feeds[0]
        fetched = await sources.web.fetch(address)
    new = fetched.feed
    feed = sources.feeds.follow("rss", address, new.title, new.slug, _now(), home=new.home) if new else None
    if feed is not None:
        sources.store_feed(feed, fetched)
    return feed


def _categories(name: str) -> tuple[Category, ...]:
    """The arXiv categories that a name or the address of an announcement feed stands for; empty for other text."""
    if "/" not in name:
        try:
            return (find_category(name),)
        except UsageError:
            # Text that looks like a host name is an address; other text is a mistyped category.
            if "." in name and name.partition(".")[0] not in {id.partition(".")[0] for id in categories()}:
                return ()
            raise
    return tuple(map(find_category, announced_categories(name)))


def _follow_category(feeds: Feeds, category: Category) -> FollowedSource | None:
    title, home = f"{category.name} ({category.id})", f"https://arxiv.org/list/{category.id}/recent"
    return feeds.follow("arxiv", category.id, title, category.id.lower(), _now(), home=home)


def _remove_feeds(arguments: Namespace, workspace: Workspace) -> int:
    with _open_feeds(workspace) as feeds:
        removed = [_find_feed(feeds, name).slug for name in arguments.names]
        for slug in removed:
            feeds.unfollow(slug)
    return answer(arguments, {"removed": removed}, f"{amount(len(removed), 'feed')} removed; the papers stay.")


def _find_feed(feeds: Feeds, name: str) -> FollowedSource:
    feed = feeds.find(name)
    if feed is None:
        known = [source.slug for source in feeds.sources()]
        meant = advice(name.lower(), known, "'dailypapers feeds list' lists what you follow.")
        raise NotFound(f"{brief(name)} is not followed. {meant}")
    return feed


def follow_lists(workspace: Workspace, files: Iterable[tuple[str, bytes]]) -> tuple[list[str], int, list[str]]:
    """Follow the feeds of OPML files.

    Return the names of the new feeds, the number of feeds that were already followed, and the failures.
    """
    from reader.feeds.opml import parse_opml

    added, known, failures = list[str](), 0, list[str]()
    for name, body in files:
        try:
            listed = parse_opml(body)
        except FeedError as error:
            failures.append(f"{name}: {error}")
            continue
        for skipped in listed.skipped:
            warn(f"{name}: {skipped.where}: {skipped.reason}; skipped")
        with _open_feeds(workspace) as feeds:
            for outline in listed.feeds:
                followed = _follow_outline(feeds, outline)
                added += [feed.slug for feed in followed if feed is not None]
                known += followed.count(None)
    return added, known, failures


def _follow_outline(feeds: Feeds, outline: Outline) -> list[FollowedSource | None]:
    """Follow a feed, or each category of an announcement feed; None stands for a source that was already followed."""
    from reader.feeds.syndication import feed_slug

    if categories := announced_categories(outline.url):
        return [_follow_category(feeds, find_category(id)) for id in categories]
    slug = feed_slug(outline.title, outline.url)
    return [feeds.follow("rss", outline.url, outline.title, slug, _now(), home=outline.home, folder=outline.folder)]


def _export_feeds(arguments: Namespace, workspace: Workspace) -> int:
    from reader.feeds.arxiv import RSS_ENDPOINT
    from reader.feeds.opml import Outline, write_opml

    with _open_feeds(workspace, query_only=True) as feeds:
        followed = feeds.sources()
    urls = (f"{RSS_ENDPOINT}/rss/{feed.url}" if feed.kind == "arxiv" else feed.url for feed in followed)
    outlines = [Outline(feed.title, url, feed.home, feed.folder) for feed, url in zip(followed, urls, strict=True)]
    body = write_opml(outlines, "Feeds of dailypapers", datetime.now(UTC))
    sys.stdout.write(body.decode())
    return 0


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


ACTIONS: Actions = {
    "list": (_list_feeds, "print the feeds that you follow, with their last failures"),
    "add": (_add_feeds, "follow the address of an RSS or Atom feed, or a category such as cs.RO"),
    "remove": (_remove_feeds, "stop following a feed; its papers stay"),
    "export": (_export_feeds, "print the feeds that you follow as OPML"),
}

USAGES = {"add": "ADDRESS...", "remove": "NAME..."}


COMMAND = Command(
    "feeds",
    "Follow RSS and Atom feeds and categories of arXiv; a refresh fetches them after the daily papers.",
    (),
    _add_arguments,
    _run_feeds,
    has_json=True,
)
