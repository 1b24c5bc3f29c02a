"""Send a digest as a mail: to a server with STARTTLS or TLS, unencrypted only to this machine, or by `sendmail`."""

from __future__ import annotations

import os
import shutil
import smtplib
import ssl
import subprocess
from contextlib import closing, suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from reader.access_token import MAIL_PASSWORD, child_environment, lookup_environment
from reader.commands.news import News
from reader.core.errors import ReaderError
from reader.core.settings.types import DigestMail
from reader.core.text import clean, reason
from reader.digest.drawing import markdown, page
from reader.paths import APP

MAX_SUBJECT_CHARACTERS = 150
"""Maximum characters that clients show."""

SERVER_SECONDS = 60.0
"""Seconds to wait for each reply of the server, which may scan a mail before it accepts it."""

PROGRAM_SECONDS = 120.0
"""Seconds for `sendmail`, and for the program that prints the password, which may ask the user to unlock a store."""


class MailError(ReaderError):
    """The mail was probably not sent."""


def message(news: News, settings: DigestMail, name: str) -> EmailMessage:
    """A mail with a digest; `name` identifies the recipient and the query."""
    sender = settings.sender or settings.to
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(APP, addr_spec=sender)
    mail["To"] = Address(addr_spec=settings.to)
    # Break up encoded words: the library would decode them, and line breaks in them would start new headers.
    mail["Subject"] = clean(f"{news.title} ({news.summary})".replace("=?", "= ?"), MAX_SUBJECT_CHARACTERS)
    mail["Date"] = format_datetime(datetime.now().astimezone())
    # A repeated mail with the same papers gets the same id, so that servers can drop it.
    mail["Message-ID"] = f"<{_hash(name, *(item.paper.id for item in news.items))}@{sender.rpartition('@')[2]}>"
    # Mail filters use this id, which differs for each query (RFC 2919, section 3: a list without a domain).
    mail["List-Id"] = f"Daily papers <{_hash(news.query)}.{APP}.localhost>"
    # Suppress automatic replies, such as out-of-office messages (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    # Every server passes on this encoding unchanged, because its lines are short ASCII.
    mail.set_content(markdown(news), cte="quoted-printable")
    mail.add_alternative(page(news), subtype="html", cte="quoted-printable")
    return mail


def _hash(*texts: str) -> str:
    return sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:32]


def send(mail: EmailMessage, settings: DigestMail) -> None:
    """Send a mail through the server in the settings, or by `sendmail` if no server is set; raises ReaderError."""
    if not settings.server:
        _run((find_sendmail() or "sendmail", "-t", "-i"), bytes(mail))
        return
    place = ":".join(map(str, settings.address))
    login = (settings.user, find_password(settings)) if settings.user else None
    has_begun = False
    try:
        smtp = _connect(settings)
        with closing(smtp):
            if login is not None:
                smtp.login(*login)
            has_begun = True
            smtp.send_message(mail)
            # The server has accepted the mail: ignore errors while the connection is closed.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
    except (smtplib.SMTPException, OSError, UnicodeEncodeError) as error:
        again = ". Unless it arrived, the next run sends it again, under the same Message-ID" if has_begun else ""
        raise MailError(f"{place} did not take the mail: {_why(error, settings)}{again}.") from error


def _why(error: Exception, settings: DigestMail) -> str:
    """The reason why a server did not accept a mail, with advice, as part of a sentence."""
    match error:
        case UnicodeEncodeError():
            return "the name or the password has characters outside ASCII, which can't be sent"
        case smtplib.SMTPRecipientsRefused():
            [(code, text)] = error.recipients.values()
            return f"{settings.to} was refused, {code} {_text(text)}"
        case smtplib.SMTPResponseException():
            advice = "; set digest.user and digest.password_command" if error.smtp_code == 530 else ""
            return f"{error.smtp_code} {_text(error.smtp_error)}{advice}"
        case ssl.SSLCertVerificationError():
            return f"it can't be trusted: {reason(error.verify_message)}"
        case ssl.SSLError():
            return "it does not speak TLS; check its port and digest.security"
        case smtplib.SMTPNotSupportedError():
            return f"{reason(str(error))}; check its port and digest.security"
    return reason(getattr(error, "strerror", None) or str(error)) or type(error).__name__


def _connect(settings: DigestMail) -> smtplib.SMTP:
    """Connect to the server, encrypted unless the settings turn this off, which they can only for this machine."""
    host, port = settings.address
    context = ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SERVER_SECONDS, context=context)
    smtp = smtplib.SMTP(host, port, timeout=SERVER_SECONDS)
    try:
        if settings.security == "starttls":
            smtp.starttls(context=context)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _text(answer_text: bytes | str) -> str:
    """A server's reply, as part of a sentence."""
    return (
        reason(answer_text.decode("utf-8", "replace") if isinstance(answer_text, bytes) else answer_text)
        or "it gave no reason"
    )


def find_sendmail() -> str | None:
    """The path of `sendmail`, which is often in a folder outside the user's PATH; None if it is not installed."""
    return shutil.which("sendmail", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib")))


def find_password(settings: DigestMail) -> str:
    """The password of the mail server, from the environment or the user's program; raises ReaderError."""
    if password := lookup_environment().get(MAIL_PASSWORD):
        return password
    if not settings.password_command:
        raise MailError(
            f"No password is set: set {MAIL_PASSWORD}, or digest.password_command to a program that prints it."
        )
    password = _run(settings.password_command).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    if not password:
        raise MailError(f"{settings.password_command[0]} printed no password. Check digest.password_command.")
    return password


def _run(command: tuple[str, ...], data: bytes = b"") -> bytes:
    """Run a program with `data` on its standard input, and return its output; raises MailError."""
    try:
        run = subprocess.run(
            command, input=data, capture_output=True, timeout=PROGRAM_SECONDS, check=True, env=child_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise MailError(f"{command[0]} took longer than {PROGRAM_SECONDS:g} s and was stopped.") from error
    except subprocess.CalledProcessError as error:
        why = reason(error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]) or "it gave no reason"
        raise MailError(f"{command[0]} failed with exit code {error.returncode}: {why}.") from error
    except OSError as error:
        raise MailError(f"{command[0]} did not start: {error.strerror}.") from error
    return run.stdout
