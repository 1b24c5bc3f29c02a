"""The end of the app: what fails while it leaves is logged, and is no failure of the reader."""

from __future__ import annotations

import pytest
from textual import constants

from reader.ui.shell.app import WEB_DRIVER
from reader.ui.terminal.web_driver import ServedDriver
from tests.ui.conftest import Opener


async def test_an_error_while_the_reader_ends_is_only_logged(reader: Opener) -> None:
    async with reader() as r:
        r.app.leave()
        r.app._handle_exception(ValueError("a screen that was still being made"))
        assert r.app._exception is None
        assert r.app.return_code == 0


async def test_a_server_s_reader_has_a_driver_of_its_own(reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    async with reader() as r:
        monkeypatch.setattr(constants, "DRIVER", WEB_DRIVER)
        assert r.app.get_driver_class() is ServedDriver
