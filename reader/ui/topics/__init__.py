"""Topics in the filter pane, and of a paper."""

from __future__ import annotations

from reader.ui.shell.feature import Feature

FEATURE = Feature(__name__, ("actions",))
