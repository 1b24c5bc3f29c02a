"""The command about other sources than the daily papers: the feeds and categories that are followed."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reader.commands.command import Command, StoreFile, add_json
from reader.commands.output import Style, amount, fit, is_terminal, print_requests, say, say_json, warn, width
from reader.commands.workspace import Workspace
from reader.core.errors import FeedError, ReaderError, UsageError
from reader.core.text import clean

if TYPE_CHECKING:
    from reader.cache.feeds import Feeds, Followed
    from reader.feeds.arxiv.categories import Category
    from reader.feeds.syndication.client import Fetched
    from reader.feeds.syndication.opml import Outline
    from reader.refresh.progress import FeedFailed, FeedStored
    from reader.refresh.sources import Web


def _feeds_arguments(parser: ArgumentParser) -> None:
    actions = {
        "list": "what is followed, and how it answered last",
        "add": "follow an address of RSS or Atom, or a category such as cs.RO",
        "remove": "follow it no longer; its papers stay",
        "check": "ask now",
        "import": "follow the feeds of OPML files",
        "export": "print what is followed as OPML",
    }
    about = "; ".join(f"{name}: {text}" for name, text in actions.items())
    parser.add_argument("what", choices=tuple(actions), metavar="|".join(actions), help=about)
    names = "an address, a category or, but for add, a feed's name; for import, files (- for stdin)"
    parser.add_argument("names", nargs="*", action=StoreFile, metavar="NAME", help=names)
    parser.add_argument("-o", "--output", metavar="FILE", help="for export: write to a file")
    parser.add_argument("--verbose", action="store_true", help="tell each request, its status, bytes and time")
    add_json(parser)


def _feeds(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.verbose:
        print_requests()
    if not arguments.names and arguments.what in ("add", "remove", "import"):
        raise UsageError(f"dailypapers feeds {arguments.what}: name at least one.")
    if arguments.names and arguments.what in ("list", "export"):
        raise UsageError(f"dailypapers feeds {arguments.what} takes no names.")
    run = {"list": _list, "add": _add, "remove": _remove, "check": _check, "import": _import, "export": _export}
    return run[arguments.what](arguments, workspace)


@contextmanager
def _opened(workspace: Workspace) -> Iterator[Feeds]:
    from reader.cache import schema
    from reader.cache.feeds import Feeds

    schema.ensure(workspace.cache_file)
    with closing(Feeds.open(workspace.cache_file)) as feeds:
        yield feeds


def _list(arguments: Namespace, workspace: Workspace) -> int:
    with _opened(workspace) as feeds:
        found, papers = feeds.all(), feeds.papers()
    if arguments.json:
        say_json([asdict(feed) | {"papers": papers.get(feed.slug, 0)} for feed in found])
    elif found:
        _print(found, papers)
    else:
        say("No feeds are followed. 'dailypapers feeds add ADDRESS' follows one.")
    return 0


def _print(feeds: Sequence[Followed], papers: dict[str, int]) -> None:
    style = Style.of(sys.stdout)
    size = max(len(feed.slug) for feed in feeds)
    room = max(20, width() - size - 20) if is_terminal(sys.stdout) else 60
    folder = ""
    for feed in feeds:
        if feed.folder != folder:
            folder = feed.folder
            say(style.bold(clean(folder)) if folder else "")
        mark = style.star("!") if feed.failing_since else " "
        count = f"{papers.get(feed.slug, 0):>7,}" if feed.kind != "own" else " " * 7
        say(f"{mark} {feed.slug:{size}} {count}  {fit(clean(feed.title), room).rstrip()}")
        if feed.failing_since:
            say(f"  {'':{size}}          since {_when(feed.failing_since)}: {clean(feed.error or '')}")


def _when(stamp: str) -> str:
    """A time of the cache's in local time, to the minute."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")


def _add(arguments: Namespace, workspace: Workspace) -> int:
    return asyncio.run(_add_all(arguments, workspace))


async def _add_all(arguments: Namespace, workspace: Workspace) -> int:
    """Follow feeds, each of which must answer, and categories; raises FeedError for the last that did not."""
    from reader.refresh.jobs import connected

    failures: list[str] = []
    added: list[dict[str, object]] = []
    # A category that there is not is a mistake, to be told before anything is done.
    named = [(name, _categories(name)) for name in arguments.names]
    with workspace.cache() as cache:
        async with connected(workspace.workplace, cache) as (_, sources):
            for name, found in named:
                try:
                    if found:
                        follow = (_follow_category(sources.feeds, one) for one in found)
                        followed = [feed for feed in follow if feed is not None]
                    else:
                        url, fetched = await _discover(sources.web, name)
                        feed = _follow(sources.feeds, url, fetched)
                        followed = [feed] if feed is not None else []
                        for one in followed:
                            await sources.keep(one, fetched)
                except FeedError as error:
                    failures.append(f"{clean(name, 100)} was not added: {error}")
                    continue
                if not followed:
                    warn(f"{clean(name, 100)} is followed already.")
                papers = sources.feeds.papers()
                added += [asdict(one) | {"papers": papers.get(one.slug, 0)} for one in followed]
    _tell_added(added, as_json=arguments.json)
    return _fail(failures)


def _tell_added(added: Sequence[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        say_json(added)
        return
    for feed in added:
        count = feed["papers"]
        has = f"{amount(count, 'paper')}" if isinstance(count, int) and count else "papers come with the next refresh"
        say(f"{feed['slug']}: {clean(str(feed['title']))} ({has})")


def _fail(failures: Sequence[str]) -> int:
    """Tell what went wrong; raises FeedError if anything did."""
    for failure in failures[:-1]:
        warn(failure)
    if failures:
        raise FeedError(failures[-1])
    return 0


def _categories(name: str) -> tuple[Category, ...]:
    """The categories of arXiv that a name or an address of its announcements names; none if it is something else."""
    from reader.feeds.arxiv.categories import announced_categories, categories, find_category

    if "/" not in name:
        try:
            return (find_category(name),)
        except UsageError:
            # What looks like a host is an address; all else was meant to be a category.
            if "." in name and name.partition(".")[0] not in {id.partition(".")[0] for id in categories()}:
                return ()
            raise
    return tuple(map(find_category, announced_categories(name)))


def _follow_category(feeds: Feeds, category: Category) -> Followed | None:
    title = f"{category.name} ({category.id})"
    return feeds.follow("arxiv", category.id, title, category.id.lower(), _now(), home=_listing(category.id))


def _listing(category: str) -> str:
    return f"https://arxiv.org/list/{category}/recent"


async def _discover(web: Web, url: str) -> tuple[str, Fetched]:
    """A feed at an address, or the one that the page at that address names; with its own address."""
    from reader.feeds.addresses import web_url
    from reader.feeds.syndication.parse import NotAFeed

    address = web_url(url) or url
    try:
        return address, await web.fetch(address)
    except NotAFeed as page:
        if not page.feeds:
            raise
        return page.feeds[0], await web.fetch(page.feeds[0])


def _follow(feeds: Feeds, url: str, fetched: Fetched) -> Followed | None:
    found = fetched.feed
    if found is None:
        return None
    return feeds.follow("rss", url, found.title, found.slug, _now(), home=found.home)


def _remove(arguments: Namespace, workspace: Workspace) -> int:
    removed = []
    with _opened(workspace) as feeds:
        for feed in [_named(feeds, name) for name in arguments.names]:
            feeds.unfollow(feed.slug)
            removed.append(feed.slug)
    if arguments.json:
        say_json({"removed": removed})
    else:
        say(f"{amount(len(removed), 'feed')} removed; the papers stay.")
    return 0


def _named(feeds: Feeds, name: str) -> Followed:
    feed = feeds.find(name)
    if feed is None:
        from reader.core.nearest import nearest

        meant = nearest(name.lower(), [one.slug for one in feeds.followed()])
        advice = f"Did you mean {meant}?" if meant else "'dailypapers feeds list' tells what is."
        raise ReaderError(f"{clean(name, 100)} is not followed. {advice}")
    return feed


def _check(arguments: Namespace, workspace: Workspace) -> int:
    return asyncio.run(_check_all(arguments, workspace))


async def _check_all(arguments: Namespace, workspace: Workspace) -> int:
    """Ask feeds, by default all, and tell what each said."""
    from contextlib import aclosing

    from reader.refresh.jobs import connected
    from reader.refresh.progress import FeedAsked, FeedFailed, FeedStored

    answers: list[FeedStored | FeedFailed] = []
    with workspace.cache() as cache:
        async with connected(workspace.workplace, cache) as (_, sources):
            feeds = sources.feeds
            only = [_named(feeds, name) for name in arguments.names] if arguments.names else feeds.followed()
            async with aclosing(sources.refresh(only)) as events:
                async for event in events:
                    if isinstance(event, FeedAsked):
                        continue
                    answers.append(event)
                    if not arguments.json and isinstance(event, FeedStored):
                        told = f"{event.new:,} new, {event.updated:,} updated, {event.unchanged:,} unchanged"
                        say(f"{event.slug}: {told}")
    failed = [one for one in answers if isinstance(one, FeedFailed)]
    if arguments.json:
        say_json([_answer(one) for one in answers])
    return _fail([f"{one.title}: {one.error}" for one in failed if one.was_asked_for])


def _answer(event: FeedStored | FeedFailed) -> dict[str, object]:
    from reader.refresh.progress import FeedStored

    if isinstance(event, FeedStored):
        return {"ok": True} | asdict(event)
    return {"slug": event.slug, "title": event.title, "ok": False, "error": str(event.error)}


def _import(arguments: Namespace, workspace: Workspace) -> int:
    """Follow the feeds of OPML files; they are asked at the next refresh."""
    from reader.feeds.syndication.opml import BODY_LIMIT, parse_opml

    added, known = list[str](), 0
    failures: list[str] = []
    with _opened(workspace) as feeds:
        for name in arguments.names:
            try:
                with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
                    listed = parse_opml(file.read(BODY_LIMIT + 1))
            except FeedError as error:
                failures.append(f"{name}: {error}")
                continue
            for skipped in listed.skipped:
                warn(f"{name}: {skipped.where}: {skipped.reason}; skipped")
            for outline in listed.feeds:
                new = _follow_outline(feeds, outline)
                added += [feed.slug for feed in new]
                known += not new
    if arguments.json:
        say_json({"added": added, "known": known, "failed": failures})
    elif len(failures) < len(arguments.names):
        say(f"{amount(len(added), 'feed')} added, {known:,} known already; 'dailypapers refresh' asks them.")
    return _fail(failures)


def _follow_outline(feeds: Feeds, outline: Outline) -> list[Followed]:
    from reader.feeds.arxiv.categories import announced_categories, find_category
    from reader.feeds.syndication.parse import feed_slug

    if categories := announced_categories(outline.url):
        new = [_follow_category(feeds, find_category(id)) for id in categories]
    else:
        slug = feed_slug(outline.title, outline.url)
        new = [feeds.follow("rss", outline.url, outline.title, slug, _now(), home=outline.home, folder=outline.folder)]
    return [feed for feed in new if feed is not None]


def _export(arguments: Namespace, workspace: Workspace) -> int:
    from reader.feeds.arxiv.client import FEEDS
    from reader.feeds.syndication.opml import Outline, write_opml

    with _opened(workspace) as feeds:
        outlines = [
            Outline(feed.title, f"{FEEDS}/rss/{feed.url}" if feed.kind == "arxiv" else feed.url, feed.home, feed.folder)
            for feed in feeds.followed()
        ]
    body = write_opml(outlines, "Feeds of dailypapers", datetime.now(UTC))
    if not arguments.output:
        sys.stdout.write(body.decode())
        return 0
    try:
        Path(arguments.output).write_bytes(body)
    except OSError as error:
        raise ReaderError(f"{arguments.output} could not be written: {error.strerror}.") from error
    say(f"{amount(len(outlines), 'feed')} written to {arguments.output}.")
    return 0


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


COMMAND = Command(
    "feeds",
    "Follow RSS and Atom feeds and categories of arXiv; a refresh asks them behind the daily papers.",
    (
        ("feeds add https://lab.example.org/feed.xml", "follow a site by its feed, or by a page that names it"),
        ("feeds add cs.RO", "follow a category of arXiv"),
        ("feeds list", "what is followed, and what fails since when and why"),
        ("feeds import feeds.opml", "take over what another reader follows"),
    ),
    _feeds_arguments,
    _feeds,
)
