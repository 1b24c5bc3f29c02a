"""When a paper has changed enough, and what changed."""

from __future__ import annotations

from datetime import UTC, datetime

from reader.core.changes import (
    Changes,
    Difference,
    Due,
    Edit,
    Facts,
    History,
    LookedAt,
    Moved,
    Run,
    brief,
    compare_words,
    count_words,
    describe,
    find_due,
)
from tests.table import each


def at(day: int) -> int:
    return int(datetime(2026, 11, day, 8, tzinfo=UTC).timestamp())


def moved(*points: tuple[int, int]) -> list[Moved]:
    """Votes from a day on."""
    return [Moved(at(day), votes, 0, None, False) for day, votes in points]


def history(*points: tuple[int, int]) -> History:
    return History(Facts(votes=points[-1][1]), moved(*points))


def said(found: list[Difference]) -> list[tuple[object, ...]]:
    return [(one.what, one.before, one.after, one.is_enough) for one in found]


@each(
    ("what", "before", "after", "enough"),
    [
        ("votes", 3, 27, False),
        ("votes", 3, 28, True),
        ("votes", 200, 299, False),
        ("votes", 200, 300, True),
        ("votes", 30, 12, None),
        ("comments", 0, 4, False),
        ("comments", 0, 5, True),
        ("models", 0, 1, True),
    ],
)
def test_numbers_must_grow_by_a_number_and_by_half(what: str, before: int, after: int, enough: bool | None) -> None:
    counts = ({"votes": 0, "comments": 0, "models": 0} | {what: count} for count in (before, after))
    points = [Moved(at(day), **one, code=False) for day, one in zip((1, 3), counts, strict=True)]
    found = History(Facts(*points[1][1:4]), points).changes(at(2), None)
    assert said(found) == ([] if enough is None else [(what, before, after, enough)])


def test_all_that_may_change_is_told_in_one_order() -> None:
    now = Facts(61, 7, 3, True, 2, "ICLR 2026", "A new title", "Some words are new here")
    edits = [
        Edit(at(4), "title", "An old title"),
        Edit(at(4), "abstract", "Some words are old here"),
        Edit(at(4), "version", "1"),
        Edit(at(5), "venue", ""),
    ]
    points = [Moved(at(1), 12, 0, 0, False), Moved(at(3), 61, 7, 3, True)]
    one = History(now, points, edits, revised="2026-11-04")
    assert said(one.changes(at(2), None)) == [
        ("code", False, True, True),
        ("models", 0, 3, True),
        ("version", 1, 2, True),
        ("venue", None, "ICLR 2026", True),
        ("votes", 12, 61, True),
        ("comments", 0, 7, True),
        ("title", "An old title", "A new title", False),
        ("abstract", "Some words are old here", "Some words are new here", False),
    ]
    # In between, only the numbers had changed.
    assert [change.what for change in one.changes(at(2), at(3))] == ["code", "models", "votes", "comments"]
    assert one.changes(at(6), None) == []
    assert [change.what for change in one.changes(at(2), at(4))] == [
        *("code", "models", "version", "votes", "comments", "title", "abstract")
    ]
    first = History(Facts(version=1), [], [Edit(at(4), "version", "")], revised="2026-11-04")
    assert first.changes(at(2), None) == []


def test_a_row_says_which_change_in_a_word_or_two() -> None:
    changes = (
        *(Difference("code", False, True, True), Difference("models", 0, 3, True), Difference("version", 1, 2, True)),
        *(Difference("venue", None, "ICLR 2026", True), Difference("votes", 12, 61, True)),
        *(Difference("votes", 40, 66, True), Difference("title", "An old one", "A new one", True)),
    )
    assert [brief(one) for one in changes] == [
        *("code out", "+3 models", "new v2", "ICLR 2026", "votes ×5", "+26 votes", "new title"),
    ]
    others = Difference("version", None, 2, True), Difference("venue", "arXiv", "ICLR", True)
    assert [describe(one, "->") for one in (*changes, *others, Difference("votes", 1_000, 2_000, True))] == [
        *("new code", "0 -> 3 models", "v1 -> v2", "now at ICLR 2026", "12 -> 61 votes", "40 -> 66 votes"),
        *("2 words of the title", "new v2", "arXiv -> ICLR", "1,000 -> 2,000 votes"),
    ]
    assert brief(Difference("votes", 5, 10, True)) == "votes ×2"


def test_changes_tell_what_the_user_had_done_and_when() -> None:
    one = Changes(at(2), at(3), "star", True, ())
    assert (one.day, one.done) == ("2026-11-02", "starred it")


@each(("revised", "is_new"), [("2026-11-02", False), ("2026-11-03", True), ("", False)])
def test_a_version_that_was_not_known_is_new_if_it_was_made_later(revised: str, is_new: bool) -> None:
    one = History(Facts(version=2), (), [Edit(at(4), "version", "")], revised)
    assert [change.what for change in one.changes(at(2), None)] == ["version"] * is_new


def test_an_unknown_earlier_value_is_no_change() -> None:
    before, after = Moved(at(1), 5, 0, None, False), Moved(at(3), 5, 0, 40, False)
    one = History(Facts(5, models=40, abstract="Now it is known"), [before, after], [Edit(at(3), "abstract", "")])
    assert one.changes(at(2), None) == []


def test_a_change_is_due_until_the_user_looks() -> None:
    one = history((1, 3), (3, 60), (5, 61))
    assert find_due([], one) is None
    assert find_due([LookedAt(at(4))], one) is find_due([LookedAt(at(3))], one) is None
    assert find_due([LookedAt(at(2))], one) == Due(at(3), at(2), is_open=True)
    # What is only opened is still due; a mark is a look.
    assert find_due([LookedAt(at(2)), LookedAt(at(4), is_trace=True)], one) == Due(at(3), at(2), is_open=True)
    assert find_due([LookedAt(at(4)), LookedAt(at(2))], one) == Due(at(3), at(2), is_open=False)
    # A paper that has not changed is opened again, and its changes count from then on.
    assert find_due([LookedAt(at(1)), LookedAt(at(2), is_trace=True)], one) == Due(at(3), at(2), is_open=True)


def test_a_second_change_makes_it_due_again() -> None:
    one = history((1, 3), (3, 60), (5, 200))
    assert find_due([LookedAt(at(2)), LookedAt(at(4))], one) == Due(at(5), at(4), is_open=True)
    # Nothing new is enough on the fifth day: it became due on the third.
    assert find_due([LookedAt(at(2))], one) == Due(at(3), at(2), is_open=True)


# Words


def test_words_are_compared_in_order() -> None:
    runs = compare_words("we train a small model on text", "we train two small models on text")
    assert runs == (
        Run("same", "we train"),
        *(Run("gone", "a"), Run("new", "two"), Run("same", "small")),
        *(Run("gone", "model"), Run("new", "models"), Run("same", "on text")),
    )
    assert count_words(runs) == 2
    assert compare_words("a " * 3_000, "b") == (Run("gone", "a " * 2_999 + "a"), Run("new", "b"))


def test_a_repetitive_text_is_replaced_as_a_whole() -> None:
    # To compare these word by word would take a second.
    gone, new = "x" + " a b" * 200, "y" + " b b a" * 150
    assert compare_words(f"We say {gone} here", f"We say {new} here") == (
        Run("same", "We say"), Run("gone", gone), Run("new", new), Run("same", "here"),
    )  # fmt: skip
