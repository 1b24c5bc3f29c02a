"""A setting is taken over into a file whose other lines stay as they are, and the order of a file into the log."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.marks import first_place, place_between
from reader.core.settings.entries import (
    BEGIN,
    Change,
    Entry,
    EntryState,
    adopted,
    can_hold,
    changed,
    described,
    event_label,
    event_value,
    fold,
    listed,
    parse_entry,
    restoring,
    with_list,
    with_setting,
)
from reader.core.settings.toml import NotEditableError, parse_toml
from tests.table import each

FILE = """# Mine.
theme = "dark"  # at night

[[views]]
# The best.
name = "A"
query = "a"

[keys]
"paper.star" = "s"
"paper.read" = ["m", "u"]
"""


@each(
    ("name", "value", "there", "gone"),
    [
        ("order", "upvotes", 'order = "upvotes"', "nothing"),
        ("keys", {"paper.star": "S", "paper.hide": ["x"]}, '"paper.star" = "S"', "paper.read"),
        ("keys", {}, "[keys]", "paper.star"),
    ],
)
def test_one_setting_changes(name: str, value: Any, there: str, gone: str) -> None:
    text = with_setting(FILE, name, value)
    assert there in text and gone not in text
    assert text.startswith('# Mine.\ntheme = "dark"  # at night\n')
    assert with_setting(text, name, value) == text


def test_a_file_that_is_written_otherwise_stays() -> None:
    with pytest.raises(NotEditableError):
        with_setting('keys = {"paper.star" = "s", "paper.hide" = "x"}\n', "keys", {"paper.hide": "x"})


@given(st.permutations("abcdef"), st.lists(st.sampled_from("abcdefuvwxyz"), unique=True))
def test_whatever_the_user_moves_all_machines_have_the_order_of_the_file(first: list[str], then: list[str]) -> None:
    log: dict[str, dict[str, EntryState]] = {"mute": {}}

    def tell(changes: list[tuple[str, dict[str, Any]]]) -> None:
        for id, said in changes:
            known = log["mute"].get(id, EntryState({}, "", True, 0))
            text = {"text": said.get("text", known.values.get("text"))}
            log["mute"][id] = EntryState(text, said.get("place", known.place), said.get("there", known.is_there), 0)

    def texts() -> list[str]:
        return [one.values["text"] for one in listed("mute", log)]

    entries, old, new = adopted("mute", [{"text": one} for one in first], log)
    tell([*old, *new])
    assert texts() == first
    _, changes = changed("mute", entries, [{"text": one} for one in then], log)
    tell(changes)
    assert texts() == then
    # Of one at least that stays where it is, nothing is said.
    assert len(changes) < len({*first, *then}) or not {*first} & {*then}


A, B = {"name": "A", "query": "x"}, {"name": "B", "query": "y"}


Events = list[tuple[str, str]]


def events(changes: list[Change]) -> Events:
    return [(f"entry:views:{id}", event_value(said)) for id, said in changes]


def known(*then: dict[str, Any]) -> tuple[list[Entry], Events]:
    """The entries A and B, which all machines have, and the log with more events of A."""
    entries, old, _ = adopted("views", [A, B], fold([]))
    # A part of an entry, an event that is none, and one of a newer program are in no list.
    others = [("entry:views:00000000", "{}"), ("entry:news:0123456789abcdef", "{}")]
    part = ("0123456789abcdef", {"name": "C", "query": "z"})
    return entries, [*others, *events([*old, part, *((entries[0].id, one) for one in then)])]


@each(
    ("now", "at", "said"),
    [
        ([A, B], 0, None),
        ([{**A, "name": "C"}, B], 0, {"of": "A", "name": "C", "there": True}),
        ([A, {"name": "C", "query": "z"}], 1, {"of": "B", "there": False}),
        ([B], 0, {"of": "A", "there": False}),
    ],
)
def test_an_event_says_what_the_user_changed(
    now: list[dict[str, str]], at: int, said: dict[str, object] | None
) -> None:
    entries, log = known()
    _, changes = changed("views", entries, now, fold(log))
    assert dict(changes).get(entries[at].id) == said
    then = fold([*log, *events(changes)])
    assert [one.values for one in listed("views", then)] == now
    # Said once more, it is known.
    assert changed("views", entries, now, then)[1] == []


@each(
    ("order", "said"),
    [
        ("BCADE", {"A": {"of": "A", "place": "000000100000000000000000025"}}),
        ("EABCD", {"E": {"of": "E", "place": "00000009999999999990000000"}}),
        ("ACDBE", {"B": {"of": "B", "place": "000000100000000000000000035"}}),
        ("AFBCDE", {"F": {"name": "F", "query": "f", "there": True, "place": "000000100000000000000000005"}}),
        (
            "ABCDEFG",
            {
                "F": {"name": "F", "query": "f", "there": True, "place": "00000010000000000010000000"},
                "G": {"name": "G", "query": "g", "there": True, "place": "00000010000000000020000000"},
            },
        ),
    ],
)
def test_of_a_new_order_only_what_moved_is_told(order: str, said: dict[str, object]) -> None:
    def views(names: str) -> list[dict[str, str]]:
        return [{"name": name, "query": name.lower()} for name in names]

    entries, old, _ = adopted("views", views("ABCDE"), fold([]))
    now, changes = changed("views", entries, views(order), fold(events(old)))
    names = {one.id: one.values["name"] for one in (*entries, *now)}
    assert {names[id]: one for id, one in changes} == said
    then = fold([*events(old), *events(changes)])
    assert listed("views", then) == now
    text = with_list("", "views", [], entries)
    assert parse_toml(with_list(text, "views", entries, now))["views"] == [one.values for one in now]


def test_a_new_entry_stays_between_those_that_other_machines_moved() -> None:
    entries, old, _ = adopted("views", [{"name": name, "query": name} for name in "ABCD"], fold([]))
    first, second, third, fourth = (one.id for one in entries)
    places = {id: said["place"] for id, said in old}
    new, later = {"name": "N", "query": "n"}, first_place(2 * BEGIN, 0)

    def moved(then: dict[str, str]) -> tuple[set[str], bool]:
        """The names of the entries whose places change, and whether the log then has them as in the file."""
        log = [*events(old), *events([(id, {"place": place}) for id, place in then.items()])]
        assert changed("views", entries, [one.values for one in entries], fold(log))[1] == []
        now, changes = changed(
            "views", entries, [A | {"query": "A"}, new, *(one.values for one in entries[1:])], fold(log)
        )
        named = {one.id: one.values["name"] for one in now}
        return {named[id] for id, said in changes if "place" in said}, listed(
            "views", fold([*log, *events(changes)])
        ) == now

    assert moved({}) == ({"N"}, True)
    assert moved({first: later}) == ({"N", "B", "C", "D"}, True)
    assert moved({second: places[first]}) == ({"N", "B"}, True)
    assert moved({third: later}) == ({"N"}, False)
    # The user moves an entry to where another machine has already put it.
    there = fold([*events(old), *events([(second, {"place": place_between(places[third], places[fourth])})])])
    assert changed("views", entries, [entries[at].values for at in (0, 2, 1, 3)], there)[1] == []
    assert changed("views", [], [A], fold([]))[1] == [(first, {**A, "there": True, "place": places[first]})]


def test_two_entries_of_one_name_are_told_apart() -> None:
    entries, log = known({"name": "B", "there": True})
    found = listed("views", fold(log))
    assert [(one.id, one.values["name"]) for one in found] == [(entries[0].id, "B 2"), (entries[1].id, "B")]
    same, old, new = adopted("views", [A, {"name": "a", "query": "z"}], fold([]))
    assert [one.id for one in same] == [id for id, _ in old] == [entries[0].id, f"{entries[0].id}-2"] and not new
    again = [(f"{id * 16}", {**A, "there": True}) for id in "012"]
    assert [one.values["name"] for one in listed("views", fold(events(again)))] == ["A", "A 2", "A 3"]
    both = [A, {"name": "a", "query": "z"}]
    assert [one.id for one in changed("views", [], both, fold([]))[0]] == [one.id for one in same]
    renamed = fold(known({"name": "C", "there": True})[1])
    now = [entries[0]._replace(values={**A, "name": "C"}), entries[1]]
    assert changed("views", now, [*(one.values for one in now), A], renamed)[0][2].id == f"{entries[0].id}-2"
    assert can_hold("views", A) and not can_hold("views", {"name": "", "query": "x"})


def test_a_list_is_written_into_the_file() -> None:
    words = [Entry(str(at), {"text": text}) for at, text in enumerate(("gan", "nerf"))]
    assert with_list(FILE, "mute", [], words).splitlines()[2] == 'mute = ["gan", "nerf"]'
    assert with_list(FILE, "mute", words, words) == FILE
    view = Entry("1", {"name": "A", "query": "a"})
    new = Entry("2", {"name": "B", "query": "b"})
    changed_one = view._replace(values={"name": "A", "query": "z"})
    assert with_list(FILE, "views", [view], [changed_one, new]) == FILE.replace(
        'query = "a"\n', 'query = "z"\n\n[[views]]\nname = "B"\nquery = "b"\n'
    )


@each(
    ("then", "now", "old", "new"),
    [
        ([], A, 0, 0),
        ([], {**A, "query": "z"}, 1, 0),
        ([{"there": False}], A, 0, 0),
        ([{"there": False}], {**A, "query": "z"}, 0, 1),
        ([{"name": "C"}], A, 1, 0),
    ],
)
def test_a_file_that_was_never_synced_adds_to_the_log(
    then: list[dict[str, Any]], now: dict[str, str], old: int, new: int
) -> None:
    assert [len(one) for one in adopted("views", [now, B], fold(known(*then)[1]))] == [2, old, new]


@each(
    ("table", "values", "words"),
    [
        ("views", A, "view A: x"),
        ("rules", {"name": "R", "when": "w", "then": ["hide", "star"]}, "rule R: hide, star if w"),
        ("mute", {"text": "gan"}, "muted word gan"),
    ],
)
def test_an_entry_in_words(table: str, values: dict[str, Any], words: str) -> None:
    assert described(table, values) == words


@each(
    ("now", "there", "said"),
    [
        (A, True, {}),
        (A, False, {"of": "A", "there": True}),
        ({**A, "query": "z"}, True, {"of": "A", "query": "x", "there": True}),
    ],
)
def test_an_earlier_value_is_restored(now: dict[str, str], there: bool, said: dict[str, object]) -> None:
    assert restoring(A, EntryState(now, "", there, 0)) == said


@each(
    ("said", "is_taken"),
    [
        ({"there": True, "name": "A", "query": "x", "then": ["star"], "of": "B", "place": "0" * 26}, True),
        ({"of a newer program": 7}, True),
        ({"\x1b": 7}, False),
        ({"there": 1}, False),
        ({"place": "here"}, False),
        ({"name": ""}, False),
        ({"of": "A\n"}, False),
        ({"query": ""}, False),
        ({"when": "x\x07"}, False),
        ({"text": []}, False),
        ({"then": [7]}, False),
        ({"then": ["star\n"]}, False),
    ],
)
def test_an_event_of_another_machine_is_taken_whole_or_not(said: dict[str, object], is_taken: bool) -> None:
    kind = "entry:views:0123456789abcdef"
    assert parse_entry(kind, event_value(said)) == (("views", "0123456789abcdef", said) if is_taken else None)
    assert event_value({"text": "é", "of": []}) == '{"of":[],"text":"\\u00e9"}'
    assert parse_entry(f"{kind}0", event_value(said)) is parse_entry(kind, "[]") is parse_entry(kind, "{") is None


@each(
    ("said", "words"),
    [
        ({"name": "A", "query": "x", "there": True}, "view A added"),
        ({"name": "A", "query": "x"}, "view A renamed A"),
        ({"of": "A", "there": False}, "view A removed"),
        ({"of": "A", "place": "0" * 26}, "view A moved"),
        ({"of": "A", "name": "C", "there": True}, "view A renamed C"),
        ({"of": "A", "query": "x", "there": True}, "view A changed"),
        ({"of": "A", "there": True}, "view A brought back"),
        ({"text": "gan"}, "view gan changed"),
    ],
)
def test_an_event_in_words(said: dict[str, object], words: str) -> None:
    assert event_label("entry:views:0123456789abcdef", event_value(said)) == words
    assert event_label("entry:views", event_value(said)) == "entry:views"
