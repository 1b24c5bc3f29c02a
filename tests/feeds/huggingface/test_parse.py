from __future__ import annotations

import json

import pytest

from reader.core.errors import FeedMalformed
from reader.core.foreign import web_url
from reader.core.paper import Draft, Skipped
from reader.feeds.huggingface.parse import SKIPPED, github_url, listed_day, listings, parse_item, read_items
from tests.feed_server import item
from tests.table import each


def parse(**paper: object) -> Draft:
    record = item("2605.00001")
    record["paper"] |= paper
    return parse_item(record)


LATE = item("2605.00002", submittedOnDailyAt="2026-05-11T23:59:59.999Z")
NO_RECORD, NO_ID = Skipped("item 1", "not a record"), Skipped("item 3", "no arXiv id")
KEPT, DROPPED = item("2605.00001", "Kept 1"), item("2605.00001v2", "Dropped")


# Whole answers


@each("number", ["1" + "0" * 400, "1" + "0" * 5_000, "NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_nothing_can_count_costs_only_itself(number: str) -> None:
    first = item("2605.00001") | {"numComments": 5}
    first["paper"] |= {"upvotes": "NUMBER", "githubRepo": "https://github.com/a/b", "githubStars": "NUMBER"}
    body = json.dumps([first, item("2605.00002")]).replace('"NUMBER"', number).encode()

    (listing,) = listings(read_items(body), "2026-05-11")

    assert [draft.id for draft in listing.drafts] == ["2605.00001", "2605.00002"]
    assert (listing.drafts[0].upvotes, listing.drafts[0].code_stars, listing.drafts[0].comments) == (None, None, 5)


def test_of_many_unusable_records_the_first_are_kept() -> None:
    first, second = listings([{}] * 1_000 + [item("2605.00001"), item("2605.00002", day="2026-05-12")], None)
    assert (len(first.skipped), first.more_skipped, first.skipped_count) == (SKIPPED, 1_000 - SKIPPED, 1_000)
    assert second.skipped_count == 0


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
    told = [(one.day, " ".join(draft.title[-1] for draft in one.drafts), one.skipped) for one in listings(items, day)]
    assert told == expected


@each("stamp", ["yesterday", "2026-13-01T00:00:00Z", "20260512", "", None, 7, ["2026-05-12"]])
def test_a_broken_stamp_is_no_day(stamp: object) -> None:
    assert listed_day(item("2605.00001", submittedOnDailyAt=stamp)) is None


@each(
    "body",
    [b"", b"\x00\xff<<<", b'[{"paper": {"id"', b"[" * 100_000, b"9" * 10_000, b'{"papers": []}', b"null", b'"text"'],
)
def test_what_is_no_list_is_malformed(body: bytes) -> None:
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
def test_what_can_not_be_used_says_why(record: object, reason: str) -> None:
    with pytest.raises(FeedMalformed, match=f"^{reason}$"):
        parse_item(record)


@each(
    ("said", "field", "expected"),
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
def test_what_is_made_of_a_value(said: dict[str, object], field: str, expected: object) -> None:
    assert getattr(parse(**said), field) == expected


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


def test_media_come_from_both_places_and_from_the_old_key() -> None:
    record = item("2605.00001", mediaUrls=["https://x.example.org/b.png", "ftp://x", None])
    record["mediaUrls"] = ["https://x.example.org/a.mp4", "https://x.example.org/b.png"]
    record["mediaUrl"] = "https://x.example.org/c.png"
    assert [url[-5:] for url in parse_item(record).media] == ["a.mp4", "b.png", "c.png"]
    # Every paper has this thumbnail.
    thumbnail = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/x.png"
    assert parse_item(item("2605.00001") | {"mediaUrl": thumbnail}).media == ()


def test_absurd_sizes_are_cut() -> None:
    draft = parse(
        title="a" * 10**6,
        summary="b " * 10**6,
        authors=[{"name": "n" * 10_000, "user": {"user": "ada"}}] * 10_000,
        ai_keywords=[f"{number} " + "k" * 10_000 for number in range(10_000)],
        mediaUrls=[f"https://x.example.org/{number}" for number in range(10_000)],
        projectPage="https://x.example.org/" + "p" * 10_000,
    )
    lists = (draft.authors, draft.profiles, draft.keywords, draft.media)
    assert [len(draft.title), len(draft.abstract), *map(len, lists)] == [2_000, 19_999, 5_000, 100, 100, 50]
    assert [max(map(len, texts)) for texts in lists[:3]] == [200, 204, 200]
    assert draft.project_url is None


def test_the_texts_of_an_answer_share_what_is_converted_of_latex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.core.latex.ANSWER_LETTERS", 7)
    authors = [{"name": "Jo$^2$"}] * 2
    items = [{"id": f"2605.0000{number}", "title": "A title", "authors": authors} for number in (1, 2)]
    (listing,) = listings(items, "2026-05-12")
    assert [draft.authors for draft in listing.drafts] == [("Jo²", "Jo²"), ("Jo²", "Jo$^2$")]


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
