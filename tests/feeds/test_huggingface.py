"""The daily feed: what is asked of it, what its records and pages say, and whom it trusts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reader import __version__
from reader.config import Settings
from reader.core.community import Comment, Repository
from reader.core.errors import ConfigError, FeedMalformed, FeedOffline, FeedRefused
from reader.core.foreign import web_url
from reader.core.paper import Draft, Listing, SkippedRecord
from reader.feeds.http import Client, Pace
from reader.feeds.huggingface import (
    HuggingFaceClient,
    RawComment,
    github_url,
    listings,
    parse_item,
    parse_page,
    read_items,
)
from tests.feed_server import FeedServer, Item, item
from tests.feeds.conftest import DAY, QUICK, connected, ids
from tests.feeds.servers import Nap
from tests.table import each

# What is asked


def numbered(count: int) -> list[Item]:
    return [item(f"2605.{number:05}") for number in range(count)]


async def test_a_day_is_asked_for_by_name_and_a_hundred_at_once(server: FeedServer, nap: Nap) -> None:
    async with connected(server, nap) as client:
        assert await ids(client) == ["2605.00000", "2605.00001", "2605.00002"]
        (request,) = server.requests
        assert request.path == "/api/daily_papers"
        assert request.query == {"date": DAY, "limit": "100", "p": "0"}
        assert request.headers["User-Agent"] == f"dailypapers/{__version__}"
        assert request.headers["Authorization"] is None
        # Connections that are closed open again.
        await client.aclose()
        assert len(await ids(client)) == 3


async def test_pages_are_followed(server: FeedServer, nap: Nap, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(server, nap) as client:
        for links in (True, False):
            server.links = links
            for papers, requests in ((99, 1), (100, 1), (101, 2), (250, 3)):
                server.requests.clear()
                server.days[DAY] = numbered(papers)
                assert len(await ids(client)) == papers
                # After a full page without a link only one more request tells the end.
                assert len(server.requests) == (requests if papers % 100 else requests + 1)
        # A paper that moves between pages comes once.
        server.days[DAY] = [item(f"2605.{number % 100:05}") for number in range(150)]
        assert len(await ids(client)) == 100
        # A day that breaks off on a later page is an error.
        server.faults += ["ok", *["error"] * QUICK.attempts]
        with pytest.raises(FeedRefused):
            await client.day(DAY)
        # Endless pages come to an end.
        monkeypatch.setattr("reader.feeds.huggingface._MAX_PAGES", 3)
        server.days[DAY] = numbered(1_000)
        assert len(await ids(client)) == 300


async def test_an_unchanged_day_is_not_downloaded_again(server: FeedServer, nap: Nap) -> None:
    server.etags = True
    async with connected(server, nap) as client:
        (first,) = await client.day(DAY)
        assert first.validator
        assert server.requests[0].headers["If-None-Match"] is None
        # More may follow a full page, and a record that can't be read may come whole.
        for papers in (numbered(100), numbered(101), [*numbered(3), {"paper": {"id": 7}}]):
            server.days[DAY] = papers
            assert (await client.day(DAY))[0].validator is None
    server.days[DAY] = [item(f"2605.{number:05}", day=DAY) for number in range(3)]
    again = HuggingFaceClient(Client(server.url, limits=QUICK, sleep=nap), {DAY: first.validator})
    async with again:
        assert await again.day(DAY) == (Listing(DAY, (), is_unchanged=True),)
        assert server.requests[-1].headers["If-None-Match"] == first.validator
        server.days[DAY].append(item("2605.00009"))
        (news,) = await again.day(DAY)
        assert len(news.drafts) == 4
        assert news.validator not in (None, first.validator)
        # Of another day nothing is known.
        await again.day("2026-05-11")
    assert server.requests[-1].headers["If-None-Match"] is None


async def test_requests_go_one_at_a_time(server: FeedServer, nap: Nap) -> None:
    running: list[str] = []

    class Watched(Nap):
        """Waits are within a request's turn."""

        async def __call__(self, seconds: float) -> None:
            assert running == []
            running.append("waiting")
            await asyncio.sleep(0.01)
            running.pop()

    server.faults += ["error", "ok"] * 3
    async with connected(server, Watched()) as client:
        await asyncio.gather(*(client.day(DAY) for _ in range(3)))
    assert len(server.requests) == 6


async def test_a_program_that_waits_for_a_lock_blocks_nobody(server: FeedServer, nap: Nap, tmp_path: Path) -> None:
    server.faults += ["error", "ok"]
    served: list[int] = []

    async def pause(_: float) -> None:
        async with HuggingFaceClient(Client(server.url, limits=QUICK, pace=Pace(tmp_path / "x"))) as other:
            await other.day(DAY)
        served.append(len(server.requests))

    async with HuggingFaceClient(Client(server.url, limits=QUICK, pace=Pace(tmp_path / "x"), sleep=pause)) as client:
        await client.day(DAY)
    assert served == [2]


async def test_trending_papers_keep_the_order_of_the_feed(server: FeedServer, nap: Nap) -> None:
    days = ("2026-05-11", "2026-01-05", None)
    server.ranking = [item(f"2605.{n:05}", day=day) for n, day in enumerate(days)]
    async with connected(server, nap) as client:
        ranked = await client.trending()
    assert [(listing.day, listing.drafts[0].id) for listing in ranked] == [
        ("2026-05-11", "2605.00000"),
        ("2026-01-05", "2605.00001"),
        (None, "2605.00002"),
    ]
    assert [request.query for request in server.requests] == [{"sort": "trending", "limit": "100", "p": "0"}]


# Whom to ask


@each(
    "endpoint",
    [
        "http://feed.example.org",
        "ftp://feed.example.org",
        "feed.example.org",
        "https://user:pw@feed.example.org",
        "https://feed.example.org/?x=1",
        "https://feed.example.org:port",
        "https://[::1",
        "https://",
        "",
        "http://127.0.0.1.example.org",
    ],
)
def test_an_endpoint_is_encrypted_or_here(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="must begin with https://"):
        Client.for_feed(Settings(endpoint=endpoint), {})


async def test_the_environment_decides(server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy is not asked for this machine.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    environ = {"HF_TOKEN": "hf_secret", "HF_HOME": str(tmp_path)}
    local = Settings(endpoint=server.url)
    async with HuggingFaceClient(Client.for_feed(local, environ)) as client:
        assert len(await ids(client)) == 3
    assert server.requests.pop().headers["Authorization"] is None
    assert Client.for_feed(Settings(), environ).token == "hf_secret"
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    async with HuggingFaceClient(Client.for_feed(local, offline)) as client:
        with pytest.raises(FeedOffline, match="HF_HUB_OFFLINE"):
            await client.day(DAY)
    assert server.requests == []


# Records


def parse(**paper: object) -> Draft:
    record = item("2605.00001")
    record["paper"] |= paper
    return parse_item(record)


LATE = item("2605.00002", submittedOnDailyAt="2026-05-11T23:59:59.999Z")
NO_RECORD, NO_ID = SkippedRecord("item 1", "not a record"), SkippedRecord("item 3", "no arXiv id")
KEPT, DROPPED = item("2605.00001", "Kept 1"), item("2605.00001v2", "Dropped")


# Whole answers


@each(
    ("items", "day", "expected"),
    [
        ([], "2026-05-10", [("2026-05-10", "", ())]),
        ([], None, []),
        # A record belongs to the day it names, as it stands there, and stands once on it.
        ([item("2605.00001"), LATE], "2026-05-12", [("2026-05-12", "1", ()), ("2026-05-11", "2", ())]),
        ([KEPT, DROPPED, item("2605.00002")], "2026-05-12", [("2026-05-12", "1 2", ())]),
        ([LATE, item("2605.00002", day="2026-05-12")], None, [("2026-05-11", "2", ()), ("2026-05-12", "2", ())]),
        ([7, item("2605.00001"), item("no id")], "2026-05-12", [("2026-05-12", "1", (NO_RECORD, NO_ID))]),
        ([7], None, [(None, "", (NO_RECORD,))]),
    ],
)
def test_records_are_listed_by_day(items: list[object], day: str | None, expected: list[object]) -> None:
    output = [(one.day, " ".join(draft.title[-1] for draft in one.drafts), one.skipped) for one in listings(items, day)]
    assert output == expected


@each(
    "body",
    [b"", b"\x00\xff<<<", b'[{"paper": {"id"', b"[" * 100_000, b"9" * 10_000, b'{"papers": []}', b"null", b'"text"'],
)
def test_an_answer_that_is_not_a_list_is_malformed(body: bytes) -> None:
    with pytest.raises(FeedMalformed) as failure:
        read_items(body)
    assert "\n" not in str(failure.value)
    assert str(failure.value).endswith("try again later.")


# One record


def test_a_record_in_full() -> None:
    record = item(
        "2605.00001",
        "Agents that write\n  their own tools",
        summary="Hard\nwrapped.\n  Second $\\alpha$.",
        githubRepo="https://github.com/acme/tools",
        githubStars=312,
        projectPage="https://acme.example.org/tools",
        mediaUrls=["https://cdn.example.org/film.mp4"],
        upvotes=187,
    )
    record["organization"] = {"_id": "1", "name": "acme-labs", "fullname": "Acme Labs"}

    assert parse_item(record) == Draft(
        title="Agents that write their own tools",
        id="2605.00001",
        abstract="Hard wrapped.\n\nSecond α.",
        authors=("Ada Example", "Bo Sample"),
        organization="Acme Labs",
        organization_slug="acme-labs",
        published="2026-05-08",
        upvotes=187,
        comments=2,
        summary="It holds.",
        keywords=("agents", "tool use"),
        code_url="https://github.com/acme/tools",
        code_stars=312,
        project_url="https://acme.example.org/tools",
        media=("https://cdn.example.org/film.mp4",),
        source="hf",
    )


BARE = {"id": "2605.00001", "title": "T"}
ALL = item("2605.00001", day="2026-05-12", githubRepo=1, githubStars=1, projectPage=1, organization=1, mediaUrls=1)


@each("record", [BARE, {"paper": BARE}, dict.fromkeys(ALL) | {"paper": dict.fromkeys(ALL["paper"]) | BARE}])
def test_an_id_and_a_title_are_enough(record: object) -> None:
    assert parse_item(record) == Draft(title="T", id="2605.00001")


@each(
    ("record", "reason"),
    [
        (None, "not a record"),
        ([], "not a record"),
        ({}, "no arXiv id"),
        ({"paper": {"id": 2605.00001, "title": "T"}}, "no arXiv id"),
        ({"paper": {"id": "2605.00001"}}, "no title"),
        ({"paper": {"id": "2605.00001", "title": "\u200b\x1b[0m "}}, "no title"),
    ],
)
def test_unusable_records_are_skipped_with_a_reason(record: object, reason: str) -> None:
    with pytest.raises(FeedMalformed, match=f"^{reason}$"):
        parse_item(record)


@each(
    ("record", "field", "expected"),
    [
        ({"title": "I Don't Know: an [IDK] Token [/]"}, "title", "I Don't Know: an [IDK] Token [/]"),
        ({"title": "Let's <think> about R&D &amp; co"}, "title", "Let's <think> about R&D &amp; co"),
        ({"title": "Earn $1 Million and 2$"}, "title", "Earn $1 Million and 2$"),
        ({"title": "Evil\x1b]0;x\x07 \u202etitle"}, "title", "Evil title"),
        ({"title": "Evil \x1b]52;c;T1dORUQ=\x1b\\ title"}, "title", "Evil title"),
        ({"summary": 'see <a href="https://example.org">this\npage</a>'}, "abstract", "see this page"),
        ({"summary": "first<br/>second <p>third</p>"}, "abstract", "first\n\nsecond\n\nthird"),
        ({"summary": "<EOS>, <s> and <picture of a man>"}, "abstract", "<EOS>, <s> and <picture of a man>"),
        ({"summary": "remove tags (<think>. . .</think>) here"}, "abstract", "remove tags (<think>. . .</think>) here"),
        ({"summary": "<think>Let me\nsee.</think> It works."}, "abstract", "It works."),
        ({"summary": "R&amp;D, &lt;b&gt; &#27;[31m &copy &unknown;"}, "abstract", "R&D, <b> [31m &copy &unknown;"),
        ({"ai_summary": "<think>hm</think> A\n  b &amp; c"}, "summary", "A b & c"),
        ({"ai_summary": " "}, "summary", None),
        ({"authors": [{"name": "Bo", "hidden": True}, {"name": "Ada", "hidden": False}]}, "authors", ("Ada",)),
        ({"authors": [{"name": "  "}, {"hidden": False}, "Bare Name", None]}, "authors", ("Bare Name",)),
        ({"authors": [{"name": "Fr\\'echet\nWrapped", "hidden": None}]}, "authors", ("Fréchet Wrapped",)),
        ({"ai_keywords": ["LLMs", "", "  ", "$\\tau$-bench", "llms", 7, None]}, "keywords", ("LLMs", "τ-bench")),
        ({"ai_keywords": ["Fr\\'echet\x1b[0m distance", "agents"]}, "keywords", ("Fréchet distance", "agents")),
        *(({"ai_keywords": odd}, "keywords", ()) for odd in ("agents", {"a": 1}, 7, None)),
        *(({"upvotes": odd}, "upvotes", None) for odd in (-1, True, "7", 10**30, float("nan"), 1e999)),
        ({"upvotes": 0}, "upvotes", 0),
        ({"upvotes": 5.0}, "upvotes", 5),
        ({"organization": {"name": "acme"}}, "organization", "acme"),
        ({"organization": "Acme Labs"}, "organization", "Acme Labs"),
        # The outer date of publication is not believed.
        ({"publishedAt": None}, "published", None),
        ({"publishedAt": "2026-02-30T00:00:00Z"}, "published", None),
    ],
)
def test_values_of_a_record_are_converted(record: dict[str, object], field: str, expected: object) -> None:
    assert getattr(parse(**record), field) == expected


def test_the_title_outside_stands_in_for_a_missing_one() -> None:
    record = item("2605.00001", "Outside")
    del record["paper"]["title"]
    assert parse_item(record).title == "Outside"


@each("place", ["organization", "submitterOrganization"])
@each("inner", [True, False])
def test_an_organization_is_found_wherever_it_stands(place: str, inner: bool) -> None:
    record = item("2605.00001")
    (record["paper"] if inner else record)[place] = {"name": "ntu", "fullname": "國立臺灣大學"}
    draft = parse_item(record)
    assert (draft.organization, draft.organization_slug) == ("國立臺灣大學", "ntu")


TOOLS = "https://github.com/acme/tools"


@each(
    ("repository", "page", "code", "project"),
    [
        (None, TOOLS, TOOLS, None),
        (f"{TOOLS}/", TOOLS, TOOLS, None),
        (TOOLS, "https://github.com/acme/site", TOOLS, "https://github.com/acme/site"),
        (None, " https://acme.example.org/x", None, "https://acme.example.org/x"),
        ("https://gitlab.com/acme/tools", None, "https://gitlab.com/acme/tools", None),
        ("javascript:alert(1)", "file:///etc/passwd", None, None),
        (7, ["https://example.org"], None, None),
    ],
)
def test_code_and_project(repository: object, page: object, code: str | None, project: str | None) -> None:
    draft = parse(githubRepo=repository, projectPage=page, githubStars=9)
    assert (draft.code_url, draft.project_url) == (code, project)
    assert draft.code_stars == (9 if code else None)


def test_who_submitted_it_and_who_claimed_it() -> None:
    record = {
        "paper": {
            "id": "2606.12345",
            "title": "Engines",
            "submittedOnDailyBy": {"_id": "1", "user": "curator7", "name": "Cura Tor", "type": "user"},
            "authors": [
                {"name": "Ada Lovelace", "user": {"user": "ada", "name": "Ada L.", "type": "user"}},
                {"name": "Charles Babbage", "user": {"user": "../../settings"}},
                {"name": "Nobody", "hidden": True, "user": {"user": "nobody"}},
                {"name": "Luigi Menabrea"},
            ],
        },
        "submittedBy": {"name": "another"},
    }
    draft = parse_item(record)
    assert (draft.submitter, draft.profiles) == ("curator7", ("ada Ada Lovelace",))
    for name, submitter in (("another", "another"), ("//evil", None)):
        assert parse_item(BARE | {"submittedBy": {"name": name}}).submitter == submitter


@each(
    ("text", "expected"),
    [
        (" https://acme.example.org ", "https://acme.example.org"),
        ("https://acme.example.org/a\n b", "https://acme.example.org/ab"),
        ("acme.example.org:8080", "https://acme.example.org:8080"),
        ("//acme.example.org", "https://acme.example.org"),
        ("HTTPS://Acme.example.org", "HTTPS://Acme.example.org"),
        ("https://acme.example.org/\x1b[31mx", "https://acme.example.org/x"),
        ("https://example.org/" + "x" * 1_980, "https://example.org/" + "x" * 1_980),
        ("https://example.org/" + "x" * 1_981, None),
        *((text, None) for text in ("javascript:alert(1)", "data:text/html,x", "ftp://example.org", "https://[::1")),
        *((text, None) for text in ("https://user:secret@example.org", "https://good.example.org@evil.example.net")),
        *((text, None) for text in ("https://example.org:port/", "https://", "coming soon", "n/a", "")),
    ],
)
def test_addresses_of_the_web(text: str, expected: str | None) -> None:
    assert web_url(text) == expected


@each(
    ("text", "expected"),
    [
        *(
            (text, TOOLS)
            for text in (
                TOOLS,
                "https://github.com/acme/tools///",
                "http://www.GitHub.com/acme/tools.git",
                "acme/tools",
                "https://github.com/acme/\ntools.git",
                "https://github.com/acme/tools?tab=readme-ov-file",
            )
        ),
        ("https://github.com/acme/tools/tree/main/agents", "https://github.com/acme/tools/tree/main/agents"),
        ("https://github.com/acme/../..", "https://github.com/acme"),
        ("https://github.com/acme/.git", "https://github.com/acme/.git"),
        *((text, None) for text in ("https://github.com/", "https://github.io/acme/tools", "")),
        ("https://github.com.example.org/acme/tools", None),
    ],
)
def test_places_on_github(text: str, expected: str | None) -> None:
    assert github_url(text) == expected


# The page of a paper


ID = "2605.00001"


def raw_comment(id: str, text: str = "Yes.", *, author: str = "ana", **data: Any) -> dict[str, Any]:
    return {
        "id": id,
        "author": {"name": author, "fullname": "Ana N."},
        "createdAt": "2026-05-12T09:00:00.412Z",
        "type": "comment",
        "data": {"hidden": False, "latest": {"raw": text, "html": "<p>Never shown</p>"}, "reactions": [], **data},
    }


def page(*comments: object, **more: object) -> dict[str, object]:
    return {"id": ID, "title": "A title", "upvotes": 3, "comments": list(comments), **more}


def test_a_comment_is_read_whole() -> None:
    reactions = [{"reaction": "👍", "count": 1}, {"reaction": "🔥", "users": ["a"], "count": 4}, {"reaction": "x"}]
    whole = raw_comment("a", "Is it *open*?", numEdits=2, reactions=reactions, parentCommentId="b")
    comment = Comment("a", "ana", "2026-05-12T09:00:00Z", (), "b", False, True, (("🔥", 4), ("👍", 1)))
    assert parse_page(page(whole), ID).comments == (RawComment(comment, "Is it *open*?"),)


def test_replies_within_a_comment_are_read_like_flat_ones() -> None:
    nested = raw_comment("a") | {"replies": [raw_comment("b") | {"replies": [raw_comment("c")]}, raw_comment("d")]}
    parents = [(one.comment.id, one.comment.parent) for one in parse_page(page(nested, raw_comment("e")), ID).comments]
    assert parents == [("a", ""), ("b", "a"), ("c", "b"), ("d", "a"), ("e", "")]


def test_a_comment_may_be_inside_the_paper_record_and_lack_a_time() -> None:
    times = ("2026-05-12T09:00:00+02:00", "2026-05-12T09:00:00", "1970-01-01T00:00:00Z", "soon")
    comments = (raw_comment(str(at), edited=at == 1) | {"createdAt": time} for at, time in enumerate(times))
    found = [one.comment for one in parse_page({"paper": page(*comments)}, ID).comments]
    assert [one.at for one in found] == ["2026-05-12T07:00:00Z", "", "", ""]
    assert [one.is_edited for one in found] == [False, True, False, False]


def test_a_hidden_comment_has_no_text_and_other_types_are_left_out() -> None:
    hidden = raw_comment("a", "Buy this", hidden=True, hiddenReason="Spam", reactions=[{"reaction": "👍", "count": 1}])
    assert parse_page(
        page(hidden, raw_comment("b") | {"type": "status-change"}, raw_comment(""), "x", None), ID
    ).comments == (RawComment(Comment("a", "ana", "2026-05-12T09:00:00Z", is_hidden=True), ""),)


def test_a_page_is_bounded() -> None:
    many = [{"reaction": f"{n:02}", "count": n + 1} for n in range(20)]
    named = raw_comment("i" * 200, "x" * 90_000, author="a" * 200, reactions=many)
    repositories = [{"id": f"a/{n}"} for n in range(60)]
    found = parse_page(page(named, *(raw_comment(str(n)) for n in range(509)), linkedModels=repositories), ID)
    assert (len(found.comments), len(found.repositories)) == (500, 50)
    comment, markdown = found.comments[0]
    assert [len(comment.id), len(comment.author), len(comment.reactions), len(markdown)] == [100, 100, 12, 20_000]


def test_repositories_are_read_with_what_stands_in_the_way_of_their_use() -> None:
    record = page(
        linkedModels=[
            {"id": "lab/seven", "likes": 842, "downloads": 1_200, "pipeline_tag": "text-generation", "gated": False},
            {"id": "lab/big", "gated": "manual"},
            {"id": "lab/secret", "private": True},
            {"id": "../../etc passwd"},
            7,
        ],
        linkedDatasets=[{"id": "lab/示例-corpus", "likes": None}],
        linkedSpaces=[
            {"id": "lab/demo", "title": "A [bold]demo[/bold]", "runtime": {"stage": "RUNNING"}},
            {"id": "a/b", "runtime": {"stage": "SLEEPING"}},
            {"id": "a/c", "runtime": {"stage": "RUNTIME_ERROR"}},
        ],
        numTotalModels=254,
        numTotalDatasets=1,
        numTotalSpaces="many",
    )
    found = parse_page(record, ID)
    assert found.repositories == (
        Repository("model", "lab/seven", 842, 1_200, "text-generation"),
        Repository("model", "lab/big", state="gated"),
        Repository("dataset", "lab/示例-corpus"),
        Repository("space", "lab/demo", about="A [bold]demo[/bold]"),
        Repository("space", "a/b", state="sleeping"),
        Repository("space", "a/c", state="broken"),
    )
    assert found.repositories[2].url == "https://huggingface.co/datasets/lab/%E7%A4%BA%E4%BE%8B-corpus"
    assert found.repositories[3].url == "https://huggingface.co/spaces/lab/demo"
    (draft,) = found.listing.drafts
    assert (draft.models, draft.datasets, draft.spaces) == (254, 1, None)


def test_a_record_without_a_paper_is_malformed() -> None:
    with pytest.raises(FeedMalformed, match=rf"^The feed's record of {ID} can't be used: no title\.$"):
        parse_page({"id": ID}, ID)
