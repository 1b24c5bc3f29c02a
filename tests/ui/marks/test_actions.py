"""What is said of an undo and a redo."""

from __future__ import annotations

import pytest

from reader.cache.marks.event_log import Event, UserAction
from reader.ui.list.pane import PaperList
from reader.ui.marks.actions import MarkActions, changed_words
from tests.table import each
from tests.ui.bench import Bench

TITLE = "LiveEdit: Towards Real-Time Diffusion-Based Streaming Video Editing"


def action(*marks: tuple[str, str], count: int = 1) -> UserAction:
    return UserAction(tuple(Event(seq, str(seq), 0, kind, value, count) for seq, (kind, value) in enumerate(marks)))


@pytest.mark.parametrize(
    ("mark", "undone", "redone"),
    [
        (("hide", "1"), "no longer hidden", "hidden"),
        (("hide", "0"), "hidden again", "no longer hidden"),
        (("read", "0"), "read again", "unread"),
        (("tag:later", "0"), "tagged later again", "untagged later"),
        (("tag:later", "1"), "no longer tagged later", "tagged later"),
        (("queue", "0"), "queued again", "no longer queued"),
        (("queue", "0.5"), "back in its place in the queue", "moved in the queue"),
        (("star", "0"), "starred again", "unstarred"),
        (("note", ""), "noted again", "without a note"),
        (("note", "Seen"), "no longer noted", "noted"),
        (("passage:0123456789ab", "x"), "its highlight as it was before", "highlighted in the text"),
        (("look", "1"), "marked as changed again", "looked at again"),
    ],
)
def test_one_paper_is_named_and_its_state_told(mark: tuple[str, str], undone: str, redone: str) -> None:
    assert changed_words("undo", action(mark), TITLE) == f'{undone} · "LiveEdit…"'
    assert changed_words("redo", action(mark), "Short") == f'{redone} · "Short"'


def test_many_papers_are_counted_and_what_is_no_mark_of_papers_is_named() -> None:
    both = action(("star", "1"), ("read", "1"), count=1_200)
    assert changed_words("undo", both, "") == "no longer starred · 1,200 papers"
    assert changed_words("undo", action(("rule:hide old", "1"), ("hide", "1"), count=2), "").startswith("2 hidden")


@each(
    ("title", "shown"),
    [
        ("x" * 30, "x" * 30),
        ("x" * 31, f"{'x' * 30}…"),
        (f"{'x' * 30}: y", f"{'x' * 30}…"),
        (f"{'x' * 31}: y", f"{'x' * 30}…"),
        ("word " * 9, "word word word word word word…"),
        ("", "1 paper"),
    ],
)
def test_a_title_is_shortened_to_its_name(title: str, shown: str) -> None:
    quoted = f'"{shown}"' if title else shown
    assert changed_words("redo", action(("star", "1")), title) == f"starred · {quoted}"


def test_a_mark_that_takes_long_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(shell=None)
    bench.services.put(PaperList())
    report = MarkActions(bench.services)._report("marking")
    report(1_000, 2_000)
    assert bench.model.state.activity == ""
    monkeypatch.setattr("reader.ui.marks.actions.BLINK", -1.0)
    report(1_000, 2_000)
    assert bench.model.state.activity == "marking 1,000 of 2,000"
