"""Find papers by words of their titles, for the command palette."""

from __future__ import annotations

import re

from reader.core.errors import ReaderError
from reader.core.paper_row import PaperRow
from reader.session.places import Place, view
from reader.ui.work.services import Services

MOST = 8
"""Papers that one search returns."""


async def find_by_title(services: Services, typed: str) -> list[PaperRow]:
    """The newest papers whose titles have words that begin as the typed ones; none if a newer search comes."""
    from reader.cache.search.compile import compile_query

    words = re.findall(r"\w+", typed)
    if not words:
        return []
    place = Place(view("all"), " ".join(f"title:{word}" for word in words))
    try:
        return await services.library.find(compile_query(place.whole("day"), services.scope()), MOST)
    except ReaderError:
        return []
