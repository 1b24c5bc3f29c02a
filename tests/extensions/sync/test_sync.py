"""`sync` joins the marks of homes, and says what it did in words, as JSON and as a status."""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zlib import crc32

import pytest

from reader.cache.marks.events import Events
from reader.cache.marks.journal import Owner, encode
from reader.commands.shared_settings import SharedSettings, record_settings
from reader.extensions import sync
from reader.extensions.sync.exchange import Exchanged
from tests.commands.conftest import IDS, Result, Run, RunOnTerminal, Session

Use = Callable[[str], None]


def test_the_folder_is_named_or_set_and_every_machine_is_told_of(
    run: Run, on_terminal: RunOnTerminal, use: Use, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    use("laptop")
    assert "Name a folder that your machines share" in run("sync").err
    assert "No place to sync is set yet" in run("sync", "--status").out
    assert run("sync", "--status", str(shared)).code == 1
    run("mark", "star", IDS[0])
    assert run("sync", str(shared)).lines == [
        "1 change went out.",
        f"To sync automatically: dailypapers config set sync {shared}",
    ]
    assert run("sync", "--status").lines[0].startswith(f"{shared}, last looked at")
    use("desk")
    run("config", "set", "sync", str(shared))
    assert run("sync").lines == ["1 change came from laptop."]
    assert run("list", "is:starred", "--json").records[0]["id"] == IDS[0]
    assert run("sync").lines == ["Nothing new on any machine."]
    assert run("sync", "-q") == Result(0, "", "")
    use("laptop")
    run("mark", "read", IDS[1])
    run("sync", str(shared))
    (file,) = [one for one in shared.iterdir() if b'"name":"laptop"' in one.read_bytes()]
    file.write_bytes(file.read_bytes() + b'{"v":1,"id":')
    use("desk")
    found = run("sync", "--json").record
    assert (found["came"], found["went"]) == ({"laptop": 1}, 0)
    skipped = f"laptop's {file.name}: line 4: it is cut off; it is skipped until it is complete\n"
    assert run("sync").err == skipped
    assert run("sync", "-q") == Result(0, "", skipped)
    whole = file.read_bytes()
    body = b'{"v":2'
    file.write_bytes(whole.rpartition(b"{")[0] + body + b',"sum":"%08x"}\n' % crc32(body))
    assert run("sync").err.endswith("its form, 2, is newer than this program; update that to read it\n")
    file.write_bytes(whole)
    run("sync")
    status = on_terminal("sync", "--status", columns=200).lines
    assert status[0].startswith(f"{shared}, last looked at 20")
    assert "laptop: 1 new that time" in status
    assert f"laptop: {file.name}: line 4: it is cut off" in status
    machines = run("sync", "--status", "--json").record["machines"]
    assert sorted((one["name"], one["changes"], one["is_this"]) for one in machines) == [
        ("desk", 0, True),
        ("laptop", 2, False),
    ]
    shutil.rmtree(shared)
    failed = run("sync")
    assert (failed.code, "is missing; nothing is lost. Connect or mount it" in failed.err) == (1, True)
    assert run("sync", "--status").lines[0].endswith("It is missing now.")
    assert json.loads(run("undo", "--anywhere", "--json").out)["undone"]["kind"] == "read"


def test_two_machines_have_the_same_marks(session: Session, use: Use) -> None:
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
        $ sync shared
        Nothing new on any machine.
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
        $ sync forget
        2! dailypapers: Name the machine: dailypapers sync forget MACHINE. A folder of that name is ./forget.
        $ sync forget phone
        1! dailypapers: No machine 'phone' is known here: 'dailypapers sync --status' lists them.
        $ sync forget desk
        2! dailypapers: That is this machine: 'undo' takes back what you did on it.
        $ sync forget laptop
        laptop sent 3 changes about 2 papers. Forgetting removes them here, and on your other machines when they next sync. What you did on other machines stays. 'dailypapers sync forget NOW --undo' brings them back from the journal.
        2! dailypapers: Cannot prompt without a terminal; pass --yes to confirm.
        $ sync forget laptop --yes
        laptop sent 3 changes about 2 papers. Forgetting removes them here, and on your other machines when they next sync. What you did on other machines stays. 'dailypapers sync forget NOW --undo' brings them back from the journal.
        laptop is forgotten.
        2 changes went out.
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


def test_a_copy_of_a_file_is_no_second_machine(run: Run, on_terminal: RunOnTerminal, use: Use, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    use("workstation-of-the-laboratory")
    run("mark", "star", IDS[0])
    run("sync", str(shared))
    (file,) = shared.iterdir()
    copy = file.with_name(f"{file.stem}.sync-conflict-20261124-101010-ABCDEFG.jsonl")
    shutil.copy(file, copy)
    (shared / "dailypapers-b.jsonl").mkdir()
    use("desk")
    synced = run("sync", str(shared))
    assert synced.lines[0] == "1 change came from workstation-of-the-laboratory."
    assert synced.err == "dailypapers-b.jsonl: it is a folder; it is skipped\n"
    machines = run("sync", "--status", "--json").record["machines"]
    assert sorted((one["file"], one["copies"]) for one in machines if not one["is_this"]) == [(file.name, [copy.name])]
    status = on_terminal("sync", "--status", columns=200).lines
    assert [row.split(" ")[0] for row in status if "  1 change" in row] == ["workstation-of-the-laboratory"]
    assert sum(copy.name in line for line in status) == 1


def test_machines_of_one_name_are_told_apart(run: Run, on_terminal: RunOnTerminal, use: Use, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    ids = ["b" * 12, "c" * 12]
    use("laptop")
    run("mark", "star", IDS[0])
    run("sync", str(shared))
    for id in ids:
        (shared / f"dailypapers-{id}.jsonl").write_bytes(encode(Owner(id, "lab")))
    run("sync", str(shared))
    shown = on_terminal("sync", "--status").lines
    rows = [line for line in shown if " change" in line]
    assert [id in row for id, row in zip(ids, rows[1:], strict=True)] == [True, True]
    assert all(f"lab {id}: another machine also has this name" in shown for id in ids)


def test_the_note_that_lost_is_in_the_history(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    for name in ("laptop", "desk"):
        use(name)
        run("note", IDS[0], "--text", f"by the {name}")
        run("sync", shared)
    use("laptop")
    run("sync", shared)
    for name in ("laptop", "desk"):
        use(name)
        assert run("note", IDS[0]).out == "by the desk\n"
        assert [one["note"] for one in run("note", IDS[0], "--history", "--json").records] == [
            "by the desk",
            "by the laptop",
        ]
    run("undo")
    assert ", taken back\nby the desk\n" in run("note", IDS[0], "--history").out
    assert run("note", IDS[0], "--history", "--text", "x").code == 2
    assert run("note", IDS[1], "--history").err.endswith("never had a note.\n")


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
        record_settings(events, {"order": "sideways", "on_star": "rm", "read_when": "passed"})
    failed = run("sync")
    assert failed.err.startswith("order could not be taken over: it must be ")
    assert "read_when" in failed.out and "on_star" not in failed.out
    # What an older program has taken in and no file can hold stops nothing.
    with closing(Events.open(tmp_path / "laptop" / "papers.db")) as events:
        events.record_plain({"setting:citation_key": r'"\ud800"'})
    assert run("sync").code == 0
    (tmp_path / "laptop" / "config.toml").write_text(f'sync = "{shared}"\nsync_settings = true\n[[views]\n')
    assert "has mistakes, so settings are not synced" in run("sync").err


def test_a_note_that_gives_way_is_named(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    for name in ("laptop", "desk"):
        use(name)
        run("note", IDS[0], "--text", f"by the {name}")
        run("sync", shared)
    run("sync", shared)
    use("laptop")
    assert run("sync", shared).lines == [
        "1 change came from desk.",
        f"Another machine replaced your notes of: {IDS[0]}. 'dailypapers note ID --history' lists the earlier ones, and"
        " --restore brings one back.",
    ]
    run("config", "set", "sync", shared)
    (file,) = [one for one in Path(shared).iterdir() if b'"name":"desk"' in one.read_bytes()]
    file.write_bytes(file.read_bytes() + b'{"v":1,"id":')
    run("sync")
    found = {one["name"]: one for one in run("doctor", "--json").record["findings"] if one["topic"] == "Sharing"}
    assert found["sync"]["ok"] and not found["file"]["ok"]
    told = "".join(run("doctor").out.split())
    assert file.name in told and "cutoff" in told
    shutil.move(shared, tmp_path / "away")
    assert "mount it" in " ".join(run("doctor").out.split())


def test_a_folder_that_was_emptied_is_told(run: Run, use: Use, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    for name in ("laptop", "desk"):
        use(name)
        run("mark", "star", IDS[0])
        run("sync", str(shared))
    for file in shared.iterdir():
        file.unlink()
    assert "if its disk is not mounted, mount it and sync again.\n" in run("sync", str(shared)).err
    assert run("sync", str(shared)).err == ""


def test_a_trouble_that_lasts_is_told_once_while_it_is_watched(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    settings = cast(SharedSettings, SimpleNamespace(taken=[], refused=[], is_by_itself=True))
    arguments = Namespace(json=False, quiet=True, folder=None)
    for troubles in (["one: it is cut off"], ["one: it is cut off"], [], ["one: it is cut off"]):
        sync._print_news(arguments, told, Exchanged(troubles=troubles), settings)
    assert capsys.readouterr().err.count("it is cut off") == 2


def test_a_machine_is_forgotten_on_all_and_heard_again(
    run: Run, on_terminal: RunOnTerminal, use: Use, tmp_path: Path
) -> None:
    shared = str(tmp_path / "shared")
    use("laptop")
    run("mark", "star", *IDS[:2])
    run("sync", shared)
    use("desk")
    run("mark", "star", IDS[2])
    run("sync", shared)
    (laptop,) = [one for one in run("sync", "--status", "--json").record["machines"] if not one["is_this"]]
    assert (laptop["here"], laptop["papers"], laptop["forgotten"], laptop["refused"]) == (1, 2, False, 0)
    assert laptop["newest"].startswith("20")
    assert "sent 1 change about 2 papers here, the newest of" in run("sync", "--status").out
    # It says what it does, and asks.
    asked = run("sync", "forget", "laptop")
    assert asked.code == 2 and "pass --yes to confirm" in asked.err
    assert "laptop sent 1 change about 2 papers. Forgetting removes them here" in asked.out
    assert "without a terminal" in run("sync", "forget", laptop["machine"], "--quiet").err
    assert "No machine 'phone' is known here" in run("sync", "forget", "phone").err
    assert "That is this machine" in run("sync", "forget", "desk").err
    assert "Name the machine" in run("sync", "forget").err
    refused = run("sync", "--undo")
    assert (refused.code, refused.out) == (2, "") and "--undo belongs to" in refused.err
    assert run("sync", "forget", "laptop", "--yes", "--quiet").lines == []
    assert [one["id"] for one in run("list", "is:starred", "--json").records] == [IDS[2]]
    assert f"'sync forget {laptop['machine']} --undo' brings them back" in run("sync", "--status").out
    assert run("sync", shared).lines == ["Nothing new on any machine."]
    use("laptop")
    run("mark", "star", IDS[3])
    assert "Another of your machines has forgotten this one" in run("sync", shared).err
    use("desk")
    run("sync", shared)
    assert len(run("list", "is:starred", "--json").records) == 1
    said = run("sync", "forget", "laptop", "--undo", "--json").record
    assert said == {"machine": laptop["machine"], "name": "laptop", "forgotten": False, "changes": 1, "papers": 2}
    assert len(run("list", "is:starred", "--json").records) == 4
    use("laptop")
    assert "forgotten" not in run("sync", shared).err


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


def test_the_hint_and_the_setting_name_the_folder_from_everywhere(
    run: Run, use: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("laptop")
    place = tmp_path / "some where"
    place.mkdir()
    monkeypatch.chdir(place)
    (place / "shared").mkdir()
    run("mark", "star", IDS[0])
    assert run("sync", "shared").lines[-1] == f"To sync automatically: dailypapers config set sync '{place / 'shared'}'"
    run("config", "set", "sync", "shared")
    monkeypatch.chdir(tmp_path)
    assert run("config", "get", "sync").out.strip() == str(place / "shared")
    # One that is mistyped, or not mounted, is not made.
    missing = run("sync", str(place / "shraed"))
    assert missing.code == 1 and "is missing; nothing is lost. Connect or mount it" in missing.err
    assert not (place / "shraed").exists()


def test_an_address_with_a_password_is_refused_everywhere(run: Run, use: Use) -> None:
    use("laptop")
    address = "postgresql://ada:secret@hub.example/papers"
    for words in (
        ("sync", address),
        ("sync", "--status", address),
        ("config", "set", "sync", address),
        ("group", "create", address, "--name", "ada"),
    ):
        result = run(*words)
        assert (result.code, "secret" in result.err) == (2, False)
        assert "Other programs can see a password in the address" in result.err


def test_a_setting_that_is_refused_is_said_once(run: Run, use: Use, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared")
    use("laptop")
    run("mark", "star", IDS[0])
    with closing(Events.open(tmp_path / "laptop" / "papers.db")) as events:
        record_settings(events, {"order": "x" * 5_000})
    run("sync", shared)
    use("desk")
    run("config", "set", "sync_settings", "true")
    told = run("sync", shared).err
    assert told.startswith("order could not be taken over: it ") and len(told) < 400
    assert run("sync", shared).err == ""
    assert run("sync", "--status").lines[-1].startswith("order could not be taken over")
    assert len(run("sync", "--status", "--json").record["refused_settings"]) == 1
