"""The gate lets the values pass that a program of ours may have written, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core import foreign
from reader.core.ids import in_address, in_arxiv_address, in_file_name, page_id
from reader.core.text import clean
from tests.table import each

GOOD = [
    "2406.12345",
    "0704.0001",
    "hep-th/9901001",
    "cs/0112017",
    "page:0123456789ab",
    "feed:ffffffffffff",
    page_id("A"),
]
BAD = [
    "", "2406.12345v2", "2413.12345", "2406.123456", "../../api/settings/delete", "//evil.example/x", "-rf", "..",
    "hep-th/9901001/x", "hep-th//990100", "math.GT/0309136", "page:..", "page:0123456789AB", "feed:0123456789abc",
    "2406.12345\n", " 2406.12345", "２４０６.12345", "2406.12345?x", "2406.12345#", "%2e%2e", "a\x00",
]  # fmt: skip


@each("id", GOOD)
def test_an_id_of_a_paper_passes(id: str) -> None:
    assert foreign.paper_id(id) == id


@each("id", [*BAD, None, 2406.12345, ["2406.12345"]])
def test_nothing_else_is_the_id_of_a_paper_nor_part_of_an_address_or_a_file_s_name(id: object) -> None:
    assert foreign.paper_id(id) is None
    if isinstance(id, str):
        for build in (in_address, in_arxiv_address, in_file_name):
            with pytest.raises(ValueError, match="it is not"):
                build(id)


def test_an_old_id_is_one_part_of_an_address_and_two_of_arxiv_s() -> None:
    assert in_address("2406.12345") == in_arxiv_address("2406.12345") == "2406.12345"
    assert in_address("hep-th/9901001") == "hep-th%2F9901001"
    assert in_arxiv_address("hep-th/9901001") == "hep-th/9901001"
    assert in_file_name("hep-th/9901001") == "hep-th_9901001"


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.lists(st.text()) | st.text())
def test_accepted_values_are_clean_and_bounded(value: object) -> None:
    address = foreign.web_url(value) if isinstance(value, str) else None
    for passed in (foreign.text(value), foreign.paper_id(value), foreign.category(value), address):
        assert passed is None or clean(passed, 2_000) == passed
    for number in (foreign.clock(value), foreign.count(value)):
        assert number is None or 0 <= number < 1 << 63


def test_json_and_text_are_cut_to_their_limits() -> None:
    assert foreign.read_json("[1]", 3) == [1] and foreign.read_json("[1]", 2) is None
    assert [foreign.text(one, 5) for one in ("abcdef", " a ", 3)] == ["abcde", "a", None]


@each(
    ("values", "check"),
    [
        (["cs.CL", "stat.ML", "hep-th", "math-ph", "cond-mat.mes-hall", "physics.data-an", "math"], foreign.category),
        (["https://a.example/x", "http://a.example:8080/"], foreign.web_url),
        ([0, 1, 10**9], foreign.count),
        ([0, 1_800_000_000_000, foreign.FURTHEST], foreign.clock),
    ],
)
def test_values_of_the_right_form_pass_as_they_are(values: list[object], check: object) -> None:
    assert callable(check)
    assert [check(value) for value in values] == values


@each(
    ("values", "check"),
    [
        (["", "cs.CL+cs.LG", "CS.CL", "cs.CL/..", "../x", "cs.CLXX", "a" * 40, None, 3], foreign.category),
        (["javascript:x", "https://u@a.example", "file:///x", "https://", "", "https://a.example:x"], foreign.web_url),
        ([-1, 10**9 + 1, float("nan"), float("inf"), True, "1", None], foreign.count),
        ([-1, foreign.FURTHEST + 1, 1.5, True, "1", None], foreign.clock),
        (["", " \x9b31m ", "\u202e", 3, None], foreign.text),
    ],
)
def test_values_of_a_wrong_form_are_refused(values: list[object], check: object) -> None:
    assert callable(check)
    assert [check(value) for value in values] == [None] * len(values)
