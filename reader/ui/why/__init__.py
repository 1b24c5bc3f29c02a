"""Why a paper is ranked as it is, and what For you has learned."""

from __future__ import annotations

from reader.ui.shell.feature import Feature, Over
from reader.ui.why.state import WHY

FEATURE = Feature(__name__, ("actions",), (Over(WHY, "screen:WhyScreen"),))
