"""`group` shares by choice, says who is there and what came, and `show`, `list` and `count` know of it."""

from __future__ import annotations

import io
import re
import shutil
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from reader.cache.marks.events import Events
from reader.cache.places import NOT_THERE
from reader.commands.workspace import Workspace
from reader.extensions import group
from reader.extensions.group import looking
from tests.commands.conftest import IDS, Run, RunOnTerminal, Session
from tests.extensions.sync.postgres import StandIn

Use = Callable[[str], None]


def examined() -> list[tuple[str, str]]:
    """What the doctor is told of the group."""
    return [(one.value, one.advice) for one in group._examine(Workspace())]


def test_two_share_what_they_choose(session: Session, run: Run, use: Use, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    use("ada")
    session(
        """
        $ group
        You are not in a group. 'dailypapers group create PLACE --name YOU' starts one; 'group join' joins one.
        $ group status --jsonl
        {"place": null, "name": null, "key": null, "shares": [], "members": [], "forgotten": []}
        $ group look
        1! dailypapers: You are not in a group. 'dailypapers group create PLACE --name YOU' starts one; 'group join' joins one.
        $ group leave
        1! dailypapers: You are not in a group. 'dailypapers group create PLACE --name YOU' starts one; 'group join' joins one.
        $ group look -q
        $ group create --name ada
        2! dailypapers: Name a folder that you share, or a server: dailypapers group create DIR --name YOU.
        $ group create a b --name ada
        2! dailypapers: Name a folder that you share, or a server: dailypapers group create DIR --name YOU.
        $ group create shared
        2! dailypapers: Say who you are: dailypapers group create DIR --name YOU.
        $ group create shared --name anyone
        2! dailypapers: A name has up to 40 letters, digits and .-_, and can't be 'anyone'.
        $ group look x
        2! dailypapers: look takes no names; only 'dailypapers group forget NAME' does.
        $ group create shared --name ada
        The group of TMP/shared is created; you are ada in it.
        $ group create shared --name ada
        1! dailypapers: You are in the group of TMP/shared: 'dailypapers group leave' ends that first.
        $ group status
        TMP/shared: you are ada, key NOW, and share nothing.
        Nobody else is in the group yet.
        $ group share
        You share nothing. You can share star, queue, note, tag and tag:NAME.
        $ group share satr
        2! dailypapers: 'satr' can't be shared. Did you mean star?
        $ group share xyz
        2! dailypapers: 'xyz' can't be shared. There are star, queue, note, tag and tag:NAME.
        $ mark star 2606.26740 2606.30616
        2 papers marked starred. 'dailypapers undo' takes it back.
        $ tag add to-read 2606.28480
        1 paper tagged to-read. 'dailypapers undo' takes it back.
        $ note 2606.26740 --text "why it matters"
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ group share star tag:to-read note
        You share stars, the tag to-read, notes.
        $ group share --jsonl
        {"shares": ["star", "tag:to-read", "note"]}
        """  # noqa: E501
    )
    use("bob")
    session(
        """
        $ group join shared --name bob
        You are bob in the group of TMP/shared.
        ada is in the group.
        New: 4 marks of ada.
        $ group look
        Nothing new in the group.
        $ group look -q
        $ group look --jsonl
        {"came": {}, "went": {}, "joined": [], "left": [], "is_told": false, "has_ended": false, "renamed": {}, "troubles": []}
        $ mark star 2606.30616
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ list by:ada
        2606.26740	2026-06-30	57	2	unread	LiveEdit: Streaming Video Editing
        2606.30616	2026-06-30	55	2	unread,starred	Agents that write their own tools
        2606.28480	2026-06-30	36	2	unread	A benchmark of terminal agents 中文標題
        $ list by:adda
        2! dailypapers: Nobody else in the group is named 'adda'. Did you mean ada?
        $ list by:ada is:queued
        ! Nothing matches.
        $ show 2606.26740 --jsonl=group
        {"group": [{"name": "ada", "starred": true, "queued": false, "tags": [], "note": "why it matters"}]}
        $ group status
        TMP/shared: you are bob, key NOW, and share nothing.
        ada	key NOW	3 papers	NOW	shares stars, the tag to-read, notes
        $ group share star
        You share stars.
        """  # noqa: E501
    )
    counts = {
        "by:ada": 3, "by:anyone": 3, "by:ada is:starred": 2, "by:ADA has:note": 1, "by:ada tag:To-Read": 1,
        "by:ada is:starred -is:starred": 1, "by:ada -is:starred": 2, "by:anyone is:queued": 0, "-by:ada": 3,
        "by:ada is:starred sort:title": 2, "by:ada is:starred agents": 1, "is:starred OR by:ada tag:to-read": 2,
    }  # fmt: skip
    assert {text: int(run("count", text).out) for text in counts} == counts
    assert run("show", IDS[0]).lines[-2:] == ["Group: ada starred", "Note of ada: why it matters"]
    assert "Group" not in run("show", IDS[4]).out
    use("ada")
    session(
        """
        $ group stop star
        You share the tag to-read, notes.
        bob is in the group.
        New: 1 mark of bob.
        $ group look --jsonl
        {"came": {}, "went": {}, "joined": [], "left": [], "is_told": false, "has_ended": false, "renamed": {}, "troubles": []}
        """  # noqa: E501
    )
    use("bob")
    session(
        """
        $ group look
        ada took back 2 marks.
        $ count by:ada is:starred
        0
        """
    )
    use("ada")
    shutil.move(shared, tmp_path / "away")
    session(
        """
        $ group stop
        1! dailypapers: The folder TMP/shared is missing. Connect or mount it, and try again. Your choice is kept; the next successful update tells the others.
        $ group status
        TMP/shared: you are ada, key NOW, and share nothing. The folder is missing now.
        bob	key NOW	1 paper	NOW	shares stars
        $ group share
        You share nothing. You can share star, queue, note, tag and tag:NAME.
        $ group leave
        1! dailypapers: What you shared is still there. The folder TMP/shared is missing. Connect or mount it, and try again. To leave it there, use --force.
        """  # noqa: E501
    )
    assert examined() == [("ada in " + str(shared), NOT_THERE)]
    shutil.move(tmp_path / "away", shared)
    assert examined() == [("ada in " + str(shared), "")]
    session(
        """
        $ group look --jsonl
        {"came": {}, "went": {}, "joined": [], "left": [], "is_told": true, "has_ended": false, "renamed": {}, "troubles": []}
        $ group leave
        You have left the group, and you no longer share anything.
        """  # noqa: E501
    )
    use("bob")
    for file in shared.glob("member-*"):
        file.write_bytes(file.read_bytes()[:-9])
    looked = run("group", "look").err
    assert "cut off; it is skipped" in looked and "somebody else changed what you share; it is shared again\n" in looked
    shutil.rmtree(shared)
    membership = tmp_path / "bob" / "papers.group.json"
    before = membership.read_text()
    membership.write_text("{")
    ((value, advice),) = examined()
    assert value == "unreadable" and "which holds the key of your group, can't be read. Restore it" in advice
    membership.write_text(before)
    assert run("group", "leave", "--force", "--json").record == {"left": True, "told": False}


def test_names_are_told_apart_and_members_forgotten(session: Session, run: Run, use: Use) -> None:
    use("ada")
    session(
        """
        $ group create shared --name ada
        The group of TMP/shared is created; you are ada in it.
        $ mark star 2606.26740 2606.30616
        2 papers marked starred. 'dailypapers undo' takes it back.
        $ group share star
        You share stars.
        """
    )
    use("bob")
    session(
        """
        $ group join shared --name bob
        You are bob in the group of TMP/shared.
        ada is in the group.
        New: 2 marks of ada.
        $ group forget
        2! dailypapers: Name one member: dailypapers group forget NAME. 'group status' lists them.
        $ group forget eve
        1! dailypapers: There is no member 'eve': 'dailypapers group status' lists them.
        $ group forget ada -q
        ada shares 2 marks on 2 papers. Forgetting removes that here, and ignores what ada shares from now on. Nobody is told. 'dailypapers group forget ada --undo' brings it back.
        2! dailypapers: Cannot prompt without a terminal; pass --yes to confirm.
        $ group forget ada
        ada shares 2 marks on 2 papers. Forgetting removes that here, and ignores what ada shares from now on. Nobody is told. 'dailypapers group forget ada --undo' brings it back.
        2! dailypapers: Cannot prompt without a terminal; pass --yes to confirm.
        $ group leave ada
        2! dailypapers: leave takes no names; only 'dailypapers group forget NAME' does.
        $ group forget ADA --yes
        ada shares 2 marks on 2 papers. Forgetting removes that here, and ignores what ada shares from now on. Nobody is told. 'dailypapers group forget ada --undo' brings it back.
        ada is forgotten.
        $ group status
        TMP/shared: you are bob, key NOW, and share nothing.
        ada is forgotten: 'dailypapers group forget ada --undo' brings back what ada shares.
        $ group status --jsonl=name,members,forgotten
        {"name": "bob", "members": [], "forgotten": ["ada"]}
        $ group look
        Nothing new in the group.
        $ count by:ada
        2! dailypapers: Nobody else in the group is named 'ada'. 'dailypapers group status' lists the members.
        """  # noqa: E501
    )
    use("ada")
    session(
        """
        $ mark star 2606.28480
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ group look
        bob is in the group.
        """
    )
    use("bob")
    session(
        """
        $ group look
        Nothing new in the group.
        $ group forget ada --undo
        What ada shares is back.
        ada is in the group.
        New: 3 marks of ada.
        $ count by:ada
        3
        $ group leave
        You have left the group, and you no longer share anything.
        $ group join shared --name robert
        You are robert in the group of TMP/shared.
        ada is in the group.
        New: 3 marks of ada.
        """
    )
    use("ada")
    session(
        """
        $ group look
        bob is called robert now.
        $ group status --jsonl=name,forgotten
        {"name": "ada", "forgotten": []}
        """
    )
    # Nobody else gets a name by which people knew another one.
    use("eve")
    run("group", "join", "shared", "--name", "bob")
    use("ada")
    (told,) = run("group", "look").lines
    assert re.fullmatch(
        r"bob\+[0-9a-f]{6} is in the group; someone else is also called bob, and this name tells them apart\.", told
    )


def test_another_machine_is_the_same_member(
    run: Run, on_terminal: RunOnTerminal, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = str(tmp_path / "shared")
    use("laptop")
    assert run("group", "key").code == 1
    run("group", "create", shared, "--name", "ada")
    run("mark", "star", IDS[0])
    run("group", "share", "star")
    key = run("group", "key").out
    assert "Anyone with this line can write in your name" in on_terminal("group", "key").err
    # Many tags are shared one by one, within a bound.
    assert run("group", "share", *(f"tag:{number}" for number in range(99))).code == 0
    assert run("group", "share", "queue").err == (
        "dailypapers: You can share at most 100 things: 'tag' shares all tags.\n"
    )
    run("group", "stop", *(f"tag:{number}" for number in range(99)))
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


def test_a_password_is_refused_and_never_printed(session: Session, use: Use) -> None:
    pytest.importorskip("psycopg")
    use("ada")
    session(
        """
        $ group create postgresql://me:secret99@hub.example/papers --name ada
        2! dailypapers: Other programs can see a password in the address: put it into ~/.pgpass or PGPASSWORD instead.
        $ group create postgresql://hub.example/papers?password=secret99 --name ada
        2! dailypapers: Other programs can see a password in the address: put it into ~/.pgpass or PGPASSWORD instead.
        $ group create postgresql://me:secr@et99@hub.example/papers --name ada
        2! dailypapers: Other programs can see a password in the address: put it into ~/.pgpass or PGPASSWORD instead.
        $ group join postgresql://me%zz@hub.example/papers --name ada
        1! dailypapers: postgresql://hub.example/papers can't be used: its address is not understood: write it as postgresql://HOST/DATABASE. Marks wait here until it can.
        $ group join postgresql://me@127.0.0.1:9/papers --name ada
        1! dailypapers: postgresql://127.0.0.1:9/papers can't be used: nothing listens there: check that it runs, and check the port. Marks wait here until it can.
        $ group status --jsonl=place
        {"place": null}
        """  # noqa: E501
    )


def test_a_group_at_a_server_is_watched(session: Session, use: Use, stand_in: StandIn, tmp_path: Path) -> None:
    place = "postgresql://ada@hub.example/papers"
    use("ada")
    session(
        """
        $ group create PLACE --name ada
        The group of postgresql://hub.example/papers is created; you are ada in it.
        $ group share star
        You share stars.
        $ group status
        postgresql://hub.example/papers: you are ada, key NOW, and share stars.
        Nobody else is in the group yet.
        """,
        PLACE=place,
    )
    use("bob")

    ada, bob = (tmp_path / name / "papers.db" for name in ("ada", "bob"))

    def star(cache: Path, pk: int) -> None:
        with closing(Events.open(cache)) as events:
            events.mark("star", True, [pk])
        if cache == ada:
            looking.look(ada)

    stand_in.next += [partial(star, *one) for one in ((ada, 1), (bob, 2))]
    stand_in.next += [partial(looking.leave, bob), partial(star, ada, 3)]
    session(
        """
        $ group join PLACE --name bob
        You are bob in the group of postgresql://hub.example/papers.
        ada is in the group.
        $ group look --watch
        New: 1 mark of ada.
        $ group status
        You are not in a group. 'dailypapers group create PLACE --name YOU' starts one; 'group join' joins one.
        """,
        PLACE=place,
    )


def test_exports_follow_what_the_others_share_take_back_and_leave(run: Run, use: Use, tmp_path: Path) -> None:
    def changes() -> list[bool]:
        """Whether two looks of bob's change anything."""
        use("bob")
        looks = [Workspace(), Workspace()]
        for one in looks:
            group._look_as(Namespace(json=False, quiet=True), one, "")
        return [one.has_changed for one in looks]

    use("ada")
    run("group", "create", str(tmp_path / "shared"), "--name", "ada")
    run("mark", "star", IDS[0])
    use("bob")
    run("group", "join", str(tmp_path / "shared"), "--name", "bob")
    for words in (("share", "star"), ("stop",), ("leave",)):
        use("ada")
        assert run("group", *words).code == 0
        assert changes() == [True, False], words
