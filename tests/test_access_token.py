"""The access token stays with the program: no child has it in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader import access_token
from reader.cache.places import open_server
from reader.core.errors import CacheError

SECRET = "hf_of_the_user"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    access_token.hold_tokens({})


def test_a_hidden_token_is_known_to_the_program_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setenv("HUGGING_FACE_HUB_TOKEN", "an old one")
    monkeypatch.setenv(access_token.MAIL_PASSWORD, SECRET)
    held = {"HF_TOKEN": SECRET, "HUGGING_FACE_HUB_TOKEN": "an old one", access_token.MAIL_PASSWORD: SECRET}
    assert not held.keys() & access_token.child_environment().keys()
    assert access_token.held_secrets() == held
    access_token.hide_tokens()
    assert SECRET not in os.environ.values()
    assert access_token.lookup_environment() == {**os.environ, **held}
    assert access_token.held_secrets() == held
    monkeypatch.delenv("HF_TOKEN", raising=False)
    access_token.hide_tokens()
    assert access_token.held_secrets() == {}


BROWSER = """#!{python}
import json, os, pathlib
pathlib.Path({out!r}).write_text(json.dumps(dict(os.environ)))
"""

OPEN = """
import sys
from reader import cli
from reader.actions.links import open_url
cli.run = lambda words, frame: 0 if open_url("https://arxiv.org/abs/2605.00001") else 1
sys.exit(cli.main([]))
"""


def test_a_browser_gets_the_users_environment_without_the_token(tmp_path: Path) -> None:
    browser, out = tmp_path / "browser", tmp_path / "out.json"
    browser.write_text(BROWSER.format(python=sys.executable, out=str(out)))
    browser.chmod(0o755)
    environment = {**os.environ, "HF_TOKEN": SECRET, "BROWSER": f"{browser} %s", "OF_THE_USER": "yes"}
    subprocess.run([sys.executable, "-c", OPEN], env=environment, check=True, timeout=60)
    got = json.loads(out.read_text())
    assert got["OF_THE_USER"] == "yes"
    assert SECRET not in out.read_text()
    # macOS adds a variable of its own to every process.
    assert {name for name in got if not name.startswith("__")} <= {*environment, "LC_CTYPE"} - {"HF_TOKEN"}


def test_a_servers_password_is_there_only_while_its_library_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in access_token.SERVER_VARIABLES:
        monkeypatch.setenv(name, SECRET)
    assert SECRET not in access_token.child_environment().values()
    access_token.hide_tokens()
    assert SECRET not in os.environ.values()
    assert access_token.held_secrets() == dict.fromkeys(access_token.SERVER_VARIABLES, SECRET)
    psycopg = pytest.importorskip("psycopg")

    def connect(*_: object, **__: object) -> None:
        assert os.environ["PGPASSWORD"] == os.environ["PGSERVICEFILE"] == SECRET
        assert SECRET not in access_token.child_environment().values()
        raise psycopg.OperationalError("it was asked")

    monkeypatch.setattr(psycopg.Connection, "connect", connect)
    with pytest.raises(CacheError, match="it was asked"), open_server("postgresql://ada@example.org/papers"):
        pass
    assert SECRET not in os.environ.values()
