"""Record the user's actions on papers, in order, in the thread of marks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from reader.core.errors import ReaderError
from reader.core.marks import NOTE, OPEN
from reader.paths import draft_folder

if TYPE_CHECKING:
    from reader.cache.marks.events import Events
    from reader.cache.standing import FollowCount
    from reader.core.follows import Follow
    from reader.core.tag_words import TagWords
    from reader.core.wishes import Wish
    from reader.log.actions import UserAction
    from reader.session.drafts import Drafts

T = TypeVar("T")


class Marker:
    """Records marks in a thread that waits for the disk; each mark is durable before the next begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._executor = ThreadPoolExecutor(1, "mark")
        self._events: Events | None = None
        self._unfinished: dict[Future[Any], bool] = {}
        """The changes that have not ended, and whether the user would lose a mark if the reader ended now."""
        self._failure = ""
        self._is_closing = False

    @property
    def is_marking(self) -> bool:
        """Whether a change is being made, which changes the cache."""
        return bool(self._unfinished)

    def submit(self, change: Callable[[Events], T], *, is_mark: bool = True) -> Awaitable[T]:
        """Queue a change, which is made even if the result is not awaited.

        Without `is_mark`, the user loses nothing if the reader ends before the change is made.
        """
        storing = self._executor.submit(self._change, change)
        self._unfinished[storing] = is_mark
        storing.add_done_callback(self._note_end)
        # Shielded: the change finishes even if the caller is cancelled.
        return asyncio.shield(asyncio.wrap_future(storing))

    def _change(self, change: Callable[[Events], T]) -> T:
        from reader.cache.marks.events import Events

        if self._events is None:
            self._events = Events.open(self.path, recover=False)
        return change(self._events)

    def _note_end(self, storing: Future[Any]) -> None:
        is_mark, error = self._unfinished.pop(storing), storing.exception()
        if is_mark and error is not None:
            self._failure = str(error) if isinstance(error, ReaderError) else type(error).__name__
        elif is_mark and not self._is_closing:
            # The user has seen the notice of the earlier failure, and the disk is writable again.
            self._failure = ""

    @property
    def lost(self) -> str | None:
        """A sentence about marks that were not stored, after `close` or while it hangs; None if all were stored."""
        if self._failure:
            return f"Not everything could be stored: {self._failure}"
        count = sum(list(self._unfinished.values()))
        changes = "change" if count == 1 else f"{count} changes"
        return f"The last {changes} could not be stored: the disk did not answer in time." if count else None

    def stop(self) -> None:
        """Let a long change end after its current transaction; the next start finishes it."""
        self._is_closing = True
        if self._events is not None:
            self._events.stop()

    def close(self) -> None:
        self.stop()
        self._executor.shutdown(wait=True)
        if self._events is not None:
            self._events.close()

    # Changes

    def mark(
        self,
        kind: str,
        value: bool | str,
        pks: Sequence[int],
        *,
        also_read: bool = False,
    ) -> Awaitable[UserAction | None]:
        """Record a mark, even if the result is not awaited; it is durable once the result is there.

        The action is None if nothing changed. With `also_read`, the same action marks the papers read.
        """
        from reader.cache.marks.change import Change

        changes = [Change(each_kind, value, pks) for each_kind in ((kind, "read") if also_read else (kind,))]
        return self.submit(lambda events: events.act(changes))

    def tag(self, pks: Sequence[int], words: TagWords) -> Awaitable[UserAction | None]:
        """Add tags to papers and remove tags in one action; it is durable once the result is there."""

        def tag(events: Events) -> UserAction | None:
            from reader.cache.marks.change import tagging

            return events.act(events.read(lambda connection: tagging(connection, words, pks)))

        return self.submit(tag)

    def record_opened(self, pks: Mapping[str, Sequence[int]]) -> Awaitable[UserAction | None]:
        """Record the papers that the user opened, by day (ISO)."""

        def leave(events: Events) -> UserAction | None:
            from reader.cache.marks.change import Change

            return events.act([Change(OPEN, day, opened) for day, opened in pks.items()])

        return self.submit(leave, is_mark=False)

    def follow(self, follow: Follow, *, is_followed: bool) -> Awaitable[tuple[str, FollowCount | None]]:
        """Start or stop a follow; return the action, empty if nothing changed, and the follow's numbers of papers."""

        def decide(events: Events) -> tuple[str, FollowCount | None]:
            from reader.cache.standing import follow_counts
            from reader.log import standing

            action = standing.follow(events.log, [follow], is_followed=is_followed)
            events.recover()
            counts = events.read(follow_counts)
            return action, next((count for count in counts if count.follow.key == follow.key), None)

        return self.submit(decide)

    # Notes

    @property
    def drafts(self) -> Drafts:
        from reader.session.drafts import Drafts

        return Drafts(draft_folder(self.path))

    def keep_draft(self, id: str, text: str) -> Awaitable[None]:
        def write(_events: Events) -> None:
            try:
                self.drafts.write(id, text)
            except OSError as error:
                raise ReaderError(f"The draft of the note can't be kept: {error.strerror or error}.") from error

        return self.submit(write, is_mark=False)

    def drop_draft(self, id: str) -> Awaitable[None]:
        return self.submit(lambda _events: self.drafts.drop(id), is_mark=False)

    def note(self, pk: int, draft: str, text: str, kind: str = NOTE) -> Awaitable[UserAction | None]:
        """Store the note of a paper or a highlight, then remove its draft; an empty text removes the note."""

        def note(events: Events) -> UserAction | None:
            event = events.mark(kind, text, [pk])
            self.drafts.drop(draft)
            return event

        return self.submit(note)

    def decide(self, wishes: Sequence[Wish]) -> Awaitable[UserAction | None]:
        def decide(events: Events) -> UserAction | None:
            return events.decide([(wish.kind, wish.value) for wish in wishes])

        return self.submit(decide)

    def undo(self) -> Awaitable[UserAction | None]:
        """Undo the last action that is not undone; the result is None if there is none."""
        return self.submit(lambda events: events.undo())

    def redo(self) -> Awaitable[UserAction | None]:
        """Redo the last undone action; the result is None if there is none."""
        return self.submit(lambda events: events.redo())

    def finish_marks(self) -> Awaitable[None]:
        return self.submit(lambda events: events.recover())
