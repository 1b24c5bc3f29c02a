"""What goes on beside the keys: the one way to begin it, and what is said if it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from reader.core.errors import ReaderError

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


def start(
    reader: ReaderApp, group: str, work: Callable[[], Awaitable[None]], *, exclusive: bool = False
) -> Worker[None]:
    """Let work go on beside; where it is `exclusive`, in the place of what is under way in its group.

    Work comes as a function: a coroutine that gives way before it begins would be left unawaited.
    """
    watched = partial(_watch, reader, group, work)
    return reader.run_worker(watched, group=group, exclusive=exclusive, exit_on_error=False)


async def _watch(reader: ReaderApp, group: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work, and say why if it fails: left to Textual it would end the reader or vanish without a word."""
    try:
        await work()
    except Exception as error:
        # What fails because the reader ends has nobody to be told to.
        if reader.is_running:
            reader.say(str(error) if isinstance(error, ReaderError) else mistake(group, error), "warning")


def mistake(group: str, error: Exception) -> str:
    """The sentence for an error that nobody has foreseen."""
    return f"{group}: {error!r} · a mistake of dailypapers, please report it"
