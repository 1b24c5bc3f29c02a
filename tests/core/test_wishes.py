"""What the user asks more or less of."""

from __future__ import annotations

from reader.core.wishes import (
    LONGEST_NAME,
    Wish,
    event_label,
    newest_wishes,
    parse_wish,
)
from tests.table import each


@each(
    ("step", "value", "label", "added"),
    [
        *((2, "2", "more of a b", 1.0), (1, "1", "more of a b", 0.5), (0, "0", "no wish about a b", 0.0)),
        *((-3, "-3", "less of a b", -2.0), (None, "mute", "muted a b", 0.0)),
    ],
)
def test_a_wish_is_an_event_in_words(step: int | None, value: str, label: str, added: float) -> None:
    wish = Wish("word", "a b", step)
    assert (wish.value, wish.label, wish.added) == (value, label, added)
    assert parse_wish(wish.kind, wish.value) == wish
    assert event_label(wish.kind, wish.value) == label


def test_a_muted_topic_counts_against_its_papers_because_it_is_no_word_to_leave_out() -> None:
    assert Wish("topic", "agents", None).added == -2.0


def test_steps_go_up_and_down_to_an_end_and_unmute() -> None:
    wish = Wish("word", "cache")
    for _ in range(5):
        wish = wish.moved("raise")
    assert wish.step == 3
    assert [wish.moved(way).step for way in ("lower", "mute", "reset")] == [2, None, 0]
    assert wish.moved("mute").moved("lower").step == -1


@each(
    ("kind", "value"),
    [
        *(("weigh:author:Ada", "1"), ("weigh:word:", "1"), ("weigh:word:x", "4"), ("weigh:word:x", "+1")),
        *(("star", "1"), ("weigh:word:x", "9" * 5_000), (f"weigh:word:{'x' * (LONGEST_NAME + 1)}", "1")),
        *(("weigh:word:a\x1b[2J", "1"), ("interest:x", "{}")),
    ],
)
def test_events_of_another_form_are_no_wishes(kind: str, value: str) -> None:
    assert parse_wish(kind, value) is None


def test_the_newest_wish_counts_whatever_its_spelling() -> None:
    events = [("weigh:word:KV caches", "1"), ("weigh:topic:agents", "1"), ("weigh:word:kv cache", "-1")]
    assert newest_wishes(events) == (Wish("topic", "agents", 1), Wish("word", "kv cache", -1))
    assert newest_wishes([*events, ("weigh:topic:agents", "0")]) == (Wish("word", "kv cache", -1),)
