"""A paper: the detail pane, its page, its links and files."""

from __future__ import annotations

from reader.ui.page.state import PAGE
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(__name__, ("actions", "links", "loader"), (Over(PAGE, "screen:PaperPage", is_kept=True),))
