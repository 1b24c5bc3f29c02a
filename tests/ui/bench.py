"""An app without a terminal, a cache or a clock: delayed calls and background work run when the test says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

from reader.config import Settings
from reader.ui.shell.controller import Look, Model
from reader.ui.shell.state import Notice, State, Tone
from tests.ui.stage import look


class Later:
    """A delayed call, which the test makes by `act()`."""

    def __init__(self, act: Callable[[], object], begun: list[float]) -> None:
        self._then = act
        self.seconds: float | None = None
        self._begun = begun

    @property
    def is_waiting(self) -> bool:
        return self.seconds is not None

    def act(self) -> None:
        self.seconds = None
        self._then()

    def begin(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun.append(seconds)

    def stop(self) -> None:
        self.seconds = None


class Bench:
    """An app around a state; the library and the app have the attributes that the test gives them."""

    def __init__(
        self,
        state: State | None = None,
        library: Mapping[str, object] | None = None,
        *,
        settings: Settings | None = None,
        moving: Look | None = None,
        **app: object,
    ) -> None:
        self.model = Model(state or State())
        self.library = cast(Any, SimpleNamespace(**library or {}))
        self.reports: list[str] = []
        """All news, also those that later news replaced."""
        show_news = self.model.show_news

        def tell(text: str, tone: Tone = "done") -> None:
            self.reports.append(text)
            show_news(text, tone)

        setattr(self.model, "show_news", tell)  # noqa: B010 - a method, which mypy would not have assigned to
        self.works: list[Callable[[], Awaitable[None]]] = []
        """Background work that was started and waits for `work()`."""
        self.cancelled = self.awaited = 0
        self.later: list[Later] = []
        self.begun: list[float] = []
        """The seconds of all delays that began."""
        parts = {
            "model": self.model,
            "library": self.library,
            "background": SimpleNamespace(start=self.start, delayed=self.delay),
            "settings": settings or Settings(),
            "look": moving or look(),
            "leave": None,
            "is_leaving": False,
        }
        self.app = cast(Any, SimpleNamespace(**{**parts, **app}))

    def start(self, _group: str, work: Callable[[], Awaitable[None]], *, exclusive: bool = False) -> Any:
        self.works.append(work)
        return SimpleNamespace(cancel=self.cancel, wait=self.wait)

    def cancel(self) -> None:
        self.cancelled += 1

    async def wait(self) -> None:
        self.awaited += 1

    def delay(self, act: Callable[[], object]) -> Later:
        self.later.append(Later(act, self.begun))
        return self.later[-1]

    async def work(self) -> None:
        """Run the background work that was started first."""
        await self.works.pop(0)()

    @property
    def notice(self) -> str:
        """The answer in the last line, `!` before a warning."""
        return _notice_text(self.model.state.notices.answer)

    @property
    def shown(self) -> str:
        """What the last line shows."""
        return _notice_text(self.model.state.notices.shown)


def _notice_text(notice: Notice) -> str:
    return f"{'! ' * (notice.tone == 'warning')}{notice.text}"
