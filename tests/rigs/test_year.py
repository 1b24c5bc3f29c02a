from __future__ import annotations

from tests.rigs.year import STEADY, Row, judge


def row(month: int, papers: int, marks: int, backups: int, start: int) -> Row:
    return Row(month, papers, marks, {"backups": backups}, dict.fromkeys(STEADY, 100) | {"start": start})


def test_what_grows_faster_than_papers_and_marks_is_found() -> None:
    rows = [row(month, 100 * month, 300 * month, 1_000_000 * month, 500) for month in range(1, 13)]
    assert judge(rows) == []
    late = row(13, 1_300, 3_900, 40_000_000, 900)
    assert judge([*rows, late]) == [
        "backups grew from 3,000,000 to 40,000,000 bytes",
        "start grew from 500 to 900",
    ]
