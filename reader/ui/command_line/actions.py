"""The command line: type a command of the shell, run it and show its result."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.core.errors import ReaderError, UnknownCommand, UsageError
from reader.core.settings.standing import ON_STAR
from reader.core.text import amount
from reader.keys.actions import COMMAND_LINE, Context, own_actions
from reader.keys.keymap import Keymap
from reader.session.places import Place, view
from reader.ui.command_line.screen import COMMAND, COMMANDS, OUTPUT, Output, TypedCommand, fitting, run_command, suggest
from reader.ui.dates import DATE
from reader.ui.kit.lines import short_day
from reader.ui.notes import TAGGING
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.commands import THEME, CommandContext, Offer, Outcome, ParsedLine, RunningCommand, Shell
from reader.ui.shell.controller import Controller, Handler, Moment, answers, follows, handles
from reader.ui.shell.state import Notices, State, Tone

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.ui.app import ReaderApp
    from reader.ui.command_line.screen import CommandScreen, LineScreen


def _typed_text(state: State) -> str | None:
    command = state[COMMAND]
    return None if command is None else command.text


class CommandRunner(Controller):
    """Runs each command in a separate process, waits for it in a thread, and shows its changes."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._processes: list[RunningCommand] = []
        self._typed: RunningCommand | None = None
        self._name = ""
        self._reported: dict[str, str] = {}

    @cached_property
    def _shell(self) -> Shell:
        # Created in a thread, because its imports take 30 ms.
        return self._app.shell()

    @property
    def _stop_notice(self) -> str:
        return f"{self._name} is running · {self._keymap.key('app.escape')} stops it"

    async def understand(self, line: str, here: CommandContext) -> ParsedLine:
        return await asyncio.to_thread(lambda: self._shell.understand(line, here))

    async def run(self, words: Sequence[str], columns: int) -> Outcome:
        """Run a command that the user typed; raise ReaderError if another one is running or it cannot start."""
        if self._typed is not None:
            raise ReaderError(f"{self._stop_notice}: commands run one at a time")
        # Start the process here, not in a thread, so that `stop_at` finds it; this takes a few milliseconds.
        self._typed, self._name = self._shell.start(words, columns), words[0]
        # Report in the first line, and in the last line for screens without a first line.
        self._model.change(self._model.state.busy_with(f"running {self._name}"))
        self._model.show_notice(self._stop_notice)
        try:
            return await self._end_of(self._typed)
        finally:
            self._typed = None
            self._end_progress()

    async def run_by_itself(self, words: Sequence[str], *, reports_warnings: bool = False) -> Outcome:
        """Run a command that the user did not type; report its failure, but do not repeat the same report."""
        try:
            running = await asyncio.to_thread(lambda: self._shell.start(words, COLUMNS))
            outcome = await self._end_of(running)
        except ReaderError as error:
            outcome = Outcome(1, "", str(error))
        trouble = outcome.complaint if outcome.code or reports_warnings else ""
        if trouble and trouble != self._reported.get(words[0]):
            self._model.show_news(trouble, "warning")
        self._reported[words[0]] = trouble
        return outcome

    async def _end_of(self, running: RunningCommand) -> Outcome:
        """Wait for the end of a process; kill it if this task is cancelled."""
        self._processes.append(running)
        try:
            return await asyncio.shield(asyncio.ensure_future(asyncio.to_thread(running.wait)))
        except asyncio.CancelledError:
            running.kill()
            raise
        finally:
            self._processes.remove(running)
            if self._library.has_changed():
                if running is self._typed:
                    self._model.change(self._model.state.with_new_marks())
                self._model.change(self._model.state.cache_changed())

    def stop_at(self, moment: Moment) -> bool:
        if moment != "back" or self._typed is None:
            return False
        self._typed.stop()
        return True

    def on_end(self) -> None:
        for running in self._processes:
            running.kill()

    def _end_progress(self) -> None:
        state = self._model.state.busy_with("")
        is_shown = state.notices.answer.text == self._stop_notice
        self._model.change(state.change_notices(Notices.without_answer) if is_shown else state)

    @follows(_typed_text)
    def suggest(self, state: State) -> None:
        text = _typed_text(state)
        if text is not None:
            self._background.start("suggest", partial(self._suggest, text), exclusive=True)

    async def _suggest(self, text: str) -> None:
        suggested = await asyncio.to_thread(lambda: self._shell.suggest(text))
        self._model.change(suggest(self._model.state, text, suggested))


# Automatic commands


EXPORT_DELAY_SECONDS = 2.0
"""Seconds without a change before the watched exports are written."""

RETRY_SECONDS = 300.0
"""Seconds before failed watched exports are retried."""

MAX_WAITING_STARS = 50
"""Maximum papers passed to a program after one key; further papers are ignored."""

COLUMNS = 200
"""Width of the output of automatic commands; only the reason of a failure is shown."""


class AutomaticCommands(Controller):
    """Writes the watched exports after changes, and passes starred papers to the user's programs."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._exports = bool(self._app.settings.exports) and not self._look.demo
        self._on_star = _star_words(self._app.settings)
        self.delay = self._background.delayed(self._export)
        self._starring = asyncio.Lock()
        self._is_writing = False

    @property
    def is_due(self) -> bool:
        """Whether the watched exports may be out of date, for example after an interruption."""
        return self.delay.is_waiting or self._is_writing

    def on_begin(self) -> None:
        self.export_soon()

    @follows(lambda state: (state.marks_version, state.cache_version, state[REFRESH].ended))
    def export_soon(self, _state: State | None = None) -> None:
        if self._exports:
            self.delay.begin(EXPORT_DELAY_SECONDS)

    def _export(self) -> None:
        if self._is_writing:
            self.export_soon()
            return
        self._is_writing = True
        self._background.start("exports", self._write_exports)

    async def _write_exports(self) -> None:
        outcome = await self._app.command_runner.run_by_itself(("export", "--watched"))
        # This stays set if the reader ends first, which then writes the exports itself.
        self._is_writing = False
        if outcome.code and not self.delay.is_waiting:
            self.delay.begin(RETRY_SECONDS)

    def starring(self, pks: Sequence[int]) -> None:
        if not self._on_star:
            return
        ids = tuple(row.id for row in self._library.rows(pks[:MAX_WAITING_STARS]) if not row.starred)
        if ids:
            self._background.start("on_star", partial(self._run_on_star, ids))

    async def _run_on_star(self, ids: Sequence[str]) -> None:
        # Run one at a time, so that a program never runs twice at once.
        async with self._starring:
            for words in self._on_star:
                await self._app.command_runner.run_by_itself((*words, *ids))


def _star_words(settings: Settings) -> list[tuple[str, ...]]:
    """The words of the commands that run the user's programs on starred papers; ids are appended."""
    commands: list[tuple[str, ...]] = []
    names = {command.name.casefold() for command in settings.commands}
    for program in settings.programs:
        if program.query == ON_STAR:
            line = program.run if isinstance(program.run, str) else shlex.join(program.run)
            commands.append(("pipe", *(() if line.casefold() in names else ("--input", "json")), "--", line))
    return commands


MAX_NOTICE_CHARACTERS = 160
"""Maximum characters of output shown in the last line."""

IDS_PER_READ = 200
"""Papers whose ids are read at a time."""

MARGIN_CELLS = 3
"""Cells beside the output: one at the left, two at the right."""

OUTPUT_CONTEXTS = ("list", "detail", "page", "triage", "text", "filter", "empty", "hole")
"""Contexts where output is shown at once; elsewhere it would interrupt the user."""

NOT_SERVED = "not in a browser, where other pages could type commands too: use a terminal"

NO_OUTPUT = "no command has printed anything yet"


MAX_OFFERED = 8
"""Maximum papers offered for a typed title."""

MIN_TITLE_LETTERS = 3
"""Minimum typed letters for a search of papers by title."""


def action_offers(keymap: Keymap, context: Context, run: Callable[[str], object]) -> list[Offer]:
    """An offer for each action of `context` but moves and the command line itself; `run` receives the action's id."""
    return [
        Offer(
            action.name,
            action.help,
            partial(run, action.id),
            " ".join(keymap.labels(action.id, context)),
            f"{action.group} {action.id}",
        )
        for action in keymap.actions
        if context in action.contexts and action.id != COMMAND_LINE and not action.id.startswith("move.")
    ]


class CommandActions(Controller):
    """Open the command line, complete the typed text, and run it."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._last: Output | None = None

    # The line

    @handles("command.open")
    def open(self, _count: int | None) -> None:
        self.begin_with(None, "")

    @handles(each={"command.pipe": "pipe ", "app.theme": f"{THEME} "})
    def begin_with(self, _count: int | None, text: str) -> None:
        actions = action_offers(self._keymap, self._model.state.context, self._app.perform)
        offers = (*actions, *(offer for controller in self._app.controllers for offer in controller.commands()))
        command = TypedCommand(text, offers=offers, matching=fitting(offers, text))
        self._model.change(self._model.state.put(COMMAND, command))

    @follows(_typed_text)
    def find_papers_soon(self, state: State) -> None:
        command = state[COMMAND]
        if command is not None and len(re.findall(r"\w", command.text)) >= MIN_TITLE_LETTERS:
            self._background.start("papers by title", partial(self._find_papers, command.text), exclusive=True)

    async def _find_papers(self, typed: str) -> None:
        """Offer the paper whose id is typed, or the newest papers with title words that start with the typed words."""
        from reader.cache.search.compile import compile_query
        from reader.core.ids import named_id

        words, id = re.findall(r"\w+", typed), named_id(typed)
        place = Place(view("all"), f"id:{id}" if id else " ".join(f"title:{word}" for word in words))
        selection = compile_query(place.whole("day"), self._app.scope())
        try:
            rows = await self._library.counts.ask(lambda window: window.rows(window.first(selection, MAX_OFFERED).pks))
        except ReaderError:
            # A newer search has replaced this one.
            return
        show, today = self._app.view_actions.show_paper, self._look.today
        papers = [Offer(row.title, short_day(row.day, today), partial(show, row.pk)) for row in rows]
        if id and not papers:
            papers = [Offer(id, "not here yet", lambda: self._model.change(self._model.state.go(place)))]
        command = self._model.state[COMMAND]
        if command is not None and command.text == typed:
            self._model.change(self._model.state.put(COMMAND, command._replace(papers=papers)))

    def own_handlers(self) -> Mapping[str, Handler]:
        """The handlers of the user's own commands, by the ids of their actions."""

        def handler(name: str) -> Handler:
            return lambda _count: self.begin(f"pipe {name}", is_own=True)

        return {id: handler(command.name) for id, command in own_actions(self._app.settings.commands).items()}

    @handles(each={f"command.{name}": methodcaller(name) for name in ("complete", "next", "previous")})
    def choose(self, _count: int | None, choose: Callable[[LineScreen[Any]], object]) -> None:
        if (screen := self._line_screen()) is not None:
            choose(screen)

    def _line_screen(self) -> LineScreen[Any] | None:
        """The open line with completions above it."""
        opened = (self._app.screens.get(front) for front in (COMMAND, TAGGING, DATE))
        return next((screen for screen in opened if screen is not None), None)

    @handles("command.run")
    def run(self, _count: int | None) -> None:
        """Run the marked offer if the user chose it; else the line, or the first offer if the line is no command."""
        screen: CommandScreen | None = self._app.screens.get(COMMAND)
        command = self._model.state[COMMAND]
        if screen is None or command is None:
            return
        line = screen.line.text.strip()
        if line.startswith(f"{THEME} "):
            # Run the theme that is marked.
            line = command.text_to_run.strip()
        if isinstance(command.marked_row, Offer) and (command.selected or command.is_no_command):
            self._model.change(self._model.state.put(COMMAND, None))
            command.marked_row.run()
            return
        self._model.change(run_command(self._model.state, line))
        if line:
            self.begin(line, offer=next((offer for offer in command.matching if offer.acts_here), None))

    @answers("offer")
    def choose_row(self, place: int) -> None:
        screen = self._line_screen()
        if screen is None:
            return
        screen.select(place)
        command = self._model.state[COMMAND]
        if command is not None and isinstance(command.marked_row, Offer):
            self._model.change(self._model.state.put(COMMAND, None))
            command.marked_row.run()
        else:
            screen.complete()

    def begin(self, line: str, *, is_own: bool = False, offer: Offer | None = None) -> None:
        """Run a line, or the offer if it is no command. With `is_own`, the line comes from a key of the settings."""
        self._background.start("command", partial(self._run_line, line, self._model.state.targets, is_own, offer))

    async def _run_line(self, line: str, targets: Sequence[int], is_own: bool, offer: Offer | None) -> None:
        try:
            here = await self._command_context(targets)
            typed = await self._app.command_runner.understand(line, here)
        except UsageError as error:
            if isinstance(error, UnknownCommand) and offer is not None:
                self._model.change(self._model.state.put(COMMANDS, self._model.state[COMMANDS][1:]))
                offer.run()
            else:
                self._model.show_notice(as_notice(str(error), "") or str(error), "warning")
            return
        if typed.reaches_out and self._app.is_web and not is_own:
            # Any page that the browser shows can send commands to the server.
            self._model.show_notice(NOT_SERVED, "warning")
        elif typed.paper:
            self._app.paper_lookup.show(typed.paper)
        elif typed.action:
            self._act(typed)
        elif typed.replaces:
            self._ask_to_replace(Path(typed.replaces).name, line, typed.words)
        elif typed.words:
            await self._run(line, typed.words)

    async def _command_context(self, targets: Sequence[int]) -> CommandContext:
        """The user's context: the papers that keys act on, and the list's query."""
        state = self._model.state
        ids: list[str] = []
        for start in range(0, len(targets), IDS_PER_READ):
            ids += (row.id for row in self._library.rows(targets[start : start + IDS_PER_READ]))
            # Thousands of papers take a while, so let keys go first.
            await asyncio.sleep(0)
        is_selected = bool(state.selection.count) or state.front_paper is not None
        return CommandContext(tuple(ids) if is_selected else (), self._highlighted_id(), state.place.as_query())

    def _highlighted_id(self) -> str | None:
        state = self._model.state
        listed = None if state.is_empty or state.is_on_hole else state.highlighted
        paper = self._library.paper(listed if state.front_paper is None else state.front_paper)
        return None if paper is None else paper.id

    def _act(self, typed: ParsedLine) -> None:
        context, action = self._model.state.context, self._keymap.action(typed.action)
        if context not in action.contexts:
            self._model.show_notice(f"{action.name} does nothing here", "warning")
        elif not any(controller.take_line(action.id, typed.text) for controller in self._app.controllers):
            self._app.perform(action.id, typed.times)

    # Commands

    def _ask_to_replace(self, file: str, line: str, words: Sequence[str]) -> None:
        choices = (("y", "replace it"), ("n", "leave it"))
        self._app.keyboard.ask_letter(
            f"{file} already exists", choices, lambda letter: self.run_words(line, words) if letter == "y" else None
        )

    def run_words(self, line: str, words: Sequence[str]) -> None:
        self._background.start("command", partial(self._run, line, words))

    async def _run(self, line: str, words: Sequence[str]) -> None:
        self._report(line, await self._app.command_runner.run(words, self.columns))

    @property
    def columns(self) -> int:
        return max(self._model.state.width - MARGIN_CELLS, 20)

    def _report(self, line: str, outcome: Outcome) -> None:
        undo = self._keymap.key("mark.undo")
        if outcome.is_stopped:
            self._model.show_notice(f"stopped: {line}")
            return
        program = line.removeprefix("pipe ") if line.startswith("pipe ") and not outcome.code else ""
        text = "\n".join(part for part in (outcome.text, outcome.errors) if part)
        message = as_notice(text, undo)
        if message and program:
            message = f"{program}: {message}"
        tone: Tone = "warning" if outcome.code else "done"
        if not text:
            message = f"done: {line}"
        if message and len(message) <= MAX_NOTICE_CHARACTERS:
            self._model.show_notice(message, tone)
            return
        self._last = Output(f"{program} · exit code 0" if program else line, translate_output(text, undo))
        if self._model.state.context in OUTPUT_CONTEXTS:
            self.show_output(None)
        else:
            key = self._keymap.key("command.output")
            self._model.show_news(f"{line} has ended · {key} shows its output", tone)

    @handles("command.output")
    def show_output(self, _count: int | None) -> None:
        if self._last is None:
            self._model.show_notice(NO_OUTPUT)
            return
        self._model.change(self._model.state.put(OUTPUT, self._last))

    @handles("output.copy")
    def copy(self, _count: int | None) -> None:
        output = self._model.state[OUTPUT]
        if output is not None:
            self._app.copy_to_clipboard(output.text)
            self._model.show_notice(f"copied {amount(len(output.text.splitlines()), 'line')}")


# The output of commands


_UNDO = re.compile(r"[.;]? 'dailypapers undo' takes it back\.?")
_COMMAND = re.compile(r"'dailypapers ([^'\n]+)'")
_PROGRAM = re.compile(r"^dailypapers(?: [a-z]+)?: ")


def translate_output(text: str, undo_key: str) -> str:
    """Translate the advice for the shell in a command's output to keys and commands of the reader."""
    text = _UNDO.sub(f" · {undo_key} undoes" if undo_key else "", text)
    return _COMMAND.sub(r":\1", _PROGRAM.sub("", text))


def as_notice(text: str, undo_key: str) -> str:
    """The output as one sentence for the last line, without a full stop; empty if too long."""
    lines = translate_output(text, undo_key).splitlines()
    return lines[0].removesuffix(".") if len(lines) == 1 else ""
