"""`dailypapers digest`: the new papers as a mail, a page or a text.

`drawing.py` and `mail.py` draw the news, `sending.py` delivers them, and `sent.py` records what was sent.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from reader import api

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = ("stdout", "file", "command")


def _add_arguments(parser: ArgumentParser) -> None:
    api.add_query(parser)
    about = "papers since this day are new: yesterday, 3d, 2026-05-11 (default: since the last mail or visit)"
    parser.add_argument("--since", type=api.first_day, metavar="D", help=about)
    about = "markdown, text, html (a page for mail clients) or mail (a whole message); default: by the file's ending"
    parser.add_argument("--format", choices=api.DIGEST_FORMATS, help=about)
    how = parser.add_mutually_exclusive_group()
    about = "print it (stdout), write it to a file, or pass it to the setting digest.command (default: stdout)"
    how.add_argument("--to", choices=TARGETS, metavar="WHERE", help=about)
    about = "mail it to the setting digest.to; nothing is mailed twice, and without news there is no mail"
    how.add_argument("--send", action="store_true", help=about)
    about = "the file for --to file (default: the setting digest.file)"
    parser.add_argument("-o", "--output", action=api.StoreFile, metavar="FILE", help=about)
    about = "also send what may already have been sent, if an earlier run broke off before it knew"
    parser.add_argument("--again", action="store_true", help=about)
    about = "refresh first; without a network, what is stored is used"
    parser.add_argument("--refresh", action="store_const", const=0.0, dest="max_age", help=about)
    about = "refresh first if the last refresh was more than HOURS ago"
    parser.add_argument("--max-age", type=_hours, metavar="HOURS", help=about)
    api.add_quiet(parser, "print only problems, for cron")


def _hours(text: str) -> float:
    if not text.isdecimal() or len(text) > 4:
        raise ArgumentTypeError(f"{api.bare(text)!r} is not a number of hours from 0 to 9999")
    return float(text)


def _run_digest(arguments: Namespace, workspace: api.Workspace) -> int:
    from reader.extensions.digest.sending import DELIVERIES

    target = "file" if arguments.output and not arguments.to else arguments.to or "stdout"
    if arguments.output and (target != "file" or arguments.send):
        raise api.UsageError("-o belongs to --to file: leave out the other target.")
    if arguments.again and not arguments.send and target != "command":
        raise api.UsageError("--again belongs to --send or --to command.")
    deliver = DELIVERIES["send" if arguments.send else target](arguments, workspace)
    deliver.check()
    return deliver.run()


def _examine(workspace: api.Workspace) -> Iterator[api.Finding]:
    from reader.extensions.digest.sent import SentDigests

    file = api.paths.sent_digests_file(workspace.cache_file)
    if not (workspace.settings.digest.to or file.exists()):
        return
    sent = SentDigests(file)
    last = sent.newest.astimezone().isoformat(" ", "minutes") if sent.newest else "never"
    yield api.Finding("Digest", "last sent", last, shared=last)
    if sent.failure is not None:
        at = sent.failure.at.astimezone().isoformat(" ", "minutes")
        yield api.Finding("Digest", "failed", at, api.clean(sent.failure.error), at)


DIGEST = api.Command(
    "digest",
    "Print what is new: papers for you, each with its reason; then what you follow, your views, the most voted, "
    "rising papers; the rest by topic.",
    (),
    _add_arguments,
    _run_digest,
    {
        "": (
            "title, since, query, asked, sources (name, answered, whole, day, here, of, says), sections "
            "(name, papers (id, title, upvotes, authors, organization, venue, day, comments, topics, "
            "code_url, url, why, says, by_ai)), left_out, mailed, topics (slug, name, rising), sent, file"
        )
    },
)

EXTENSION = api.Extension(name="digest", commands=(DIGEST,), findings=(_examine,))
