"""The ways of a digest to its reader: printed, written, given to a program, mailed; the last two once for each news."""

from __future__ import annotations

import asyncio
import os
import shlex
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reader import paths
from reader.commands.command import query_of
from reader.commands.output import print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.settings.digest import DigestMail

if TYPE_CHECKING:
    from reader.actions.digests.message import Envelope
    from reader.core.digest import Digest
    from reader.session.sent_digests import SentDigests

SUFFIXES: Mapping[str, str] = MappingProxyType(
    {".md": "markdown", ".txt": "text", ".html": "html", ".htm": "html", ".eml": "mail"}
)
"""The formats of files by the endings of their names."""

LONGEST = timedelta(days=14)
"""A digest goes back to the last one, but no further than this."""

PROGRAM_SECONDS = 120.0
"""Seconds that the user's program may take."""


class Delivery:
    """One way of a digest to its reader."""

    def __init__(self, arguments: Namespace, workspace: Workspace) -> None:
        self._arguments = arguments
        self._workspace = workspace
        self._query = query_of(arguments.query)

    @property
    def settings(self) -> DigestMail:
        return self._workspace.settings.digest

    def check(self) -> None:
        """Raise ReaderError if it can't be done, before anything is fetched."""

    def run(self) -> int:
        """Make the digest and bring it to its place; return the exit code."""
        digest = self._compose(None)
        self._deliver(digest)
        return 0

    def _deliver(self, digest: Digest) -> None:
        raise NotImplementedError

    def _compose(self, sent: SentDigests | None, name: str = "") -> Digest:
        """The digest without what was mailed."""
        from reader.commands.digest_content import Asked, compose

        known = sent.known(name, again=self._arguments.again) if sent is not None else frozenset()
        since = self._arguments.since or _default_since(sent, name, again=self._arguments.again)
        asked = Asked(self._query, since, date.today(), self._workspace.settings.views, known)
        with self._workspace.window() as window:
            return compose(window, asked)

    @property
    def _scheme(self) -> str:
        """What begins addresses that open a paper in the reader; empty if the system knows none."""
        from reader.actions import link_handler

        return link_handler.SCHEME if link_handler.is_installed(os.environ) else ""

    def _text(self, digest: Digest, format: str) -> str:
        from reader.actions.digests.markdown import markdown
        from reader.actions.digests.page import page
        from reader.actions.digests.plain import plain_text

        match format:
            case "html":
                return page(digest, self._scheme)
            case "text":
                return plain_text(digest)
            case "mail":
                from reader.actions.digests.message import message

                # Quoted-printable, hence ASCII.
                return bytes(message(digest, self._envelope(), self._scheme)).decode("ascii")
        return markdown(digest)

    def _envelope(self) -> Envelope:
        from reader.actions.digests.message import Envelope

        to = self.settings.to or "undisclosed@localhost"
        return Envelope(self._name, to, self.settings.sender or to, datetime.now().astimezone())

    @property
    def _name(self) -> str:
        """To whom it goes, and with which query: the same news go there once."""
        return f"mail {self.settings.to} {self._query}"

    def _say(self, text: str, digest: Digest, **facts: object) -> None:
        """Say what was done, as a sentence or as JSON."""
        if self._arguments.json:
            print_json(_record(digest) | facts)
        elif not self._arguments.quiet:
            warn(text)


class Printed(Delivery):
    """On standard output, whatever was mailed."""

    def _deliver(self, digest: Digest) -> None:
        if self._arguments.json:
            print_json(_record(digest))
        elif digest.items or self._arguments.format:
            print_line(self._text(digest, self._arguments.format or "text").rstrip("\n"))
        if not digest.items and not self._arguments.quiet:
            warn(f"Nothing is new since {digest.since}.")


class Written(Delivery):
    """In a file, whatever was mailed."""

    @property
    def _file(self) -> Path:
        named = self._arguments.output or self.settings.file
        folder = Path() if self._arguments.output else self._workspace.config_file.parent
        return folder / Path(named).expanduser()

    def check(self) -> None:
        if not (self._arguments.output or self.settings.file):
            raise UsageError("Name the file with -o FILE, or by digest.file of the settings.")

    def _deliver(self, digest: Digest) -> None:
        from reader.actions.export import replacing

        format = self._arguments.format or SUFFIXES.get(self._file.suffix.lower()) or self.settings.format
        with replacing(self._file) as out:
            out.write(self._text(digest, format or "markdown"))
        self._say(f"{digest.summary} in {self._file}.", digest, file=str(self._file))


class Logged(Delivery):
    """To somebody else: what is new goes there once."""

    def run(self) -> int:
        from reader.session.sent_digests import hold_sent

        with hold_sent(paths.sent_digests_file(self._workspace.cache_file)) as sent:
            digest = self._compose(sent, self._name)
            if not digest.items:
                self._say(_nothing_new(sent, self._name, digest), digest, sent=False)
                return 0
            try:
                self._hand_over(digest, sent)
            except ReaderError as error:
                sent.note_failure(str(error))
                raise
            self._say(f"{digest.summary}, sent to {self._receiver}.", digest, sent=True)
        return 0

    @property
    def _receiver(self) -> str:
        raise NotImplementedError

    def _hand_over(self, digest: Digest, sent: SentDigests) -> None:
        raise NotImplementedError


class Mailed(Logged):
    """By SMTP."""

    @property
    def _receiver(self) -> str:
        return self.settings.to

    def check(self) -> None:
        if self._arguments.format not in (None, "mail"):
            raise UsageError("A mail has its own form, with a plain part and a page: leave --format out.")
        check_mail(self.settings)

    def _hand_over(self, digest: Digest, sent: SentDigests) -> None:
        from reader.actions.digests.message import message, message_id
        from reader.actions.digests.password import find_password
        from reader.actions.digests.smtp import MailError, send, server_of

        server, user = server_of(self.settings), self.settings.user
        login = (user, find_password(user, server.host)) if user else None
        envelope = self._envelope()
        mail, id = message(digest, envelope, self._scheme), message_id(digest, envelope)
        has_begun = False

        def begin() -> None:
            nonlocal has_begun
            sent.begin(id, self._name, digest.keys)
            has_begun = True

        try:
            send(mail, server, login, begin)
        except MailError:
            if has_begun:
                sent.end(id, "refused")
            raise
        sent.end(id, "sent")


def check_mail(settings: DigestMail) -> None:
    """Raise ReaderError if the settings do not say to whom a mail goes, and by which server."""
    from reader.actions.digests.smtp import server_of

    if not settings.to:
        raise ReaderError("The settings name no address: 'dailypapers config set digest.to you@example.org'.")
    server_of(settings)


class Piped(Logged):
    """To a program of the user's."""

    @property
    def _receiver(self) -> str:
        return self.settings.command[0]

    @property
    def _name(self) -> str:
        return f"command {shlex.join(self.settings.command)} {self._query}"

    def check(self) -> None:
        if not self.settings.command:
            raise ReaderError("The settings name no program: digest.command is a list of it and its arguments.")

    def _hand_over(self, digest: Digest, sent: SentDigests) -> None:
        from reader.actions.programs import ProgramError, find_program, run_program

        command = self.settings.command
        text = self._text(digest, self._arguments.format or self.settings.format or "markdown")
        if find_program(command) is None:
            raise ReaderError(f"{command[0]} was not found: digest.command of the settings names it.")
        id = digest.hash(self._name)
        sent.begin(id, self._name, digest.keys)
        try:
            asyncio.run(run_program(command, text, seconds=PROGRAM_SECONDS, is_silent=True))
        except ProgramError:
            # It said so itself, by its exit code.
            sent.end(id, "refused")
            raise
        sent.end(id, "sent")


def _default_since(sent: SentDigests | None, name: str, *, again: bool) -> str:
    """The day of the last digest, so that no day is left out, but yesterday at least; ISO, in UTC."""
    today = datetime.now(UTC).date()
    last = sent.last(name, again=again) if sent is not None else None
    days = [today - timedelta(days=1)] + ([last.astimezone(UTC).date()] if last is not None else [])
    return max(min(days), today - LONGEST).isoformat()


def _nothing_new(sent: SentDigests, name: str, digest: Digest) -> str:
    uncertain = sent.uncertain(name)
    if uncertain is not None:
        at = uncertain.at.astimezone().isoformat(" ", "minutes")
        return (
            f"Nothing is new since {digest.since}: no mail. Whether the last one left, at {at[:16]}, is not known;"
            " --again sends it once more."
        )
    return f"Nothing is new since {digest.since}: no mail."


def _record(digest: Digest) -> dict[str, object]:
    """A digest as JSON."""
    from reader.actions.export import record

    return {
        "title": digest.title,
        "since": digest.since,
        "query": digest.query or None,
        "sections": [
            {
                "name": one.name,
                "more": len(one.left_out),
                "papers": [record(item.paper) | {"why": item.why or None} for item in one.items],
            }
            for one in digest.sections
        ],
    }


DELIVERIES: Mapping[str, type[Delivery]] = MappingProxyType(
    {"stdout": Printed, "file": Written, "command": Piped, "send": Mailed}
)
"""The ways by their names."""
