"""The model and those who look at it: each hears of its own parts, at once, and with the newest state."""

from __future__ import annotations

import ast
from functools import partial
from pathlib import Path

from textual.widget import Widget

from reader.core.paper_row import PaperKey
from reader.session.places import Place, view
from reader.ui.shell import model as model_module
from reader.ui.shell.model import Model, subscribe
from reader.ui.shell.state import State
from tests.ui.stage import Stage

ALL, STARRED = Place(view("all")), Place(view("starred"))


def on_stage() -> tuple[Stage, Widget, Model]:
    """A bare app with one widget, and a model that it publishes as the reader does."""
    widget = Widget()
    app = Stage(widget)
    model = Model(State())
    model.publish = partial(setattr, app, "state")
    return app, widget, model


def test_a_model_publishes_each_new_state_once() -> None:
    model = Model(State())
    heard: list[State] = []
    model.change(model.state.highlight(1))
    model.publish = heard.append
    model.change(model.state)
    model.change(model.state.highlight(1))
    assert heard == []
    model.change(model.state.highlight(2))
    assert [state.highlighted for state in heard] == [2]
    assert heard[-1] is model.state


async def test_a_change_is_acted_on_before_it_returns_and_only_by_those_whose_parts_it_changes() -> None:
    app, widget, model = on_stage()
    async with app.run_test():
        places: list[str] = []
        cursors: list[PaperKey | None] = []
        subscribe(widget, model, lambda state: state.place, lambda state: places.append(state.place.view.id))
        subscribe(widget, model, lambda state: state.highlighted, lambda state: cursors.append(state.highlighted))
        assert (places, cursors) == (["latest"], [None])
        model.change(model.state.go(ALL))
        assert (places, cursors) == (["latest", "all"], [None])
        model.change(model.state.highlight(7))
        model.change(model.state.marked())
        assert (places, cursors) == (["latest", "all"], [None, 7])
        # Who wants nothing now hears of the next change alone, and of none that changes nothing.
        heard: list[PaperKey | None] = []
        subscribe(widget, model, lambda state: state.highlighted, lambda s: heard.append(s.highlighted), now=False)
        model.change(model.state.highlight(8))
        model.change(model.state.highlight(9).highlight(8))
        assert heard == [8]


async def test_a_change_within_a_change_is_seen_once_and_by_all_with_the_newest_state() -> None:
    app, widget, model = on_stage()
    async with app.run_test():
        first: list[str] = []
        second: list[str] = []

        def go_on(state: State) -> None:
            first.append(state.place.view.id)
            if state.place == ALL:
                model.change(state.go(STARRED))

        subscribe(widget, model, lambda state: state.place, go_on, now=False)
        subscribe(widget, model, lambda state: state.place, lambda s: second.append(s.place.view.id), now=False)
        model.change(model.state.go(ALL))
        assert first == ["all", "starred"]
        assert second == ["starred"]
        assert app.state is model.state


async def test_who_is_gone_is_not_called() -> None:
    app, widget, model = on_stage()
    async with app.run_test() as pilot:
        gone: list[PaperKey | None] = []
        there: list[PaperKey | None] = []
        subscribe(widget, model, lambda state: state.highlighted, lambda state: gone.append(state.highlighted))
        subscribe(app, model, lambda state: state.highlighted, lambda state: there.append(state.highlighted))
        await widget.remove()
        await pilot.pause()
        model.change(model.state.highlight(7))
        assert gone == [None]
        assert there == [None, 7]


def test_no_change_waits_within_itself() -> None:
    """`change(model.state.put(PART, await …))` reads the state before it waits: it would undo all changes meanwhile."""
    files = sorted(Path(model_module.__file__).parent.rglob("*.py"))
    waiting = [
        f"{file.name}:{call.lineno}"
        for file in files
        if "await" in (text := file.read_text(encoding="utf-8"))
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "change"
        if any(isinstance(node, ast.Await) for node in ast.walk(call))
    ]
    assert files
    assert not waiting
