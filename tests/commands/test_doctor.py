"""The doctor: finds what is not well, says what to do, changes nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from reader import describe_version
from reader.cache.feeds import Coverage, Feeds, Freshness
from tests.commands.conftest import Run, RunOnTerminal
from tests.table import each


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same terminal on each machine; it can draw no pictures."""
    for name in ("COLORTERM", "TEXTUAL_DRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("reader.commands.doctor.find_spec", lambda _: None)


def without_machine(text: str, home: Path) -> list[str]:
    """The lines of a report, without what other machines and days say otherwise."""
    for pattern, mask in (
        *((re.escape(describe_version()), "VERSION"), (re.escape(str(home)), "HOME")),
        *((r"(?<=runs on       )Python.*", "VERSION"), (r"log-[\d-]+", "log-DAY")),
    ):
        text = re.sub(pattern, mask, text)
    return text.splitlines()


HEALTHY = """\
Program
  dailypapers   VERSION
  runs on       VERSION
  terminal      80 columns, UTF-8, TERM=xterm-256color; no pictures: the extra images is not installed

Settings
  file          HOME/config.toml (not there: all defaults)

Cache
  file          HOME/papers.db
  marks         HOME/log.db
  copies        none yet
  papers        6, the newest day is 2026-06-30
  last refresh  never

Feed
  endpoint      https://huggingface.co (default)
  token         none (none is needed)

Log
  log file      HOME/dailypapers.log
  errors        none in the last 7 days
"""

WRONG_SETTINGS = """\
keep_dasy = 3
endpoint = "https://mirror.example.org"
ask_arxiv = false
[[exports]]
query = "agents"
file = "c.bib"
"""

WRONG = """\
  file          HOME/config.toml
! line 1        keep_dasy
                HOME/config.toml:1: keep_dasy is not a setting. Did you mean keep_days?
  lists         exports in the file are ignored, because they were imported: see 'dailypapers views edit'
  copies        1, the newest: log-DAY.db
  endpoint      https://mirror.example.org (HOME/config.toml:2)
  token         found, but not sent: the feed is not https://huggingface.co
  network       off: HF_HUB_OFFLINE is set
"""


def test_doctor_says_that_an_invalid_settings_file_has_no_effect(run: Run, papers: Path, home: Path) -> None:
    (home / "config.toml").write_text("ascii = true\ntheme = [dark\n")
    found = run("doctor").out
    assert "! line 2        invalid file\n" in found and "all defaults apply until it is corrected." in found


def test_doctor_names_problems_with_fixes(
    run: Run, on_terminal: RunOnTerminal, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run("doctor")
    assert (found.code, found.err) == (0, "")
    healthy = without_machine(found.out, home)
    assert healthy == HEALTHY.splitlines()
    assert "terminal      70 columns, UTF-8" in on_terminal("doctor", columns=70).out
    run("mark", "star", "2606.26740")
    (home / "config.toml").write_text(WRONG_SETTINGS)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    found = run("doctor")
    assert (found.code, found.err) == (1, "dailypapers: 1 finding above, marked with !.\n")
    wrong = without_machine(found.out, home)
    assert [line for line in wrong if line not in healthy] == WRONG.splitlines()


def findings(run: Run, *words: str) -> dict[str, tuple[str, str]]:
    """The value and the advice of each finding."""
    output = run("doctor", "--json", *words)
    found = output.record
    assert found["ok"] == all(one["ok"] for one in found["findings"]) == (not output.code)
    assert [one["ok"] for one in found["findings"]] == [not one["advice"] for one in found["findings"]]
    return {one["name"]: (one["value"], one["advice"]) for one in found["findings"]}


def test_doctor_does_not_create_a_cache(run: Run, home: Path) -> None:
    assert findings(run)["papers"] == ("none yet: 'dailypapers refresh' fetches them", "")
    assert not home.exists()


def test_a_lost_log_is_reported_and_created_again(run: Run, papers: Path, home: Path) -> None:
    run("mark", "star", "2606.26740")
    for log in home.glob("log.db*"):
        log.unlink()
    shutil.rmtree(home / "backups")
    assert "missing, while copies of it or the cache have marks" in run("doctor").out
    found = run("list", "is:starred", "--json=id")
    assert found.records == [{"id": "2606.26740"}]
    assert found.err == (
        f"The file of your marks was missing, while copies of it or the cache have marks. {home}/log.db was made again "
        "from what is left.\n"
    )
    assert run("list", "is:starred", "--json=id").err == ""


def test_an_empty_log_without_anything_to_restore_is_said(run: Run, papers: Path, home: Path) -> None:
    (home / "log.db").write_bytes(b"")
    assert "The file of your marks was empty. " in run("list").err


def test_the_repair_of_an_empty_cache_says_how_papers_come_back(run: Run, papers: Path) -> None:
    papers.write_bytes(b"")
    assert "'dailypapers refresh' fetches papers" in run("doctor", "--repair").out


@each(
    ("known", "advice"),
    [
        (Coverage("2026-06-30"), ""),
        (Coverage("2026-06-30", ("2026-06-29",), "", "2026-06-30T18:00:00+00:00"), ""),
        (
            Coverage("2026-06-30", ("2026-06-27", "2026-06-26"), "2 days not fetched"),
            "Incomplete: 2026-06-27, 2026-06-26; run 'dailypapers refresh --since 2026-06-26'.",
        ),
    ],
)
def test_days_that_stay_incomplete_come_with_what_to_do(run: Run, papers: Path, known: Coverage, advice: str) -> None:
    fresh = Freshness("hf", "A title", "own", None, None, None, known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Feeds, "freshness", lambda *_: (fresh,))
        found = run("doctor")
    assert f"{' !'[bool(advice)]} daily papers  complete to Tue 30 Jun" in found.out
    assert advice in found.out


def test_a_program_of_another_package_in_the_same_folder_is_named(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = {"reader": ["dailypapers", "reader"]}
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: packages)
    advice = "The package reader uses the same folder: install dailypapers with 'uv tool install' or 'pipx install'."
    assert findings(run)["dailypapers"] == (describe_version(), advice)
