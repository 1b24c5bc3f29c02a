"""What the user shares in a group, and what others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.cache import members as module
from reader.cache.marks.events import Events
from reader.cache.members import Member, Members, Said, Shared, members, shared_of
from tests.cache.conftest import draft

ONE, TWO, THREE = (draft(number).id or "" for number in (1, 2, 3))


def test_of_the_own_marks_those_of_the_newest_papers_are_shared(
    events: Events, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PAPERS", 2)
    for kind, pks in (("star", [1, 2, 3]), ("tag:later", [1, 3]), ("tag:own", [3])):
        events.mark(kind, True, pks)
    events.mark("note", "Mine.", [2])
    with Members.open(path) as shared:
        assert shared.own_marks(("star", "note", "tag:later")) == (
            *(Shared(THREE, "star"), Shared(THREE, "tag:later")),
            *(Shared(TWO, "note", "Mine."), Shared(TWO, "star")),
        )


def test_what_a_member_shares_is_replaced_whole(events: Events, path: Path) -> None:
    ada, first = Member("Ada", "aa", "star note", "2026-11-24"), [Shared(ONE, "star"), Shared("2611.99999", "queue")]
    with Members.open(path) as shared:
        assert shared.store(ada, first, "1") == (2, 0)
        again = [Shared(ONE, "star"), Shared(ONE, "note", "Good."), Shared(ONE, "tag:x"), Shared(ONE, "queue")]
        assert shared.store(Member("bob", "bb", "star", "2026-11-24"), [Shared(ONE, "note", "Mine.")], "1") == (1, 0)
        assert shared.store(ada, again, "2") == (3, 1)
        assert (shared.stamps(), shared.rename("aa", "Zoe")) == ({"aa": "2", "bb": "1"}, "Ada")
        found = members(shared.connection)
        assert found == [
            Member("bob", "bb", "star", "2026-11-24", 1, 0, 1),
            Member("Zoe", "aa", "star note", "2026-11-24", 1, 0, 4),
        ]
        said = shared_of(shared.connection, 1)
        assert said == (Said("bob", note="Mine."), Said("Zoe", True, True, ("x",), "Good."))
        assert [one.text for one in said] == ["wrote a note", "starred, queued, tagged x"]
        shared.drop("bb")
        assert [one.name for one in members(shared.connection)] == ["Zoe"]
        shared.drop_all()
        assert (members(shared.connection), shared_of(shared.connection, 1)) == ([], ())
