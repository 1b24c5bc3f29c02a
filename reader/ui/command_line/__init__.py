"""The command line, the output of commands, and commands that run automatically."""

from __future__ import annotations

from reader.ui.command_line.state import COMMAND, OUTPUT
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(
    __name__, ("actions", "runner"), (Over(COMMAND, "screen:CommandScreen"), Over(OUTPUT, "output:OutputScreen"))
)
