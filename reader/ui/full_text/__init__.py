"""The full text of a paper."""

from __future__ import annotations

from reader.ui.full_text.state import TEXT
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(__name__, ("actions", "bookmarks", "fetcher"), (Over(TEXT, "screen:FullTextScreen", is_kept=True),))
