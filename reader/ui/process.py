"""Tunes the Python process for the reader: the garbage collector, thread switches, Textual's clock.

Imports Textual only in `tune_process`, which must run before anything else imports it.
"""

from __future__ import annotations

import gc
import os
import sys

from reader.ui.first_frame.start import SWITCH_SECONDS


def tune_process() -> None:
    """Tune this process for a fast start and fast keys; call it before Textual is imported."""
    # A collection at the start takes 25 ms and frees almost nothing; `finish_startup_tuning` turns it on again.
    gc.disable()
    # A key waits while a thread that reads the cache holds the interpreter's lock.
    sys.setswitchinterval(SWITCH_SECONDS)
    # Textual paints at its clock's ticks, and after a pause it skips two of them: 33 ms at its default of 60. It reads
    # the variable as it is imported; afterwards the variable must not reach the programs that the reader starts.
    if "TEXTUAL_FPS" not in os.environ:
        os.environ["TEXTUAL_FPS"] = "250"
        import textual.constants  # noqa: F401

        del os.environ["TEXTUAL_FPS"]


def finish_startup_tuning() -> None:
    """Turn garbage collection on after the first frame, but never collect the start's imports."""
    gc.freeze()
    gc.enable()


def skip_final_collection() -> None:
    """Let the interpreter exit at once: a last collection of all imports takes 0.3 s."""
    gc.freeze()
