"""Help and palette."""

from __future__ import annotations

from reader.ui.help.state import HELP, PALETTE
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(__name__, ("actions",), (Over(HELP, "screen:HelpScreen"), Over(PALETTE, "screen:PaletteScreen")))
