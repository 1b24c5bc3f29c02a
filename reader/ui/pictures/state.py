"""The part of the state that is the pictures of a paper, over its page or its full text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.shell.state import Front

if TYPE_CHECKING:
    from reader.ui.pictures.pictures import Pictures

PICTURES: Front[Pictures] = Front("picture", "reader.ui.pictures.screen:PictureScreen", is_kept=True)
