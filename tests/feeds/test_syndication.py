"""RSS and Atom feeds of any site, and lists of feeds as OPML."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader import __version__
from reader.core.errors import FeedMalformed, FeedRefused, FeedUnreachable, UsageError
from reader.core.paper import Draft, SkippedRecord
from reader.core.text import clean
from reader.feeds import syndication as parser
from reader.feeds.http import Limits, Validators
from reader.feeds.opml import Outline, parse_opml, write_opml
from reader.feeds.syndication import (
    Feed,
    FeedEntry,
    FeedResponse,
    NotAFeed,
    SyndicationClient,
    exceeded_limit,
    feed_slug,
    parse_feed,
)
from tests.feeds.servers import Documents, Nap, Page, atom, item, rss
from tests.table import each

pytest.importorskip("feedparser")

FEED = rss(item("One", link="/posts/1", pubDate="Tue, 12 May 2026 10:00:00 GMT"))
MONDAY = "Mon, 11 May 2026 08:00:00 GMT"
KNOWN = Validators('W/"one"', MONDAY)


@pytest.fixture
def site() -> Iterator[Documents]:
    with Documents() as documents:
        documents.pages["/feed"] = Page(FEED, etag=KNOWN.etag, modified=MONDAY)
        yield documents


@asynccontextmanager
async def connected(nap: Nap | None = None) -> AsyncIterator[SyndicationClient]:
    nap = nap or Nap()
    client = SyndicationClient(
        allow_local=True,
        limits=Limits(body_size=100_000),
        sleep=nap,
        now=lambda: datetime(2026, 5, 12, tzinfo=UTC),
    )
    async with client:
        yield client


def titles(fetched: FeedResponse) -> list[str]:
    assert fetched.feed is not None
    return [entry.draft.title for entry in fetched.feed.entries]


async def test_a_feed_comes_with_its_validators(site: Documents) -> None:
    async with connected() as feeds:
        fetched = await feeds.fetch(f"{site.url}/feed?format=rss&tag=a+b", source="lab")
    assert fetched.feed is not None
    draft = Draft("One", published="2026-05-12", source="lab")
    (entry,) = fetched.feed.entries
    assert entry == FeedEntry(draft, f"{site.url}/posts/1", f"{site.url}/posts/1", "2026-05-12")
    assert fetched.validators == KNOWN
    (request,) = site.requests
    assert request.query == {"format": "rss", "tag": "a b"}
    assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
    assert "application/rss+xml" in (request.headers["Accept"] or "")
    assert request.headers["If-None-Match"] is None


async def test_an_unchanged_feed_is_not_sent_again(site: Documents) -> None:
    known = Validators(None, MONDAY)
    async with connected() as feeds:
        assert await feeds.fetch(f"{site.url}/feed", known) == FeedResponse(None, KNOWN)
    (request,) = site.requests
    assert request.headers["If-None-Match"] == known.etag
    assert request.headers["If-Modified-Since"] == known.modified


# Redirects


@pytest.mark.parametrize("statuses", [(301,), (308, 302), (303, 307)])
async def test_a_feed_may_move_to_another_host(statuses: tuple[int, ...], site: Documents) -> None:
    with Documents() as other:
        other.pages["/there"] = Page(FEED)
        hops = [f"{site.url}/hop{number}" for number in range(1, len(statuses))] + [f"{other.url}/there"]
        site.answers += [
            Page(status=status, headers={"Location": hop}) for status, hop in zip(statuses, hops, strict=True)
        ]
        async with connected() as feeds:
            fetched = await feeds.fetch(f"{site.url}/feed")
    assert titles(fetched) == ["One"]
    assert fetched.feed is not None
    assert fetched.feed.entries[0].link == f"{other.url}/posts/1"


async def test_a_redirect_to_no_place_of_the_web_is_refused(site: Documents) -> None:
    targets = ["ftp://example.org/", "file:///etc/hostname", "javascript:x", "http://[bad/"]
    async with connected() as feeds:
        for target in targets:
            site.answers.append(Page(status=302, headers={"Location": target}))
            with pytest.raises(FeedRefused, match=r"an (unsafe|invalid) address"):
                await feeds.fetch(f"{site.url}/feed")
    assert len(site.requests) == len(targets)


@pytest.mark.parametrize("target", ["http://feeds.example.org/x", "http://127.0.0.1/"])
async def test_a_redirect_does_not_give_up_encryption(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": target}, stream=httpx.ByteStream(b""))

    real = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **_: real(transport=httpx.MockTransport(answer)))
    async with connected() as feeds:
        with pytest.raises(FeedRefused, match="unsafe address"):
            await feeds.fetch("https://feeds.example.org/feed")
    assert asked == ["https://feeds.example.org/feed"]


# What goes wrong


async def test_a_web_page_is_no_feed_and_not_asked_for_twice(site: Documents) -> None:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="/feed">'
    site.pages["/"] = Page(page, "text/html")
    async with connected() as feeds:
        with pytest.raises(NotAFeed) as failure:
            await feeds.fetch(f"{site.url}/")
    assert failure.value.feeds == (f"{site.url}/feed",)
    assert isinstance(failure.value, FeedMalformed)
    assert len(site.requests) == 1


async def test_an_address_is_one_of_the_web_and_a_sign_in_is_not_supported(site: Documents) -> None:
    async with connected() as feeds:
        site.answers.append(Page(status=401))
        with pytest.raises(FeedRefused, match=r"requires a sign-in \(401\); feeds with a sign-in are not supported\."):
            await feeds.fetch(f"{site.url}/feed")
        # The failure of one host is not another's.
        with pytest.raises(FeedUnreachable):
            await feeds.fetch("http://127.0.0.1:9/feed")
        for url in ("", "notes", "ftp://example.org/feed", "https://user:pass@example.org/", "/etc/hostname"):
            with pytest.raises(UsageError, match="is not a feed's address"):
                await feeds.fetch(url)


# Entries

URL = "https://lab.example.org/feeds/notes.xml"
TODAY = date(2026, 5, 12)


def parse(body: bytes) -> Feed:
    return parse_feed(body, URL, TODAY)


def only(body: bytes) -> FeedEntry:
    (entry,) = parse(body).entries
    return entry


def titles_of(feed: Feed) -> list[str]:
    return [entry.draft.title for entry in feed.entries]


def test_an_entry_of_rss_says_what_it_has() -> None:
    body = rss(
        item(
            "Small <b>steps</b> &amp; <EOS>",
            link="../posts/1",
            guid="tag:lab,1",
            pubDate="Mon, 11 May 2026 20:30:00 -0500",
            description="<p>We went on.</p><p>Then <script>alert(1)</script>we met <EOS>.</p>",
            dc__creator="Ada Example, Bo Sample",
            category="Notes",
        )
    )
    draft = Draft(
        "Small steps & <EOS>",
        abstract="We went on.\n\nThen we met <EOS>.",
        authors=("Ada Example", "Bo Sample"),
        published="2026-05-12",
        keywords=("Notes",),
        source="notes-of-a-lab",
    )
    entry = FeedEntry(draft, "https://lab.example.org/posts/1", "tag:lab,1", "2026-05-12")
    assert parse(body) == Feed("Notes of a lab", "notes-of-a-lab", "https://lab.example.org/", (entry,))


def test_an_entry_of_atom_says_what_it_has() -> None:
    body = atom(
        """<entry><title>If a &lt;b&gt; then c</title><id>urn:1</id><link href="/posts/1"/>
        <updated>2026-05-10T10:00:00Z</updated><author><name>Ada Example</name></author><author><name>Bo</name></author>
        <summary>Short.</summary><category term="x" label="One"/><category term="one"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>All</p><p>of it</p></div></content>
        </entry>"""
    )
    assert only(body) == FeedEntry(
        Draft(
            "If a <b> then c",
            abstract="All\n\nof it",
            authors=("Ada Example", "Bo"),
            published="2026-05-10",
            keywords=("One",),
            source="notes-of-a-lab",
        ),
        "https://lab.example.org/posts/1",
        "urn:1",
        "2026-05-10",
    )


def test_entries_have_ids_and_come_once() -> None:
    again = item("One, again", guid="tag:1")
    feed = parse(rss(item("", link="https://a.example/"), item("One", guid="tag:1"), again, item("Two"), item("Two")))
    assert titles_of(feed) == ["One", "Two"]
    # One without an id has the same in each answer and each version, or it would come again.
    assert [entry.guid for entry in feed.entries] == ["tag:1", "6bfcb6c5681d9f6419de309da99bd826"]
    assert feed.skipped == (SkippedRecord("entry 1", "neither title nor text"),)


@each(
    ("elements", "facts"),
    [
        ({"dc__creator": "Ada Example and Bo Sample"}, {"authors": ("Ada Example", "Bo Sample")}),
        ({"dc__creator": "Ada Example; Bo Sample"}, {"authors": ("Ada Example", "Bo Sample")}),
        ({"dc__creator": "Example, Ada"}, {"authors": ("Example, Ada",)}),
        ({"dc__creator": ""}, {}),
        ({"pubDate": "Wed, 13 May 2026 10:00:00 GMT"}, {"published": "2026-05-13"}),
        *(
            ({"pubDate": stamp}, {})
            for stamp in (
                "Thu, 14 May 2026 10:00:00 GMT",
                "Fri, 01 Jan 9999 10:00:00 GMT",
                "soon",
                "Thu, 01 Jan 1970 00:00:00 GMT",
            )
        ),
        *(({"link": link}, {}) for link in ("javascript:alert(1)", "file:///etc/a", "https://user@a.example/", "")),
    ],
)
def test_values_of_an_entry_are_converted(elements: dict[str, str], facts: dict[str, Any]) -> None:
    entry = only(rss(item("One", **elements)))
    assert entry.draft == Draft("One", source="notes-of-a-lab")._replace(**facts)
    assert (entry.published, entry.link) == (facts.get("published"), None)


# Papers


@each(
    ("title", "elements"),
    [
        ("One way", {"link": "https://arxiv.org/abs/2605.00001v2"}),
        ("One way", {"link": "https://huggingface.co/papers/2605.00001"}),
        ("One way", {"guid": "oai:arXiv.org:2605.00001v1"}),
        ("One way", {"dc__identifier": "doi:10.48550/arXiv.2605.00001"}),
        ("One way", {"prism__doi": "10.48550/arXiv.2605.00001"}),
        ("[2605.00001] One way", {}),
        ("One way (arXiv:2605.00001v1 [cs.CL])", {}),
    ],
)
def test_an_entry_that_is_a_paper_has_its_id(title: str, elements: dict[str, str]) -> None:
    entry = only(rss(item(title, dc__creator="Ada Example", pubDate="Mon, 11 May 2026 00:00:00 GMT", **elements)))
    # When the entry came is not when the paper did.
    assert entry.published == "2026-05-11"
    assert entry.draft == Draft("One way", "2605.00001", authors=("Ada Example",), source="notes-of-a-lab")


ABOUT = "2605.00001"


@each(
    ("title", "text", "id"),
    [
        ("News", "Our paper is out: arXiv:2605.00001.", ABOUT),
        ("News", "See https://arxiv.org/pdf/2605.00001v3.pdf and arxiv.org/abs/2605.00001", ABOUT),
        ("News", "<a href='https://www.alphaxiv.org/abs/2605.00001'>here</a>", ABOUT),
        ("On arXiv:2605.00001", "It beats arXiv:2605.00002.", ABOUT),
        ("News", "arXiv:math.GT/0309136", "math/0309136"),
        ("News", "arXiv:2605.00001 against arXiv:2605.00002", None),
        ("News", "https://example.org/abs/2605.00001", None),
        ("News", "arXiv:2699.00001", None),
        ("News", "arXiv:2605.000012", None),
    ],
)
def test_an_entry_about_one_paper_has_its_id_but_its_own_authors(title: str, text: str, id: str | None) -> None:
    draft = only(rss(item(title, description=text, dc__creator="A Journalist", category="News"))).draft
    expected = (id, (), ()) if id else (None, ("A Journalist",), ("News",))
    assert (draft.id, draft.authors, draft.keywords) == expected


# Names


@each(
    ("title", "slug"),
    [
        ("Café Größe", "cafe-grosse"),
        ("x" * 60, "x" * 40),
        ("実験室", "lab-example-org"),
        ("", "lab-example-org"),
        ("arXiv", "arxiv-feed"),
        ("HF", "hf-feed"),
    ],
)
def test_a_feed_has_a_short_name(title: str, slug: str) -> None:
    assert feed_slug(title, "https://www.lab.example.org/x") == slug


def test_a_feed_without_a_title_is_called_by_its_host() -> None:
    assert parse(rss(item("One"), title="")).title == "lab.example.org"
    assert feed_slug("", "https://[bad/") == "the-feed-s-host"


# What is broken


def test_readable_entries_of_a_broken_feed_are_kept() -> None:
    feed = parse(rss(item("One & all"), item("Two"))[:-12])
    assert titles_of(feed) == ["One & all", "Two"]
    assert titles_of(parse(b"<channel>" + item("One").encode() + b"</channel>")) == ["One"]
    assert parse(rss()).entries == ()


def test_half_an_emoji_does_not_break_a_feed() -> None:
    body = rss(item("One")).replace(b"One", b"One &#xD83D;&#xDE00;&#55357;&#0;&#99999999999;&#11;&#9;&#x41;&#8217;")
    feed = parse(body)
    assert titles_of(feed) == ["One A\u2019"]


def test_a_wrong_content_type_does_not_matter() -> None:
    for content_type in ("text/plain", "text/xml; charset=us-ascii", ""):
        feed = parse_feed(rss(item("Größe")), URL, TODAY, content_type=content_type)
        assert titles_of(feed) == ["Größe"]
    polish = rss(item("Größe")).decode().replace("ß", "ł").encode("iso-8859-2")
    assert titles_of(parse_feed(polish, URL, TODAY, content_type="application/xml; charset=iso-8859-2")) == ["Gröłe"]


@each(
    ("body", "expected"),
    [
        (b"", "sent an empty response instead of a feed; try again later."),
        (b"  \n", "sent an empty response instead of a feed; try again later."),
        (b"\x00\xff", "has something else there, not an RSS or Atom feed; check the address."),
        (b'{"items": []}', "has something else there, not an RSS or Atom feed; check the address."),
        (
            b"<!doctype html><html><body>Sign in<![odd[",
            "has a web page there, not an RSS or Atom feed; check the address.",
        ),
    ],
)
def test_an_answer_that_is_not_rss_or_atom_is_an_error(body: bytes, expected: str) -> None:
    with pytest.raises(NotAFeed) as failure:
        parse(body)
    assert (str(failure.value), failure.value.feeds) == (f"lab.example.org {expected}", ())


def test_a_page_names_its_feeds() -> None:
    page = b"""<html><head><link rel="stylesheet" href="x.css"><link rel=alternate type="text/html" href="/de">
      <link rel="alternate home" type="application/rss+xml" href="/rss"><link REL=ALTERNATE type="application/atom+xml"
      href="https://b.example/atom"><link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
      <link rel="alternate" type="application/rss+xml" href="//[bad"><link rel="alternate"
      type="application/rss+xml" href="/rss"></head></html>"""
    with pytest.raises(
        NotAFeed, match=r"a web page there, not a feed; its feed is https://lab\.example\.org/rss\."
    ) as no:
        parse(page)
    assert no.value.feeds == ("https://lab.example.org/rss", "https://b.example/atom")


# What is hostile


def test_decompression_bombs_are_refused() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY l0 "boom">{levels}]>'.encode()
    body = rss(item("One")).replace(b'<?xml version="1.0" encoding="utf-8"?>', bomb).replace(b"One", b"One &l9;")
    assert sum(len(entry.draft.title) for entry in parse(body).entries) < 1_000


def test_outer_entities_are_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("swordfish")
    doctype = f'<!DOCTYPE x [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>'.encode()
    body = rss(item("One")).replace(b"<rss", doctype + b"<rss").replace(b"One", b"One &x;")
    assert "swordfish" not in repr(parse(body))


def test_bytes_are_never_taken_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(rss(item("One")))
    with pytest.raises(NotAFeed):
        parse(str(tmp_path / "feed.xml").encode())


def test_a_feed_is_bounded() -> None:
    assert len(parse(rss(*(item(f"Entry {n}") for n in range(1_005)))).entries) == 1_000
    people = ", ".join(f"Ada {'x' * 10}{n}" for n in range(600))
    tags = "".join(f'<category term="{n} {"t" * 300}"/>' for n in range(40))
    content = f"<id>tag:{'i' * 600}</id><author><name>{people}</name></author>{tags}<summary>{'word ' * 50}</summary>"
    feed = parse(atom(f"<entry>{content}</entry>", title="n" * 300))
    (entry,) = feed.entries
    lists = (entry.draft.authors, entry.draft.keywords)
    assert [len(feed.title), len(feed.slug), len(entry.guid), len(entry.draft.title)] == [200, 40, 500, 99]
    assert [*map(len, lists), len(entry.draft.keywords[0])] == [500, 30, 200]


def test_a_feed_that_breaks_the_parser_is_an_error() -> None:
    body = rss('<item xmlns:psc="http://podlove.org/simple-chapters"><title>x</title><psc:chapters><psc:chapter/>'
               "</psc:chapters></item>")  # fmt: skip
    with pytest.raises(NotAFeed, match=r"sent an unreadable feed; check its address\."):
        parse(body)


RSS = b"<?xml version='1.0'?><rss version='2.0'><channel><item><title>One</title>%b</item></channel></rss>"


def test_entries_have_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100))
    monkeypatch.setattr(time, "thread_time", lambda: float(next(clock)))
    late = r"^example.org sent a feed that takes over 3 s to read; it was left out\.$"
    with pytest.raises(FeedMalformed, match=late):
        parse_feed(RSS % (b"</item><item><title>Two</title>" * 4), "https://example.org/feed", TODAY, timeout=3)


@each(
    ("body", "excess"),
    [
        (RSS % b"", ""),
        (RSS % (b"<a></a>" * 10), "too many tags"),
        (RSS % (b"<![CDATA[]]>" * 20), "too many tags"),
        (RSS % b"<x:a xmlns:x='u' xmlns:y='v'/><a xmlns='u'/>", "too many namespaces"),
        (RSS % (b"<a " + b"b=''" * 600 + b"/>"), "too many attributes"),
        (RSS.replace(b"?>", b" encoding='utf-7'?>") % b"", "an encoding that is not read"),
        (RSS.replace(b"?>", b" encoding='cp037'?>") % b"", "an encoding that is not read"),
        (RSS.replace(b"?>", b" encoding='iso-8859-15'?>") % b"", ""),
        (RSS.replace(b"?>", b" encoding='no-such'?>") % b"", ""),
    ],
)
@each("encoding", ["utf-8", "utf-16"])
def test_entries_past_the_bound_are_counted(body: bytes, excess: str, encoding: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "MAX_TAGS", 18)
        patch.setattr(parser, "MAX_NAMESPACES", 2)
        body = body.decode().encode(encoding)
        assert exceeded_limit(body) == excess
        if excess:
            with pytest.raises(NotAFeed, match=f"^example.org sent a feed with {excess}, which was not read.$"):
                parse_feed(body, "https://example.org/feed", TODAY)
    # Nor may a response hide tags.
    assert exceeded_limit(RSS % b"", "application/xml; charset=UTF-7") == "an encoding that is not read"
    assert exceeded_limit(RSS % b"", "application/xml; charset=utf-8") == ""


NOW = datetime(2026, 5, 12, 12, tzinfo=timezone(timedelta(hours=2)))


def outlines(inner: str) -> bytes:
    return (
        f'<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>{inner}</body></opml>'.encode()
    )


def test_feeds_are_read_with_their_folders() -> None:
    found = parse_opml(
        outlines("""
        <outline text="One" title="First" type="rss" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/>
        <outline text="Labs"><outline text="Europe">
          <outline text="Two" XMLURL="feed://b.example/rss" htmlUrl="javascript:alert(1)"/></outline>
          <outline xmlUrl="http://c.example/atom.xml"/></outline>
        <outline><outline text="Four" xmlUrl="feed:https://d.example/"/></outline>
        <outline text="One, again" xmlUrl="https://a.example/feed"/>
        <outline text="A\u202eB&#10;C" xmlUrl=" https://e.example/ "/>
        <outline text="A" type="rss"/><outline text="B" xmlUrl="file:///etc/hostname"/>
        <outline text="Just a remark"/><other/>""")
    )
    assert found.feeds == (
        Outline("First", "https://a.example/feed", "https://a.example/"),
        Outline("Two", "https://b.example/rss", None, "Labs / Europe"),
        Outline("http://c.example/atom.xml", "http://c.example/atom.xml", None, "Labs"),
        Outline("Four", "https://d.example/"),
        Outline("AB C", "https://e.example/"),
    )
    assert found.skipped == (
        SkippedRecord("outline 10", "no address"),
        SkippedRecord("outline 11", "no web address: file:///etc/hostname"),
    )


def test_an_opml_list_is_bounded() -> None:
    many = "".join(f'<outline text="{n}" xmlUrl="https://a.example/{n}"/>' for n in range(10_001))
    assert len(parse_opml(outlines(many)).feeds) == 10_000


NO_OPML = "is not OPML. Feed readers export OPML: newsboat by 'newsboat -e'."


@each(
    ("body", "expected"),
    [
        (b"", NO_OPML),
        (b"https://a.example/feed\n", NO_OPML),
        (outlines("")[:-4], "is cut off or is not XML; export it again."),
        (b"<rss><channel/></rss>", "is XML, but not an OPML list of feeds."),
        (b"<opml><head/></opml>", "is XML, but not an OPML list of feeds."),
        (outlines("<outline>" * 99 + "</outline>" * 99), "is nested too deeply; export it again."),
        (
            b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body/></opml>",
            "declares entities, which may be a trap; export it again.",
        ),
        (b" " * ((1 << 24) + 1), "has more than 16 MiB, too much for a list of feeds."),
        (b" " * (1 << 24), NO_OPML),
    ],
)
def test_a_file_that_is_not_opml_is_an_error(body: bytes, expected: str) -> None:
    with pytest.raises(FeedMalformed) as failure:
        parse_opml(body)
    assert str(failure.value) == f"The file {expected}"


def test_exported_opml_is_valid() -> None:
    feeds = [
        Outline("A & B", "https://a.b/?a&b", "https://a.b/"),
        Outline("Two", "https://b.example/", folder="Labs"),
        Outline("Three", "https://c.example/"),
        Outline("Four", "https://d.example/", folder="Labs"),
    ]
    expected = """\
<?xml version='1.0' encoding='utf-8'?>
<opml version="2.0">
  <head>
    <title>Feeds of &lt;dailypapers&gt;</title>
    <dateCreated>Tue, 12 May 2026 10:00:00 GMT</dateCreated>
  </head>
  <body>
    <outline type="rss" text="A &amp; B" title="A &amp; B" xmlUrl="https://a.b/?a&amp;b" htmlUrl="https://a.b/" />
    <outline text="Labs" title="Labs">
      <outline type="rss" text="Two" title="Two" xmlUrl="https://b.example/" />
      <outline type="rss" text="Four" title="Four" xmlUrl="https://d.example/" />
    </outline>
    <outline type="rss" text="Three" title="Three" xmlUrl="https://c.example/" />
  </body>
</opml>
"""
    assert write_opml(feeds, "Feeds of <dailypapers>", NOW).decode() == expected


names = st.text(max_size=30).map(clean).filter(bool)
paths = st.text("abcdefgh0123456789-._~?&=%+", max_size=20)
written = st.lists(
    st.builds(
        Outline,
        names,
        paths.map("https://a.example/{}".format),
        st.none() | paths.map("http://b.example/{}".format),
        st.just("") | names,
    ),
    unique_by=lambda feed: feed.url,
)


@given(written)
def test_exported_opml_is_read_back(feeds: list[Outline]) -> None:
    found = parse_opml(write_opml(feeds, "Mine", NOW))
    assert found.skipped == ()
    assert sorted(found.feeds, key=lambda feed: feed.url) == sorted(feeds, key=lambda feed: feed.url)
