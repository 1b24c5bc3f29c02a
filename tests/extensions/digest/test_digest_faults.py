"""What each fault of a digest's way gets: one sentence with the way out, and no mail twice."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from reader import access_token
from reader.actions import schedule
from reader.core.errors import ReaderError
from reader.extensions.digest import mail, sending
from tests.commands.conftest import Run
from tests.extensions.digest.mail_server import PASSWORD, SINCE, USER, serving, write_settings

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("trusting_mail"),
]


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._expect_open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._expect_open()
        self.kept[service, username] = password

    def _expect_open(self) -> None:
        if self.trouble:
            raise self.trouble


def test_the_password_is_in_the_keyring(run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, before = Ring(), keyring.get_keyring()
    keyring.set_keyring(ring)
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    monkeypatch.setattr("reader.api.is_terminal", lambda _: True)
    monkeypatch.setattr("getpass.getpass", lambda _: PASSWORD)
    try:
        with serving() as server:
            write_settings(home, server)
            assert "has no password of ada at localhost" in run("digest", *SINCE, "--send").err
            assert run("digest", "--store-password").out == "Stored in the keyring.\n"
            assert ring.kept == {("dailypapers mail", "ada@localhost"): PASSWORD}
            assert "sent to ada@example.org" in run("digest", *SINCE, "--send").err
            assert server.logins == [USER]
            ring.trouble = keyring.errors.KeyringLocked("it is locked")
            for words in (("memory", *SINCE, "--send"), ("--store-password",)):
                assert "The keyring is locked: unlock it, or set DAILYPAPERS_SMTP" in run("digest", *words).err
            ring.trouble = OSError("the bus is gone")
            assert "The keyring did not answer (the bus is gone): set" in run("digest", "--store-password").err
            ring.trouble = keyring.errors.NoKeyringError("no backend")
            for words in (("memory", *SINCE, "--send"), ("--store-password",)):
                assert "This machine has no keyring: set DAILYPAPERS_SMTP_PASSWORD" in run("digest", *words).err
            monkeypatch.setattr("getpass.getpass", lambda _: "")
            assert run("digest", "--store-password").code == 2
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_waits_for_somebody_holds_up_no_schedule(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Waiting(Ring):
        def _expect_open(self) -> None:
            unlocked.wait()

    unlocked, before = threading.Event(), keyring.get_keyring()
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    monkeypatch.setattr(mail, "KEYRING_SECONDS", 0.1)
    keyring.set_keyring(Waiting())
    try:
        with serving() as server:
            write_settings(home, server)
            said = run("digest", *SINCE, "--send")
        assert (said.code, "did not answer in 0.1 s: unlock it, or set DAILYPAPERS_SMTP" in said.err) == (1, True)
    finally:
        unlocked.set()
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("security", "settings", "faults", "secret", "says"),
    [
        ("starttls", "", {}, "wrong", "does not take the name or the password"),
        ("starttls", "", {"refuses": "RCPT"}, PASSWORD, "refused the address ada@example.org: 550"),
        ("starttls", "", {"refuses": "DATA"}, PASSWORD, "refused the mail: 554 it looks like spam"),
        ("none", "", {}, PASSWORD, "offers no STARTTLS: set digest.security to tls"),
        ("none", 'security = "tls"', {}, PASSWORD, "speaks no TLS: look at its port"),
    ],
)
def test_each_fault_of_a_server_is_one_sentence_and_the_mail_comes_later(
    run: Run,
    papers: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
    settings: str,
    faults: dict[str, object],
    secret: str,
    says: str,
) -> None:
    with serving(security, **faults) as server:
        write_settings(home, server, settings)
        monkeypatch.setenv(access_token.MAIL_PASSWORD, secret)
        failed = run("digest", *SINCE, "--send")
        assert failed.code == 1 and says in failed.err
        assert failed.err.count("\n") == 1 and failed.err.endswith(".\n")
        assert secret not in failed.err
        assert (not server.mails and not server.logins) or secret == PASSWORD
    monkeypatch.setenv(access_token.MAIL_PASSWORD, PASSWORD)
    with serving() as server:
        write_settings(home, server)
        assert "6 papers, sent to" in run("digest", *SINCE, "--send").err


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving() as server:
        write_settings(home, server)
        monkeypatch.setenv(access_token.MAIL_PASSWORD, PASSWORD)
        assert "can't be trusted: self-signed" in run("digest", *SINCE, "--send").err
        assert not server.logins


def test_a_file_that_cannot_be_written_is_named(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "gone" / "digest.html"
    failed = run("digest", *SINCE, "-o", str(file))
    assert failed.code == 1
    assert failed.err.endswith(f"{file} could not be written: No such file or directory. Name another file with -o.\n")
    if Path("/dev/full").exists():
        assert "No space left on device. Name another file" in run("digest", *SINCE, "-o", "/dev/full").err


def test_a_program_that_hangs_may_have_mailed(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PROGRAM_SECONDS", 0.3)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    (home / "config.toml").write_text(f"[digest]\ncommand = {command!r}\n")
    failed = run("digest", *SINCE, "--to", "command")
    assert failed.code == 1
    assert "took longer than 0.3 s and was stopped. Whether it has done its work is not known" in failed.err
    assert "which is not known: no mail. --again sends" in run("digest", *SINCE, "--to", "command").err
    (home / "config.toml").write_text('[digest]\ncommand = ["true"]\n')
    assert run("digest", *SINCE, "--to", "command").code == 0


@pytest.mark.parametrize(
    ("system", "says"),
    [
        ("linux", "This system has no systemd, launchd or cron; run 'dailypapers digest --send --in-turn"),
        ("win32", "Let the Task Scheduler of Windows run 'dailypapers digest --send --in-turn"),
    ],
)
def test_a_machine_without_a_scheduler_is_told_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str, says: str
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(ReaderError) as failed:
        schedule.plan_schedule(schedule.daily_digest((7, 30), ("--send",)), tmp_path, {}, system)
    assert says in str(failed.value)
