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
    assert [(one["what"], one["text"], one["weight"]) for one in run("weights", "list", "--json").records] == [
        ("word", "World Model", 0.5), ("topic", "Agents & tools", 0.5), ("author", "Ada Lovelace", 0.5),
    ]  # fmt: skip
    # The topic by its name, the word in another form.
    assert run("weights", "mute", "topic:Agents & Tools", "world models", "--json").json == [
        {"what": "topic", "name": "agents", "step": None}, {"what": "word", "name": "World Model", "step": None},
    ]  # fmt: skip
    assert run("weights", "list").lines[0] == "word\tWorld Model\t0.0000\t0\tmute"
    assert run("undo").out == 'Taken back: muted "agents", muted "World Model".\n'
    run("mark", "star", "2606.00001", "2606.28480")
    for what, told in (("", "100 from 2"), ("lower", "50 from 2, lowered"), ("reset", "100 from 2")):
        if what:
            run("weights", what, "agents")
        assert f"word agents {told}" in [" ".join(line.split()) for line in on_terminal("weights", "list").lines]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["raise"], "Name what to change: dailypapers weights raise 'world model', or topic:agents."),
        (["list", "x"], "'weights list' takes no names."),
        (["raise", "topic:agnets"], "There is no topic 'agnets'. Did you mean agents?"),
        (["raise", "one two three"], "'one two three' can't be weighed: name a word or two,"),
        (["raise", "..."], "'...' can't be weighed: name a word or two,"),
    ],
)
def test_what_names_nothing_is_refused(run: Run, papers: Path, words: list[str], why: str) -> None:
    failed = run("weights", *words)
    assert failed.code == 2 and why in failed.err
