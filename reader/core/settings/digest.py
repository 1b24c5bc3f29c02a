"""The table `[digest]` of the settings: where the digest of new papers goes, and in which form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reader.core.settings.types import Choice, Command, FilePath, MailAddress, MailServer, SettingType, TextLine

DIGEST_FORMATS = ("markdown", "text", "html", "mail")
"""Names of the formats of a digest; `mail` is a whole message with all of them and its headers."""


def setting(rule: SettingType, **default: Any) -> Any:
    """A key of the table."""
    return field(**default, metadata={"rule": rule})


@dataclass(frozen=True, slots=True)
class DigestMail:
    """Where the digest goes."""

    to: str = setting(MailAddress(), default="")
    """The address that gets the digest by "digest --send"."""
    sender: str = setting(MailAddress(), default="")
    """The address that it comes from; empty for the same."""
    server: str = setting(MailServer(), default="")
    """The mail server that takes it, such as "smtp.example.org", or with a port."""
    security: str = setting(Choice(("starttls", "tls", "none")), default="starttls")
    """How the connection is encrypted: by STARTTLS (port 587), by TLS from its start (port 465), or not at all, which
    only a server on this machine may do (port 25)."""
    user: str = setting(TextLine(), default="")
    """Your name at that server; empty for none. The password is in the keyring, where "digest --store-password" puts
    it, or in DAILYPAPERS_SMTP_PASSWORD."""
    command: tuple[str, ...] = setting(Command(), default=())
    """Program that gets the digest by "digest --to command", such as ["msmtp", "-t"] with format = "mail"."""
    file: str = setting(FilePath(), default="")
    """File that gets the digest by "digest --to file"."""
    format: str = setting(Choice(("", *DIGEST_FORMATS)), default="")
    """What the program or the file gets; empty for Markdown, or what the file's ending says."""
