"""The command palette: from the table, safe with any name."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste

from reader.core.lines import measure
from reader.keys.actions import ACTIONS
from reader.keys.keymap import Keymap
from reader.ui.features import Feature
from reader.ui.help.screen import Finder, FoundPane, action_commands, command_line
from reader.ui.help.state import PALETTE, HelpCommand
from reader.ui.kit.glyphs import ASCII
from reader.ui.shell.handlers import offers
from reader.ui.shell.services import Actor, Services
from tests.table import each
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings

HOSTILE = "[/] [b]x [$nope] [@click=app.quit]"


class Hostile(Actor):
    """Offers a command whose name is markup."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.ran = 0

    @offers
    def commands(self) -> list[HelpCommand]:
        return [HelpCommand(HOSTILE, HOSTILE, self.run)]

    def run(self) -> None:
        self.ran += 1


FEATURE = Feature("tests.ui.help", ("test_palette",))


def offered(r: Story) -> list[str]:
    """The commands in view."""
    return [line for line in (line.strip(" │┃") for line in r.lines[1:-1]) if line]


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
async def test_all_commands_are_offered_in_order_one_line_each(reader: Opener, size: tuple[int, int]) -> None:
    async with reader(size=size) as r:
        r.app.add(FEATURE)
        await r.do("app.commands")
        lines = offered(r)
        palette = r.app.state[PALETTE]
        assert palette is not None and len(lines) == size[1] - 3
        names = [command.name for command in palette.commands]
        assert [line.partition("  ")[0] for line in lines] == names[: size[1] - 3]
        assert lines[1].startswith("Star   ") and lines[1].endswith(" s") and "Keep this paper" in lines[1]
        await r.press("end")
        assert offered(r)[-1].startswith(HOSTILE)


async def test_typing_finds_and_enter_runs_as_fast_as_keys_come(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.do("paper.star")
        await r.burst("ctrl+p", *"mark.undo", "enter")
        assert r.context == "list" and not r.here.starred
        await r.burst("ctrl+p", *"read all", "down", "enter")
        assert "read" in r.status, "the second one: all above"
        await r.burst("ctrl+p", *"topic robotics", "enter")
        assert r.query == "topic:robotics"


async def test_a_click_runs_a_paste_is_typed_and_papers_are_found(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.do("paper.star", "mark.undo", "app.commands")
        r.app.screen.post_message(Paste("re\x00do\n"))
        await r.rest()
        assert offered(r)[0].startswith("Redo")
        await r.click("FoundPane", 4, 0)
        assert r.context == "list" and r.here.starred
        # Papers are found behind the commands once three letters are typed.
        await r.do("app.commands")
        await r.type("ki")
        palette = r.app.state[PALETTE]
        assert palette is not None and not palette.papers
        await r.type("t")
        assert offered(r)[-1].startswith("A Robot Walks into a Kitchen")
        await r.press("end", "enter")
        assert (r.view, r.query, r.here.title) == ("all", "", "A Robot Walks into a Kitchen")


async def test_a_hostile_name_is_drawn_and_run_as_it_is(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        r.app.add(FEATURE)
        await r.do("app.commands")
        await r.type("[/]")
        assert offered(r) == [f"{HOSTILE}  {HOSTILE}"]
        await r.press("enter")
        assert r[Hostile].ran == 1
        # Nothing runs where nothing is found, and escape closes.
        await r.do("app.commands")
        await r.press(*"nosuch", "down", "enter")
        assert offered(r) == [] and r.context == "help"
        assert r.lines[0].rstrip().endswith("nosuch▏  no command or topic matches")
        await r.press("escape")
        assert r.context == "list" and r[Hostile].ran == 1


@pytest.mark.parametrize(("theme", "sign"), [("dark", "bgcolor"), ("ansi", "reverse")])
async def test_the_line_under_the_cursor_and_the_typed_words_stand_out(reader: Opener, theme: str, sign: str) -> None:
    async with reader(size=(80, 24), settings=settings(theme=theme)) as r:
        await r.do("app.commands")
        await r.press(*"read", "down")
        pane = r.widget("FoundPane")
        assert isinstance(pane, FoundPane)
        lines = [pane.render_line(y) for y in range(2)]
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
        (TITLE, "16 cells of text", "", 40, "A Paper with a Long T…  16 cells of text"),
        (TITLE, "", "", 20, "A Paper with a Long…"),
    ],
)
def test_name_sentence_and_keys_share_a_line(name: str, about: str, keys: str, width: int, line: str) -> None:
    drawn = command_line(name, about, keys, width, finder=Finder(""))
    assert "".join(piece.text for piece in drawn).rstrip() == line


def test_typed_words_are_marked_in_the_name() -> None:
    pieces = command_line("Read all above", "Mark all.", "M", 60, finder=Finder("all read"))
    assert [piece.text for piece in pieces if piece.hit] == ["Read", "all"]


@hypothesis.settings(max_examples=10)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20), st.integers(20, 90), st.text(max_size=5))
def test_whatever_it_says_a_command_has_the_width(name: str, about: str, keys: str, width: int, typed: str) -> None:
    line = command_line(name, about, keys, width, finder=Finder(typed), glyphs=ASCII)
    assert measure(line) <= width
    assert all(piece.text.isprintable() for piece in line)
