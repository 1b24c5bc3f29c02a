"""The list of papers."""

from __future__ import annotations

from reader.ui.shell.feature import Feature

FEATURE = Feature(__name__, ("loader", "movement"))
