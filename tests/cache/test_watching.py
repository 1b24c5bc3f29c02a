"""What rules would do, and the muted words that hide a paper."""

from __future__ import annotations

from pathlib import Path

from reader.cache.marks.events import Events
from reader.cache.muting import muting_queries
from reader.cache.search.sql_functions import register_functions
from reader.cache.storing.papers import Cache
from reader.cache.watching import Candidates, changes, judge
from reader.core.settings.standing import Standing
from reader.database.connections import open_database
from tests.cache.conftest import SCOPE, mute


def test_a_rule_acts_once_and_leaves_what_the_user_did(filled: Cache, events: Events, path: Path) -> None:
    rules = [Standing("All", "title:number", ("hide", "star"))]
    mute(path, "2", "nothing at all")
    events.mark("star", True, [3])
    with open_database(path) as connection:
        register_functions(connection)

        def judged() -> dict[tuple[str, ...], list[int]]:
            (verdict,) = judge(connection, rules, SCOPE, Candidates())
            assert verdict.matched == (2, 1, 3, 5, 4) and verdict.count == sum(map(len, verdict.acts.values()))
            return {kinds: list(pks) for kinds, pks in verdict.acts.items()}

        # A muted paper is hidden already, and what the user did is left as it is.
        assert judged() == {("star",): [2], ("hide", "star"): [1, 5, 4]}
        events.act(changes(judge(connection, rules, SCOPE, Candidates())))
        assert judged() == {}
        # The star keeps the muted word from hiding it.
        assert [muting_queries(connection, pk) for pk in (1, 2, 3)] == [(), (), ()]
