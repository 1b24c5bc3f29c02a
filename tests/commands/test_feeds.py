"""Feeds and categories that are followed, and papers that are looked up, on servers of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.feeds.http import Limits
from tests.commands.conftest import Run, RunOnTerminal, Session
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Arxiv, Documents, Page, Paper, rss
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
    monkeypatch.setattr("reader.feeds.arxiv.LIMITS", Limits(attempts=1))
    with Arxiv([Paper("2606.00001", categories=("cs.CL",)), Paper("2606.00002", categories=("cs.RO",))]) as arxiv:
        monkeypatch.setenv("ARXIV_ENDPOINT", arxiv.url)
        yield arxiv


def test_a_feed_is_followed_listed_and_unfollowed(session: Session, site: Documents, daily: FeedServer) -> None:
    session(
        """
        $ feeds
        No feeds are followed. 'dailypapers feeds add ADDRESS' follows one.
        $ feeds list --jsonl
        $ feeds add SITE/
        notes-of-a-lab: Notes of a lab (2 papers)
        $ feeds add cs.CL cs.ro
        cs.cl: Computation and Language (cs.CL) (papers come with the next refresh)
        cs.ro: Robotics (cs.RO) (papers come with the next refresh)
        $ feeds list
          hf                      Daily papers of Hugging Face
          cs.cl                0  Computation and Language (cs.CL)
          notes-of-a-lab       2  Notes of a lab
          cs.ro                0  Robotics (cs.RO)
        $ feeds list --jsonl
        {"slug": "cs.cl", "kind": "arxiv", "url": "cs.CL", "title": "Computation and Language (cs.CL)", "home": "https://arxiv.org/list/cs.CL/recent", "folder": "", "added": "NOW", "etag": null, "modified": null, "answered": null, "failing_since": null, "error": null, "papers": 0, "complete_to": "", "incomplete": [], "reason": "", "again": ""}
        {"slug": "notes-of-a-lab", "kind": "rss", "url": "SITE/feed.xml", "title": "Notes of a lab", "home": "https://lab.example.org/", "folder": "", "added": "NOW", "etag": "\\"1\\"", "modified": null, "answered": "NOW", "failing_since": null, "error": null, "papers": 2}
        {"slug": "cs.ro", "kind": "arxiv", "url": "cs.RO", "title": "Robotics (cs.RO)", "home": "https://arxiv.org/list/cs.RO/recent", "folder": "", "added": "NOW", "etag": null, "modified": null, "answered": null, "failing_since": null, "error": null, "papers": 0, "complete_to": "", "incomplete": [], "reason": "", "again": ""}
        $ feeds add SITE/feed.xml
        ! SITE/feed.xml is already followed.
        $ feeds add cs.CL --jsonl
        ! cs.CL is already followed.
        $ count source:notes-of-a-lab
        2
        $ feeds remove notes-of-a-lb
        1! dailypapers: notes-of-a-lb is not followed. Did you mean notes-of-a-lab?
        $ feeds remove notes-of-a-lab cs.cl
        2 feeds removed; the papers stay.
        $ feeds remove cs.ro --jsonl
        {"removed": ["cs.ro"]}
        $ feeds list --jsonl
        $ count
        2
        """,  # noqa: E501
        SITE=site.url,
    )


def test_an_address_without_a_feed_is_refused(session: Session, home: Path) -> None:
    session(
        """
        $ feeds add cs.RR
        2! dailypapers: 'cs.RR' is not a category of arXiv; did you mean cs.RO?
        $ feeds add robots
        2! dailypapers: 'robots' is not a category of arXiv; one is cs.CL, for example.
        $ feeds add
        2! dailypapers: Write 'dailypapers feeds add ADDRESS...', with quotes around names that have spaces.
        $ feeds list x
        2! dailypapers: Write 'dailypapers feeds list'.
        $ feeds add ftp://example.org/feed
        2! dailypapers: 'ftp://example.org/feed' is not a feed's address, which begins with https:// or http://.
        $ feeds remove lab
        1! dailypapers: lab is not followed. 'dailypapers feeds list' lists what you follow.
        $ add https://example.org
        2! dailypapers: 'https://example.org' is not a paper: give an arXiv id or an address with one.
        $ add
        2! dailypapers add: ID is missing. See 'dailypapers add --help'.
        $ search
        2! dailypapers search: WORD is missing. See 'dailypapers search --help'.
        """
    )


def test_a_failing_feed_is_reported_with_the_reason_and_the_time_since(
    run: Run, session: Session, site: Documents, daily: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"SITE": site.url, "REASON": "127.0.0.1 refused the request (404); check the feed's address."}
    pages = dict(site.pages)
    session(
        """
        $ feeds add SITE/feed.xml
        notes-of-a-lab: Notes of a lab (2 papers)
        $ refresh --quiet
        """,
        **names,
    )
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run("refresh").code == 1
    assert "! notes" not in run("feeds", "list").out, "the user's own choice is no failure of a source"
    monkeypatch.delenv("HF_HUB_OFFLINE")
    site.pages.clear()
    session(
        """
        $ refresh
        0 new, 0 updated, 1 unchanged in 1 day.
        1! dailypapers: Notes of a lab could not be fetched: REASON
        $ refresh --quiet
        1! dailypapers: Notes of a lab could not be fetched: REASON
        $ refresh --jsonl=new,updated,unchanged,skipped,returned,days,failed,error,feeds_failed,texts,by_rules
        {"new": 0, "updated": 0, "unchanged": 1, "skipped": 0, "returned": 0, "days": 1, "failed": [], "error": null, "feeds_failed": [{"slug": "notes-of-a-lab", "title": "Notes of a lab", "error": "REASON"}], "texts": 0, "by_rules": {}}
        1! {"error": "Notes of a lab could not be fetched: REASON", "kind": "feed", "hint": null}
        $ feeds list
          hf                      Daily papers of Hugging Face
                                  complete to DAY
        ! notes-of-a-lab       2  Notes of a lab
                                  since NOW: REASON
        """,  # noqa: E501
        DAY=f"{datetime.now(UTC):%a %d %b}",
        **names,
    )
    doctor = run("doctor")
    assert doctor.code == 1 and "notes-of-a-lab  failing since" in doctor.out and names["REASON"] in doctor.out
    site.pages["/feed.xml"] = pages["/feed.xml"]
    site.pages["/"] = Page(b"<html><body>Hello</body></html>", "text/html")
    session(
        """
        $ refresh --quiet
        $ feeds add SITE
        1! dailypapers: SITE was not added: 127.0.0.1 has a web page there, not an RSS or Atom feed; check the address.
        """,
        **names,
    )
    assert "failing since" not in run("doctor").out


def test_feeds_are_imported_and_exported_as_opml(
    run: Run, on_terminal: RunOnTerminal, session: Session, tmp_path: Path, home: Path
) -> None:
    (tmp_path / "feeds.opml").write_text(
        '<opml version="2.0"><body><outline text="Labs"><outline type="rss" text="A lab" '
        'xmlUrl="https://lab.example.org/feed.xml" htmlUrl="https://lab.example.org/"/></outline>'
        '<outline type="rss" text="cs.CL" xmlUrl="https://rss.arxiv.org/rss/cs.CL+cs.DC"/></body></opml>'
    )
    session(
        """
        $ import feeds.opml
        3 feeds added, 0 already known; 'dailypapers refresh' fetches them.
        $ feeds list
          hf             Daily papers of Hugging Face
          cs.cl       0  Computation and Language (cs.CL)
          cs.dc       0  Distributed, Parallel, and Cluster Computing (cs.DC)
        Labs
          a-lab       0  A lab
        """
    )
    assert not (home / "dailypapers.log").exists() and list((home / "backups").iterdir())
    cut = "  cs.dc       0  Distributed, Parallel, and Cluste…"
    assert on_terminal("feeds", columns=59).lines[2] == cut
    (tmp_path / "out.opml").write_text(run("feeds", "export").out)
    words = ("feeds", "list", "--json=slug,kind,url,title,home,folder")
    before = run(*words).json
    (home / "papers.db").unlink()
    run("import", str(tmp_path / "out.opml"))
    assert run(*words).json == before


def test_papers_are_added_by_their_address(session: Session, daily: FeedServer, arxiv: Arxiv) -> None:
    session(
        """
        $ add https://huggingface.co/papers/2606.00001 arXiv:2606.00002v1
        2606.00001  One
        2606.00002  On one matter
        $ add 2606.00001
        2606.00001  One
        $ add 2606.00001 --jsonl=id,day
        {"id": "2606.00001", "day": "TODAY"}
        $ add 2606.99998 2606.99999 --jsonl
        1! {"error": "Neither the feed nor arXiv has 2606.99998.", "kind": "not_found", "hint": null}
        1! {"error": "Neither the feed nor arXiv has 2606.99999.", "kind": "not_found", "hint": null}
        $ add 2606.99999
        1! dailypapers: Neither the feed nor arXiv has 2606.99999.
        """
    )


def test_an_incomplete_day_is_reported(run: Run, daily: FeedServer, arxiv: Arxiv) -> None:
    papers = [Paper(f"2606.1{n:04}", categories=("cs.RO",)) for n in range(9)]
    arxiv.papers = papers
    arxiv.answering = {"/api/": lambda _: Page(status=406)}
    run("feeds", "add", "cs.RO")
    refusal = re.compile(r"arXiv's API refused; asked again after \d\d:\d\d")
    assert refusal.search(run("refresh").out)
    listed = run("feeds", "list").out
    assert refusal.search(listed) and "\n  cs.ro " in listed
    feed = next(one for one in run("feeds", "list", "--json").records if one["slug"] == "cs.ro")
    assert {"papers": 9, "complete_to": "", "reason": "arXiv's API refused"}.items() <= feed.items()
    assert refusal.search(run("doctor").out)
