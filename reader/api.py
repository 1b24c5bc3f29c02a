"""The extension API of dailypapers: all names of this module, and nothing else.

`dailypapers help extensions` says how to write one. Importing a name from here imports only the module that defines it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For every extension.

    # Commands: what they are made of, and how they print.
    from reader.commands.command import Command as Command  # A command: name, summary, examples, arguments, function.
    from reader.commands.command import StoreFile as StoreFile  # The action of an argument that is a file.
    from reader.commands.command import add_query as add_query  # Add the words of a query.
    from reader.commands.command import add_quiet as add_quiet  # Add -q.
    from reader.commands.command import add_actions as add_actions  # Add the word that says what to do.
    from reader.commands.command import query_of as query_of  # The query from its words.
    from reader.commands.command import suggest as suggest  # Suggest values of an argument, in the shell and reader.
    from reader.commands.doctor import Finding as Finding  # One line of `dailypapers doctor`.
    from reader.commands.output import Progress as Progress  # A line that changes while work continues.
    from reader.core.text import amount as amount  # A number of things in words: 1 paper, 2 papers.
    from reader.commands.output import answer as answer  # Print what was found or done, as lines or JSON.
    from reader.commands.output import ask as ask  # Ask the user for a line.
    from reader.commands.output import is_confirmed as is_confirmed  # Ask the user to confirm something.
    from reader.commands.output import is_terminal as is_terminal  # Whether a stream is a terminal.
    from reader.commands.output import print_line as print_line  # Print a line, cleaned of what a terminal would obey.
    from reader.commands.output import print_rows as print_rows  # Print a table, in columns on a terminal.
    from reader.commands.output import print_text as print_text  # Print a text, wrapped on a terminal.
    from reader.commands.output import warn as warn  # Print a line on standard error.
    from reader.commands.output import width as width  # The columns of the terminal.

    # The user's papers and marks.
    from reader.commands.workspace import Workspace as Workspace  # Settings, files and the cache of one run.
    from reader.commands.workspace import find as find  # The key of a paper by its id.
    from reader.commands.workspace import parsed as parsed  # Parse a query.
    from reader.commands.workspace import selection as selection  # The papers of a query, for a window.

    # What goes wrong: raise it with a sentence that says what to do.
    from reader.core.errors import FeedError as FeedError  # A source did not answer, or not as it should.
    from reader.core.errors import NotFound as NotFound  # What the user named is not there.
    from reader.core.errors import ReaderError as ReaderError  # Any failure that is told in one line.
    from reader.core.errors import UsageError as UsageError  # The user's words are wrong.
    from reader.core.text import brief as brief  # A name or a word as a sentence repeats it.
    from reader.core.text import reason as reason  # What another program says, for the end of a sentence.

    # Papers that come in.
    from reader.core.text import clean as clean  # Foreign text without what a terminal would obey.
    from reader.feeds.records import FileFormat as FileFormat  # A format of files for `import`.
    from reader.feeds.records import PaperSource as PaperSource  # A site for `feeds add`.

    # The reader: keys, and rows of the filter pane.
    from reader.core.settings.tables import SavedView as SavedView  # A query with a name.
    from reader.keys.actions import LineKey as LineKey  # A key that runs a command.

    # Jobs: what takes long, in a process of its own.
    from reader.refresh.jobs import ExtensionJob as ExtensionJob  # A job; it is pickled, and then run.
    from reader.refresh.jobs import ExtensionMessage as ExtensionMessage  # What a job says on its way.
    from reader.refresh.jobs import JobContext as JobContext  # The cache, the settings and the clock of a job.

    # For those that ship with the program.

    # The program itself, and the system.
    from reader import __version__ as __version__  # The program's version.
    from reader import paths as paths  # Where files are, and how they are made the user's alone.
    from reader.access_token import MAIL_PASSWORD as MAIL_PASSWORD  # The variable with the password of a mail server.
    from reader.access_token import held_secrets as held_secrets  # The user's tokens, for a program that needs them.
    from reader.access_token import lookup_environment as lookup_environment  # The environment, with what is secret.
    from reader.actions.export import replacing as replacing  # Write a file that is replaced when it is whole.
    from reader.actions.programs import ProgramError as ProgramError  # A program failed.
    from reader.actions.programs import ProgramTookTooLong as ProgramTookTooLong  # It was stopped.
    from reader.actions.programs import find_program as find_program  # The path of a program.
    from reader.actions.programs import run_program as run_program  # Run one with a text.
    from reader.commands.command import first_day as first_day  # The first day (ISO) of a date as queries have it.
    from reader.commands.command import bare as bare  # A parsed value, to be shown in a message.
    from reader.log_file import point_to_log as point_to_log  # Where the log is, as the end of a message.
    from reader.log_file import record_error as record_error  # Log an error with its traceback.
    from reader.paths import APP as APP  # The program's name.
    from reader.platform import to_disk as to_disk  # Wait until a file is on the disk.

    # Settings.
    from reader.core.settings.tables import DIGEST_FORMATS as DIGEST_FORMATS  # The formats of a digest.
    from reader.core.settings.tables import DigestMail as DigestMail  # The table [digest].

    from reader.commands.run_job import run_job as run_job  # Run a job to its end, with its progress.

    from reader.installed import needs_extra as needs_extra  # Which command installs an extra.

    # Text, and how it is drawn.
    from reader.actions.export import in_parentheses as in_parentheses  # An address in a link of Markdown.
    from reader.actions.export import markdown_link as markdown_link  # A paper's title as a link.
    from reader.actions.export import plain_markdown as plain_markdown  # A text that formats nothing.
    from reader.actions.links import Link as Link  # One of a paper's links.
    from reader.actions.links import links as links  # All of them, its page first.
    from reader.core.lines import cell_len as cell_len  # Columns of a text.
    from reader.core.lines import wrap as wrap  # Where its lines begin and end.
    from reader.core.text import clean_block as clean_block  # Foreign text of several paragraphs, cleaned.
    from reader.core.text import LINE_LIMIT as LINE_LIMIT  # Characters of a cleaned line.

    from reader.core.text import fold as fold  # A text without case and accents.

    # Papers in the cache.
    from reader.actions.export import record as record  # A paper as JSON.
    from reader.cache.reads.window import Window as Window  # The cache, open for reading.
    from reader.cache.texts import Texts as Texts  # The full texts that are kept.
    from reader.commands.choosing import find_or_fetch as find_or_fetch  # A paper by any form of its id.
    from reader.commands.choosing import find_or_fetch_text as find_or_fetch_text  # The same with its full text.
    from reader.commands import news as news  # What is new.
    from reader.commands.passages import KEPT as KEPT  # The query of the papers whose texts are kept.
    from reader.commands.passages import passages as passages  # Their paragraphs that have some words.
    from reader.commands.reasons import for_you_record as for_you_record  # Why a paper suits the user.
    from reader.commands.reasons import shared as shared  # What a paper shares with some others.
    from reader.commands.reasons import similar_query as similar_query  # The query for the papers like some others.
    from reader.commands.topics import topic_records as topic_records  # The topics of a query's papers.
    from reader.core.document.markdown import markdown_lines as markdown_lines  # A document as Markdown.
    from reader.core.document.model import TextSection as TextSection  # A section of a full text.
    from reader.core.document.model import text_sections as text_sections  # The sections of a document.
    from reader.core.nearest import nearest as nearest  # The known word that is nearest to a typed one.
    from reader.core.paper import Paper as Paper  # A paper of the cache.

    # Marks, and who makes them.
    from reader.cache.marks.agents import made_by_agents as made_by_agents  # The marks of a paper that programs made.
    from reader.cache.marks.change import Change as Change  # A new state of some papers.
    from reader.cache.tags import tagging as tagging  # The changes that give papers tags.
    from reader.commands.tag import clean_tag as clean_tag  # A tag's name as it is stored.
    from reader.core.marks import AGENT as AGENT  # How the kinds of events of programs begin.
    from reader.core.marks import NOTE as NOTE  # The kind of event of a note.
    from reader.core.marks import QUEUE as QUEUE  # That of the queue.
    from reader.core.marks import TAG as TAG  # How those of tags begin.
    from reader.core.marks import TAG_LIMIT as TAG_LIMIT  # Characters of a tag.
    from reader.core.marks import Agent as Agent  # A program that marks papers.
    from reader.core.tag_words import TagWords as TagWords  # Tags to add and to remove.
    from reader.core.text import NOTE_LIMIT as NOTE_LIMIT  # Characters of a note.
    from reader.core.text import clean_note as clean_note  # Foreign text of several lines, cleaned.

    # The log of the user's marks, which machines join.
    from reader.cache import meta as meta  # Small facts in the cache, by key.
    from reader.cache.marks.events import Events as Events  # The user's actions: record, undo, join them.
    from reader.log.foreign import LINE_BYTES as LINE_BYTES  # Maximum bytes of a line.
    from reader.log.foreign import checked_row as checked_row  # A row with clean text, or why it is refused.
    from reader.log.foreign import decode_row as decode_row  # The row of another machine's line, or why it is refused.
    from reader.log.foreign import encode_row as encode_row  # The line of a row.
    from reader.log.rows import Row as Row  # One mark on one paper.
    from reader.log.rows import clock_of as clock_of  # When an action happened, in milliseconds since 1970.

    # Places where several homes meet.
    from reader.cache import places as places  # Folders and servers: their addresses, what is wrong with them, news.

    # The web.
    from reader.core.addresses import is_local as is_local  # Whether a host is on this machine or its network.
    from reader.core.addresses import is_loopback as is_loopback  # Whether it is on this machine.
    from reader.core.errors import ConfigError as ConfigError  # The settings do not allow something.
    from reader.core.errors import FeedMalformed as FeedMalformed  # A host sent something else than asked for.
    from reader.core.errors import FeedOffline as FeedOffline  # There is no network, or it is not to be used.
    from reader.core.errors import FeedRefused as FeedRefused  # A host did not answer the request.
    from reader.feeds.http.client import Client as Client  # Ask one host, within limits.
    from reader.feeds.http.client import HttpOptions as HttpOptions  # What a client may be told.
    from reader.feeds.http.environment import is_offline as is_offline  # Whether the network is not to be used.
    from reader.feeds.http.responses import HttpRefused as HttpRefused  # A host answered with an error.
    from reader.feeds.http.responses import Limits as Limits  # The limits of a request.
    from reader.feeds.http.responses import Response as Response  # What it answers.
    from reader.feeds.safe import UnreadableJson as UnreadableJson  # It is no JSON.
    from reader.feeds.safe import parse_json as parse_json  # The value of a JSON text of a host.

    # The gate for what others have written.
    from reader.core import foreign as foreign  # The types of what comes in, each made or refused.
    from reader.core.errors import CacheError as CacheError  # A place, or the cache, can't be used.
    from reader.core.marks import clean_mark as clean_mark  # A mark with clean text.


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What an extension gives."""

    name: str
    """Its name. Messages use that of its entry point."""
    api: int = 1
    """Ignored; extensions that were written for 0.2.0 give it."""
    commands: tuple[Command, ...] = ()
    """Commands, each with an entry point of its name."""
    sources: tuple[PaperSource, ...] = ()
    """Sites that the user may follow as feeds."""
    formats: tuple[FileFormat, ...] = ()
    """Formats of files that the user may import."""
    keys: tuple[LineKey, ...] = ()
    """Keys of the reader, each of which runs a command."""
    views: tuple[SavedView, ...] = ()
    """Queries with a name, which the filter pane lists after the user's own."""
    findings: tuple[Callable[[Workspace], Iterable[Finding]], ...] = ()
    """What the doctor asks. A finding with advice is a problem."""


@cache
def _places() -> dict[str, str]:
    """The module of each name, read from the imports above.

    The imports exist only for type checkers and readers: importing all of them takes half a second.
    """
    import ast

    tree = ast.parse(Path(__file__).read_text("utf-8"))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {one.name: node.module or "" for node in imports for one in node.names if one.asname}


if not TYPE_CHECKING:
    # A type checker finds the names above, and misses those that are not there.

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _places():
            raise AttributeError(f"reader.api has no {name!r}")
        module = import_module(_places()[name])
        found: object = getattr(module, name, None) or import_module(f"{module.__name__}.{name}")
        globals()[name] = found
        return found
