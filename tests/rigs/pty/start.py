"""Start an installed dailypapers in a real terminal, see the sample in it, and leave: `start PROGRAM HOME`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tests.rigs.terminal import Terminal


def main(arguments: Sequence[str]) -> int:
    program, home = arguments
    folder = Path(home)
    folder.mkdir(parents=True, exist_ok=True)
    # Nothing of the checkout: the program is another one.
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "DAILYPAPERS_HOME": home}
    with Terminal([program, "--demo"], environment, (100, 30), folder) as terminal:
        terminal.wait_for("s star", timeout=60)
        terminal.wait_for("bundled sample", timeout=60)
        terminal.press("q")
        # What it still draws is read on the way: a program whose terminal takes nothing more can't end.
        code = terminal.wait_closed(20)
    print(f"{program} showed its sample and ended with {code}")
    return code
