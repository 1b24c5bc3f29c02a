"""Run the user's programs on papers: on request, or automatically on starred papers and on new papers of a refresh."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from reader import log_file
from reader.actions.export import record, write_markdown
from reader.actions.programs import ProgramError, ProgramOutput, run_program
from reader.cache.reads.window import Window
from reader.cache.texts import Texts
from reader.config import Settings
from reader.core.document.markdown import markdown_lines
from reader.core.document.model import Document
from reader.core.errors import FeedError, FeedOffline, FeedUnreachable
from reader.core.paper import Paper
from reader.core.settings.standing import ON_STAR, StandingQuery
from reader.core.settings.types import UserCommand, parse_command

MAX_PAPERS = 1_000
"""Maximum papers that a program gets at once."""

MAX_AUTOMATIC_PAPERS = 50
"""Maximum papers of an automatic run; further papers are left out."""

MAX_INPUT_CHARACTERS = 20_000_000
"""Maximum characters on the standard input of a program."""

FetchText = Callable[[str], Awaitable[None]]
"""Fetches the full text of a paper by its id into the cache; raises ReaderError if there is none."""


class LeftOut(NamedTuple):
    """A paper that was not passed to a program."""

    id: str
    why: str
    """One sentence."""


class PipeResult(NamedTuple):
    """A program's output about some papers."""

    ids: tuple[str, ...]
    """The papers that the program got."""
    printed: ProgramOutput | None
    """None if no paper was left, so that the program did not run."""
    left_out: tuple[LeftOut, ...] = ()
    """Papers without the full text that the program reads."""


async def pipe_papers(file: Path, command: UserCommand, pks: Sequence[int], fetch: FetchText) -> PipeResult:
    """Run a command once on papers of the cache; raises ReaderError.

    Papers without a required full text are left out.
    """
    if len(pks) > MAX_PAPERS:
        raise ProgramError(f"{command.name} can get at most {MAX_PAPERS:,} papers at once, not {len(pks):,}.")
    with closing(Window.open(file)) as window:
        papers = list(window.papers(pks))
    left_out: list[LeftOut] = []
    if command.input != "fulltext":
        text = papers_as(command.input, papers)
    else:
        texts = _FullTexts(file, fetch)
        results = [(paper, await texts.read(paper)) for paper in papers]
        left_out = [result for _, result in results if isinstance(result, LeftOut)]
        papers = [paper for paper, result in results if isinstance(result, str)]
        text = "\n".join(result for _, result in results if isinstance(result, str))
    if len(text) > MAX_INPUT_CHARACTERS:
        raise ProgramError(f"This is too much text for {command.name} at once: choose fewer papers.")
    printed = None
    if papers:
        printed = await run_logged(command, text, f"{len(papers)} papers" if len(papers) > 1 else papers[0].id)
    return PipeResult(tuple(paper.id for paper in papers), printed, tuple(left_out))


async def run_logged(command: UserCommand, text: str, papers: str) -> ProgramOutput:
    """Run a command on a text, and log a failure for `papers`; raises ProgramError."""
    advice = "check it in the settings: [[commands]]" if command.key else ""
    try:
        return await run_program(command.words, text, seconds=command.seconds, advice=advice)
    except ProgramError as error:
        log_file.record_warning(f"command {command.name} on {papers}", str(error))
        raise


def papers_as(input: str, papers: Sequence[Paper]) -> str:
    """Papers as Markdown, as the JSON of `list --json`, or as ids."""
    if input == "ids":
        return "".join(f"{paper.id}\n" for paper in papers)
    if input == "json":
        return json.dumps([record(paper) for paper in papers], ensure_ascii=False, indent=1) + "\n"
    out = StringIO()
    write_markdown(papers, out)
    return out.getvalue()


@dataclass
class _FullTexts:
    """Full texts as Markdown; missing texts are fetched, until the network is out of reach."""

    file: Path
    fetch: FetchText
    network_problem: str = ""

    async def read(self, paper: Paper) -> str | LeftOut:
        """The text of a paper, or the reason why there is no text."""
        text, why = self._cached_text(paper), self.network_problem
        if text is None and not why:
            try:
                await self.fetch(paper.id)
            except FeedError as error:
                why = str(error)
                self.network_problem = why if isinstance(error, FeedOffline | FeedUnreachable) else ""
            text = self._cached_text(paper)
        return LeftOut(paper.id, why or f"{paper.id} has no full text.") if text is None else text

    def _cached_text(self, paper: Paper) -> str | None:
        with closing(Texts.open(self.file)) as texts:
            kept = texts.get(paper.pk) if isinstance(paper.pk, int) else None
        return None if kept is None else "\n".join(_lines(paper, kept.document))


def _lines(paper: Paper, document: Document) -> Iterator[str]:
    if not document.title:
        yield f"# {paper.title}"
        yield ""
    yield from markdown_lines(document)
    yield ""


# Automatic programs


def command_of(query: StandingQuery, settings: Settings) -> UserCommand:
    """The command that a standing query runs: one of the user's, or a program, which gets JSON."""
    if isinstance(query.run, str):
        command = parse_command(query.run, settings.commands)
        return command if command in settings.commands else replace(command, input="json")
    return UserCommand(query.name, query.run, input="json")


async def run_on_star(file: Path, settings: Settings, pks: Sequence[int], fetch: FetchText) -> None:
    """Run the user's programs on newly starred papers; raises ReaderError."""
    for query in settings.programs:
        if query.query == ON_STAR:
            await run_automatically(file, command_of(query, settings), pks, fetch)


async def run_automatically(file: Path, command: UserCommand, pks: Sequence[int], fetch: FetchText) -> None:
    """Run a command on the first `MAX_AUTOMATIC_PAPERS` of some papers; raises ReaderError."""
    if len(pks) > MAX_AUTOMATIC_PAPERS:
        log_file.record_warning(
            command.name, f"{len(pks)} papers; {command.name} gets the first {MAX_AUTOMATIC_PAPERS} of them"
        )
    if pks:
        await pipe_papers(file, command, pks[:MAX_AUTOMATIC_PAPERS], fetch)
