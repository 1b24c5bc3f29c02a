"""Draws the list with the standard library before Textual is imported."""

from __future__ import annotations

import gc
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reader import platform

if TYPE_CHECKING:
    from reader.ui.first_frame.frame import FirstFrame


def show_first_frame() -> FirstFrame | None:
    """Draw the list on the terminal; None if Textual's result can't be predicted."""
    if not _has_usual_terminal():
        return None
    # A collection takes longer than the frame, and frees almost nothing.
    gc.disable()
    sys.setswitchinterval(platform.SWITCH_SECONDS)
    try:
        return _show()
    except Exception:
        # Whatever the error is, the reader will hit it too, and explain it.
        return None


def _has_usual_terminal() -> bool:
    """Whether this is an ordinary terminal, and the program is in its foreground."""
    environment = os.environ
    # If COLUMNS and LINES are set, Textual trusts them over the terminal.
    if not environment.keys().isdisjoint(("TEXTUAL_DRIVER", "COLUMNS", "LINES")):
        return False
    if environment.get("TERM", "dumb") in ("dumb", "") or not (os.isatty(0) and os.isatty(1)):
        return False
    error = sys.__stderr__
    out = error if error is not None and error.isatty() else sys.__stdout__
    if out is None or out.encoding.lower().replace("-", "") != "utf8":
        return False
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        # A terminal not owned by the program has no foreground.
        return True


def _show() -> FirstFrame | None:
    from reader import paths
    from reader.session import visit
    from reader.ui.first_frame.kept_look import conditions, load_look

    output = 2 if os.isatty(2) else 1
    left = visit.load(paths.state_file())
    look = load_look(paths.look_file(), conditions(os.environ))
    if look is None:
        return None
    from reader.ui.first_frame.painter import is_certain, read_content
    from reader.ui.shell.layout import remembered

    cache = paths.cache_file()
    if not is_certain(cache):
        return None
    panes = remembered(look.density, look.filter_width, look.list_share, left)
    content = read_content(cache, left, look.order)
    if content is None:
        return None
    from reader.ui.first_frame.frame import FirstFrame
    from reader.ui.first_frame.painter import Painter

    size = os.get_terminal_size(output)
    frame = FirstFrame(Painter(look, content, panes, size, datetime.now(UTC)).whole(), output)
    frame.show()
    return frame
