"""What a draft changes of a paper's values, field by field."""

from __future__ import annotations

from typing import Any

from reader.cache.storing.batch import BLANK, Values, merged
from reader.core.paper import Draft
from reader.core.text import title_hash
from tests.table import each

DAY = "2026-05-12"

KNOWN: Values = {
    **BLANK,
    "title": "A title",
    "title_hash": title_hash("A title"),
    "authors": "Ada\nBo\nCy",
    "author_count": 3,
    "organization": "A lab",
    "upvotes": 5,
    "comments": 2,
    "version": 2,
    "revised": "2026-05-10",
    "day": "2026-05-11",
    "first_day": "2026-05-10",
    "sort_day": "2026-05-11",
}


def test_a_new_paper_gets_what_its_draft_has() -> None:
    draft = Draft("A title", authors=("Ada", "Bo"), upvotes=0, comments=3, code_url="https://x.example", media=("m",))
    assert merged(BLANK, draft, DAY, newer=True) == {
        "title": "A title",
        "title_hash": title_hash("A title"),
        "authors": "Ada\nBo",
        "author_count": 2,
        "upvotes": 0,
        "comments": 3,
        "code_url": "https://x.example",
        "has_code": 1,
        "media": "m",
        "has_media": 1,
        "day": DAY,
        "first_day": DAY,
        "sort_day": DAY,
    }


@each(
    ("facts", "by_feed", "by_file"),
    [
        ({"upvotes": 6}, {"upvotes": 6}, {"upvotes": 6}),
        ({"upvotes": 4}, {"upvotes": 4}, {}),
        ({"upvotes": 0}, {"upvotes": 0}, {}),
        ({"version": 3}, {"version": 3}, {"version": 3}),
        ({"revised": "2026-05-09"}, {}, {}),
        ({"revised": "2026-05-11"}, {"revised": "2026-05-11"}, {"revised": "2026-05-11"}),
        ({"organization": "B lab"}, {"organization": "B lab"}, {}),
        ({"abstract": "Text."}, {"abstract": "Text."}, {"abstract": "Text."}),
        ({"project_url": "p"}, {"project_url": "p", "has_project": 1}, {"project_url": "p", "has_project": 1}),
        ({"authors": ("Zed",)}, {"authors": "Zed", "author_count": 1}, {}),
        ({"author_count": 7}, {}, {}),
        ({"announced": "2026-05-01"}, {}, {}),
        ({"published": "2026-05-01"}, {"published": "2026-05-01"}, {"published": "2026-05-01"}),
        ({"title": "Another"}, {"title": "Another", "title_hash": title_hash("Another")}, {}),
    ],
)
def test_a_feed_replaces_and_a_file_only_fills_gaps_and_raises_counts(
    facts: dict[str, Any], by_feed: Values, by_file: Values
) -> None:
    draft = Draft("A title")._replace(**facts)
    assert merged(KNOWN, draft, None, newer=True) == by_feed
    assert merged(KNOWN, draft, None, newer=False) == by_file


def test_versions_are_joined() -> None:
    known = {**KNOWN, "versions": "v1 2026-05-01\nv3 2026-05-10"}
    told = Draft("A title", versions=("v2 2026-05-05", "v3 2026-05-11", "v10 2026-06-01"))
    joined = {"versions": "v1 2026-05-01\nv2 2026-05-05\nv3 2026-05-11\nv10 2026-06-01"}
    assert merged(known, told, None, newer=True) == merged(known, told, None, newer=False) == joined


def test_arxivs_own_remark_replaces_the_known_one_and_tells_the_venue() -> None:
    known = {**KNOWN, "remark": "12 pages"}
    accepted = Draft("Another", remark="Accepted to ICLR 2026 (Oral)")
    assert merged(known, accepted, None, newer=False) == {}
    now = {"remark": accepted.remark, "venue": "ICLR 2026 oral"}
    assert merged(known, accepted._replace(by_arxiv=True), None, newer=False) == now
    journal = Draft("A title", journal="Example J. 7 (2027) 1-9")
    assert merged({**known, **now}, journal, None, newer=False)["venue"] == "Example J 2027"


def test_a_number_of_authors_stands_where_no_names_are_known() -> None:
    nobody = {**KNOWN, "authors": "", "author_count": 0}
    assert merged(nobody, Draft("A title", author_count=7), None, newer=False) == {"author_count": 7}
    named = {"authors": "Ada\nBo", "author_count": 2}
    assert merged(nobody, Draft("A title", authors=("Ada", "Bo"), author_count=9), None, newer=False) == named
    counted = {**nobody, "author_count": 4}
    assert merged(counted, Draft("A title", author_count=7), None, newer=True) == {}
    assert merged(counted, Draft("A title", authors=("Ada", "Bo")), None, newer=True) == named


@each(
    ("day", "changes"),
    [
        ("2026-05-12", {"day": "2026-05-12", "sort_day": "2026-05-12"}),
        ("2026-05-11", {}),
        ("2026-05-10", {}),
        ("2026-05-09", {"first_day": "2026-05-09"}),
    ],
)
def test_a_paper_keeps_its_first_and_its_newest_day(day: str, changes: Values) -> None:
    assert merged(KNOWN, Draft("A title"), day, newer=True) == changes
    assert merged(KNOWN, Draft("A title"), day, newer=False) == changes


def test_a_paper_without_a_day_is_sorted_by_its_dates() -> None:
    unlisted = {**KNOWN, "day": None, "first_day": None, "sort_day": ""}
    assert merged(unlisted, Draft("A title"), None, newer=True) == {}
    announced = Draft("A title", announced="2026-05-02")
    assert merged(unlisted, announced, None, newer=True) == {"sort_day": "2026-05-02"}
    assert merged({**unlisted, "sort_day": "2026-05-01"}, announced, None, newer=True) == {}
    published = announced._replace(published="2026-04-30")
    both = {"published": "2026-04-30", "sort_day": "2026-04-30"}
    assert merged({**unlisted, "sort_day": "2026-05-01"}, published, None, newer=True) == both
    assert merged(unlisted, published, DAY, newer=True) == {
        "published": "2026-04-30", "day": DAY, "first_day": DAY, "sort_day": DAY,
    }  # fmt: skip
