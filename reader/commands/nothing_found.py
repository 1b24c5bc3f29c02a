"""Why a query found nothing, and what to do about it."""

from __future__ import annotations

import shlex

from reader.cache.window import Window
from reader.commands.output import warn
from reader.commands.workspace import names_in, parsed, selection
from reader.core.nearest import nearest
from reader.core.query import Query
from reader.core.text import clean


def explain_nothing(window: Window, query: Query) -> None:
    """Print on standard error why a query found nothing."""
    from reader.session.places import plain_words

    if not window.count(selection(window, parsed("is:hidden OR -is:hidden"))):
        warn("There are no papers yet. 'dailypapers refresh' fetches the latest days.")
    elif advice := _unknown_member(window, query) or _not_followed(window, query):
        warn(f"Nothing matches. {advice}")
    elif words := plain_words(query):
        warn(f"Nothing matches. The nearest in meaning: dailypapers list {shlex.quote(f'~{words}')}")
    else:
        warn("Nothing matches.")


def _unknown_member(window: Window, query: Query) -> str:
    """A sentence on the first name of a `by:` that nobody else in the group has; empty if there is none."""
    from reader.cache.group.members import members
    from reader.core.group import ANYONE

    wanted = [name for name in names_in(query.root, "by") if name != ANYONE]
    known = [one.name for one in window.read(members)] if wanted else []
    unknown = next((name for name in wanted if name.lower() not in map(str.lower, known)), None)
    if unknown is None:
        return ""
    meant = nearest(unknown, known)
    who = f"Did you mean by:{meant}?" if meant else "'dailypapers group status' says who is there."
    return f"Nobody else in your group is called {clean(unknown, 40)!r}. {who}"


def _not_followed(window: Window, query: Query) -> str:
    """A sentence on the first `follow:` of something that is not followed; empty if there is none."""
    from reader.cache.follows import follows
    from reader.core.follows import name_slug

    wanted = list(names_in(query.root, "follow"))
    known = window.read(follows) if wanted else []
    for name in wanted:
        slug = name_slug(name)
        if not any(slug in (one.slug, f"{one.field}:{one.slug}") for one in known):
            meant = nearest(slug, [one.slug for one in known])
            what = f"Did you mean follow:{meant}?" if meant else "'dailypapers follow list' prints what you follow."
            return f"You follow no {clean(name, 60)!r}. {what}"
    return ""
