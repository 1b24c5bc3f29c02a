"""Why a query found nothing or little, and what to do about it."""

from __future__ import annotations

import shlex

from reader.cache.reads.window import Window
from reader.commands.output import amount, warn
from reader.commands.workspace import parsed, selection
from reader.core.query import Query


def explain_nothing(window: Window, query: Query) -> None:
    """Print on standard error why a query found nothing."""
    from reader.session.places import plain_words

    if not window.count(selection(window, parsed("is:hidden OR -is:hidden"))):
        warn("There are no papers yet. 'dailypapers refresh' fetches the latest days.")
    elif words := plain_words(query):
        warn(f"Nothing matches. The nearest in meaning: dailypapers list {shlex.quote(f'~{words}')}")
    else:
        warn("Nothing matches.")


def point_to_near(query: Query, count: int) -> None:
    """Print on standard error how to find papers near to the words of a query that few papers have, if it has words."""
    from reader.session.places import plain_words

    if words := plain_words(query):
        all_words = f"{amount(count, 'paper')} {'has' if count == 1 else 'have'} all the words."
        warn(f"{all_words} Near in meaning: dailypapers list {shlex.quote(f'~{words}')}")
