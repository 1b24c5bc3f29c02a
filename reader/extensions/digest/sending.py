"""How a digest is delivered: printed, written, passed to a program or mailed; the last two send each news once."""

from __future__ import annotations

import asyncio
import os
import shlex
from argparse import Namespace
from contextlib import suppress
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path
from time import sleep

from reader import api
from reader.extensions.digest import mail
from reader.extensions.digest.drawing import markdown, page, plain_text
from reader.extensions.digest.sent import (
    Sent,
    SentDigests,
    hold_sent,
    mailed_elsewhere,
    record_mailing,
    take_back_mailing,
    turn,
)

SUFFIXES = {".md": "markdown", ".txt": "text", ".html": "html", ".htm": "html", ".eml": "mail"}

PROGRAM_SECONDS = 120.0

LEAD = 60.0
"""Seconds for the `sync` folder to settle, since the machine may just have been woken."""

STEP = 180.0
"""Seconds between the turns of two machines, for the mail to leave and the folder to report it."""

PAUSES = (60, 120, 240, 480, 900, 1800, 1800, 1800)
"""Seconds before each retry without a network: two hours in all."""


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

    def wait(self) -> None:
        """Wait for this machine's turn, if other machines of the user also mail."""

    def run(self) -> int:
        """Make and deliver the digest; return the exit code."""
        self._ask()
        return self._deliver()

    def _deliver(self) -> int:
        raise NotImplementedError

    def _ask(self, *, may_wait: bool = False) -> api.FeedError | None:
        """Refresh first if requested, and report failures; with `may_wait`, return them."""
        hours = self._arguments.max_age
        asked = None if hours is None else api.news.ask_sources(self._workspace, hours, quiet=self._arguments.quiet)
        if asked is None or asked.error is None:
            return None
        if may_wait and asked.is_cut_off:
            return asked.error
        api.warn(f"Not all days could be fetched: {asked.error}")
        return None

    def _compose(
        self, known: frozenset[str] = frozenset(), last: datetime | None = None, *, told: int | None = None
    ) -> api.news.News:
        """The digest without news that were mailed, last at `last`."""
        since = self._arguments.since or api.news.default_since(last)
        asked = api.news.Asked(self._query, since, date.today(), self._workspace.settings.views, known)
        return api.news.whats_new(self._workspace, asked._replace(told=told) if told else asked)

    @property
    def _opens_reader(self) -> bool:
        """Whether the system opens links by the reader."""
        return api.link_handler.is_installed(os.environ)

    def _text(self, news: api.news.News, format: str) -> str:
        match format:
            case "html":
                return page(news, opens_reader=self._opens_reader)
            case "text":
                return plain_text(news)
            case "mail":
                # Quoted-printable, hence ASCII.
                return bytes(self._message(news)).decode("ascii")
        return markdown(news)

    def _message(self, news: api.news.News) -> EmailMessage:
        to = self.settings.to or "undisclosed@localhost"
        envelope = mail.Envelope(self._name, to, self.settings.sender or to, datetime.now().astimezone())
        return mail.message(news, envelope, opens_reader=self._opens_reader)

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

    is_shared = True
    """Whether the user's other machines send to the same place."""

    def wait(self) -> None:
        """Wait for this machine's turn, if there are others and the settings name a place to sync."""
        if not self.is_shared or not self._workspace.settings.sync:
            return
        with self._workspace.events() as events:
            before = turn(events)
        if before is not None:
            seconds = LEAD + before * STEP
            if not self._arguments.quiet:
                api.warn(f"Waiting {seconds / 60:g} min, so that only one of your machines mails.")
            sleep(seconds)

    def run(self) -> int:
        """Wait up to two hours for a network; a restarted program continues waiting."""
        file = api.paths.sent_digests_file(self._workspace.cache_file)
        for tried in range(SentDigests(file).tried, len(PAUSES) + 1):
            pause = PAUSES[tried] if tried < len(PAUSES) else None
            trouble: api.ReaderError | None = self._ask(may_wait=pause is not None)
            if trouble is None:
                try:
                    return self._deliver()
                except mail.MailDelayed as error:
                    trouble = error
            if pause is None:
                raise trouble
            with hold_sent(file) as sent:
                until = sent.note_failure(str(trouble), tried + 1, sum(PAUSES[tried:]))
            if not self._arguments.quiet:
                api.warn(
                    f"{trouble} The next try is in {pause / 60:g} min, the last one at {until.astimezone():%H:%M}."
                )
            sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _deliver(self) -> int:
        with hold_sent(api.paths.sent_digests_file(self._workspace.cache_file)) as sent:
            again = self._arguments.again
            known, last = sent.known(self._name, again=again), sent.last(self._name, again=again)
            if self.is_shared:
                self._join_others()
                with self._workspace.events() as events:
                    elsewhere = mailed_elsewhere(events, self._name)
                known |= elsewhere.keys
                last = max(filter(None, (last, elsewhere.last)), default=None)
                at = elsewhere.last
                if self._arguments.in_turn and at is not None and at.astimezone().date() == date.today():
                    self._say(
                        f"Another of your machines mailed at {_at(at)}, so this one does not.",
                        self._compose(known),
                        sent=False,
                    )
                    return 0
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

    def _join_others(self, *, is_silent: bool = False) -> None:
        """Learn what the user's other machines have mailed, and tell them about this one."""
        try:
            api.join_machines(self._workspace)
        except api.ReaderError as error:
            if not is_silent:
                api.warn(f"{error} What your other machines mailed since the last sync may be mailed again.")

    def _begin(self, id: str, news: api.news.News, sent: SentDigests) -> None:
        """Record that the digest is about to leave; on ReaderError it must not."""
        sent.begin(id, self._name, news.keys)
        if self.is_shared:
            try:
                with self._workspace.events() as events:
                    record_mailing(events, id, self._name, news.keys)
            except api.ReaderError:
                sent.end(id, "refused")
                raise
            self._join_others(is_silent=True)

    def _take_back(self, id: str, sent: SentDigests) -> None:
        """Record that it certainly did not leave."""
        sent.end(id, "refused")
        if self.is_shared:
            # If the others can't be told, only this machine tries again.
            with suppress(api.ReaderError), self._workspace.events() as events:
                take_back_mailing(events, id)


class Mailed(Logged):
    """By SMTP."""

    @property
    def _receiver(self) -> str:
        return self.settings.to

    def check(self) -> None:
        if self._arguments.format not in (None, "mail"):
            raise api.UsageError("A mail has its own format, with a plain and an HTML part: leave out --format.")
        if trouble := self.settings.trouble():
            raise api.ReaderError(trouble)

    def _hand_over(self, news: api.news.News, sent: SentDigests) -> None:
        user, (host, _) = self.settings.user, self.settings.address
        login = (user, mail.find_password(user, host)) if user else None
        message = self._message(news)
        id = str(message["Message-ID"])
        has_begun = False

        def begin() -> None:
            nonlocal has_begun
            self._begin(id, news, sent)
            has_begun = True

        try:
            mail.send(message, self.settings, login, begin)
        except mail.MailError:
            if has_begun:
                self._take_back(id, sent)
            raise
        sent.end(id, "sent")


class Piped(Logged):
    """To a program of the user's."""

    @property
    def _format(self) -> str:
        return self._arguments.format or self.settings.format or "markdown"

    @property
    def is_shared(self) -> bool:  # type: ignore[override]
        """Another format is meant for this machine, such as for a printer or a note."""
        return self._format == "mail"

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
        id = news.hash(self._name)
        self._begin(id, news, sent)
        try:
            asyncio.run(api.run_program(command, text, seconds=PROGRAM_SECONDS, is_silent=True))
        except api.ProgramTookTooLong as error:
            raise api.ReaderError(
                f"{error} It may have done its work, so the papers count as sent; 'dailypapers digest --to command "
                "--again' runs it again on the same papers."
            ) from error
        except api.ProgramError:
            # Its exit code says so.
            self._take_back(id, sent)
            raise
        sent.end(id, "sent")


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
