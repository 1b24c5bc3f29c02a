"""Local servers for tests, with the shapes of arXiv and of feeds of any kind.

    with Documents() as site:
        site.pages["/feed.xml"] = Page(rss(item("One")), etag='"1"')
        ...
        site.requests[0].headers["If-None-Match"]

    with Arxiv([Paper("2605.00001")]) as arxiv: ...

They listen on this machine alone, and stop at once whatever their clients do.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from xml.sax.saxutils import escape, quoteattr

from tests.feed_server import Handler, LocalServer, Request


class Nap:
    """Sleeping that takes no time, on a clock that only it moves; `taken` lists how long it would have been."""

    def __init__(self) -> None:
        self.now = 0.0
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to a path; with validators, a request that names them gets 304 and nothing."""

    body: bytes = b""
    content_type: str = "application/rss+xml"
    status: int = 200
    etag: str | None = None
    modified: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    endless: bool = False
    """The body is sent again and again until the client hangs up."""


class Documents(LocalServer):
    """A site: `pages` by path, `answers` in their place for the coming requests."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.pages: dict[str, Page] = {}
        self.answers: deque[Page | None] = deque()

    def page(self, request: Request) -> Page:
        """What a request gets where `answers` has nothing for it."""
        return self.pages.get(request.path, Page(b"Not here", "text/plain", 404))


class _Handler(Handler):
    server: Documents

    def do_GET(self) -> None:
        request = self.received()
        page = (self.server.answers.popleft() if self.server.answers else None) or self.server.page(request)
        validators = {"ETag": page.etag, "Last-Modified": page.modified}
        same = (page.etag and self.headers["If-None-Match"] == page.etag) or (
            page.modified and self.headers["If-Modified-Since"] == page.modified
        )
        status, body = (304, b"") if same else (page.status, page.body)
        headers = {"Content-Type": page.content_type, **validators, **page.headers}
        self.send(status, body, {name: value for name, value in headers.items() if value}, is_sized=not page.endless)
        while page.endless:
            self.wfile.write(body)


# arXiv


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as arXiv has it."""

    id: str
    title: str = "On one matter"
    categories: tuple[str, ...] = ("cs.CL", "cs.LG")
    version: int = 1
    published: str = "2026-05-11"
    updated: str = "2026-05-11"
    announce: str = "new"
    day: str = "2026-05-12"
    """The day on which it is announced."""


def atom_entry(paper: Paper) -> str:
    """A paper in an answer of the API."""
    terms = "".join(f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in paper.categories)
    return f"""
    <entry>
      <id>http://arxiv.org/abs/{paper.id}v{paper.version}</id>
      <title>{escape(paper.title)}</title>
      <updated>{paper.updated}T16:07:14Z</updated>
      <link href="https://arxiv.org/abs/{paper.id}v{paper.version}" rel="alternate" type="text/html"/>
      <summary>  We look at it
and find that $\\alpha$ holds.
  Then we stop.</summary>
      {terms}
      <published>{paper.published}T10:00:00Z</published>
      <arxiv:primary_category term="{paper.categories[0]}"/>
      <author><name>Ada Example</name><arxiv:affiliation>Somewhere</arxiv:affiliation></author>
      <author><name>Bo Sample</name></author>
    </entry>"""


def api_feed(entries: Sequence[str], total: int | None = None, start: int = 0) -> bytes:
    """An answer of the API."""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
  xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/anything</id>
  <title>arXiv Query: search_query=</title>
  <updated>2026-05-12T00:00:00Z</updated>
  <opensearch:totalResults>{len(entries) if total is None else total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>{"".join(entries)}
</feed>""".encode()


def refused(reason: str) -> bytes:
    """The answer to a request that arXiv does not understand."""
    return api_feed(
        [f"<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>{reason}</summary></entry>"]
    )


def rss_item(paper: Paper) -> str:
    """A paper in an announcement as RSS."""
    terms = "".join(f"<category>{term}</category>" for term in paper.categories)
    return f"""
    <item>
      <title>{escape(paper.title)}</title>
      <link>https://arxiv.org/abs/{paper.id}</link>
      <description>arXiv:{paper.id}v{paper.version} Announce Type: {paper.announce}{" "}
Abstract: We look on.</description>
      <guid isPermaLink="false">oai:arXiv.org:{paper.id}v{paper.version}</guid>
      {terms}
      <pubDate>{date.fromisoformat(paper.day):%a, %d %b %Y} 00:00:00 -0400</pubDate>
      <arxiv:announce_type>{paper.announce}</arxiv:announce_type>
      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
      <dc:creator>Ada Example (Somewhere, Far), Bo Sample</dc:creator>
    </item>"""


def announcement(items: Sequence[str]) -> bytes:
    """An announcement as RSS."""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">
  <channel>
    <title>cs.CL updates on arXiv.org</title>
    <link>http://rss.arxiv.org/rss/cs.CL</link>
    <atom:link href="http://rss.arxiv.org/rss/cs.CL" rel="self" type="application/rss+xml"/>
    <pubDate>Tue, 12 May 2026 00:00:00 -0400</pubDate>
    <skipDays><day>Saturday</day><day>Sunday</day></skipDays>{"".join(items)}
  </channel>
</rss>""".encode()


Answers = dict[str, Callable[[Request], Page]]


class Arxiv(Documents):
    """The API and the announcements of arXiv, with the given papers, on the day `today`.

    `answering` replaces answers: it has a function by the start of the path, `/api/` or `/rss/`.
    """

    def __init__(self, papers: Sequence[Paper] = (), today: str = "2026-05-12") -> None:
        super().__init__()
        self.papers = list(papers)
        self.today = today
        self.answering: Answers = {}

    def page(self, request: Request) -> Page:
        for start, answer in self.answering.items():
            if request.path.startswith(start):
                return answer(request)
        if request.path.startswith("/rss/"):
            return self.rss(request)
        return self.search(request)

    def announced(self, *categories: str, back: int = 0) -> tuple[str, list[Paper]]:
        """The newest announcement of categories, or one before it, and its day."""
        days = sorted({one.day for one in self.papers if one.day <= self.today} or {self.today})
        day = days[max(0, len(days) - 1 - back)]
        return day, [one for one in self.papers if one.day == day and not set(categories).isdisjoint(one.categories)]

    def rss(self, request: Request, *, back: int = 0, part: slice = slice(None), cut: int | None = None) -> Page:
        """The announcement as RSS: an old one under today's date, a part of it, or only so many bytes."""
        _, papers = self.announced(*request.path.removeprefix("/rss/").split("+"), back=back)
        items = [rss_item(replace(one, day=self.today) if back else one) for one in papers[part]]
        return Page(announcement(items)[:cut])

    def search(self, request: Request, *, until: str = "9999", part: slice = slice(None)) -> Page:
        """What the API answers: only papers submitted up to a day, or a part of the papers that it counts."""
        query = request.query
        if ids := query.get("id_list"):
            asked = ids.split(",")
            if odd := next(
                (id for id in asked if not re.fullmatch(r"[0-9]{4}\.[0-9]{4,5}|[a-z-]+/[0-9]{7}", id)), None
            ):
                return Page(refused(f"incorrect id format for {odd}"), status=400)
            found = [one for one in self.papers if one.id in asked]
        else:
            category = re.search(r"cat:([\w.-]+)", query["search_query"])
            first, last = re.findall("[0-9]{12}", query["search_query"])
            assert category
            found = [
                one
                for one in self.papers
                if category[1] in one.categories
                and first[:8] <= one.published.replace("-", "") <= last[:8]
                and one.published <= until
                and one.day <= self.today
            ]
        start = int(query["start"])
        shown = found[start : start + int(query["max_results"])]
        return Page(api_feed([atom_entry(one) for one in shown[part]], len(found), start), "application/atom+xml")


API_FAULTS: Mapping[str, Callable[[Arxiv], Callable[[Request], Page]]] = {
    "refused": lambda _: lambda _: Page(status=406),
    "throttled": lambda _: lambda _: Page(status=429),
    "stale": lambda arxiv: partial(arxiv.search, until="2026-05-08"),
    "half": lambda arxiv: partial(arxiv.search, part=slice(None, None, 2)),
    "empty": lambda _: lambda _: Page(api_feed([]), "application/atom+xml"),
    "cut": lambda _: lambda _: Page(api_feed([atom_entry(Paper("2605.20001"))])[:800], "application/atom+xml"),
}
RSS_FAULTS: Mapping[str, Callable[[Arxiv], Callable[[Request], Page]]] = {
    "none": lambda arxiv: arxiv.rss,
    "refused": lambda _: lambda _: Page(status=429),
    "stale": lambda arxiv: partial(arxiv.rss, back=1),
    "half": lambda arxiv: partial(arxiv.rss, part=slice(None, None, 2)),
    "empty": lambda arxiv: partial(arxiv.rss, part=slice(0)),
    "cut": lambda arxiv: partial(arxiv.rss, cut=800),
}
"""What may go wrong with arXiv's answers, by the place in `Arxiv.answering`: `/api/` and `/rss/`."""


# Any feed


def item(title: str, **elements: str) -> str:
    """An entry of an RSS feed; a double underscore in a name stands for a colon."""
    named = ((name.replace("__", ":"), escape(text)) for name, text in elements.items())
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in named)
    return f"<item><title>{escape(title)}</title>{inner}</item>"


def rss(*items: str, title: str = "Notes of a lab", link: str = "https://lab.example.org/") -> bytes:
    """An RSS feed."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel><title>{escape(title)}</title><link>{escape(link)}</link>{"".join(items)}</channel></rss>""".encode()


def atom(*entries: str, title: str = "Notes of a lab") -> bytes:
    """An Atom feed."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(title)}</title>
<link href={quoteattr("https://lab.example.org/")}/>{"".join(entries)}</feed>""".encode()
