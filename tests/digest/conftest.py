"""A user's home, a paper, and trust in the mail server of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reader import access_token
from tests.actions.conftest import live_edit
from tests.commands.conftest import filled, home, on_terminal, papers, run, session, topics_read_once
from tests.digest.mail_server import CERTIFICATE

__all__ = ["filled", "home", "live_edit", "on_terminal", "papers", "run", "session", "topics_read_once"]


@pytest.fixture
def trusting_mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trust the mail server of the tests, and forget its password afterwards."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    yield
    access_token.hold_tokens({})
