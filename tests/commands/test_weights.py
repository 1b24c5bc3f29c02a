"""What was learned, from a script: it is printed, changed as a mark is, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run, RunOnTerminal


@pytest.mark.usefixtures("own_words")
def test_weights_are_printed_changed_and_taken_back(run: Run, on_terminal: RunOnTerminal, papers: Path) -> None:
    assert run("weights", "list").out == "" and run("weights", "list", "--json").json == []
    assert on_terminal("weights", "list").out.startswith("Nothing is learned yet. Star a paper")
    said = run("weights", "raise", "topic:agents", "World Model", "author:Ada Lovelace")
    assert (
        said.out
        == 'Raised "agents", raised "World Model", raised "Ada Lovelace". \'dailypapers undo\' takes it back.\n'
    )
    assert [(one["what"], one["name"], one["step"]) for one in run("weights", "list", "--json").records] == [
        ("author", "Ada Lovelace", 1), ("topic", "agents", 1), ("word", "World Model", 1),
    ]  # fmt: skip
    # The topic by its name, the word in another form.
    assert run("weights", "mute", "topic:Agents & Tools", "world models", "--json").json == [
        {"what": "topic", "name": "agents", "step": None}, {"what": "word", "name": "World Model", "step": None},
    ]  # fmt: skip
    assert "word\tWorld Model\t\t\tmuted" in run("weights", "list").lines
    assert run("undo").out == 'Taken back: muted "agents", muted "World Model".\n'


@pytest.mark.usefixtures("own_words")
def test_interests_have_the_names_and_changes_that_the_reader_has(
    run: Run, on_terminal: RunOnTerminal, papers: Path
) -> None:
    run("mark", "star", "2606.00001", "2606.28480")
    (one,) = run("weights", "list", "--json").records
    assert (one["what"], one["share"], sorted(one["papers"])) == ("interest", 1.0, ["2606.00001", "2606.28480"])
    assert run("weights", "rename", one["name"], "mine").out.startswith('Renamed to "mine".')
    run("weights", "lower", "mine")
    assert "interest  mine  100 %  2 papers  -" in on_terminal("weights", "list").out
    halves = run("weights", "split", "mine", "--json").records
    assert len(halves) == 2 == len(run("weights", "list").lines)
    first, other = (half["name"] for half in halves)
    assert first == "mine", "a name that was given stays"
    assert run("weights", "join", first, other).code == 0
    run("undo")
    run("undo")
    run("tag", "add", "later", "2606.00001")
    assert run("weights", "make", "tag:later").out.startswith('Made "later" an interest.')
    assert "later" in [one["name"] for one in run("weights", "list", "--json").records]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["raise"], "Write 'dailypapers weights raise NAME...'"),
        (["list", "x"], "Write 'dailypapers weights list'"),
        (["raise", "topic:agnets"], "There is no topic 'agnets'. Did you mean agents?"),
        (["raise", "one two three"], "'one two three' can't be weighed: name a word or two,"),
        (["raise", "..."], "'...' can't be weighed: name a word or two,"),
        (["rename", "x"], "Write 'dailypapers weights rename NAME NEW', with quotes around names that have spaces."),
        (["make", "later"], "Name the papers: dailypapers weights make tag:NAME, or view:NAME."),
    ],
)
def test_what_names_nothing_is_refused(run: Run, papers: Path, words: list[str], why: str) -> None:
    failed = run("weights", *words)
    assert failed.code == 2 and why in failed.err
