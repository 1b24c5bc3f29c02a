"""Mails as a real server gets them, and each way in which sending fails."""

from __future__ import annotations

import socket
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from reader import access_token
from reader.commands.news import Item, News, Section
from reader.core.paper import Paper
from reader.core.settings.types import DigestMail
from reader.digest import mail as smtp
from reader.digest.mail import MailError, message, send
from tests.digest.mail_server import PASSWORD, USER, MailServer, serving
from tests.table import each

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("trusting_mail"),
]

TO = DigestMail("ada@example.org", "me@example.org")


@pytest.fixture
def mail(live_edit: Paper) -> EmailMessage:
    paper = live_edit._replace(title="Zoë’s 中文 paper\n.\nand a line with a dot")
    section = Section("For you", (Item(paper, "Why"),), is_brief=False)
    return message(News(date(2026, 7, 1), "2026-06-30", "", (section,)), TO, "n")


def send_by(mail: EmailMessage, server: MailServer, security: str, user: str = USER, password: str = PASSWORD) -> None:
    access_token.hold_tokens({access_token.MAIL_PASSWORD: password})
    send(mail, DigestMail(TO.to, TO.sender, f"localhost:{server.port}", security, user))


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_arrives_as_it_was_written(mail: EmailMessage, security: str) -> None:
    with serving(security) as server:
        send_by(mail, server, security, USER if security != "none" else "")
    (got,) = server.mails
    assert server.senders == ["me@example.org"]
    assert server.logins == ([USER] if security != "none" else [])
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    for part in got.iter_parts():
        assert "Zoë’s 中文 paper . and a line with a dot" in " ".join(part.get_content().split())
    assert all(len(line) <= 78 for line in server.raw[0].split(b"\r\n"))
    assert got["Subject"] == "Papers for Wednesday, 1 July (1 paper new since 30 June)"
    assert got["List-Id"].endswith(".dailypapers.localhost>")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@example.org>")


@each(
    ("security", "user", "password", "says"),
    [
        ("starttls", "", "", "530 .*digest.password_command"),
        ("starttls", USER, "wrong", "did not take the mail: 535"),
        ("starttls", USER, "motör", "characters outside ASCII"),
        ("starttls", "ädä", PASSWORD, "characters outside ASCII"),
        ("none", USER, PASSWORD, "SMTP AUTH extension not supported by server"),
    ],
)
def test_login_failures_are_explained(mail: EmailMessage, security: str, user: str, password: str, says: str) -> None:
    with serving(security) as server, pytest.raises(MailError, match=says):
        send_by(mail, server, security, user, password)
    assert not server.raw


@each(
    ("faults", "says"),
    [
        ({"refuses": "RCPT"}, "ada@example.org was refused, 550"),
        ({"refuses": "NOW"}, "450 come back later"),
        ({"refuses": "DATA"}, "554 it looks like spam"),
        ({"hangs": True}, "did not take the mail: .*the same Message-ID"),
        ({"breaks_off": True}, "did not take the mail: .*the same Message-ID"),
        ({"says": "354 go on"}, "did not take the mail: 354"),
    ],
)
def test_a_failure_is_one_sentence(
    mail: EmailMessage, faults: dict[str, object], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SERVER_SECONDS", 0.5)
    with serving("none", **faults) as server, pytest.raises(MailError, match=says) as refused:
        send_by(mail, server, "none", "")
    assert str(refused.value).isprintable()


def test_nothing_is_sent_in_the_open_or_to_a_stranger(mail: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("none") as server:
        with pytest.raises(
            MailError, match=r"STARTTLS extension not supported by server; check its port and digest\.security"
        ):
            send_by(mail, server, "starttls")
        with pytest.raises(MailError, match=r"does not speak TLS; check its port and digest\.security"):
            send_by(mail, server, "tls")
    monkeypatch.delenv("SSL_CERT_FILE")
    for security in ("starttls", "tls"):
        with serving(security) as server, pytest.raises(MailError, match="can't be trusted: self-signed"):
            send_by(mail, server, security)
        assert not server.raw and not server.logins


def test_a_server_that_is_not_there_or_says_nothing(mail: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SERVER_SECONDS", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        with pytest.raises(MailError, match="did not take the mail: Connection refused"):
            send_by(mail, MailServer(port), "starttls")
        deaf.listen()
        with pytest.raises(MailError, match=r"did not take the mail: .*timed out"):
            send_by(mail, MailServer(port), "starttls")


@each(
    ("command", "says"),
    [
        (("false",), r"false failed with exit code 1: it gave no reason\."),
        (("true",), r"true printed no password\. Check digest\.password_command\."),
        (("no-such-program",), "no-such-program did not start: No such file or directory"),
        ((), "No password is set: set DAILYPAPERS_SMTP_PASSWORD, or digest.password_command"),
        (("echo", PASSWORD), ""),
    ],
)
def test_the_password_comes_from_a_program_of_the_user(
    command: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    access_token.hold_tokens({})
    settings = DigestMail(password_command=command)
    if not says:
        assert smtp.find_password(settings) == PASSWORD
        return
    with pytest.raises(MailError, match=says):
        smtp.find_password(settings)


def test_without_a_server_sendmail_gets_the_mail(
    mail: EmailMessage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, got = tmp_path / "sendmail", tmp_path / "got"
    program.write_text(f'#!/bin/sh\necho "$@" > {got}\ncat >> {got}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    send(mail, TO)
    assert got.read_text().startswith("-t -i\nFrom: dailypapers <me@example.org>")
    program.write_text("#!/bin/sh\ncat > /dev/null\necho no room >&2\nexit 75\n")
    with pytest.raises(MailError, match=r"sendmail failed with exit code 75: no room\."):
        send(mail, TO)
