"""The shell's commands for the reader's command line: suggestions, meaning, and processes."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from reader.commands.command import make_parser, places_of_arguments
from reader.commands.completions import FILES, candidates
from reader.commands.line.own_process import CommandProcess
from reader.commands.registry import COMMANDS, FOREIGN, find_command, gists_of_commands, is_command
from reader.commands.workspace import Workspace
from reader.core import removed, renamed
from reader.core.errors import UnknownCommand, UsageError
from reader.core.ids import OWN_PREFIXES, arxiv_id, doi_in, named_id
from reader.core.nearest import nearest
from reader.platform import AUTO, THEMES
from reader.ui.features import known_actions
from reader.ui.shell.commands import PAGES, THEME, Candidate, Here, Manual, ManualPage, Suggested, Typed

MOST = 60


class ReaderShell:
    """Runs the words of the reader's command line; `variables` are added to the environment of its processes."""

    def __init__(self, workspace: Workspace, variables: Mapping[str, str] | None = None) -> None:
        self._workspace = workspace
        self._variables = variables or {}

    def manual(self) -> Manual:
        """Pages, signs, commands, settings with variables of the environment, and queries."""
        from reader.commands.help import page, signs
        from reader.commands.pages import gists_of_pages, rows

        return (
            (PAGES, list(gists_of_pages().items())),
            ("Signs", rows(signs())),
            ("Commands", [(f":{name}", about) for name, about in _own_words().items()]),
            ("Settings  :config set NAME VALUE", rows(page("settings"))),
            ("Queries", rows(page("queries"))),
            ("Words of other programs", [(word, f":{meant}") for word, meant in FOREIGN.items() if meant[0] != "-"]),
        )

    def page(self, name: str) -> ManualPage:
        from reader.commands.help import page
        from reader.commands.pages import page_lines

        text = page(name, self._workspace.keymap)
        return ManualPage(text, lambda width: list(page_lines(text, width)))

    def understand(self, line: str, here: Here) -> Typed:
        return understand(line, here)

    def start(self, words: Sequence[str], columns: int) -> CommandProcess:
        return CommandProcess(words, columns, self._variables)

    def suggest(self, line: str) -> Suggested:
        words = split(line)
        is_new = not words or (line[-1:].isspace() and not words[-1].is_open)
        last = LineWord("", len(line)) if is_new else words.pop()
        before = [word.text for word in words]
        found = islice(dict.fromkeys(self._candidates(before, last.text)), MOST)
        first = (*before, last.text)[0]
        # A word of another program stands for several words.
        taken = tuple(_quoted(one) if before else one for one in found)
        return Suggested(last.start, taken, line, _is_known(first))

    def _candidates(self, before: Sequence[str], word: str) -> Iterator[Candidate]:
        if not before:
            known = list(_first_words(word)) if word else []
            meant = nearest(word, _own_words()) if word and not known else None
            yield from known if meant is None else _first_words(meant)
            return
        name = before[0]
        if name == THEME and len(before) == 1:
            yield from (Candidate(one) for one in (AUTO, *THEMES) if one.startswith(word))
        elif name == TRIAGE:
            yield from self._known(["list", word])
        elif name == "export" and not word.startswith("-"):
            yield from self._export_words(before[1:], word)
        elif name in _MANY and len(before) > _BEFORE_PAPERS[name] and not word.startswith("--"):
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
        """A shell's completions, including file names, which a shell knows itself."""
        for one in candidates(words, self._workspace):
            if one == FILES:
                yield from _files(words[-1])
            else:
                yield one


def _own_words() -> dict[str, str]:
    return {**gists_of_commands(), TRIAGE: "unread papers one at a time", THEME: "other colours"}


def _is_known(name: str) -> bool:
    """Whether a line that begins with this word is a command, or was one."""
    known = (PIPE, PROGRAM, "view", *_own_words(), *_SHORT, *ACTIONS_FIRST, *removed.COMMANDS)
    return name in known or arxiv_id(name) is not None or is_command(renamed.with_new_names([name])[0])


def _first_words(word: str) -> Iterator[Candidate]:
    for name, gist in _own_words().items():
        if name.startswith(word):
            yield Candidate(name, gist)
    for name, form in FOREIGN.items() if len(word) > 1 else ():
        if name.startswith(word) and form[0] != "-":
            # The user types what stands in capitals.
            yield Candidate(" ".join(one for one in form.split() if not one.isupper()), name)


def _files(word: str) -> Iterator[Candidate]:
    """Matching files and folders; hidden ones only if asked for."""
    folder, name = os.path.split(word)
    with suppress(OSError), os.scandir(Path(folder).expanduser()) as entries:
        found = (one for one in islice(entries, 2_000) if one.name.startswith(name))
        shown = (one for one in found if name.startswith(".") or not one.name.startswith("."))
        for one in sorted(shown, key=lambda one: one.name)[:MOST]:
            begin = word.removesuffix(name) if name else word
            yield Candidate(begin + one.name + (os.sep if one.is_dir() else ""))


def _quoted(candidate: Candidate) -> Candidate:
    text = candidate.text
    if not set(text) & set(" \t'\"\\") or text.startswith("~/"):
        return candidate
    return candidate._replace(text=shlex.quote(text))


# The words of the reader's command line: the shell's commands, and short forms for the papers in view


PROGRAM = "dailypapers"

TRIAGE = "triage"
"""A word known only to the reader: decide on unread papers one by one."""

_WITH_TEXT = {TRIAGE: "triage.begin", THEME: "app.theme"}
"""Words for actions that take the rest of the line."""

_NO_NAME = re.compile("--|.*:").match
"""Whether a word is an option, or belongs to a query rather than to a name."""

_SHORT = {"q": "quit", "w": "export", "h": "help", "wq": "quit"}
"""Words familiar from other programs."""

PIPE = "pipe"
"""The command whose line belongs to another program and is taken verbatim."""

ACTIONS_FIRST = {
    "help": "app.help", "quit": "app.quit", "redo": "mark.redo", "refresh": "app.refresh", "search": "find.query",
    "similar": "find.similar", "undo": "mark.undo",
}  # fmt: skip
"""Words that mean an action if nothing follows, though a command has the same name."""

_BEFORE_PAPERS = {"mark": 1, "tag": 2, "note": 0, "open": 0, "read": 0, "show": 0}
"""Commands on papers named by ids, and the number of arguments before them."""

_MANY = ("mark", "tag")
"""Those that take many papers, or a query in their place."""

_WITHIN = frozenset(
    (
        *("list", "show", "read", "refresh", "search", "add"),
        *("mark", "tag", "note", "views", "undo", "help"),
    )
)
"""Commands that touch only papers, marks and views: no given file, and no program."""


class LineWord(NamedTuple):
    """A word of a line, without its quotes."""

    text: str
    start: int
    """Where it begins in the line, including its quote."""
    is_open: bool = False


def split(line: str) -> list[LineWord]:
    """The words of a line, split like a shell does."""
    words: list[LineWord] = []
    text, start, quote, place = "", -1, "", 0
    while place < len(line):
        letter = line[place]
        if quote:
            if letter == quote:
                quote = ""
            else:
                text += letter
        elif letter in "'\"":
            quote = letter
            start = place if start < 0 else start
        elif letter.isspace():
            if start >= 0:
                words.append(LineWord(text, start))
            text, start = "", -1
        else:
            start = place if start < 0 else start
            if letter == "\\" and os.sep == "/" and place + 1 < len(line):
                place += 1
                letter = line[place]
            text += letter
        place += 1
    return [*words, LineWord(text, start, bool(quote))] if start >= 0 else words


def understand(line: str, here: Here) -> Typed:
    """The meaning of a typed line; raises UsageError, also for mistakes that the command itself would find."""
    typed = _understand(line, here)
    return typed._replace(reaches_out=bool(typed.words) and typed.words[0] not in _WITHIN)


def _understand(line: str, here: Here) -> Typed:
    found = split(line)
    if found and found[0].text == PIPE:
        return _pipe(line.strip().removeprefix(PIPE).strip(), here)
    if found and found[-1].is_open:
        raise UsageError("A quote is not closed.")
    words = [_with_home(word.text) for word in found]
    if not words:
        return Typed()
    if words[0] == PROGRAM and len(words) > 1:
        # A line copied from the shell.
        del words[0]
    typed = words[0]
    words[0] = _SHORT.get(typed, typed)
    if words[0] == "view" and "views" in COMMANDS:
        words[0] = "views"
    if words[0] in _WITH_TEXT:
        # Verbatim, since a query has its own quotes.
        behind = found[len(found) - len(words) + 1 :]
        return Typed(action=_WITH_TEXT[words[0]], text=line[behind[0].start :].strip() if behind else "")
    if action := _action(words):
        return action
    name, *rest = renamed.with_new_names(words)
    if not rest and (id := arxiv_id(name)):
        return Typed(paper=id)
    if not is_command(name):
        if name in removed.COMMANDS:
            raise UsageError(removed.COMMANDS[name])
        meant = FOREIGN.get(name) or nearest(name, (*_own_words(), *_by_name()))
        raise UnknownCommand(f"There is no command {typed!r}." + (f" Did you mean {meant}?" if meant else ""))
    if "--help" in rest or "-h" in rest:
        return Typed((name, *rest))
    if (name, *rest[:1]) == ("config", "edit"):
        raise UsageError("An editor needs the whole terminal: leave the reader for 'config edit'.")
    if name == "export":
        return _to_file(_export(rest, here))
    if name == "views" and len(rest) > 1 and rest[0] in ("add", "save") and not any(map(_NO_NAME, rest[1:])):
        # Without a query, all words name the current view.
        return Typed((name, rest[0], " ".join(rest[1:]), here.query))
    if name == "import" and not {"--choose", "--choices", "--dry-run"}.intersection(rest):
        # The reader looks up titles in the background.
        return Typed((name, *rest, "--later"))
    if name not in COMMANDS and "{ids}" in rest:
        taken = here.selected or _one(here)
        return Typed((name, *(one for word in rest for one in (taken if word == "{ids}" else (word,)))))
    if name in _BEFORE_PAPERS:
        return _with_papers(name, rest, here)
    return Typed((name, *rest))


def _with_home(word: str) -> str:
    if word != "~" and not word.startswith("~/"):
        return word
    try:
        return str(Path(word).expanduser())
    except RuntimeError:
        # The home is unknown.
        return word


# Actions


def _action(words: Sequence[str]) -> Typed | None:
    """An action by its id or name; a number goes to the paper at that place."""
    if len(words) == 1 and words[0].isascii() and words[0].isdigit():
        return Typed(action="move.top", times=min(int(words[0][:9]), 1_000_000) or 1)
    if len(words) == 1 and words[0] in ACTIONS_FIRST:
        return Typed(action=ACTIONS_FIRST[words[0]])
    if is_command(words[0]):
        return None
    id = next((action.id for action in known_actions() if [action.id] == list(words)), None)
    id = id or _by_name().get(" ".join(words).casefold())
    return None if id is None else Typed(action=id)


def _by_name() -> dict[str, str]:
    """The ids of actions on papers, views and the program, by lower-case name."""
    known: dict[str, str] = {}
    for action in known_actions():
        if "list" in action.contexts or "empty" in action.contexts:
            known.setdefault(action.name.casefold(), action.id)
    return known


# Papers


def _with_papers(name: str, words: Sequence[str], here: Here) -> Typed:
    """A command on papers, by default those in view."""
    places = places_of_arguments(make_parser(find_command(name)), words)
    before, papers = places[: _BEFORE_PAPERS[name]], places[_BEFORE_PAPERS[name] :]
    has_query = any(word.partition("=")[0] in ("--query", "--all") for word in words)
    is_dry = "--dry-run" in words
    if len(before) < _BEFORE_PAPERS[name] or (name == "tag" and words[before[0]] == "rename"):
        # The command reports what is missing.
        return Typed((name, *words))
    if has_query:
        return Typed((name, *words), is_counted=not is_dry)
    if not papers:
        taken = here.selected if name in _MANY and here.selected else _one(here)
        return Typed((name, *words, *taken))
    named = [words[place] for place in papers]
    if all(named_id(word) or doi_in(word) or word.startswith(OWN_PREFIXES) for word in named):
        return Typed((name, *words))
    options = [word for place, word in enumerate(words) if place not in papers and word != "--"]
    said = " ".join(named)
    if name in _MANY:
        return Typed((name, *options, "--query", said), is_counted=not is_dry)
    if name == "note" and not any(word.partition("=")[0] == "--text" for word in words):
        if named_id(named[0]):
            return Typed((name, named[0], *options, f"--text={' '.join(named[1:])}"))
        return Typed((name, *_one(here), *options, f"--text={said}"))
    return Typed((name, *words))


def _pipe(line: str, here: Here) -> Typed:
    """A program with its arguments, on the papers in view; our own options may precede it."""
    options: list[str] = []
    while line.startswith("--"):
        option, _, line = line.partition(" ")
        options.append(option)
        if option in ("--input", "--seconds"):
            value, _, line = line.strip().partition(" ")
            options.append(value)
        line = line.strip()
    if not line and options in ([], ["--help"]):
        return Typed((PIPE, "--help"))
    return Typed((PIPE, *options, "--", line, *(() if "--all" in options else here.selected or _one(here))))


def _one(here: Here) -> tuple[str, ...]:
    if here.highlighted is None:
        raise UsageError("There is no paper here. Name one by its id.")
    return (here.highlighted,)


# Exports


def _export(words: Sequence[str], here: Here) -> list[str]:
    """An export with its format and file in place, on the papers in view."""
    from reader.actions.export import FORMATS
    from reader.commands.export import NOTES

    places = places_of_arguments(make_parser(find_command("export")), words)
    given = [words[place] for place in places]
    options = [word for place, word in enumerate(words) if place not in places and word != "--"]
    if given and given[0] in (*FORMATS, NOTES):
        options += ["--format", given.pop(0)]
        if given and (_is_file(given[0]) or options[-1] == NOTES):
            options += ["-o", given.pop(0)]
    elif given and _is_file(given[0]) and ":" not in given[0]:
        options += ["-o", given.pop(0)]
    if given and not _outputs(options) and _is_file(given[-1]) and ":" not in given[-1]:
        options += ["-o", given.pop()]
    if given:
        return [*options, "--", *given]
    if any(word.partition("=")[0] in ("--id", "--all") for word in options):
        return options
    if here.selected:
        return [*options, *(word for id in here.selected for word in ("--id", id))]
    return [*options, "--", here.query]


def _to_file(words: Sequence[str]) -> Typed:
    """An export that names a file it would replace."""
    is_added = "--append" in words or "notes" in words
    with suppress(OSError):
        if not is_added and (replaced := [file for file in _outputs(words) if file.is_file()]):
            return Typed(("export", *words), replaces=str(replaced[-1]))
    return Typed(("export", *words))


def _outputs(words: Sequence[str]) -> list[Path]:
    """The files that options name for the output; the last one is written."""
    apart = (after for word, after in pairwise((*words, "")) if word in ("-o", "--output"))
    joined = (match[1] for word in words if (match := re.match(r"(?:-o|--output=)(.+)", word, re.DOTALL)))
    return [Path(word) for word in (*apart, *joined)]


def _is_file(word: str) -> bool:
    from reader.actions.export import format_of

    return "/" in word or os.sep in word or format_of(Path(word)) is not None
