"""A group through a folder: what is shared by choice, taken back, and by nobody in another's name."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cache.feeds import Feeds
from reader.cache.members import STAR, Members, Said, Shared
from reader.cache.places import GROUP_FILE
from reader.core.errors import CacheError
from reader.database import connections
from reader.extensions.group import looking, membership, place
from reader.extensions.group.looking import Looked
from reader.extensions.group.statement import MOST_BYTES, Statement, new_secret, public_key, sign, write
from reader.paths import group_file
from tests.extensions.group.people import NOON, Person
from tests.extensions.sync.machines import Machine


@pytest.fixture
def ada(origin: Path, tmp_path: Path) -> Person:
    one = Person(origin, tmp_path / "shared", "ada")
    looking.create(one.cache, str(one.folder), "ada")
    one.look()
    return one


@pytest.fixture
def bob(origin: Path, ada: Person) -> Person:
    one = Person(origin, ada.folder, "bob")
    looking.join(one.cache, str(one.folder), "bob")
    return one


def test_each_thing_is_shared_by_choice_and_taken_back(ada: Person, bob: Person) -> None:
    ada.mark("star", True, 1, 2)
    ada.mark("tag:list", True, 2)
    ada.mark("tag:private", True, 3)
    ada.mark("note", "read this", 1)
    ada.mark("queue", True, 5)
    assert ada.look().is_told is False
    assert bob.look() == Looked(joined=["ada"], is_told=True)
    assert (bob.others, bob.sees(1)) == ([("ada", 0, 0)], ())
    ada.share("star", "tag:list")
    assert bob.look().came == {"ada": 3}
    assert (bob.sees(1), bob.sees(3)) == ((Said("ada", is_starred=True),), ())
    assert bob.sees(2)[0].text == "starred, tagged list"
    ada.share("star", "tag", "queue", "note")
    assert bob.look().came == {"ada": 3}
    assert (bob.sees(1)[0].note, bob.sees(3)[0].tags, bob.sees(5)[0].text) == ("read this", ("private",), "queued")
    ada.mark("note", "read that", 1)
    ada.mark("star", False, 1)
    ada.look()
    looked = bob.look()
    assert (looked.came, looked.went) == ({"ada": 1}, {"ada": 1})
    assert bob.sees(1) == (Said("ada", note="read that"),) and bob.sees(1)[0].text == "wrote a note"
    ada.share()
    assert bob.look().went == {"ada": 5} and not any(map(bob.sees, range(1, 6)))
    # Nothing is new, and nothing is written.
    before = ada.file.read_bytes()
    assert (ada.look(), bob.look()) == (Looked(), Looked())
    assert ada.file.read_bytes() == before


def test_no_marks_go_into_the_folder_of_a_group_by_sync(ada: Person, origin: Path, tmp_path: Path) -> None:
    machine = Machine.copied(origin, ada.folder, "laptop")
    with pytest.raises(CacheError, match="the folder of a group, whose members would see all marks"):
        machine.look()
    machine.folder = tmp_path / "own"
    machine.folder.mkdir()
    machine.look()
    bob = Person(origin, machine.folder, "bob")
    with pytest.raises(CacheError, match="would see them"):
        looking.create(bob.cache, str(bob.folder), "bob")


def test_a_look_that_is_cut_off_keeps_who_has_which_name(
    ada: Person, bob: Person, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob.look()
    eve = Person(origin, ada.folder, "eve")
    looking.join(eve.cache, str(eve.folder), "eve")
    eve.look()
    taken = place.GroupFolder.read

    def broken(folder: place.GroupFolder, slot: str) -> bytes:
        if ada.others:
            raise CacheError("the connection broke")
        return taken(folder, slot)

    with monkeypatch.context() as patch:
        patch.setattr(place.GroupFolder, "read", broken)
        with pytest.raises(CacheError, match="connection broke"):
            ada.look()
    ((first, *_),) = ada.others
    assert list(ada.mine.names.values()) == [first] and len(ada.mine.numbers) == 1
    ada.look()
    assert [name for name, *_ in ada.others] == ["bob", "eve"]


def test_what_lies_in_the_way_of_a_statement_is_not_written_to(ada: Person, tmp_path: Path) -> None:
    part, precious = ada.file.with_name(f".{ada.file.name}.part"), tmp_path / "precious"
    precious.write_text("mine")
    part.symlink_to(precious)
    ada.mark("star", True, 1)
    ada.share("star")
    assert precious.read_text() == "mine"
    assert not ada.file.is_symlink() and not part.is_symlink()
    os.mkfifo(part)
    ada.share()
    assert ada.look() == Looked()


def test_who_leaves_takes_all_back_and_comes_back_under_the_same_key(ada: Person, bob: Person) -> None:
    ada.mark("star", True, 1)
    ada.share("star")
    bob.look()
    key = public_key(ada.mine.secret)
    assert ada.look().joined == ["bob"] and ada.others
    assert looking.leave(ada.cache) and ada.others == []
    assert bob.look().left == ["ada"] and bob.others == [] and bob.sees(1) == ()
    assert bob.look() == Looked()
    with pytest.raises(CacheError, match="not in a group"):
        ada.look()
    with pytest.raises(CacheError, match="not in a group"):
        looking.leave(ada.cache)
    with pytest.raises(CacheError, match="not in a group"):
        ada.share("star")
    looking.join(ada.cache, str(ada.folder), "ada")
    ada.look()
    assert (public_key(ada.mine.secret), ada.mine.shares) == (key, ())
    assert bob.look().joined == ["ada"]


def test_nobody_writes_in_anothers_name(ada: Person, bob: Person, origin: Path) -> None:
    ada.mark("star", True, 1)
    ada.share("star")
    bob.look()
    good, own = ada.file.read_bytes(), public_key(ada.mine.secret)
    # What leads nowhere is no member's.
    (ada.folder / "member-0.signed.jsonl").symlink_to("nothing")
    eve = Person(origin, ada.folder, "eve")
    looking.join(eve.cache, str(eve.folder), "Ada")
    eve.mark("star", True, 4)
    eve.share("star")
    # A name belongs to the key that came with it first.
    (name,) = bob.look().joined
    assert name == f"Ada+{public_key(eve.mine.secret)[:6]}" and bob.sees(4)[0].name == name
    for damage, reason in (
        (good.replace(b'"star"', b'"queue"'), "signature is wrong"),
        (good[:-20], "cut off"),
        (sign(write(Statement(ada.mine.group, own, "ada", 1 << 60)), eve.mine.secret), "signature is wrong"),
        (eve.file.read_bytes(), "another member's place"),
        (sign(write(Statement("other", own, "ada", 1 << 60)), ada.mine.secret), "another group"),
        (sign(write(Statement(ada.mine.group, own, "ada", 5)), ada.mine.secret), "older than"),
        (sign(b'{"member":"' + own.encode() + b'"}\n', ada.mine.secret), "newer than this program"),
    ):
        ada.file.write_bytes(damage)
        (trouble,) = bob.look().troubles
        assert trouble.startswith(f"ada's {ada.file.name}: ") and reason in trouble
        assert bob.sees(1) == (Said("ada", is_starred=True),)
    with ada.file.open("r+b") as file:
        file.truncate(MOST_BYTES + 1)
    assert "too large" in bob.look().troubles[0]
    # Its owner mends it.
    assert ada.look().is_told and bob.look() == Looked()
    assert bob.sees(1) == (Said("ada", is_starred=True),)
    ada.file.unlink()
    ada.file.mkdir()
    assert "can't be read" in bob.look().troubles[0]


def test_a_name_that_is_taken_twice_is_still_ones_own(ada: Person, bob: Person) -> None:
    public = public_key(bob.mine.secret)
    mine = ada.mine
    mine.names["00"] = f"ada+{public[:6]}"
    membership.save(ada.cache, mine)
    bob.says(Statement(bob.mine.group, public, "ada", 1))
    assert ada.look().joined == [f"ada+{public}"]


def test_papers_that_are_not_here_are_counted_and_lost_caches_read_again(
    ada: Person, bob: Person, origin: Path
) -> None:
    ada.mark("star", True, 1)
    ada.share("star")
    bob.look()
    shutil.copy(origin, bob.cache)
    bob.look()
    assert bob.sees(1) and bob.others == [("ada", 1, 0)]
    with closing(connections.connect(bob.cache)) as one:
        one.execute("UPDATE member_mark SET paper = '2699.00001'")
    assert bob.others == [("ada", 1, 1)]
    # A refresh asks for it, as long as some source may have it.
    with closing(Feeds.open(bob.cache)) as feeds:
        assert feeds.lost_of_group("2026-11-26", 10) == ["2699.00001"]
        feeds.not_found(["2699.00001"], "2026-11-27")
        assert feeds.lost_of_group("2026-11-26", 10) == []
    with closing(connections.connect(ada.cache)) as one:
        assert len(Members(one).own_marks(("star", "queue"))) == 1


def test_who_is_known_from_a_home_that_is_lost_is_read_anew(ada: Person, bob: Person, origin: Path) -> None:
    bob.look()
    eve = Person(bob.cache, ada.folder, "eve")
    looking.join(eve.cache, str(eve.folder), "ada")
    name = min(eve.look().joined)
    assert name.startswith("ada+")
    assert membership.name_beside_namesake(eve.mine) == f"ada+{eve.public[:6]}"
    assert membership.name_beside_namesake(bob.mine) == ""


def test_a_clock_that_goes_back_loses_nothing(ada: Person, bob: Person) -> None:
    ada.look(NOON + timedelta(days=400))
    ada.mark("star", True, 1)
    looking.change_shares(ada.cache, ("star",))
    ada.look(NOON - timedelta(days=400))
    bob.look()
    ada.mark("star", True, 2)
    ada.look(NOON - timedelta(days=800))
    assert bob.look().came == {"ada": 1}
    # Nor does a home that was restored, with a place that was emptied.
    membership.save(ada.cache, replace(ada.mine, number=0, newest=membership.Newest()))
    ada.file.unlink()
    ada.mark("star", True, 3)
    ada.look(NOON + timedelta(days=500))
    assert bob.look().came == {"ada": 1}


def test_faults_of_the_folder_are_said(ada: Person, bob: Person, origin: Path, tmp_path: Path) -> None:
    with pytest.raises(CacheError, match="'dailypapers group leave' ends that first"):
        looking.join(ada.cache, str(ada.folder), "ada")
    eve = Person(origin, ada.folder, "eve")
    with pytest.raises(CacheError, match="already has a group"):
        looking.create(eve.cache, str(eve.folder), "eve")
    with pytest.raises(CacheError, match="has no group"):
        looking.join(eve.cache, str(tmp_path), "eve")
    with pytest.raises(CacheError, match="is missing"):
        looking.join(eve.cache, str(tmp_path / "none"), "eve")
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match="is missing"):
        looking.create(eve.cache, str(tmp_path / "file"), "eve")
    group = ada.folder / GROUP_FILE
    whole = group.read_text()
    group.write_text("[")
    with pytest.raises(CacheError, match="is damaged"):
        ada.look()
    group.unlink()
    group.mkdir()
    with pytest.raises(CacheError, match="can't be used"):
        ada.look()
    group.rmdir()
    group.write_text(json.dumps({"group": "another"}))
    with pytest.raises(CacheError, match="now has another group"):
        ada.look()
    # What was shared in a group that is gone is not there any more.
    assert not looking.leave(bob.cache)
    group.write_text(whole)
    ada.folder.rename(tmp_path / "away")
    with pytest.raises(CacheError, match=r"What you shared is still there.*is missing"):
        looking.leave(ada.cache)
    assert not looking.leave(ada.cache, even_if_unheard=True)


def test_a_folder_that_cannot_be_written_is_said(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    ada.mark("star", True, 1)
    looking.change_shares(ada.cache, ("star",))
    with monkeypatch.context() as patch:
        patch.setattr("reader.cache.places.replace_shared", full)
        before = ada.mine.number
        with pytest.raises(CacheError, match="No space left"):
            ada.look()
        assert ada.mine.number > before, "what may be there in part has that number"
    assert ada.look().is_told
    monkeypatch.setattr(looking, "MOST_BYTES", 10)
    ada.mark("star", True, 2)
    with pytest.raises(CacheError, match="too large"):
        ada.look()


def test_the_file_of_the_membership_is_private_and_its_damage_is_said(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = group_file(ada.cache)
    assert file.stat().st_mode & 0o777 == 0o600
    assert ada.mine.secret not in "".join(one.read_text() for one in ada.folder.iterdir())
    file.write_text("[]")
    with pytest.raises(CacheError, match="can't be read"):
        membership.load(ada.cache)
    with pytest.raises(CacheError, match="Restore it from a backup, or remove it and join again"):
        ada.look()
    assert file.read_text() == "[]", "the key might still be saved"
    monkeypatch.setattr("reader.paths.replace_private", lambda *_: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(CacheError, match="can't be written"):
        membership.save(ada.cache, membership.Membership("g", "f", "n", "s"))


def test_without_the_extra_it_is_named(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Person(origin, tmp_path / "shared", "one")
    monkeypatch.setitem(__import__("sys").modules, "nacl.signing", None)
    with pytest.raises(CacheError, match=r"dailypapers\[group\]"):
        looking.create(one.cache, str(one.folder), "one")
    assert not list(one.folder.iterdir())


def a_stranger(ada: Person, name: str) -> Path:
    """Somebody with a new key, whom only a file tells of."""
    secret = new_secret()
    public = public_key(secret)
    file = ada.folder / f"member-{public[:16]}-00000000.signed.jsonl"
    statement = Statement(ada.mine.group, public, name, 0, ("star",), (Shared("2611.00001", "star"),))
    file.write_bytes(sign(write(statement), secret))
    return file


def test_a_name_that_only_looks_like_one_has_a_part_of_its_key(ada: Person, bob: Person) -> None:
    bob.look()
    alike = "\N{CYRILLIC SMALL LETTER A}da", "ad\u00e1", "\uff41da", "AD\N{GREEK CAPITAL LETTER ALPHA}"
    for name in ("ADA", *alike):
        a_stranger(ada, name)
        (joined,) = bob.look().joined
        assert joined.startswith(f"{name}+")


def test_of_two_that_come_at_once_with_one_name_none_has_it_alone(ada: Person, bob: Person) -> None:
    bob.look()
    files = [a_stranger(ada, "eve") for _ in range(2)]
    expected = sorted(f"eve+{file.name[7:13]}" for file in files)
    looked = bob.look()
    assert sorted(looked.joined) == sorted(looked.came) == expected
    assert [name for name, *_ in bob.others] == sorted(bob.mine.names.values()) == ["ada", *expected]
    # Nor has a third one.
    a_stranger(ada, "eve")
    assert bob.look().joined[0].startswith("eve+")


def test_members_that_come_and_go_do_not_fill_the_home(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST_MEMBERS", 4)
    monkeypatch.setattr(membership, "MOST_KNOWN", 5)
    bob.look()
    for number in range(3):
        files = [a_stranger(ada, f"m{number}-{one}") for one in range(2)]
        looked = bob.look()
        for file in files:
            file.unlink()
    assert ["no more are accepted" in trouble for trouble in looked.troubles] == [True, True]
    assert len(bob.mine.names) == 5
    assert [name for name, *_ in bob.others] == ["ada", "m1-0", "m1-1"]
    for number in range(4):
        a_stranger(ada, f"m3-{number}")
    assert bob.look().troubles[0] == "2 more members: a group has at most 4"


def test_a_member_is_taken_in_by_parts_and_up_to_a_budget(
    ada: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.cache.members.BATCH", 10)
    monkeypatch.setattr(looking, "MOST_MARKS", 99)
    marks = tuple(Shared(f"2612.{10_000 + number}", STAR) for number in range(100))
    bob.look()
    ada.says(Statement(ada.mine.group, ada.public, "ada", 1 << 61, ("star",), marks))
    stored: list[int] = []

    def give_way() -> None:
        with closing(connections.connect(bob.cache)) as one:
            stored.append(one.execute("SELECT count(*) FROM member_mark").fetchone()[0])
        if len(stored) == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(connections, "give_way", give_way)
        bob.look()
    assert stored == [10, 20, 30, 40]
    # What was cut off is read again.
    looked = bob.look()
    assert looked.came == {"ada": 59}
    assert looked.troubles == [f"ada's {ada.file.name}: 1 mark refused (over the budget of 99)"]
    assert bob.others == [("ada", 99, 99)]
    assert bob.look().came == {}


def test_what_a_newer_program_keeps_with_the_membership_is_kept(ada: Person) -> None:
    file = group_file(ada.cache)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"later": [1]}))
    ada.share("star")
    assert json.loads(file.read_text())["later"] == [1]


def test_lines_that_name_no_paper_are_refused_and_the_others_read(ada: Person, bob: Person) -> None:
    bob.look()
    marks = (Shared("../../api/settings/delete", STAR), Shared("2612.10001", STAR))
    ada.says(Statement(ada.mine.group, ada.public, "ada", 1 << 61, ("star",), marks))
    looked = bob.look()
    assert looked.came == {"ada": 1}
    assert looked.troubles == [f"{ada.file.name}: 1 line refused (no paper's id)"]
