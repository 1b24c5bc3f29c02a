"""What the last line says at its right: one notice of each kind, of which the loudest shows."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

Kind = Literal["warning", "done", "progress", "hint", "state"]
"""A warning, something done, work under way, a word about what is under the cursor, a lasting state; loudest first."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class Notices(NamedTuple):
    """One text a kind; empty where there is nothing to say.

    "offline since 08:14" is back when "41 read" has passed. What was done and warnings pass after a while, all others
    stay until they are replaced.
    """

    warning: str = ""
    done: str = ""
    progress: str = ""
    hint: str = ""
    state: str = ""
    is_of_place: bool = False
    """Whether what was done or warned of is true only in this view."""
    happened: int = 0
    """Grows with each text that will pass, so that its time begins anew."""

    def say(self, text: str, kind: Kind = "done", *, of_place: bool = False) -> Notices:
        """Say something in place of the last notice of this kind; an empty text takes that back.

        A notice `of_place` passes when the user leaves the view, too.
        """
        match kind:
            case "done" | "warning":
                # Both are the last thing that happened: one follows the other.
                cleared = self._replace(done="", warning="", is_of_place=of_place, happened=self.happened + 1)
                return cleared._replace(done=text) if kind == "done" else cleared._replace(warning=text)
            case "hint":
                # A user who looks at something else has seen what was done before.
                return self._replace(hint=text, done="" if text else self.done)
            case "progress":
                return self._replace(progress=text)
            case "state":
                return self._replace(state=text)

    def passed(self) -> Notices:
        """The time of what was done or warned of is over."""
        return self._replace(done="", warning="", is_of_place=False)

    def left_place(self) -> Notices:
        """The user has left the view."""
        return self.passed() if self.is_of_place else self

    def since(self, earlier: Notices) -> Notices:
        """What was said after `earlier` and still stands."""
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
        """The notice to show."""
        return next(((kind, text) for kind in KINDS if (text := getattr(self, kind))), None)
