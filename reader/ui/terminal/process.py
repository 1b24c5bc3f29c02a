"""Tunes the Python process for the reader: the garbage collector, thread switches, Textual's clock.

Imports Textual only in `tune_process`, which must run before anything else imports it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from reader import platform


def tune_process() -> None:
    """Tune this process for a fast start and fast keys; call it before Textual is imported."""
    # A collection at the start takes 25 ms and frees almost nothing; `finish_startup_tuning` re-enables it.
    gc.disable()
    # A key waits while a thread reading the cache holds the interpreter's lock.
    sys.setswitchinterval(platform.SWITCH_SECONDS)
    # Textual paints at the ticks of its clock, and after a pause it skips two of them: 33 ms at its default of 60. It
    # ends the program if TEXTUAL_THEME names a theme that it does not know, such as a theme of the reader. Textual
    # reads both variables during its import; they are restored for the programs that the reader starts.
    before = {name: os.environ.get(name) for name in ("TEXTUAL_FPS", "TEXTUAL_THEME")}
    os.environ.setdefault("TEXTUAL_FPS", "250")
    os.environ.pop("TEXTUAL_THEME", None)
    import textual.constants  # noqa: F401

    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def loading() -> Iterator[None]:
    """Load much long-lived data, such as a long text, and exclude it from garbage collections.

    A collection over a text of 2 MB takes 70 ms, during which no key is handled. Dropped data is still freed.
    """
    gc.collect(1)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def finish_startup_tuning() -> None:
    """Re-enable garbage collection after the first frame, excluding the start's imports."""
    gc.freeze()
    gc.enable()


def skip_final_collection() -> None:
    """Let the interpreter exit at once; a last collection of all imports takes 0.3 s."""
    gc.freeze()
