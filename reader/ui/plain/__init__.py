"""Plain mode: the same state and keys, in lines of words for ears, slow lines and terminals that can't be drawn on."""

from __future__ import annotations

from reader.ui.shell.feature import Feature

FEATURE = Feature(__name__, ("face",))
