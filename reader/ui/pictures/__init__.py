"""The pictures of a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.ui.pictures.state import PICTURES
from reader.ui.shell.feature import Feature, Over

if TYPE_CHECKING:
    from reader.ui.pictures.pictures import Pictures
    from reader.ui.pictures.screen import PictureScreen
    from reader.ui.shell.services import Services


def _picture(services: Services, _pictures: Pictures) -> PictureScreen:
    from reader.ui.pictures.screen import PictureScreen

    return PictureScreen(services.model, services.look)


FEATURE = Feature(__name__, ("actions",), (Over(PICTURES, _picture, is_kept=True),))
