"""The doctor: finds what is not well, says what to do, changes nothing."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TypedDict
from zlib import crc32

import pytest

from tests.commands.conftest import Run
from tests.feed_server import FeedServer


class Finding(TypedDict):
    """One line of the report, as JSON."""

    topic: str
    name: str
    value: str
    ok: bool
    advice: str


def findings(run: Run, *words: str) -> dict[str, Finding]:
    return {one["name"]: one for one in run("doctor", "--json", *words).record["findings"]}


def report(run: Run, home: Path) -> str:
    """What is said, without what other machines say otherwise."""
    said = re.sub(r"(Program|Terminal)\n.*?\n\n", "", run("doctor").out, flags=re.DOTALL)
    said = re.sub(r"file system( +).*; files", r"file system\1; files", said).replace(str(home), "HOME")
    said = re.sub(r"papers-[\d-]+", "papers-DAY", said).replace(str(shutil.which("wc")), "wc")
    return re.sub(r"[\d.]+ [kM]B", "SIZE", said)


def test_a_healthy_installation_is_well(run: Run, papers: Path, home: Path) -> None:
    assert run("doctor").code == 0
    assert (
        report(run, home)
        == """\
Settings
  file          HOME/config.toml (not there: all defaults)
  topic rules   61 topics

Cache
  file          HOME/papers.db
  file system   ; files can be locked
  state         ok
  schema        0015, this program's is 0015
  size          papers.db SIZE
  journal       none yet
  backups       none yet
  papers        6
  days          2
  marks         0
  newest day    2026-06-30
  last refresh  never

Sources
  followed      0 feeds
  categories    not known for 6 papers; arXiv is asked for 200 a day

Feed
  endpoint      https://huggingface.co (default)
  token         none (none is needed)

Notifications
  queries       none: off

Log
  log file      HOME/dailypapers.log
  errors        none in the last 7 days
"""
    )


def test_what_is_wrong_comes_with_what_to_do(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    run("mark", "star", "2606.26740")
    (home / "config.toml").write_text(WRONG)
    (home / "topics.toml").write_text("[topics.agents]\nnam = 'Agents'\n")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert (
        report(run, home)
        == """\
Settings
  file          HOME/config.toml
! line 1        days_at_strat
                HOME/config.toml:1: days_at_strat is not a setting. Did you mean days_at_start?
! topic rules   61 topics
                unknown key "nam"; did you mean "name"?

Cache
  file          HOME/papers.db
  file system   ; files can be locked
  state         ok
  schema        0015, this program's is 0015
  size          papers.db SIZE
  journal       SIZE
  backups       1, the newest: papers-DAY.db
  papers        6
  days          2
  marks         1
  newest day    2026-06-30
  last refresh  never

Sources
  followed      0 feeds
  categories    not known for 6 papers; arXiv is not asked: ask_arxiv is off

Feed
  endpoint      https://mirror.example.org (HOME/config.toml:4)
  token         found, but not sent: the feed is neither huggingface.co nor the server in token_endpoint
  network       off: HF_HUB_OFFLINE is set

Notifications
  queries       topic:agents
! program       no-such-program-here
                It is not on the path or not executable: check notify_command.

Exports
! export        agents: HOME/nowhere/a.bib
                Its folder is missing: make it, or name another file.
! export        agents: HOME/b.txt
                Its ending names no format: add format = to its [[exports]].
  export        agents: HOME/c.bib

Commands
! command       Missing: no-such-program-here
                It is not on the path or not executable.
  command       Words: wc

Log
  log file      HOME/dailypapers.log
  errors        none in the last 7 days
"""
    )
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    told = run("doctor", "--json")
    assert told.code == 1
    assert [
        (one["name"], one["value"], one["advice"])
        for one in told.record["findings"]
        if one["topic"] not in ("Program", "Cache", "Terminal")
    ] == [
        ("file", "there", ""),
        ("line 1", "no setting", "(only shown by 'dailypapers doctor')"),
        ("topic rules", "61 topics", "(only shown by 'dailypapers doctor')"),
        ("followed", "0 feeds", ""),
        ("categories", "not known for 6 papers; arXiv is not asked: ask_arxiv is off", ""),
        ("endpoint", "another address", ""),
        ("token", "found, but not sent: the feed is neither huggingface.co nor the server in token_endpoint", ""),
        ("network", "off: HF_HUB_OFFLINE is set", ""),
        ("queries", "1", ""),
        ("program", "not found", "It is not on the path or not executable: check notify_command."),
        ("export", "by the ending", "Its folder is missing: make it, or name another file."),
        ("export", "by the ending", "Its ending names no format: add format = to its [[exports]]."),
        ("export", "by the ending", ""),
        ("command", "not found", "It is not on the path or not executable."),
        ("command", "found", ""),
        ("log file", "(only shown by 'dailypapers doctor')", ""),
        ("errors", "none in the last 7 days", ""),
    ]


WRONG = """\
days_at_strat = 3
notify = ["topic:agents"]
notify_command = ["no-such-program-here"]
endpoint = "https://mirror.example.org"
ask_arxiv = false
[[exports]]
query = "agents"
file = "nowhere/a.bib"
[[exports]]
query = "agents"
file = "b.txt"
[[exports]]
query = "agents"
file = "c.bib"
[[commands]]
name = "Missing"
run = "no-such-program-here"
[[commands]]
name = "Words"
run = "wc"
"""


def test_without_a_cache_it_makes_none(run: Run, home: Path) -> None:
    assert run("doctor").code == 0
    assert "dailypapers refresh" in findings(run)["papers"]["value"]
    assert not home.exists()


@pytest.mark.parametrize("damage", [b"this is no database at all, it is a note", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_cache_is_found(run: Run, home: Path, damage: bytes) -> None:
    home.mkdir()
    (home / "papers.db").write_bytes(damage)
    found = run("doctor")
    assert found.code == 1
    assert found.err.count("\n") == 1
    assert "! state" in found.out
    assert (home / "papers.db").read_bytes() == damage


def test_a_mistake_in_the_settings_is_found(run: Run, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text("days_at_strat = 3\n")
    found = run("doctor")
    assert found.code == 1
    assert "Did you mean days_at_start?" in found.out
    assert run("doctor", "--json").record["ok"] is False


def test_papers_without_categories_are_counted(run: Run, papers: Path, home: Path) -> None:
    assert findings(run)["categories"]["value"] == "not known for 6 papers; arXiv is asked for 200 a day"
    (home / "config.toml").write_text("ask_arxiv = false\n")
    assert "ask_arxiv is off" in findings(run)["categories"]["value"]


def test_arxiv_is_not_said_to_be_asked_where_it_is_not(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:8000")
    assert "arXiv is not asked: the feed is on this machine" in findings(run)["categories"]["value"]
    monkeypatch.setenv("ARXIV_ENDPOINT", "http://127.0.0.1:8001")
    assert "arXiv is asked" in findings(run)["categories"]["value"]


def test_what_would_notify_is_looked_for(run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(run)["queries"]["value"] == "none: off"
    (home / "config.toml").write_text('notify = ["topic:agents"]\n')
    monkeypatch.setenv("PATH", str(home))
    assert "Install notify-send" in findings(run)["program"]["advice"] or sys.platform == "darwin"
    (home / "config.toml").write_text(f'notify = ["topic:agents"]\nnotify_command = ["{sys.executable}", "-V"]\n')
    assert findings(run)["program"]["ok"]


def test_another_package_in_the_same_folder_is_named(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(run)["dailypapers"]["advice"] == ""
    packages = {"reader": ["dailypapers", "reader"]}
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: packages)
    assert findings(run)["dailypapers"]["advice"].startswith("The package reader shares its folder")


def test_the_feed_is_asked_only_online(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FeedServer({}, today="2999-01-01") as feed:
        monkeypatch.setenv("HF_ENDPOINT", feed.url)
        assert "answer" not in findings(run)
        assert feed.requests == []
        assert findings(run, "--online")["answer"]["ok"]
        feed.fault = "refuse:403"
        assert not findings(run, "--online")["answer"]["ok"]


def test_a_token_that_the_feed_does_not_get_is_said(
    run: Run, home: Path, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = []
    for settings in ("", 'endpoint = "https://mirror.example.org"\n'):
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        (home / "config.toml").write_text(settings)
        said.append(findings(run)["token"]["value"])
    (home / "config.toml").write_text(settings + 'token_endpoint = "https://mirror.example.org"\n')
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    said.append(findings(run)["token"]["value"])
    said.append(findings(run)["token"]["value"])
    assert (said[0], said[2], said[3]) == ("found", "found", "none (none is needed)")
    assert said[1].startswith("found, but not sent")


def test_a_line_of_a_newer_program_is_no_damage_of_the_journal(run: Run, papers: Path) -> None:
    run("mark", "star", "2606.26740")
    body = b'{"v":9,"id":"new"'
    with papers.with_suffix(".journal.jsonl").open("ab") as journal:
        journal.write(body + b',"sum":"%08x"}\n' % crc32(body))
    assert findings(run)["journal"]["value"].endswith("kB")
