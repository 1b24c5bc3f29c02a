"""The user's lists, such as views and rules, on two real homes by the real commands."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.commands.conftest import IDS, Run

Use = Callable[[str], None]

FILE = """\
# My settings.
sync = "{shared}"  # on a stick
sync_settings = true

[[views]]
# The first.
name = "Evals"
query = "topic:evaluation"

[[rules]]
name = "Finance"
when = "title:stock"
then = "hide"
"""


@pytest.fixture
def use(tmp_path: Path, filled: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Use:
    """Go to a home of this name, with the papers in its cache and the same settings."""
    (tmp_path / "shared").mkdir()

    def use(name: str) -> None:
        folder = tmp_path / name
        if not folder.exists():
            folder.mkdir()
            shutil.copy(filled, folder / "papers.db")
            (folder / "config.toml").write_text(FILE.format(shared=tmp_path / "shared"))
        monkeypatch.setenv("DAILYPAPERS_HOME", str(folder))
        monkeypatch.setattr("platform.node", lambda: f"{name}.example.org")

    return use


def names(run: Run, what: str = "views") -> list[str]:
    return [one["name"] for one in run(what, "list", "--json").records]


def settle(run: Run, use: Use) -> None:
    for name in ("laptop", "desk") * 2:
        use(name)
        assert run("sync").code == 0


def add_rule(file: Path, name: str) -> None:
    file.write_text(file.read_text() + f'\n[[rules]]\nname = "{name}"\nwhen = "title:{name}"\nthen = ["star"]\n')


@pytest.mark.parametrize("sync_settings", [True, False])
def test_undo_and_redo_of_commands(run: Run, use: Use, tmp_path: Path, sync_settings: bool) -> None:
    use("laptop")
    run("config", "set", "sync_settings", str(sync_settings).lower())
    file = tmp_path / "laptop" / "config.toml"
    assert run("undo").out == "There is nothing to take back.\n"
    before = run("views", "list", "--json").records
    deeds = (
        (("views", "add", "Robots", "title:robot"), "view Robots added"),
        (("views", "save", "Evals", "title:evals"), "view Evals changed"),
        (("views", "rename", "Evals", "E"), "view Evals renamed E"),
        (("views", "remove", "Evals"), "view Evals removed"),
        (("views", "hide", "trending"), "hidden view trending added"),
        (("config", "set", "mute", '["crypto"]'), "muted word crypto added"),
    )
    start = file.read_text()
    for words, said in deeds:
        assert run(*words).code == 0
        after = file.read_text()
        assert run("undo").out == f"Taken back: {said}.\n"
        assert run("views", "list", "--json").records == before
        assert run("config", "get", "mute").out == "[]\n"
        assert run("redo").out == f"Redone: {said}.\n"
        assert sorted(file.read_text().split()) == sorted(after.split())
        run("undo")
        assert names(run) == ["Evals"]
    assert "# The first." in start and "# The first." in file.read_text()
    # A star in between is taken back in its turn.
    run("views", "add", "Robots", "title:robot")
    run("mark", "star", IDS[0])
    run("views", "add", "Vision", "title:vision")
    assert run("undo").out == "Taken back: view Vision added.\n"
    assert "starred" in run("undo").out
    assert run("undo").out == "Taken back: view Robots added.\n"


def test_what_cannot_be_written_is_said_and_comes_later(run: Run, use: Use, tmp_path: Path) -> None:
    use("laptop")
    run("views", "add", "Robots", "title:robot")
    run("views", "list")
    file = tmp_path / "laptop" / "config.toml"
    good = file.read_text()
    wrong = good + '\n[[views]]\nname = "no query"\n'
    file.write_text(wrong)
    undone = run("undo")
    assert "views in" in undone.err and "config check" in undone.err
    assert file.read_text() == wrong
    file.write_text(good)
    assert names(run) == ["Evals"]


def test_a_file_with_a_mistake_is_said_once(run: Run, use: Use, tmp_path: Path) -> None:
    settle(run, use)
    file = tmp_path / "desk" / "config.toml"
    file.write_text(file.read_text() + '\n[[rules]]\nname = "Broken"\nwhen = "topic:("\nthen = "hide"\n')
    use("laptop")
    add_rule(tmp_path / "laptop" / "config.toml", "Robots")
    run("views", "add", "Robots", "title:robot")
    run("sync")
    use("desk")
    before = file.read_text()
    said = run("sync")
    assert "rules in" in said.err and "'dailypapers config check' says where" in said.err
    # The views have no mistake.
    assert names(run) == ["Evals", "Robots"]
    assert file.read_text().partition("[[rules]]")[2] == before.partition("[[rules]]")[2]
    assert "stays as it is" not in run("sync").err
    file.write_text(file.read_text().replace('"topic:("', '"title:broken"'))
    settle(run, use)
    for name in ("laptop", "desk"):
        use(name)
        assert sorted(names(run, "rules")) == ["Broken", "Finance", "Robots"]


def test_a_home_of_before_that_syncs_by_values(run: Run, use: Use, tmp_path: Path) -> None:
    """Events of whole lists, as the earlier program made them, change nothing; nothing doubles."""
    from contextlib import closing

    from reader.cache.marks.events import Events
    from reader.commands.shared_settings import record_settings

    for name in ("laptop", "desk"):
        use(name)
        run("views", "list")
    with closing(Events.open(tmp_path / "laptop" / "papers.db")) as events:
        record_settings(events, {"views": [], "mute": ["everything"]})
    settle(run, use)
    settle(run, use)
    for name in ("laptop", "desk"):
        use(name)
        assert names(run) == ["Evals"] and names(run, "rules") == ["Finance"]
        assert run("config", "get", "mute").out == "[]\n"
        assert (tmp_path / name / "config.toml").read_text() == FILE.format(shared=tmp_path / "shared")


def test_what_another_machine_replaced_is_said_and_comes_back(run: Run, use: Use, tmp_path: Path) -> None:
    settle(run, use)
    use("laptop")
    run("views", "save", "Evals", "title:laptop")
    run("config", "set", "order", "upvotes")
    run("note", IDS[0], "--text", "by the laptop")
    run("sync")
    use("desk")
    run("views", "save", "Evals", "title:desk")
    run("config", "set", "order", "title")
    run("note", IDS[0], "--text", "by the desk")
    run("views", "list")
    said = run("sync").lines
    # The laptop did it first, so here nothing gave way.
    assert not any("replaced" in line for line in said)
    use("laptop")
    said = run("sync").lines
    assert said[-1] == (
        'Another machine replaced settings of this one: order (was "upvotes"); view Evals (was title:laptop).'
        " 'dailypapers config history NAME' lists the earlier ones, and --restore brings one back."
    )
    assert said[-3].startswith(f"Another machine replaced your notes of: {IDS[0]}.")
    history = run("config", "history", "views.evals").lines
    assert [line.split(": ", 2)[2] for line in history[:2]] == ["view Evals: title:desk", "view Evals: title:laptop"]
    assert history[2] == "3: from the start: view Evals: topic:evaluation"
    back = run("config", "history", "views.Evals", "--restore", "2")
    assert back.out == "Restored: view Evals: title:laptop. 'dailypapers undo' takes it back.\n"
    assert run("views", "list", "--json").records[0]["query"] == "title:laptop"
    assert run("config", "history", "order", "--restore", "2").out == 'Restored: "upvotes".\n'
    assert run("config", "get", "order").out == "upvotes\n"
    assert run("note", IDS[0], "--history").out.startswith("1: 20")
    assert run("note", IDS[0], "--restore", "2").code == 0
    assert run("note", IDS[0]).out == "by the laptop\n"
    assert run("note", IDS[0], "--restore", "9").code == 1
    settle(run, use)
    for name in ("laptop", "desk"):
        use(name)
        assert run("views", "list", "--json").records[0]["query"] == "title:laptop"
        assert run("config", "get", "order").out == "upvotes\n"
        assert run("note", IDS[0]).out == "by the laptop\n"


def test_an_entry_that_was_removed_elsewhere_comes_back(run: Run, use: Use) -> None:
    settle(run, use)
    use("desk")
    run("views", "remove", "Evals")
    settle(run, use)
    use("laptop")
    assert names(run) == []
    history = run("config", "history", "views", "--json").records
    assert [one["was"] for one in history] == ["view Evals: topic:evaluation (removed)", "view Evals: topic:evaluation"]
    assert run("config", "history", "views", "--restore", "1").code == 1
    assert run("config", "history", "views", "--restore", "2").code == 0
    assert names(run) == ["Evals"]
    assert run("undo").out == "Taken back: view Evals brought back.\n"
    assert names(run) == []
    run("redo")
    settle(run, use)
    use("desk")
    assert names(run) == ["Evals"]
    for words in (("history",), ("history", "theme"), ("get", "order", "--restore", "1")):
        assert run("config", *words).code == 2
    assert "No earlier value" in run("config", "history", "key_preset").out


@pytest.mark.long
def test_a_sync_that_is_killed_at_any_moment_loses_no_entry(run: Run, use: Use, tmp_path: Path) -> None:
    chance = random.Random(26)
    settle(run, use)
    for number in range(15):
        use("laptop")
        run("views", "add", f"v{number}", f"title:word{number}")
        run("sync")
        use("desk")
        add_rule(tmp_path / "desk" / "config.toml", f"r{number}")
        going = subprocess.Popen(
            [sys.executable, "-m", "reader", "sync"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with suppress(subprocess.TimeoutExpired):
            going.wait(chance.uniform(0.05, 1.5))
        going.kill()
        going.wait()
        if chance.random() < 0.3:
            assert run("undo").code == 0
            run("redo")
    settle(run, use)
    settle(run, use)
    for name in ("laptop", "desk"):
        use(name)
        assert names(run) == ["Evals", *(f"v{number}" for number in range(15))]
        assert names(run, "rules") == ["Finance", *(f"r{number}" for number in range(15))]
        assert run("config", "check").code == 0


def test_a_machine_that_is_forgotten_takes_its_entries_along(run: Run, use: Use, tmp_path: Path) -> None:
    settle(run, use)
    use("desk")
    run("views", "add", "Robots", "title:robot")
    run("views", "save", "Evals", "title:desk")
    settle(run, use)
    use("laptop")
    assert [one["query"] for one in run("views", "list", "--json").records] == ["title:desk", "title:robot"]
    assert run("sync", "forget", "desk", "--yes").code == 0
    assert [one["query"] for one in run("views", "list", "--json").records] == ["topic:evaluation"]
    assert (tmp_path / "laptop" / "config.toml").read_text() == FILE.format(shared=tmp_path / "shared")
