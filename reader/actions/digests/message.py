"""A digest as a mail: headers that no foreign text reaches, a plain part and a page."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

from reader.actions.digests.page import page
from reader.actions.digests.plain import plain_text
from reader.core.digest import Digest
from reader.core.text import clean
from reader.paths import APP

LONGEST_SUBJECT = 150
"""Characters: more of it no client shows."""


class Envelope(NamedTuple):
    """What is on the outside of a mail."""

    name: str
    """To whom the digest goes, and with which query: what is new goes there once."""
    to: str
    sender: str
    at: datetime
    """With its time zone."""


def message_id(digest: Digest, envelope: Envelope) -> str:
    """The id of the mail with these news: a second one with the same has the same, and servers drop it."""
    return f"<{digest.hash(envelope.name)}@{envelope.sender.rpartition('@')[2]}>"


def list_id(digest: Digest) -> str:
    """The List-Id, by which filters sort mails: one for each query (RFC 2919, 3: a list without a domain)."""
    name = Digest(digest.day, "", digest.query).hash(digest.query)
    return f"Daily papers <{name}.{APP}.localhost>"


def message(digest: Digest, envelope: Envelope, *, opens_reader: bool = False) -> EmailMessage:
    """The mail with a digest; with `opens_reader`, links of its page open papers in the reader."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(APP, addr_spec=envelope.sender)
    mail["To"] = Address(addr_spec=envelope.to)
    # The library would decode such words, and what they hide, such as a line break, would become a header.
    mail["Subject"] = clean(digest.subject.replace("=?", "= ?"), LONGEST_SUBJECT)
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = message_id(digest, envelope)
    mail["List-Id"] = list_id(digest)
    # Nobody answers it by itself, such as with a notice of absence (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    # Every server passes this on as it is, and its lines are short.
    mail.set_content(plain_text(digest, is_mail=True), cte="quoted-printable")
    mail.add_alternative(page(digest, opens_reader=opens_reader, is_mail=True), subtype="html", cte="quoted-printable")
    return mail
