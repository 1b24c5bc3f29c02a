"""The command palette: find every action of the current place, topics and papers by name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from reader.core.lines import Line, Piece, cell_len, cut, literal, measure, spread
from reader.keys.actions import PALETTE, Context
from reader.keys.keymap import Keymap
from reader.ui.help.search import Finder, FoundPane, SearchScreen
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.lines import mark, pattern
from reader.ui.kit.status_lines import Status

NAME_COLUMN = 22
"""Cells of the names; a longer name takes room from the sentence after it."""

SHORT = 16
"""Maximum cells of a text after a name, such as a day, before which the name is cut."""

_LEAST_ABOUT = 12


def command_line(name: str, about: str, keys: str, width: int, *, finder: Finder, glyphs: Glyphs = UNICODE) -> Line:
    """Return a line of `width` cells, with the typed words marked in the name, and the keys at its end."""
    name, about, keys = literal(name), literal(about), cut(literal(keys), width // 2, glyphs.ellipsis)
    right: Line = (Piece(keys, "key"),) if keys else ()
    room = width - (cell_len(keys) + 2 if keys else 0)
    if about and cell_len(about) <= SHORT:
        name = cut(name, max(room - cell_len(about) - 2, 8), glyphs.ellipsis)
    name = cut(name, room, glyphs.ellipsis)
    left: Line = (*mark(name, "name", pattern(finder.words)), Piece(" " * (min(NAME_COLUMN, room) - cell_len(name))))
    rest = room - measure(left) - 2
    if rest >= min(_LEAST_ABOUT, cell_len(about)):
        left = (*left, Piece("  "), Piece(cut(about, rest, glyphs.ellipsis), "about"))
    return spread(left, right, width)


WIDEST = 100
"""Maximum cells of a line."""

LEAST_TYPED = 3
"""Letters and digits to type before papers are searched."""


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


class Palette(SearchScreen):
    """A palette of the given commands; each opening makes a new one."""

    def __init__(
        self,
        commands: Sequence[Command],
        keymap: Keymap,
        glyphs: Glyphs = UNICODE,
        find_papers: FindPapers | None = None,
    ) -> None:
        """`find_papers` returns commands for papers by the typed words."""
        super().__init__(FoundPane(self._lines, self.enter), keymap, glyphs)
        self._commands = commands
        self._offered = commands
        self._find_papers = find_papers
        self._is_typing = True

    def say(self, said: str) -> None:
        """Show what is typed, and the keys."""
        about = "" if self._typed else "a command, a topic, a paper"
        self.title_line.show(f"> {self._typed}{self._glyphs.caret}{about}")
        *_, (key, close) = self._keymap.hints("help")
        self.status.show(Status((("enter", "run"), (key, close)), said=said))

    def move(self, lines: int) -> None:
        self._found.go(self._found.at + lines)

    async def act(self, action: str, times: int) -> None:
        if action == "help.close":
            self.dismiss()

    def enter(self) -> None:
        """Run the command under the cursor."""
        if self._offered:
            self.dismiss()
            self._offered[self._found.at].run()

    def search(self, typed: str) -> None:
        """Offer the commands that fit best, and below them papers."""
        finder = Finder(typed)
        scored = [(finder.score(one.name, f"{one.keys} {one.about} {one.also}"), one) for one in self._commands]
        found = [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        self._typed, self._offered = typed, found
        self._found.show(self._lines)
        self.say("")
        if self._find_papers is not None and len(re.findall(r"\w", typed)) >= LEAST_TYPED:
            self.run_worker(self._offer_papers(self._find_papers, typed), exclusive=True, exit_on_error=False)

    async def _offer_papers(self, find: FindPapers, typed: str) -> None:
        papers = await find(typed)
        if typed == self._typed:
            self._offered = (*self._offered, *papers)
            self._found.show(self._lines, self._found.at)

    def _lines(self, width: int) -> Sequence[Line]:
        finder, width = Finder(self._typed), min(width, WIDEST)
        return [
            command_line(one.name, one.about, one.keys, width, finder=finder, glyphs=self._glyphs)
            for one in self._offered
        ]
