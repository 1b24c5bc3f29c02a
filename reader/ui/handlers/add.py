"""Papers that are not in the cache: looked up one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.session.places import Place, view
from reader.ui.empty_reason import missing_paper
from reader.ui.handlers.registry import handles

if TYPE_CHECKING:
    from reader.ui.app import ReaderApp


@handles("find.add")
def add_paper(reader: ReaderApp, _count: int | None) -> None:
    """Begin a query for one paper; what is pasted may be any form of its id."""
    reader.main.open_query("id:")


@handles("find.fetch")
def fetch_paper(reader: ReaderApp, _count: int | None) -> None:
    """Fetch the paper that the query names, and show it where no view hides it."""
    id = missing_paper(reader, reader.main.place)
    if id is None:
        reader.say("nothing to fetch: the query names no paper by its id or address")
    elif reader.demo:
        reader.say("this is the bundled sample: nothing is fetched")
    else:
        reader.main.go(Place(view("all"), reader.main.place.text))
        reader.refreshing.look_up(id)
