"""Files of papers in any shape, and our own JSON: every field, only in forms that can be true."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from reader.actions.export import mark_record, record
from reader.core.errors import FeedError, FeedMalformed
from reader.core.marks import Mark, PaperMarks
from reader.core.paper import FIELDS, Draft, Listing, Paper
from reader.feeds.files import papers_file
from reader.feeds.files.papers_file import read_papers
from reader.feeds.records import parse_export
from tests.feed_server import item
from tests.feeds.test_saved_page import DRAFTS, PAGE
from tests.table import each

TODAY = date(2026, 3, 10)
ONE, TWO = item("2605.00001"), item("2605.00002", day="2026-05-12")
DAY = {"date": "2026-05-11", "items": [ONE, TWO]}
FIRST = {"date": "2026-05-11", "items": [ONE]}


def read(data: bytes) -> list[Listing]:
    return list(read_papers(io.BytesIO(data), TODAY))


def lines(*values: object) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def told(listings: Iterable[Listing]) -> list[str]:
    """The day and the last digits of the papers of each listing, and what it left out."""
    return [
        "; ".join(
            (
                *([f"{one.day}: {' '.join((draft.id or '')[-1] for draft in one.drafts)}"] if one.drafts else []),
                *(f"{skip.where}: {skip.reason}" for skip in one.skipped),
            )
        )
        for one in listings
    ]


BOTH = ["2026-05-11: 1", "2026-05-12: 2"]
ONLY = ["2026-05-12: 2"]
CUT = [*ONLY, "line 1: not JSON"]


@each(
    ("data", "expected"),
    [
        (lines(DAY), BOTH),
        (lines([DAY]), BOTH),
        (json.dumps(DAY, indent=2).encode(), BOTH),
        (json.dumps([DAY], indent=2).encode(), BOTH),
        (b"\n\n" + lines(DAY) + b"\n", BOTH),
        (lines(DAY).replace(b"\n", b"\r\n"), BOTH),
        (lines(FIRST, TWO), BOTH),
        (lines([FIRST, TWO]), BOTH),
        (lines(TWO), ONLY),
        (lines([TWO]), ONLY),
        (json.dumps(TWO, indent=1).encode(), ONLY),
        (json.dumps([TWO], indent=1).encode(), ONLY),
        (lines({"date": "some day", "items": [ONE]}), ["None: 1"]),
        # A bad line costs only itself.
        *((cut + lines(TWO, TWO), CUT) for cut in (b"{cut\n", b'[{"paper":\n', b"{\n")),
        (b"[\n" + lines(TWO, TWO), ONLY),
        (b"[\n" + lines(TWO).strip() + b",\n" + lines(ONE).strip() + b"\n]\n", [*ONLY, "None: 1"]),
        (
            lines(TWO) + b"{cut\n\n" + lines(7, [ONE, 8], {"date": "2026-05-11", "items": [None]}, {"a": 1}),
            [
                "line 6, item 1: not a record",
                "2026-05-12: 2; line 7: no arXiv id",
                "None: 1",
                "line 2: not JSON; line 4: not a record; line 5, item 2: not a record",
            ],
        ),
        # A list that breaks off has the line on which it began.
        (b"\n" + lines(TWO) + b"[{}, {cut}]\n", [*ONLY, "line 3: not JSON"]),
        (b"\n" + lines(TWO) + b"[\n{},\n{cut\n", ["2026-05-12: 2; line 4: no arXiv id", "line 5: not JSON"]),
        (b"\n" + lines(TWO) + b"[]\n[ ]\n[{}", [*ONLY, "line 5: not JSON"]),
        (b"\n" + lines(TWO) + b'{"a": "' + b"x" * 99, [*ONLY, "line 3: not JSON"]),
    ],
)
@each("pack", [bytes, gzip.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]) + b"\0" * 512])
def test_records_come_in_any_shape(data: bytes, expected: list[str], pack: Callable[[bytes], bytes]) -> None:
    assert told(read(pack(data))) == expected


def test_every_letter_of_a_title_is_read() -> None:
    title = "Große Modelle, “größer” 🤗 \\ \x7f"
    (listing,) = read(json.dumps(item("2605.00001", title), ensure_ascii=False).encode())
    assert listing.drafts[0].title == "Große Modelle, “größer” 🤗 \\"


@each("pack", [bytes, gzip.compress])
@each("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_of_a_saved_page(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    (listing,) = read(pack(PAGE.encode(encoding)))
    assert listing.drafts == DRAFTS


@each(
    ("data", "said"),
    [
        (b"", "^The input is empty"),
        (b"\n \n", "^The input is empty"),
        (b"A note to myself.", "has no papers, or no known format"),
        (b"[]", "has no papers in a known format."),
        (b"[7, 8]", "has no papers in a known format"),
        (b'{"a": 1}', r"no papers in a known format \(line 1: no arXiv id\)"),
        (b"{cut", r"no papers in a known format \(line 1: not JSON\)"),
        (b"<html><body>Daily Papers</body></html>", "is a web page without papers; save"),
        (b"%PDF-1.4\n\x00\x01\x02", "a PDF whose name has no arXiv id"),
        (b"<?xml version='1.0'?><a/>", "is XML of no known format"),
        (b"\x89PNG\n\x00\x01\x02", "neither text nor a known kind of file"),
        (b"\x1f\x8bnot gzip", "can't be read: the gzip data is damaged"),
        (gzip.compress(PAGE.encode(), mtime=0)[:300], "can't be read: the gzip file is cut off"),
    ],
)
def test_a_file_without_papers_is_an_error(data: bytes, said: str) -> None:
    with pytest.raises(FeedMalformed, match=said):
        read(data)


def test_papers_before_a_cut_are_kept() -> None:
    whole = gzip.compress(lines(*(item(f"2605.{number:05}", day="2026-05-12") for number in range(2_000))))
    *listings, cut = read(whole[: len(whole) // 2])
    assert 100 < sum(len(listing.drafts) for listing in listings) < 2_000
    assert told([cut]) == ["the end: the gzip file is cut off"]


def test_a_file_is_what_its_content_says_and_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "papers.txt"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + lines(TWO)))
    assert told(read_papers(path, TODAY)) == ONLY
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(FeedError, match="can't be read: ") as failure:
            list(read_papers(path, TODAY))
        assert str(path) in str(failure.value)


# Bounds


class Repeated(io.RawIOBase):
    """A stream that repeats one line and keeps none."""

    def __init__(self, line: bytes, count: int) -> None:
        self._line, self._left = line, count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        count = min(self._left, len(buffer) // len(self._line))
        self._left -= count
        data = self._line * count
        buffer[: len(data)] = data
        return len(data)


def read_again(line: bytes, count: int = 10**12) -> Iterator[Listing]:
    return read_papers(cast(BinaryIO, Repeated(line, count)), TODAY)


def test_an_endless_file_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "LENGTH_LIMIT", 5_000_000)
    monkeypatch.setattr(papers_file, "_TEXT_LIMIT", 2_000_000)
    for line, said in [(b"\n", "it has more than 4 MiB"), (b"x\n", "too long"), (b"\0", "too long")]:
        with pytest.raises(FeedMalformed, match=said):
            list(read_again(line))
    *_, cut = read_again(lines(TWO))
    assert told([cut]) == ["the end: it has more than 4 MiB"]


def test_a_small_packed_file_can_not_unpack_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "LENGTH_LIMIT", 2_000_000)
    for bomb in (b" " * 3_000_000, b"[" + b" " * 3_000_000, b"x" * 3_000_000):
        with pytest.raises(FeedMalformed, match=r"it has more than 1 MiB|no papers"):
            read(gzip.compress(bomb))


def test_records_come_in_batches_until_too_many_are_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "BATCH", 2)
    assert told(read(lines(ONE, 1, ONE, TWO, TWO, 2, 3, ONE))) == [
        *("None: 1", "line 2: not a record", "None: 1", *ONLY),
        *(*ONLY, "line 6: not a record", "None: 1", "line 7: not a record"),
    ]
    entries = ({"itemType": "preprint", "title": f"Title {number}"} for number in range(3))
    assert [len(one.entries) for one in read(lines(*entries))] == [2, 1]
    monkeypatch.setattr(papers_file, "BATCH", 1)
    monkeypatch.setattr(papers_file, "UNUSABLE", 2)
    monkeypatch.setattr(papers_file, "CHUNK", 100)
    stream = io.BytesIO(lines({}, 2, TWO, 3, 4, 5, TWO) + b"{}\n" * 9_000)
    assert told(read_papers(stream, TODAY)) == [
        *("line 1: no arXiv id", "line 2: not a record", *ONLY, "line 4: not a record", "line 5: not a record"),
        *("line 6: not a record", "line 6: too many unusable records; the rest was not read"),
    ]
    # Nor is it asked for.
    assert stream.tell() < 9_000


def test_a_long_line_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "LINE_LIMIT", 10_000)
    assert told(read(lines({"title": "x" * 20_000}, TWO))) == [*ONLY, "line 1: longer than any record"]


# Our own JSON


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


def read_records(*records: object, lines: bool = False) -> list[Listing]:
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
    assert drafts(read_records(record(WHOLE), lines=lines)) == [(WHOLE.day, draft)]
    # An absent value is no value.
    assert drafts(read_records(record(Paper(1, ID, "A title")), lines=lines)) == [(None, Draft("A title", ID))]
    # A paper without an arXiv id keeps its own.
    for id in ("page:0123456789ab", "feed:0123456789ab"):
        assert parsed(id=id) == Draft("A title", entry=id)


def test_marks_and_days_come_with_the_paper() -> None:
    whole = {**record(WHOLE), "starred": True, "tags": ["a"], "marks": [MARK], "days": ["2026-06-01", "2026-06-30", 7]}
    listings = read_records(whole)
    assert [day for day, _ in drafts(listings)] == ["2026-06-01", "2026-06-30"]
    assert marks(listings) == [PaperMarks(ID, (Mark(**MARK),), (("tag:a", "1"),))]  # type: ignore[arg-type]


def test_a_mark_is_read_as_it_was_written() -> None:
    for mark in (
        Mark("note", "a\n  b\tc \x1b[31mé", 1, "0" * 12, "a" * 24),
        Mark("tag:x  y", "1", 1, "0" * 12, "a" * 24),
    ):
        once = mark_record(mark)
        [found] = marks(read_records({"id": ID, "marks": [once]}))
        assert found.marks == (Mark(**once),)
        assert mark_record(found.marks[0]) == once
    assert once["kind"] == "tag:x y"
    assert "\x1b" not in json.dumps(mark_record(mark))


def test_marks_alone_need_no_title() -> None:
    listings = read_records({"id": ID, "marks": [MARK]}, {"id": "2606.1", "marks": [MARK]}, {"id": ID, "read": True})
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
    listings = read_records({**record(WHOLE), "starred": True, "marks": [{**MARK, **wrong}, 7]})
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
