"""The results of a search of the feed, listed as if the cache had them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reader.cache.reads.window import Order
from reader.core.paper import Draft, Listing, Paper
from reader.core.paper_row import NotCached, PaperKey, PaperRow

Find = Callable[[str], int | None]
"""Finds a paper's key in the cache by its id; None if the cache lacks it."""

Store = Callable[[Sequence[Listing]], None]
"""Stores listings, each with a single paper, in the cache; blocks."""


class FeedResults:
    """The results of a search of the feed, in the feed's own order.

    A paper in the cache is listed under its key. Other papers are listed under `NotCached`, even after they are stored,
    so that the list never changes under the cursor.
    """

    def __init__(self, text: str, listings: Iterable[Listing], find: Find, store: Store) -> None:
        self.text = text
        self._listings = {NotCached(draft.id): item for item in listings for draft in item.drafts if draft.id}
        self._stored: dict[NotCached, int] = {}
        self._store = store
        self.look_up_keys(find)
        self.order: Order[PaperKey] = Order([self._stored.get(key, key) for key in self._listings])

    def look_up_keys(self, find: Find) -> None:
        for key in self._listings:
            if key not in self._stored and (pk := find(key.id)) is not None:
                self._stored[key] = pk

    def pk_of(self, key: PaperKey) -> int | None:
        """A listed paper's key in the cache; None if the cache lacks it."""
        return key if isinstance(key, int) else self._stored.get(key)

    def rows(self, keys: Sequence[PaperKey], fetch: Callable[[Sequence[int]], list[PaperRow]]) -> list[PaperRow]:
        """The rows of papers; rows of cached papers come from the cache."""
        pks = [pk for key in keys if (pk := self.pk_of(key)) is not None]
        known = {row.pk: row for row in fetch(pks)}
        rows: list[PaperRow] = []
        for key in keys:
            pk = self.pk_of(key)
            if pk in known:
                rows.append(known[pk]._replace(pk=key))
            elif pk is None and isinstance(key, NotCached) and key in self._listings:
                rows.append(_row(key, self._listings[key]))
        return rows

    def paper(self, key: PaperKey) -> Paper | None:
        if isinstance(key, int) or key not in self._listings:
            return None
        return _paper(key, self._listings[key])

    def absent(self, keys: Sequence[PaperKey]) -> list[str]:
        """The ids of papers that the cache lacks."""
        return [key.id for key in keys if isinstance(key, NotCached) and self.pk_of(key) is None]

    def store(self, keys: Sequence[PaperKey], find: Find) -> list[int]:
        """Store the papers that the cache lacks, and return the keys of all papers. Blocks."""
        missing = [
            self._listings[key]
            for key in keys
            if isinstance(key, NotCached) and self.pk_of(key) is None and key in self._listings
        ]
        if missing:
            self._store(missing)
            self.look_up_keys(find)
        return [pk for key in keys if (pk := self.pk_of(key)) is not None]


def _row(key: NotCached, listing: Listing) -> PaperRow:
    draft = listing.drafts[0]
    return PaperRow(
        pk=key,
        id=draft.id or "",
        title=draft.title,
        day=listing.day or draft.published or "",
        upvotes=draft.upvotes,
        comments=draft.comments,
        read=False,
        starred=False,
        hidden=False,
        code=draft.code_url is not None,
        kept=False,
    )


def _paper(key: NotCached, listing: Listing) -> Paper:
    draft = listing.drafts[0]
    return Paper(
        **{name: getattr(draft, name) for name in _SAME},
        pk=key,
        id=draft.id or "",
        author_count=draft.author_count or len(draft.authors) or None,
        day=listing.day,
        topics=(),
        read=False,
        starred=False,
        hidden=False,
    )


_SAME = set(Draft._fields) & set(Paper._fields) - {"id", "author_count"}
"""Fields that a draft and a paper share."""
