"""Our own JSON as an import reads it: every field, only in forms that can be true, and the user's marks."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from reader.actions.export import mark_record, record
from reader.core.marks import Mark, PaperMarks
from reader.core.paper import FIELDS, Draft, Listing, Paper
from reader.feeds.files import papers_file
from reader.feeds.files.papers_file import read_papers
from reader.feeds.records import is_export, parse_export
from tests.feed_server import item
from tests.table import each

ID = "2606.12345"

WHOLE = Paper(
    pk=1,
    id=ID,
    title="A title with $x$ and \\alpha",
    abstract="One.\n\nTwo.",
    day="2026-06-30",
    published="2026-06-28",
    authors=("Ada Example", "Ada Example", "Zoë Müller"),
    author_count=3,
    organization="A lab",
    upvotes=0,
    comments=7,
    topics=("agents",),
    keywords=("one", "two"),
    summary="Short.",
    code_url="https://github.com/a/b",
    code_stars=12,
    project_url="https://a.example/page",
    media=("https://a.example/film.mp4",),
    source="arxiv",
    categories=("cs.CL", "cs.LG"),
    version=2,
    revised="2026-06-29",
    remark="12 pages",
    doi="10.1/x",
    journal="A journal",
    url="https://a.example/entry",
)

MARK = {"kind": "star", "value": "1", "clock": 1_700_000_000_000, "machine": "0" * 12, "id": "f" * 24}


def read(*records: object, lines: bool = False) -> list[Listing]:
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    return list(read_papers(io.BytesIO(text.encode()), date(2026, 7, 1)))


def marks(listings: list[Listing]) -> list[PaperMarks]:
    return [one for listing in listings for one in listing.marks]


def drafts(listings: list[Listing]) -> list[tuple[str | None, Draft]]:
    return [(listing.day, draft) for listing in listings for draft in listing.drafts]


def parsed(**values: object) -> Draft:
    draft = parse_export({"id": ID, "title": "A title", "day": None, **values}).draft
    assert draft is not None
    return draft


@each("lines", [False, True])
def test_every_field_comes_back(lines: bool) -> None:
    told = {field.name for field in FIELDS if field.name in Draft._fields}
    own = {"topics", "read", "starred", "queued", "hidden", "tags", "note", "highlights"}
    assert told == {*Paper._fields} - {"pk", "day", "venue", "addresses", *own}
    draft = Draft(**{name: getattr(WHOLE, name) for name in told})
    assert drafts(read(record(WHOLE), lines=lines)) == [(WHOLE.day, draft)]
    # An absent value is no value.
    assert drafts(read(record(Paper(1, ID, "A title")), lines=lines)) == [(None, Draft("A title", ID))]
    # A paper without an arXiv id keeps its own.
    for id in ("page:0123456789ab", "feed:0123456789ab"):
        assert parsed(id=id) == Draft("A title", entry=id)


def test_marks_and_days_come_with_the_paper() -> None:
    whole = {**record(WHOLE), "starred": True, "tags": ["a"], "marks": [MARK], "days": ["2026-06-01", "2026-06-30", 7]}
    listings = read(whole)
    assert [day for day, _ in drafts(listings)] == ["2026-06-01", "2026-06-30"]
    assert marks(listings) == [PaperMarks(ID, (Mark(**MARK),), (("tag:a", "1"),))]  # type: ignore[arg-type]


def test_a_mark_is_read_as_it_was_written() -> None:
    for mark in (
        Mark("note", "a\n  b\tc \x1b[31mé", 1, "0" * 12, "a" * 24),
        Mark("tag:x  y", "1", 1, "0" * 12, "a" * 24),
    ):
        once = mark_record(mark)
        [found] = marks(read({"id": ID, "marks": [once]}))
        assert found.marks == (Mark(**once),)
        assert mark_record(found.marks[0]) == once
    assert once["kind"] == "tag:x y"
    assert "\x1b" not in json.dumps(mark_record(mark))


def test_marks_alone_need_no_title() -> None:
    listings = read({"id": ID, "marks": [MARK]}, {"id": "2606.1", "marks": [MARK]}, {"id": ID, "read": True})
    assert drafts(listings) == []
    assert [one.paper for one in marks(listings)] == [ID, ID]
    assert [skip for listing in listings for skip in listing.skipped] == [("line 1, item 2", "no id of a paper")]


@each(
    "wrong",
    [
        {"kind": "undo"},
        {"value": "2"},
        {"clock": True},
        {"machine": "0" * 11 + "G"},
        {"id": None},
    ],
)
def test_a_mark_of_another_form_is_left_out_and_said(wrong: Mapping[str, object]) -> None:
    listings = read({**record(WHOLE), "starred": True, "marks": [{**MARK, **wrong}, 7]})
    assert marks(listings) == [PaperMarks(ID, (), (("star", "1"),))]
    assert [skip.reason for listing in listings for skip in listing.skipped] == ["2 of its marks are of no known form"]


@each(
    ("values", "states"),
    [
        ({"read": True, "starred": False, "hidden": None}, (("read", "1"),)),
        ({"hidden": True, "tags": ["b", " a\x07  x ", "", 7, None]}, (("hide", "1"), ("tag:b", "1"), ("tag:a x", "1"))),
        ({"note": "A\n\nB"}, (("note", "A\n\nB"),)),
        ({"note": "", "tags": "a", "starred": 1}, None),
    ],
)
def test_plain_fields_are_marks_without_a_time(values: Mapping[str, object], states: tuple[Any, ...] | None) -> None:
    found = parse_export({"id": ID, "title": "A title", "day": None, **values}).marks
    assert found == (PaperMarks(ID, (), states) if states else None)


@each(
    ("key", "value", "wanted"),
    [
        ("upvotes", 10**12, None),
        ("published", "last week", None),
        ("published", "2026-06-28T08:00:00Z", "2026-06-28"),
        ("code_url", "javascript:alert(1)", None),
        ("media", ["file:///etc/passwd", "https://a.example/a"], ("https://a.example/a",)),
        ("authors", "Ada", ()),
        ("authors", ["Ada\x1b[31m", 7, ""], ("Ada",)),
        ("organization", {"name": "lab"}, None),
        ("source", "../lab", "hf"),
        ("abstract", "a\x9b31m\u202eb", "ab"),
    ],
)
def test_values_are_cleaned_and_checked(key: str, value: object, wanted: object) -> None:
    assert getattr(parsed(**{key: value}), key) == wanted


def test_texts_and_lists_are_bounded() -> None:
    found = parsed(title="x" * 10_000, abstract="x" * 100_000, authors=["y" * 1_000] * 10_000)
    sizes = [len(found.title), len(found.abstract), len(found.authors), len(found.authors[0])]
    assert sizes == [2_000, 20_000, 5_000, 200]
    tags = [f"tag {number}" for number in range(1_001)]
    days = [(date(2026, 1, 1) + timedelta(number)).isoformat() for number in range(101)]
    whole = parse_export({"id": ID, "title": "A title", "tags": tags, "days": days, "marks": [MARK] * 1_001})
    assert whole.marks is not None
    assert [len(whole.days), len(whole.marks.marks), len(whole.marks.states)] == [100, 1_000, 1_000]


def test_records_of_the_feed_stay_the_feed_s() -> None:
    feed = item(ID, day="2026-05-12")
    assert not is_export(feed) and not is_export(feed["paper"])
    assert is_export(record(WHOLE)) and not is_export({"id": ID, "title": "A title"})
    listings = read(feed, record(WHOLE._replace(id="2606.00002")))
    assert sorted((day, draft.id) for day, draft in drafts(listings)) == [
        ("2026-05-12", ID), ("2026-06-30", "2606.00002"),
    ]  # fmt: skip


def test_the_papers_keep_their_order() -> None:
    days = ("2026-06-30", None, "2026-06-29", "2026-06-30")
    papers = [WHOLE._replace(id=f"2606.0000{number}", day=day) for number, day in enumerate(days)]
    assert [(draft.id, day) for day, draft in drafts(read(*map(record, papers)))] == [
        (paper.id, paper.day) for paper in papers
    ]


def test_long_records_are_stored_in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "BATCH_CHARACTERS", 1_000)
    note = {**MARK, "kind": "note", "value": "x" * 600}
    listings = read(*({"id": f"2606.0000{number}", "marks": [note]} for number in range(5)))
    assert [len(listing.marks) for listing in listings] == [2, 2, 1]
    monkeypatch.setattr(papers_file, "BATCH", 3)
    assert [len(one.drafts) for one in read(*({"id": f"2606.0000{number}", "title": "T"} for number in range(5)))] == [
        3,
        2,
    ]
