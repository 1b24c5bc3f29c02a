from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.errors import FeedMalformed
from reader.core.paper import Skipped
from reader.core.text import clean
from reader.feeds.opml import Outline, parse_opml, write_opml
from tests.table import each

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
        Skipped("outline 10", "no address"),
        Skipped("outline 11", "no web address: file:///etc/hostname"),
    )


def test_an_opml_list_is_bounded() -> None:
    many = "".join(f'<outline text="{n}" xmlUrl="https://a.example/{n}"/>' for n in range(10_001))
    assert len(parse_opml(outlines(many)).feeds) == 10_000


NO_OPML = "is not OPML. Feed readers export OPML: newsboat by 'newsboat -e'."


@each(
    ("body", "said"),
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
def test_a_file_that_is_not_opml_is_an_error(body: bytes, said: str) -> None:
    with pytest.raises(FeedMalformed) as failure:
        parse_opml(body)
    assert str(failure.value) == f"The file {said}"


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
