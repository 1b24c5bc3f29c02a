"""`group` shares by choice, says who is there and what came, and `show`, `list` and `count` know of it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import IDS, Run, RunOnTerminal

Use = Callable[[str], None]


def test_two_share_what_they_choose(run: Run, on_terminal: RunOnTerminal, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    use("ada")
    assert (
        "You are not in a group" in run("group", "status").out
        and run("group", "status", "--json").record["place"] is None
    )
    assert [run("group", what).code for what in ("look", "share", "stop", "leave")] == [1] * 4
    assert run("group", "look", "-q").code == 0
    assert "Name a folder" in run("group", "create", "--name", "ada").err
    assert "Say who you are" in run("group", "create", shared).err
    assert "A name has up to 40 letters" in run("group", "create", shared, "--name", "anyone").err
    assert run("group", "create", shared, "--name", "ada").lines == [
        f"The group of {shared} is created; you are ada in it."
    ]
    assert "Nobody else" in run("group", "status").out
    assert "You share nothing." in run("group", "share").out
    assert "Did you mean star?" in run("group", "share", "satr").err and "There are" in run("group", "share", "xyz").err
    assert "at most 100" in run("group", "share", *(f"tag:{number}" for number in range(101))).err
    run("mark", "star", IDS[0], IDS[1])
    run("tag", "add", "to-read", IDS[2])
    run("note", IDS[0], "--text", "why it matters")
    run("group", "share", "star", "tag:to-read", "note")
    use("bob")
    assert run("group", "join", shared, "--name", "bob").lines == [
        f"You are bob in the group of {shared}.",
        "ada is in the group.",
        "New: 4 marks of ada.",
    ]
    assert run("group", "look").lines == ["Nothing new in the group."]
    run("mark", "star", IDS[1])
    counts = {
        "by:ada": 3, "by:anyone": 3, "by:ada is:starred": 2, "by:ADA has:note": 1, "by:ada tag:To-Read": 1,
        "by:ada is:starred -is:starred": 1, "by:ada -is:starred": 2, "by:anyone is:queued": 0, "-by:ada": 3,
        "by:ada is:starred sort:title": 2, "by:ada is:starred agents": 1, "is:starred OR by:ada tag:to-read": 2,
    }  # fmt: skip
    assert {text: int(run("count", text).out) for text in counts} == counts
    assert "Nobody else in the group is named 'adda'. Did you mean ada?" in run("list", "by:adda").err
    assert run("list", "by:ada is:queued").err == "Nothing matches.\n"
    assert run("group").out == run("group", "status").out
    found = run("show", IDS[0], "--json=group").record["group"]
    assert [(one["name"], one["starred"], one["note"]) for one in found] == [("ada", True, "why it matters")]
    assert run("show", IDS[0]).lines[-2:] == ["Group: ada starred", "Note of ada: why it matters"]
    assert "Group" not in run("show", IDS[4]).out
    assert "shares stars, the tag to-read, notes" in on_terminal("group", "status").out
    status = run("group", "status", "--json").record
    assert [(one["name"], one["papers"], one["missing"]) for one in status["members"]] == [("ada", 3, 0)]
    use("ada")
    assert run("group", "stop", "star").lines == ["You share the tag to-read, notes.", "bob is in the group."]
    assert run("group", "share", "--json").record == {"shares": ["tag:to-read", "note"]}
    use("bob")
    assert run("group", "look").lines == ["ada took back 2 marks."]
    assert run("count", "by:ada is:starred").out == "0\n"
    use("ada")
    shutil.move(shared, tmp_path / "away")
    gone = run("group", "stop")
    assert gone.code == 1 and "Your choice is kept" in gone.err and "is missing" in gone.err
    assert "The folder is missing now" in run("group", "status").out
    assert run("group", "leave").code == 1
    shutil.move(tmp_path / "away", shared)
    assert run("group", "look", "--json").record["is_told"] is True
    assert "you no longer share anything" in run("group", "leave").out
    use("bob")
    for file in Path(shared).glob("member-*"):
        file.write_bytes(file.read_bytes()[:-9])
    looked = run("group", "look").err
    assert "cut off; it is skipped" in looked and "somebody else changed what you share; it is shared again\n" in looked
    shutil.rmtree(shared)
    assert run("group", "leave", "--force", "--json").record == {"left": True, "told": False}


def test_a_name_that_two_have_is_told(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    use("ada")
    run("group", "create", shared, "--name", "ada")
    run("group", "share", "star")
    use("bob")
    told = run("group", "join", shared, "--name", "ada").lines[1]
    assert told.startswith("ada+") and told.endswith("else is also called ada, and this name tells them apart.")


def test_another_machine_is_the_same_member(
    run: Run, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = str(tmp_path / "shared")
    use("laptop")
    assert run("group", "key").code == 1
    run("group", "create", shared, "--name", "ada")
    run("mark", "star", IDS[0])
    run("group", "share", "star")
    key = run("group", "key").out
    assert run("group", "key", "--json").record == dict(zip(("name", "secret"), key.strip().split(":"), strict=True))
    use("desk")
    for line in ("", "ada:xyz\n", key.replace("ada:", "anyone:")):
        monkeypatch.setattr("sys.stdin", io.StringIO(line))
        assert "This is not a key" in run("group", "join", shared, "--mine").err
    monkeypatch.setattr("sys.stdin", io.StringIO(key))
    joined = run("group", "join", shared, "--mine")
    assert joined.lines == [f"You are ada in the group of {shared}, on this machine too."]
    assert "Sync your machines" in joined.err
    assert run("group", "share", "--json").record == {"shares": ["star"]}
    use("bob")
    assert run("group", "join", shared, "--name", "bob").lines[1:] == ["ada is in the group.", "New: 1 mark of ada."]
    # Another key is somebody else.
    use("phone")
    assert "'group join PLACE --mine'" in run("group", "join", shared, "--name", "ada").err
    use("laptop")
    run("group", "leave")
    use("desk")
    assert run("group", "look").lines[0].startswith("You left the group on another machine")
    assert "You are not in a group" in run("group", "status").out


def test_a_password_is_refused_and_never_printed(run: Run, use: Use) -> None:
    pytest.importorskip("psycopg")
    use("ada")
    for address in ("postgresql://me:secret99@hub.example/papers", "postgresql://hub.example/papers?password=secret99"):
        refused = run("group", "create", address, "--name", "ada")
        assert (refused.code, "~/.pgpass" in refused.err, "secret99" in refused.err) == (2, True, False)
    gone = run("group", "join", "postgresql://me@127.0.0.1:9/papers", "--name", "ada")
    assert gone.code == 1 and gone.err.startswith("dailypapers: postgresql://127.0.0.1:9/papers can't be used: ")
    assert gone.err.count("\n") == 1
    assert run("group", "status", "--json").record["place"] is None


def test_a_member_is_forgotten_and_heard_again(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    use("ada")
    run("group", "create", shared, "--name", "ada")
    run("mark", "star", *IDS[:2])
    run("group", "share", "star")
    use("bob")
    run("group", "join", shared, "--name", "bob")
    assert len(run("list", "by:ada", "--json").records) == 2
    asked = run("group", "forget", "ada")
    assert asked.code == 2 and "pass --yes to confirm" in asked.err
    assert "ada shares 2 marks on 2 papers. Forgetting removes that here" in asked.out
    assert "There is no member 'eve'" in run("group", "forget", "eve").err
    # Who wants to be rid of a member does not leave by mistake.
    assert run("group", "leave", "ada").code == 2 and run("group", "status", "--json").json is not None
    assert run("group", "forget", "ADA", "--yes").lines[-1] == "ada is forgotten."
    assert run("group", "status", "--json").record["members"] == []
    assert "by:ada" not in run("show", IDS[0]).out and "ada starred" not in run("show", IDS[0]).out
    assert run("group", "look").lines == ["Nothing new in the group."]
    use("ada")
    run("mark", "star", IDS[2])
    run("group", "look")
    use("bob")
    assert run("group", "look").lines == ["Nothing new in the group."]
    assert run("group", "status", "--json").record["forgotten"] == ["ada"]
    status = run("group", "status").out
    assert "'dailypapers group forget ada --undo'" in status and "Nobody else" not in status
    assert run("group", "forget", "ada", "--undo").lines[0] == "What ada shares is back."
    assert len(run("list", "by:ada", "--json").records) == 3


def test_a_new_name_of_a_member_arrives(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    use("ada")
    run("group", "create", shared, "--name", "ada")
    use("bob")
    run("group", "join", shared, "--name", "bob")
    use("ada")
    run("group", "look")
    use("bob")
    run("group", "leave")
    run("group", "join", shared, "--name", "robert")
    use("ada")
    run("group", "look")
    assert [one["name"] for one in run("group", "status", "--json").record["members"]] == ["robert"]
    # Nobody else gets a name by which people knew another one.
    use("eve")
    run("group", "join", shared, "--name", "bob")
    use("ada")
    run("group", "look")
    names = [one["name"] for one in run("group", "status", "--json").record["members"]]
    assert names[0].startswith("bob+") and names[1] == "robert"
