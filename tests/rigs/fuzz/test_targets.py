"""The targets of fuzzing hold for inputs that hypothesis makes: mutations of good ones, and any bytes.

`python -m tests.rigs fuzz NAME` looks further, with inputs that coverage guides.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rigs.fuzz.targets import EXPORT, LINE, TARGETS, Target
from tests.table import each

pytestmark = pytest.mark.long

# All targets together may take half a minute.
EXAMPLES = settings().max_examples // 3

CRASHES: list[tuple[str, bytes]] = [
    ("dates", b"9999-12"),
    ("dates", b"0226-w20"),
    ("feed", b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><summary>a\n\nb</summary></entry></feed>"),
    ("ids", b"c" * 200 + b"/1234567"),
    ("headers", b"Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),
    ("headers", b"Mon, 01 Jan 2026 00:00:00 +99999999999999999"),
    ("export", EXPORT.replace(b"1700000000000", b"-1")),
    ("journal", LINE.replace(b"1700000000000", b"9" * 30)),
    ("json", b"[1e999,-1e999]"),
    ("json_stream", b"12345 [7777.77,\n777E+7,\n77e-7,\n77777e7]"),
]
"""Inputs that fuzzing found, each with the target that it crashed."""


@each(("name", "data"), CRASHES)
def test_what_crashed_once_does_not(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


@each("name", TARGETS)
def test_the_seeds_are_read(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].run(seed)


def mutated(target: Target) -> st.SearchStrategy[bytes]:
    """A seed that is cut, doubled, or has other pieces in between."""
    pieces = st.sampled_from([*target.seeds, *target.words]) | st.binary(max_size=8) | st.sampled_from(_TRICKS)
    cuts = st.tuples(pieces, st.integers(0, 200), st.integers(0, 200)).map(lambda cut: cut[0][cut[1] :][: cut[2] + 1])
    return st.lists(pieces | cuts, max_size=12).map(b"".join) | st.binary(max_size=200)


_TRICKS = [
    b"\0", b"\n", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\xbd", "\u202e".encode(), "\u0301\u200d".encode(),
    b"<", b">", b"&#xD83D;", b"{", b"[", b'"', b"'", b"\\", b"$", b"9" * 30, b"-1", b"1e400", b"9999-99-99", b"/", b":",
]  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_any_bytes_are_survived(name: str, data: st.DataObject) -> None:
    TARGETS[name].run(data.draw(mutated(TARGETS[name])))


_TEXTS = st.text(st.characters(), max_size=30) | st.sampled_from(["2605.00001", "2026-05-12", "https://a.example/x"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = (
    "id", "title", "summary", "authors", "publishedAt", "submittedOnDailyAt", "upvotes", "numComments", "ai_summary",
    "ai_keywords", "githubRepo", "githubStars", "projectPage", "mediaUrls", "organization", "submitterOrganization",
)  # fmt: skip
_RECORDS = st.dictionaries(st.sampled_from(_FIELDS), _VALUES)


@settings(max_examples=EXAMPLES)
@given(st.lists(st.fixed_dictionaries({"paper": _RECORDS}) | _RECORDS | _VALUES, max_size=4))
def test_records_of_any_shape_are_used_or_counted(items: list[Any]) -> None:
    for name in ("huggingface", "papers_file"):
        TARGETS[name].run(json.dumps(items).encode())
