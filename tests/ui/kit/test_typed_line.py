"""A line that is typed, with the lines typed before it."""

from __future__ import annotations

from textual.widget import Widget

from reader.core.lines import Line, Piece
from reader.ui.kit.line_widgets import Reported
from reader.ui.kit.lines import key_piece
from reader.ui.kit.typed_line import Label, LineInput, TypedLine, catch_up
from tests.ui.stage import Stage, staged


async def test_a_line_is_typed_recalled_completed_and_advised() -> None:
    changes: list[str] = []

    def advise(width: int) -> Line:
        return (key_piece("tab"), Piece(f" takes {line.text}"[: width - 3]))

    line = TypedLine("find", LineInput(9), advise, lambda: changes.append(line.text))
    async with staged(Stage(line), 30, 6) as (app, pilot):
        line.begin()
        await pilot.press(*"abcd", "left")
        assert (line.text, line.before_cursor, changes[-1]) == ("abcd", "abc", "abcd")
        assert line.query_one(Label).region.width == 6
        line.replace(1, "xy", end="")
        assert (line.text, line.before_cursor) == ("axyd", "axy")
        line.replace(3, "z")
        await catch_up(line, is_drawn=True)
        assert (line.text, line.before_cursor, changes[-1]) == ("axyz d", "axyz ", "axyz d")
        line.history = "newest", "oldest"
        found = []
        for step in (1, 1, 1, -1, -1):
            found.append((line.recall(step), line.text, line.recalled))
            await catch_up(line)
        assert found == [
            *((True, "newest", 0), (True, "oldest", 1), (False, "oldest", 1), (True, "newest", 0)),
            (True, "axyz d", -1),
        ]
        line.recall(1)
        await catch_up(line)
        await pilot.press("!")
        assert (line.text, line.recalled) == ("newest!", -1)
        await pilot.press(*"1234")
        assert line.text == "newest!12"
        advice: Widget = line.children[-1]
        assert [strip.text.strip() for strip in advice.render_lines(advice.size.region)] == ["tab takes newest!12"]
        app.screen.set_focus(None)
        await pilot.click(advice, offset=(1, 0))
        await pilot.pause()
        assert [one.value for one in app.told if isinstance(one, Reported)] == ["tab"]
        assert app.focused is line.query_one(LineInput)
