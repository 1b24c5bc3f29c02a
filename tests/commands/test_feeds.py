"""Feeds and categories that are followed, and papers that are looked up, on servers of this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.feeds.arxiv.client import last_renewal
from reader.refresh.announcements import last_weekday
from tests.commands.conftest import Run, Spawn
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Arxiv, Documents, Page, Paper, api_feed, listing_page, records, rss
from tests.feeds.servers import item as entry

TODAY = datetime.now(UTC).date().isoformat()

PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'


@pytest.fixture
def site(home: Path) -> Iterator[Documents]:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("allow_local_feeds = true\n")
    with Documents() as site:
        posts = (entry("A post", guid="1"), entry("On agents", guid="2", link="https://arxiv.org/abs/2606.00001"))
        site.pages["/feed.xml"] = Page(rss(*posts), etag='"1"')
        site.pages["/"] = Page(PAGE, "text/html")
        yield site


@pytest.fixture
def daily(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    with FeedServer({TODAY: [item("2606.00001", "One", TODAY)]}, today=TODAY) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        yield feed


@pytest.fixture
def arxiv(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arxiv]:
    monkeypatch.setattr("reader.feeds.arxiv.client.INTERVAL", 0)
    with Arxiv([Paper("2606.00001", categories=("cs.CL",)), Paper("2606.00002", categories=("cs.RO",))]) as arxiv:
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        yield arxiv


def test_a_feed_is_followed_listed_and_left(run: Run, site: Documents, daily: FeedServer) -> None:
    assert run("feeds", "list").out.startswith("No feeds are followed.")
    added = run("feeds", "add", f"{site.url}/")
    assert added.out == "notes-of-a-lab: Notes of a lab (2 papers)\n"
    (feed,) = run("feeds", "list", "--json").records
    assert {"slug": "notes-of-a-lab", "url": f"{site.url}/feed.xml", "papers": 2, "error": None}.items() <= feed.items()
    assert "Notes of a lab" in run("feeds", "list").out
    again = run("feeds", "add", f"{site.url}/feed.xml")
    assert (again.code, "already" in again.err) == (0, True)
    assert run("count", "source:notes-of-a-lab").out == "2\n"
    assert run("feeds", "remove", "notes-of-a-lb").err.endswith("Did you mean notes-of-a-lab?\n")
    assert run("feeds", "remove", "notes-of-a-lab").code == 0
    assert run("feeds", "list", "--json").json == []
    assert run("count").out == "2\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "cs.RR"), 2, "did you mean cs.RO"),
        (("add",), 2, "Write 'dailypapers feeds add ADDRESS...'"),
        (("list", "x"), 2, "Write 'dailypapers feeds list'"),
        (("add", "ftp://example.org/feed"), 2, "not a feed's address"),
        (("check", "lab"), 1, "is not followed"),
    ],
)
def test_what_can_not_be_followed_is_told(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    found = run("feeds", *words)
    assert found.code == code
    assert said in found.err


def test_a_page_without_a_feed_is_told(run: Run, site: Documents) -> None:
    site.pages["/"] = Page(b"<html><body>Hello</body></html>", "text/html")
    found = run("feeds", "add", site.url)
    assert found.code == 1
    assert "web page" in found.err


def test_a_category_is_followed_and_brings_papers(run: Run, daily: FeedServer, arxiv: Arxiv) -> None:
    assert run("feeds", "add", "cs.ro").out.startswith("cs.ro: Robotics (cs.RO)")
    assert run("refresh").code == 0
    assert run("list", "category:cs.RO", "--json").records[0]["id"] == "2606.00002"
    assert run("show", "2606.00001", "--json").record["categories"] == ["cs.CL"]


def test_a_feed_that_fails_is_told_with_since_when_and_why(run: Run, site: Documents, daily: FeedServer) -> None:
    run("feeds", "add", f"{site.url}/feed.xml")
    site.pages.clear()
    found = run("refresh")
    assert found.code == 1
    assert found.out.startswith("1 new") or found.out.startswith("0 new")
    assert "Notes of a lab could not be fetched: 127.0.0.1 refused" in found.err
    listed = run("feeds", "list")
    assert "! notes-of-a-lab" in listed.out
    assert "404" in listed.out
    doctor = run("doctor")
    assert doctor.code == 1
    assert "failing since" in doctor.out
    site.pages["/feed.xml"] = Page(rss(entry("A post", guid="1")))
    assert run("feeds", "check").out.startswith("notes-of-a-lab: ")
    assert "failing" not in run("doctor").out


def test_a_quiet_refresh_speaks_only_of_what_is_missing(run: Run, site: Documents, daily: FeedServer) -> None:
    run("feeds", "add", f"{site.url}/feed.xml")
    found = run("refresh", "--quiet")
    assert (found.code, found.out, found.err) == (0, "", "")
    site.pages.clear()
    found = run("refresh", "--quiet")
    assert (found.code, found.out) == (1, "")
    reason = "127.0.0.1 refused the request (404); check the feed's address."
    assert found.err == f"dailypapers: Notes of a lab could not be fetched: {reason}\n"


def test_a_verbose_refresh_tells_each_request(spawn: Spawn, site: Documents, daily: FeedServer) -> None:
    found = spawn("refresh", "--days", "1", "--verbose")
    assert found.code == 0
    (line,) = found.err.splitlines()
    assert f"GET {daily.url}/api/daily_papers?date={TODAY}" in line
    assert " 200, " in line
    assert line.endswith(" s")


def test_lists_of_feeds_come_and_go(run: Run, tmp_path: Path, home: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="Labs"><outline type="rss" text="A lab" '
        'xmlUrl="https://lab.example.org/feed.xml" htmlUrl="https://lab.example.org/"/></outline>'
        '<outline type="rss" text="cs.CL" xmlUrl="https://rss.arxiv.org/rss/cs.CL+cs.LG"/></body></opml>'
    )
    assert run("feeds", "import", str(file)).out.startswith("3 feeds added, 0 already known")
    assert run("feeds", "import", str(file)).out.startswith("0 feeds added, 2 already known")
    out = tmp_path / "out.opml"
    assert run("feeds", "export", "-o", str(out)).code == 0
    dates = re.compile("<dateCreated>.*?</dateCreated>")
    assert dates.sub("", run("feeds", "export").out) == dates.sub("", out.read_text())
    before = run("feeds", "list", "--json").records
    (home / "papers.db").unlink()
    run("feeds", "import", str(out))
    names = ("slug", "kind", "url", "title", "home", "folder")
    after = run("feeds", "list", "--json").records
    assert [[feed[name] for name in names] for feed in after if feed["kind"] == "rss"] == [
        [feed[name] for name in names] for feed in before if feed["kind"] == "rss"
    ]
    assert [feed["url"] for feed in after] == [feed["url"] for feed in before]


def test_a_paper_is_added_by_its_address(run: Run, daily: FeedServer, arxiv: Arxiv) -> None:
    found = run("add", "https://huggingface.co/papers/2606.00001", "arXiv:2606.00002v1")
    assert found.out == "2606.00001  One\n2606.00002  On one matter\n"
    assert run("count").out == "2\n"
    each = run("add", "2606.99998", "2606.99999", "--json").err.splitlines()
    assert [json.loads(line)["error"] for line in each] == [
        f"Neither the feed nor arXiv has {id}." for id in ("2606.99998", "2606.99999")
    ]
    missing = run("add", "2606.99999")
    assert missing.code == 1
    assert "Neither the feed nor arXiv" in missing.err
    assert run("add", "https://example.org").code == 2


def test_the_feed_is_searched_beyond_the_cache(run: Run, daily: FeedServer) -> None:
    daily.days["2024-04-02"] = [item("2404.00009", "One old avatar", "2024-04-02")]
    run("add", "2606.00001")
    refused = run("search", "👍", "?")
    assert (refused.code, refused.err) == (2, "dailypapers: “👍 ?” has no letter or digit to search for.\n")
    found = run("search", "one")
    assert [line[:13] for line in found.out.splitlines()] == ["  2606.00001 ", "+ 2404.00009 "]
    assert [paper["in_cache"] for paper in run("search", "one", "--json").records] == [True, False]
    assert run("search", "one", "-n1", "--jsonl=in_cache,id").out == '{"in_cache": true, "id": "2606.00001"}\n'
    assert "0 papers added" in run("search", "one", "-n1", "--add").err
    assert run("count").out == "1\n"
    assert "1 paper added" in run("search", "one", "--add").err
    assert run("count", "day:2024-04-02").out == "1\n"
    assert "finds nothing" in run("search", "nothing").err
    assert run("search", "nothing", "-q").err == ""


def test_offline_by_choice_is_no_failure_of_a_source(
    run: Run, site: Documents, daily: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("feeds", "add", f"{site.url}/feed.xml")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run("refresh").code == 1
    assert run("feeds", "check").code == 1
    assert [feed["error"] for feed in run("feeds", "list", "--json").records] == [None]


def test_a_category_that_this_version_does_not_know_stops_no_other_source(
    run: Run, site: Documents, daily: FeedServer, arxiv: Arxiv, home: Path
) -> None:
    run("feeds", "add", f"{site.url}/feed.xml")
    with closing(Feeds.open(home / "papers.db")) as feeds:
        feeds.follow("arxiv", "cs.ZZ", "Of tomorrow (cs.ZZ)", "cs.zz", "2026-05-12T08:00:00Z")
        feeds.follow("arxiv", "cs.RO", "Robotics (cs.RO)", "cs.ro", "2026-05-12T08:00:00Z")
    said = "dailypapers: Of tomorrow (cs.ZZ) could not be fetched: 'cs.ZZ' is not a category of arXiv; did you mean"
    for words in (("refresh", "--days", "1"), ("feeds", "check")):
        found = run(*words)
        assert found.code == 1 and found.err.startswith(said) and found.err.count("\n") == 1, found.err
    assert run("count", "category:cs.RO").out == "1\n"
    assert run("count", "id:2606.00001").out == "1\n"
    told = run("doctor")
    assert "cs.zz, failing since" in told.out and "'cs.ZZ' is not a category of arXiv" in told.out
    assert "cs.ro, failing" not in told.out
    assert run("feeds", "check", "cs.ro", "--json").records[0]["ok"]


def test_a_day_that_is_not_whole_is_told(run: Run, daily: FeedServer, arxiv: Arxiv) -> None:
    day = last_weekday(last_renewal(datetime.now(UTC)).date()).isoformat()
    papers = [Paper(f"2606.1{n:04}", categories=("cs.RO",), day=day, published=day) for n in range(8)]
    short = Page(listing_page("cs.RO", day, papers, {"New": 14}), "text/html")
    arxiv.papers, arxiv.today = papers, day
    arxiv.answering = {
        "/list/": lambda _: short,
        "/oai": lambda _: Page(records([]), "text/xml"),
        "/api/": lambda _: Page(api_feed([])),
    }
    run("feeds", "add", "cs.RO")
    told = re.compile(r"8 of 14 on \w{3} \d\d \w{3}, asked again at \d\d:\d\d")
    assert told.search(run("refresh").out)
    assert told.search(run("feeds", "list").out)
    (feed,) = run("feeds", "list", "--json").records
    assert {"day": day, "papers": 14, "here": 8, "whole": False}.items() <= feed["newest"].items()
    assert told.search(run("doctor").out)
    # What a page has counted once is not forgotten.
    arxiv.answering = {}
    assert told.search(run("feeds", "check", "cs.ro").out)
