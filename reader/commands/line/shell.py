"""The commands of the shell for the reader's command line: suggestions, meaning, and processes that run them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from reader.commands.line import typed_line
from reader.commands.line.completing import FILES, candidates
from reader.commands.line.own_process import CommandProcess
from reader.commands.line.registry import gists_of_commands, is_command
from reader.commands.line.typed_line import TRIAGE, WRITE, Word, split
from reader.commands.workspace import Workspace
from reader.core.nearest import nearest
from reader.keys.actions import ACTIONS
from reader.ui.command_line.shell import Candidate, Here, Suggested, Typed

WRITES = "what the keys act on to a file"
"""What `write` does, in a few words."""

DECIDES = "unread papers one at a time: triage 15m"
"""What `triage` does."""

MOST = 60
"""Maximum words that are suggested."""

_QUERIES = {"mark": 1, "tag": 2}
"""Commands whose papers may be chosen by a query here, and the number of words before it."""


class ReaderShell:
    """Runs the words of the reader's command line; `variables` are added to the environment of its processes."""

    def __init__(self, workspace: Workspace, variables: Mapping[str, str] | None = None) -> None:
        self._workspace = workspace
        self._variables = variables or {}

    def understand(self, line: str, here: Here) -> Typed:
        """What a line means; raises UsageError."""
        return typed_line.understand(line, here)

    def start(self, words: Sequence[str], columns: int) -> CommandProcess:
        """Run a command in a process of its own; raises ReaderError."""
        return CommandProcess(words, columns, self._variables)

    def suggest(self, line: str) -> Suggested:
        """The words that may come at the end of a line."""
        words = split(line)
        is_new = not words or (line[-1:].isspace() and not words[-1].is_open)
        last = Word("", len(line)) if is_new else words.pop()
        before = [word.text for word in words]
        found = islice(dict.fromkeys(self._candidates(before, last.text)), MOST)
        return Suggested(last.start, tuple(_quoted(one) for one in found), line)

    def _candidates(self, before: Sequence[str], word: str) -> Iterator[Candidate]:
        if not before:
            known = list(_first_words(word)) if word else []
            meant = nearest(word, (*gists_of_commands(), WRITE, TRIAGE)) if word and not known else None
            yield from known if meant is None else _first_words(meant)
            return
        name = before[0]
        if name == WRITE:
            yield from _files(word)
        elif name == TRIAGE:
            if len(before) == 1:
                yield from (Candidate(time, "") for time in ("15m", "30m", "1h") if time.startswith(word))
            yield from self._known(["list", word])
        elif name == "export" and not word.startswith("-"):
            yield from self._export_words(before[1:], word)
        elif len(before) > _QUERIES.get(name, 99) and not word.startswith("--"):
            yield from self._known(["list", word])
        elif is_command(name):
            yield from self._known([*before, word])

    def _export_words(self, given: Sequence[str], word: str) -> Iterator[Candidate]:
        from reader.actions.export import FORMATS

        if not given:
            yield from (Candidate(one.name, one.about) for one in FORMATS.values() if one.name.startswith(word))
            if "notes".startswith(word):
                yield Candidate("notes", "a folder with a Markdown file for each paper")
        if len(given) == 1 or "/" in word:
            yield from _files(word)
        if word or len(given) > 1:
            yield from self._known(["export", *given, word])

    def _known(self, words: Sequence[str]) -> Iterator[Candidate]:
        """What a shell would offer; names of files, which a shell knows by itself, too."""
        for one in candidates(words, self._workspace):
            if one == FILES:
                yield from _files(words[-1])
            else:
                yield Candidate(one.text, one.about)


def _first_words(word: str) -> Iterator[Candidate]:
    """Commands with what each does in a few words, and then the actions of the keys by their ids."""
    for name, gist in {**gists_of_commands(), WRITE: WRITES, TRIAGE: DECIDES}.items():
        if name.startswith(word):
            yield Candidate(name, gist)
    for action in ACTIONS:
        if action.id.startswith(word) and "list" in action.contexts:
            yield Candidate(action.id, action.help)


def _files(word: str) -> Iterator[Candidate]:
    """The files and folders whose names begin as typed; hidden ones only if asked for."""
    folder, name = os.path.split(word)
    with suppress(OSError), os.scandir(Path(folder).expanduser()) as entries:
        found = (one for one in islice(entries, 2_000) if one.name.startswith(name))
        shown = (one for one in found if name.startswith(".") or not one.name.startswith("."))
        for one in sorted(shown, key=lambda one: one.name)[:MOST]:
            begin = word.removesuffix(name) if name else word
            yield Candidate(begin + one.name + (os.sep if one.is_dir() else ""))


def _quoted(candidate: Candidate) -> Candidate:
    """A candidate with quotes if it has blanks."""
    text = candidate.text
    if not set(text) & set(" \t'\"\\") or text.startswith("~/"):
        return candidate
    return candidate._replace(text=shlex.quote(text))
