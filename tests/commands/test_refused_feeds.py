"""Feeds that are bombs or are refused: exit 1 and one line, and all the others are read and stored."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands.conftest import Run, Spawn
from tests.feed_server import FeedServer, item
from tests.feeds.servers import Documents, Page, rss
from tests.feeds.servers import item as entry

pytestmark = pytest.mark.long

pytest.importorskip("feedparser")

DATE = datetime.now(UTC).date()
TODAY = DATE.isoformat()
MIB = 1024 * 1024
ZIPPED = {"Content-Encoding": "gzip"}
LOCAL = "on this machine or its network and was not asked; the setting allow_local_feeds permits it."

REFUSED = {
    "bomb": (
        Page(gzip.compress(b" " * 64 * MIB), headers=ZIPPED),
        "bomb.example.org sent more than 5 MiB at once, which were not read; try again later.",
    ),
    "packed": (
        Page(gzip.compress(gzip.compress(b" " * MIB)), headers={"Content-Encoding": "gzip, gzip"}),
        "packed.example.org compressed its answer as 'gzip, gzip', which was not requested; try again later.",
    ),
    "endless": (
        Page(b"<rss>" * 10_000, endless=True),
        "endless.example.org sent more than 5 MiB at once, which were not read; try again later.",
    ),
    "tags": (Page(b"<rss><channel>" + b"<a>" * (5 * MIB // 3 - 10)), ""),
    "links": (Page(rss("<a href=" * 600_000)), ""),
    "page": (Page(b"<html><body>Hello</body></html>", "text/html"), ""),
    "bytes": (Page(bytes(range(256)) * 100, "image/png"), ""),
    "redirect": (
        Page(status=302, headers={"Location": "http://127.1:8000/feed"}),
        f"redirect.example.org redirected to 127.1, which is {LOCAL}",
    ),
    "circle": (
        Page(status=302, headers={"Location": "/circle"}),
        "circle.example.org redirected too many times; check the feed's address.",
    ),
}


@pytest.fixture
def web(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Documents]:
    """The internet, which is behind a proxy: a host for each page, and one with a good feed."""
    with Documents() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        proxy.pages |= {f"/{name}": page for name, (page, _) in REFUSED.items()}
        proxy.pages["/good"] = Page(rss(entry("A post", guid="1"), entry("Another", guid="2")))
        yield proxy


@pytest.fixture
def daily(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    with FeedServer({TODAY: [item("2606.00001", "One", TODAY)]}, today=TODAY) as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        yield feed


def follow(run: Run, folder: Path, *urls: str) -> None:
    """Follow feeds in this order, without asking them."""
    outlines = "".join(f'<outline type="rss" text="{url.rpartition("/")[2]}" xmlUrl="{url}"/>' for url in urls)
    file = folder / "feeds.opml"
    file.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    assert run("feeds", "import", str(file)).code == 0


def test_each_has_a_line_of_its_own(spawn: Spawn, run: Run, tmp_path: Path, web: Documents, daily: FeedServer) -> None:
    follow(run, tmp_path, *(f"http://{name}.example.org/{name}" for name in [*REFUSED, "good"]))
    found = spawn("refresh", "--days", "1")
    lines = found.err.splitlines()
    assert (found.code, len(lines)) == (1, len(REFUSED))
    # Feeds are asked together, so any may answer first.
    for line, (name, (_, reason)) in zip(sorted(lines), sorted(REFUSED.items()), strict=True):
        assert line.startswith(f"dailypapers: {name} could not be fetched: {reason}")
    assert found.out.startswith("3 new")
    assert run("count").out == "3\n"
    told = run("feeds", "list").out
    assert all(reason in told for _, reason in REFUSED.values())
    checked = run("feeds", "check", "packed", "circle", "good")
    assert (checked.code, checked.out) == (1, "good: 0 new, 0 updated, 2 unchanged\n")
    assert {line.split()[1] for line in checked.err.splitlines()} == {"packed", "circle"}


def test_days_and_feeds_have_their_lines(run: Run, tmp_path: Path, web: Documents, daily: FeedServer) -> None:
    follow(run, tmp_path, "http://circle.example.org/circle", "http://good.example.org/good")
    daily.fault = "refuse:403"
    found = run("refresh", "--days", "1")
    days = f"3 days from {DATE - timedelta(days=2)} to {TODAY} could not be fetched"
    reason = "127.0.0.1 refused the request (403): It is not allowed."
    first, second = found.err.splitlines()
    assert (found.code, first) == (1, f"dailypapers: {days}: {reason}")
    assert second.startswith("dailypapers: circle could not be fetched: ")
    assert run("count").out == "2\n"


# Feeds on this machine


def test_a_local_feed_is_followed_only_if_the_settings_allow_it(run: Run, home: Path, daily: FeedServer) -> None:
    with Documents() as site:
        site.pages["/feed"] = Page(rss(entry("A post", guid="1")))
        url = f"http://127.1:{site.server_port}/feed"
        found = run("feeds", "add", url)
        assert (found.code, found.out, found.err) == (1, "", f"dailypapers: {url} was not added: 127.1 is {LOCAL}\n")
        assert site.requests == []
        (home / "config.toml").write_text("allow_local_feeds = true\n")
        assert run("feeds", "add", url).out == "notes-of-a-lab: Notes of a lab (1 paper)\n"


def test_a_local_feed_that_is_followed_fails_alone(run: Run, tmp_path: Path, web: Documents, daily: FeedServer) -> None:
    follow(run, tmp_path, "http://localhost:9/mine", "http://good.example.org/good")
    found = run("refresh", "--days", "1")
    assert (found.code, found.err) == (1, f"dailypapers: mine could not be fetched: localhost is {LOCAL}\n")
    assert run("count").out == "3\n"
    assert f"localhost is {LOCAL}" in run("feeds", "list").out
    doctor = run("doctor")
    assert doctor.code == 1
    assert f"localhost is {LOCAL}" in " ".join(doctor.out.split())


def test_the_endpoint_may_be_local_but_leads_nowhere_else(run: Run, daily: FeedServer) -> None:
    with Documents() as other:
        daily.fault = f"redirect:{other.url}/api/daily_papers"
        found = run("refresh", "--days", "1")
        assert found.code == 1
        assert f"127.0.0.1 redirected to 127.0.0.1:{other.server_port}, which was not followed" in found.err
        assert other.requests == []
    daily.fault = "ok"
    assert run("refresh", "--days", "1").code == 0
