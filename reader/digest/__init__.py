"""`dailypapers digest`: print new papers as Markdown, HTML or JSON, or send them as one mail.

`reader.commands.news` collects the papers, `drawing.py` renders them, and `mail.py` sends them.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from reader import paths
from reader.commands import news
from reader.commands.command import Command, add_query, add_quiet, first_day, query_of
from reader.commands.output import answer, print_line, warn
from reader.commands.workspace import Workspace
from reader.core.errors import ReaderError

MAX_MAIL_AGE = timedelta(days=60)
"""Mails are forgotten after this time; papers that are older are not news."""

MAX_SENT_BYTES = 1 << 24
"""Maximum bytes that are read of the file of sent mails."""


def _add_arguments(parser: ArgumentParser) -> None:
    add_query(parser)
    about = "look back at all papers since this day, read or unread: yesterday, 7d, 2026-05-11"
    parser.add_argument("--since", type=first_day, metavar="D", help=about)
    how = parser.add_mutually_exclusive_group()
    about = "format of the output: markdown or html (default: markdown)"
    how.add_argument("--format", choices=("markdown", "html"), default="markdown", help=about)
    about = "mail it to the setting digest.to; without news there is no mail, and no paper is mailed twice"
    how.add_argument("--send", action="store_true", help=about)
    parser.add_argument("--refresh", action="store_true", help="refresh first; without a network, use what is stored")
    add_quiet(parser, "print only problems, for cron")


def _run_digest(arguments: Namespace, workspace: Workspace) -> int:
    from reader.digest import drawing, mail

    query, settings = query_of(arguments.query), workspace.settings.digest
    if arguments.send and (trouble := settings.trouble(has_sendmail=mail.find_sendmail() is not None)):
        raise ReaderError(trouble)
    if arguments.refresh and (error := news.refresh_first(workspace, quiet=arguments.quiet or arguments.json)):
        warn(f"Not all days could be fetched: {error}")
    sent = SentMails(workspace, f"mail {settings.to} {query}") if arguments.send else None
    since = arguments.since or news.default_since(sent.last if sent else None)
    is_look_back = arguments.since is not None
    known = sent.papers if sent and not is_look_back else frozenset[str]()
    new = news.whats_new(workspace, query, since, is_look_back=is_look_back, known=known)
    if sent and new.items:
        mail.send(mail.message(new, settings, sent.name), settings)
        sent.add([item.paper.id for item in new.items])
    if arguments.json:
        return answer(arguments, news.news_record(new) | {"sent": bool(sent and new.items)})
    if not new.items and not arguments.quiet:
        warn(_explain_no_news(new, is_look_back=is_look_back, is_mail=sent is not None))
    elif sent and not arguments.quiet:
        warn(f"{new.summary}: sent to {settings.to}.")
    elif not sent and new.items:
        draw = drawing.page if arguments.format == "html" else drawing.markdown
        print_line(draw(new).rstrip("\n"))
        return 0
    for problem in new.broken:
        warn(problem)
    return 0


def _explain_no_news(new: news.News, *, is_look_back: bool, is_mail: bool) -> str:
    end = ", so nothing was mailed." if is_mail else "."
    if is_look_back:
        return f"There are no papers since {new.since}{end}"
    rest = f" ({new.mailed:,} already mailed)" if new.mailed else ""
    return (
        f"Nothing is new since {new.since}{rest}{end} To look back at papers that you have read: 'dailypapers digest "
        "--since 7d'."
    )


class SentMails:
    """The mails that were sent to a recipient for a query, in a file beside the cache with a line of JSON for each."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.name = name
        self._file = paths.sent_digests_file(workspace.cache_file)
        self._lines: list[str] = []
        self.last: datetime | None = None
        """The time of the last mail with this name."""
        mailed = set[str]()
        oldest = datetime.now(UTC) - MAX_MAIL_AGE
        for line in self._read().splitlines():
            try:
                mail = json.loads(line)
                at = datetime.fromisoformat(mail["at"])
                is_kept, papers = at >= oldest, list(map(str, mail["keys"]))
            except (KeyError, TypeError, ValueError, RecursionError):
                # The line is incomplete, because the program was killed, or is from another release.
                continue
            if is_kept:
                self._lines.append(line)
                if mail.get("name") == name:
                    mailed.update(papers)
                    self.last = at
        self.papers = frozenset(mailed)

    def _read(self) -> str:
        try:
            return paths.read_start(self._file, MAX_SENT_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def add(self, papers: Sequence[str]) -> None:
        """Record a mail that was sent; raises ReaderError."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(), "name": self.name, "keys": list(papers)})
        try:
            paths.replace_private(self._file, "\n".join((*self._lines, line, "")))
        except OSError as error:
            raise ReaderError(
                f"The mail was sent, but {self._file} could not be written: {error.strerror}. The next mail repeats "
                "its papers."
            ) from error


COMMAND = Command(
    "digest",
    "Print what is new: ten recommended papers with reasons; at most thirty titles from your follows, your views and "
    "other topics; and the number of other papers.",
    (),
    _add_arguments,
    _run_digest,
    has_json=True,
)
