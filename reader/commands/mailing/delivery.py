"""The ways of a digest to its reader: printed, written, given to a program, mailed; the last two once for each news."""

from __future__ import annotations

import asyncio
import os
import shlex
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from reader import paths
from reader.commands.command import query_of
from reader.commands.output import amount, print_json, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError, UsageError
from reader.core.settings.tables import DigestMail

if TYPE_CHECKING:
    from reader.actions.digests.smtp import Envelope
    from reader.commands.mailing.machines import Machines
    from reader.core.digest import Digest
    from reader.session.sent_digests import Sent, SentDigests

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
        digest = self._compose()
        self._deliver(digest)
        return 0

    def _deliver(self, digest: Digest) -> None:
        raise NotImplementedError

    def wait(self) -> None:
        """Wait for this machine's turn, if other ones of the user mail too."""

    def _compose(self, known: frozenset[str] = frozenset(), last: datetime | None = None) -> Digest:
        """The digest without the news that were mailed, the last time at `last`."""
        from reader.commands.mailing.content import Asked, compose

        since = self._arguments.since or _default_since(last)
        asked = Asked(self._query, since, date.today(), self._workspace.settings.views, known)
        with self._workspace.window() as window:
            return compose(window, asked)

    @property
    def _opens_reader(self) -> bool:
        """Whether the system opens links by the reader."""
        from reader.actions import link_handler

        return link_handler.is_installed(os.environ)

    def _text(self, digest: Digest, format: str) -> str:
        from reader.actions.digests.page import page
        from reader.actions.digests.text import markdown, plain_text

        match format:
            case "html":
                return page(digest, opens_reader=self._opens_reader)
            case "text":
                return plain_text(digest)
            case "mail":
                from reader.actions.digests.smtp import message

                # Quoted-printable, hence ASCII.
                return bytes(message(digest, self._envelope(), opens_reader=self._opens_reader)).decode("ascii")
        return markdown(digest)

    def _envelope(self) -> Envelope:
        from reader.actions.digests.smtp import Envelope

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

    is_shared = True
    """Whether the user's other machines send it to the same place."""

    def wait(self) -> None:
        if self.is_shared:
            self._machines.wait(quiet=self._arguments.quiet)

    def run(self) -> int:
        from reader.session.sent_digests import hold_sent

        with hold_sent(paths.sent_digests_file(self._workspace.cache_file)) as sent:
            again = self._arguments.again
            known, last = sent.known(self._name, again=again), sent.last(self._name, again=again)
            if self.is_shared:
                elsewhere = self._machines.mailings()
                known |= elsewhere.keys
                last = max(filter(None, (last, elsewhere.last)), default=None)
            digest = self._compose(known, last)
            if not digest.items:
                self._say(_no_mail(digest, last, sent.uncertain(self._name)), digest, sent=False)
                return 0
            try:
                self._hand_over(digest, sent)
            except ReaderError as error:
                sent.note_failure(str(error))
                raise
            self._say(f"{digest.summary}, sent to {self._receiver}.", digest, sent=True)
        return 0

    @cached_property
    def _machines(self) -> Machines:
        from reader.commands.mailing.machines import Machines

        return Machines(self._workspace, self._name)

    @property
    def _receiver(self) -> str:
        raise NotImplementedError

    def _hand_over(self, digest: Digest, sent: SentDigests) -> None:
        raise NotImplementedError

    def _begin(self, id: str, digest: Digest, sent: SentDigests) -> None:
        """Note that the digest is about to leave; raises ReaderError if that can't be kept, and then it must not."""
        sent.begin(id, self._name, digest.keys)
        if self.is_shared:
            try:
                self._machines.begin(id, digest.keys)
            except ReaderError:
                sent.end(id, "refused")
                raise

    def _take_back(self, id: str, sent: SentDigests) -> None:
        """Note that it has not left, for certain."""
        sent.end(id, "refused")
        if self.is_shared:
            self._machines.take_back(id)


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
        from reader.actions.digests.password import find_password
        from reader.actions.digests.smtp import MailError, message, message_id, send, server_of

        server, user = server_of(self.settings), self.settings.user
        login = (user, find_password(user, server.host)) if user else None
        envelope = self._envelope()
        mail, id = message(digest, envelope, opens_reader=self._opens_reader), message_id(digest, envelope)
        has_begun = False

        def begin() -> None:
            nonlocal has_begun
            self._begin(id, digest, sent)
            has_begun = True

        try:
            send(mail, server, login, begin)
        except MailError:
            if has_begun:
                self._take_back(id, sent)
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
    def _format(self) -> str:
        return self._arguments.format or self.settings.format or "markdown"

    @property
    def is_shared(self) -> bool:  # type: ignore[override]
        """Another format is for this machine, such as for a printer or a note."""
        return self._format == "mail"

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
        from reader.actions.programs import ProgramError, ProgramTookTooLong, find_program, run_program

        command = self.settings.command
        text = self._text(digest, self._format)
        if find_program(command) is None:
            raise ReaderError(f"{command[0]} was not found: digest.command of the settings names it.")
        id = digest.hash(self._name)
        self._begin(id, digest, sent)
        try:
            asyncio.run(run_program(command, text, seconds=PROGRAM_SECONDS, is_silent=True))
        except ProgramTookTooLong as error:
            raise ReaderError(
                f"{error} Whether it has done its work is not known, so the papers count as sent;"
                " 'dailypapers digest --to command --again' gives it them once more."
            ) from error
        except ProgramError:
            # It said so itself, by its exit code.
            self._take_back(id, sent)
            raise
        sent.end(id, "sent")


def _default_since(last: datetime | None) -> str:
    """The day of the last digest, so that no day is left out, but yesterday at least; ISO, in UTC."""
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=1)] + ([last.astimezone(UTC).date()] if last is not None else [])
    return max(min(days), today - LONGEST).isoformat()


def _no_mail(digest: Digest, last: datetime | None, uncertain: Sent | None) -> str:
    """Why there is no mail, and what to do if one is wanted."""
    count, since = digest.mailed, digest.since
    if not count or last is None:
        return f"Nothing is new since {since}: no mail."
    if uncertain is not None:
        return (
            f"All that is new since {since} ({amount(count, 'paper')}) may have been mailed at {_at(uncertain.at)},"
            " which is not known: no mail. --again sends it once more."
        )
    return (
        f"All that is new since {since} ({amount(count, 'paper')}) was mailed already, the last at {_at(last)}:"
        " no mail. Nothing is mailed twice; 'dailypapers digest' prints it."
    )


def _at(time: datetime) -> str:
    return time.astimezone().isoformat(" ", "minutes")[:16]


def _record(digest: Digest) -> dict[str, object]:
    """A digest as JSON."""
    from reader.actions.export import record

    return {
        "title": digest.title,
        "since": digest.since,
        "query": digest.query or None,
        "mailed": digest.mailed,
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
