"""Highlights as values: what passes the gate, and the text that other programs get and give back."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.core.marks import NOTE, PASSAGE, clean_mark
from reader.core.passages import COLOURS, QUOTE_LIMIT, Passage, in_order, parse_passage, passage_id, split_note
from tests.table import each

ID = "2606.30308"

lines = st.text(st.characters(codec="utf-8"), max_size=60)
passages = st.builds(
    lambda quote, section, colour, note: parse_passage(
        passage_id(quote), Passage("", quote, section=section, colour=colour, note=note).value
    ),
    lines.filter(lambda text: any(map(str.isalnum, text))), lines, st.sampled_from(COLOURS), lines,
).filter(bool)  # fmt: skip


@given(found=passages)
def test_what_passed_the_gate_passes_it_unchanged(found: Passage) -> None:
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
def test_what_is_no_highlight_is_refused(id: str, value: str) -> None:
    assert clean_mark(f"{PASSAGE}{id}", value) is None


def test_a_highlight_is_read_whole_and_written_without_what_is_empty() -> None:
    whole = Passage("0123456789ab", "a\n\nb", "before", "after", "§1 One", "red", "Mine.", 999_999)
    assert parse_passage(whole.id, whole.value) == whole
    assert json.loads(whole.value) == {name: value for name, value in whole._asdict().items() if name != "id"}
    assert parse_passage(whole.id, '{"quote": "a"}') == Passage(whole.id, "a")
    assert Passage("x", "é").value == '{"quote":"é","colour":"yellow"}'
    assert passage_id("!") != passage_id("?") and passage_id("A b!") == passage_id("a B")
    for block in (-1, 1_000_000, True, "1", None):
        assert parse_passage(whole.id, json.dumps({**json.loads(whole.value), "block": block})) == whole._replace(
            block=0
        )
    assert whole.said(ID) == f"“a b” (§1 One, red, {whole.address(ID)}) Mine."
    assert Passage("", "a “b”").said("page:0") == "“a ‘b’” ()"
    second, first = whole._replace(block=2), whole._replace(id="1")
    assert in_order([second, whole, first]) == (second, whole, first)
    assert in_order([whole, first, second._replace(id="0")]) == (second._replace(id="0"), whole, first)


@each(
    ("quote", "text"),
    [
        ("one two three", "one%20two%20three"),
        ("one two three four five six seven eight", "one%20two%20three%20four%20five%20six%20seven%20eight"),
        ("one two three four five six seven eight nine", "one%20two%20three%20four,six%20seven%20eight%20nine"),
        ("we go on so 1 here it is not", "we%20go%20on%20so,here%20it%20is%20not"),
        ("x" * 300, "x" * 200),
        ("one 1 two three 2 four", "two%20three"),
    ],
)
def test_a_link_has_the_ends_of_what_a_browser_finds(quote: str, text: str) -> None:
    assert Passage("", quote).address(ID).partition("#:~:text=")[2] == text


def test_foreign_values_are_bounded_and_clean() -> None:
    found = parse_passage(
        "0123456789ab",
        json.dumps(
            {"quote": "a\x1b[2Jb" + "c" * 2 * QUOTE_LIMIT, "colour": "ultraviolet", "block": True, "note": [1], "x": 1}
        ),
    )
    assert found is not None and found.quote.startswith("abc") and len(found.quote) <= QUOTE_LIMIT
    assert (found.colour, found.block, found.note) == (COLOURS[0], 0, "")
    assert clean_mark(f"{PASSAGE}0123456789ab", "") == (f"{PASSAGE}0123456789ab", "")


@given(note=lines, kept=st.lists(passages, max_size=4))
def test_a_note_with_highlights_comes_back_as_it_was(note: str, kept: list[Passage]) -> None:
    note = (clean_mark(NOTE, note.replace("“", "").replace("”", "")) or ("", ""))[1].strip()
    # A comment is of one line here, and without quotes that another highlight might begin with.
    kept = [one._replace(note=" ".join(one.note.replace("“", "").replace("”", "").split())) for one in kept]
    text = " ".join(filter(None, (note, *(one.said(ID) for one in kept))))
    found_note, found = split_note(text)
    assert found_note == note.rstrip() or not kept
    assert [(one.id, one.colour, one.note) for one in found] == [
        (passage_id(one.quote), one.colour, one.note.strip()) for one in kept
    ]


def test_a_section_may_have_commas_and_brackets() -> None:
    one = Passage(passage_id("Words."), "Words.", section="§2 On (some), things", colour="red", note="Mine (really).")
    assert split_note(f"Before.\n\n{one.said(ID)}") == ("Before.", (one,))
    assert split_note("No “highlight” (§2, https://example.org) here") == (
        "No “highlight” (§2, https://example.org) here",
        (),
    )


def test_a_long_text_of_quotes_takes_no_time_to_look_through() -> None:
    begun = time.process_time()
    split_note("“" * 100_000)
    split_note("“words” (" * 10_000)
    split_note("“words” (, , , " * 10_000)
    assert time.process_time() - begun < 5


def test_the_link_finds_a_long_passage_by_its_ends() -> None:
    long = Passage("", "One-two three four five six seven eight nine ten.")
    assert (
        long.address(ID)
        == f"https://arxiv.org/html/{ID}#:~:text=One%2Dtwo%20three%20four%20five,seven%20eight%20nine%20ten."
    )
    assert long.address("page:0123456789ab") == ""


def test_the_link_leaves_out_formulas_and_marks_which_a_browser_does_not_find() -> None:
    quote = "For xᵢ ∈ ℝᵈ we take the mean of all as in [3], so that σ² = 1 holds for each of the parts (see above) n."
    said = Passage("", quote).address(ID).partition("#:~:text=")[2]
    assert said == "we%20take%20the%20mean,the%20parts%20%28see%20above%29"
    assert Passage("", "x² + y²").address(ID).endswith("#:~:text=x%C2%B2%20%2B%20y%C2%B2")
