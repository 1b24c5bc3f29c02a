"""What the terminal can draw of a picture, by the settings and by what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from reader import platform

if TYPE_CHECKING:
    from reader.platform import PictureProtocol


class PictureTerminal(NamedTuple):
    """How pictures are drawn here."""

    protocol: PictureProtocol = "blocks"
    cell: tuple[int, int] = (10, 20)
    """The pixels of a cell."""
    why_not: str = ""
    """Why none are drawn; empty if they are."""


def picture_terminal(
    setting: str, environ: Mapping[str, str], *, colorless: bool = False, served: bool = False
) -> PictureTerminal:
    """What the terminal can draw, by the setting `images`; `served` is a reader in a browser.

    The terminal is not asked: its answer would come between the keys.
    """
    if setting == "off":
        return PictureTerminal(why_not="pictures are off: see images in the settings")
    if colorless:
        return PictureTerminal(why_not="pictures need colours, which NO_COLOR takes away")
    if setting == "auto" and (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")):
        return PictureTerminal(why_not="pictures are off over ssh, which may be slow: see images in the settings")
    cell = platform.cell_size()
    if served:
        return PictureTerminal("blocks", cell)
    match setting:
        case "kitty" | "sixel" | "blocks":
            return PictureTerminal(setting, cell)
    return PictureTerminal(platform.picture_protocol(environ), cell)
