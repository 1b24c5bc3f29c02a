from __future__ import annotations

from datetime import date, timedelta

from reader.core.topics.trends import SMOOTHING, WEEKS, first_day, percent, spark, trends

NEWEST = "2026-06-30"


def weekly(slug: str | None, papers: list[int]) -> list[tuple[str, str | None, int]]:
    """Papers of each week, all on its last day, the newest week last."""
    last = date.fromisoformat(NEWEST)
    days = [(last - timedelta(weeks=back)).isoformat() for back in reversed(range(len(papers)))]
    return [(day, slug, count) for day, count in zip(days, papers, strict=True)]


def test_a_single_paper_makes_no_trend() -> None:
    counts = [*weekly(None, [100] * 12), *weekly("rare", [0] * 11 + [1]), *weekly("big", [50] * 9 + [90] * 3)]
    found = trends(counts, NEWEST)
    assert 0 < found["rare"].rising < 0.2 < found["big"].rising


def test_the_last_week_ends_with_the_newest_day_and_older_days_are_left_out() -> None:
    first = date.fromisoformat(first_day(NEWEST))
    assert (date.fromisoformat(NEWEST) - first).days == 7 * WEEKS - 1
    ends = [(first.isoformat(), "a", 7), ((first - timedelta(days=1)).isoformat(), "a", 90)]
    found = trends([*weekly(None, [30] * 12), *ends], NEWEST)
    assert found["a"].weeks == (0.2333, *(0.0,) * 11)


def test_a_week_without_papers_has_no_share_and_breaks_nothing() -> None:
    found = trends([*weekly(None, [10] * 8 + [0] * 4), *weekly("a", [1] * 8 + [0] * 4)], NEWEST)
    assert found["a"].weeks[-4:] == (0.0,) * 4
    assert found["a"].rising == 0


def test_a_sparkline_has_a_sign_a_week_or_the_mean_of_a_few() -> None:
    assert spark([0, 1, 2, 4], "_-=#", 4) == "_-=#"
    assert spark([0, 1, 2, 4], "_-=#", 2) == "_#"
    assert spark([], "_#", 2) == ""
    assert spark([0, 0, 2, 2, 4], "_-=#", 2) == "_#"
    assert spark([0, 0, 8, 2, 4], "_-=#", 5) == "__#-="
    assert spark([1, 3, 3, 1, 0, 0], "_-=#", 3) == "##_"
    assert spark([1, 2, 3, 4], "_#", 1) == "#"
    assert spark([0, 0, 0], "_#", 5) == "___"
    assert spark([0, 0, 0], "_#", 2) == "__"


def test_a_rise_is_written_in_percent() -> None:
    assert [percent(rising) for rising in (0.424, -0.07, 0.0)] == ["+42 %", "-7 %", "+0 %"]


def test_four_weeks_with_papers_make_a_trend() -> None:
    counts = [*weekly(None, [0, 10, 0, 10, 10, 10]), *weekly("a", [0, 1, 0, 1, 1, 1])]
    assert set(trends(counts, NEWEST)) == {"a"}
    assert trends([one for one in counts if one[0] != NEWEST], NEWEST) == {}


def test_a_rise_compares_three_weeks_with_those_before() -> None:
    found = trends([*weekly(None, [10] * 6 + [20] * 6), *weekly("a", [1] * 9 + [4, 5, 6])], NEWEST)
    assert found["a"].rising == round((15 + SMOOTHING) / (9 / 120 * 60 + SMOOTHING) - 1, 3)
