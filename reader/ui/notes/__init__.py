"""Notes and tags."""

from __future__ import annotations

from reader.ui.notes.state import NOTING, TAGGING
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(__name__, ("actions",), (Over(NOTING, "screen:NoteScreen"), Over(TAGGING, "tags:TagScreen")))
