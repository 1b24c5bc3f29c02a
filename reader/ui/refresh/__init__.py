"""Incoming changes: refreshes, other programs, other machines, vectors."""

from __future__ import annotations

from reader.ui.shell.feature import Feature

FEATURE = Feature(__name__, ("refresher", "sync"))
