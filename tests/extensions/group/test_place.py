"""A group through a PostgreSQL server: as through a folder, and whatever somebody does to its tables."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reader.cache.members import Said
from reader.core.errors import CacheError
from reader.extensions.group import looking
from reader.extensions.group.looking import Looked
from reader.extensions.group.place import open_place
from reader.extensions.group.statement import MOST_BYTES
from tests.extensions.group.people import Person
from tests.extensions.sync.machines import Machine
from tests.extensions.sync.postgres import Database
from tests.extensions.sync.test_hub import look as join_marks


def at_a_real_server(test: Callable[..., None]) -> Callable[..., None]:
    """A stand-in would not do."""
    marked: Callable[..., None] = pytest.mark.parametrize("database", ["real"], indirect=True)(pytest.mark.long(test))
    return marked


@pytest.fixture
def ada(origin: Path, tmp_path: Path, database: Database) -> Person:
    one = Person(origin, tmp_path / "none", "ada")
    looking.create(one.cache, database.address, "ada")
    one.mark("star", True, 1)
    one.share("star")
    return one


@pytest.fixture
def bob(origin: Path, ada: Person, database: Database) -> Person:
    one = Person(origin, ada.folder, "bob")
    looking.join(one.cache, database.address, "bob")
    one.look()
    return one


def test_what_is_shared_comes_and_is_taken_back(ada: Person, bob: Person, database: Database, origin: Path) -> None:
    assert bob.sees(1) == (Said("ada", is_starred=True),)
    ada.mark("note", "why it\nmatters \N{SNOWMAN}", 2)
    ada.share("star", "note")
    assert bob.look() == Looked(came={"ada": 1})
    assert (bob.look(), ada.look()) == (Looked(), Looked())
    assert bob.sees(2)[0].note == "why it\nmatters \N{SNOWMAN}"
    ada.share()
    assert bob.look().went == {"ada": 2}
    assert looking.leave(ada.cache) and bob.look().left == ["ada"]
    looking.join(ada.cache, database.address, "ada")
    ada.look()
    assert bob.look().joined == ["ada"]
    # A place where machines meet may be in the same database.
    laptop = Machine.copied(origin, ada.folder, "laptop")
    laptop.mark("star", True, 2)
    assert join_marks(laptop, database).went == 1
    assert (bob.look(), ada.look()) == (Looked(), Looked())
    eve = Person(origin, ada.folder, "eve")
    with pytest.raises(CacheError, match="already has a group: 'dailypapers group join' joins it"):
        looking.create(eve.cache, database.address, "eve")
    for statement in ("DELETE FROM dailypapers_group", "DROP TABLE dailypapers_group"):
        database.run(statement)
        with pytest.raises(CacheError, match=r"/\S* has no group: 'dailypapers group create' makes one"):
            looking.join(eve.cache, database.address, "eve")


def test_machines_of_one_person_have_one_row(ada: Person, bob: Person, database: Database, origin: Path) -> None:
    desk = Person(origin, ada.folder, "desk")
    looking.join(desk.cache, database.address, "ada", ada.mine.secret)
    desk.look()
    desk.mark("star", True, 1, 3)
    desk.look()
    assert bob.look() == Looked(came={"ada": 1})
    with open_place(database.address) as place:
        assert [slot.label for slot in place.slots()] == [
            f"row {one}" for one in sorted((bob.mine.slot, desk.mine.slot))
        ]
    assert looking.leave(ada.cache) and desk.look().has_ended


def test_whatever_is_in_a_row_is_only_that_member_s_word(ada: Person, bob: Person, database: Database) -> None:
    slot = ada.mine.slot
    good = database.run("SELECT statement FROM dailypapers_member WHERE slot = %s", slot).fetchone()[0]
    # What else may be wrong with a statement is the same in a folder.
    for data, reason in (
        (good.replace(b'"star"', b'"queue"'), "its signature is wrong: somebody else has changed it, or it is damaged"),
        (b"\0" * (MOST_BYTES + 1), "it is too large"),
    ):
        database.run("UPDATE dailypapers_member SET statement = %s WHERE slot = %s", data, slot)
        assert bob.look().troubles == [f"ada's row {slot}: {reason}; it is skipped"]
        assert bob.sees(1) == (Said("ada", is_starred=True),)
    # Its owner mends it.
    assert ada.look().is_told and bob.look() == Looked()
    database.run("DELETE FROM dailypapers_member")
    assert ada.look().is_told and bob.look().is_told
    # Names that no member has, and more of them than a group has members.
    for name in ("x" * 1_000, "\x1b[2J", *(f"0{number}" for number in range(300))):
        database.run("INSERT INTO dailypapers_member (slot, statement) VALUES (%s, %s)", name, good)
    ada.mark("star", True, 2)
    ada.look()
    looked = bob.look()
    assert looked.came == {"ada": 1} and looked.troubles[0] == "104 more members: a group has at most 200"
    assert len(looked.troubles) <= looking.MOST_MEMBERS
    assert all(len(one) < 200 and "\x1b" not in one for one in looked.troubles)


def test_a_row_that_goes_while_it_is_read_is_named(ada: Person, database: Database) -> None:
    with open_place(database.address) as place, pytest.raises(ValueError, match="it has no statement"):
        place.read("00")


@at_a_real_server
def test_tables_of_another_shape_are_said(ada: Person, bob: Person, database: Database) -> None:
    database.run("ALTER TABLE dailypapers_member ALTER COLUMN statement TYPE text USING encode(statement, 'escape')")
    own, of_ada = sorted(bob.look().troubles, key=lambda one: one.startswith("ada"))
    assert own.endswith("it is shared again") and "it has no statement" in of_ada and bob.sees(1)
    database.run("ALTER TABLE dailypapers_member DROP COLUMN statement")
    with pytest.raises(CacheError, match="its tables were not made by this program") as failed:
        bob.look()
    assert "\n" not in str(failed.value)


@at_a_real_server
def test_each_failure_is_one_sentence_without_the_password(
    ada: Person, bob: Person, database: Database, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = database.run
    host = sql("SHOW unix_socket_directories").fetchone()[0].split(",")[0].strip()
    rules = Path(sql("SHOW hba_file").fetchone()[0])
    before = rules.read_text()
    sql("DROP ROLE IF EXISTS eve, mal")
    sql("CREATE ROLE eve LOGIN PASSWORD 'secret99'")
    sql("CREATE ROLE mal LOGIN")
    rules.write_text(f"local all eve scram-sha-256\n{before}")
    sql("SELECT pg_reload_conf()")
    time.sleep(0.5)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSFILE", str(ada.cache.with_name("none")))
    one = Person(origin, ada.folder, "one")
    try:
        for place, reason in (
            (f"postgresql://eve:wrong77@/postgres?host={host}", "it refuses the user or the password"),
            (f"postgresql://eve@/postgres?host={host}", "it needs a password"),
            (f"postgresql://nobody@/postgres?host={host}", "does not know the user"),
            (f"postgresql://mal@/nothing?host={host}", "no such database"),
            (f"postgresql://mal@/postgres?host={host}", "you do not have the permission (permission denied"),
            (f"postgresql://postgres@/template1?host={host}", "has no group"),
        ):
            with pytest.raises(CacheError) as failed:
                looking.join(one.cache, place, "one")
            said = str(failed.value)
            assert reason in said and "wrong77" not in said and "\n" not in said
        # With the right one, from the environment, and the rights that the manual names.
        monkeypatch.setenv("PGPASSWORD", "secret99")
        sql("GRANT SELECT ON dailypapers_group TO eve")
        sql("GRANT SELECT, INSERT, UPDATE, DELETE ON dailypapers_member TO eve")
        looking.join(one.cache, f"postgresql://eve@/postgres?host={host}", "eve")
        assert sorted(one.look().joined) == ["ada", "bob"]
        assert bob.look().joined == ["eve"]
    finally:
        rules.write_text(before)
        sql("SELECT pg_reload_conf()")
        sql("DROP OWNED BY eve, mal")


@at_a_real_server
def test_a_server_that_goes_while_it_is_used_is_said(ada: Person, database: Database) -> None:
    with pytest.raises(CacheError, match="it is starting or stopping"), open_place(database.address) as place:
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dailypapers'")
        looking.look(ada.cache, place=place)
