"""Fetch and draw the picture in front: one at a time, until the state no longer wants it."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from reader.core.errors import ReaderError
from reader.ui.pictures.state import PICTURES
from reader.ui.shell.handlers import follows
from reader.ui.shell.services import Services
from reader.ui.shell.state import State

if TYPE_CHECKING:
    from textual.worker import Worker

    from reader.refresh.pictures import Canvas, PictureDrawn

MOST_KEPT = 12
"""Drawn pictures that are kept until the reader ends."""

PAUSE = 0.15
"""Seconds before a picture is asked for: one that is only passed on the way to another is not."""


class PictureLoader:
    """Fetches the picture that the state asks for."""

    def __init__(self, services: Services) -> None:
        self._model = services.model
        self._background = services.background
        self._run_job = services.app.run_job
        self._worker: Worker[None] | None = None
        self._wanted: tuple[str, Canvas] | None = None
        self._kept: OrderedDict[tuple[str, Canvas], PictureDrawn] = OrderedDict()
        self._pause = services.background.delayed(self._start)

    @follows(PICTURES)
    def follow(self, state: State) -> None:
        """Show the picture in front if it is here, else fetch it; stop a fetch that is not wanted any more."""
        pictures = state[PICTURES]
        wanted = (pictures.front.address, pictures.canvas) if pictures is not None else None
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._pause.stop()
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()
        if wanted is None:
            return
        if (drawn := self._kept.get(wanted)) is not None:
            self._kept.move_to_end(wanted)
            self._model.change(state.update(PICTURES, lambda pictures: pictures.came(drawn)))
        else:
            self._say(wanted[0], "fetching the picture")
            self._pause.begin(PAUSE)

    def _start(self) -> None:
        if self._wanted is not None:
            self._worker = self._background.start("picture", partial(self._fetch, *self._wanted), exclusive=True)

    async def _fetch(self, address: str, canvas: Canvas) -> None:
        from reader.refresh.jobs import Waiting
        from reader.refresh.pictures import DrawPicture, PictureDrawn

        try:
            async with aclosing(self._run_job(DrawPicture(address, canvas))) as messages:
                async for message in messages:
                    match message:
                        case Waiting(seconds, why):
                            self._say(address, f"{why}, {seconds:.0f} s")
                        case PictureDrawn():
                            self._keep(address, canvas, message)
        except ReaderError as error:
            self._say(address, str(error))
        except Exception:
            self._say(address, "The picture could not be drawn.")
            raise

    def _keep(self, address: str, canvas: Canvas, drawn: PictureDrawn) -> None:
        self._kept[address, canvas] = drawn
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self._model.change(self._model.state.update(PICTURES, lambda pictures: pictures.came(drawn)))

    def _say(self, address: str, said: str) -> None:
        self._model.change(self._model.state.update(PICTURES, lambda pictures: pictures.says(address, said)))
