"""Tunes the Python process for the reader: the garbage collector, thread switches, Textual's clock.

Imports Textual only in `tune_process`, which must run before anything else imports it.
"""

from __future__ import annotations

import gc
import os
import sys


def tune_process() -> None:
    """Tune this process for a fast start and fast keys; call it before Textual is imported."""
    # A collection at the start takes 25 ms and finds next to nothing; `finish_startup_tuning` turns it on again.
    gc.disable()
    # A key waits while a thread that reads the cache holds the interpreter's lock, several times a frame: 5 ms each
    # time by default, of the 16 ms of a frame.
    sys.setswitchinterval(0.001)
    # Textual paints at the ticks of its clock, and after a pause it lets two of them pass: 33 ms at its default of 60.
    # Textual reads the variable as it is imported; afterwards it must not reach the programs that the reader starts.
    if "TEXTUAL_FPS" not in os.environ:
        os.environ["TEXTUAL_FPS"] = "250"
        import textual.constants  # noqa: F401

        del os.environ["TEXTUAL_FPS"]


def finish_startup_tuning() -> None:
    """Turn garbage collection on after the first frame, without all that the start has imported."""
    gc.freeze()
    gc.enable()


def skip_final_collection() -> None:
    """Let the interpreter end at once: a last collection of all that was imported takes 0.3 s."""
    gc.freeze()
