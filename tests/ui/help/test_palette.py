"""The command palette: from the table, safe with any name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot

from reader.core.lines import measure
from reader.keys.actions import ACTIONS
from reader.keys.keymap import Keymap
from reader.ui.help.screen import Command, Finder, FindPapers, FoundPane, Palette, action_commands, command_line
from reader.ui.kit.glyphs import ASCII
from reader.ui.looks.theme import DEFAULTS, THEMES, stylesheets
from tests.table import each

HOSTILE = "[/] [b]x [$nope] [@click=app.quit]"


class Harness(App[None]):
    def __init__(self, theme: str = "dark") -> None:
        super().__init__(css_path=list(stylesheets()))
        self.ran: list[str] = []
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULTS)

    def commands(self) -> list[Command]:
        return [
            *action_commands(Keymap(overrides={"paper.star": "$"}), "list", self.ran.append),
            Command(HOSTILE, HOSTILE, lambda: self.ran.append("hostile")),
        ]

    def palette(self, find_papers: FindPapers | None = None) -> Palette:
        palette = Palette(self.commands(), Keymap(), find_papers=find_papers)
        self.push_screen(palette)
        return palette


async def listed(pilot: Pilot[None]) -> list[str]:
    """Wait for the search to end and read the commands on offer."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    strips = pilot.app.screen._compositor.render_strips()[1:-1]
    return [line for line in ("".join(one.text for one in strip).strip(" │┃") for strip in strips) if line]


def test_commands_are_those_of_the_context_with_the_users_keys() -> None:
    ran: list[str] = []
    commands = action_commands(Keymap(overrides={"paper.star": "$"}), "list", ran.append)
    by_name = {command.name: command for command in commands}
    expected = [
        a.name for a in ACTIONS if "list" in a.contexts and not a.id.startswith("move.") and a.id != "app.commands"
    ]
    assert [command.name for command in commands] == expected
    assert by_name["Star"].keys == "$"
    assert "Exclude" not in by_name
    by_name["Star"].run()
    by_name["Undo"].run()
    assert ran == ["paper.star", "mark.undo"]


@pytest.mark.parametrize("size", [(60, 20), (140, 42)])
async def test_all_commands_are_offered_in_order_one_line_each(size: tuple[int, int]) -> None:
    app = Harness()
    async with app.run_test(size=size) as pilot:
        app.palette()
        lines = await listed(pilot)
        names = [command.name for command in app.commands()]
        assert [line.partition("  ")[0] for line in lines] == names[: size[1] - 3]
        assert lines[1].startswith("Star   ") and lines[1].endswith(" $") and "Keep this paper" in lines[1]
        await pilot.press("end")
        assert (await listed(pilot))[-1].startswith(HOSTILE)
        await pilot.resize_terminal(80, 24)
        lines = await listed(pilot)
        assert [line.partition("  ")[0] for line in lines[:-1]] == names[-21:-1]


async def test_typing_finds_and_enter_runs() -> None:
    app = Harness()
    async with app.run_test(size=(80, 24)) as pilot:
        app.palette()
        await pilot.press(*"mark.undo")
        first, *_ = await listed(pilot)
        assert first.startswith("Undo  ") and first.endswith("  u")
        await pilot.press("enter")
        await pilot.pause()
        assert app.ran == ["mark.undo"]
        assert not isinstance(app.screen, Palette)


async def test_a_click_runs_and_a_paste_is_typed() -> None:
    app = Harness()
    async with app.run_test(size=(80, 24)) as pilot:
        palette = app.palette()
        await pilot.pause()
        palette.post_message(Paste("re\x00do\n"))
        (redo, *_) = await listed(pilot)
        assert redo.startswith("Redo")
        await pilot.click(FoundPane, offset=(4, 0))
        await pilot.pause()
        assert app.ran == ["mark.redo"]


async def test_papers_are_found_behind_the_commands_once_three_letters_are_typed() -> None:
    app = Harness()
    asked: list[str] = []

    async def find(typed: str) -> list[Command]:
        asked.append(typed)
        return [Command(f"A star {number}", "Tue 24 Nov", lambda: app.ran.append("paper")) for number in range(2)]

    async with app.run_test(size=(80, 24)) as pilot:
        app.palette(find_papers=find)
        await pilot.press(*"st")
        await listed(pilot)
        assert asked == []
        await pilot.press("a")
        lines = await listed(pilot)
        assert asked == ["sta"]
        assert lines[0].startswith("Star  ") and [line[:8] for line in lines[-2:]] == ["A star 0", "A star 1"]
        await pilot.press("end", "enter")
        await pilot.pause()
        assert app.ran == ["paper"]


async def test_a_hostile_name_is_drawn_and_run_as_it_is() -> None:
    app = Harness()
    async with app.run_test(size=(80, 24)) as pilot:
        app.palette()
        await pilot.press(*"[/]")
        assert await listed(pilot) == [f"{HOSTILE}  {HOSTILE}"]
        await pilot.press("enter")
        await pilot.pause()
        assert app.ran == ["hostile"]


async def test_escape_closes_and_nothing_runs_where_nothing_is_found() -> None:
    app = Harness()
    async with app.run_test(size=(60, 20)) as pilot:
        app.palette()
        await pilot.press(*"nosuch", "down", "enter")
        assert await listed(pilot) == [] and isinstance(app.screen, Palette)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, Palette)
        assert app.ran == []


@pytest.mark.parametrize(("theme", "sign"), [("dark", "bgcolor"), ("light", "bgcolor"), ("ansi", "reverse")])
async def test_the_line_under_the_cursor_and_the_typed_words_stand_out(theme: str, sign: str) -> None:
    app = Harness(theme)
    async with app.run_test(size=(80, 24)) as pilot:
        palette = app.palette()
        await pilot.press(*"read", "down")
        await listed(pilot)
        rows = palette.query_one(FoundPane)
        lines = [rows.render_line(y) for y in range(2)]
        looks = [{getattr(piece.style, sign) for piece in line if "Mark" in piece.text} for line in lines]
        assert looks[0] != looks[1]
        [hit] = [piece.style for piece in lines[0] if piece.text == "Read"][:1]
        [plain] = [piece.style for piece in lines[0] if "Mark" in piece.text]
        assert hit is not None and plain is not None
        assert hit.underline if theme == "ansi" else hit.bgcolor != plain.bgcolor


TITLE = "A Paper with a Long Title That Does Not Fit"


@each(
    ("name", "about", "keys", "width", "line"),
    [
        ("Star", "Keep this paper.", "s", 60, "Star                    Keep this paper.                   s"),
        ("Star", "Keep this paper in the Starred view.", "s", 50, "Star                    Keep this paper in the…  s"),
        ("Star", "Keep this paper in the Starred view.", "s", 30, "Star                         s"),
        ("Topic: Benchmarks & evaluation", "How.", "", 60, "Topic: Benchmarks & evaluation  How."),
        (TITLE, "Tue 24 Nov", "", 40, "A Paper with a Long Title T…  Tue 24 Nov"),
        (TITLE, "", "", 20, "A Paper with a Long…"),
    ],
)
def test_name_sentence_and_keys_share_a_line(name: str, about: str, keys: str, width: int, line: str) -> None:
    drawn = command_line(name, about, keys, width, finder=Finder(""))
    assert "".join(piece.text for piece in drawn).rstrip() == line


def test_typed_words_are_marked_in_the_name() -> None:
    pieces = command_line("Read all above", "Mark all.", "M", 60, finder=Finder("all read"))
    assert [piece.text for piece in pieces if piece.hit] == ["Read", "all"]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20), st.integers(20, 90), st.text(max_size=5))
def test_whatever_it_says_a_command_has_the_width(name: str, about: str, keys: str, width: int, typed: str) -> None:
    line = command_line(name, about, keys, width, finder=Finder(typed), glyphs=ASCII)
    assert measure(line) <= width
    assert all(piece.text.isprintable() for piece in line)
