"""What rules would do, and the muted words that hide a paper."""

from __future__ import annotations

from pathlib import Path

from reader.cache.marks.events import Events
from reader.cache.search.sql_functions import register_functions
from reader.cache.storing.papers import Cache
from reader.cache.watching import Candidates, changes, follow, judge, mute, muting_words
from reader.core.settings.tables import Rule
from reader.database.connections import opened
from tests.cache.conftest import SCOPE


def test_a_rule_is_tried_as_if_it_had_never_acted(filled: Cache, events: Events, path: Path) -> None:
    rules = [Rule("All", "title:number", ("hide", "star"))]
    assert mute(path, ["2", "nothing at all"], SCOPE)
    events.mark("star", True, [3])
    with opened(path) as connection:
        register_functions(connection)

        def tried(**options: bool) -> dict[tuple[str, ...], list[int]]:
            (verdict,) = judge(connection, rules, SCOPE, Candidates(), **options)
            assert verdict.matched == (2, 1, 3, 5, 4) and verdict.count == sum(map(len, verdict.acts.values()))
            return {kinds: list(pks) for kinds, pks in verdict.acts.items()}

        # A muted paper is hidden already, and what the user did is left as it is.
        does = {("star",): [2], ("hide", "star"): [1, 5, 4]}
        assert tried() == tried(anew=True) == does
        events.act(changes(judge(connection, rules, SCOPE, Candidates())))
        assert (tried(), tried(anew=True)) == ({}, does)
        # The star keeps the muted word from hiding it.
        assert [muting_words(connection, pk, SCOPE) for pk in (1, 2, 3)] == [(), (), ()]
    assert mute(path, [], SCOPE) and not mute(path, [], SCOPE) and not follow(path, [], lambda: SCOPE)
