"""Vectors from a static model in a folder, by model2vec, which is an extra: a mean of the vectors of words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from reader.api import ConfigError, checked_vectors, clean

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.float32]

WEIGHTS = "model.safetensors"
"""The file with the vectors of words: nothing in it is run."""

EXTRA = "Static models need the extra: pip install 'dailypapers[meaning]'."


class StaticEncoder:
    """The model in a folder; it is loaded at its first use, 0.6 s."""

    at_once = 256
    trust = 1 / 6
    """A mean of words, which knows no sentence, misleads where it counts more."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError if there is no model."""
        self._folder = folder
        self._model: Any = None
        self._lock = Lock()
        try:
            found = (folder / WEIGHTS).stat()
        except OSError as error:
            shown = clean(str(folder), 200)
            raise ConfigError(f"{shown} has no {WEIGHTS}, so it is not the folder of a static model.") from error
        self.key = f"static {folder} {found.st_size} {found.st_mtime_ns}"

    async def encode(self, texts: Sequence[str]) -> Rows:
        return await asyncio.to_thread(self._encode, texts)

    async def aclose(self) -> None:
        self._model = None

    def _encode(self, texts: Sequence[str]) -> Rows:
        with self._lock:
            if self._model is None:
                self._model = _load(self._folder)
            rows = self._model.encode(list(texts), use_multiprocessing=False, show_progress_bar=False)
        return checked_vectors(rows, len(texts), "The static model")


def _load(folder: Path) -> Any:
    """The model; raises ConfigError."""
    try:
        from model2vec import StaticModel
    except ImportError as error:
        raise ConfigError(EXTRA) from error
    try:
        return StaticModel.from_pretrained(folder)
    except Exception as error:
        # Its parts raise errors of many kinds, some of them plain `Exception`.
        said = clean(str(error), 200).rstrip(".")
        raise ConfigError(f"The static model in {clean(str(folder), 200)} can't be loaded: {said}.") from error
