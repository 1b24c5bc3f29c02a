"""Plain mode: a prompt that answers each line, for screen readers, slow connections, pipes and dumb terminals.

Plain mode keeps a list of papers and the current paper. A line is a number of the list, a short key, or a command.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from itertools import chain, islice

from reader.cache.marks.change import Change
from reader.commands.choosing import explain_nothing, store_changes
from reader.commands.line.shell import understand
from reader.commands.output import describe_action, print_line, report_unexpected, width
from reader.commands.registry import is_command, run_command
from reader.commands.workspace import Workspace, parse_query, selection
from reader.core.errors import ReaderError, UsageError
from reader.core.lines import wrap_text
from reader.core.paper_row import PaperRow
from reader.core.text import amount, visible
from reader.core.views import VIEWS
from reader.paths import APP
from reader.ui.shell.commands import CommandContext

MAX_LINE_BYTES = 1_000_000
"""A longer line of input is read in parts."""

PAGE_LINES = 20
"""Papers of a list, or lines of a text, that are printed before the user must type `more`."""

MARKS = {"s": ("star", "starred"), "m": ("read", "read"), "b": ("queue", "queued"), "x": ("hide", "hidden")}
"""For each key: the kind of the mark, and the field of a row that says whether the paper has the mark."""

COMMANDS = {"r": "refresh", "u": "undo", "o": "open", "read": "read"}

LATEST = "view:latest"

VIEW_KEYS = {"gt": "latest", "gy": "foryou", "gu": "unread", "gq": "queue", "gs": "starred", "ga": "all"}
"""The id of the view that each key lists."""

VIEW_NAMES = {f"view:{view.id}": view.name for view in VIEWS}

ENVIRONMENT = {"TERM": "dumb", "NO_COLOR": "1"}
"""Environment variables for commands: they use no colours, pager or progress line."""

HELP = """\
3              print the third paper
j, k           go to the next paper, to the previous one
enter          print the paper again
list, more     print the list again; print the next lines
s, m, b, x     star, mark read, queue, hide; type it again to remove the mark
u              undo
read, o        print the full text; open the paper's page in a browser
/agents, /     search all papers; end the search
gt, gy, gu     the views Latest, For you, Unread
gq, gs, ga     the views Queue, Starred, All
/day:2026-06   a day, a week or a month, such as /day:2026-W20
r              fetch new papers
q              leave
Any other line is a command, such as 'export -o refs.bib' or 'tag add later'; 'help all' lists them."""


def converse(workspace: Workspace, query: str = "", variables: Mapping[str, str] | None = None) -> int:
    """Answer the lines of standard input until it ends; return the exit code.

    `variables` are added to the environment in the meantime.
    """
    with _environment({**ENVIRONMENT, **(variables or {})}):
        conversation = Conversation(workspace, query)
        print_line(f"{APP} in plain lines. Type a line, then enter; ? lists what you can type.")
        line: str | None = "list"
        while line is not None and line.strip() not in ("q", ":q", "quit"):
            try:
                conversation.answer(line)
            except ReaderError as error:
                print_line(visible(_for_plain_mode(str(error))))
            except KeyboardInterrupt:
                print_line("Stopped.")
            except BrokenPipeError:
                raise
            except Exception as error:
                report_unexpected("plain mode", error)
            line = _read_line(conversation.prompt)
        workspace.write_exports()
    print_line(f"Left {APP}.")
    return 0


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Add variables to the environment, and restore it afterwards."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _read_line(prompt: str) -> str | None:
    """The next line of standard input; None at its end. A line from a pipe is echoed, for a complete transcript."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.buffer.readline(MAX_LINE_BYTES).decode("utf-8", "replace")
    if not (line and os.isatty(0)):
        print_line(visible(line.rstrip("\r\n")))
    return line.rstrip("\r\n") if line else None


class Conversation:
    """The state of plain mode: a list of papers and the current paper."""

    def __init__(self, workspace: Workspace, query: str = "") -> None:
        self._workspace = workspace
        self._query = query or LATEST
        self._pks: Sequence[int] = ()
        self._at = 0
        self._rest: Iterator[str] = iter(())
        """The lines that `more` has not printed yet."""

    @property
    def prompt(self) -> str:
        return f"{min(self._at + 1, len(self._pks)):,} of {len(self._pks):,}> "

    def answer(self, line: str) -> None:
        """Run what the user typed, and print the result; raises ReaderError."""
        line = line.strip().removeprefix(":")
        if line.isdecimal():
            self._go(int(line) - 1)
        elif line in ("j", "k"):
            self._go(self._at + (1 if line == "j" else -1))
        elif line.startswith("/"):
            self._list(line[1:].strip() or LATEST)
        elif line in VIEW_KEYS:
            self._list(f"view:{VIEW_KEYS[line]}")
        elif line in MARKS:
            self._toggle(*MARKS[line])
        elif line == "list":
            self._list(self._query)
        elif line == "more":
            self._print_more()
        elif line == "?":
            print_line(HELP)
        else:
            self._run(COMMANDS.get(line, line) or "show")

    def _list(self, query: str) -> None:
        """List the papers of a query."""
        with self._workspace.window() as window:
            parsed = parse_query(query)
            order = window.order(selection(window, parsed))
            self._query, self._at = query, 0
            self._pks = [pk for pk in order.pks if isinstance(pk, int)]
            if not self._pks:
                sys.stdout.flush()
                explain_nothing(window, parsed)
        name = VIEW_NAMES.get(query, f"Searched for {query}")
        print_line(_fill(f"{name}: {amount(len(self._pks), 'paper')}."))
        self._print(self._describe())

    def _describe(self) -> Iterator[str]:
        for start in range(0, len(self._pks), PAGE_LINES):
            with self._workspace.window() as window:
                rows = window.rows(self._pks[start : start + PAGE_LINES])
            yield from (_fill(describe(number, row)) for number, row in enumerate(rows, start + 1))

    def _print(self, lines: Iterator[str]) -> None:
        self._rest = lines
        self._print_more()

    def _print_more(self) -> None:
        for line in islice(self._rest, PAGE_LINES):
            print_line(line)
        if (following := next(self._rest, None)) is not None:
            self._rest = chain([following], self._rest)
            print_line("There is more: type more.")

    def _go(self, place: int) -> None:
        if not 0 <= place < len(self._pks):
            raise UsageError(f"There is no such paper: the list has {len(self._pks):,}.")
        self._at = place
        print_line(_fill(describe(place + 1, self._row)))
        self._run("show")

    @property
    def _row(self) -> PaperRow:
        if not self._pks:
            raise UsageError("There is no paper here.")
        with self._workspace.window() as window:
            rows = window.rows([self._pks[self._at]])
        if not rows:
            raise UsageError("This paper is no longer in the cache; list prints the list again.")
        return rows[0]

    def _toggle(self, kind: str, field: str) -> None:
        """Add a mark to the current paper, or remove it; starring, queueing and hiding also mark it as read."""
        row = self._row
        is_set = not getattr(row, field)
        kinds = (kind, "read") if is_set and kind != "read" else (kind,)
        action = store_changes(
            self._workspace, [Change(mark_kind, is_set, [self._pks[self._at]]) for mark_kind in kinds]
        )
        print_line(f"{describe_action(action).capitalize()}; u undoes." if action else "Nothing changed.")

    def _run(self, line: str) -> None:
        """Run a command, on the current paper unless its words name other papers."""
        line = line.removeprefix(f"{APP} ")
        typed = understand(line, CommandContext((), self._row.id if self._pks else None, self._query))
        words = ("show", typed.paper) if typed.paper else typed.words
        if not words and is_command(line):
            # In the reader, a command such as `undo` without arguments is an action of the screen.
            words = (line,)
        if not words:
            raise UsageError(f"{visible(line)} is a key of the screen; type ? for what plain mode has.")
        if typed.replaces:
            raise UsageError(f"{visible(typed.replaces)} already exists: choose another name.")
        workspace = Workspace(self._workspace.cache_file, is_spoken=True)
        code = 1
        output = _Output()
        try:
            with _capture(output), suppress(SystemExit):
                code = run_command(words, workspace)
        finally:
            lines = _for_plain_mode(output.getvalue()).splitlines()
            self._print(iter(lines or (["Done."] if code == 0 else [])))


class _Output(io.StringIO):
    """Collects the output of a command, which is drawn as on a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@contextmanager
def _capture(output: _Output) -> Iterator[None]:
    """Collect what a command prints. It gets no standard input, because that has the next lines of the conversation."""
    stdin = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    try:
        with redirect_stdout(output), redirect_stderr(output):
            yield
    finally:
        sys.stdin = stdin


def _for_plain_mode(message: str) -> str:
    """A message without the name of the program: commands such as 'dailypapers undo' are typed here as 'undo'."""
    return message.replace(f"'{APP} ", "'")


def _fill(sentence: str) -> str:
    """A sentence, wrapped at the terminal's width; all lines but the first are indented."""
    return "\n  ".join(wrap_text(visible(sentence), max(width() - 2, 1)))


def describe(number: int, row: PaperRow) -> str:
    """A paper in a sentence that a screen reader can speak, without signs."""
    marks = ((row.starred, "starred"), (row.queued, "queued"), (row.hidden, "hidden"), (row.has_note, "with your note"))
    facts = ["Read" if row.read else "Unread", *(word for has, word in marks if has)]
    if row.upvotes is not None:
        facts.append(amount(row.upvotes, "vote"))
    facts += [word for has, word in ((row.code, "with code"), (bool(row.why), row.why)) if has]
    end = "" if row.title[-1:] in (".", "?", "!") else "."
    return f"{number:,}. {row.title}{end} {', '.join(facts)}."
