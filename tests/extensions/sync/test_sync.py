"""`sync` joins the marks of homes, and says what it did in words, as JSON and as a status."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest

from reader.cache.marks.journal import Owner, encode
from reader.commands.workspace import Workspace
from reader.extensions import sync
from reader.extensions.sync.exchange import Exchanged
from tests.commands.conftest import IDS, Run, Session

Use = Callable[[str], None]


def test_two_machines_have_the_same_marks(session: Session, use: Use, tmp_path: Path) -> None:
    use("laptop")
    session(
        """
        $ sync
        2! dailypapers: Name a folder that your machines share: dailypapers sync DIR.
        $ sync --status
        No place to sync is set yet: 'dailypapers sync DIR' names a folder.
        $ sync --status --jsonl
        {"folder": null, "machines": []}
        $ sync --status shared
        1! dailypapers: Nothing was synced through TMP/shared yet: 'dailypapers sync TMP/shared' does so.
        $ sync shraed
        1! dailypapers: The folder TMP/shraed is missing; nothing is lost. Connect or mount it and try again, or make it with mkdir.
        $ sync shared more
        2! dailypapers sync: there is no argument 'more'. See 'dailypapers sync --help'.
        $ sync --status --watch
        2! dailypapers: --status prints once, and --watch keeps running: choose one of them.
        $ sync forget
        2! dailypapers: Machines are no longer forgotten. Remove the machine's file from the folder; a folder of this name is ./forget.
        $ mark star 2606.26740
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ mark read 2606.30616
        1 paper marked read. 'dailypapers undo' takes it back.
        $ note 2606.26740 --text laptop
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ sync shared
        3 changes went out.
        To sync automatically: dailypapers config set sync TMP/shared
        $ sync --status shared
        TMP/shared, last looked at NOW.
        laptop (this one)	NOW	3 changes	NOW
        """  # noqa: E501
    )
    use("desk")
    session(
        """
        $ config set sync shared
        $ note 2606.26740 --text desk
        The note of 2606.26740 was written. 'dailypapers undo' takes it back.
        $ sync
        3 changes came from laptop, 1 change went out.
        $ sync -q
        $ sync
        Nothing new on any machine.
        $ list is:starred
        2606.26740	2026-06-30	57	2	unread,starred	LiveEdit: Streaming Video Editing
        $ sync --status
        TMP/shared, last looked at NOW.
        desk (this one)	NOW	1 change	NOW
        laptop	NOW	3 changes	NOW
        laptop: 3 new that time
        laptop: sent 3 changes about 2 papers here, the newest of TODAY
        $ sync
        Nothing new on any machine.
        """
    )
    use("laptop")
    session(
        """
        $ mark star 2606.28480
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ sync shared
        2 changes came from desk, 1 change went out.
        Another machine replaced your notes of: 2606.26740. 'dailypapers note ID --history' lists the earlier ones, and --restore brings one back.
        """  # noqa: E501
    )
    use("desk")
    session(
        """
        $ sync
        1 change came from laptop.
        $ list is:starred
        2606.26740	2026-06-30	57	2	unread,starred	LiveEdit: Streaming Video Editing
        2606.28480	2026-06-30	36	2	unread,starred	A benchmark of terminal agents 中文標題
        """
    )
    # Once its file is gone, a machine is still known by its name.
    for file in (tmp_path / "shared").iterdir():
        file.unlink()
    session(
        """
        $ sync -q
        ! The folder no longer has your machines' files: if its disk is not mounted, mount it and sync again.
        $ sync
        Nothing new on any machine.
        """
    )


def examined() -> list[tuple[str, str, str]]:
    """What the doctor is told of the place where machines meet."""
    return [(one.name, one.value, one.advice) for one in sync._examine(Workspace())]


def test_what_is_wrong_in_a_folder_is_named(session: Session, run: Run, use: Use, tmp_path: Path) -> None:
    use("laptop")
    run("mark", "star", IDS[0])
    run("sync", "shared")
    (file,) = (tmp_path / "shared").iterdir()
    shutil.copy(file, file.with_name(f"{file.stem}.sync-conflict-20261124-101010-ABCDEFG.jsonl"))
    for id in ("b" * 12, "c" * 12):
        file.with_name(f"dailypapers-{id}.jsonl").write_bytes(encode(Owner(id, "lab")))
    file.with_name("dailypapers-d.jsonl").mkdir()
    whole, later = file.read_bytes(), b'{"v":2'
    file.write_bytes(whole + b'{"v":1,"id":')
    use("desk")
    run("config", "set", "sync", "shared")
    session(
        """
        $ sync
        1 change came from laptop.
        ! laptop's dailypapers-NOW.jsonl: line 3: it is cut off; it is skipped until it is complete
        ! dailypapers-d.jsonl: it is a folder; it is skipped
        $ sync --quiet
        ! laptop's dailypapers-NOW.jsonl: line 3: it is cut off; it is skipped until it is complete
        ! dailypapers-d.jsonl: it is a folder; it is skipped
        $ sync --status
        TMP/shared, last looked at NOW.
        desk (this one)	NOW	0 changes	NOW
        lab	NOW	0 changes	NOW
        lab	NOW	0 changes	NOW
        laptop	NOW	1 change	NOW
        lab NOW: another machine also has this name
        lab NOW: another machine also has this name
        laptop: 1 new that time
        laptop: dailypapers-NOW.jsonl: line 3: it is cut off
        laptop: sent 1 change about 1 paper here, the newest of TODAY
        laptop: a copy of its file was also read, and can be deleted: dailypapers-NOW.sync-conflict-20261124-101010-ABCDEFG.jsonl
        """  # noqa: E501
    )
    advice = "It is read again once it is complete: sync on the machine that writes it."
    assert examined() == [
        ("sync", str(file.parent), ""), ("file", f"{file.name}: line 3: it is cut off", advice),
    ]  # fmt: skip
    file.write_bytes(whole + later + b',"sum":"%08x"}\n' % crc32(later))
    session(
        """
        $ sync
        Nothing new on any machine.
        ! laptop's dailypapers-NOW.jsonl: line 3: its form, 2, is newer than this program; update that to read it
        ! dailypapers-d.jsonl: it is a folder; it is skipped
        $ sync --jsonl
        {"came": {}, "went": 0, "troubles": ["laptop's dailypapers-NOW.jsonl: line 3: its form, 2, is newer than this program"], "skipped": ["dailypapers-d.jsonl: it is a folder"], "is_first": false, "is_new_machine": false, "notes": [], "is_emptied": false}
        """  # noqa: E501
    )
    file.write_bytes(whole)
    run("sync")
    for one in file.parent.glob("*.jsonl"):
        one.rmdir() if one.is_dir() else one.unlink()
    session(
        """
        $ sync
        1 change went out.
        ! The folder no longer has your machines' files: if its disk is not mounted, mount it and sync again.
        $ sync
        Nothing new on any machine.
        """
    )
    shutil.rmtree(file.parent)
    session(
        """
        $ sync
        1! dailypapers: The folder TMP/shared is missing; nothing is lost. Connect or mount it and try again, or make it with mkdir.
        $ sync --status
        TMP/shared, last looked at NOW. It is missing now.
        desk (this one)	NOW	1 change	NOW
        $ sync --status --jsonl
        {"folder": "TMP/shared", "is_there": false, "looked": "NOW", "machines": [{"machine": "NOW", "name": "desk", "is_this": true, "file": "dailypapers-NOW.jsonl", "copies": [], "changes": 1, "seen": "NOW", "came": 0, "trouble": null, "refused": 0, "budget": null, "here": 0, "papers": 0, "newest": null}]}
        """  # noqa: E501
    )
    advice = "Its folder is missing: connect or mount it. Your marks are kept until then."
    assert examined() == [("sync", str(file.parent), advice)]
    run("config", "set", "sync", "postgresql://ada@hub.example/papers")
    assert examined() == [("sync", "postgresql://hub.example/papers", "")]
    (tmp_path / "desk" / "papers.db").write_bytes(b"no cache")
    run("config", "set", "sync", "shared")
    assert examined() == [("sync", str(file.parent), advice)]


def test_a_copied_home_takes_a_new_id(session: Session, run: Run, use: Use, tmp_path: Path) -> None:
    use("laptop")
    run("mark", "star", IDS[0])
    run("sync", "shared")
    shutil.copytree(tmp_path / "laptop", tmp_path / "copy")
    use("copy")
    run("mark", "star", IDS[1])
    run("sync", "shared")
    use("laptop")
    session(
        """
        $ mark star 2606.28480
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ sync shared
        1 change came from laptop, 2 changes went out.
        ! Another copy of this home uses this machine's id, so this one took a new id.
        """
    )


def test_the_note_that_lost_is_in_the_history(session: Session, run: Run, use: Use) -> None:
    for name in ("laptop", "desk"):
        use(name)
        run("note", IDS[0], "--text", f"by the {name}")
        run("sync", "shared")
    use("laptop")
    run("sync", "shared")
    session(
        """
        $ note 2606.26740
        by the desk
        $ undo
        Taken back: 1 paper noted.
        $ note 2606.26740 --history
        1: NOW, machine NOW
        by the desk

        2: NOW, machine NOW, taken back
        by the laptop

        $ note 2606.26740 --history --text x
        2! dailypapers: --history prints notes and --text writes one: choose one of them.
        $ note 2606.30616 --history
        ! 2606.30616 never had a note.
        """
    )


def test_of_many_looks_only_news_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    cut_off = Exchanged(troubles=["one: it is cut off"], skipped=["two: it is a folder"])
    for found in (
        cut_off,
        replace(cut_off),
        Exchanged(),
        Exchanged(came={"desk": 1}, notes=[*"abcde"]),
        Exchanged(came={"desk": 2, "phone": 1}, went=3, notes=[*"abcdef"]),
    ):
        sync._print_news(Namespace(json=False, quiet=False, folder=None), told, found)
    rest = "'dailypapers note ID --history' lists the earlier ones, and --restore brings one back."
    assert capsys.readouterr() == (
        f"""\
Nothing new on any machine.
1 change came from desk.
Another machine replaced your notes of: a, b, c, d, e. {rest}
2 changes came from desk, 1 change came from phone, 3 changes went out.
Another machine replaced your notes of: a, b, c, d, e and more. {rest}
""",
        """\
one: it is cut off; it is skipped until it is complete
two: it is a folder; it is skipped
""",
    )


def test_the_setting_names_the_folder_from_everywhere(
    session: Session, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("laptop")
    (tmp_path / "some where" / "shared").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "some where")
    session(
        """
        $ sync shared
        Nothing new on any machine.
        To sync automatically: dailypapers config set sync 'TMP/some where/shared'
        $ config set sync shared
        """
    )
    monkeypatch.chdir(tmp_path)
    session("$ config get sync\nTMP/some where/shared")


def test_an_address_with_a_password_is_refused_everywhere(run: Run, use: Use) -> None:
    use("laptop")
    address = "postgresql://ada:secret@hub.example/papers"
    for words in (
        ("sync", address),
        ("sync", "--status", address),
        ("config", "set", "sync", address),
    ):
        result = run(*words)
        assert (result.code, "secret" in result.err) == (2, False)
        assert "Other programs can see a password in the address" in result.err
