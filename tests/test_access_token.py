"""The access token stays with the program: no child has it in its environment."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue

import pytest

from reader import access_token
from reader.commands.line.own_process import CommandProcess, start_beyond

SECRET = "hf_of_the_user"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    access_token.hold_tokens({})


def test_a_hidden_token_is_known_to_the_program_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setenv("HUGGING_FACE_HUB_TOKEN", "an old one")
    monkeypatch.setenv(access_token.MAIL_PASSWORD, SECRET)
    assert access_token.MAIL_PASSWORD not in access_token.child_environment()
    assert not set(access_token.TOKEN_VARIABLES) & access_token.child_environment().keys()
    held = {"HF_TOKEN": SECRET, "HUGGING_FACE_HUB_TOKEN": "an old one", access_token.MAIL_PASSWORD: SECRET}
    assert access_token.held_secrets() == held
    access_token.hide_tokens()
    assert not set(access_token.TOKEN_VARIABLES) & os.environ.keys()
    assert access_token.lookup_environment() == {**os.environ, **access_token.held_secrets()}
    assert access_token.held_secrets() == held
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(dict(os.environ))"], capture_output=True, text=True, check=True
    )
    assert SECRET not in child.stdout
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
    with access_token.server_environment():
        assert os.environ["PGPASSWORD"] == os.environ["PGSERVICEFILE"] == SECRET
        assert SECRET not in access_token.child_environment().values()
    assert SECRET not in os.environ.values()
    # A child is given no service file either, by whatever way it is started.
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(dict(os.environ))"], capture_output=True, text=True, check=True
    )
    assert SECRET not in child.stdout


@contextmanager
def asking_server() -> Iterator[tuple[str, Queue[str]]]:
    """The address of what asks for a password as PostgreSQL does and then hangs up, and the passwords that it got."""
    got: Queue[str] = Queue()

    def ask(taken: socket.socket) -> None:
        with taken, taken.makefile("rb") as stream:
            while True:
                length, code = struct.unpack("!ii", stream.read(8))
                if code not in ENCRYPTION:
                    break
                taken.sendall(b"N")
            stream.read(length - 8)
            taken.sendall(b"R" + struct.pack("!ii", 8, 3))
            _, length = struct.unpack("!ci", stream.read(5))
            got.put(stream.read(length - 4).rstrip(b"\0").decode())

    def serve() -> None:
        with suppress(OSError):
            while True:
                ask(listening.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"postgresql://ada@127.0.0.1:{listening.getsockname()[1]}/papers", got
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


ENCRYPTION = (80877103, 80877104)
"""Codes of the requests for TLS and for GSSAPI."""


def test_the_commands_that_a_reader_starts_have_the_servers_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", SECRET)
    access_token.hide_tokens()
    with asking_server() as (address, got):
        outcome = CommandProcess(("sync", "--quiet", address), 200, {}).wait()
        assert (outcome.code, "needs a password" in outcome.said) == (1, False)
        assert got.get(timeout=60) == SECRET
        start_beyond(("sync", "--quiet", address))
        assert got.get(timeout=60) == SECRET
