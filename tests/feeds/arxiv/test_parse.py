from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reader.core.errors import FeedMalformed, FeedRefused
from reader.core.paper import Draft, Skipped
from reader.feeds.arxiv.categories import categories
from reader.feeds.arxiv.parse import (
    AnnounceType,
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

PAPER = Paper("2605.00001")
DRAFT = Draft(
    "On one matter",
    "2605.00001",
    authors=("Ada Example", "Bo Sample"),
    categories=("cs.CL", "cs.LG"),
    source="arxiv",
    by_arxiv=True,
)
"""What every format says of the paper."""


# The API

IN_API = DRAFT._replace(
    abstract="We look at it and find that α holds.\n\nThen we stop.",
    published="2026-05-11",
    version=1,
    revised="2026-05-11",
    versions=("v1 2026-05-11",),
)


@each(
    ("pattern", "instead", "facts"),
    [
        ("$^", "", {}),
        ("On one matter", "Agents\n  that $\\\\beta$", {"title": "Agents that β"}),
        ("On one matter", "Error", {"title": "Error"}),
        ("1v1", "1v3", {"version": 3, "versions": ("v1 2026-05-11", "v3 2026-05-11")}),
        ("1v1<", "1<", {"version": None}),
        ("2605.00001v1", "hep-th/9901001v1", {"id": "hep-th/9901001"}),
        ("2605.00001v1", "math.CA/0611800v1", {"id": "math/0611800"}),
        ("2605.00001v1", "0704.0001v1", {"id": "0704.0001"}),
        ("<published>[^<]*", "<published>soon", {"published": None}),
        # The address has an id too.
        ("<id>.*</id>", "<id>urn:odd</id>", {}),
        # The primary category stands first; those of other institutions are left out.
        ('(<category term=)"cs.CL"', r'\1"eess.SY"/>\g<0>', {"categories": ("cs.CL", "eess.SY", "cs.LG")}),
        ("</entry>", '<category term="68T05"/><category term="I.2.6; I.2.7"/></entry>', {}),
        ("</entry>", "<arxiv:comment>12 pages,\n 3 figures</arxiv:comment></entry>", {"remark": "12 pages, 3 figures"}),
        ("</entry>", "<arxiv:journal_ref>J. 7 (2026) 1-9</arxiv:journal_ref></entry>", {"journal": "J. 7 (2026) 1-9"}),
        ("</entry>", "<arxiv:doi>10.1000/example.7</arxiv:doi></entry>", {"doi": "10.1000/example.7"}),
    ],
)
def test_an_entry_says_all_that_arxiv_knows(pattern: str, instead: str, facts: dict[str, Any]) -> None:
    answer = parse_arxiv(api_feed([re.sub(pattern, instead, atom_entry(PAPER))], total=70))
    assert (answer.entries, answer.skipped, answer.total) == ((ArxivEntry(IN_API._replace(**facts)),), (), 70)


def test_unusable_entries_are_skipped_with_a_reason() -> None:
    whole = atom_entry(PAPER)
    odd = re.sub("<link.*?/>", "", whole.replace("arxiv.org/abs", "urn:odd"))
    answer = parse_arxiv(api_feed([odd, whole, whole.replace("On one matter", " ")]))
    assert answer.entries == (ArxivEntry(IN_API),)
    assert answer.skipped == (Skipped("entry 1", "no arXiv id"), Skipped("entry 3", "no title"))


def test_a_refusal_is_an_error_with_its_reason() -> None:
    body = refused("incorrect id format for abc.")
    with pytest.raises(FeedRefused, match=r"^arXiv refused the request: incorrect id format for abc\.$"):
        parse_arxiv(body)
    assert refusal_reason(body) == "incorrect id format for abc"
    assert refusal_reason(refused("")) == "it gives no reason"
    assert refusal_reason(api_feed([])) == refusal_reason(b"<html>") == ""


@each(
    "body",
    [
        b"",
        b"{}",
        b"<!doctype html><html><body>Sign in</body></html>",
        b"<html><body>Sign in</body></html>",
        b"<rss></rss>",
        api_feed([atom_entry(PAPER)])[:-30],
        api_feed([], total=7),
    ],
)
def test_what_is_no_answer_says_so(body: bytes) -> None:
    with pytest.raises(FeedMalformed, match=r"arXiv.*; try again later"):
        parse_arxiv(body)


def test_without_papers_an_answer_is_empty() -> None:
    odd = api_feed([]).replace(b">0</opensearch:total", b">many</opensearch:total")
    # The third is past the last paper, the fourth at a weekend.
    for body, total in ((api_feed([]), 0), (odd, None), (api_feed([], total=7, start=7), 7), (announcement([]), None)):
        answer = parse_arxiv(body)
        assert (answer.entries, answer.total) == ((), total)


# Announcements

ANNOUNCED = DRAFT._replace(abstract="We look on.", announced="2026-05-12")
KINDS: tuple[AnnounceType, ...] = ("new", "cross", "replace", "replace-cross")


def test_an_announcement_says_why() -> None:
    papers = [replace(PAPER, version=n, announce=kind) for n, kind in enumerate(KINDS, start=1)]
    entries = parse_arxiv(announcement([rss_item(paper) for paper in papers])).entries
    assert entries == tuple(
        ArxivEntry(ANNOUNCED._replace(version=n), announce=kind) for n, kind in enumerate(KINDS, start=1)
    )
    assert [entry.is_new for entry in entries] == [True, True, False, False]


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
    assert parse_arxiv(body).entries == (
        ArxivEntry(ANNOUNCED._replace(version=1, journal="Example J.", doi="10.1000/7"), announce="new"),
    )


@each("stamp", ["", "soon", "Tue, 99 May 2026 00:00:00 -0400", "Tue, 12 May 99999 00:00:00 -0400"])
def test_a_date_that_is_none_is_none(stamp: str) -> None:
    body = announcement([rss_item(PAPER)]).replace(b"Tue, 12 May 2026 00:00:00 -0400", stamp.encode())
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


def raw(versions: str, categories: str = "cs.LG cs.CL") -> bytes:
    """A record that has all versions."""
    return oai(f"""<GetRecord><record><header><identifier>oai:arXiv.org:2605.00001</identifier></header><metadata>
<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2605.00001</id><submitter>A. Person</submitter>{versions}
<title>Agents
  that $\\beta$</title><authors>A. Person (Lab, Town), B. Other</authors><categories>{categories}</categories>
<comments>Accepted to ICLR 2026</comments><journal-ref>Example J. 7 (2026) 1-9</journal-ref><doi>10.1000/e.7</doi>
<abstract>We look.</abstract></arXivRaw></metadata></record></GetRecord>""")


VERSIONS = """
<version version="v2"><date>Tue, 05 May 2026 16:49:46 GMT</date><size>69kb</size></version>
<version version="v1"><date>Fri, 01 May 2026 23:13:16 GMT</date></version>
<version version="v10"><date>Mon, 11 May 2026 07:21:25 GMT</date></version>
<version version="v3"><date>some day</date></version>"""


def test_a_record_lists_all_versions_whatever_their_order() -> None:
    draft = Draft(
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
    assert parse_record(raw(VERSIONS)) == ArxivEntry(draft)
    many = "".join(f'<version version="v{n}"><date>2026-05-01</date></version>' for n in range(1, 300))
    bounded = parse_record(raw(many, " ".join(f"cs.{'a' * n}-b" for n in range(1, 60))))
    assert bounded is not None
    assert (len(bounded.draft.versions), len(bounded.draft.categories)) == (200, 35)
    assert parse_record(raw("")) == ArxivEntry(draft._replace(published=None, version=None, revised=None, versions=()))


def test_an_unknown_record_is_none_and_others_are_errors() -> None:
    assert parse_record(oai('<error code="idDoesNotExist">No such id.</error>')) is None
    with pytest.raises(FeedRefused, match=r"^arXiv refused the request: Bad verb\.$"):
        parse_record(oai('<error code="badVerb">Bad verb.</error>'))
    odd = raw("").replace(b"2605.00001</id>", b"x</id>"), raw("").replace(b"Agents\n  that $\\beta$", b"")
    for body in (b"", b"<html/>", oai("<GetRecord/>"), *odd, api_feed([])):
        with pytest.raises(FeedMalformed):
            parse_record(body)


def test_records_are_papers_with_the_day_of_their_announcement() -> None:
    listed = records([PAPER, replace(PAPER, id="math/0309136", version=2)], "next")
    deleted = b'<record><header status="deleted"><datestamp>2026-05-12</datestamp></header></record>'
    draft = ANNOUNCED._replace(authors=("Ada Example",), published="2026-05-11")
    assert parse_records(listed.replace(b"<record>", deleted + b"<record>", 1)) == (
        (ArxivEntry(draft), ArxivEntry(draft._replace(id="math/0309136", revised="2026-05-11"))),
        "next",
    )
    assert parse_records(records([])) == ((), "")


def test_a_token_that_has_expired_is_told() -> None:
    with pytest.raises(RecordsExpired, match="unknown"):
        parse_records(b'<OAI-PMH><error code="badResumptionToken">unknown</error></OAI-PMH>')
    with pytest.raises(FeedRefused, match="no such set"):
        parse_records(b'<OAI-PMH><error code="badArgument">no such set</error></OAI-PMH>')
    for body in (b"<OAI-PMH/>", b"<html/>", b"<OAI-PMH><ListRecords>"):
        with pytest.raises(FeedMalformed):
            parse_records(body)


# Pages

PAPERS = [
    replace(PAPER, title="On  $\\alpha$: one <b>matter</b>"),
    Paper("hep-th/9901001", categories=("cs.LG", "cs.CL")),
    Paper("2001.00001", announce="replace"),
]
PAGE = listing_page("cs.CL", "2026-05-12", PAPERS)


def test_a_page_has_its_day_its_counts_and_its_papers() -> None:
    found = parse_listing(PAGE)
    listed = ANNOUNCED._replace(abstract="We look on & on.")
    assert found.entries == (
        ArxivEntry(listed._replace(title="On α: one <b>matter</b>"), "new"),
        ArxivEntry(listed._replace(id="hep-th/9901001", categories=("cs.LG", "cs.CL")), "cross"),
        ArxivEntry(listed._replace(id="2001.00001"), "replace"),
    )
    assert (found.day, found.total, found.count_of(("new", "cross")), found.is_whole) == ("2026-05-12", 3, 2, True)
    cut = parse_listing(PAGE[: PAGE.index(b"<h3>Cross")])
    assert (cut.entries, cut.total, cut.is_whole) == (found.entries[:1], 3, False)
    # A paper whose title can't be read is announced all the same.
    (entry, *_) = parse_listing(PAGE.replace(b"list-title", b"t")).entries
    assert entry == ArxivEntry(listed._replace(title=""), "new")


@each(
    "page",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        PAGE.replace(b"Showing new listings for", b"News of"),
        PAGE.replace(b"12 May", b"32 May"),
        PAGE.replace(b"Total of", b"In all"),
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
    many = [replace(PAPER, id=f"2605.{n:05}") for n in range(300)]
    assert len(parse_listing(listing_page("cs.CL", "2026-05-12", many)).entries) == 300
