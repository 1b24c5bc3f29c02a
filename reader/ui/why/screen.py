"""Why a paper stands where it stands and what For you has learned, over the whole screen. It reads its own keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from reader.core.choice.wishes import LONGEST, Direction, Held, Wish, joined
from reader.core.lines import Piece
from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import UNICODE, Glyphs
from reader.ui.kit.own_keys import MOVES, OwnKeysScreen
from reader.ui.kit.pane import Pane
from reader.ui.kit.status_lines import Status
from reader.ui.looks.theme import stylesheet
from reader.ui.why.lines import Explanation, Row, explanation_rows

WHY_ROLES = ("label", "text", "muted", "facts", "key", "topic", "star", "cursor", "current")

DIRECTIONS: dict[str, Direction] = {
    "why.raise": "raise",
    "why.lower": "lower",
    "why.mute": "mute",
    "why.reset": "reset",
}


RANKING = "ranking papers"
"""What is said while the papers are ranked anew."""


class Doing(NamedTuple):
    """What the screen asks for; what changes something returns what to say."""

    read: Callable[[], Awaitable[Explanation]]
    decide: Callable[[Sequence[Wish | Held]], Awaitable[str]]
    split: Callable[[Held], Awaitable[str]]
    reverse: Callable[[str], Awaitable[str]]
    """Receives `undo` or `redo`."""
    show: Callable[[Held], object]
    """Lists the papers of an interest."""


class WhyList(Pane):
    """The reasons in sections, with a cursor on what the user can change."""

    PREFIX = "why"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"why--{role}" for role in WHY_ROLES}

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._known = Explanation()
        self._rows: list[Row] = []
        self._at = -1

    @property
    def current(self) -> Wish | Held | None:
        """What is under the cursor."""
        return self._rows[self._at].about if 0 <= self._at < len(self._rows) else None

    def show(self, known: Explanation) -> None:
        """Show other reasons; the cursor stays on what it is on, else on its line."""
        self._known = known
        self._lay_out()

    def _lay_out(self) -> None:
        before = self.current
        self._rows = rows = explanation_rows(self._known, max(16, self.columns - 3), self._glyphs)
        self.virtual_size = Size(self.columns, len(self._rows))
        places = self._places
        same = (at for at in places if before is not None and _kind(self._rows[at].about) == before.kind)
        nearest = min(places, key=lambda at: abs(at - self._at), default=-1)
        self._go(next(same, nearest))
        if self._known.before:
            # What a change does is in view with what was changed.
            end = next((at for at in range(len(rows) - 1, 0, -1) if rows[at].is_first), 0) + 1
            top = min(max(self.scroll_offset.y, end - self.size.height), max(0, self._at - 1))
            self.scroll_to(y=top, animate=False, force=True)

    @property
    def _places(self) -> list[int]:
        return [at for at, row in enumerate(self._rows) if row.about is not None]

    def move(self, count: int) -> None:
        """Go down by so many rows that can be changed, up if negative; at an end, scroll on."""
        places = self._places
        here = places.index(self._at) if self._at in places else -1
        at = min(max(here + count, 0), len(places) - 1)
        if not places or (at == here and count):
            self.scroll_to(y=self.scroll_offset.y + count, animate=False, force=True)
        else:
            self._go(places[at])

    def _go(self, at: int) -> None:
        self._at = at
        top, height = self.scroll_offset.y, max(1, self.size.height)
        # The heading over the first row is shown with it, and the line below a row that belongs to it.
        if at >= 0 and (at == self._places[0] or at - 1 < top):
            self.scroll_to(y=0 if at == self._places[0] and at < height else at - 1, animate=False, force=True)
        elif at + 2 > top + height:
            self.scroll_to(y=at + 2 - height, animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked line."""
        offset = event.get_content_offset(self)
        place = -1 if offset is None else offset.y + self.scroll_offset.y
        if place in self._places:
            event.stop()
            self._go(place)

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(self.columns, self._style())
        line = self._rows[place].line
        if place != self._at:
            return self._strip((Piece("  "), *line))
        shown = (piece._replace(role="current") if piece.role == "text" else piece for piece in line)
        return self._strip((Piece(f"{self._glyphs.cursor} ", "cursor"), *shown))


def _kind(about: Wish | Held | None) -> str:
    return "" if about is None else about.kind


class WhyScreen(OwnKeysScreen):
    """A title, the reasons, and the keys."""

    CSS_PATH = stylesheet("why")
    CONTEXT = "why"
    ACTS = MOVES | {
        "mark.undo", "mark.redo", "why.rename", "why.join", "why.split", "why.papers", "why.close", *DIRECTIONS,
    }  # fmt: skip

    def __init__(self, title: str, keymap: Keymap, doing: Doing, glyphs: Glyphs = UNICODE) -> None:
        self.list = WhyList(glyphs)
        super().__init__(title, self.list, keymap, glyphs)
        self._doing = doing
        self._known = Explanation()
        self._joining: Held | None = None
        self._renaming: Held | None = None
        self._typed = ""

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._renew(), exclusive=True, exit_on_error=False)

    async def _renew(self, said: str = "") -> None:
        """Read again; after a change, the first papers are shown beside those before it."""
        known = await self._doing.read()
        before, self._known = self._known, known
        self.list.show(known._replace(before=before.first if said and before.first != known.first else ()))
        self.say(said)

    @property
    def idle(self) -> Collection[str]:
        """What only interests have, while the cursor is on something else."""
        return () if isinstance(self.list.current, Held) else ("why.rename", "why.papers", "why.join", "why.split")

    def move(self, lines: int) -> None:
        self.list.move(lines)
        if self._joining is None:
            self.say("")

    async def on_key(self, event: events.Key) -> None:
        """Type a name, while one is asked for; otherwise the base class does what the key means here."""
        if self._renaming is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self._renaming = None
            self.say("")
        elif event.key == "enter":
            held, self._renaming = self._renaming._replace(name=" ".join(self._typed.split()), did="rename"), None
            await self._renew(await self._doing.decide([held]) if held.name else "")
        else:
            typed = self._typed[:-1] if event.key == "backspace" else self._typed
            more = event.character if event.is_printable and event.character else ""
            self._ask_name(f"{typed}{more}"[:LONGEST])

    def _ask_name(self, typed: str) -> None:
        self._typed = typed
        choices = (("enter", "rename"), ("esc", "leave it"))
        self.status.show(Status(choices=choices, typed=f"name: {typed}", is_typing=True))

    async def act(self, action: str, times: int) -> None:
        about, doing = self.list.current, self._doing
        joining, self._joining = self._joining, None
        changing: Awaitable[str] | None = None
        if action == "why.close":
            self.dismiss()
        elif action.startswith("mark."):
            changing = doing.reverse(action.removeprefix("mark."))
        elif about is None:
            self.say("nothing here can be changed")
        elif action in DIRECTIONS:
            changing = doing.decide([_moved(about, DIRECTIONS[action], times)])
        elif not isinstance(about, Held):
            self.say("only interests have names and papers")
        elif action == "why.papers":
            self.dismiss()
            doing.show(about)
        elif action == "why.rename":
            self._renaming = about
            self._ask_name(about.name)
        elif action == "why.split":
            changing = doing.split(about)
        elif joining is None or joining.key == about.key:
            self._joining = about
            self.say(f'go to the one to join with "{about.name}", then {self._keymap.key("why.join")} again')
        else:
            changing = doing.decide(joined(joining, about))
        if changing is not None:
            self.say(RANKING)
            await self._renew(await changing)


def _moved(about: Wish | Held, direction: Direction, times: int) -> Wish | Held:
    """A decision so many times; to mute what is muted takes that back."""
    if direction == "mute" and about.step is None:
        direction = "reset"
    for _ in range(min(times, 10)):
        about = about.moved(direction)
    return about
