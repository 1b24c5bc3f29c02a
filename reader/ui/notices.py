"""Notices at the right of the status line: one of each kind; the most important one shows."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Kind = Literal["warning", "done", "progress", "hint", "state"]
"""A warning, something done, running work, a hint about the cursor's row, a lasting state; most important first."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class Notices(NamedTuple):
    """One text for each kind; empty without a notice.

    `done` and `warning` pass after a while, and the others stay until they are replaced: "offline since 08:14" shows
    again once "41 read" has passed.
    """

    warning: str = ""
    done: str = ""
    progress: str = ""
    hint: str = ""
    state: str = ""
    is_of_place: bool = False
    """Whether `done` or `warning` is true only in this view."""
    happened: int = 0
    """Increments with each passing text, which restarts its time."""

    def show(self, text: str, kind: Kind = "done", *, of_place: bool = False) -> Notices:
        """Replace the last notice of this kind; an empty text removes it.

        A notice `of_place` also passes when the user leaves the view.
        """
        match kind:
            case "done" | "warning":
                # Both describe the last event, so each replaces the other.
                cleared = self._replace(done="", warning="", is_of_place=of_place, happened=self.happened + 1)
                return cleared._replace(done=text) if kind == "done" else cleared._replace(warning=text)
            case "hint":
                # A user who has moved on has seen the earlier notice.
                return self._replace(hint=text, done="" if text else self.done)
            case "progress":
                return self._replace(progress=text)
            case "state":
                return self._replace(state=text)

    def passed(self) -> Notices:
        """Remove `done` and `warning`: their time is over."""
        return self._replace(done="", warning="", is_of_place=False)

    def left_place(self) -> Notices:
        """Remove a notice of the view that the user has left."""
        return self.passed() if self.is_of_place else self

    def since(self, earlier: Notices) -> Notices:
        """The notices that are newer than `earlier` and still shown."""
        is_same = self.happened == earlier.happened
        return Notices(
            warning="" if is_same else self.warning,
            done="" if is_same else self.done,
            progress="" if self.progress == earlier.progress else self.progress,
            hint="" if self.hint == earlier.hint else self.hint,
            state="" if self.state == earlier.state else self.state,
        )

    @property
    def loudest(self) -> tuple[Kind, str] | None:
        """The most important notice, if any."""
        return next(((kind, text) for kind in KINDS if (text := getattr(self, kind))), None)
