"""`python -m tests.rigs NAME …`: run one of the rigs; `--help` behind its name says what it takes.

The exit code is 1 if something was found. What is random follows from `--seed`, which is printed.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module

RIGS = {
    "crash": ("crash.rig", "cuts the program off by kills, failing writes and full disks: nothing may be lost"),
    "fuzz": ("fuzz.rig", "attacks a parser by coverage"),
    "mishaps": ("mishaps.rig", "plays what lies between machines, and writes what the user gets"),
    "mutate": ("mutate", "changes the reader, and tells which changes its tests find"),
    "versions": ("versions", "runs quick tests with the lowest, the locked and the newest versions of all libraries"),
    "year": ("year", "replays a year of two machines: nothing grows but with the papers and the marks"),
    "start": ("pty.start", "starts an installed program in a terminal, and leaves it"),
}
"""The module of each, which is imported when it is asked for, and what it does."""


def main(words: Sequence[str]) -> int:
    """Run the rig that the first word names with the others; list them all if it is none."""
    if not words or words[0] not in RIGS:
        print("\n".join((__doc__ or "", *(f"  {name:12}{what}" for name, (_, what) in RIGS.items()))))
        return 0 if words[:1] in ([], ["--help"]) else 2
    # A job in the background of a script starts with SIGINT ignored, which the programs would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code: int = import_module(f"tests.rigs.{RIGS[words[0]][0]}").main(words[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
