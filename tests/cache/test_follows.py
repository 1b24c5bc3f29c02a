"""What the user follows, and the papers that have it: as they come in, as they change, and as follows change."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.reads.window import Window
from reader.cache.search.selection import register_functions
from reader.cache.standing import follow_counts, follows, muting_queries, reasons
from reader.cache.storing import Cache
from reader.cache.watching import judge
from reader.core.follows import Follow, FollowReason
from reader.core.paper import Draft, Listing
from reader.core.paper_row import Flag
from reader.core.settings.standing import StandingQuery
from reader.database.connections import connect, open_database
from tests.cache.conftest import NOW, SCOPE, ByName, derive_again, draft, faults, follow, found, label_of, mute

HE = Follow("author", "Kaiming He")
LAB = Follow("org", "Some Lab")
ICLR = Follow("venue", "ICLR")
AGENTS = Follow("topic", "agents")
WORDS = Follow("word", "world model")
ALL = (HE, LAB, ICLR, AGENTS, WORDS)

PAPERS = (
    draft(1, authors=("Ada Byron", "HE Kaiming"), organization="Some Lab"),
    draft(2, authors=("Kai-Ming Hu", "Kaiming L. He"), organization="Some Lab of Others"),
    draft(3, "A world model of agents", authors=("Ke He", "Kaiming Hu")),
    draft(4, abstract="Of the World-Model.", remark="Accepted to ICLR 2026"),
    draft(5, "A world of models", remark="Rejected by ICLR", authors=("He Zhang",)),
)
FOLLOWED = {HE: [1, 2], LAB: [1], ICLR: [4], AGENTS: [3], WORDS: [3, 4]}


def decide(path: Path, *chosen: Follow, is_followed: bool = True) -> None:
    with closing(Events.open(path)) as events:
        follow(events, *chosen, is_followed=is_followed)


def followed(path: Path) -> dict[Follow, list[int]]:
    return {one: sorted(found(path, one.query)) for one in ALL}


def flagged(path: Path) -> list[int]:
    with closing(Window.open(path)) as window:
        flags = [row.pk for row in window.rows(range(1, 9)) if row.flags & Flag.FOLLOWED]
    assert flags == sorted(found(path, "is:followed"))
    return [pk for pk in flags if isinstance(pk, int)]


@pytest.fixture
def stored(cache: Cache) -> Cache:
    cache.store(Listing("2026-11-24", PAPERS), NOW)
    return cache


@pytest.mark.parametrize("is_first", [True, False])
def test_papers_are_found_whether_they_come_before_or_after(cache: Cache, path: Path, is_first: bool) -> None:
    if is_first:
        decide(path, *ALL)
    for paper in PAPERS:
        cache.store(Listing("2026-11-24", (paper,)), NOW)
    if not is_first:
        decide(path, *ALL)
    assert followed(path) == FOLLOWED and flagged(path) == [1, 2, 3, 4]
    assert sorted(found(path, 'follow:"KAIMING he"')) == [1, 2] and found(path, "follow:nobody") == []
    assert found(path, "follow:agents -follow:world-model") == [] and found(path, "-is:followed") == [5]


def test_reasons_name_the_author_as_the_paper_writes_it(stored: Cache, path: Path) -> None:
    decide(path, *ALL)
    with closing(connect(path)) as connection:
        assert reasons(connection, 1) == (FollowReason(HE, "HE Kaiming"), FollowReason(LAB))
        assert reasons(connection, 2) == (FollowReason(HE, "Kaiming L. He"),) and reasons(connection, 5) == ()
        counts = {one.follow: one[1:] for one in follow_counts(connection)}
    assert counts == {HE: (2, 2), LAB: (1, 1), ICLR: (1, 1), AGENTS: (1, 1), WORDS: (2, 2)}
    assert list(counts) == list(ALL)


def test_a_paper_that_changes_is_looked_at_again(stored: Cache, path: Path) -> None:
    decide(path, *ALL)
    changed = (
        Draft("Paper number 1", "2611.00001", authors=("Ada Byron", "Kaiming Hu"), organization="Other Lab"),
        Draft("Paper number 2 of agents", "2611.00002", remark="ICLR 2026 poster"),
    )
    stored.store(Listing("2026-11-24", changed), NOW)
    assert followed(path) == {HE: [2], LAB: [], ICLR: [2, 4], AGENTS: [2, 3], WORDS: [3, 4]}
    assert flagged(path) == [2, 3, 4]


def test_topics_that_change_with_the_rules_are_followed(stored: Cache, path: Path) -> None:
    decide(path, AGENTS, Follow("topic", "number"))
    with closing(Cache.open(path, ByName("2", ("number",)))) as cache:
        list(cache.reclassify())
    assert found(path, "follow:agents") == [] and flagged(path) == sorted(found(path, "follow:number")) == [1, 2, 4]


def test_a_follow_is_undone_redone_ended_and_outlives_the_cache(stored: Cache, path: Path) -> None:
    decide(path, HE, WORDS)
    decide(path, LAB._replace(notify=True))
    with closing(Events.open(path)) as events:
        assert events.decide([]) is None
        assert label_of(events.undo()) == "following Some Lab with notices" and flagged(path) == [1, 2, 3, 4]
        assert label_of(events.undo()) == "following Kaiming He, following world model"
        assert flagged(path) == []
        assert events.redo() is not None and events.redo() is not None
    assert flagged(path) == [1, 2, 3, 4]
    decide(path, HE, is_followed=False)
    assert flagged(path) == [1, 3, 4]
    decide(path, LAB)

    def known() -> Mapping[str, object]:
        with closing(connect(path)) as connection:
            return {"follows": set(follows(connection)), "flagged": flagged(path)}

    before = known()
    assert before == {"follows": {WORDS, LAB}, "flagged": [1, 3, 4]}
    with closing(Events.open(path)) as events:
        derive_again(events)
    assert known() == before
    stored.close()
    for file in path.parent.glob("papers.db*"):
        file.unlink()
    with closing(Cache.open(path, ByName())) as cache:
        Events.open(path).close()
        cache.store(Listing("2026-11-24", PAPERS), NOW)
    assert known() == before and not faults(path)


# Standing queries over new papers


def test_a_rule_acts_once_and_leaves_what_the_user_did(filled: Cache, events: Events, path: Path) -> None:
    rules = [StandingQuery("All", "title:number", ("hide", "star"))]
    mute(path, "2", "nothing at all")
    events.mark("star", True, [3])
    with open_database(path) as connection:
        register_functions(connection)

        def judged() -> dict[str, list[int]]:
            return {one.kind: list(one.pks) for one in judge(connection, rules, SCOPE)}

        # A muted paper is hidden already, and what the user did is left as it is.
        assert judged() == {"hide": [1, 5, 4], "star": [2, 1, 5, 4], "rule:All": [1, 5, 4]}
        events.act(judge(connection, rules, SCOPE))
        assert judged() == {}
        # The star keeps the muted word from hiding it.
        assert [muting_queries(connection, pk) for pk in (1, 2, 3)] == [(), (), ()]
