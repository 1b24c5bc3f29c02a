from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.feeds import safe_json
from reader.feeds.safe_json import TooManyValues, UnreadableJson, parse_json
from tests.feeds.measured import measure
from tests.tiers import rest_long

DENSE = [
    "{},",
    "[],",
    "0,",
    '"ab",',
    '"ĀĀ",',
    "1.5,",
    '{"":0},',
    "[[0]],",
    '{"a":{"b":{}}},',
    "[0,0,0,0,0],",
    "123456789,",
]

PARSE = """
from reader.feeds import safe_json

def run():
    value = safe_json.parse_json(TEXT)
    return len(value)

import json
safe_json.parse_json(b"[]")
"""


@pytest.mark.parametrize("part", rest_long(DENSE, DENSE[:1]))
def test_the_densest_texts_stay_under_the_limit(part: str) -> None:
    weight = sum(part.count(character) * weight for character, weight in safe_json._WEIGHTS.items())
    count = safe_json.VALUES_LIMIT // weight - 10
    took = measure(f"{PARSE}\nTEXT = ('[' + {part!r} * {count} + '0]').encode()\nmeasured(run)")
    assert took.said == str(count + 1)
    assert took.megabytes * 1024**2 < safe_json.VALUES_LIMIT + 8 * len(part) * count


@pytest.mark.parametrize("pack", [str.encode, str])
def test_too_many_values_are_refused(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_json, "VALUES_LIMIT", 10_000)
    assert parse_json(pack(json.dumps([0] * 100))) == [0] * 100
    for part in DENSE:
        with pytest.raises(TooManyValues):
            parse_json(pack("[" + part * 120 + "0]"))


@pytest.mark.parametrize("text", ["", "{", "[1", "[" * 100_000, b"\xff", '"\ud800'])
def test_no_json_is_refused(text: bytes | str) -> None:
    with pytest.raises(UnreadableJson):
        parse_json(text)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(values)
def test_json_means_what_it_says(value: object) -> None:
    assert parse_json(json.dumps(value)) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")) == value
