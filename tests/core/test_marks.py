"""Marks, places in the queue, and highlights."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core import foreign
from reader.core.marks import (
    NOTE,
    PASSAGE,
    QUEUE,
    TAG_LIMIT,
    Mark,
    allowed_marks,
    clean_mark,
    first_place,
    is_against,
    newest,
    rule_words,
)
from reader.core.passages import QUOTE_LIMIT, Passage, in_order, parse_passage, passage_id, split_note
from tests.table import each

EVENT_ID, MACHINE = "0123456789abcdef01234567", "0123456789ab"


def mark(kind: str = "star", value: str = "1", clock: int = 1, machine: str = MACHINE, id: str = EVENT_ID) -> Mark:
    return Mark(kind, value, clock, machine, id)


@each(
    ("kind", "value", "cleaned"),
    [
        ("read", "1", ("read", "1")),
        ("hide", "2", None),
        ("star", "10", None),
        ("other", "1", None),
        ("open", "2026-11-24", ("open", "2026-11-24")),
        ("pass", "1", None),
        ("finish", "2026-02-30", None),
        ("", "1", None),
        ("note", "A\x07 note\n", ("note", "A note")),
        ("note", "", ("note", "")),
        ("tag:to  read", "1", ("tag:to read", "1")),
        ("rule:A  b", "is:x\x07 ", ("rule:A b", "is:x")),
        ("rule:", "is:x", None),
        ("rule:A", "\x07", None),
        ("agent:A", "run", None),
        ("agent:A  b", MACHINE, ("agent:A b", MACHINE)),
        ("tag:", "1", None),
        ("tag: \x07", "1", None),
        ("tag:" + "x" * (TAG_LIMIT + 1), "0", ("tag:" + "x" * TAG_LIMIT, "0")),
    ],
)
def test_a_mark_value_is_cleaned_or_refused(kind: str, value: str, cleaned: tuple[str, str] | None) -> None:
    assert clean_mark(kind, value) == cleaned
    event = foreign.mark(*mark(kind, value))
    assert event == (None if cleaned is None else mark(*cleaned))


@each(
    ("id", "machine"),
    [
        (EVENT_ID[1:], MACHINE),
        (EVENT_ID + "0", MACHINE),
        (EVENT_ID.upper(), MACHINE),
        (EVENT_ID, MACHINE[1:]),
        (EVENT_ID, MACHINE + "0"),
        ("", ""),
    ],
)
def test_an_event_needs_an_id_and_a_machine_of_the_right_form(id: str, machine: str) -> None:
    assert foreign.mark(*mark(id=id, machine=machine)) is None


def test_the_newest_mark_of_each_kind_counts_and_among_equal_times_the_greatest_id() -> None:
    later, greater = mark(clock=2, id="0" * 24), mark(clock=2, id="f" * 24)
    read = mark("read", "0")
    for marks in ([later, greater, mark(clock=1, id="f" * 24), read], [read, greater, later]):
        assert newest(marks) == (read, greater)
    assert newest([greater, greater]) == (greater,)
    assert newest([]) == ()


def test_papers_that_are_queued_together_keep_their_order() -> None:
    places = [first_place(clock, position) for clock in (5, 6, 1_764_000_000_000) for position in (0, 1, 9, 10, 5_000)]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


def test_an_invalid_place_in_the_queue_is_refused() -> None:
    assert first_place(5, 3) == f"{5:019}0000003" and first_place(5, 10**8) == f"{5:019}9999999"
    for value in ("2", "12", "x" * 30, "१" * 30, "1" * 300, ""):
        assert clean_mark(QUEUE, value) is None


def test_a_rule_makes_the_marks_that_contradict_no_other() -> None:
    assert allowed_marks(("hide", "tag:a", "star"), ("star",), ("queue",)) == ("tag:a",)
    assert allowed_marks(("star", "tag:a"), (), ("hide",)) == ("tag:a",)
    assert allowed_marks(("hide", "tag:a"), ("read",), ()) == ("tag:a",)
    assert allowed_marks(("hide", "tag:a"), ("tag:b",), ("tag:a",)) == ("tag:a",)
    assert allowed_marks(("hide", "tag:a"), ("pass",), ("hide",)) == ("hide", "tag:a")


def test_rule_marks_in_words() -> None:
    assert rule_words(("hide", "tag:a")) == "hide, tag a"
    assert is_against("tag:a", ("tag:a",)) and not is_against("tag:a", ("tag:b", "star", "hide"))


# Highlights


PAPER_ID = "2606.30308"
lines = st.text(st.characters(codec="utf-8"), max_size=60)

passages = st.builds(
    lambda quote, section, note: parse_passage(
        passage_id(quote), Passage("", quote, section=section, note=note).value
    ),
    lines.filter(lambda text: any(map(str.isalnum, text))), lines, lines,
).filter(bool)  # fmt: skip


@given(found=passages)
def test_accepted_values_are_kept_unchanged(found: Passage) -> None:
    assert parse_passage(found.id, found.value) == found
    assert clean_mark(f"{PASSAGE}{found.id}", found.value) == (f"{PASSAGE}{found.id}", found.value)


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("0123456789ab", "[1]"),
        ("0123456789ab", '{"quote": 7}'),
        ("0123456789ab", '{"quote": "\\u001b[31m"}'),
        ("0123456789ab", "[" * 100_000),
        ("0123456789ab", '"' + "x" * 2_000_000 + '"'),
        ("0123456789AB", '{"quote": "words"}'),
        ("", '{"quote": "words"}'),
    ],
)
def test_an_invalid_highlight_is_refused(id: str, value: str) -> None:
    assert clean_mark(f"{PASSAGE}{id}", value) is None


def test_a_highlight_is_parsed_whole_and_written_without_empty_fields() -> None:
    whole = Passage("0123456789ab", "a\n\nb", "§1 One", "Mine.", 999_999)
    assert parse_passage(whole.id, whole.value) == whole
    assert json.loads(whole.value) == {name: value for name, value in whole._asdict().items() if name != "id"}
    assert parse_passage(whole.id, '{"quote": "a"}') == Passage(whole.id, "a")
    assert Passage("x", "é").value == '{"quote":"é"}'
    assert passage_id("!") != passage_id("?") and passage_id("A b!") == passage_id("a B")
    for block in (-1, 1_000_000, True, "1", None):
        assert parse_passage(whole.id, json.dumps({**json.loads(whole.value), "block": block})) == whole._replace(
            block=0
        )
    assert whole.as_text(PAPER_ID) == f"“a b” (§1 One, {whole.address(PAPER_ID)}) Mine."
    assert Passage("", "a “b”").as_text("page:0") == "“a ‘b’” ()"
    second, first = whole._replace(block=2), whole._replace(id="1")
    assert in_order([second, whole, first]) == (second, whole, first)
    assert in_order([whole, first, second._replace(id="0")]) == (second._replace(id="0"), whole, first)


@each(
    ("quote", "text"),
    [
        ("one two three", "one%20two%20three"),
        (" ".join(16 * ["one"]), "%20".join(8 * ["one"])),
        ("we go on so 1 here it is not now", "here%20it%20is%20not%20now"),
        ("x" * 300, "x" * 200),
        ("one 1 two three 2 four", "two%20three"),
    ],
)
def test_a_link_has_at_most_eight_plain_words(quote: str, text: str) -> None:
    assert Passage("", quote).address(PAPER_ID).partition("#:~:text=")[2] == text


def test_foreign_values_are_bounded_and_clean() -> None:
    found = parse_passage(
        "0123456789ab",
        json.dumps({"quote": "a\x1b[2Jb" + "c" * 2 * QUOTE_LIMIT, "colour": "red", "block": True, "note": [1], "x": 1}),
    )
    assert found is not None and found.quote.startswith("abc") and len(found.quote) <= QUOTE_LIMIT
    assert (found.block, found.note) == (0, "")
    assert clean_mark(f"{PASSAGE}0123456789ab", "") == (f"{PASSAGE}0123456789ab", "")


@given(note=lines, kept=st.lists(passages, max_size=4))
def test_a_note_with_highlights_is_parsed_back(note: str, kept: list[Passage]) -> None:
    note = (clean_mark(NOTE, note.replace("“", "").replace("”", "")) or ("", ""))[1].strip()
    # The notes have a single line, and no quotation marks that could begin another highlight.
    kept = [passage._replace(note=" ".join(re.sub("[“”]", "", passage.note).split())) for passage in kept]
    text = " ".join(filter(None, (note, *(passage.as_text(PAPER_ID) for passage in kept))))
    found_note, found = split_note(text)
    assert found_note == note.rstrip() or not kept
    assert [(passage.id, passage.note) for passage in found] == [
        (passage_id(passage.quote), passage.note.strip()) for passage in kept
    ]


def test_a_section_may_have_commas_and_brackets() -> None:
    passage = Passage(passage_id("Words."), "Words.", section="§2 On (some), things", note="Mine (really).")
    note = f"Before.\n\n{passage.as_text(PAPER_ID)}"
    assert split_note(note) == ("Before.", (passage,))
    assert split_note("No “highlight” (§2, https://example.org) here") == (
        "No “highlight” (§2, https://example.org) here",
        (),
    )


def test_a_link_leaves_out_formulas_and_marks() -> None:
    quote = "For xᵢ ∈ ℝᵈ we take the mean-value of all as in [3], so that σ² = 1 holds."
    address = Passage("", quote).address(PAPER_ID)
    assert address == f"https://arxiv.org/html/{PAPER_ID}#:~:text=we%20take%20the%20mean%2Dvalue%20of%20all%20as%20in"
    assert Passage("", quote).address("page:0123456789ab") == ""
    assert Passage("", "x² + y²").address(PAPER_ID).endswith("#:~:text=x%C2%B2%20%2B%20y%C2%B2")
