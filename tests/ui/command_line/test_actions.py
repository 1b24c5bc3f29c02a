"""What a typed line does: an action, a command or a question, and where its output is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from textual.events import Key

from reader.core.errors import UsageError
from reader.ui.command_line.actions import NOT_SERVED, CommandActions, as_formatted
from reader.ui.command_line.state import OUTPUT, Output
from reader.ui.shell.commands import Here, Outcome, Typed
from reader.ui.shell.keyboard import Keyboard
from reader.ui.shell.state import State
from tests.table import each
from tests.ui.bench import Bench
from tests.ui.states import at

LIST, NOTHING = at("all", "cats").highlight(1), Typed()


class Desk(Bench):
    """A command line whose shell says what the test wants."""

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
            takes_words=lambda _context: None,
            perform=lambda *done: self.performed.append(done),
        )
        self.ran: list[tuple[str, ...]] = []
        self.here: Here | None = None
        self.typed = Typed()
        self.outcomes: list[Outcome] = []
        self.actions = CommandActions(self.services)
        setattr(self.actions, "_runner", self)  # noqa: B010

    async def understand(self, line: str, here: Here) -> Typed:
        self.here = here
        if line == "tga":
            raise UsageError("There is no tga. See 'dailypapers tag --help'.")
        return self.typed

    async def run(self, words: Sequence[str], columns: int) -> Outcome:
        self.columns = columns
        self.ran.append(tuple(words))
        return self.outcomes.pop(0)

    async def obey(self, line: str, typed: Typed = NOTHING, *outcomes: Outcome) -> str:
        """The notice that a line ends with."""
        self.typed, self.outcomes = typed, [*outcomes]
        self.actions.begin(line)
        await self.work()
        return self.said

    async def answer(self, letter: str) -> str:
        """The notice that an answer to the question ends with."""
        keyboard = self.services[Keyboard]
        await keyboard.begin()
        await keyboard.press(Key(letter, letter))
        while self.works:
            await self.work()
        return self.said

    @property
    def asked(self) -> str:
        return self.model.state.prompt.typed


async def test_a_line_is_an_action_where_it_has_one() -> None:
    desk = Desk()
    assert await desk.obey("tga") == "! There is no tga. See :tag --help"
    assert desk.here == Here((), "id1", LIST.place.as_query())
    await desk.obey("star", Typed(action="paper.star", times=2))
    assert desk.performed == [("paper.star", 2)]
    assert await desk.obey("order", Typed(action="topic.order")) == "! Order topics does nothing here"
    assert await desk.obey("count", Typed(("count",)), Outcome(0, "9")) == "9" and desk.ran == [("count",)]
    for width, columns in ((100, 97), (23, 20), (22, 20)):
        desk.model.change(desk.model.state.resized(width, 30))
        await desk.obey("count", Typed(("count",)), Outcome(0, "9"))
        assert desk.columns == columns
    empty = Desk(at("all", papers=0).highlight(1))
    await empty.obey("")
    assert empty.here == Here((), None, empty.model.state.place.as_query())
    chosen = Desk(LIST.choose(LIST.selection.with_papers([0, 2])))
    await chosen.obey("")
    assert chosen.here == Here(("id0", "id2"), "id1", LIST.place.as_query())
    served = Desk(is_web=True)
    assert await served.obey("pipe wc", Typed(("pipe", "wc"), reaches_out=True)) == f"! {NOT_SERVED}"


async def test_what_reaches_many_papers_or_a_file_is_asked_first() -> None:
    desk, mark, tag = Desk(), Typed(("mark", "read", "x"), is_counted=True), ("tag", "add", "later", "--query", "robot")

    def counted(changed: int, papers: int) -> Outcome:
        return Outcome(0, json.dumps({"changed": changed, "papers": papers}))

    assert await desk.obey("mark read x", mark, Outcome(1, "", "dailypapers mark: Locked.")) == "! Locked"
    assert await desk.obey("mark read x", mark, counted(0, 0)) == "nothing matches · mark read x"
    assert await desk.obey("mark read x", mark, counted(0, 9)) == "nothing to change · mark read x"
    assert desk.ran == [("mark", "read", "x", "--dry-run", "--json")] * 3
    await desk.obey("mark read x", mark, counted(1_200, 1_300), Outcome(0, "done"))
    assert desk.asked == "mark read x: 1,200 papers"
    assert await desk.answer("y") == "done" and desk.ran[4:] == [("mark", "read", "x")]
    for line, asked in (("tag add later robot", " of robot"), ("tag add later --query robot", "")):
        await desk.obey(line, Typed(tag, is_counted=True), counted(1, 1))
        assert desk.asked == f"{line}: 1 paper{asked}"
    await desk.answer("n")
    assert len(desk.ran) == 7
    await desk.obey("export x", Typed(("export",), replaces="/home/ann/refs.bib"), Outcome(0, "", ""))
    assert desk.asked == "refs.bib already exists" and await desk.answer("y") == "done: export x"


LONG, MANY = "a" * 161, "one\ntwo 'dailypapers tag'"


@each(
    ("line", "outcome", "said", "output"),
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
        ("pipe cat", Outcome(0, '{"a":1}'), "", ("cat · exit code 0", '{\n  "a": 1\n}')),
    ],
)
def test_one_line_is_a_notice_and_more_has_a_screen(
    line: str, outcome: Outcome, said: str, output: tuple[str, str] | None
) -> None:
    desk = Desk()
    desk.actions._report(line, outcome)
    assert (desk.said, desk.model.state[OUTPUT]) == (said, Output(*output) if output else None)


def test_while_the_user_types_output_waits() -> None:
    desk = Desk(LIST.open_query())
    desk.actions.show_output(None)
    assert desk.said == "no command has printed anything yet"
    desk.actions._report("list", Outcome(1, MANY))
    news = desk.model.state.notices.news
    assert (news.text, news.tone) == ("list has ended · ; shows its output", "warning")
    desk.actions.show_output(None)
    assert desk.model.state[OUTPUT] == Output("list", "one\ntwo :tag")
    copied, kept = list[str](), list[bool]()
    desk.app.copy_to_clipboard = copied.append
    desk.actions.copy(None)
    assert (copied, desk.said) == (["one\ntwo :tag"], "copied 2 lines")
    # Only what waits for it is kept, by one key alone.
    assert not desk.actions.keep("enter", None)
    desk.model.change(desk.model.state.put(OUTPUT, Output("try", "", keep=lambda: kept.append(True))))
    assert not desk.actions.keep("x", "x") and desk.actions.keep("enter", None)
    assert (kept, desk.model.state[OUTPUT], desk.actions.keep("enter", None)) == ([True], None, False)


async def test_what_another_machine_replaced_is_offered_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("note", "show", "x", "--history")
    found = [
        SimpleNamespace(words=words, number=3, said="note of x", other="mine"),
        SimpleNamespace(words=("tag", "list"), number=1, said="tag", other="o" * 301),
    ]
    monkeypatch.setattr("reader.ui.command_line.actions._replaced", lambda _file: found)
    desk = Desk()
    desk.library.path = None
    for keys, asked, ran in (
        ("y", "note of x was: mine", ("note", "show", "x", "--restore", "3")),
        ("s", "note of x was: mine", words),
        ("ns", f"tag was: {'o' * 300}", ("tag", "list")),
    ):
        desk.actions.show_replaced(None)
        await desk.work()
        assert [key for key, _ in desk.model.state.prompt.options] == ["y", "s", "n", "esc"]
        if keys[1:]:
            await desk.answer("n")
            assert [key for key, _ in desk.model.state.prompt.options] == ["y", "s", "esc"]
        assert desk.asked == f"your {asked}"
        desk.outcomes = [Outcome(0, "done")]
        await desk.answer(keys[-1])
        assert desk.ran.pop() == ran


@each(
    ("text", "formatted"),
    [
        ('{"é": [1]}', '{\n  "é": [\n    1\n  ]\n}'),
        ("[1, 2", "[1, 2"),
        ("12", "12"),
        ("[" * 1_000_000, "[" * 1_000_000),
    ],
)
def test_json_has_a_line_for_each_value(text: str, formatted: str) -> None:
    assert as_formatted(text) == formatted
