"""A group through a real PostgreSQL server: as through a folder, and whatever somebody does to its tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reader.cache.members import Said
from reader.core.errors import CacheError
from reader.extensions.group import looking
from reader.extensions.group.looking import Looked
from reader.extensions.group.place import open_place
from reader.extensions.group.statement import MOST_BYTES
from tests.extensions.group.people import Person
from tests.extensions.sync.machines import Machine, running
from tests.extensions.sync.test_hub import look as join_marks

pytestmark = pytest.mark.long


@contextmanager
def connected(address: str) -> Iterator[Any]:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture
def sql(address: str) -> Iterator[Any]:
    """Runs a statement at the server, where nothing of a group is."""
    with connected(address) as connection:
        connection.execute("DROP TABLE IF EXISTS dailypapers_group, dailypapers_member CASCADE")
        yield lambda text, *values: connection.execute(text, values or None)


@pytest.fixture
def ada(origin: Path, tmp_path: Path, address: str, sql: Any) -> Person:
    one = Person(origin, tmp_path / "none", "ada")
    looking.create(one.cache, address, "ada")
    one.mark("star", True, 1)
    one.share("star")
    return one


@pytest.fixture
def bob(origin: Path, ada: Person, address: str) -> Person:
    one = Person(origin, ada.folder, "bob")
    looking.join(one.cache, address, "bob")
    one.look()
    return one


def test_what_is_shared_comes_and_is_taken_back(ada: Person, bob: Person, address: str, origin: Path) -> None:
    assert bob.sees(1) == (Said("ada", is_starred=True),)
    ada.mark("note", "why it\nmatters \N{SNOWMAN}", 2)
    ada.share("star", "note")
    assert bob.look() == Looked(came={"ada": 1})
    assert (bob.look(), ada.look()) == (Looked(), Looked())
    assert bob.sees(2)[0].note == "why it\nmatters \N{SNOWMAN}"
    ada.share()
    assert bob.look().went == {"ada": 2}
    eve = Person(origin, ada.folder, "eve")
    with pytest.raises(CacheError, match="already has a group"):
        looking.create(eve.cache, address, "eve")
    assert looking.leave(ada.cache) and bob.look().left == ["ada"]
    looking.join(ada.cache, address, "ada")
    ada.look()
    assert bob.look().joined == ["ada"]


def test_a_statement_is_the_same_bytes_in_both_places(
    ada: Person, bob: Person, address: str, origin: Path, tmp_path: Path
) -> None:
    with open_place(address) as place:
        data = place.read(ada.mine.slot)
        group = place.group()
    folder = tmp_path / "folder"
    folder.mkdir()
    looking.create(Person(origin, tmp_path / "none", "carl").cache, str(folder), "carl")
    with open_place(str(folder)) as place:
        (folder / "dailypapers-group.json").write_text(f'{{"group": "{group}"}}')
        place.put(ada.mine.slot, data, [])
        assert place.read(ada.mine.slot) == data == ada_file(folder).read_bytes()
    dora = Person(origin, tmp_path / "none", "dora")
    looking.join(dora.cache, str(folder), "dora")
    assert dora.look().came == {"ada": 1}


def ada_file(folder: Path) -> Path:
    (found,) = folder.glob("member-*")
    return found


def test_machines_of_one_person_have_one_row(ada: Person, bob: Person, address: str, origin: Path, sql: Any) -> None:
    desk = Person(origin, ada.folder, "desk")
    looking.join(desk.cache, address, "ada", ada.mine.secret)
    desk.look()
    desk.mark("star", True, 1, 3)
    desk.look()
    assert bob.look() == Looked(came={"ada": 1})
    assert sql("SELECT count(*) FROM dailypapers_member").fetchone() == (2,)
    assert looking.leave(ada.cache) and desk.look().has_ended


def test_whatever_is_in_a_row_is_only_that_member_s_word(ada: Person, bob: Person, sql: Any) -> None:
    slot = ada.mine.slot
    good = sql("SELECT statement FROM dailypapers_member WHERE slot = %s", slot).fetchone()[0]
    # What else may be wrong with a statement is the same in a folder.
    for data, reason in (
        (good.replace(b'"star"', b'"queue"'), "signature is wrong"),
        (b"\0" * (MOST_BYTES + 1), "too large"),
    ):
        sql("UPDATE dailypapers_member SET statement = %s WHERE slot = %s", data, slot)
        (trouble,) = bob.look().troubles
        assert reason in trouble and slot in trouble
        assert bob.sees(1) == (Said("ada", is_starred=True),)
    # Its owner mends it.
    assert ada.look().is_told and bob.look() == Looked()
    sql("DELETE FROM dailypapers_member")
    assert ada.look().is_told and bob.look().is_told
    # Names that no member has.
    for name in ("x" * 1_000, "\x1b[2J", f"{slot[:16]}-zz"):
        sql("INSERT INTO dailypapers_member VALUES (%s, %s)", name, good)
    troubles = bob.look().troubles
    assert len(troubles) == 3 and all(len(one) < 200 and "\x1b" not in one for one in troubles)


def test_more_rows_than_a_group_has_do_not_hide_a_member(ada: Person, bob: Person, sql: Any) -> None:
    sql("INSERT INTO dailypapers_member SELECT '0' || i, 'x' FROM generate_series(1, 300) AS i")
    ada.mark("star", True, 2)
    ada.look()
    looked = bob.look()
    assert looked.came == {"ada": 1} and looked.troubles[0].startswith("102 more members")
    assert len(looked.troubles) <= looking.MOST_MEMBERS


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE dailypapers_member DROP COLUMN statement",
        "ALTER TABLE dailypapers_member RENAME COLUMN slot TO place",
        "ALTER TABLE dailypapers_member ALTER COLUMN statement TYPE int USING 1",
        "DROP TABLE dailypapers_member; CREATE VIEW dailypapers_member AS SELECT 'a' AS slot, 'b'::bytea AS statement",
        "DROP TABLE dailypapers_member",
    ],
)
def test_a_table_of_another_shape_is_said(ada: Person, bob: Person, sql: Any, change: str) -> None:
    sql(change)
    with pytest.raises(CacheError, match="its tables were not made by this program") as failed:
        bob.look()
    assert "\n" not in str(failed.value)
    sql("DROP VIEW dailypapers_member" if "VIEW" in change else "SELECT 1")


def test_statements_as_text_are_none(ada: Person, bob: Person, sql: Any) -> None:
    sql("ALTER TABLE dailypapers_member ALTER COLUMN statement TYPE text USING encode(statement, 'escape')")
    own, of_ada = sorted(bob.look().troubles, key=lambda one: one.startswith("ada"))
    assert own.endswith("it is shared again") and "it has no statement" in of_ada and bob.sees(1)


def test_each_failure_is_one_sentence_without_the_password(
    ada: Person, bob: Person, sql: Any, address: str, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
            ("postgresql://me:wrong77@127.0.0.1:9/papers", "nothing listens there"),
            ("postgresql://me:wrong77@/papers?host=/nowhere", "nothing listens there"),
            ("postgresql://me:wro/ng77@hub/papers", "can't be understood"),
            ("postgresql://me:wro@ng77@hub/papers", "can't be understood"),
            ("postgresql://me:wrong%zz77@hub/papers", "its address is not understood"),
            (f"postgresql://postgres@/template1?host={host}", "has no group"),
        ):
            with pytest.raises(CacheError) as failed:
                looking.join(one.cache, place, "one")
            said = str(failed.value)
            assert reason in said and not any(part in said for part in ("wrong", "ng77", "wro", "\n")), said
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


def test_a_server_that_goes_while_it_is_used_is_said(ada: Person, sql: Any, address: str) -> None:
    with pytest.raises(CacheError, match="it is starting or stopping"), open_place(address) as place:
        sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dailypapers'")
        looking.look(ada.cache, place=place)


def test_a_sync_hub_and_a_group_live_in_one_database(
    ada: Person, bob: Person, address: str, tmp_path: Path, origin: Path
) -> None:
    laptop, desk = (Machine.copied(origin, tmp_path / "none", name) for name in ("laptop", "desk"))
    laptop.mark("star", True, 2)
    join_marks(laptop, address)
    join_marks(desk, address)
    assert desk.states() == laptop.states()
    ada.mark("star", True, 4)
    ada.look()
    assert bob.look() == Looked(came={"ada": 1})
    assert join_marks(desk, address).came == {}


def test_what_others_share_comes_within_two_seconds(ada: Person, bob: Person) -> None:
    with running(bob.cache, "group", "look", "--watch") as watching:
        assert watching.stdout is not None
        # Its first look has nothing; ada goes on until it listens.
        ada.mark("star", True, 2)
        ada.look()
        assert watching.stdout.readline() == "New: 1 mark of ada.\n"
        began = time.monotonic()
        ada.mark("star", True, 3)
        ada.look()
        assert watching.stdout.readline() == "New: 1 mark of ada.\n"
        assert time.monotonic() - began < 20
        # And the other way round: what is marked there goes out by itself, also what is chosen.
        bob.share("star")
        began = time.monotonic()
        bob.mark("star", True, 5)
        while not ada.sees(5) and time.monotonic() - began < 10:
            ada.look()
        assert time.monotonic() - began < 20
        # It ends with the membership.
        looking.leave(bob.cache)
        ada.mark("star", True, 5)
        ada.look()
        assert watching.wait(10) == 0
