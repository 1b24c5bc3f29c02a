from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reader.core.errors import FeedMalformed, FeedRefused
from reader.core.paper import Draft, Skipped
from reader.feeds.arxiv.categories import categories
from reader.feeds.arxiv.parse import (
    ArxivEntry,
    RecordsExpired,
    parse_arxiv,
    parse_listing,
    parse_record,
    parse_records,
    refusal_reason,
)
from tests.feeds.servers import Paper, announcement, api_feed, atom_entry, listing_page, records, refused, rss_item
from tests.table import each

SHARED = Path(__file__).parents[4] / "shared" / "data" / "arxiv" / "atom"

EXTRA = """
    <arxiv:comment>12 pages,
      3 figures</arxiv:comment>
    <arxiv:journal_ref>Example J. 7 (2026) 1-9</arxiv:journal_ref>
    <arxiv:doi>10.1000/example.7</arxiv:doi>
    <category term="68T05"/><category term="I.2.6; I.2.7"/>"""


# The API


def test_an_entry_says_all_that_arxiv_knows() -> None:
    paper = Paper(
        "2605.00001", "Agents\n  that $\\beta$", ("cs.LG", "cs.CL"), 3, "2026-05-02", "2026-05-11", extra=EXTRA
    )
    answer = parse_arxiv(api_feed([atom_entry(paper)], total=70))
    assert answer.total == 70
    assert answer.skipped == ()
    assert answer.entries == (
        ArxivEntry(
            Draft(
                "Agents that β",
                "2605.00001",
                "We look at it and find that α holds.\n\nThen we stop.",
                ("Ada Example", "Bo Sample"),
                published="2026-05-02",
                categories=("cs.LG", "cs.CL"),
                version=3,
                revised="2026-05-11",
                versions=("v1 2026-05-02", "v3 2026-05-11"),
                remark="12 pages, 3 figures",
                doi="10.1000/example.7",
                journal="Example J. 7 (2026) 1-9",
                source="arxiv",
                by_arxiv=True,
            )
        ),
    )


def test_the_primary_category_stands_first() -> None:
    entry = atom_entry(Paper("2605.00001", categories=("cs.RO",))).replace(
        '<category term="cs.RO"', '<category term="eess.SY"/><category term="cs.RO"'
    )
    assert parse_arxiv(api_feed([entry])).entries[0].draft.categories == ("cs.RO", "eess.SY")


@each(
    ("id", "bare"),
    [("hep-th/9901001", "hep-th/9901001"), ("math.CA/0611800", "math/0611800"), ("0704.0001", "0704.0001")],
)
def test_old_ids_are_known(id: str, bare: str) -> None:
    (entry,) = parse_arxiv(api_feed([atom_entry(Paper(id, version=2))])).entries
    assert (entry.draft.id, entry.draft.version) == (bare, 2)


def test_an_id_without_a_version_has_none() -> None:
    entry = atom_entry(Paper("2605.00001")).replace("00001v1</id>", "00001</id>")
    assert parse_arxiv(api_feed([entry])).entries[0].draft.version is None


@each(
    ("change", "reason"),
    [
        ((r"<id>.*?</id>\s*", "<id>urn:odd</id>"), "no arXiv id"),
        ((r"<title>.*?</title>", "<title> </title>"), "no title"),
    ],
)
def test_an_unusable_entry_is_skipped_with_a_reason(change: tuple[str, str], reason: str) -> None:
    odd = re.sub(*change, atom_entry(Paper("2605.00001")))
    if reason == "no arXiv id":
        odd = re.sub("<link.*?/>", "", odd)
    answer = parse_arxiv(api_feed([odd, atom_entry(Paper("2605.00002"))]))
    assert [entry.draft.id for entry in answer.entries] == ["2605.00002"]
    assert answer.skipped == (Skipped("entry 1", reason),)


def test_a_refusal_is_an_error_with_its_reason() -> None:
    body = refused("incorrect id format for abc.")
    with pytest.raises(FeedRefused, match=r"^arXiv refused the request: incorrect id format for abc\.$"):
        parse_arxiv(body)
    assert refusal_reason(body) == "incorrect id format for abc"
    assert refusal_reason(refused("")) == "it gives no reason"
    assert refusal_reason(api_feed([])) == refusal_reason(b"<html>") == ""


def test_a_paper_that_is_called_error_is_a_paper() -> None:
    (entry,) = parse_arxiv(api_feed([atom_entry(Paper("2605.00001", "Error"))])).entries
    assert entry.draft.title == "Error"


@each(
    "body",
    [
        b"",
        b"{}",
        b"<!doctype html><html><body>Sign in</body></html>",
        b"<html><body>Sign in</body></html>",
        b"<rss></rss>",
        api_feed([atom_entry(Paper("2605.00001"))])[:-30],
        api_feed([], total=7),
    ],
)
def test_what_is_no_answer_says_so(body: bytes) -> None:
    with pytest.raises(FeedMalformed, match=r"arXiv.*; try again later"):
        parse_arxiv(body)


def test_without_papers_an_answer_is_empty() -> None:
    answer = parse_arxiv(api_feed([]))
    assert (answer.entries, answer.total) == ((), 0)
    # Past the last paper, and at a weekend.
    assert parse_arxiv(api_feed([], total=7, start=7)).entries == parse_arxiv(announcement([])).entries == ()


def test_an_odd_total_is_none() -> None:
    assert parse_arxiv(api_feed([]).replace(b">0</opensearch:total", b">many</opensearch:total")).total is None


# Announcements


def test_an_announcement_says_why() -> None:
    papers = [
        Paper(f"2605.0000{n}", version=n, announce=kind)
        for n, kind in enumerate(["new", "cross", "replace", "replace-cross"], start=1)
    ]
    entries = parse_arxiv(announcement([rss_item(paper) for paper in papers])).entries
    assert [(entry.announce, entry.draft.version) for entry in entries] == [
        ("new", 1),
        ("cross", 2),
        ("replace", 3),
        ("replace-cross", 4),
    ]
    assert [entry.is_new for entry in entries] == [True, True, False, False]
    assert entries[0] == ArxivEntry(
        Draft(
            "On one matter",
            "2605.00001",
            "We look on.",
            ("Ada Example", "Bo Sample"),
            categories=("cs.CL", "cs.LG"),
            version=1,
            announced="2026-05-12",
            source="arxiv",
            by_arxiv=True,
        ),
        announce="new",
    )


def test_an_announcement_as_atom_says_the_same() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="a" xmlns:dc="d"><entry>
      <id>oai:arXiv.org:2605.00001v1</id><title>On one matter</title>
      <link href="https://arxiv.org/abs/2605.00001" rel="alternate"/>
      <summary>arXiv:2605.00001v1 Announce Type: new
Abstract: We look on.</summary>
      <category term="cs.CL"/><category term="cs.LG"/>
      <published>2026-05-12T00:00:00-04:00</published><updated>2026-05-12T04:00:00+00:00</updated>
      <arxiv:announce_type>new</arxiv:announce_type>
      <arxiv:journal_reference>Example J.</arxiv:journal_reference><arxiv:DOI>10.1000/7</arxiv:DOI>
      <dc:creator>Ada Example, Bo Sample</dc:creator></entry></feed>"""
    (entry,) = parse_arxiv(body).entries
    (same,) = parse_arxiv(announcement([rss_item(Paper("2605.00001"))])).entries
    assert entry.draft == same.draft._replace(journal="Example J.", doi="10.1000/7")


@each("stamp", ["", "soon", "Tue, 99 May 2026 00:00:00 -0400", "Tue, 12 May 99999 00:00:00 -0400"])
def test_a_date_that_is_none_is_none(stamp: str) -> None:
    body = announcement([rss_item(Paper("2605.00001"))]).replace(b"Tue, 12 May 2026 00:00:00 -0400", stamp.encode())
    assert parse_arxiv(body).entries[0].draft.announced is None


# Real answers


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_real_answers_are_read_whole() -> None:
    found = 0
    for path in SHARED.glob("*.http200.xml"):
        answer = parse_arxiv(path.read_bytes())
        assert answer.skipped == ()
        assert answer.total is not None
        assert len(answer.entries) == min(answer.total, int(path.name.split("_m")[1].split("_")[0]))
        found += len(answer.entries)
        for entry in answer.entries:
            draft = entry.draft
            assert draft.authors and draft.published and draft.abstract
            assert draft.version and draft.revised and draft.revised >= draft.published
            assert draft.categories and set(draft.categories) <= set(categories())
    assert found > 100
    (path,) = SHARED.glob("*.http400.xml")
    assert refusal_reason(path.read_bytes()) == "incorrect id format for abc"


# Records


def oai(inner: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-09-17T08:04:18Z</responseDate>
<request verb="GetRecord">http://oaipmh.arxiv.org/oai</request>{inner}</OAI-PMH>""".encode()


RECORD = oai("""<GetRecord><record><header><identifier>oai:arXiv.org:2605.00001</identifier></header><metadata>
<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2605.00001</id><submitter>A. Person</submitter>
<version version="v2"><date>Tue, 05 May 2026 16:49:46 GMT</date><size>69kb</size></version>
<version version="v1"><date>Fri, 01 May 2026 23:13:16 GMT</date></version>
<version version="v10"><date>Mon, 11 May 2026 07:21:25 GMT</date></version>
<version version="v3"><date>some day</date></version>
<title>Agents
  that $\\beta$</title><authors>A. Person (Lab, Town), B. Other</authors><categories>cs.LG cs.CL</categories>
<comments>Accepted to ICLR 2026</comments><journal-ref>Example J. 7 (2026) 1-9</journal-ref><doi>10.1000/e.7</doi>
<abstract>We look.</abstract></arXivRaw></metadata></record></GetRecord>""")


def test_a_record_lists_all_versions_whatever_their_order() -> None:
    entry = parse_record(RECORD)
    assert entry is not None and entry.draft == Draft(
        "Agents that β",
        "2605.00001",
        published="2026-05-01",
        categories=("cs.LG", "cs.CL"),
        version=10,
        revised="2026-05-11",
        versions=("v1 2026-05-01", "v2 2026-05-05", "v10 2026-05-11"),
        remark="Accepted to ICLR 2026",
        doi="10.1000/e.7",
        journal="Example J. 7 (2026) 1-9",
        source="arxiv",
        by_arxiv=True,
    )


def test_an_unknown_record_is_none_and_others_are_errors() -> None:
    assert parse_record(oai('<error code="idDoesNotExist">No such id.</error>')) is None
    with pytest.raises(FeedRefused, match=r"^arXiv refused the request: Bad verb\.$"):
        parse_record(oai('<error code="badVerb">Bad verb.</error>'))
    for body in (b"", b"<html/>", oai("<GetRecord/>"), RECORD.replace(b"2605.00001</id>", b"x</id>"), api_feed([])):
        with pytest.raises(FeedMalformed):
            parse_record(body)


# Records


def test_records_are_papers_with_the_day_of_their_announcement() -> None:
    found, token = parse_records(records([Paper("2605.00001"), Paper("math/0309136", categories=("math.GT",))], "next"))
    assert token == "next"
    assert [entry.draft.id for entry in found] == ["2605.00001", "math/0309136"]
    draft = found[0].draft
    assert (draft.title, draft.abstract, draft.authors) == ("On one matter", "We look on.", ("Ada Example",))
    assert (draft.published, draft.announced, draft.categories) == ("2026-05-11", "2026-05-12", ("cs.CL", "cs.LG"))


def test_no_records_are_no_papers_and_broken_ones_are_left_out() -> None:
    assert parse_records(records([])) == ((), "")
    deleted = b'<record><header status="deleted"><datestamp>2026-05-12</datestamp></header></record>'
    found, token = parse_records(records([Paper("2605.00001")]).replace(b"<record>", deleted + b"<record>"))
    assert (len(found), token) == (1, "")


def test_a_token_that_has_expired_is_told() -> None:
    with pytest.raises(RecordsExpired, match="unknown"):
        parse_records(b'<OAI-PMH><error code="badResumptionToken">unknown</error></OAI-PMH>')
    with pytest.raises(FeedRefused, match="no such set"):
        parse_records(b'<OAI-PMH><error code="badArgument">no such set</error></OAI-PMH>')
    for body in (b"<OAI-PMH/>", b"<html/>", b"<OAI-PMH><ListRecords>"):
        with pytest.raises(FeedMalformed):
            parse_records(body)


PAPERS = [
    Paper("2605.00001", "On  $\\alpha$: one <b>matter</b>"),
    Paper("hep-th/9901001", categories=("cs.LG", "cs.CL")),
    Paper("2001.00001", announce="replace"),
]


def test_a_page_has_its_day_its_counts_and_its_papers() -> None:
    found = parse_listing(listing_page("cs.CL", "2026-05-12", PAPERS))
    assert (found.day, found.total, found.count_of(("new", "cross")), found.is_whole) == ("2026-05-12", 3, 2, True)
    assert [(entry.draft.id, entry.announce) for entry in found.entries] == [
        ("2605.00001", "new"),
        ("hep-th/9901001", "cross"),
        ("2001.00001", "replace"),
    ]
    draft = found.entries[0].draft
    assert (draft.title, draft.abstract) == ("On α: one <b>matter</b>", "We look on & on.")
    assert (draft.authors, draft.categories) == (("Ada Example", "Bo Sample"), ("cs.CL", "cs.LG"))
    assert (draft.published, draft.announced) == (None, "2026-05-12")


def test_a_page_that_is_cut_off_is_not_whole() -> None:
    page = listing_page("cs.CL", "2026-05-12", PAPERS)
    cut = parse_listing(page[: page.index(b"<h3>Cross")])
    assert (len(cut.entries), cut.total, cut.is_whole) == (1, 3, False)


def test_a_paper_whose_title_can_not_be_read_is_announced() -> None:
    (entry,) = parse_listing(listing_page("cs.CL", "2026-05-12", PAPERS[:1]).replace(b"list-title", b"t")).entries
    assert (entry.draft.id, entry.draft.title) == ("2605.00001", "")


@each(
    "page",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        listing_page("cs.CL", "2026-05-12", PAPERS).replace(b"Showing new listings for", b"News of"),
        listing_page("cs.CL", "2026-05-12", PAPERS).replace(b"12 May", b"32 May"),
        listing_page("cs.CL", "2026-05-12", PAPERS).replace(b"Total of", b"In all"),
    ],
)
def test_a_page_of_another_form_is_refused(page: bytes) -> None:
    with pytest.raises(FeedMalformed, match="has a form"):
        parse_listing(page)


def test_a_hostile_page_takes_no_time() -> None:
    """Work follows the size: each of these took minutes where a pattern looks for an end that never comes."""
    head = listing_page("cs.CL", "2026-05-12", [])
    for piece in (
        b"<dt><a href='/abs/2605.1'>" + b"<div class='list-title'>" * 2_000,
        b"<h3>New submissions (showing ",
    ):
        assert parse_listing(head + piece * 200).entries == ()
    many = [replace(PAPERS[0], id=f"2605.{n:05}") for n in range(300)]
    assert len(parse_listing(listing_page("cs.CL", "2026-05-12", many)).entries) == 300
