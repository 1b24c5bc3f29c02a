"""`sync` joins the marks of homes, and says what it did in words, as JSON and as a status."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zlib import crc32

import pytest

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Owner, encode
from reader.commands.shared_settings import SharedSettings, record_settings
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
        {"folder": null, "machines": [], "refused_settings": []}
        $ sync --status shared
        1! dailypapers: Nothing was synced through TMP/shared yet: 'dailypapers sync TMP/shared' does so.
        $ sync shraed
        1! dailypapers: The folder TMP/shraed is missing; nothing is lost. Connect or mount it and try again, or make it with mkdir.
        $ sync shared more
        2! dailypapers: One folder at a time: dailypapers sync DIR, or dailypapers sync forget MACHINE.
        $ sync --status --watch
        2! dailypapers: --status prints once, and --watch keeps running: choose one of them.
        $ sync --undo
        2! dailypapers: --undo belongs to 'dailypapers sync forget MACHINE'. 'dailypapers undo' takes back a mark.
        $ sync forget
        2! dailypapers: Name the machine: dailypapers sync forget MACHINE. A folder of that name is ./forget.
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
        $ sync forget phone
        1! dailypapers: No machine 'phone' is known here: 'dailypapers sync --status' lists them.
        $ sync forget desk
        2! dailypapers: That is this machine: 'undo' takes back what you did on it.
        $ sync forget laptop
        laptop sent 3 changes about 2 papers. Forgetting removes them here, and on your other machines when they next sync. What you did on other machines stays. 'dailypapers sync forget NOW --undo' brings them back from the journal.
        2! dailypapers: Cannot prompt without a terminal; pass --yes to confirm.
        $ sync forget laptop --yes --jsonl
        {"machine": "NOW", "name": "laptop", "forgotten": true, "changes": 3, "papers": 2}
        $ sync --status
        TMP/shared, last looked at NOW.
        desk (this one)	NOW	2 changes	NOW
        laptop	NOW	3 changes	NOW
        laptop: 3 new that time
        laptop: forgotten, with 3 changes about 2 papers here: 'sync forget NOW --undo' brings them back
        $ sync
        Nothing new on any machine.
        """  # noqa: E501
    )
    use("laptop")
    session(
        """
        $ mark star 2606.28480
        1 paper marked starred. 'dailypapers undo' takes it back.
        $ sync shared
        2 changes came from desk, 1 change went out.
        Another machine replaced your notes of: 2606.26740. 'dailypapers note ID --history' lists the earlier ones, and --restore brings one back.
        ! Another of your machines has forgotten this one, so your marks here reach none of them. To undo that, run 'dailypapers sync forget THIS-MACHINE --undo' there; 'sync --status' prints this machine's name.
        """  # noqa: E501
    )
    use("desk")
    session(
        """
        $ sync
        Nothing new on any machine.
        $ sync forget laptop --undo
        What laptop sent counts again.
        1 change came from laptop, 3 changes went out.
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
        $ sync forget laptop --yes --quiet
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
        $ sync forget lab
        2! dailypapers: Several machines are called lab: name one by its id, NOW, NOW.
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
        {"came": {}, "went": 0, "troubles": ["laptop's dailypapers-NOW.jsonl: line 3: its form, 2, is newer than this program"], "skipped": ["dailypapers-d.jsonl: it is a folder"], "is_first": false, "is_new_machine": false, "notes": [], "replaced": [], "is_emptied": false, "is_forgotten": false, "settings": []}
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
        {"folder": "TMP/shared", "is_there": false, "looked": "NOW", "machines": [{"machine": "NOW", "name": "desk", "is_this": true, "file": "dailypapers-NOW.jsonl", "copies": [], "changes": 1, "seen": "NOW", "came": 0, "trouble": null, "refused": 0, "budget": null, "here": 0, "papers": 0, "newest": null, "forgotten": false}], "refused_settings": []}
        """  # noqa: E501
    )
    advice = "Its folder is missing: connect or mount it. Your marks are kept until then."
    assert examined() == [("sync", str(file.parent), advice)]
    run("config", "set", "sync", "postgresql://ada@hub.example/papers")
    assert examined() == [("sync", "postgresql://hub.example/papers", "")]
    (tmp_path / "desk" / "papers.db").write_bytes(b"no cache")
    run("config", "set", "sync", "shared")
    assert examined() == [("sync", str(file.parent), advice)]


def test_a_copied_home_and_what_is_not_confirmed(
    session: Session, run: Run, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    monkeypatch.setattr("reader.api.is_confirmed", lambda is_sure, question: is_sure or print(question))
    shutil.rmtree(tmp_path / "shared")
    session(
        """
        $ sync forget laptop
        laptop sent 3 changes about 3 papers. Forgetting removes them here, and on your other machines when they next sync. What you did on other machines stays. 'dailypapers sync forget NOW --undo' brings them back from the journal.
        Forget laptop?
        $ sync forget laptop --yes --quiet
        ! The folder TMP/shared is missing; nothing is lost. Connect or mount it and try again, or make it with mkdir. The next successful sync tells your other machines.
        """  # noqa: E501
    )
    assert sync._advice("copy's a.jsonl: 2 events refused (id already in use)") == (
        ": 'dailypapers sync forget' removes everything that a machine sent"
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


def test_settings_go_along_if_they_are_to(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    for name in ("laptop", "desk"):
        use(name)
        run("config", "set", "sync", shared)
        run("config", "set", "sync_settings", "true")
    use("laptop")
    for words in (("order", "upvotes"), ("mute", '["crypto"]'), ("theme", "nord"), ("keys.paper.star", "S")):
        run("config", "set", *words)
    run("views", "add", "Agents", "title:agents")
    assert run("sync").lines == ["4 changes went out."]
    use("desk")
    run("config", "set", "after_mark", "next")
    assert run("sync").lines == [
        "4 changes came from laptop, 1 change went out.",
        "Settings taken from your other machines: views, mute, order, keys.",
    ]
    assert run("views", "list", "--json").records[0]["query"] == "title:agents"
    assert [run("config", "get", name).out.strip() for name in ("order", "theme")] == ["upvotes", "auto"]
    # What is changed later, on whichever machine, is so on all; what is left alone is not sent again.
    run("views", "remove", "Agents")
    run("config", "set", "order", "day")
    run("sync")
    use("laptop")
    assert run("sync").lines[1] == "Settings taken from your other machines: views, order, after_mark."
    assert run("sync").lines == ["Nothing new on any machine."]
    assert run("views", "list", "--json").json == []
    assert run("undo").out == "Taken back: view Agents added.\n"
    # A value that no setting takes is refused; a file with mistakes is left alone.
    with closing(Events.open(tmp_path / "laptop" / "papers.db")) as events:
        record_settings(events, {"order": "x" * 5_000, "on_star": "rm", "read_when": "passed"})
    failed = run("sync")
    assert failed.err.startswith("order could not be taken over: it ") and len(failed.err) < 400
    assert "read_when" in failed.out and "on_star" not in failed.out
    # It is said once, and as long as it is so by the status.
    assert run("sync").err == ""
    assert f"{run('sync', '--status').lines[-1]}\n" == failed.err
    assert run("sync", "--status", "--json").record["refused_settings"] == [failed.err.strip()]
    # What an older program has taken in and no file can hold stops nothing.
    with closing(Events.open(tmp_path / "laptop" / "papers.db")) as events:
        events.record_plain({"setting:citation_key": r'"\ud800"'})
    assert run("sync").code == 0
    (tmp_path / "laptop" / "config.toml").write_text(f'sync = "{shared}"\nsync_settings = true\n[[views]\n')
    assert "has mistakes, so settings are not synced" in run("sync").err


def test_of_many_looks_only_news_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    settings = cast(SharedSettings, SimpleNamespace(taken=["order"], refused=["keys: no"], is_by_itself=True))
    cut_off = Exchanged(troubles=["one: it is cut off"], skipped=["two: it is a folder"])
    for found in (
        cut_off,
        replace(cut_off),
        Exchanged(),
        Exchanged(came={"desk": 1}, notes=[*"abcde"]),
        Exchanged(came={"desk": 2, "phone": 1}, went=3, notes=[*"abcdef"], replaced=["order day (was upvotes)"]),
    ):
        sync._print_news(Namespace(json=False, quiet=False, folder=None), told, found, settings)
    rest = "'dailypapers note ID --history' lists the earlier ones, and --restore brings one back."
    taken = "Settings taken from your other machines: order."
    assert capsys.readouterr() == (
        f"""\
Nothing new on any machine.
{taken}
1 change came from desk.
Another machine replaced your notes of: a, b, c, d, e. {rest}
{taken}
2 changes came from desk, 1 change came from phone, 3 changes went out.
Another machine replaced your notes of: a, b, c, d, e and more. {rest}
{taken}
Another machine replaced settings of this one: order day (was upvotes). 'dailypapers config history NAME' lists the \
earlier ones, and --restore brings one back.
""",
        """\
one: it is cut off; it is skipped until it is complete
two: it is a folder; it is skipped
keys: no
keys: no
keys: no
""",
    )


def test_settings_of_a_forgotten_machine_are_again_as_they_were(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    use("desk")
    run("config", "set", "sync_settings", "true")
    run("config", "set", "read_when", "opened")
    run("sync", shared)
    use("laptop")
    run("config", "set", "sync_settings", "true")
    run("sync", shared)
    for words in (("order", "upvotes"), ("read_when", "passed"), ("keys.paper.star", "S")):
        run("config", "set", *words)
    run("views", "add", "Agents", "title:agents")
    run("sync", shared)
    use("desk")
    run("sync", shared)
    names = ("order", "read_when", "keys", "views")
    after = [run("config", "get", name).out.strip() for name in names]
    assert after[:2] == ["upvotes", "passed"]
    run("sync", "forget", "laptop", "--yes")
    assert [run("config", "get", name).out.strip() for name in names] == ["day", "opened", "", ""]
    run("sync", "forget", "laptop", "--undo")
    assert [run("config", "get", name).out.strip() for name in names] == after


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
