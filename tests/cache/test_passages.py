"""Highlights of full texts: what follows from their events, and which queries find their papers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from reader.cache.imports import FoundPapers, changes, written
from reader.cache.marks.events import Events
from reader.cache.passages import passages_of
from reader.core.marks import NOTE, PASSAGE
from reader.core.paper import LibraryEntry
from reader.core.passages import Passage, passage_id
from reader.database import connections
from reader.log.actions import UserAction
from tests.cache.conftest import derive_again, found


def passage(quote: str, note: str = "", block: int = 0) -> Passage:
    return Passage(passage_id(quote), quote, section="§3 Method", note=note, block=block)


def keep(events: Events, kept: Passage, pk: int = 1) -> UserAction | None:
    return events.mark(f"{PASSAGE}{kept.id}", kept.value, [pk])


def kept(path: Path, pk: int = 1) -> tuple[Passage, ...]:
    with closing(connections.connect(path)) as connection:
        return passages_of(connection, pk)


LATER, SOONER = passage("A later passage.", block=9), passage("An agent that plans.", "as ours does", block=2)


def test_highlights_are_kept_changed_removed_and_brought_back(events: Events, path: Path) -> None:
    action = keep(events, LATER)
    assert action is not None and action.said == "1 highlighted in the text"
    keep(events, SOONER)
    assert kept(path) == (SOONER, LATER) and kept(path, 2) == ()
    assert keep(events, LATER) is None
    changed = LATER._replace(note="Mine.")
    keep(events, changed)
    assert kept(path) == (SOONER, changed)
    events.mark(f"{PASSAGE}{changed.id}", "", [1])
    assert kept(path) == (SOONER,)
    events.undo()
    events.undo()
    assert kept(path) == (SOONER, LATER)
    events.redo()
    assert kept(path) == (SOONER, changed)
    derive_again(events)
    assert kept(path) == (SOONER, changed)


def test_a_highlighted_paper_is_noted_and_queries_find_it_by_its_words(events: Events, path: Path) -> None:
    keep(events, SOONER)
    events.mark("note", "A note of its own.", [2])
    assert found(path, "has:highlight") == [1]
    assert sorted(found(path, "has:note")) == [1, 2]
    assert found(path, "-has:highlight has:note") == [2]
    assert found(path, "note:plans") == found(path, 'note:"as ours"') == [1]
    # Its section is no word of it.
    assert found(path, "note:method") == []
    derive_again(events)
    assert sorted(found(path, "has:note")) == [1, 2]
    events.undo()
    events.undo()
    assert found(path, "has:note") == []


def test_an_import_keeps_the_highlights_that_are_here(events: Events) -> None:
    keep(events, SOONER)
    said = "\n\n".join(("A note.", SOONER._replace(note="theirs").said("2606.30308"), LATER.said("2606.30308")))
    entries = {1: [LibraryEntry("item 1", "A title", note=said)]}
    made = list(changes(FoundPapers(entries), (), lambda _: None, {}, events.read(written)))
    assert [(one.kind, one.pks) for one in made] == [(NOTE, [1]), (f"{PASSAGE}{LATER.id}", [1])]
    events.act(made)
    assert not list(changes(FoundPapers(entries), (), lambda _: None, {}, events.read(written)))
