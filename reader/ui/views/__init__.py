"""Views, and reading statistics."""

from __future__ import annotations

from reader.ui.shell.feature import Feature

FEATURE = Feature(__name__, ("actions",))
