"""A real mail server on this machine, which keeps what it gets and can refuse, break off and lie."""

from __future__ import annotations

import asyncio
import email
import os
import signal
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""For localhost and 127.0.0.1; who trusts it has it in SSL_CERT_FILE."""

USER, PASSWORD = "ada", "engine no. 1"

SINCE = ("--since", "2026-06-29")
"""The words of `digest` by which all papers of the tests are new."""


@dataclass
class MailServer:
    """What a server got, and what it does wrong."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    """The mails as they came."""
    senders: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refuses: str = ""
    """The word of the protocol that it refuses: `RCPT` or `DATA`; or `NOW`."""
    breaks_off: bool = False
    """Whether it takes the mail and breaks off without a word."""
    hangs: bool = False
    """Whether it takes the mail and says nothing."""
    says: str = "250 taken"
    """Its answer to a mail."""
    kills: int = 0
    """The process that it kills once it has a mail, instead of an answer."""

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, read by the standard library."""
        found = (email.message_from_bytes(one, policy=default) for one in self.raw)
        return [one for one in found if isinstance(one, EmailMessage)]

    # What aiosmtpd calls

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuses == "RCPT":
            return "550 \x1b[31mno such user here\r\n"
        if self.refuses == "NOW":
            return "450 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses == "DATA":
            return "554 it looks like spam"
        assert isinstance(envelope.content, bytes) and envelope.mail_from is not None
        self.raw.append(envelope.content)
        self.senders.append(envelope.mail_from)
        if self.kills:
            os.kill(self.kills, signal.SIGKILL)
        if self.breaks_off:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(0)
        if self.hangs:
            await asyncio.Event().wait()
        return self.says

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        is_right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        if is_right:
            self.logins.append(data.login.decode())
        # If it is not handled, the library answers.
        return AuthResult(success=is_right, handled=False)


@contextmanager
def serving(security: str = "starttls", **faults: object) -> Iterator[MailServer]:
    """A server that speaks STARTTLS, TLS or neither, and wants a name and a password if the connection is secret."""
    server = MailServer(**faults)  # type: ignore[arg-type]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    options: dict[str, Any] = {"hostname": "localhost"}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if security != "none":
        options |= {
            "authenticator": server.authenticate,
            "auth_required": True,
            # A connection that is secret from its start does not count for the library.
            "auth_require_tls": security == "starttls",
        }
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(server, loop=loop, **options), "127.0.0.1", 0, ssl=context if security == "tls" else None
        )
    )
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
        loop.run_until_complete(listening.wait_closed())
        loop.close()


def write_settings(home: Path, server: MailServer, more: str = "", user: str = USER) -> None:
    """Let a home mail by this server."""
    lines = f'to = "ada@example.org"\nserver = "localhost:{server.port}"\nuser = "{user}"\n{more}'
    (home / "config.toml").write_text(f"[digest]\n{lines}\n")
