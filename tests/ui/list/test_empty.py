"""What stands in place of an empty list: its lines, and how the pane draws them."""

from __future__ import annotations

import pytest
from textual.strip import Strip

from reader.ui.list.empty_lines import EmptyReason, empty_state
from reader.ui.main_screen import Empty
from tests.ui.stage import Stage, staged

KEYS = {"app.refresh": "r", "app.sample": "D", "app.back": "q", "find.clear": "F", "query.complete": "tab"}

NO_PAPERS = EmptyReason(
    "No papers yet.",
    "huggingface.co could not be reached (no network).",
    ("app.refresh try again", "app.sample open the sample", "app.back quit"),
)

CASES: list[tuple[EmptyReason, list[str]]] = [
    (
        NO_PAPERS,
        [
            "No papers yet.",
            "huggingface.co could not be reached (no network).",
            "r try again   D open the sample   q quit",
        ],
    ),
    (
        EmptyReason(
            ("Nothing matches ", "topic:agnets", "."),
            ("Did you mean ", "topic:agents", "?"),
            ("query.complete takes it", "find.clear clears the query"),
        ),
        ["Nothing matches topic:agnets.", "Did you mean topic:agents?", "tab takes it   F clears the query"],
    ),
    (EmptyReason("All papers are read."), ["All papers are read."]),
]


def key(action: str) -> str:
    return KEYS.get(action, "")


def texts(reason: EmptyReason) -> list[str]:
    return ["".join(piece.text for piece in line).replace("\u00a0", " ") for line in empty_state(reason, key)]


def test_a_key_that_does_not_act_is_not_named_and_the_next_one_takes_its_place() -> None:
    ways = ("view.all all papers", "", *NO_PAPERS.ways, "find.clear clears the query")
    assert texts(NO_PAPERS._replace(ways=ways))[-1] == "r try again   D open the sample   q quit"


def test_a_long_term_is_cut() -> None:
    [line] = texts(EmptyReason(("Nothing matches ", "x" * 500, ".")))
    assert line.startswith("Nothing matches xxx") and line.endswith("….")
    assert len(line) < 150


HOSTILE = "[/] \x1b[31m\x07漢字漢字漢字漢字 \u202e[b]"


class EmptyApp(Stage):
    def __init__(self, theme: str = "dark") -> None:
        self.empty = Empty()
        super().__init__(self.empty, theme)


def drawn(empty: Empty) -> list[str]:
    return [strip.text.rstrip() for strip in strips(empty)]


def strips(empty: Empty) -> list[Strip]:
    return empty.render_lines(empty.outer_size.region)


@pytest.mark.parametrize(("situation", "lines"), CASES)
async def test_it_stands_in_the_middle_and_fits(situation: EmptyReason, lines: list[str]) -> None:
    async with staged(EmptyApp(), 60, 20) as (app, _):
        app.empty.show(situation, key, key)
        rows = drawn(app.empty)
    assert [row.strip() for row in rows if row.strip()] == lines
    top = next(index for index, row in enumerate(rows) if row.strip())
    assert top in range(7, 11)
    first = rows[top]
    left, right = len(first) - len(first.lstrip()), 60 - len(first)
    assert abs(left - right) <= 1


async def test_a_narrow_line_is_never_broken_between_a_key_and_what_it_does() -> None:
    async with staged(EmptyApp(), 30, 20) as (app, _):
        app.empty.show(NO_PAPERS, key, key)
        rows = [row.strip() for row in drawn(app.empty) if row.strip()]
    assert rows == [
        "No papers yet.",
        "huggingface.co could not",
        "be reached (no network).",
        "r try again",
        "D open the sample   q quit",
    ]


@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
@pytest.mark.parametrize("size", [(7, 3), (20, 5), (140, 42)])
async def test_hostile_text_is_drawn_as_text(size: tuple[int, int], theme: str) -> None:
    app = EmptyApp(theme)
    async with app.run_test(size=size):
        for situation in (
            EmptyReason(HOSTILE),
            EmptyReason(("Nothing matches ", HOSTILE * 100, "."), ("Did you mean ", HOSTILE, "?")),
            EmptyReason("All read.", HOSTILE, (f"app.refresh {HOSTILE}",)),
        ):
            app.empty.show(situation, key, key)
            lines = strips(app.empty)
            assert {line.cell_length for line in lines} == {size[0]}
            text = "".join(line.text for line in lines)
            assert not any(char in text for char in "\x1b\x07\u202e")
            assert size[0] < 140 or "[/]" in text
