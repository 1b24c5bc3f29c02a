"""The controllers of the features: methods for keys, clicks and changes of the state, and background work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

from reader.core.errors import ReaderError
from reader.keys.actions import Context
from reader.keys.keymap import Keymap
from reader.ui.kit.glyphs import Glyphs
from reader.ui.kit.textual_fixes import DelayedCall
from reader.ui.shell.state import State, Tone

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.worker import Worker

    from reader.ui.app import ReaderApp
    from reader.ui.shell.commands import Offer


class Look(NamedTuple):
    """The keys, signs and clock of a run."""

    keymap: Keymap
    glyphs: Glyphs
    now: Callable[[], datetime]
    demo: bool = False
    is_still: bool = False
    """Whether the clock is stopped and nothing moves by itself."""

    links: bool = False

    @property
    def today(self) -> date:
        """The feed's current day, in UTC."""
        return self.now().date()

    @property
    def fixed_today(self) -> date | None:
        """The day that panes show as today; None if they follow the clock."""
        return self.today if self.is_still else None


class Model:
    """The current state of the reader.

    `publish` receives each new state; the app sets a reactive attribute to it, which any node can watch.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.publish: Callable[[State], object] = lambda _state: None
        self.followers: list[_Followers] = []

    @property
    def state(self) -> State:
        return self._state

    def change(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self.publish(state)

    def show_notice(self, text: str, tone: Tone = "done") -> None:
        """Show an answer to the last action in the last line, until the next action."""
        self.change(self._state.change_notices(lambda notices: notices.with_answer(text, tone)))

    def show_outcome(self, text: str, tone: Tone = "done", begun: str = "") -> None:
        """Report the end of a slow action, replacing its notice `begun`, else as news."""
        self.change(self._state.change_notices(lambda notices: notices.with_end(text, tone, begun)))

    def show_news(self, text: str, tone: Tone = "done") -> None:
        """Report something that happened on its own, once no answer is shown."""
        self.change(self._state.change_notices(lambda notices: notices.with_news(text, tone)))


class _Followers:
    """The subscribers of a node. They share a single watcher, because each watcher costs 20 µs in Textual."""

    def __init__(self, node: DOMNode, model: Model) -> None:
        self.node = node
        self._model = model
        self._parts: list[Callable[[State], object]] = []
        self._acts: list[Callable[[State], object]] = []
        self._seen: list[object] = []
        node.watch(node.app, "state", self._look, init=False)

    def add(self, parts: Callable[[State], object], act: Callable[[State], object]) -> None:
        self._seen.append(parts(self._model.state))
        self._acts.append(act)
        self._parts.append(parts)

    def _look(self) -> None:
        for index, parts in enumerate(self._parts):
            # A subscriber may have changed the state again; only the current state counts.
            state = self._model.state
            value = parts(state)
            if value != self._seen[index]:
                self._seen[index] = value
                self._acts[index](state)


def subscribe(
    node: DOMNode, model: Model, parts: Callable[[State], object], act: Callable[[State], object], *, now: bool = True
) -> None:
    """Call `act` with the state whenever its `parts` change, and immediately if `now`.

    `act` runs within the change, before `Model.change` returns, until `node` is removed. Subscribers run in the
    order of subscription.
    """
    if not model.followers or model.followers[-1].node is not node:
        model.followers.append(_Followers(node, model))
    model.followers[-1].add(parts, act)
    if now:
        act(model.state)


Work = Callable[[], Awaitable[None]]
"""A function that returns a coroutine; a coroutine object would stay unawaited if cancelled before it starts."""

Handler = Callable[[int | None], object]
"""Runs an action; receives the count typed before its key, or None."""

Parts = Callable[[Any], object]
"""Returns the parts of the state that a subscriber depends on."""

Moment = Literal["escape", "back", "last"]
"""The stage of a step back: `escape` by esc alone, `back` by esc or `q`, `last` by esc with nothing left to close."""

Method = TypeVar("Method", bound=Callable[..., object])


class Handles(NamedTuple):
    """The method runs an action: only in `context`, or, with None, in contexts without another handler."""

    id: str
    context: Context | None
    values: tuple[Any, ...] = ()
    """The arguments of the method after the count."""
    step: int = 0
    """Unless 0, the method receives this step times the count as its only argument."""


class Follows(NamedTuple):
    """The method receives the state whenever its `parts` change, and once at the start if `now`."""

    parts: Parts
    now: bool


class Answers(NamedTuple):
    """The method receives the values of this kind that widgets report, such as clicks."""

    kind: str


Role: TypeAlias = "Handles | Follows | Answers"


def handles(
    *ids: str, context: Context | None = None, each: Mapping[str, Any] | None = None, step: int = 0
) -> Callable[[Method], Method]:
    """Make a method the handler of actions, everywhere or only in `context`.

    For an action in `each`, the method receives the count and the action's value. With `step`, it handles two opposite
    actions and receives the step times the count, negated for the second action.
    """
    steps = dict(zip(ids, (step, -step), strict=True)) if step else dict.fromkeys(ids, 0)
    valued = [Handles(id, context, (value,)) for id, value in (each or {}).items()]
    return _mark(*(Handles(id, context, step=size) for id, size in steps.items()), *valued)


def follows(parts: Parts, *, now: bool = False) -> Callable[[Method], Method]:
    """Call a method with the state whenever its `parts` change, and once at the start if `now`."""
    return _mark(Follows(parts, now))


def answers(kind: str) -> Callable[[Method], Method]:
    """Call a method with each value of a kind that a widget reports."""
    return _mark(Answers(kind))


def _mark(*roles: Role) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        setattr(method, "_roles", (*getattr(method, "_roles", ()), *roles))  # noqa: B010 - unknown to mypy
        return method

    return mark


class Controller:
    """A part of a feature that handles actions or does work. The app has a single instance: `app.mark_actions`."""

    def __init__(self, app: ReaderApp) -> None:
        self._app = app
        self._model = app.model
        self._library = app.library
        self._background = app.background
        self._look = app.look
        self._keymap = app.look.keymap

    def roles(self) -> Iterator[tuple[Role, Callable[..., Any]]]:
        """The roles of the decorated methods, in order."""
        for name, method in vars(type(self)).items():
            for role in getattr(method, "_roles", ()):
                yield role, getattr(self, name)

    def own_handlers(self) -> Mapping[str, Handler]:
        """The handlers of actions that come from the settings."""
        return {}

    def on_begin(self) -> None:
        """Called once the list is shown and keys act."""

    def on_end(self) -> None:
        """Called when the reader ends."""

    def commands(self) -> Sequence[Offer]:
        """Offers of the command line besides actions and commands."""
        return ()

    def stop_at(self, moment: Moment) -> bool:
        """Stop work that a step back stops at this stage; return whether there was any."""
        return False

    def take_text(self, context: Context, key: str, character: str | None) -> bool:
        """Handle a key as text; return False if it is not text here."""
        return False

    def take_line(self, action_id: str, text: str) -> bool:
        """Run an action typed on the command line with the text after it; return False if it takes no text."""
        return False


def handlers_of(controllers: Sequence[Controller], context: Callable[[], Context]) -> Mapping[str, Handler]:
    """The handlers of all actions by id; `context` returns the context in which keys act.

    Raises ValueError if two methods handle an action in the same context.
    """
    by_action: dict[str, dict[Context | None, Handler]] = {}
    for controller in controllers:
        by_action |= {id: {None: handler} for id, handler in controller.own_handlers().items()}
    for controller in controllers:
        for role, method in controller.roles():
            if isinstance(role, Handles):
                handlers = by_action.setdefault(role.id, {})
                if role.context in handlers:
                    raise ValueError(f"{role.id} has two handlers in {role.context or 'all contexts'}")
                handlers[role.context] = partial(_call, method, role) if role.step or role.values else method
    return {
        id: each[None] if len(each) == 1 and None in each else _by_context(each, context)
        for id, each in by_action.items()
    }


def _call(method: Callable[..., object], role: Handles, count: int | None) -> object:
    return method(role.step * (count or 1)) if role.step else method(count, *role.values)


def _by_context(handlers: Mapping[Context | None, Handler], context: Callable[[], Context]) -> Handler:
    def handle(count: int | None) -> object:
        handler = handlers.get(context(), handlers.get(None))
        return handler and handler(count)

    return handle


class Background:
    """Starts work on the event loop of an app."""

    def __init__(self, app: App[str], model: Model) -> None:
        self._app = app
        self._model = model

    def start(self, group: str, work: Work, *, exclusive: bool = False) -> Worker[None]:
        """Start work; `exclusive` work replaces the running work of its group."""
        watched = partial(self._watch, group, work)
        return self._app.run_worker(watched, group=group, exclusive=exclusive, exit_on_error=False)

    def delayed(self, act: Callable[[], object]) -> DelayedCall:
        return DelayedCall(self._app, act)

    async def _watch(self, group: str, work: Work) -> None:
        """Do the work and report a failure, which would otherwise end the reader or be lost."""
        try:
            await work()
        except Exception as error:
            # While the reader ends, failures are expected.
            if self._app.is_running:
                text = str(error) if isinstance(error, ReaderError) else report_unforeseen(group, error)
                # Report an outcome, because a screen in front may not show news.
                self._model.show_outcome(text, "warning")


def report_unforeseen(group: str, error: Exception) -> str:
    """Log an unexpected error; return a sentence for the status line."""
    # Imported late: it costs 2 ms, and most runs log nothing.
    from reader import log_file

    log_file.record_error(group, error)
    return f"{group}: {log_file.summarize_error(error)} · a bug in dailypapers; {log_file.point_to_log()}"
