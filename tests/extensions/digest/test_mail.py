"""Mails as a real server gets them, and each way in which sending fails: for certain, or not."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest

from reader.commands.news import Item, News, Section
from reader.core.paper import Paper
from reader.core.settings.tables import DigestMail
from reader.extensions.digest import mail as smtp
from reader.extensions.digest.mail import Envelope, MailError, MailUncertain, message, send
from tests.extensions.digest.mail_server import PASSWORD, USER, MailServer, serving
from tests.table import each

LOGIN = (USER, PASSWORD)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("trusting_mail"),
]


@pytest.fixture
def mail(live_edit: Paper) -> EmailMessage:
    paper = live_edit._replace(title="Zoë’s 中文 paper\n.\nand a line with a dot")
    digest = News(date(2026, 7, 1), "2026-06-30", "", (Section("For you", (Item(paper, paper.id, "Why"),)),))
    return message(digest, Envelope("n", "ada@example.org", "me@example.org", datetime(2026, 7, 1, 7, tzinfo=UTC)))


def sent(mail: EmailMessage, server: MailServer, security: str, login: tuple[str, str] | None = LOGIN) -> list[str]:
    """Send a mail; return what happened."""
    happened: list[str] = []
    send(
        mail, DigestMail(server=f"localhost:{server.port}", security=security), login, lambda: happened.append("begun")
    )
    return happened


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_arrives_as_it_was_written(mail: EmailMessage, security: str) -> None:
    with serving(security) as server:
        assert sent(mail, server, security, LOGIN if security != "none" else None) == ["begun"]
    (got,) = server.mails
    assert server.senders == ["me@example.org"]
    assert server.logins == ([USER] if security != "none" else [])
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    for part in got.iter_parts():
        assert "Zoë’s 中文 paper . and a line with a dot" in " ".join(part.get_content().split())
    assert all(len(line) <= 78 for line in server.raw[0].split(b"\r\n"))
    assert got["Subject"] == "Papers for Wednesday, 1 July (1 for you)"
    assert got["List-Id"].endswith(".dailypapers.localhost>")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"].endswith("@example.org>")


@each(
    ("security", "login", "says"),
    [
        ("starttls", None, r"wants a name and a password .*digest.password_command"),
        ("starttls", (USER, "wrong"), "does not accept the name or the password"),
        ("starttls", (USER, "motör"), "characters outside ASCII"),
        ("starttls", ("ädä", PASSWORD), "characters outside ASCII"),
        ("none", LOGIN, "lacks a feature that is needed: SMTP AUTH extension not supported by server"),
    ],
)
def test_login_failures_are_explained(
    mail: EmailMessage, security: str, login: tuple[str, str] | None, says: str
) -> None:
    with serving(security) as server, pytest.raises(MailError, match=says):
        sent(mail, server, security, login)
    assert not server.raw


@each(
    ("refuses", "kind", "says"),
    [
        ("RCPT", MailError, "refused the address ada@example.org: 550"),
        ("DATA", MailError, "refused the mail: 554 it looks like spam"),
        ("NOW", MailError, "450 come back later"),
    ],
)
def test_a_refusal_is_one_sentence(mail: EmailMessage, refuses: str, kind: type[MailError], says: str) -> None:
    with serving("none", refuses=refuses) as server, pytest.raises(kind, match=says) as refused:
        sent(mail, server, "none", None)
    assert refused.type is kind and not server.mails and str(refused.value).isprintable()


@pytest.mark.parametrize("faults", [{"says": "huh?"}, {"says": "354 go on"}, {"hangs": True}, {"breaks_off": True}])
def test_a_server_whose_last_answer_says_nothing_may_have_the_mail(
    mail: EmailMessage, faults: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LAST_SECONDS", 0.3)
    start = time.monotonic()
    with serving("none", **faults) as server, pytest.raises(MailUncertain, match="--again"):
        sent(mail, server, "none", None)
    assert len(server.raw) == 1 and time.monotonic() - start < smtp.SECONDS / 2


@pytest.mark.parametrize(
    ("line", "says"), [(b"2", r"no answer in 0.3 s"), (b"220-on and on\r\n" * 1_000, "its answer does not end")]
)
def test_an_answer_without_an_end_is_left(
    mail: EmailMessage, line: bytes, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def go_on() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                while True:
                    connection.sendall(line)
                    time.sleep(0.01)

        thread = threading.Thread(target=go_on)
        thread.start()
        with pytest.raises(MailError, match=says):
            sent(mail, MailServer(listening.getsockname()[1]), "none", None)
        thread.join()


def test_nothing_is_sent_in_the_open_or_to_a_stranger(mail: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("none") as server:
        with pytest.raises(MailError, match=r"offers no STARTTLS: set digest\.security to none"):
            sent(mail, server, "starttls")
        with pytest.raises(MailError, match=r"does not speak TLS: set digest\.security to none"):
            sent(mail, server, "tls")
    for server_set, advice in (
        (DigestMail(server="b.org:25", security="starttls"), "check its port, or set digest.security to tls"),
        (DigestMail(server="b.org:25", security="tls"), "check its port, or set digest.security to starttls"),
    ):
        assert smtp._other_way(server_set) == advice
    monkeypatch.delenv("SSL_CERT_FILE")
    for security in ("starttls", "tls"):
        with serving(security) as server, pytest.raises(MailError, match="can't be trusted: self-signed"):
            sent(mail, server, security)
        assert not server.raw and not server.logins


def test_a_server_that_is_not_there_or_says_nothing(mail: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        with pytest.raises(MailError, match=r"could not be reached: Connection refused"):
            sent(mail, MailServer(port), "starttls")
        deaf.listen()
        with pytest.raises(MailError, match=r"no answer in 0.2 s"):
            sent(mail, MailServer(port), "starttls")
        monkeypatch.setattr(smtp, "SECONDS", 10)

        def close() -> None:
            for _ in range(2):
                deaf.accept()[0].close()

        closing = threading.Thread(target=close)
        closing.start()
        with pytest.raises(MailError, match=r"could not be reached: it closed the connection"):
            sent(mail, MailServer(port), "starttls")
        closing.join()
