"""What changed of a paper since the user marked it, as `show --changes` prints it and JSON has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reader.cache.reads.window import Window
from reader.cache.second_look import read_changes
from reader.cache.texts import compare_texts
from reader.commands.output import Style
from reader.core.lines import wrapped
from reader.core.paper import Paper
from reader.core.second_look import Changes, describe, reason, section_words
from reader.core.text import clean
from reader.core.word_diff import Run

KEY = "changes"
"""The key in JSON."""

SAID = 28
"""Columns of a change before whether it is enough."""


def load_changes(window: Window, paper: Paper) -> Changes | None:
    """What changed since the user marked a paper, enough for a second look or not; None if it is not marked."""
    pk = paper.pk
    if not isinstance(pk, int):
        return None
    changes = window.read(lambda connection: read_changes(connection, pk))
    if changes is None:
        return None
    return changes._replace(sections=window.read(lambda connection: compare_texts(connection, pk)))


def record(changes: Changes | None) -> dict[str, object] | None:
    """The changes as JSON has them."""
    if changes is None:
        return None
    return {
        "since": datetime.fromtimestamp(changes.since).astimezone().isoformat(),
        "mark": changes.mark,
        "due": changes.is_open,
        "differences": [
            {"what": one.what, "before": one.before, "after": one.after, "enough": one.is_enough}
            for one in changes.differences
        ],
        "sections": [
            {"title": one.title, "kind": one.kind, "new_words": one.new_words, "gone_words": one.gone_words}
            for one in changes.sections
        ],
    }


def change_lines(paper: Paper, changes: Changes | None, style: Style, columns: int | None) -> Iterator[str]:
    """The title, each change and whether it is enough, and the changed words of texts."""
    yield from (style.bold(line) for line in wrapped(clean(paper.title), columns))
    yield ""
    if changes is None:
        yield from wrapped("You have not marked it, so there is nothing to compare it with.", columns)
        return
    if not changes.differences and not changes.sections:
        yield from wrapped(f"Nothing has changed since you {changes.done} on {changes.day}.", columns)
        return
    yield from wrapped(f"Changed since you {changes.done} on {changes.day}:", columns)
    for one in changes.differences:
        said = f"{clean(describe(one, '->')):{SAID}}"
        # What is long, such as a venue, has the reason on a line of its own.
        if columns is not None and len(said) + len(reason(one)) + 4 > columns:
            yield from (f"  {line}" for line in wrapped(said.rstrip(), columns - 2))
            yield style.faint(f"    {reason(one)}")
        else:
            yield f"  {said}  {style.faint(reason(one))}"
    for one in changes.differences:
        if one.what in ("title", "abstract"):
            yield ""
            yield from wrapped(f"{one.what.capitalize()}: {_signed(one.runs)}", columns)
    for section in changes.sections:
        yield ""
        yield from (style.bold(line) for line in wrapped(f"{clean(section.title)} ({section_words(section)})", columns))
        for runs in section.paragraphs:
            yield from wrapped(_signed(runs), columns)


def _signed(runs: Sequence[Run]) -> str:
    """Changed words in signs: `[-old-] {+new+}`."""
    signs = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
    return " ".join(f"{signs[run.kind][0]}{clean(run.text)}{signs[run.kind][1]}" for run in runs)
