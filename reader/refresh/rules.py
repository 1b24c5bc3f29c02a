"""Applies the user's rules to incoming papers, each rule once per paper, all as one action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from reader.cache import meta
from reader.cache.marks import derive
from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.search.conditions import Scope
from reader.cache.search.sql_functions import register_functions
from reader.cache.watching import Candidates, Verdict, changes, judge, newest_key
from reader.config import Settings
from reader.core.settings.tables import saved_queries
from reader.database import connections
from reader.log.actions import UserAction

SEEN = "rules"
"""The key in `meta` of the newest paper that the rules have seen; not there without rules."""


class RuleKeeper:
    """Applies rules and muted queries to the papers of a cache; its methods raise CacheError."""

    def __init__(self, file: Path, settings: Settings, now: Callable[[], datetime]) -> None:
        self._file = file
        self._settings = settings
        self._now = now

    def start(self) -> None:
        """Count papers as coming in from now on, unless an earlier refresh did. Without rules, forget them."""
        with connections.open_database(self._file) as cache:
            known = meta.get(cache, SEEN)
            if (known is not None) is bool(self._settings.rules):
                return
            with connections.transaction(cache):
                if known is not None:
                    meta.drop(cache, SEEN)
                else:
                    cache.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (SEEN, newest_key(cache)))

    def apply(self) -> tuple[tuple[str, int], ...]:
        """Act on papers that came in, and mute; return what happened, such as `hidden`, with the number of papers."""
        with closing(Window.open(self._file)) as window:
            scope = rule_scope(window, self._settings, self._now().astimezone(UTC).date())
        action = self._act(scope) if self._settings.rules else None
        if self._settings.mute:
            # What a query such as day:today means changes by itself.
            with connections.open_database(self._file) as cache, connections.transaction(cache):
                derive.mute(cache)
        return action.did if action else ()

    def pass_over(self, id: str) -> None:
        """Exempt a requested paper from the rules, unless others came before it that they have not seen."""
        with connections.open_database(self._file) as cache, connections.transaction(cache):
            cache.execute(
                "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ?"
                " AND EXISTS (SELECT 1 FROM paper WHERE id = ? AND pk = CAST(meta.value AS INTEGER) + 1)",
                (SEEN, id),
            )

    def _act(self, scope: Scope) -> UserAction | None:
        with connections.open_database(self._file) as cache:
            register_functions(cache)
            newest = newest_key(cache)
            after = int(meta.get(cache, SEEN) or newest)
            verdicts = judge(cache, self._settings.rules, scope, Candidates(after)) if after < newest else []
            # Acted on first: a process killed in between examines the papers again, and finds nothing to do.
            action = act(self._file, verdicts)
            if after != newest:
                with connections.transaction(cache):
                    cache.execute("UPDATE meta SET value = ? WHERE key = ?", (str(newest), SEEN))
        return action


def rule_scope(window: Window, settings: Settings, today: date) -> Scope:
    """What relative words of rules mean. Every paper that a rule looks at is new."""
    return Scope(today, window.newest_day(), "", saved_queries(settings.views))


def act(file: Path, verdicts: Sequence[Verdict]) -> UserAction | None:
    """Record the rules' actions as one action; None if there are none. Raises CacheError."""
    wanted = changes(verdicts)
    if not wanted:
        return None
    with closing(Events.open(file)) as events:
        return events.act(wanted)
