"""Rows that another machine may have written: what is taken as it is, what is cleaned, and what is refused."""

from __future__ import annotations

import json

import pytest

from reader.core.foreign import Refused
from reader.log.foreign import checked_row, decode_row, encode_row
from reader.log.rows import Row
from tests.table import each

ACTION = "ab" * 6 + "0" * 12
PAPER = "2611.00002"
FEED = '"kind": "rss", "url": "https://a.example/feed", "title": "A", "added": "2026"'


@each(
    ("paper", "kind", "value"),
    [
        # Cleaned, it would be a kind that is known.
        ("", " follow:blog", "no JSON"),
        ("", " queue", "first"),
        ("", "follow:blog", f'{{{FEED}, "home": []}}'),
        ("", "follow:blog", f'{{{FEED}, "more": "\ud800"}}'),
        ("", "follow:blog", f"{{{FEED.replace('https://a.example', 'https://u:p@a.example')}}}"),
        ("", "follow:blog", f"{{{FEED.replace('https://a.example/feed', 'file:///etc/passwd')}}}"),
        ("", "follow:blog", f"{{{FEED.replace('rss', 'arxiv')}}}"),
        ("", "follow:blog", f'{{{FEED}, "folder": "a\\u001b[31mb"}}'),
        ("", "follow:blog", "[" * 30_000),
        ("", "follow:Blog", ""),
        (PAPER, "star", "7"),
        ("", "star", "1"),
        ("../etc/passwd", "star", "1"),
        (PAPER, "undo", "1"),
        (ACTION, "undo", "2"),
        (PAPER, "tag:", "1"),
        (PAPER, "", ""),
        (PAPER, "open", "yesterday"),
        (PAPER, "queue", "first"),
        ("", "entry:views:0123456789abcdef", "{}"),
        ("", "setting:mute", "[]"),
    ],
)
def test_what_no_machine_records_is_refused(paper: str, kind: str, value: str) -> None:
    with pytest.raises(Refused):
        checked_row(Row(ACTION, paper, kind, value))


@each(
    ("row", "expected"),
    [
        (Row(ACTION, PAPER, "star", "1"), None),
        (Row(ACTION, ACTION, "undo", "1"), None),
        (Row(ACTION, "", "follow:blog", f"{{{FEED}}}"), None),
        (Row(ACTION, "", "follow:blog", ""), None),
        (Row(ACTION, PAPER, "later:kind", "anything"), None),
        (Row(ACTION, PAPER, "star", "1", "agent:claude:abababababab"), None),
        (Row(ACTION, PAPER, "tag:a\x1b[31mb", "1"), Row(ACTION, PAPER, "tag:ab", "1")),
        (Row(ACTION, PAPER, "note", "a\x00b\r\nc"), Row(ACTION, PAPER, "note", "ab\nc")),
        (Row(ACTION, PAPER, "star", "1", "somebody"), Row(ACTION, PAPER, "star", "1")),
    ],
)
def test_a_row_is_taken_with_clean_text(row: Row, expected: Row | None) -> None:
    assert decode_row(encode_row(row)) == (expected or row)


@each(
    "line",
    ["", "[]", "{}", "7", '["a","b","c","d",5]', "[" * 100_000, json.dumps([ACTION[:-1], PAPER, "star", "1", ""])],
)
def test_what_is_no_row_is_refused(line: str) -> None:
    with pytest.raises(Refused, match="it is not a row"):
        decode_row(line)
