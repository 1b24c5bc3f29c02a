"""How a digest is delivered: printed, written, passed to a program or mailed; the last two send each news once."""

from __future__ import annotations

import asyncio
import shlex
from argparse import Namespace
from collections.abc import Sequence
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

from reader import api
from reader.extensions.digest import mail
from reader.extensions.digest.drawing import markdown, page, plain_text
from reader.extensions.digest.sent import Sent, SentDigests, hold_sent

SUFFIXES = {".md": "markdown", ".txt": "text", ".html": "html", ".htm": "html", ".eml": "mail"}

PROGRAM_SECONDS = 120.0


class Delivery:
    """A way of delivering a digest."""

    def __init__(self, arguments: Namespace, workspace: api.Workspace) -> None:
        self._arguments = arguments
        self._workspace = workspace
        self._query = api.query_of(arguments.query)

    @property
    def settings(self) -> api.DigestMail:
        return self._workspace.settings.digest

    def check(self) -> None:
        """Raise ReaderError if it is impossible, before anything is fetched."""

    def run(self) -> int:
        """Make and deliver the digest; return the exit code."""
        self._ask()
        return self._deliver()

    def _deliver(self) -> int:
        raise NotImplementedError

    def _ask(self) -> None:
        """Refresh first if requested, and report failures."""
        hours = self._arguments.max_age
        asked = None if hours is None else api.news.ask_sources(self._workspace, hours, quiet=self._arguments.quiet)
        if asked is not None and asked.error is not None:
            api.warn(f"Not all days could be fetched: {asked.error}")

    def _compose(
        self, known: frozenset[str] = frozenset(), last: datetime | None = None, *, told: int | None = None
    ) -> api.news.News:
        """The digest without news that were mailed, last at `last`."""
        since = self._arguments.since or api.news.default_since(last)
        asked = api.news.Asked(self._query, since, date.today(), self._workspace.settings.views, known)
        return api.news.whats_new(self._workspace, asked._replace(told=told) if told else asked)

    def _text(self, news: api.news.News, format: str) -> str:
        match format:
            case "html":
                return page(news)
            case "text":
                return plain_text(news)
            case "mail":
                # Quoted-printable, hence ASCII.
                return bytes(self._message(news)).decode("ascii")
        return markdown(news)

    def _message(self, news: api.news.News) -> EmailMessage:
        to = self.settings.to or "undisclosed@localhost"
        envelope = mail.Envelope(self._name, to, self.settings.sender or to, datetime.now().astimezone())
        return mail.message(news, envelope)

    @property
    def _name(self) -> str:
        """The recipient and query: the same news goes there only once."""
        return f"mail {self.settings.to} {self._query}"

    def _say(self, text: str, news: api.news.News, **facts: object) -> None:
        """Report what was done, as a sentence or as JSON."""
        if self._arguments.json:
            api.answer(self._arguments, api.news.news_record(news) | facts)
        elif not self._arguments.quiet:
            api.warn(text)


class Printed(Delivery):
    """Prints to standard output, including mailed news."""

    def _deliver(self) -> int:
        news = self._compose(told=api.news.FOR_PROGRAMS if self._arguments.json else None)
        if self._arguments.json:
            api.answer(self._arguments, api.news.news_record(news))
        elif news.items or self._arguments.format:
            api.print_line(self._text(news, self._arguments.format or "text").rstrip("\n"))
        if not news.items and not self._arguments.quiet:
            api.warn(f"Nothing is new since {news.since}.")
        return 0


class Written(Delivery):
    """Writes to a file, including mailed news."""

    def check(self) -> None:
        if not (self._arguments.output or self.settings.file):
            raise api.UsageError("Name the file with -o FILE or the setting digest.file.")

    def _deliver(self) -> int:
        folder = Path() if self._arguments.output else self._workspace.config_file.parent
        file = folder / Path(self._arguments.output or self.settings.file).expanduser()
        news = self._compose()
        format = self._arguments.format or SUFFIXES.get(file.suffix.lower()) or self.settings.format
        with api.replacing(file) as out:
            out.write(self._text(news, format or "markdown"))
        self._say(f"{news.summary} in {file}.", news, file=str(file))
        return 0


class Logged(Delivery):
    """Sends to somebody else: news go there only once."""

    def _deliver(self) -> int:
        with hold_sent(api.paths.sent_digests_file(self._workspace.cache_file)) as sent:
            again = self._arguments.again
            known, last = sent.known(self._name, again=again), sent.last(self._name, again=again)
            news = self._compose(known, last)
            if not news.items:
                self._say(_no_mail(news, last, sent.uncertain(self._name)), news, sent=False)
                return 0
            try:
                self._hand_over(news, sent)
            except api.ReaderError as error:
                sent.note_failure(str(error))
                raise
            self._say(f"{news.summary}, sent to {self._receiver}.", news, sent=True)
        return 0

    @property
    def _receiver(self) -> str:
        raise NotImplementedError

    def _hand_over(self, news: api.news.News, sent: SentDigests) -> None:
        raise NotImplementedError

    def _run(self, command: Sequence[str], text: str, id: str, news: api.news.News, sent: SentDigests) -> None:
        """Pass a digest to a program, once; raises ReaderError."""
        sent.begin(id, self._name, news.keys)
        try:
            asyncio.run(api.run_program(command, text, seconds=PROGRAM_SECONDS, is_silent=True))
        except api.ProgramTookTooLong as error:
            way = "--send" if self._arguments.send else "--to command"
            raise api.ReaderError(
                f"{error} It may have done its work, so the papers count as sent; 'dailypapers digest {way} --again' "
                "runs it again on the same papers."
            ) from error
        except api.ProgramError:
            # Its exit code says that the digest did not leave.
            sent.end(id, "refused")
            raise
        sent.end(id, "sent")


class Mailed(Logged):
    """By SMTP, or by `sendmail` if no server is set."""

    @property
    def _receiver(self) -> str:
        return self.settings.to

    def check(self) -> None:
        if self._arguments.format not in (None, "mail"):
            raise api.UsageError("A mail has its own format, with a plain and an HTML part: leave out --format.")
        if trouble := self.settings.trouble(has_sendmail=mail.find_sendmail() is not None):
            raise api.ReaderError(trouble)

    def _hand_over(self, news: api.news.News, sent: SentDigests) -> None:
        message = self._message(news)
        id = str(message["Message-ID"])
        if not self.settings.server:
            self._run((mail.find_sendmail() or "sendmail", "-t"), bytes(message).decode("ascii"), id, news, sent)
            return
        user = self.settings.user
        login = (user, mail.find_password(self.settings)) if user else None
        has_begun = False

        def begin() -> None:
            nonlocal has_begun
            sent.begin(id, self._name, news.keys)
            has_begun = True

        try:
            mail.send(message, self.settings, login, begin)
        except mail.MailError:
            if has_begun:
                sent.end(id, "refused")
            raise
        sent.end(id, "sent")


class Piped(Logged):
    """To a program of the user's."""

    @property
    def _format(self) -> str:
        return self._arguments.format or self.settings.format or "markdown"

    @property
    def _receiver(self) -> str:
        return self.settings.command[0]

    @property
    def _name(self) -> str:
        return f"command {shlex.join(self.settings.command)} {self._query}"

    def check(self) -> None:
        if not self.settings.command:
            raise api.ReaderError("Set digest.command to a list of a program and its arguments.")

    def _hand_over(self, news: api.news.News, sent: SentDigests) -> None:

        command = self.settings.command
        text = self._text(news, self._format)
        if api.find_program(command) is None:
            raise api.ReaderError(f"{command[0]} was not found: check the setting digest.command.")
        self._run(command, text, news.hash(self._name), news, sent)


DELIVERIES: dict[str, type[Delivery]] = {"stdout": Printed, "file": Written, "command": Piped, "send": Mailed}


def _no_mail(news: api.news.News, last: datetime | None, uncertain: Sent | None) -> str:
    count, since = news.mailed, news.since
    if not count or last is None:
        return f"Nothing is new since {since}, so nothing was mailed."
    if uncertain is not None:
        return (
            f"Everything new since {since} ({api.amount(count, 'paper')}) may have been mailed at "
            f"{_at(uncertain.at)}, so nothing was mailed. --again sends it again."
        )
    return (
        f"Everything new since {since} ({api.amount(count, 'paper')}) was already mailed, last at {_at(last)}, so "
        "nothing was mailed. 'dailypapers digest' prints it."
    )


def _at(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
