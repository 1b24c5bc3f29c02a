from __future__ import annotations

import gzip
import io
import json
import random
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reader.core.errors import FeedError, FeedMalformed
from reader.core.paper import Listing
from reader.feeds.files import papers_file
from reader.feeds.files.papers_file import read_papers
from tests.feed_server import item
from tests.feeds.files.test_saved_page import DRAFTS, PAGE
from tests.table import each

TODAY = date(2026, 3, 10)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "huggingface" / "daily_papers.jsonl.gz"

ONE, TWO = item("2605.00001"), item("2605.00002", day="2026-05-12")
DAY = {"date": "2026-05-11", "items": [ONE, TWO]}


def read(data: bytes) -> list[Listing]:
    return list(read_papers(io.BytesIO(data), TODAY))


def lines(*values: object) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def papers(listings: list[Listing]) -> list[tuple[str | None, str | None]]:
    return sorted((listing.day, draft.id) for listing in listings for draft in listing.drafts) if listings else []


def skipped(listings: list[Listing]) -> list[tuple[str, str]]:
    return [(skip.where, skip.reason) for listing in listings for skip in listing.skipped]


@each(
    "data",
    [
        lines(DAY),
        lines([DAY]),
        json.dumps(DAY, indent=2).encode(),
        json.dumps([DAY], indent=2).encode(),
        b"\xef\xbb\xbf" + lines(DAY),
        b"\n\n" + lines(DAY) + b"\n",
        lines(DAY).replace(b"\n", b"\r\n"),
        lines({"date": "2026-05-11", "items": [ONE]}, TWO),
        lines([{"date": "2026-05-11", "items": [ONE]}, TWO]),
    ],
)
@each("pack", [bytes, gzip.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])])
def test_every_shape_of_the_feed_s_records(data: bytes, pack: Callable[[bytes], bytes]) -> None:
    listings = read(pack(data))
    assert papers(listings) == [("2026-05-11", "2605.00001"), ("2026-05-12", "2605.00002")]
    assert skipped(listings) == []


@each("data", [lines(TWO), lines([TWO]), json.dumps(TWO, indent=1).encode(), json.dumps([TWO], indent=1).encode()])
def test_an_item_or_a_list_of_items(data: bytes) -> None:
    assert papers(read(data)) == [("2026-05-12", "2605.00002")]


def test_a_file_is_what_its_content_says(tmp_path: Path) -> None:
    path = tmp_path / "papers.txt"
    path.write_bytes(gzip.compress(lines(TWO)))
    assert papers(list(read_papers(path, TODAY))) == [("2026-05-12", "2605.00002")]


@each("pack", [bytes, gzip.compress])
@each("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_text_of_a_saved_page(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    (listing,) = read(pack(PAGE.encode(encoding)))
    assert listing.drafts == DRAFTS


def test_bad_lines_are_skipped_with_their_numbers() -> None:
    data = lines(TWO) + b"{cut\n\n" + lines(7, [ONE, 8], {"date": "2026-05-11", "items": [None]}, {"a": 1})
    listings = read(data)
    assert {id for _, id in papers([listing for listing in listings if listing.drafts and listing.day])} == {
        "2605.00002"
    }
    assert sorted(skipped(listings)) == [
        ("line 2", "not JSON"),
        ("line 4", "not a record"),
        ("line 5, item 2", "not a record"),
        ("line 6, item 1", "not a record"),
        ("line 7", "no arXiv id"),
    ]


@each("bad", [b"{cut\n", b"[\n", b'[{"paper":\n', b"{\n"])
def test_a_bad_first_line_costs_only_itself(bad: bytes) -> None:
    listings = read(bad + lines(TWO, TWO))
    assert ("2026-05-12", "2605.00002") in papers(listings)
    assert skipped(listings)[0] == ("line 1", "not JSON")


def test_a_date_that_is_none_is_no_day() -> None:
    (listing,) = read(lines({"date": "some day", "items": [ONE]}))
    assert listing.day is None


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
        (b"\x89PNG\n\x00\x01\x02", "neither text nor a known kind of file"),
        (b"\x1f\x8bnot gzip", "can't be read: the gzip data is damaged"),
        (gzip.compress(PAGE.encode(), mtime=0)[:300], "can't be read: the gzip file is cut off"),
    ],
)
def test_what_holds_no_papers_says_so(data: bytes, said: str) -> None:
    with pytest.raises(FeedMalformed, match=said):
        read(data)


def test_what_came_before_a_cut_is_kept() -> None:
    many = lines(*(item(f"2605.{number:05}", day="2026-05-12") for number in range(2_000)))
    whole = gzip.compress(many)

    listings = read(whole[: len(whole) // 2])

    assert 100 < len(papers(listings)) < 2_000
    assert [reason for _, reason in skipped(listings)] == ["the gzip file is cut off"]


def test_padding_after_gzip_is_borne() -> None:
    assert papers(read(gzip.compress(lines(TWO)) + b"\0" * 512)) == [("2026-05-12", "2605.00002")]


def test_missing_files_and_folders_say_so(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(FeedError, match="can't be read: ") as failure:
            list(read_papers(path, TODAY))
        assert str(path) in str(failure.value)


def test_memory_stays_flat_over_lines() -> None:
    class Endless(io.RawIOBase):
        """Thousands of lines that exist only while they are read."""

        left = 3_000
        line = lines({**TWO, "filler": "x" * 4_000})

        def readable(self) -> bool:
            return True

        # Its type, `collections.abc.Buffer`, came with Python 3.12.
        def readinto(self, buffer: Any) -> int:
            if not self.left:
                return 0
            room = memoryview(buffer)
            count = max(1, min(self.left, len(room) // len(self.line)))
            data = (self.line * count)[: len(room)]
            room[: len(data)] = data
            self.left -= count
            return len(data)

    tracemalloc.start()
    try:
        found = sum(len(listing.drafts) for listing in read_papers(io.BufferedReader(Endless(), 65_536), TODAY))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A paper stands once in each listing. All lines together are over twelve megabytes.
    assert found == 3_000 // papers_file.BATCH
    assert peak < 8_000_000


def test_a_bomb_is_not_unpacked_but_what_is_only_long_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "_BOMB_SIZE", 1_000)
    monkeypatch.setattr(papers_file, "CHUNK", 200)
    bomb = gzip.compress(b"[" + b" " * 1_000_000)
    with pytest.raises(FeedMalformed, match="unpacks to more than 200 times its size"):
        read(bomb)
    monkeypatch.setattr(papers_file, "_BOMB_RATIO", 20)
    noise = random.Random(1).randbytes(3_000).hex()
    assert shapes(read(gzip.compress(lines(ONE, noise, TWO)))) == ["1", "1 on 2026-05-12", "line 2: not a record"]


def shapes(listings: list[Listing]) -> list[str]:
    """How many papers each listing has on which day, or what it left out."""
    return [
        ", ".join(f"{skip.where}: {skip.reason}" for skip in one.skipped)
        or f"{len(one.drafts)}{f' on {one.day}' if one.day else ''}"
        for one in listings
    ]


@each("size", [1, 4, 1_000])
def test_lines_are_counted_from_the_first_one(size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(papers_file, "CHUNK", size)
        found = read(b"\n \n\n  " + lines(ONE, 7, [ONE, 8]) + b"[9\nx\n12\n" + lines({"items": [ONE, 3]}))
    assert shapes(found) == [
        "line 10, item 2: not a record",
        "line 6, item 2: not a record, line 7, item 1: not a record",
        "line 5: not a record, line 7: not JSON, line 8: not JSON, line 9: not a record",
    ]


def test_records_come_in_batches_until_too_many_are_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "BATCH", 2)
    assert shapes(read(lines(ONE, 1, ONE, TWO, TWO, 2, 3, ONE))) == [
        *("1", "line 2: not a record", "1", "1 on 2026-05-12"),
        *("1 on 2026-05-12", "line 6: not a record", "1", "line 7: not a record"),
    ]
    entries = ({"itemType": "preprint", "title": f"Title {number}"} for number in range(3))
    assert [len(one.entries) for one in read(lines(*entries))] == [2, 1]
    monkeypatch.setattr(papers_file, "BATCH", 1)
    monkeypatch.setattr(papers_file, "UNUSABLE", 2)
    assert shapes(read(lines(ONE, 1, 2, TWO, 3, 4, 5, TWO))) == [
        *("1", "line 2: not a record", "line 3: not a record", "1 on 2026-05-12", "line 5: not a record"),
        *("line 6: not a record", "line 7: not a record", "line 7: too many unusable records; the rest was not read"),
    ]


def test_a_long_page_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "_TEXT_LIMIT", 1_000)
    with pytest.raises(FeedMalformed, match="too long"):
        read(PAGE.encode())


@pytest.mark.parametrize("size", [1, 3, 50, 1_000])
@pytest.mark.parametrize("indent", [None, 1])
def test_chunks_may_end_anywhere(size: int, indent: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "CHUNK", size)
    title = "Große Modelle, “größer” 🤗 \\ \x7f"
    records = [item(f"2605.{number:05}", day="2026-05-12") for number in range(3)]
    records[1]["paper"]["title"] = title
    data = json.dumps([*records, 12345, {"date": "2026-05-11", "items": [ONE]}, {}], ensure_ascii=False, indent=indent)
    listings = read(data.encode() + b"\n{cut\n" + lines(TWO))
    ids = [draft.id for listing in listings for draft in listing.drafts]
    assert sorted(filter(None, ids)) == ["2605.00000", "2605.00001", "2605.00001", "2605.00002"]
    assert {draft.title for listing in listings for draft in listing.drafts} >= {"Große Modelle, “größer” 🤗 \\"}
    assert [reason for _, reason in sorted(skipped(listings))] == ["not a record", "no arXiv id", "not JSON"]


@each(
    ("data", "places"),
    [
        (b"[1, {cut}]\n", ["line 1, item 1", "line 1"]),
        (b"[\n{},\n{cut\n{}\n", ["line 1, item 1", "line 3", "line 4"]),
        (b"[{} {}", ["line 1, item 1", "line 1", "line 1"]),
        (b"[]\n[ ]\n[{}]\n", ["line 3, item 1"]),
        (b"\n\n[{}\n", ["line 3, item 1", "line 3"]),
        (b'{"a": "' + b"x" * 99, ["line 1"]),
    ],
)
def test_what_is_skipped_has_its_place(data: bytes, places: list[str]) -> None:
    listings = read(lines(TWO) + data)
    assert sorted(where for where, _ in skipped(listings)) == sorted(
        place.replace(f"line {number}", f"line {number + 1}")
        for place in places
        for number in [int(place.split(",")[0][5:])]
    )


def test_a_long_value_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "VALUE_LIMIT", 10_000)
    monkeypatch.setattr(papers_file, "CHUNK", 1_000)
    listings = read(lines({"title": "x" * 20_000}, TWO))
    assert papers([listing for listing in listings if listing.day]) == [("2026-05-12", "2605.00002")]
    assert skipped(listings) == [("line 1", "longer than any record")]


@each("number", ["1" + "0" * 400, "1" + "0" * 5_000, "NaN", "-Infinity", "1e999"])
@each("indent", [None, 1])
def test_a_number_that_nothing_can_count_costs_only_itself(number: str, indent: int | None) -> None:
    odd = item("2605.00001", day="2026-05-12")
    odd["paper"]["upvotes"] = "NUMBER"
    data = json.dumps([odd, TWO], indent=indent).replace('"NUMBER"', number) + number + "\n" + json.dumps({"date": 1})
    listings = read(data.encode())
    drafts = [draft for listing in listings for draft in listing.drafts]
    assert [(draft.id, draft.upvotes is None) for draft in drafts] == [("2605.00001", True), ("2605.00002", False)]
    assert [reason for _, reason in skipped(listings)] == ["no arXiv id", "not a record"]


def test_after_many_unusable_records_the_rest_is_not_read() -> None:
    class Watched(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.given += len(data)
            return data

    watched = Watched(lines(TWO) + b"{}\n" * 5_000_000)
    listings = list(read_papers(watched, TODAY))
    assert ("2026-05-12", "2605.00002") in papers([listing for listing in listings if listing.day])
    assert skipped(listings)[-1][1] == "too many unusable records; the rest was not read"
    assert sum(listing.skipped_count for listing in listings) <= papers_file.UNUSABLE + 2 * papers_file.BATCH
    assert watched.given < 2_000_000


def test_an_endless_file_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers_file, "LENGTH_LIMIT", 5_000_000)
    monkeypatch.setattr(papers_file, "_TEXT_LIMIT", 2_000_000)

    class Endless(io.RawIOBase):
        def __init__(self, line: bytes) -> None:
            self._data = line * (papers_file.CHUNK // len(line))

        def read(self, size: int = -1, /) -> bytes:
            return self._data

    for line, said in [(b"\n", "it has more than 4 MiB"), (b"x\n", "too long"), (b"\0", "too long")]:
        with pytest.raises(FeedMalformed, match=said):
            list(read_papers(Endless(line), TODAY))  # type: ignore[arg-type]
    listings = list(read_papers(Endless(lines(TWO)), TODAY))  # type: ignore[arg-type]
    assert skipped(listings) == [("the end", "it has more than 4 MiB")]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
@pytest.mark.long
def test_the_recorded_archive_comes_in_whole() -> None:
    listings = list(read_papers(SHARED, TODAY))
    assert len({draft.id for listing in listings for draft in listing.drafts}) == 9_295
    assert sum(len(listing.drafts) for listing in listings) == 9_297
    assert len({listing.day for listing in listings}) == 558
    assert skipped(listings) == []
