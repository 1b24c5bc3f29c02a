"""Several machines that each mail a digest: what one has mailed, no other one mails."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from reader.cache.marks.events import Events
from reader.extensions.digest import sending
from reader.extensions.digest.sent import PART, mailed_elsewhere, record_mailing, take_back_mailing
from tests.commands.conftest import IDS, Run
from tests.extensions.digest.mail_server import SINCE, MailServer, serving

Use = Callable[..., None]


@pytest.fixture(autouse=True)
def make_shared(tmp_path: Path) -> None:
    """The folder that the machines share, which is the user's to make."""
    (tmp_path / "shared").mkdir()


@pytest.fixture
def use(tmp_path: Path, filled: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Use:
    """Go to a machine of this name, which mails by a server and meets the others in a folder."""

    def use(name: str, server: MailServer, sync: str = "../shared", more: str = "") -> None:
        folder = tmp_path / name
        if not folder.exists():
            folder.mkdir()
            shutil.copy(filled, folder / "papers.db")
        mail = f'to = "ada@example.org"\nserver = "localhost:{server.port}"\nsecurity = "none"'
        (folder / "config.toml").write_text(f"sync = {json.dumps(sync)}\n[digest]\n{mail}\n{more}\n")
        monkeypatch.setenv("DAILYPAPERS_HOME", str(folder))

    return use


def test_what_one_machine_has_mailed_no_other_one_mails(run: Run, use: Use) -> None:
    with serving("none") as server:
        use("laptop", server)
        assert "6 papers, sent" in run("digest", *SINCE, "--send").err
        use("desk", server)
        assert "(6 papers) was already mailed, last at 20" in run("digest", *SINCE, "--send").err
        # Another query, or another address, is another digest.
        assert "1 paper, sent" in run("digest", "memory", *SINCE, "--send").err
        use("desk", server, more='[[views]]\nname = "None"\nquery = "nothing"')
        run("config", "set", "digest.to", "grace@example.org")
        assert "6 papers, sent" in run("digest", *SINCE, "--send").err
        use("laptop", server)
        assert "was already mailed" in run("digest", "memory", *SINCE, "--send").err
    assert [mail["To"] for mail in server.mails] == ["ada@example.org", "ada@example.org", "grace@example.org"]


def test_no_address_leaves_the_machine_but_in_the_mail(run: Run, use: Use, tmp_path: Path) -> None:
    with serving("none") as server:
        use("laptop", server)
        run("digest", "topic:agents", "OR", "agents", *SINCE, "--send")
    (file,) = (tmp_path / "shared").iterdir()
    said = file.read_text()
    assert IDS[1] in said and '"mailed:' in said
    assert "ada" not in said and "example.org" not in said and "topic" not in said


def test_what_a_server_refuses_another_machine_may_mail(run: Run, use: Use) -> None:
    with serving("none", refuses="DATA") as server:
        use("laptop", server)
        assert run("digest", *SINCE, "--send").code == 1
        run("sync", "-q")
        server.refuses = ""
        use("desk", server)
        assert "6 papers, sent" in run("digest", *SINCE, "--send").err
        use("laptop", server)
        assert "was already mailed" in run("digest", *SINCE, "--send").err
    assert len(server.mails) == 1


def test_what_may_have_left_no_other_machine_mails(run: Run, use: Use) -> None:
    with serving("none", breaks_off=True) as server:
        use("laptop", server)
        assert run("digest", *SINCE, "--send").code == 1
        server.breaks_off = False
        use("desk", server)
        assert "was already mailed" in run("digest", *SINCE, "--send").err
        assert "was already mailed" in run("digest", *SINCE, "--send", "--again").err
        use("laptop", server)
        assert "sent to" in run("digest", *SINCE, "--send", "--again").err
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


def test_without_the_folder_it_is_mailed_and_said_what_may_come_again(run: Run, use: Use, tmp_path: Path) -> None:
    with serving("none") as server:
        use("laptop", server)
        run("sync", "-q")
        shutil.rmtree(tmp_path / "shared")
        said = run("digest", *SINCE, "--send").err.splitlines()
    assert "Connect or mount it" in said[0]
    assert said[0].endswith("What your other machines mailed since the last sync may be mailed again.")
    assert said[1:] == ["6 papers, sent to ada@example.org."]


def test_a_schedule_mails_in_turn(run: Run, use: Use, waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("none") as server:
        use("laptop", server)
        run("mark", "star", IDS[0])
        assert run("digest", *SINCE, "--send", "--in-turn").err.startswith("5 papers: 4 for you, 1 most voted, sent")
        assert waited == [], "it knows of no other machine"
        use("desk", server)
        run("sync", "-q")
        first, second = run("digest", *SINCE, "--send", "--in-turn").err.splitlines()
        assert first == "Waiting 4 min, so that only one of your machines mails."
        assert re.fullmatch("Another of your machines mailed at 20..-..-.. ..:.., so this one does not.", second)
        run("mark", "star", IDS[1])
        run("sync", "-q")
        use("laptop", server)
        run("sync", "-q")
        assert run("digest", *SINCE, "--send", "--in-turn").err.startswith("Waiting 1 min")
        assert run("digest", *SINCE, "--send", "--in-turn", "--quiet").err == ""
        lead, step = sending.LEAD, sending.STEP
        assert waited == [lead + step, lead, lead]
        use("laptop", server, sync="")
        run("digest", *SINCE, "--send", "--in-turn")
        assert len(waited) == 3, "nothing tells it what the others do"
        # The next day, each may mail what is new then.
        tomorrow = date.today() + timedelta(days=1)
        monkeypatch.setattr(sending, "date", SimpleNamespace(today=lambda: tomorrow))
        use("desk", server)
        assert "was already mailed" in run("digest", *SINCE, "--send", "--in-turn").err
    assert len(server.mails) == 1


def test_a_program_that_mails_is_shared_and_another_is_not(run: Run, use: Use) -> None:
    with serving("none") as server:
        for format, said in (("mail", "was already mailed"), ("markdown", "sent to true")):
            for name in ("laptop", "desk"):
                use(name, server, more=f'command = ["true"]\nformat = "{format}"')
                found = run("digest", *SINCE, "--to", "command").err
                assert name == "laptop" or said in found


def test_a_mailing_of_many_papers_is_several_events_and_no_undo_takes_it_back(filled: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "papers.db", tmp_path / "there" / "papers.db"
    for file in (here, there):
        file.parent.mkdir()
        shutil.copy(filled, file)
    with closing(Events.open(here)) as events, closing(Events.open(there)) as others:
        events.mark("star", True, [1])
        keys = [f"paper {number}" for number in range(2 * PART + 1)]
        record_mailing(events, "ab12", "mail ada", keys)
        record_mailing(events, "ab12", "mail ada", [])
        assert mailed_elsewhere(events, "mail ada").keys == frozenset(), "only what others mailed"
        undone = events.undo()
        assert undone is not None and undone.label == "starred"
        assert events.redo() is not None
        from reader.extensions.sync.folder import exchange

        shared = tmp_path / "shared"
        for one in (events, others):
            exchange(one, shared, "name")
        found = mailed_elsewhere(others, "mail ada")
        assert found.keys == set(keys) and found.last is not None
        assert mailed_elsewhere(others, "mail grace") == (frozenset(), None)
        take_back_mailing(events, "ab12")
        for one in (events, others):
            exchange(one, shared, "name")
        assert mailed_elsewhere(others, "mail ada").keys == frozenset()
