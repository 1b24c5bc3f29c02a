"""The commands in the reader's command line: completions, the meaning of a line, and processes that run it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from reader.commands.command import asks_for_help, make_parser, split_words
from reader.commands.completions import FILES, candidates
from reader.commands.line.own_process import CommandProcess
from reader.commands.registry import COMMANDS, FOREIGN, find_command, gists_of_commands, is_command
from reader.commands.workspace import Workspace
from reader.core import removed
from reader.core.errors import UnknownCommand, UsageError
from reader.core.ids import arxiv_id
from reader.core.nearest import nearest
from reader.paths import APP
from reader.platform import AUTO, THEMES
from reader.ui.shell.commands import THEME, Candidate, CommandContext, Manual, ManualPage, ParsedLine, Suggestion

MAX_COMPLETIONS = 60


class ReaderShell:
    """Implements the reader's command line; `variables` are added to the environment of the commands."""

    def __init__(self, workspace: Workspace, variables: Mapping[str, str] | None = None) -> None:
        self._workspace = workspace
        self._variables = variables or {}

    def manual(self) -> Manual:
        """The parts of the manual that the help screen searches: pages, signs, settings, and terms of queries."""
        from reader.commands.help import page, signs
        from reader.commands.pages import gists_of_pages, rows

        return (
            ("Manual", "", list(gists_of_pages().items())),
            ("Signs", "reading", rows(signs())),
            ("Settings", "settings", rows(page("settings"))),
            ("Queries", "queries", rows(page("queries"))),
        )

    def page(self, name: str) -> ManualPage:
        from reader.commands.help import page
        from reader.commands.pages import page_lines

        text = page(name, self._workspace.keymap)
        return ManualPage(text, lambda width: list(page_lines(text, width)))

    def understand(self, line: str, here: CommandContext) -> ParsedLine:
        return understand(line, here)

    def start(self, words: Sequence[str], columns: int) -> CommandProcess:
        return CommandProcess(words, columns, self._variables)

    def suggest(self, line: str) -> Suggestion:
        *before, word = re.split(r"\s+", line.lstrip())
        candidates = islice(dict.fromkeys(self._candidates(before, word)), MAX_COMPLETIONS)
        # Do not quote a first word: a command of another program is replaced by several words.
        taken = tuple(_quote(candidate) if before else candidate for candidate in candidates)
        return Suggestion(len(line) - len(word), taken, line, _is_known((*before, word)[0]))

    def _candidates(self, before: Sequence[str], word: str) -> Iterator[Candidate]:
        if not before:
            known = list(_first_words(word)) if word else []
            meant = nearest(word, _own_words()) if word and not known else None
            yield from known if meant is None else _first_words(meant)
            return
        name = before[0]
        if name == THEME and len(before) == 1:
            yield from (Candidate(theme) for theme in (AUTO, *THEMES) if theme.startswith(word))
        elif name == TRIAGE:
            yield from self._complete_known(["list", word])
        elif is_command(name):
            yield from self._complete_known([*before, word])

    def _complete_known(self, words: Sequence[str]) -> Iterator[Candidate]:
        """The completions for a shell, with file names in place of the placeholder for them."""
        for candidate in candidates(words, self._workspace):
            if candidate == FILES:
                yield from _files(words[-1])
            else:
                yield candidate


def _own_words() -> dict[str, str]:
    return {**gists_of_commands(), TRIAGE: "unread papers one at a time", THEME: "other colours"}


def _is_known(name: str) -> bool:
    """Whether a line that begins with this word is a command, or a command of an earlier release."""
    known = (APP, *_own_words(), *_SHORT, *ACTIONS_FIRST, *removed.COMMANDS)
    return name in known or arxiv_id(name) is not None or is_command(removed.with_new_names([name])[0])


def _first_words(word: str) -> Iterator[Candidate]:
    for name, gist in _own_words().items():
        if name.startswith(word):
            yield Candidate(name, gist)
    for name, form in FOREIGN.items() if len(word) > 1 else ():
        if name.startswith(word) and form[0] != "-":
            # Leave out the placeholders, which are in capitals.
            yield Candidate(" ".join(form_word for form_word in form.split() if not form_word.isupper()), name)


def _files(word: str) -> Iterator[Candidate]:
    """The matching files and folders; hidden files only if the word begins with a dot."""
    folder, name = os.path.split(word)
    with suppress(OSError), os.scandir(Path(folder).expanduser()) as entries:
        matching = (entry for entry in islice(entries, 2_000) if entry.name.startswith(name))
        shown = (entry for entry in matching if name.startswith(".") or not entry.name.startswith("."))
        for entry in sorted(shown, key=lambda entry: entry.name)[:MAX_COMPLETIONS]:
            begin = word.removesuffix(name) if name else word
            yield Candidate(begin + entry.name + (os.sep if entry.is_dir() else ""))


def _quote(candidate: Candidate) -> Candidate:
    text = candidate.text
    if not set(text) & set(" \t'\"\\") or text.startswith("~/"):
        return candidate
    return candidate._replace(text=shlex.quote(text))


# Parse a line: a command runs on the papers in view unless the line names papers


TRIAGE = "triage"
"""A command that only the reader has: decide on unread papers one by one."""

PIPE = "pipe"
"""The command that passes the rest of the line to another program verbatim."""

_WITH_TEXT = {TRIAGE: "triage.begin", THEME: "app.theme"}
"""Commands that pass the rest of the line verbatim to an action, because a query may contain quotes."""

_NO_NAME = re.compile("--|.*:").match
"""Match a word that can't be part of a view's name, because it is an option or a term of a query."""

_SHORT = {"q": "quit", "h": "help", "view": "views"}
"""Short forms of commands, and `view`, which the key that saves a view types."""

ACTIONS_FIRST = {
    "help": "app.help", "quit": "app.quit", "redo": "mark.redo", "refresh": "app.refresh", "search": "find.query",
    "similar": "find.similar", "undo": "mark.undo",
}  # fmt: skip
"""Words that stand for an action of the reader if nothing follows them; with arguments, they are commands."""

_BEFORE_PAPERS = {"mark": 1, "tag": 2, "note": 0, "open": 0, "read": 0, "show": 0}
"""Commands that take ids of papers, each with its number of arguments before the ids."""

_MANY = ("mark", "tag")
"""Commands that take several papers."""

_WITHIN = frozenset(
    (*("list", "show", "read", "refresh", "search", "add"), *("mark", "tag", "note", "views", "undo", "help"))
)
"""Commands that change only papers, marks and views; other commands may read or write files and run programs."""


def understand(line: str, here: CommandContext) -> ParsedLine:
    """Parse a typed line; raises UsageError."""
    typed = _understand(line.strip(), here)
    return typed._replace(reaches_out=bool(typed.words) and typed.words[0] not in _WITHIN)


def _understand(line: str, here: CommandContext) -> ParsedLine:
    first, _, text = line.partition(" ")
    if first in _WITH_TEXT:
        return ParsedLine(action=_WITH_TEXT[first], text=text.strip())
    if first == PIPE:
        return _pipe(text.strip(), here)
    try:
        words = [os.path.expanduser(word) if f"{word}/"[:2] == "~/" else word for word in shlex.split(line)]  # noqa: PTH111
    except ValueError as error:
        raise UsageError("A quote is not closed.") from error
    if words[:1] == [APP] and len(words) > 1:
        # A line copied from the shell.
        del words[0]
    if not words:
        return ParsedLine()
    words[0] = _SHORT.get(words[0], words[0])
    return _action(words) or _command(words, here)


def _action(words: Sequence[str]) -> ParsedLine | None:
    """The action of a line with one word: a number moves to the paper at that place, an id shows the paper."""
    word, *rest = words
    if rest:
        return None
    if word.isascii() and word.isdigit():
        return ParsedLine(action="move.top", times=min(int(word[:9]), 1_000_000) or 1)
    if word in ACTIONS_FIRST:
        return ParsedLine(action=ACTIONS_FIRST[word])
    id = arxiv_id(word)
    return ParsedLine(paper=id) if id else None


def _command(words: Sequence[str], here: CommandContext) -> ParsedLine:
    name, *rest = removed.with_new_names(words)
    if not is_command(name):
        if name in removed.COMMANDS:
            raise UsageError(removed.COMMANDS[name])
        meant = FOREIGN.get(name) or nearest(name, _own_words())
        raise UnknownCommand(f"There is no command {name!r}." + (f" Did you mean {meant}?" if meant else ""))
    if asks_for_help(rest):
        return ParsedLine((name, *rest))
    if (name, *rest[:1]) == ("config", "edit"):
        raise UsageError("An editor needs the whole terminal: leave the reader for 'config edit'.")
    if name == "export":
        return _export(rest, here)
    if name == "views" and len(rest) > 1 and rest[0] in ("add", "save") and not any(map(_NO_NAME, rest[1:])):
        # Without a query, the words are the name for the current query.
        return ParsedLine((name, rest[0], " ".join(rest[1:]), here.query))
    if name not in COMMANDS and "{ids}" in rest:
        taken = here.selected or _single_paper(here)
        return ParsedLine((name, *(argument for word in rest for argument in (taken if word == "{ids}" else (word,)))))
    return ParsedLine((name, *rest, *_papers_for(name, rest, here)))


def _papers_for(name: str, words: Sequence[str], here: CommandContext) -> tuple[str, ...]:
    """The papers in view, if the command takes papers and its words do not name any."""
    if name not in _BEFORE_PAPERS:
        return ()
    _, *arguments = split_words(make_parser(find_command(name)), words)
    given = [*chain(*arguments)]
    is_query = any(word.partition("=")[0] in ("--query", "--all") for word in words)
    if is_query or len(given) != _BEFORE_PAPERS[name] or given[:1] == ["rename"]:
        return ()
    return here.selected if name in _MANY and here.selected else _single_paper(here)


def _pipe(line: str, here: CommandContext) -> ParsedLine:
    """Parse a line of `pipe`: its own options, then a program with arguments, which gets the papers in view."""
    options: list[str] = []
    while line.startswith("--"):
        option, _, line = line.partition(" ")
        options.append(option)
        if option in ("--input", "--seconds"):
            value, _, line = line.strip().partition(" ")
            options.append(value)
        line = line.strip()
    if not line and options in ([], ["--help"]):
        return ParsedLine((PIPE, "--help"))
    return ParsedLine(
        (PIPE, *options, "--", line, *(() if "--all" in options else here.selected or _single_paper(here)))
    )


def _single_paper(here: CommandContext) -> tuple[str, ...]:
    if here.highlighted is None:
        raise UsageError("There is no paper here. Name one by its id.")
    return (here.highlighted,)


_OUTPUT = re.compile(r"(?:^|\0)(?:-o|--output)[=\0]?([^\0]+)")
"""The file of an export, in words that are joined by null characters."""


def _export(words: Sequence[str], here: CommandContext) -> ParsedLine:
    """Parse an export, by default of the papers in view; `replaces` is a file that the user must agree to replace."""
    chooses = any(word.partition("=")[0] in ("--id", "--all", "--watched") for word in words)
    papers: tuple[str, ...] = ()
    if not chooses and not any(split_words(make_parser(find_command("export")), words)[1:]):
        papers = tuple(word for id in here.selected for word in ("--id", id)) or ("--", here.query)
    file = next((Path(name) for name in _OUTPUT.findall("\0".join(words))), None)
    is_replaced = file is not None and file.is_file()
    return ParsedLine(("export", *words, *papers), replaces=str(file) if is_replaced else "")
