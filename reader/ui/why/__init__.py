"""Why a paper stands where it stands, and what For you has learned."""

from __future__ import annotations

from reader.ui.shell.feature import Feature

FEATURE = Feature(__name__, ("actions",))
