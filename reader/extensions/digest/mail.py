"""A digest as a mail, its server's password, and sending by STARTTLS or TLS, or only to this machine."""

from __future__ import annotations

import io
import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, NamedTuple

from reader import api
from reader.extensions.digest.drawing import page, plain_text

# The message

LONGEST_SUBJECT = 150
"""Maximum characters shown by clients."""


class Envelope(NamedTuple):
    """The envelope of a mail."""

    name: str
    """The recipient and query: the same news goes there only once."""
    to: str
    sender: str
    at: datetime


def message(news: api.news.News, envelope: Envelope) -> EmailMessage:
    """The mail with a digest."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(api.APP, addr_spec=envelope.sender)
    mail["To"] = Address(addr_spec=envelope.to)
    # The library would decode such words, and hidden line breaks would become headers.
    mail["Subject"] = api.clean(news.subject.replace("=?", "= ?"), LONGEST_SUBJECT)
    mail["Date"] = format_datetime(envelope.at)
    # A second mail with the same news has the same id, and servers drop it.
    mail["Message-ID"] = f"<{news.hash(envelope.name)}@{envelope.sender.rpartition('@')[2]}>"
    # Filters sort mails by it: one for each query (RFC 2919, 3: a list without a domain).
    list_name = api.news.News(news.day, "", news.query).hash(news.query)
    mail["List-Id"] = f"Daily papers <{list_name}.{api.APP}.localhost>"
    # Suppresses automatic replies, such as notices of absence (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    # Every server passes this on unchanged, and its lines are short.
    mail.set_content(plain_text(news, is_mail=True), cte="quoted-printable")
    mail.add_alternative(page(news, is_mail=True), subtype="html", cte="quoted-printable")
    return mail


# The password

PASSWORD_SECONDS = 60.0
"""Seconds for the program that prints the password, which may ask the user to unlock a store."""


class NoPassword(api.ReaderError):
    """There is no password."""


def find_password(settings: api.DigestMail) -> str:
    """The password of the mail server, from the environment or the user's program; raises NoPassword."""
    if password := api.lookup_environment().get(api.MAIL_PASSWORD):
        return password
    command = settings.password_command
    if not command:
        raise NoPassword(
            f"No password is set: set {api.MAIL_PASSWORD}, or digest.password_command to a program that prints it."
        )
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PASSWORD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoPassword(f"{command[0]} did not print the password in {PASSWORD_SECONDS:g} s.") from error
    except OSError as error:
        raise NoPassword(f"{command[0]} did not start: {error.strerror}. Check digest.password_command.") from error
    password, _, _ = run.stdout.decode("utf-8", "replace").partition("\n")
    if run.returncode or not password:
        raise NoPassword(
            f"{command[0]} printed no password (exit code {run.returncode}). Check digest.password_command."
        )
    return password.rstrip("\r")


def find_sendmail() -> str | None:
    """The path of `sendmail`, which is often outside the path of users."""
    return shutil.which("sendmail", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib")))


# Sending

SECONDS = 30.0
"""Seconds for each answer of the server."""

LAST_SECONDS = 120.0
"""Seconds for the last one, since servers examine a mail before accepting it."""

MOST_SAID = 1 << 16
"""Maximum bytes of an answer."""


class MailError(api.ReaderError):
    """The mail was certainly not sent."""


class MailUncertain(api.ReaderError):
    """It is unknown whether the server has the mail."""


def send(
    mail: EmailMessage, settings: api.DigestMail, login: tuple[str, str] | None, begin: Callable[[], None]
) -> None:
    """Send a mail; `begin` is called before the last step, after which the outcome may be unknown.

    Raises MailError if it was not sent, and MailUncertain if it may have been.
    """
    sender, to = (mail[name].addresses[0].addr_spec for name in ("From", "To"))
    place = ":".join(map(str, settings.address))
    has_begun = False
    try:
        with _connected(settings) as smtp:
            if login is not None:
                smtp.login(*login)
            _expect(smtp.mail(sender), f"the sender {sender}")
            _expect(smtp.rcpt(to), f"the address {to}")
            begin()
            has_begun = True
            smtp.seconds = LAST_SECONDS
            code, said = smtp.data(mail.as_bytes())
            if code >= 400:
                raise MailError(f"{place} refused the mail: {code} {_said(said)}.")
            if not 200 <= code < 300:
                raise MailUncertain(_uncertain(place))
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(f"{place} does not accept the name or the password: {_said(error.smtp_error)}.") from error
    except UnicodeEncodeError as error:
        raise MailError("The name or the password has characters outside ASCII, which can't be sent.") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(f"{place} lacks a feature that is needed: {api.reason(str(error))}.") from error
    except smtplib.SMTPDataError as error:
        raise MailError(f"{place} refused the mail: {_said(error.smtp_error)}.") from error
    except ssl.SSLCertVerificationError as error:
        raise MailError(f"{place} can't be trusted: {api.reason(error.verify_message)}.") from error
    except ssl.SSLError as error:
        if not has_begun:
            raise MailError(f"{place} does not speak TLS: {_other_way(settings)}.") from error
        raise MailUncertain(_uncertain(place)) from error
    except (smtplib.SMTPException, OSError) as error:
        if has_begun:
            raise MailUncertain(_uncertain(place)) from error
        raise MailError(f"{place} could not be reached: {_reason(error)}.") from error


def _connected(settings: api.DigestMail) -> _Plain:
    """An encrypted connection, or one to this machine."""
    host, port = settings.address
    context = ssl.create_default_context()
    if settings.security == "tls":
        smtp: _Plain = _Secret(host, port, timeout=SECONDS, context=context)
        smtp.ehlo_or_helo_if_needed()
        return smtp
    smtp = _Plain(host, port, timeout=SECONDS)
    try:
        smtp.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise MailError(f"{host}:{port} offers no STARTTLS: {_other_way(settings)}.")
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


class _TooMuch(OSError):
    """An answer is too long."""


class _Answers(io.RawIOBase):
    """Reads a server's answers with limits on time and size, however slowly they arrive."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._until = 0.0
        self._room = 0

    def begin(self, seconds: float) -> None:
        self._until, self._room = time.monotonic() + seconds, MOST_SAID

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if (left := self._until - time.monotonic()) <= 0:
            raise TimeoutError
        before = self._connection.gettimeout()
        self._connection.settimeout(left)
        try:
            size = self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(before)
        self._room -= size
        if self._room < 0:
            raise _TooMuch
        return size


class _Plain(smtplib.SMTP):
    """A connection with limits; errors while closing are ignored, since everything was answered."""

    seconds = 0.0
    """Seconds for an answer, if different from the default."""
    _answers: _Answers | None = None

    def getreply(self) -> tuple[int, bytes]:
        # The library forgets the file at its start and with STARTTLS.
        if self.file is None and self.sock is not None:
            self._answers = _Answers(self.sock)
            self.file = io.BufferedReader(self._answers)
        if self._answers is not None:
            self._answers.begin(self.seconds or SECONDS)
        return super().getreply()

    def __exit__(self, *args: object) -> None:
        if args[0] is None:
            with suppress(smtplib.SMTPException, OSError):
                self.quit()
        self.close()


class _Secret(_Plain, smtplib.SMTP_SSL):
    """The same over TLS."""


def _other_way(settings: api.DigestMail) -> str:
    """What to do if a server does not encrypt as configured."""
    if api.is_loopback(settings.address[0]):
        return "set digest.security to none, which is allowed for a server on this machine"
    other = "tls" if settings.security == "starttls" else "starttls"
    return f"check its port, or set digest.security to {other}"


def _expect(answer: tuple[int, bytes], what: str) -> None:
    code, said = answer
    if code == 530:
        raise MailError(
            f"The mail server wants a name and a password ({_said(said)}): set digest.user and"
            f" digest.password_command or {api.MAIL_PASSWORD}."
        )
    if not 200 <= code < 300:
        raise MailError(f"The mail server refused {what}: {code} {_said(said)}.")


def _said(text: bytes | str) -> str:
    """A server's words, as part of a sentence."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return api.reason(said) or "it gave no reason"


def _reason(error: Exception) -> str:
    # The library reports a missing greeting as a closed connection.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"no answer in {SECONDS:g} s"
    if isinstance(error.__context__, _TooMuch):
        return "its answer does not end"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it closed the connection"
    return api.reason(getattr(error, "strerror", None) or str(error)) or type(error).__name__


def _uncertain(place: str) -> str:
    return (
        f"{place} did not confirm the mail. Its papers count as sent; 'dailypapers digest --send --again' sends it "
        "again."
    )
