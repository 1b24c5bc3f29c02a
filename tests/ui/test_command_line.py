"""The command line: what a typed line does, and where its output is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from textual.events import Key

from reader.config import Settings
from reader.core.errors import ReaderError, UsageError
from reader.core.settings.standing import ON_STAR, RUN, WRITE, StandingQuery
from reader.core.settings.types import UserCommand
from reader.keys.keymap import Keymap
from reader.ui.command_line.actions import (
    EXPORT_DELAY_SECONDS,
    NOT_SERVED,
    RETRY_SECONDS,
    AutomaticCommands,
    CommandActions,
    CommandRunner,
    action_offers,
    as_notice,
    translate_output,
)
from reader.ui.command_line.screen import (
    COMMAND,
    COMMANDS,
    MAX_HISTORY,
    OUTPUT,
    CommandScreen,
    Finder,
    OfferPane,
    Output,
    TypedCommand,
    offer_line,
    run_command,
    suggest,
    type_command,
)
from reader.ui.shell.commands import Candidate, CommandContext, Outcome, ParsedLine, Suggestion
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.driver import Story, settings
from tests.ui.stage import at

# The typed command

SUGGESTED = Suggestion(6, (Candidate("dark"), Candidate("dracula"), Candidate("light")), "theme ")
OPEN = State().put(COMMAND, TypedCommand())


def typed(state: State) -> TypedCommand:
    command = state[COMMAND]
    assert command is not None
    return command


def test_suggestions_fit_what_is_typed_until_newer_ones_come() -> None:
    state = suggest(type_command(OPEN, "theme "), "theme ", SUGGESTED)
    assert (typed(state).fitting, typed(state).text_to_run) == (SUGGESTED, "theme ")
    marked = state.update(COMMAND, lambda one: one._replace(selected=2))
    assert typed(marked).text_to_run == "theme light"
    # A letter leaves those that begin so; the first of them is marked.
    further = type_command(marked, "theme d")
    assert [one.text for one in typed(further).fitting.candidates] == ["dark", "dracula"]
    assert (typed(further).selected, typed(further).text_to_run) == (0, "theme dark")
    assert typed(type_command(further, "theme q")).text_to_run == "theme q"
    assert typed(type_command(further, "  ")).fitting == Suggestion()
    # The same suggestions leave the mark; those for an earlier text are dropped.
    assert typed(suggest(marked, "theme ", SUGGESTED)).selected == 2
    assert typed(suggest(marked, "theme ", SUGGESTED._replace(start=5))).selected == 0
    assert suggest(further, "theme ", SUGGESTED) is further
    assert (type_command(State(), "x")[COMMAND], suggest(State(), "", SUGGESTED)[COMMAND]) == (None, None)


def test_the_history_holds_each_command_once_newest_first() -> None:
    state = OPEN
    for line in (*map(str, range(MAX_HISTORY + 1)), "", "7"):
        state = run_command(state, line)
    assert state[COMMAND] is None and state[COMMANDS][:3] == ("7", str(MAX_HISTORY), str(MAX_HISTORY - 1))
    commands = state[COMMANDS]
    assert len(commands) == len(set(commands)) == MAX_HISTORY


# Advice


@each(
    ("printed", "expected"),
    [
        ("12 papers marked read. 'dailypapers undo' takes it back.", "12 papers marked read · u undoes"),
        ("3 written, 1 note back; 'dailypapers undo' takes it back.", "3 written, 1 note back · u undoes"),
        ("dailypapers mark: Nothing. See 'dailypapers mark --help'.", "Nothing. See :mark --help"),
        ("dailypapers: There is no paper.", "There is no paper"),
        ("9,295", "9,295"),
        ("one\ntwo", ""),
        ("", ""),
    ],
)
def test_output_names_the_readers_keys_and_commands(printed: str, expected: str) -> None:
    assert as_notice(printed, "u") == expected


def test_output_names_no_undo_key_if_none_is_bound() -> None:
    assert translate_output("Done. 'dailypapers undo' takes it back.", "") == "Done"


# Output


# What a line does

LIST, NOTHING = at("all", "cats").highlight(1), ParsedLine()


class Desk(Bench):
    """A command line with a fake shell."""

    def __init__(self, state: State = LIST, *, is_web: bool = False) -> None:
        self.performed: list[object] = []
        library = {
            "rows": lambda pks: [SimpleNamespace(id=f"id{pk}") for pk in pks],
            "paper": lambda pk: None if pk is None else SimpleNamespace(id=f"id{pk}"),
        }
        super().__init__(
            state,
            library,
            is_web=is_web,
            shell=None,
            handled=lambda _keys: None,
            take_text=lambda *_: False,
            perform=lambda *done: self.performed.append(done),
        )
        self.ran: list[tuple[str, ...]] = []
        self.here: CommandContext | None = None
        self.typed = ParsedLine()
        self.outcomes: list[Outcome] = []
        self.actions = CommandActions(self.app)
        self.app.command_runner = self
        self.app.keyboard = Keyboard(self.app)
        self.app.controllers = []

    async def understand(self, line: str, here: CommandContext) -> ParsedLine:
        self.here = here
        if line == "tga":
            raise UsageError("There is no tga. See 'dailypapers tag --help'.")
        return self.typed

    async def run(self, words: Sequence[str], columns: int) -> Outcome:
        self.columns = columns
        self.ran.append(tuple(words))
        return self.outcomes.pop(0)

    async def obey(self, line: str, typed: ParsedLine = NOTHING, *outcomes: Outcome) -> str:
        """Run a line and return its notice."""
        self.typed, self.outcomes = typed, [*outcomes]
        self.actions.begin(line)
        await self.work()
        return self.notice

    async def answer(self, letter: str) -> str:
        """Answer the question and return the notice."""
        keyboard = self.app.keyboard
        await keyboard.begin()
        await keyboard.press(Key(letter, letter))
        while self.works:
            await self.work()
        return self.notice

    @property
    def asked(self) -> str:
        return self.model.state.prompt.typed


async def test_a_line_runs_an_action_or_a_command() -> None:
    desk = Desk()
    assert await desk.obey("tga") == "! There is no tga. See :tag --help"
    assert desk.here == CommandContext((), "id1", LIST.place.as_query())
    await desk.obey("star", ParsedLine(action="paper.star", times=2))
    assert desk.performed == [("paper.star", 2)]
    assert await desk.obey("order", ParsedLine(action="topic.exclude")) == "! Exclude does nothing here"
    assert await desk.obey("count", ParsedLine(("count",)), Outcome(0, "9")) == "9" and desk.ran == [("count",)]
    for width, columns in ((100, 97), (23, 20), (22, 20)):
        desk.model.change(desk.model.state.with_size(width, 30))
        await desk.obey("count", ParsedLine(("count",)), Outcome(0, "9"))
        assert desk.columns == columns
    empty = Desk(at("all", papers=0).highlight(1))
    await empty.obey("")
    assert empty.here == CommandContext((), None, empty.model.state.place.as_query())
    chosen = Desk(LIST.choose(LIST.selection.with_papers([0, 2])))
    await chosen.obey("")
    assert chosen.here == CommandContext(("id0", "id2"), "id1", LIST.place.as_query())
    served = Desk(is_web=True)
    assert await served.obey("pipe wc", ParsedLine(("pipe", "wc"), reaches_out=True)) == f"! {NOT_SERVED}"


async def test_a_file_is_replaced_only_if_the_user_agrees() -> None:
    desk, export = Desk(), ParsedLine(("export",), replaces="/home/ann/refs.bib")
    await desk.obey("export x", export)
    assert desk.asked == "refs.bib already exists"
    await desk.answer("n")
    assert desk.ran == []
    await desk.obey("export x", export, Outcome(0, "", ""))
    assert await desk.answer("y") == "done: export x"


LONG, MANY = "a" * 161, "one\ntwo 'dailypapers tag'"


@each(
    ("line", "outcome", "expected", "output"),
    [
        ("count", Outcome(0, "9,295"), "9,295", None),
        ("count", Outcome(0), "done: count", None),
        ("count", Outcome(-9, "", "", True), "stopped: count", None),
        ("count", Outcome(1, "", "dailypapers: There is none."), "! There is none", None),
        ("pipe wc -w", Outcome(0, "12"), "wc -w: 12", None),
        ("pipe wc -w", Outcome(1, "", "No wc."), "! No wc", None),
        ("list", Outcome(0, MANY), "", ("list", "one\ntwo :tag")),
        ("list", Outcome(0, "one", "two"), "", ("list", "one\ntwo")),
        ("list", Outcome(0, LONG), "", ("list", LONG)),
        ("list", Outcome(0, LONG[1:]), LONG[1:], None),
        ("pipe cat", Outcome(0, "one\ntwo"), "", ("cat · exit code 0", "one\ntwo")),
    ],
)
def test_one_line_of_output_is_a_notice_and_more_opens_a_screen(
    line: str, outcome: Outcome, expected: str, output: tuple[str, str] | None
) -> None:
    desk = Desk()
    desk.actions._report(line, outcome)
    assert (desk.notice, desk.model.state[OUTPUT]) == (expected, Output(*output) if output else None)


def test_output_waits_while_the_user_types() -> None:
    desk = Desk(LIST.open_query())
    desk.actions.show_output(None)
    assert desk.notice == "no command has printed anything yet"
    desk.actions._report("list", Outcome(1, MANY))
    news = desk.model.state.notices.news
    assert (news.text, news.tone) == ("list has ended · ; shows its output", "warning")
    desk.actions.show_output(None)
    assert desk.model.state[OUTPUT] == Output("list", "one\ntwo :tag")
    copied: list[str] = []
    desk.app.copy_to_clipboard = copied.append
    desk.actions.copy(None)
    assert (copied, desk.notice) == (["one\ntwo :tag"], "copied 2 lines")


# Running commands


class Runner(Bench):
    """A command runner with a fake shell."""

    def __init__(self) -> None:
        super().__init__(at("all"), {"has_changed": lambda: self.has_changed}, shell=self.make)
        self.ended = Event()
        self.done: list[object] = []
        self.has_changed: bool = True
        self.runner = CommandRunner(self.app)

    def make(self) -> Any:
        self.done.append("made")
        return SimpleNamespace(start=self.begin, suggest=self.suggest)

    def begin(self, words: tuple[str, ...], columns: int) -> Any:
        self.done += [words, columns]
        note = self.done.append
        return SimpleNamespace(wait=self.end, stop=lambda: note("stopped"), kill=lambda: note("killed"))

    def end(self) -> Outcome:
        self.ended.wait(30)
        return Outcome(0, "seen")

    def suggest(self, text: str) -> Suggestion:
        return Suggestion(0, (Candidate("count"),), text)

    @property
    def versions(self) -> tuple[int, int]:
        return self.model.state.marks_version, self.model.state.cache_version


async def test_one_command_runs_at_a_time_and_says_how_to_stop_it() -> None:
    bench = Runner()
    runner = bench.runner
    assert not runner.stop_at("back")
    runner.on_end()
    running = asyncio.create_task(runner.run(("count", "cats"), 80))
    await asyncio.sleep(0)
    assert bench.done == ["made", ("count", "cats"), 80]
    with pytest.raises(ReaderError, match="count is running · esc stops it: commands run one at a time"):
        await runner.run(("list",), 80)
    assert (bench.model.state.activity, bench.model.state.notices.answer.text) == (
        "running count",
        "count is running · esc stops it",
    )
    assert runner.stop_at("back")
    runner.on_end()
    bench.ended.set()
    assert await running == Outcome(0, "seen")
    assert bench.done[3:] == ["stopped", "killed"] and not runner.stop_at("back")
    assert (bench.model.state.activity, bench.model.state.notices) == ("", bench.model.state.notices.without_answer())
    assert bench.versions == (1, 1)
    # An unchanged cache is not read again.
    bench.has_changed = False
    await runner.run(("list",), 80)
    assert bench.versions == (1, 1)
    assert bench.done.count("made") == 1


async def test_a_command_whose_reader_ends_is_killed() -> None:
    bench = Runner()
    running = asyncio.create_task(bench.runner.run(("count",), 80))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    bench.ended.set()
    assert bench.done[-1] == "killed" and not bench.runner.stop_at("back")


async def test_each_letter_asks_for_suggestions() -> None:
    bench = Runner()
    bench.runner.suggest(bench.model.state)
    assert bench.works == []
    bench.model.change(bench.model.state.put(COMMAND, TypedCommand("co")))
    bench.runner.suggest(bench.model.state)
    await bench.work()
    command = bench.model.state[COMMAND]
    assert command is not None and command.suggested == bench.suggest("co")


# Commands that run by themselves


STAR = StandingQuery("on star", ON_STAR, (RUN,), run="wc")


class AutomaticDesk(Bench):
    """Services with a fake clock and fake processes."""

    def __init__(self, **settings: Any) -> None:
        lists = (StandingQuery("stars.bib", "is:starred", (WRITE,), file="stars.bib"), STAR)
        own = Settings(**{"lists": lists, **settings})
        shell = SimpleNamespace(start=self.run)
        super().__init__(
            library={"rows": self.rows, "has_changed": lambda: self.changed}, settings=own, shell=lambda: shell
        )
        self.changed: bool = False
        self.words: list[tuple[str, ...]] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.may_start = Event()
        self.failure = ""
        self.automatic = AutomaticCommands(self.app)
        self.app.command_runner = CommandRunner(self.app)

    @staticmethod
    def rows(pks: Sequence[int]) -> list[Any]:
        return [SimpleNamespace(id=f"p{pk}", starred=pk == 8) for pk in pks]

    def start(self, _group: str, work: Callable[[], Awaitable[None]], *, exclusive: bool = False) -> None:
        async def watched() -> None:
            await work()

        self.tasks.append(asyncio.create_task(watched()))

    def run(self, words: tuple[str, ...], _columns: int) -> Any:
        self.may_start.wait()
        if self.failure:
            raise ReaderError(self.failure)
        self.words.append(words)
        return SimpleNamespace(wait=lambda: Outcome(0))

    async def end(self) -> None:
        self.may_start.set()
        await asyncio.gather(*self.tasks)


def star(stage: AutomaticDesk, *pks: int) -> None:
    stage.automatic.starring(pks)


async def test_exports_whose_program_does_not_start_are_tried_again() -> None:
    stage = AutomaticDesk()
    stage.failure = "The command could not be started"
    stage.later[0].act()
    await stage.end()
    assert (stage.reports, stage.begun) == ([stage.failure], [RETRY_SECONDS])
    assert stage.automatic.is_due


async def test_a_repeated_failure_is_reported_once() -> None:
    stage = AutomaticDesk()
    stage.may_start.set()
    stage.failure = "no wc"
    for failure in ("no wc", "no wc", "", "no wc"):
        stage.failure, stage.changed = failure, not failure
        star(stage, 1)
        await stage.end()
    assert (stage.reports, stage.model.state.cache_version) == (["no wc", "no wc"], 1)


@each(
    ("settings", "words"),
    [
        ({}, [("pipe", "--input", "json", "--", "wc", "p1", "p2")]),
        ({"lists": [replace(STAR, run=("wc", "-w x"))]}, [("pipe", "--input", "json", "--", "wc '-w x'", "p1", "p2")]),
        (
            {"lists": [replace(STAR, run="Send")], "commands": (UserCommand("send", "true"),)},
            [("pipe", "--", "Send", "p1", "p2")],
        ),
        ({"lists": ()}, []),
    ],
)
def test_papers_that_are_starred_go_to_the_users_program(
    settings: dict[str, Any], words: list[tuple[str, ...]]
) -> None:
    async def run() -> None:
        stage = AutomaticDesk(**settings)
        # Paper 8 is starred already.
        star(stage, 1, 2, 8)
        await stage.end()
        assert stage.words == words

    asyncio.run(run())


async def test_exports_are_written_some_seconds_after_a_change_and_only_if_there_are_any() -> None:
    stage = AutomaticDesk(lists=())
    stage.automatic.export_soon()
    assert (stage.begun, stage.automatic.is_due) == ([], False)
    stage = AutomaticDesk()
    stage.automatic.export_soon()
    assert (stage.begun, stage.automatic.is_due) == ([EXPORT_DELAY_SECONDS], True)
    stage.later[0].act()
    # A change while they are written begins them again.
    stage.later[0].act()
    assert (stage.begun, len(stage.tasks)) == ([EXPORT_DELAY_SECONDS] * 2, 1)
    await stage.end()
    assert stage.words == [("export", "--watched")] and stage.automatic.is_due


# Stories


async def test_the_id_of_a_paper_shows_it(reader: Opener) -> None:
    async with reader(size=(100, 30)) as r:
        id = r.ids[3]
        await r.run(f"arXiv:{id}v2")
        await r.until(lambda: r.ids == [id])


async def test_commands_run_on_the_papers_that_the_user_sees(reader: Opener, tmp_path: Path) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("command.open")
        assert "mark read --query until:30d" in r.lines[-1]
        await r.type("tag add la")
        assert r.context == "command"
        await r.type("ter")
        await r.do("command.run")
        assert r.status == "1 paper tagged later · u undoes"
        assert r.kept(r.ids[0]).tags == ("later",)

        await r.do("select.all", "command.open")
        assert "for 14 selected papers" in r.lines[-1]
        await r.type("mark star")
        await r.do("command.run")
        assert r.status == "14 papers marked starred · u undoes"
        assert r.row(3).starred
        await r.run(f"export -o {tmp_path}/refs.bib")
        assert (tmp_path / "refs.bib").read_text("utf-8").count("@misc") == 14
        await r.do("command.open", "command.previous", "command.run")
        assert "refs.bib already exists…  y replace it" in r.lines[-1]
        await r.press("n")
        await r.do("app.escape", "mark.undo")
        assert not r.row(3).starred
        # The papers are those of the list that was asked for before, however quickly all is typed.
        await r.burst("/", *"robot", "enter", ":", *"tag add metal", "enter")
        assert "Robot" in r.here.title
        assert r.kept(r.here.id).tags == ("metal",)


async def test_words_are_suggested_taken_and_recalled(reader: Opener) -> None:
    async with reader(size=(140, 30)) as r:
        await r.do("command.open")
        await r.type("ta")
        assert offered(r)[0].startswith("tag ") and "papers, with your own words" in offered(r)[0]
        assert r.lines[-1].strip() == "tab takes the word"
        await r.do("command.complete")
        await r.type("ad")
        await r.do("command.complete")
        line = r.screen_of(CommandScreen)
        assert line is not None
        assert line.line.text == "tag add "
        await r.do("command.cancel")
        assert r.context == "list"
        for text in ("star", "count", "undo"):
            await r.run(text)
        assert "undone: 1 starred" in r.status
        await r.do("command.open")
        await r.type("ma")
        await r.do("command.previous", "command.previous", "command.previous")
        line = r.screen_of(CommandScreen)
        assert line is not None
        assert line.line.text == "count"
        await r.do("command.next", "command.next")
        assert line.line.text == "ma"
        # A burst of keys is for the line as soon as it is open.
        await r.do("command.cancel")
        await r.burst(":", *"mute x", "enter")
        assert r.status == "There is no command 'mute'. Did you mean views add --then mute WORD?"


async def test_long_output_has_a_screen_and_mistakes_a_line(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.run("list")
        assert r.lines[0].rstrip() == " list"
        assert "Slow Video" in r.screen
        await r.press("G")
        assert "60 of 60" in r.screen
        await r.press("q")
        assert r.context == "list"
        await r.run("mark raed")
        assert "Did you mean read?" in r.status
        await r.do("read.open")
        await r.run("note --text 'a second look'")
        assert r.is_on_page
        assert "note of 2605.00400 was written" in r.status
        assert r.kept("2605.00400").note == "a second look"


# What the line offers above it


@each(
    ("typed", "score"),
    [
        ("", 1),
        ("nosuch", 0),
        ("read all", 1),
        ("all", 0.8),
        ("ea", 0.6),
        ("mark", 0.4),
        ("ark", 0),
        ("all mark", 6 / 9),
    ],
)
def test_the_beginning_of_the_name_is_the_best_match(typed: str, score: float) -> None:
    assert Finder(typed).score("Read all", "Mark every paper read.") == pytest.approx(score)


def offered(r: Story) -> list[str]:
    """The rows above the command line."""
    pane = r.app.screen.query_one(OfferPane)
    return [line.strip() for line in r.lines[pane.region.y : pane.region.bottom]]


def test_offers_are_the_actions_of_the_context_with_the_users_keys() -> None:
    ran: list[str] = []
    offers = action_offers(Keymap(overrides={"paper.star": "$"}), "list", ran.append)
    by_name = {offer.name: offer for offer in offers}
    assert by_name["Star"].keys == "$" and by_name.keys().isdisjoint({"Exclude", "Down", "Command line"})
    by_name["Star"].run()
    assert ran == ["paper.star"]


async def test_both_keys_open_one_line_that_runs_commands_actions_topics_and_views(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.press(":")
        assert len(offered(r)) == 10 and offered(r)[1].startswith("Star   ") and offered(r)[1].endswith(" s")
        await r.press("escape")
        await r.burst("ctrl+p", *"keep starred", "enter")
        assert r.context == "list" and r.here.starred
        # A chosen row runs, even if the line begins like a command.
        await r.burst(":", *"undo", "down", "down", "enter")
        await r.rest()
        assert r.context == "list"
        await r.burst("ctrl+p", *"topic robotics", "enter")
        assert r.query == "topic:robotics"
        await r.burst(":", *"saved pages", "down", "enter")
        assert r.view == "pages"
        assert r.app.state[COMMANDS] == (), "only commands are kept"


async def test_a_click_runs_an_offer_and_papers_are_found_by_title_or_id(reader: Opener) -> None:
    async with reader(size=(80, 24)) as r:
        await r.press(":", *"kitc")
        await r.until(lambda: offered(r)[-1:] != [] and offered(r)[-1].startswith("A Robot Walks into a Kitchen"))
        await r.click("OfferPane", 4, len(offered(r)) - 1)
        assert (r.view, r.query, r.here.title) == ("all", "", "A Robot Walks into a Kitchen")
        await r.press(":", *"1706.03762")
        await r.until(lambda: offered(r)[-1:] != [] and offered(r)[-1].startswith("1706.03762"))
        await r.press("enter")
        assert r.empty.startswith("1706.03762 is not here yet.")


@pytest.mark.parametrize(("theme", "sign"), [("dark", "bgcolor"), ("ansi", "reverse")])
async def test_the_marked_row_and_the_typed_words_stand_out(reader: Opener, theme: str, sign: str) -> None:
    async with reader(size=(80, 24), settings=settings(theme=theme)) as r:
        await r.press("ctrl+p", *"read", "down")
        pane = r.app.screen.query_one(OfferPane)
        lines = [pane.render_line(y) for y in range(pane.size.height)]
        looks = [{getattr(piece.style, sign) for piece in line if not piece.text.strip()} for line in lines]
        # Completions that arrive after the key move the marked row down.
        marked = (command := r.app.state[COMMAND]) and command.selected
        assert marked is not None and looks[marked] not in looks[:marked] + looks[marked + 1 :]


TITLE = "A Paper with a Long Title That Does Not Fit"


@each(
    ("name", "about", "keys", "width", "line"),
    [
        ("Star", "Keep this paper.", "s", 60, "Star                    Keep this paper.                   s"),
        ("Star", "Keep this paper in the Starred view.", "s", 50, "Star                    Keep this paper in the…  s"),
        ("Star", "Keep this paper in the Starred view.", "s", 30, "Star                         s"),
        ("Topic: Benchmarks & evaluation", "How.", "", 60, "Topic: Benchmarks & evaluation  How."),
        (TITLE, "Tue 24 Nov", "", 40, "A Paper with a Long Title T…  Tue 24 Nov"),
        (TITLE, "16 cells of text", "", 40, "A Paper with a Long T…  16 cells of text"),
        (TITLE, "", "", 20, "A Paper with a Long…"),
    ],
)
def test_name_sentence_and_keys_share_a_line(name: str, about: str, keys: str, width: int, line: str) -> None:
    drawn = offer_line(name, about, keys, width, finder=Finder(""))
    assert "".join(piece.text for piece in drawn).rstrip() == line


def test_typed_words_are_marked_in_the_name() -> None:
    pieces = offer_line("Read all above", "Mark all.", "M", 60, finder=Finder("all read"))
    assert [piece.text for piece in pieces if piece.hit] == ["Read", "all"]
