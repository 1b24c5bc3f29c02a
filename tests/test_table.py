"""A test of a table tries all of its rows, and says which one failed."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

import pytest

from tests.table import each

_tried: list[tuple[int, str]] = []


@each("number", [1, 2])
@each(("letter", "word"), [("a", "at"), ("b", "be")])
def test_every_row_is_tried_with_every_other_and_the_fixtures(
    number: int, letter: str, word: str, tmp_path: Path
) -> None:
    assert tmp_path.exists()
    _tried.append((number, letter))
    assert word[0] == letter
    assert len(_tried) < 4 or _tried == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]


def test_the_row_that_fails_is_named() -> None:
    @each("number", [1, 2, 3])
    def check(number: int) -> None:
        assert number != 2

    assert list(signature(check).parameters) == []
    with pytest.raises(AssertionError) as failed:
        check()
    assert failed.value.__notes__ == ["in the row {'number': 2}"]
