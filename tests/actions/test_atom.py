"""The feed of a query, read by feedparser and by our own parser of feeds."""

from __future__ import annotations

import io
from datetime import date
from xml.etree import ElementTree

import feedparser
from hypothesis import given, settings

from reader.actions.export import FORMATS
from reader.core.paper import Paper
from reader.feeds.syndication.parse import parse_feed
from tests.actions.test_export import PAPERS

ATOM = "{http://www.w3.org/2005/Atom}"


def written(*papers: Paper, query: str = "topic:agents") -> str:
    out = io.StringIO()
    assert FORMATS["atom"].write(papers, out, query=query) == len(papers)
    return out.getvalue()


def test_a_feed_has_what_a_reader_of_feeds_needs(live_edit: Paper) -> None:
    text = written(live_edit._replace(revised="2026-07-02", categories=("cs.CV",)))
    feed = feedparser.parse(text.encode())
    assert not feed.bozo and feed.version == "atom10"
    assert (feed.feed.title, feed.feed.updated) == ("Papers: topic:agents", "2026-07-02T00:00:00Z")
    [entry] = feed.entries
    assert entry.title == live_edit.title
    assert (entry.id, entry.link) == ("https://arxiv.org/abs/2606.12345", "https://huggingface.co/papers/2606.12345")
    assert (entry.published[:10], entry.updated[:10]) == (live_edit.published, "2026-07-02")
    assert [author.name for author in entry.authors] == list(live_edit.authors)
    assert "cs.CV" in [tag.term for tag in entry.tags]
    assert entry.summary == live_edit.abstract


def test_what_is_the_users_stays_here_and_changes_nothing(live_edit: Paper) -> None:
    mine = live_edit._replace(starred=True, read=True, tags=("thesis",), note="Not good.")
    assert written(mine) == written(live_edit)
    assert written(mine, query="tag:a") != written(mine, query="tag:b")


def test_a_feed_without_papers_is_whole() -> None:
    feed = feedparser.parse(written(query="").encode())
    assert not feed.bozo and (feed.feed.title, feed.feed.updated, feed.entries) == (
        "Papers",
        "1970-01-01T00:00:00Z",
        [],
    )


@given(PAPERS)
@settings(max_examples=40)
def test_no_text_breaks_a_feed(papers: list[Paper]) -> None:
    text = written(*papers, query="</title>\x00\ud800 & <a>")
    root = ElementTree.fromstring(text.encode("utf-8", "replace"))
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == len(papers)
    for one in (root, *entries):
        assert all(len(one.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        assert {child.tag.removeprefix(ATOM) for child in one} <= {
            "id", "title", "updated", "published", "author", "link", "category", "summary", "generator", "entry",
        }  # fmt: skip


def test_our_own_parser_finds_the_same_papers(live_edit: Paper) -> None:
    page = live_edit._replace(id="page:0a1b2c3d4e5f", published=None)
    found = parse_feed(written(live_edit, page).encode(), "https://example.org/papers.atom", date(2026, 7, 3))
    assert found.entries[0].draft.id == live_edit.id
    assert [entry.draft.title for entry in found.entries] == [live_edit.title, page.title]
