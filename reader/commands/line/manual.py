"""The page of the manual, from the same tables as the help. `.build/manual_hook.py` puts it into the wheel.

It needs the standard library alone: a wheel is built where nothing else is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reader.commands.command import Command, Parser, make_parser
from reader.commands.line.registry import ABOUT, COMMANDS, EXAMPLES, add_reader_options, find_command
from reader.commands.printing.help_text import entries, usage
from reader.core.query.parser import CHOICES
from reader.paths import APP

ABOUT_QUERIES = (
    "The reader's search line, its filter pane and every command use one language. Terms side by side must all "
    "match; case and accents do not matter."
)

QUERIES = (
    ("diffusion transformer", "words that begin like these, in title, abstract, authors or keywords"),
    ('"world model"', "exactly these words, in this order"),
    ("topic:agents -topic:evaluation", "papers of one topic and not of another; 'dailypapers topics' lists them"),
    ('author:"kaiming he"', "words in one field: title, abstract, author, keyword or org"),
    ("title:/^on the /", "a regular expression, in title or author"),
    *((f"is:{word}", about) for word, about in zip(
        CHOICES["is"],
        (
            "not read yet",
            "read",
            "starred",
            "put into the queue for later; sort:queue has its order",
            "hidden by you or a rule",
            "came since your last visit",
            "ranked first by the feed",
            "have changed since you starred, queued, noted or opened them: code, models, a version, a venue, votes",
            "whose page you opened",
            "that you read to the end",
            "that you looked at in the list, and left without opening them",
            "have what you follow",
            "highlighted by a rule of yours",
            "left out because of a muted word",
        ),
        strict=True,
    )),
    (f"has:{'|'.join(CHOICES['has'])}", "what a paper has"),
    ('output:"weak baseline"', "words in the kept output of your own programs"),
    ("day:latest day:2026-05 day:7d", "listed then; 2026-05-11, 2026-W20 and today too"),
    ("since:2w until:2026-05-31", "listed from or up to a day"),
    ("changed:7d", "changed then, after you had starred, queued, noted or opened them"),
    ("published:2026-05-01..2026-05-31", "by the date on arXiv"),
    ("upvotes:>20 authors:<5", "by a number; comments and stars (of the code) too"),
    ("id:2406.12345", "one paper"),
    ("like:2406.12345 like:2406.12345,2501.01234", "papers like one or several, nearest first"),
    ("category:cs.RO source:arxiv tag:later", "by arXiv category, source or your tag"),
    ('note:"compare with ours"', "by words of your note"),
    ('venue:"iclr 2026"', "by where it appeared, from arXiv's comment and journal reference"),
    ("submitter:akhaliq", "by the account that submitted a paper to the daily papers"),
    ('view:evals -view:"read twice"', "papers of your saved views; view:queue too"),
    ('follow:"kaiming he"', "papers of a person or topic that you follow; follow:author:kaiming-he names it in full"),
    ("(rag OR retrieval) NOT survey", "combinations"),
    ("topic:agents ~chatbots that refine each other's drafts", "the papers that fit a text best, in whatever words"),
    (f"sort:{'|'.join(CHOICES['sort'])}", "another order; sort:-day reverses it"),
)  # fmt: skip
"""Examples of queries with what they find. In a shell, put quotes around what has blanks or signs."""

ENVIRONMENT = (
    ("DAILYPAPERS_HOME", "one folder for everything: cache, settings, state and log"),
    ("HF_ENDPOINT, ARXIV_ENDPOINT", "other addresses for the feed and for arXiv"),
    ("HF_TOKEN", "a token for the feed, which works without one"),
    ("HF_HUB_OFFLINE", "1 forbids all requests"),
    ("NO_COLOR, CLICOLOR_FORCE", "no colours; colours also in a pipe"),
    ("TEXTUAL_THEME", "the reader's theme; wins over the setting"),
    ("FORCE_HYPERLINK", "1 for links that can be clicked, 0 for none, whatever the terminal is"),
    ("PAGER, LESS", "the pager for output longer than the screen, and its options (FRX if LESS is not set)"),
    ("VISUAL, EDITOR", "the editor for 'config edit'"),
)
"""Variables of the environment, each with what it does."""

EXIT = (
    ("0", "done"),
    ("1", "failed; one line on standard error says what to do, as JSON with --json"),
    ("2", "used wrongly"),
    ("130", "interrupted"),
)


def manual(version: str) -> str:
    """The whole page, for `man`."""
    lines = [
        f'.TH {APP.upper()} 1 "" "{APP} {version}" "User Commands"',
        *(".ds AD l", ".ad l", ".nh"),
        *(".SH NAME", rf"{APP} \- the terminal reader for the daily papers feed"),
        *(".SH SYNOPSIS", rf"\fB{APP}\fR [\fIOPTIONS\fR] [\fIQUERY\fR ...]"),
        *(".br", rf"\fB{APP}\fR \fICOMMAND\fR ..."),
        *(".SH DESCRIPTION", _text(ABOUT)),
        *(".SH EXAMPLES", *_examples(EXAMPLES)),
        *(".SH OPTIONS", *_entries(_reader_parser())),
        *(".SH COMMANDS", _text("Every command takes --color, --log-level and --help too.")),
        *(line for name in COMMANDS for line in _section(find_command(name))),
        *(".SH QUERIES", _text(ABOUT_QUERIES), *_definitions(QUERIES)),
        *(".SH ENVIRONMENT", *_definitions(ENVIRONMENT)),
        *(
            ".SH FILES",
            _text(f"'{APP} doctor' prints where the cache, the journal of your marks, the settings and the"),
        ),
        _text("log are."),
        *(".SH EXIT STATUS", *_definitions(EXIT)),
    ]
    return "\n".join(lines) + "\n"


def _reader_parser() -> Parser:
    parser = Parser(prog=APP, allow_abbrev=False)
    add_reader_options(parser)
    return parser


def _section(command: Command) -> Iterator[str]:
    """A command: its usage, summary, arguments, options and examples."""
    parser = make_parser(command)
    yield f".SS {_text(usage(parser))}"
    yield _text(command.summary)
    yield from _entries(parser, shared=[entry.name for entry in entries(_reader_parser())])
    yield ".PP"
    yield "Examples:"
    yield from _examples(command.examples)


def _entries(parser: Parser, shared: Sequence[str] = ()) -> Iterator[str]:
    return _definitions([(entry.name.strip(), entry.about) for entry in entries(parser) if entry.name not in shared])


def _examples(examples: Iterable[tuple[str, str]]) -> Iterator[str]:
    return _definitions([(f"{APP} {words}".rstrip(), about) for words, about in examples])


def _definitions(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, about in pairs:
        yield ".TP"
        yield rf"\fB{_text(name)}\fR"
        yield _text(about)


def _text(text: str) -> str:
    """A text that troff prints as it is: no request, no escape, and every hyphen one to copy."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return re.sub(r"^(?=\.)", r"\\&", text).replace("^", r"\(ha").replace("~", r"\(ti")
