"""Every workaround for Textual, with the affected version, the symptom, and its cost or a link.

`tests/ui/test_textual_fixes.py` shows each symptom with plain Textual: if a test there fails, Textual no longer needs
the workaround. Three workarounds are elsewhere: `ui/terminal/process.py` sets `TEXTUAL_FPS` before it imports Textual,
`ui/kit/pane.py` draws lines and bars itself, and `ui/terminal/driver.py` is the driver for terminals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.events import Key
from textual.filter import ANSIToTruecolor, LineFilter, Monochrome, NoColor
from textual.message_pump import MessagePump, MessagePumpClosed
from textual.screen import Screen
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.events import Paste
    from textual.geometry import Region
    from textual.widget import Widget

    _App: TypeAlias = App[str]
    _Screen: TypeAlias = Screen[None]
    _Text: TypeAlias = Widget
else:
    # At run time the mixins have no Textual base: CSS looks only at the first base that is a widget.
    _App = _Screen = _Text = object


# Time


class DelayedCall:
    """Calls a function once, some time after `begin`, unless restarted or stopped.

    Textual 8.2.8: `set_timer` never calls its function if the program is blocked for the whole delay while the timer
    starts, as on a busy machine. The timer treats the only call as a missed tick and skips it (`Timer._run`).
    """

    def __init__(self, node: MessagePump, then: Callable[[], object]) -> None:
        self._node = node
        self._then = then
        self._turn: object = None

    @property
    def is_waiting(self) -> bool:
        return self._turn is not None

    def begin(self, seconds: float) -> None:
        """Call the function after `seconds`; drop a pending call."""
        self._turn = turn = object()
        asyncio.get_running_loop().call_later(seconds, self._node.call_later, self._call, turn)

    def stop(self) -> None:
        self._turn = None

    def _call(self, turn: object) -> None:
        # The call may have been dropped or restarted between the timer and this callback.
        if turn is self._turn:
            self._turn = None
            self._then()


# The terminal


def color_filters(filters: Iterable[LineFilter], *, colorless: bool) -> list[LineFilter]:
    """Return an app's line filters without filters that change a terminal's own colours.

    With `colorless`, no colours are sent. Textual 8.2.8 treats an empty `NO_COLOR` as set. It chooses the filter by the
    theme that the app has before its own theme is set, which is in RGB, so it chooses `Monochrome`, which sends greys
    (https://github.com/Textualize/textual/issues/839); its `NoColor` sends codes for the default colours.
    It also runs `ANSIToTruecolor` on each line of themes without ANSI colours: 2 ms of each frame.
    """
    kept = [item for item in filters if not isinstance(item, ANSIToTruecolor | Monochrome | NoColor)]
    return [*kept, _COLORLESS] if colorless else kept


class Colorless(LineFilter):
    """Removes the colours from all drawn text, and keeps weight, underlines and other attributes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and _without_color(style), control) for text, style, control in segments]


@lru_cache(4096)
def _without_color(style: Style) -> Style:
    # `Style.without_color` drops the click action.
    plain = style.without_color
    return plain + Style.from_meta(style.meta) if style.meta else plain


_COLORLESS = Colorless()
"""A single instance, because Textual caches filtered lines by filter."""


# Styles


class StylesheetParsedOnce(_App):
    """Mixed into the app: parses the stylesheets once at the start, and again only when a theme changes a variable.

    Textual 8.2.8 parses all stylesheets a second time at the start of an app that sets its theme: 25 ms.
    """

    _parsed_with: dict[str, str] | None = None

    def use_theme_variables(self) -> None:
        """Make the first parse of the stylesheets use the theme's variables; call it once the theme is set."""
        self._parsed_with = self.get_css_variables()
        self.stylesheet.set_variables(self._parsed_with)

    def refresh_css(self, animate: bool = True) -> None:
        """Parse the stylesheets and match all styles again if a variable has changed."""
        variables = self.get_css_variables()
        if variables != self._parsed_with:
            self._parsed_with = variables
            super().refresh_css(animate)


# Screens and input


class HeldScreen(_Screen):
    """Mixed into a screen that draws nothing while held.

    `App.batch_update` of Textual 8.2.8 still renders the frames that it does not draw, and delays layouts.
    """

    is_held = False

    def _compositor_refresh(self) -> None:
        if not self.is_held:
            super()._compositor_refresh()

    def draw_ahead(self) -> None:
        """Lay out the screen and cache its lines for the first drawn frame."""
        self._refresh_layout()
        self._compositor.render_strips()

    def release(self) -> None:
        """Start drawing, with the whole screen first."""
        if self.is_held:
            self.is_held = False
            self.refresh()


async def take_keys(node: MessagePump) -> list[Key]:
    """Take the keys that directly follow the current message in a node's queue.

    Textual 8.2.8 handles each key separately, so a program does not see how many keys wait, and it draws a frame for
    each key or for none.
    """
    keys: list[Key] = []
    # The end marker of the queue may follow the last key.
    with suppress(MessagePumpClosed):
        # A widget that did not handle a key forwards it back.
        while isinstance(key := node._peek_message(), Key) and not key.is_forwarded:
            keys.append(cast(Key, await node._get_message()))
    return keys


class BlankGround(_Screen):
    """Mixed into a screen without text of its own, so that its background is drawn as a single, filtered line.

    Textual 8.2.8 composes the lines under all panes in every frame, unless the screen is `BLANK`; it then sends the
    background's colours even if the user wants no colours.
    """

    BLANK = True

    def render_lines(self, crop: Region) -> list[Strip]:
        _, background = self.background_colors
        strip = Strip.blank(crop.width, self.visual_style.rich_style)
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return [strip] * crop.height


class PastesWhole(_Text):
    """Mixed into an input or a text area, so that pasted text goes through `insert_pasted` whole.

    Textual 8.2.8 inserts control characters, and an input takes only the first line. It calls the `_on_paste` of each
    base class, so this handler, which runs first, has to prevent the default.
    """

    def insert_pasted(self, text: str) -> None:
        raise NotImplementedError

    def on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_pasted(event.text)

    def action_paste(self) -> None:
        """Insert text that was copied within the program."""
        self.insert_pasted(self.app.clipboard)
