"""What changed in a paper since the user marked it, as lines for the detail pane and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reader.core.changes import Changes, Run, describe
from reader.core.lines import Line, Piece, cut, fill, join_items, literal, unbroken
from reader.ui.kit.day_names import short_day
from reader.ui.kit.glyphs import ASCII, Glyphs
from reader.ui.page.presentation import Presentation

AROUND = 6
"""Unchanged words shown before and after changed ones."""

TEXT_LINES = 16
"""Maximum lines of changed texts while they are folded."""


def changed_lines(width: int, look: Presentation) -> list[Line]:
    """That a paper has changed, since when and how; a page also has insignificant changes and the changed words."""
    changes = look.changes
    if changes is None or not (look.is_page or changes.is_open):
        return []
    glyphs = look.glyphs
    since = f"{glyphs.changed} Changed since you {changes.done} on {short_day(changes.day, look.today)}"
    lines = fill([Piece(since, "changed" if changes.is_open else "label")], width)
    shown = [one for one in changes.differences if look.is_page or one.is_enough]
    items = [
        [Piece(unbroken(literal(describe(one, _arrow(glyphs)))), "text" if one.is_enough else "muted")] for one in shown
    ]
    lines += join_items(items, Piece(f" {glyphs.dot} ", "between"), width)
    return [*lines, *_folded(list(_texts(changes, width, glyphs)), width, look)] if look.is_page else lines


def _folded(lines: list[Line], width: int, look: Presentation) -> list[Line]:
    if len(lines) <= TEXT_LINES:
        return lines
    if look.is_unfolded:
        return [*lines, (Piece(cut("less", width), "more", action=("unfold", "")),)]
    rest = f"+{len(lines) - TEXT_LINES + 1:,} lines of changes"
    return [*lines[: TEXT_LINES - 1], (Piece(cut(rest, width, look.glyphs.ellipsis), "more", action=("unfold", "")),)]


def _arrow(glyphs: Glyphs) -> str:
    return "->" if glyphs is ASCII else "→"


def _texts(changes: Changes, width: int, glyphs: Glyphs) -> Iterator[Line]:
    for one in changes.differences:
        if one.what in ("title", "abstract"):
            yield ()
            yield from fill([Piece(f"{one.what.capitalize()}: ", "label"), *_words(one.runs, glyphs)], width)


def _words(runs: Sequence[Run], glyphs: Glyphs) -> Iterator[Piece]:
    marks = {"gone": ("[-", "-]"), "new": ("{+", "+}")} if glyphs is ASCII else {"gone": ("", ""), "new": ("", "")}
    for place, run in enumerate(runs):
        blank = " " if place + 1 < len(runs) else ""
        if run.kind == "same":
            yield Piece(literal(_shortened(run.text, place, len(runs), glyphs.ellipsis)) + blank, "muted")
        else:
            begin, end = marks[run.kind]
            yield Piece(f"{begin}{literal(run.text)}{end}", run.kind)
            yield Piece(blank, "muted")


def _shortened(text: str, place: int, count: int, ellipsis: str) -> str:
    """The words next to changes, with an ellipsis for the rest."""
    words = text.split()
    before = words[: AROUND if place else 0]
    after = words[-AROUND if place + 1 < count else len(words) :]
    if len(before) + len(after) >= len(words):
        return text
    return " ".join((*before, ellipsis, *after))
