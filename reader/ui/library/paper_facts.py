"""What the cache knows of one paper, read on the event loop: each read takes a fraction of a millisecond."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reader.cache.reads.window import Window
from reader.core.errors import CacheError
from reader.core.paper import Paper
from reader.core.paper_row import PaperKey
from reader.ui.library.marking import Marking

if TYPE_CHECKING:
    from reader.cache.community import Kept
    from reader.cache.history import Votes
    from reader.cache.marks.agents import Made
    from reader.cache.members import Said
    from reader.cache.outputs import Output
    from reader.cache.texts import KeptText
    from reader.cache.watching import Act
    from reader.core.choice.learned import Learned
    from reader.core.follows import FollowReason
    from reader.core.second_look import Changes
    from reader.core.word_diff import SectionDiff

T = TypeVar("T")


class PaperFacts(Marking):
    """Reads and marks the papers of one cache."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._near = Window.open(path)
        self.trouble = ""
        """What the user has to know of a read that failed; empty if none did."""
        self.is_closed = False
        """Whether the reader is leaving: what still ends then gets no answers, and nothing is wrong."""
        self.learned: Learned | None = None
        """What was learned of the user, if the list is ordered by it: its rows say why they suit."""
        self._visited: int | None = None

    def _ask(self, question: Callable[[Window], T], nothing: T) -> T:
        """The cache's answer, or `nothing` if it fails: an error while the screen is drawn would end the reader."""
        if self.is_closed:
            return nothing
        try:
            return question(self._near)
        except CacheError as error:
            self.trouble = str(error)
            return nothing

    def _whys(self, pks: Sequence[PaperKey]) -> Mapping[PaperKey, str]:
        learned, keys = self.learned, [pk for pk in pks if isinstance(pk, int)]
        if learned is None:
            return {}
        from reader.cache.reads.opinions import whys

        nothing: dict[int, str] = {}
        said = self._ask(lambda window: window.read(lambda one: whys(one, learned, keys)), nothing)
        return {pk: said.get(pk, "") for pk in keys}

    def why(self, pk: PaperKey) -> str:
        """Why a paper suits the user, in words, if the list is ordered by that; else nothing."""
        return self._whys([pk]).get(pk, "")

    def paper(self, pk: PaperKey) -> Paper | None:
        """A whole paper; None if it is gone."""
        known = self._cached_key(pk)
        if known is not None:
            return self._ask(lambda window: window.paper(known), None)
        return None if self.results is None else self.results.paper(pk)

    def paper_of(self, pk: PaperKey | None) -> Paper | None:
        """A whole paper; None without a key, or if it is gone."""
        return None if pk is None else self.paper(pk)

    def belongings(self, pk: PaperKey | None) -> Kept:
        """What belongs to a paper, such as its comments."""
        from reader.cache.community import Kept, read_community

        known = None if pk is None else self._cached_key(pk)
        if known is None:
            return Kept()
        return self._ask(lambda window: window.read(lambda one: read_community(one, known)), Kept())

    def ruled(self, pk: PaperKey) -> tuple[tuple[Act, ...], tuple[str, ...]]:
        """What rules did to a paper, and the muted words that hide it; may run in a thread. Raises CacheError."""
        from reader.cache.watching import ruled

        known = self._cached_key(pk)
        if known is None:
            return (), ()
        with closing(Window.open(self._path)) as window:
            return ruled(window, known, datetime.now(UTC).date())

    def made_by_agents(self, pk: PaperKey) -> tuple[Made, ...]:
        """The marks on a paper that programs made; may run in a thread. Raises CacheError."""
        from reader.cache.marks.agents import made_by_agents

        known = self._cached_key(pk)
        if known is None:
            return ()
        with closing(Window.open(self._path)) as window:
            return window.read(lambda connection: made_by_agents(connection, known))

    def _cached_key(self, pk: PaperKey) -> int | None:
        """The key of a paper in the cache; None if only the feed has it."""
        if self.results is not None:
            return self.results.pk_of(pk)
        return pk if isinstance(pk, int) else None

    def text(self, pk: PaperKey) -> KeptText | None:
        """The full text of a paper, if it is kept; to read one takes some 3 ms."""
        from reader.cache.texts import Texts
        from reader.ui.terminal.process import loading

        known = self._cached_key(pk)
        if known is None:
            return None
        with loading():
            return self._ask(lambda window: window.read(lambda one: Texts(one, self._path).get(known)), None)

    async def note_text_use(self, pk: PaperKey, today: str) -> None:
        """Note that a full text is read today (ISO), which keeps it longer."""
        known = self._cached_key(pk)
        if known is not None:
            await asyncio.to_thread(self._note_text_use, known, today)

    def _note_text_use(self, pk: int, today: str) -> None:
        from reader.cache.texts import Texts

        with closing(Texts.open(self._path)) as texts:
            texts.note_use(pk, today)

    def votes(self, pk: PaperKey) -> Votes:
        """The changes of a paper's votes."""
        from reader.cache.history import STILL, votes

        known = self._cached_key(pk)
        if known is None:
            return STILL
        return self._ask(lambda window: window.read(lambda one: votes(one, known, self._visited)), STILL)

    def changes(self, pk: PaperKey) -> Changes | None:
        """What changed of a paper that is or was due for a second look."""
        from reader.cache.history import has_changed

        known = self._cached_key(pk)
        if known is None or not self._ask(lambda window: window.read(partial(has_changed, pk=known)), False):
            return None
        from reader.cache.second_look import read_second_look

        return self._ask(lambda window: window.read(partial(read_second_look, pk=known)), None)

    def compare_texts(self, pk: PaperKey) -> tuple[SectionDiff, ...]:
        """What changed in the full text of a paper, if an earlier one is here; for a thread. Raises CacheError.

        It takes milliseconds for what people write, and seconds for a text that is made to be slow.
        """
        from reader.cache.texts import compare_texts

        known = self._cached_key(pk)
        if known is None:
            return ()
        with closing(Window.open(self._path)) as window:
            return window.read(partial(compare_texts, pk=known))

    def outputs(self, pk: PaperKey) -> tuple[Output, ...]:
        """What the user's programs said about a paper, where it was kept."""
        from reader.cache.outputs import outputs_of

        known = self._cached_key(pk)
        return () if known is None else self._ask(lambda window: window.read(partial(outputs_of, pk=known)), ())

    def shared(self, pk: PaperKey) -> tuple[Said, ...]:
        """What the members of the group share of a paper."""
        from reader.cache.members import shared_of

        known = self._cached_key(pk)
        return () if known is None else self._ask(lambda window: window.read(partial(shared_of, pk=known)), ())

    def follow_reasons(self, pk: PaperKey) -> tuple[FollowReason, ...]:
        """What the user follows that a paper has."""
        from reader.cache.follows import reasons

        known = self._cached_key(pk)
        return () if known is None else self._ask(lambda window: window.read(partial(reasons, pk=known)), ())
