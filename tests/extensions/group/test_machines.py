"""The machines of one person are one member: one key, one list, one choice."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cache.members import Said
from reader.extensions.group import looking, membership
from reader.extensions.group.looking import Looked
from reader.extensions.group.place import PREFIX
from reader.extensions.group.statement import Choice, Statement
from reader.paths import group_file
from tests.extensions.group.people import NOON, Person


@pytest.fixture
def laptop(origin: Path, tmp_path: Path) -> Person:
    one = Person(origin, tmp_path / "shared", "laptop")
    looking.create(one.cache, str(one.folder), "ada")
    one.mark("star", True, 1)
    one.mark("tag:list", True, 2)
    one.share("star")
    return one


@pytest.fixture
def desk(origin: Path, laptop: Person) -> Person:
    """Ada's second machine, with the same marks."""
    one = Person(origin, laptop.folder, "desk")
    one.mark("star", True, 1)
    one.mark("tag:list", True, 2)
    looking.join(one.cache, str(one.folder), "ada", laptop.mine.secret)
    return one


@pytest.fixture
def bob(origin: Path, laptop: Person) -> Person:
    one = Person(origin, laptop.folder, "bob")
    looking.join(one.cache, str(one.folder), "bob")
    one.look()
    return one


def files(person: Person) -> list[str]:
    return sorted(one.name for one in person.folder.iterdir() if one.name.startswith(PREFIX))


def test_two_machines_are_one_member_with_one_list_and_one_choice(laptop: Person, desk: Person, bob: Person) -> None:
    assert bob.others == [("ada", 1, 0)]
    # The second machine takes the choice over, and has nothing to add.
    before = files(bob)
    assert desk.look() == Looked(joined=["bob"])
    assert (desk.mine.shares, files(bob)) == (("star",), before)
    assert bob.look() == Looked()
    # What is marked there is told by it, also in place of the first machine's file.
    desk.mark("star", True, 3)
    assert desk.look().is_told
    assert bob.look() == Looked(came={"ada": 1})
    assert (bob.others, len(files(bob))) == ([("ada", 2, 0)], 2)
    # The first machine lacks that mark, so it says nothing; once it has it, there is nothing to say.
    assert laptop.look() == Looked(joined=["bob"])
    laptop.mark("star", True, 3)
    assert (laptop.look(), bob.look()) == (Looked(), Looked())
    laptop.mark("star", False, 1)
    laptop.look()
    assert bob.look() == Looked(went={"ada": 1})


def test_what_is_chosen_on_one_machine_stands_on_all(laptop: Person, desk: Person, bob: Person) -> None:
    desk.look()
    desk.share("star", "tag")
    laptop.look()
    assert laptop.mine.shares == ("star", "tag")
    laptop.share()
    assert bob.look(NOON).went == {"ada": 1}
    # A machine whose clock is ahead, and which has not heard of that, speaks with a greater number.
    desk.mark("star", True, 4)
    mine = desk.mine
    shared = Statement(mine.group, desk.public, "ada", 1 << 61, ("star",), (), False, mine.choice)
    desk.says(shared)
    assert laptop.look().is_told
    bob.look()
    assert bob.others == [("ada", 0, 0)]
    desk.look()
    assert desk.mine.shares == ()


def test_of_two_choices_at_once_the_same_one_stands_on_both(laptop: Person, desk: Person, bob: Person) -> None:
    desk.look()
    looking.change_shares(laptop.cache, ("queue",))
    looking.change_shares(desk.cache, ("note",))
    for _ in range(2):
        laptop.look(NOON + timedelta(days=9))
        desk.look(NOON - timedelta(days=9))
    wanted = ("queue",) if laptop.mine.machine > desk.mine.machine else ("note",)
    assert laptop.mine.shares == desk.mine.shares == wanted
    assert (laptop.look(), desk.look()) == (Looked(), Looked())
    bob.look()
    assert bob.others == [("ada", 0, 0)]


def test_who_leaves_on_one_machine_has_left_on_all(laptop: Person, desk: Person, bob: Person) -> None:
    desk.look()
    assert looking.leave(laptop.cache)
    assert desk.look().has_ended and membership.load(desk.cache) is None
    assert bob.look().left == ["ada"]
    # Each comes back by itself, as the same member, who shares nothing at first.
    looking.join(desk.cache, str(desk.folder), "ada")
    desk.look()
    assert bob.look().joined == ["ada"] and desk.mine.shares == ()
    looking.join(laptop.cache, str(laptop.folder), "ada")
    laptop.look()
    desk.share("star")
    laptop.look()
    assert laptop.mine.shares == ("star",)
    bob.look()
    assert bob.sees(1) == (Said("ada", is_starred=True),)


def test_leaving_is_heard_though_another_machine_has_spoken_later(laptop: Person, desk: Person, bob: Person) -> None:
    desk.look()
    mine = desk.mine
    looking.leave(laptop.cache)
    desk.says(Statement(mine.group, desk.public, "ada", 1 << 61, ("star",), (), False, mine.choice))
    looked = desk.look()
    assert (looked.has_ended, looked.is_told) == (True, True)
    bob.look()
    assert bob.others == []


def test_leaving_is_heard_by_a_machine_that_has_chosen_something_since(laptop: Person, desk: Person) -> None:
    desk.look()
    desk.share("star", "tag")
    desk.share("tag")
    assert looking.leave(laptop.cache)
    assert desk.look().has_ended


def test_a_machine_that_joins_without_the_marks_takes_none_back(laptop: Person, bob: Person, origin: Path) -> None:
    bare = Person(origin, laptop.folder, "bare")
    looking.join(bare.cache, str(bare.folder), "ada", laptop.mine.secret)
    assert (bare.look(), bob.look()) == (Looked(joined=["bob"]), Looked())
    # The last one to share decides, as joining warns.
    bare.mark("star", True, 4)
    assert bare.look().is_told and bob.look() == Looked(came={"ada": 1}, went={"ada": 1})


def test_a_copy_of_a_home_takes_a_slot_of_its_own(laptop: Person, origin: Path, bob: Person) -> None:
    twin = Person(origin, laptop.folder, "twin")
    shutil.copy(group_file(laptop.cache), group_file(twin.cache))
    twin.mark("star", True, 1, 5)
    assert twin.look().is_told
    machine = laptop.mine.machine
    laptop.look()
    assert laptop.mine.machine != machine == twin.mine.machine
    bob.look()
    assert bob.others == [("ada", 2, 0)]


def test_a_machine_that_is_gone_or_damaged_is_mended_by_its_owner(laptop: Person, desk: Person, bob: Person) -> None:
    desk.look()
    laptop.file.write_bytes(b"x")
    assert "cut off" in bob.look().troubles[0]
    # It is the other machine's.
    assert "cut off" in desk.look().troubles[0]
    assert laptop.look().is_told and bob.look() == Looked()
    laptop.file.unlink()
    assert not desk.look().is_told and laptop.look().is_told
    older = laptop.file.read_bytes()
    laptop.mark("star", True, 2)
    laptop.look()
    bob.look()
    laptop.file.write_bytes(older)
    assert "older than" in bob.look().troubles[0]
    # Not where another machine of hers has written since.
    desk.mark("star", True, 2, 4)
    assert desk.look(NOON + timedelta(seconds=9)).is_told and bob.look().came == {"ada": 1}
    laptop.file.write_bytes(older)
    assert bob.look() == Looked()


def test_a_choice_from_outside_is_one_or_none() -> None:
    from reader.extensions.group.statement import NO_CHOICE, read, write

    statement = Statement("g", "ab", "ada", 1, (), (), False, Choice(3, "ab"))
    assert read(write(statement)) == statement
    for found in ([3], [-1, "ab"], [3, "xyz"], ["3", "ab"], None, [1 << 62, "ab"], {"a": 1}):
        body = write(statement).replace(b'[3,"ab"]', json.dumps(found).encode())
        assert read(body).choice == NO_CHOICE
