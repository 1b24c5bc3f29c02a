from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from reader.feeds.http.client import duration_text
from reader.feeds.http.responses import (
    BodyReader,
    BodyTooLarge,
    UnknownEncoding,
    has_next_page,
    rate_limit_pause,
    refusal_reason,
    retry_after,
    sendable_validator,
)
from tests.table import each

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@each(
    ("header", "expected"),
    [
        ('"api"; r=0; t=57', 58),
        ('"api";r=10;t=57, "pages";r=0;t=9', 10),
        ('"api";r=0;t=9999', 310),
        ('"api";r=0', 0),
        ("", 0),
    ],
)
def test_a_pause_follows_from_the_limit(header: str, expected: float) -> None:
    assert rate_limit_pause({"RateLimit": header}, longest=310) == expected


@each(
    ("header", "expected"),
    [
        (" 0 ", 0),
        ("Tue, 12 May 2026 12:00:30 GMT", 30),
        ("Tue, 12 May 2026 12:00:30 -0000", 30),
        ("Tue, 12 May 2026 11:00:00 GMT", 0),
        ("-5", None),
        ("", None),
        ("9" * 5_000, None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_holds_seconds_or_a_date(header: str, expected: float | None) -> None:
    assert retry_after({"Retry-After": header}, NOON) == expected


@each(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Link": '<https://x/api?p=1>; rel="next"'}, True),
        ({"Link": '<https://x/api?p=0>; rel="prev", <https://x/api?p=2>; rel=next'}, True),
        ({"Link": '<https://x/api?p=0>; rel="prev"'}, False),
    ],
)
def test_a_next_page_is_named_by_a_link(headers: dict[str, str], expected: bool | None) -> None:
    assert has_next_page(headers) is expected


@each(
    ("body", "expected"),
    [
        (b'{"error": "\\u001b[31mred\\u001b[0m\\n alert"}', "red alert"),
        (b'{"error": 7}', ""),
        (b"[]", ""),
        (b"<html>", ""),
        (b"[" * 9_000, ""),
    ],
)
def test_a_reason_is_one_clean_line(body: bytes, expected: str) -> None:
    assert refusal_reason(body) == expected


@each(
    ("given", "expected"),
    [
        ("", None),
        (None, None),
        ("a\nb", None),
        ("x" * 1_000, "x" * 1_000),
        ("x" * 1_001, None),
    ],
)
def test_a_validator_is_sent_back_unchanged_or_not(given: str | None, expected: str | None) -> None:
    assert sendable_validator(given) == expected


@each(
    ("seconds", "expected"),
    [(119, "119 s"), (120, "2 minutes"), (7_199, "120 minutes"), (7_200, "2 hours"), (14_400, "4 hours")],
)
def test_a_duration_is_rounded(seconds: float, expected: str) -> None:
    assert duration_text(seconds) == expected


TEXT = b"text " * 200
PACKED = gzip.compress(TEXT)


@each(
    ("encoding", "sent"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", PACKED),
        ("GZIP, identity", PACKED),
        ("x-gzip", PACKED + b"more"),
    ],
)
def test_a_body_is_unpacked_up_to_its_limit(encoding: str, sent: bytes) -> None:
    whole, short = BodyReader(encoding, len(TEXT)), BodyReader(encoding, len(TEXT) - 1)
    for start in range(0, len(sent), 7):
        whole.add(sent[start : start + 7])
    assert whole.body() == TEXT
    with pytest.raises(BodyTooLarge):
        short.add(sent)


def test_a_body_is_whole_and_packed_once() -> None:
    cut = BodyReader("gzip", len(TEXT))
    assert cut.body() == b""
    cut.add(PACKED[:-1])
    with pytest.raises(zlib.error):
        cut.body()
    for encoding in ("br", "gzip, gzip", "deflate"):
        with pytest.raises(UnknownEncoding):
            BodyReader(encoding, 9)
