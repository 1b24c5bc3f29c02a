"""What stands in place of an empty list: its lines, and how the pane draws them."""

from __future__ import annotations

import pytest

from reader.ui.list.empty_lines import EmptyReason
from reader.ui.main_screen import Empty
from tests.ui.stage import Stage, staged, watch_paints

KEYS = {"app.refresh": "r", "app.sample": "D", "app.back": "q", "find.clear": "F", "query.complete": "tab"}


def key(action: str) -> str:
    return KEYS.get(action, "")


NO_PAPERS = EmptyReason(
    "No papers yet.",
    "huggingface.co could not be reached (no network).",
    # A key that does not act is not named, and the next one takes its place.
    ("view.all all papers", "", "app.refresh try again", "app.sample open the sample", "app.back quit", "find.clear x"),
)


async def test_it_stands_in_the_middle_and_no_line_parts_a_key_from_what_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    empty = Empty()
    no_match = ("Nothing matches ", "topic:agnets", "."), ("Did you mean ", "topic:agents", "?")
    no_paper = "No papers yet.", "huggingface.co could not be reached (no network)."
    async with staged(Stage(empty), 60, 7) as (_, pilot):
        for reason, above, *lines in (
            (NO_PAPERS, 2, *no_paper, "r try again   D open the sample   q quit"),
            (
                EmptyReason(*no_match, ("query.complete takes it", "find.clear clears the query")),
                *(2, "Nothing matches topic:agnets.", "Did you mean topic:agents?"),
                "tab takes it   F clears the query",
            ),
            (
                EmptyReason(("Nothing matches ", "x" * 500, "."), "On a paper, `app.back` or `view.all`."),
                *(1, f"Nothing matches {'x' * 40}", "x" * 56, f"{'x' * 23}….", "On a paper, q or :view.all."),
            ),
        ):
            empty.show(reason, key, key)
            assert drawn(empty) == [*[""] * above, *(f"{line:^60}".rstrip() for line in lines), *[""] * 2]
        painted = watch_paints(empty, monkeypatch)
        empty.show(NO_PAPERS, key, key)
        assert painted == [-1]
        await pilot.resize_terminal(30, 7)
        assert [line.strip() for line in drawn(empty)[1:6]] == [
            "No papers yet.",
            "huggingface.co could not",
            "be reached (no network).",
            "r try again",
            "D open the sample   q quit",
        ]


async def test_hostile_text_is_drawn_as_text() -> None:
    hostile, empty = "[/] \x1b[31m\x07漢字漢字漢字漢字 \u202e[b]", Empty()
    async with staged(Stage(empty), 140, 42) as (_, pilot):
        for size in ((140, 42), (20, 5), (7, 3)):
            await pilot.resize_terminal(*size)
            for reason in (
                EmptyReason(hostile),
                EmptyReason(("Nothing matches ", hostile * 100, "."), ("Did you mean ", hostile, "?")),
                EmptyReason("All read.", hostile, (f"app.refresh {hostile}",)),
            ):
                empty.show(reason, key, key)
                strips = empty.render_lines(empty.outer_size.region)
                text = "".join(strip.text for strip in strips)
                assert {strip.cell_length for strip in strips} == {size[0]}
                assert not any(char in text for char in "\x1b\x07\u202e") and (size[0] < 140 or "[/]" in text)


def drawn(empty: Empty) -> list[str]:
    return [strip.text.rstrip() for strip in empty.render_lines(empty.outer_size.region)]
