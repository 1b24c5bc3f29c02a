"""The pictures of a paper."""

from __future__ import annotations

from reader.ui.pictures.state import PICTURES
from reader.ui.shell.feature import Feature, Over

FEATURE = Feature(__name__, ("actions",), (Over(PICTURES, "screen:PictureScreen", is_kept=True),))
