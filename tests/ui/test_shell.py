"""The model and its subscribers, handlers of actions, and work beside the keys; what extensions add."""

from __future__ import annotations

import asyncio
import warnings
from functools import partial

import pytest
from textual.widget import Widget

from reader.keys.actions import CONTEXTS
from reader.keys.keymap import Keymap
from reader.session.places import Place, view
from reader.ui.refresh.changes import Refresher
from reader.ui.refresh.state import REFRESH
from reader.ui.shell.controller import Controller, Model, handlers_of, handles, subscribe
from reader.ui.shell.state import State
from tests.ui.bench import Bench
from tests.ui.conftest import Opener
from tests.ui.stage import Stage

# The model

ALL, STARRED = Place(view("all")), Place(view("starred"))


def on_stage() -> tuple[Stage, Widget, Model]:
    """A bare app with one widget, and a model that it publishes as the reader does."""
    widget = Widget()
    app = Stage(widget)
    model = Model(State())
    model.publish = partial(setattr, app, "state")
    return app, widget, model


def test_the_model_publishes_each_new_state_once() -> None:
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


async def test_subscribers_are_called_at_once_and_only_for_their_parts() -> None:
    app, widget, model = on_stage()
    async with app.run_test():
        places: list[str] = []
        cursors: list[int | None] = []
        subscribe(widget, model, lambda state: state.place, lambda state: places.append(state.place.view.id))
        subscribe(widget, model, lambda state: state.highlighted, lambda state: cursors.append(state.highlighted))
        assert (places, cursors) == (["latest"], [None])
        model.change(model.state.go(ALL))
        assert (places, cursors) == (["latest", "all"], [None])
        model.change(model.state.highlight(7))
        model.change(model.state.with_new_marks())
        assert (places, cursors) == (["latest", "all"], [None, 7])
        # With `now=False`, a subscriber is called only for later changes of its part.
        heard: list[int | None] = []
        subscribe(widget, model, lambda state: state.highlighted, lambda s: heard.append(s.highlighted), now=False)
        model.change(model.state.highlight(8))
        model.change(model.state.highlight(9).highlight(8))
        assert heard == [8]


async def test_nested_changes_notify_each_subscriber_with_the_newest_state() -> None:
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


async def test_a_removed_widget_is_not_notified() -> None:
    app, widget, model = on_stage()
    async with app.run_test() as pilot:
        gone: list[int | None] = []
        there: list[int | None] = []
        subscribe(widget, model, lambda state: state.highlighted, lambda state: gone.append(state.highlighted))
        subscribe(app, model, lambda state: state.highlighted, lambda state: there.append(state.highlighted))
        await widget.remove()
        await pilot.pause()
        model.change(model.state.highlight(7))
        assert gone == [None]
        assert there == [None, 7]


# Handlers


class Steps(Controller):
    @handles("move.down", "move.up", step=1)
    def step(self, by: int) -> int:
        return by


class Page(Controller):
    @handles("move.down", context="page")
    def down(self, _count: int | None) -> str:
        return "page"


class Again(Controller):
    @handles("move.up")
    def up(self, _count: int | None) -> None: ...


async def test_each_action_has_a_handler_and_each_handler_an_action(reader: Opener) -> None:
    async with reader() as r:
        handlers = set(r.app.handlers)
    assert handlers == {action.id for action in Keymap().actions}
    for context in CONTEXTS:
        bound = {action.id for action in Keymap().resolve(context).values()}
        assert bound and bound <= handlers


def test_a_handler_of_a_context_replaces_the_general_one_there_and_two_general_ones_are_refused() -> None:
    app = Bench().app
    steps, page = Steps(app), Page(app)
    assert handlers_of([steps, page], lambda: "list")["move.down"](2) == 2
    assert handlers_of([steps, page], lambda: "list")["move.up"](None) == -1
    assert handlers_of([steps, page], lambda: "page")["move.down"](2) == "page"
    with pytest.raises(ValueError, match=r"move\.up has two handlers in all contexts"):
        handlers_of([steps, page, Again(app)], lambda: "list")
    with pytest.raises(ValueError, match=r"move\.down has two handlers in page"):
        handlers_of([page, page], lambda: "list")


# Background work


async def test_an_error_in_background_work_is_reported_and_the_reader_goes_on(
    reader: Opener, mistakes: list[Exception]
) -> None:
    async def fail() -> None:
        raise KeyError("pk")

    async with reader() as r:
        r.app.background.start("counts", fail)
        await r.until(lambda: "counts: KeyError: 'pk'" in r.status)
        assert "the log has the details" in r.status
        await r.do("move.down")
        assert r.cursor == 1
    assert [repr(error) for error in mistakes] == ["KeyError('pk')"]
    mistakes.clear()


async def test_work_replaced_before_it_begins_leaves_nothing_behind(reader: Opener) -> None:
    begun: list[int] = []

    async def work(number: int) -> None:
        begun.append(number)

    async with reader() as r:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for number in range(3):
                r.app.background.start("one of a kind", partial(work, number), exclusive=True)
            await r.rest()
            await asyncio.sleep(0)
    assert begun == [2]


async def test_paging_before_suggestions_arrive_does_no_harm(reader: Opener) -> None:
    async with reader(size=(1, 1)) as r:
        await r.burst(":", "pagedown", "m", "pageup")
        await r.press("pageup", "escape")
        assert r.app.is_running


async def test_leaving_ignores_running_work_later_errors_and_later_keys(
    reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader() as r:
        hanging = asyncio.Event()

        async def hang(_plan: object) -> None:
            await hanging.wait()

        monkeypatch.setattr(r[Refresher], "_refresh", hang)
        await r.begin(*r.app.keymap.chords("app.refresh", "list")[0])
        assert r.app.state[REFRESH].is_running
        r.app.leave()
        # A screen that opened now would end before it has any lines, and take the reader down with an error.
        await r.burst("?", ":")
        r.app._handle_exception(ValueError("a screen that was still being made"))
    assert (r.app._exception, r.app.return_code) == (None, 0)
