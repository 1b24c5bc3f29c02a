"""Changes of standing queries, which views, rules and muted words share, and their text in the user's editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reader.commands.settings_file import open_in_editor
from reader.commands.workspace import Workspace
from reader.core.errors import NotFound, ReaderError, UsageError
from reader.core.nearest import advice
from reader.core.settings import standing as types
from reader.core.settings.standing import Standing
from reader.core.settings.types import InvalidValue
from reader.core.text import brief, clean
from reader.log import standing
from reader.paths import replace_private, standing_draft

MISTAKES_SHOWN = 10


def every(workspace: Workspace) -> list[Standing]:
    """All standing queries in their order, also those that wait for the user's agreement."""
    found = (*workspace.settings.lists, *workspace.loaded.waiting)
    return sorted(found, key=lambda one: (one.place, one.name.casefold()))


def find(workspace: Workspace, name: str, what: str = "view", word: str | None = types.SHOW) -> Standing:
    """The standing query of a name, and with `word` only of those that do this; raises NotFound."""
    some = [one for one in every(workspace) if word is None or word in one.then]
    found = next((one for one in some if one.name.casefold() == name.casefold()), None)
    if found is None:
        meant = advice(name, [one.name for one in some], f"'dailypapers {what}s list' prints yours.")
        raise NotFound(f"There is no {what} {brief(name)!r}. {meant}")
    return found


def has(workspace: Workspace, name: str) -> bool:
    """Whether a standing query has this name, whatever it does."""
    return any(one.name.casefold() == name.casefold() for one in every(workspace))


def save(workspace: Workspace, wanted: Sequence[Standing]) -> list[Standing]:
    """Make these the standing queries; return those that changed."""
    if len(wanted) > types.MOST:
        raise ReaderError(f"More than {types.MOST} standing queries are not kept. Remove some first.")
    with workspace.events() as events:
        changed = standing.save(events.log, wanted)
        events.recover()
    return changed


def add(workspace: Workspace, name: str, query: str, then: Sequence[str], **more: Any) -> Standing:
    """Add a standing query after the others; raises UsageError for a wrong name, query or deed."""
    known = every(workspace)
    place = max((one.place for one in known), default=-1) + 1
    try:
        one = types.checked({"name": name, "query": query, "then": list(then), "place": place, **more})
    except InvalidValue as error:
        key, _, said = str(error).partition(" ")
        raise UsageError(f"The name of a view {said}." if key == "name" else f"{error}.") from error
    save(workspace, [*known, one])
    return one


def change(workspace: Workspace, old: Standing, **values: Any) -> Standing:
    """Give a standing query other values."""
    new = replace(old, **values)
    save(workspace, [new if one == old else one for one in every(workspace)])
    return new


def stop(workspace: Workspace, old: Standing, words: Iterable[str]) -> None:
    """Stop doing this with the papers of a query, and remove it if nothing is left to do."""
    left = tuple(word for word in old.then if word not in tuple(words))
    if left:
        change(workspace, old, then=left)
    else:
        save(workspace, [one for one in every(workspace) if one != old])


def move(workspace: Workspace, name: str, to: int) -> None:
    """Move a view to an index among the views; the other queries keep their places."""
    known = every(workspace)
    views = [one for one in known if types.SHOW in one.then]
    places = [known.index(one) for one in views]
    moved = next(one for one in views if one.name.casefold() == name.casefold())
    views.remove(moved)
    views.insert(to, moved)
    for place, one in zip(places, views, strict=True):
        known[place] = one
    save(workspace, [replace(one, place=place) for place, one in enumerate(known)])


# The editor


def edit(workspace: Workspace, open_editor: Callable[[Path], None] = open_in_editor) -> list[Standing]:
    """Open the standing queries in the user's editor, and return those that changed.

    A text with a mistake stays in its file, where the next edit goes on; what was saved before is unchanged. Raises
    ReaderError with the line of each mistake.
    """
    draft = standing_draft()
    begun = draft.with_suffix(".begun.toml")
    if not (draft.exists() and begun.exists()):
        text = types.as_text(every(workspace))
        for file in (begun, draft):
            replace_private(file, text)
    open_editor(draft)
    try:
        text = draft.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ReaderError(f"{draft} is not UTF-8 text. {_AGAIN}") from error
    wanted, mistakes = types.from_text(text)
    if mistakes:
        lines = [f"{draft}:{line}: {clean(said)}" for line, said in mistakes[:MISTAKES_SHOWN]]
        raise ReaderError("\n".join((*lines, f"Nothing was changed. {_AGAIN}")))
    before, _ = types.from_text(begun.read_text("utf-8"))
    changed = save(workspace, _merged(every(workspace), before, wanted))
    for file in (draft, begun):
        file.unlink(missing_ok=True)
    return changed


_AGAIN = "'dailypapers views edit' opens your text again."


def _merged(known: Sequence[Standing], before: Sequence[Standing], wanted: Sequence[Standing]) -> list[Standing]:
    """The queries after an edit that began with `before`; what came to be meanwhile stays."""
    begun = {one.name.casefold() for one in before}
    now = {one.name.casefold() for one in wanted}
    others = [one for one in known if one.name.casefold() not in begun | now]
    places = {one.name.casefold(): one.place for one in known}
    end = max(places.values(), default=-1)
    kept = [replace(one, place=places.get(one.name.casefold(), end + 1 + place)) for place, one in enumerate(wanted)]
    if kept == sorted(kept, key=lambda one: one.place):
        # A query that nobody moved keeps its place, so that it is no change.
        return [*kept, *others]
    return [replace(one, place=place) for place, one in enumerate([*wanted, *others])]
