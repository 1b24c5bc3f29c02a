"""The command palette: find every action of the current place, topics and papers by name.

It is Textual's palette with our own matching and drawing. The matcher of Textual 8.2.8 reads names as markup, but
names of topics and saved views are foreign text. It also tries so many positions of the typed letters that some
words would block the screen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.content import Content
from textual.style import Style

from reader.core.lines import Line, Piece, cell_len, cut, literal, measure, spread
from reader.keys.actions import PALETTE, Context
from reader.keys.keymap import Keymap
from reader.ui.kit.finder import Finder
from reader.ui.kit.glyphs import ASCII, UNICODE, Glyphs
from reader.ui.kit.styled_text import PLAIN
from reader.ui.kit.textual_fixes import DismissedOnce, PagesOnlyLaidOutCommands, ReversesHighlight, visual_style
from reader.ui.looks.stylesheets import stylesheet

NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from the sentence after it."""

SHORT = 16
"""Maximum cells of a text after a name, such as a day, before which the name is cut."""

_LEAST_ABOUT = 12


def command_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """Return a line of `width` cells, with the typed words marked in the name, and the keys at its end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "keys"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= SHORT:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*_marked(name, finder), Piece(" " * (min(NAME_COLUMN, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(_LEAST_ABOUT, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


def _marked(name: str, finder: Finder) -> Line:
    """The name, with the typed words marked."""
    pieces, done = [], 0
    for start, end in sorted(finder.spans(name)):
        if start >= done:
            pieces += [Piece(name[done:start], "name"), Piece(name[start:end], "name hit")]
            done = end
    return tuple(piece for piece in (*pieces, Piece(name[done:], "name")) if piece.text)


WIDEST = 100
"""Maximum cells of the palette."""

MARGINS = 6
"""Cells of the palette beside a command."""

LEAST_TYPED = 3
"""Characters to type before papers are searched."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, a sentence about it, the function, its keys as shown, and other words that find it."""

    name: str
    about: str
    run: Callable[[], object]
    keys: str = ""
    also: str = ""


FindPapers = Callable[[str], Awaitable[Sequence[Command]]]


def action_commands(
    keymap: Keymap, context: Context, run: Callable[[str], object], lacking: Collection[str] = ()
) -> list[Command]:
    """Return a command for each action of `context`, in the table's order; `run` receives the action's id.

    The palette itself, the moves and those that are `lacking` something to act on are left out.
    """
    return [
        Command(
            action.name,
            action.help,
            partial(run, action.id),
            " ".join(keymap.labels(action.id, context)),
            f"{action.group} {action.id}",
        )
        for action in keymap.actions
        if context in action.contexts and action.id not in (PALETTE, *lacking) and not action.id.startswith("move.")
    ]


class Palette(DismissedOnce, PagesOnlyLaidOutCommands, ReversesHighlight, CommandPalette):
    """A palette of the given commands; each opening makes a new one.

    A search for commands does no I/O, and takes less than a millisecond for hundreds of them.
    """

    CSS_PATH = stylesheet("commands")
    DEFAULT_CSS = """
    Palette {
        & > Vertical {
            margin: 1 0 0 0;
            width: 100%;
            max-width: 100;
        }
        #--input, #--input.--list-visible {
            border: none;
        }
        CommandList {
            border: none;
            max-height: 80vh;
            scrollbar-size-vertical: 1;
        }
        CommandList > .option-list--option {
            text-style: none;
        }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"palette--name", "palette--keys", "palette--about", "palette--hit"}

    def __init__(
        self,
        commands: Iterable[Command],
        glyphs: Glyphs = UNICODE,
        find_papers: FindPapers | None = None,
    ) -> None:
        """`find_papers` returns commands for papers by the typed words."""
        super().__init__(
            [_provider_of(tuple(commands), self._draw, find_papers)], placeholder="a command, a topic, a paper"
        )
        self._glyphs = glyphs
        self.set_class(glyphs is ASCII, "-ascii")

    def on_mount(self) -> None:
        # The default sign is two cells wide, and some terminals draw it in one.
        self.query_one(SearchIcon).icon = ">"

    def _draw(self, command: Command, finder: Finder) -> Content:
        """Draw a command in one line, with the typed words marked."""
        width = max(min(self.app.size.width, WIDEST) - MARGINS, 20)
        line = command_line(command.name, command.about, command.keys, width, finder=finder, glyphs=self._glyphs)
        return Content.assemble(
            *((piece.text, self._component_style(piece.role)) if piece.role != PLAIN else piece.text for piece in line)
        )

    def _component_style(self, role: str) -> Style:
        parts = [f"palette--{part}" for part in role.split()]
        # Textual 8.2.8 drops the background of a partial style.
        return visual_style(self, *parts) if "hit" in role else self.get_visual_style(*parts, partial=True)


def _provider_of(
    commands: Sequence[Command], draw: Callable[[Command, Finder], Content], find_papers: FindPapers | None
) -> type[Provider]:
    """Return a provider class for Textual, which makes the instance itself and passes no data to it."""

    class Commands(Provider):
        async def search(self, query: str) -> Hits:
            finder = Finder(query)
            for command in commands:
                score = finder.score(command.name, f"{command.keys} {command.about} {command.also}")
                if score > 0:
                    yield Hit(score, draw(command, finder), command.run, text=command.name)
            if find_papers is not None and len(query.strip()) >= LEAST_TYPED:
                for place, command in enumerate(await find_papers(query)):
                    # Behind all commands, in their order.
                    yield Hit(0.01 / (place + 1), draw(command, finder), command.run, text=command.name)

        async def discover(self) -> Hits:
            for command in commands:
                yield DiscoveryHit(draw(command, Finder("")), command.run, text=command.name)

    return Commands
