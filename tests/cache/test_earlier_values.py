"""What another machine replaced: notes, settings and entries of this one, each with the place of its value."""

from __future__ import annotations

import json
import sqlite3
import zlib

from reader.cache import meta
from reader.cache.earlier_values import replaced, restored, setting_versions, take_news
from reader.cache.entries import KNOWN, NOBODYS
from reader.cache.marks.event_log import NOBODY
from reader.cache.marks.events import Events
from reader.cache.marks.journal import Entry
from reader.core.marks import ENTRY, HERE

OTHER = "bababababaab"
EVALS, X = f"entry:views:{'e' * 16}", f"entry:mute:{'0' * 16}"


def happened(events: Events, *said: tuple[str, str, object]) -> None:
    """Have events in their order: the machine, the kind or the id of the paper that has a note, and the value."""
    machines = {"own": events.machine(), "other": OTHER, "nobody": NOBODYS}
    first = events.last() + 1
    for at, (machine, kind, value) in enumerate(said, first):
        number = at if machine == "own" else 0
        is_note = kind.startswith("2611")
        text = value if isinstance(value, str) and (is_note or kind == "undo") else json.dumps(value)
        about = ("note", text, 1, zlib.compress(kind.encode())) if is_note else (kind, text, 0, NOBODY)
        events.join([Entry(f"{at:024x}", machines[machine], number, at, *about)])


def follow_entries(connection: sqlite3.Connection, prefix: str) -> None:
    meta.put(connection, KNOWN, json.dumps({"prefix": prefix, "stamp": [], "lists": {}}))


def ask(events: Events, after: int = 0) -> list[tuple[int, str, str, str, int]]:
    found = events.read(lambda connection: replaced(connection, after))
    return [(one.seq, one.said, one.other, " ".join(one.words), one.number) for one in found]


def test_notes_that_gave_way_are_told(events: Events) -> None:
    one, two, three, four = (f"2611.{number:05}" for number in range(1, 5))
    happened(events, ("own", one, "of\nmine"), ("own", one, "older"), ("own", two, "x"), ("own", two, ""))
    happened(events, ("own", three, "same"), ("own", four, "gone"), ("own", "undo", f"{6:024x}"))
    assert ask(events) == []
    happened(events, ("other", one, "theirs"), ("other", two, "theirs"), ("other", three, "same"))
    happened(events, ("other", four, "theirs"), ("other", one, "newest"))
    newest = (12, f"note of {one}", "older", f"note {one} --history", 3)
    assert ask(events) == [newest, (9, f"note of {two}", "(removed)", f"note {two} --history", 2)]
    assert ask(events, 9) == ask(events, 11) == [newest]
    assert ask(events, 12) == []


def told(events: Events, name: str) -> list[tuple[int, str]]:
    return [(one.seq, one.said) for one in events.read(lambda connection: setting_versions(connection, name))]


def test_settings_and_entries_that_gave_way_are_told_and_come_back(events: Events) -> None:
    events.read(lambda connection: follow_entries(connection, ENTRY))
    evals, there = {"name": "Evals", "query": "title:a", "there": True}, {"there": True}
    happened(events, ("own", "setting:order", "upvotes"), ("nobody", X, {"text": "x", **there}))
    happened(events, ("own", EVALS, evals), ("own", "setting:same", 5), ("other", "setting:theme", "dark"))
    happened(events, ("other", "setting:keys", 1), ("own", "setting:keys", 2))
    assert ask(events) == []
    happened(events, ("other", "setting:order", "title"), ("other", "setting:order", "day"))
    happened(events, ("other", X, {"there": False}), ("other", EVALS, {"name": "Tests", "query": "title:b"}))
    happened(events, ("other", "setting:same", 5))
    assert ask(events) == [
        (11, "view Evals", "title:a", "config history views.Evals", 2),
        (10, "muted word x", "muted word x", "config history mute.x", 2),
        (9, "order", '"upvotes"', "config history order", 3),
    ]
    assert [one[0] for one in ask(events, 10)] == [11]
    assert told(events, "order") == [(9, '"day"'), (8, '"title"'), (1, '"upvotes"')]
    both = [(11, "view Tests: title:b"), (3, "view Evals: title:a")]
    assert told(events, "views") == told(events, "views.EVALS") == told(events, "views.Tests") == both
    assert told(events, "mute.x") == [(10, "muted word x (removed)"), (2, "muted word x")]
    assert told(events, "views.x") == told(events, "nothing") == []
    views, mute = (events.read(lambda one: setting_versions(one, name)) for name in ("views", "mute"))  # noqa: B023
    assert [restored(one, views) for one in views] == [{}, {"of": "Evals", **evals}]
    assert [(one.is_there, restored(one, mute)) for one in mute] == [(False, there), (True, there)]
    events.read(lambda connection: follow_entries(connection, HERE))
    assert ask(events) == []


def test_what_was_replaced_is_told_once(events: Events) -> None:
    one = "2611.00001"
    happened(events, ("own", one, "mine"), ("other", one, "theirs"))
    assert events.read(take_news) == []
    happened(events, ("own", one, "mine"), ("other", one, "theirs"))
    assert [one.seq for one in events.read(take_news)] == [4]
    assert events.read(take_news) == []
