"""The command line: type a command of the shell, run it and show its result."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.core.errors import ReaderError, UnknownCommand, UsageError
from reader.core.paper_row import NotCached, PaperKey
from reader.core.settings.standing import ON_STAR
from reader.core.text import amount
from reader.keys.actions import COMMAND_LINE, Context, own_actions
from reader.keys.keymap import Keymap
from reader.session.places import Place, view
from reader.ui.command_line.screen import COMMAND, COMMANDS, OUTPUT, Output, TypedCommand, fitting, run_command, suggest
from reader.ui.dates import DATE
from reader.ui.filter.state import FOLLOWED
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
    """Runs commands in processes of their own, waits in threads, and shows their changes at once."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._processes: list[RunningCommand] = []
        self._typed: RunningCommand | None = None
        self._name = ""
        self._told: dict[str, str] = {}

    @cached_property
    def _shell(self) -> Shell:
        # Made in a thread, since its imports take 30 ms.
        return self._app.shell()

    @property
    def _way_out(self) -> str:
        return f"{self._name} is running · {self._keymap.key('app.escape')} stops it"

    async def understand(self, line: str, here: CommandContext) -> ParsedLine:
        return await asyncio.to_thread(lambda: self._shell.understand(line, here))

    async def run(self, words: Sequence[str], columns: int) -> Outcome:
        """Run a command of the user; raises ReaderError if another one runs, or if it can't be started."""
        if self._typed is not None:
            raise ReaderError(f"{self._way_out}: commands run one at a time")
        # The process is started here, so that `stop_at` always finds it; this takes a few milliseconds.
        self._typed, self._name = self._shell.start(words, columns), words[0]
        # In the first line, and in the last for screens without one.
        self._model.change(self._model.state.busy_with(f"running {self._name}"))
        self._model.show_notice(self._way_out)
        try:
            return await self._end_of(self._typed)
        finally:
            self._typed = None
            self._end_progress()

    async def run_by_itself(self, words: Sequence[str], *, reports_warnings: bool = False) -> Outcome:
        """Run a command that the user did not type; report its failure, but not the same one again."""
        try:
            running = await asyncio.to_thread(lambda: self._shell.start(words, COLUMNS))
            outcome = await self._end_of(running)
        except ReaderError as error:
            outcome = Outcome(1, "", str(error))
        trouble = outcome.complaint if outcome.code or reports_warnings else ""
        if trouble and trouble != self._told.get(words[0]):
            self._model.show_news(trouble, "warning")
        self._told[words[0]] = trouble
        return outcome

    async def _end_of(self, running: RunningCommand) -> Outcome:
        """Wait for the end of a process, which is killed if this is cancelled."""
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
        is_told = state.notices.answer.text == self._way_out
        self._model.change(state.change_notices(Notices.without_answer) if is_told else state)

    @follows(_typed_text)
    def suggest(self, state: State) -> None:
        text = _typed_text(state)
        if text is not None:
            self._background.start("suggest", partial(self._suggest, text), exclusive=True)

    async def _suggest(self, text: str) -> None:
        suggested = await asyncio.to_thread(lambda: self._shell.suggest(text))
        self._model.change(suggest(self._model.state, text, suggested))


# Automatic commands


EXPORT_AFTER_SECONDS = 2.0
"""Seconds without a change before the watched exports are written."""

RETRY_EXPORT_SECONDS = 300.0
"""Seconds before failed watched exports are retried."""

MAX_WAITING_STARS = 50
"""Maximum papers that a program runs on after one key; of more, only the first ones are passed on."""

COLUMNS = 200
"""Width of the output, of which only the reason of a failure is shown."""


class AutomaticCommands(Controller):
    """Writes the watched exports after changes, and passes papers that are starred to the user's programs."""

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
            self.delay.begin(EXPORT_AFTER_SECONDS)

    def _export(self) -> None:
        if self._is_writing:
            self.export_soon()
            return
        self._is_writing = True
        self._background.start("exports", self._write_exports)

    async def _write_exports(self) -> None:
        outcome = await self._app.command_runner.run_by_itself(("export", "--watched"))
        # If the reader ends first, it writes them itself.
        self._is_writing = False
        if outcome.code and not self.delay.is_waiting:
            self.delay.begin(RETRY_EXPORT_SECONDS)

    def starring(self, pks: Sequence[PaperKey]) -> None:
        if not self._on_star:
            return
        ids = tuple(row.id for row in self._library.rows(pks[:MAX_WAITING_STARS]) if not row.starred and row.kept)
        if ids:
            self._background.start("on_star", partial(self._run_on_star, ids))

    async def _run_on_star(self, ids: Sequence[str]) -> None:
        # One run after the other, so that a program need not expect another one.
        async with self._starring:
            for words in self._on_star:
                await self._app.command_runner.run_by_itself((*words, *ids))


def _star_words(settings: Settings) -> list[tuple[str, ...]]:
    """The words of the commands that run the user's programs on papers that he stars, whose ids follow."""
    found: list[tuple[str, ...]] = []
    names = {one.name.casefold() for one in settings.commands}
    for one in settings.programs:
        if one.query == ON_STAR:
            line = one.run if isinstance(one.run, str) else shlex.join(one.run)
            found.append(("pipe", *(() if line.casefold() in names else ("--input", "json")), "--", line))
    return found


LONGEST_NOTICE = 160
"""Maximum characters of output shown in the last line."""

PAPERS_AT_ONCE = 200
"""Papers whose ids are read at a time."""

MARGINS = 3
"""Cells beside the output: one at the left, two at the right."""

BESIDE = ("list", "detail", "page", "triage", "text", "filter", "empty", "hole")
"""Contexts where output is shown at once; elsewhere it would interrupt the user."""

NOT_SERVED = "not in a browser, where other pages could type commands too: use a terminal"

NO_OUTPUT = "no command has printed anything yet"


MAX_TITLES = 8
"""Papers that one search returns."""

LEAST_TYPED = 3
"""Letters from which on papers are searched by their titles."""


def action_offers(
    keymap: Keymap, context: Context, run: Callable[[str], object], lacking: Collection[str] = ()
) -> list[Offer]:
    """An offer for each action of `context`, in the table's order; `run` receives the action's id.

    Moves, the command line itself and actions that are `lacking` something to act on are left out.
    """
    return [
        Offer(
            action.name,
            action.help,
            partial(run, action.id),
            " ".join(keymap.labels(action.id, context)),
            f"{action.group} {action.id}",
        )
        for action in keymap.actions
        if context in action.contexts
        and action.id not in (COMMAND_LINE, *lacking)
        and not action.id.startswith("move.")
    ]


def lacks(state: State) -> frozenset[str]:
    """The ids of actions that have nothing to show or need a set-up; their keys say how to get it."""
    has = {"view.followed": state[FOLLOWED], "view.saved": state.views.saved_views}
    return frozenset(id for id, content in has.items() if not content)


class CommandActions(Controller):
    """Open the command line, complete in it, and run what is typed."""

    def __init__(self, app: ReaderApp) -> None:
        super().__init__(app)
        self._last: Output | None = None

    # The line

    @handles("command.open")
    def open(self, _count: int | None) -> None:
        self.begin_with(None, ("", ""))

    @handles(each={"command.pipe": ("pipe ", "a program, such as wc -w"), "app.theme": (f"{THEME} ", "")})
    def begin_with(self, _count: int | None, begun: tuple[str, str]) -> None:
        text, hint = begun
        context, lacking = self._model.state.context, lacks(self._model.state)
        own = action_offers(self._keymap, context, self._app.perform, lacking)
        offers = (*own, *(offer for one in self._app.controllers for offer in one.commands()))
        command = TypedCommand(text, hint=hint, offers=offers, found=fitting(offers, text))
        self._model.change(self._model.state.put(COMMAND, command))

    @follows(_typed_text)
    def find_papers_soon(self, state: State) -> None:
        command = state[COMMAND]
        if command is not None and len(re.findall(r"\w", command.text)) >= LEAST_TYPED:
            self._background.start("papers by title", partial(self._find_papers, command.text), exclusive=True)

    async def _find_papers(self, typed: str) -> None:
        """Offer the paper whose id is typed, or the newest papers whose title words begin like the typed ones."""
        from reader.cache.search.compile import compile_query
        from reader.core.ids import named_id

        words, id = re.findall(r"\w+", typed), named_id(typed)
        place = Place(view("all"), f"id:{id}" if id else " ".join(f"title:{word}" for word in words))
        selection = compile_query(place.whole("day"), self._app.scope())
        try:
            found = await self._library.counts.ask(lambda window: window.rows(window.first(selection, MAX_TITLES).pks))
        except ReaderError:
            # A newer search has come.
            return
        show, today = self._app.view_actions.show_paper, self._look.today
        papers = [Offer(row.title, short_day(row.day, today), partial(show, row.pk)) for row in found]
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
        """Run the marked offer if the user chose it; else the line, or the first offer if that is no command."""
        screen: CommandScreen | None = self._app.screens.get(COMMAND)
        command = self._model.state[COMMAND]
        if screen is None or command is None:
            return
        line = screen.line.text.strip()
        if line.startswith(f"{THEME} "):
            # As it is seen.
            line = command.meant.strip()
        if isinstance(command.marked_row, Offer) and (command.selected or command.is_no_command):
            self._model.change(self._model.state.put(COMMAND, None))
            command.marked_row.run()
            return
        self._model.change(run_command(self._model.state, line))
        if line:
            self.begin(line, offer=next((one for one in command.found if one.acts_here), None))

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
        """Obey a line, or run the offer if it is no command. `is_own` means that it belongs to a key."""
        self._background.start("command", partial(self._obey, line, self._model.take_targets(), is_own, offer))

    async def _obey(self, line: str, targets: Sequence[PaperKey], is_own: bool, offer: Offer | None) -> None:
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
            # The server answers any page that the browser shows, wherever it came from.
            self._model.show_notice(NOT_SERVED, "warning")
        elif typed.paper:
            self._app.paper_lookup.show(typed.paper)
        elif typed.action:
            self._act(typed)
        elif typed.replaces:
            self._ask_to_replace(Path(typed.replaces).name, line, typed.words)
        elif typed.words:
            await self._run(line, typed.words)

    async def _command_context(self, targets: Sequence[PaperKey]) -> CommandContext:
        """The user's context: the papers that keys act on, and the list's query."""
        state = self._model.state
        if any(isinstance(pk, NotCached) for pk in targets):
            targets = await self._library.store(targets)
        ids: list[str] = []
        for start in range(0, len(targets), PAPERS_AT_ONCE):
            ids += (row.id for row in self._library.rows(targets[start : start + PAPERS_AT_ONCE]))
            # Thousands take a while, so keys go first.
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
        elif not any(one.take_line(action.id, typed.text) for one in self._app.controllers):
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
        return max(self._model.state.width - MARGINS, 20)

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
        if message and len(message) <= LONGEST_NOTICE:
            self._model.show_notice(message, tone)
            return
        self._last = Output(f"{program} · exit code 0" if program else line, in_the_readers_words(text, undo))
        if self._model.state.context in BESIDE:
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

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        output = self._model.state[OUTPUT]
        if context != "output" or key != "enter" or output is None or output.keep is None:
            return False
        self._model.change(self._model.state.put(OUTPUT, None))
        output.keep()
        return True

    @handles("output.copy")
    def copy(self, _count: int | None) -> None:
        output = self._model.state[OUTPUT]
        if output is not None:
            self._app.copy_to_clipboard(output.text)
            self._model.show_notice(f"copied {amount(len(output.text.splitlines()), 'line')}")


# Output of commands, in the words of the reader


_UNDO = re.compile(r"[.;]? 'dailypapers undo' takes it back\.?")
_COMMAND = re.compile(r"'dailypapers ([^'\n]+)'")
_PROGRAM = re.compile(r"^dailypapers(?: [a-z]+)?: ")


def in_the_readers_words(text: str, undo_key: str) -> str:
    """The output of a command, with its advice for the shell translated to keys and commands of the reader."""
    text = _UNDO.sub(f" · {undo_key} undoes" if undo_key else "", text)
    return _COMMAND.sub(r":\1", _PROGRAM.sub("", text))


def as_notice(text: str, undo_key: str) -> str:
    """The output as one sentence for the last line, without a full stop; empty if too long."""
    lines = in_the_readers_words(text, undo_key).splitlines()
    return lines[0].removesuffix(".") if len(lines) == 1 else ""
