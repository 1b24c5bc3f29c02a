"""Readers over caches that are made once and copied for each test."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from reader.core.paper import Draft
from tests.ui import papers
from tests.ui.driver import Story, fill, open_reader

# A screen that is painted makes objects by the hundred thousand, and looking them all over for garbage as often as
# Python does by default takes half of the tests' time.
gc.set_threshold(100_000, 50, 50)

Opener = Callable[..., AbstractAsyncContextManager[Story]]


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A cache with all papers of `papers.DAYS`, and one with none."""
    folder = tmp_path_factory.mktemp("caches")
    return {"full": fill(folder / "full.db", papers.DAYS), "empty": fill(folder / "empty.db", {})}


@pytest.fixture
def cache_file(tmp_path: Path, caches: Mapping[str, Path]) -> Path:
    """The user's own copy of the full cache."""
    return Path(shutil.copy(caches["full"], tmp_path / "papers.db"))


@pytest.fixture
def reader(tmp_path: Path, caches: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Open the reader on the user's cache; `papers` is what is in it where it does not exist yet, by day."""
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "NO_COLOR", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
    # The detail and the counts wait for the user's fingers, which are quicker here.
    monkeypatch.setattr("reader.ui.keyboard.STILL", 0.0)
    monkeypatch.setattr("reader.ui.screens.main.REST", 0.001)
    monkeypatch.setattr("reader.ui.counting.COUNT_AFTER", 0.001)

    def open_it(
        *, papers: Mapping[str, Sequence[Draft]] | None = None, **how: object
    ) -> AbstractAsyncContextManager[Story]:
        file = tmp_path / "papers.db"
        if not file.exists():
            shutil.copy(caches["empty" if papers is not None else "full"], file)
            if papers:
                fill(file, papers)
        return open_reader(file, **how)

    return open_it


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the browser was asked to open, with a browser that does no more than note them."""
    opened: list[str] = []
    monkeypatch.setattr("reader.actions.links.find_browser", lambda: "firefox")
    monkeypatch.setattr("reader.actions.links.open_url", lambda url: opened.append(url) or True)
    return opened
