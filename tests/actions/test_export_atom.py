"""The feed of a query, read by feedparser and by our own parser of feeds."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given, settings

from reader.actions.export import FORMATS, MOST
from reader.core.paper import Paper
from reader.feeds.syndication.parse import parse_feed
from tests.actions.test_export import PAPERS

ATOM = "{http://www.w3.org/2005/Atom}"


def written(*papers: Paper, query: str = "topic:agents") -> str:
    out = io.StringIO()
    assert FORMATS["atom"].write(papers, out, query=query) == len(papers)
    return out.getvalue()


def test_what_is_the_users_stays_here_and_changes_nothing(live_edit: Paper) -> None:
    mine = live_edit._replace(starred=True, read=True, tags=("thesis",), note="Not good.")
    assert written(mine) == written(live_edit)
    assert written(mine, query="tag:a") != written(mine, query="tag:b")
    nothing = feedparser.parse(written(query="").encode())
    said = nothing.bozo, nothing.feed.title, nothing.feed.updated, nothing.entries
    assert said == (False, "Papers", "1970-01-01T00:00:00Z", [])


@given(PAPERS)
@settings(max_examples=20)
def test_every_feed_keeps_the_rules_of_atom(papers: list[Paper]) -> None:
    """Those of RFC 4287, whatever the papers have."""
    text = written(*papers, query="</title>\x00\ud800 & <a>")
    feed = ElementTree.fromstring(text.encode("utf-8", "replace"))
    names = [child.tag.removeprefix(ATOM) for child in feed]
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(papers)
    # What is of the feed precedes its entries.
    assert names[len(names) - len(entries) :] == ["entry"] * len(entries)
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == len({paper.id for paper in papers})
    for one in (feed, *entries):
        assert all(len(one.findall(f"{ATOM}{name}")) == 1 for name in ("id", "title", "updated"))
        assert {child.tag.removeprefix(ATOM) for child in one} <= {
            "id", "title", "updated", "published", "author", "link", "category", "summary", "content", "generator",
            "entry",
        }  # fmt: skip
        assert all(urlsplit(one.findtext(f"{ATOM}id") or "").scheme for one in entries)
        for time in (found.text or "" for name in ("updated", "published") for found in one.iter(f"{ATOM}{name}")):
            assert datetime.fromisoformat(time).tzinfo is not None
        for author in one.findall(f"{ATOM}author"):
            assert [(child.tag, bool((child.text or "").strip())) for child in author] == [(f"{ATOM}name", True)]
        assert all(link.get("rel") and link.get("href") for link in one.findall(f"{ATOM}link"))
    for one in entries:
        relations = [link.get("rel") for link in one.findall(f"{ATOM}link")]
        assert relations.count("alternate") == (one.find(f"{ATOM}content") is None)
        assert (one.find(f"{ATOM}content") is None) != (one.find(f"{ATOM}summary") is None)


def test_an_entry_is_as_it_was_until_the_paper_changes(live_edit: Paper) -> None:
    """A phone shows what is new by its id, and what has changed by its time: neither may come of anything else."""

    def entry(paper: Paper) -> tuple[str, str]:
        [found] = feedparser.parse(written(paper).encode()).entries
        return found.id, found.updated

    was = entry(live_edit)
    more = live_edit._replace(upvotes=99, comments=7, topics=("agents",), read=True, tags=("x",), code_stars=3)
    assert entry(more) == entry(live_edit._replace(title="Another title", abstract="Shorter.")) == was
    assert entry(live_edit._replace(revised="2027-01-01")) == (was[0], "2027-01-01T00:00:00Z")
    assert written(live_edit) == written(live_edit)


def test_a_feed_is_bounded_and_says_where_it_is(live_edit: Paper) -> None:
    papers = [live_edit._replace(id=f"2606.{number:05}") for number in range(MOST + 9)]
    out = io.StringIO()
    assert FORMATS["atom"].write(papers, out, query="a", url="http://nas.example/a.atom?x=1&y") == MOST
    feed = feedparser.parse(out.getvalue().encode())
    assert [entry.id[-5:] for entry in feed.entries] == [f"{number:05}" for number in range(MOST)]
    assert [(link.rel, link.href) for link in feed.feed.links] == [("self", "http://nas.example/a.atom?x=1&y")]


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="needs newsboat")
def test_newsboat_reads_it_twice_and_has_each_paper_once(live_edit: Paper, tmp_path: Path) -> None:
    file, urls, kept = tmp_path / "papers.atom", tmp_path / "urls", tmp_path / "cache.db"
    urls.write_text(f"file://{file}\n")
    (tmp_path / "config").touch()
    other = live_edit._replace(id="2606.99999", title="Another & <b>one</b>")
    for papers in (
        [live_edit],
        [live_edit._replace(title="A new title", upvotes=1_000), other],
        [other, live_edit._replace(revised="2027-01-01")],
    ):
        file.write_text(written(*papers))
        words = ["newsboat", "-u", str(urls), "-c", str(kept), "-C", str(tmp_path / "config"), "-x", "reload"]
        home = {**os.environ, "HOME": str(tmp_path)}
        subprocess.run(words, check=True, timeout=60, capture_output=True, env=home)
        with closing(sqlite3.connect(kept)) as cache:
            assert cache.execute("SELECT count(*) FROM rss_item").fetchone() == (len({paper.id for paper in papers}),)
            cache.execute("UPDATE rss_item SET unread = 0")
            cache.commit()
    with closing(sqlite3.connect(kept)) as cache:
        titles = [title for (title,) in cache.execute("SELECT title FROM rss_item ORDER BY title")]
        assert titles[0].startswith("Another & ") and len(titles) == 2


def test_our_own_parser_finds_the_same_papers(live_edit: Paper) -> None:
    page = live_edit._replace(id="page:0a1b2c3d4e5f", published=None)
    found = parse_feed(written(live_edit, page).encode(), "https://example.org/papers.atom", date(2026, 7, 3))
    assert found.entries[0].draft.id == live_edit.id
    assert [entry.draft.title for entry in found.entries] == [live_edit.title, page.title]
