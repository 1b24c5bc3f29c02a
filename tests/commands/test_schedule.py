"""Refreshes at set times: shown, agreed to, written, and taken away."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from reader.commands.schedule import copied_environment
from tests.commands.conftest import Run, Session

CRONTAB = """#!{python}
import pathlib, sys
file = pathlib.Path({file!r})
if sys.argv[1] == "-l":
    if not file.exists():
        sys.exit("no crontab for ada")
    print(file.read_text(), end="")
else:
    file.write_text(sys.stdin.read())
"""


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system with nothing but a crontab, which is this file."""
    file = tmp_path / "crontab.txt"
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "crontab"
    program.write_text(CRONTAB.format(python=sys.executable, file=str(file)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("reader.actions.schedule.sys.platform", "linux")
    for name in copied_environment(os.environ, None).keys() - {"HF_HOME"}:
        monkeypatch.delenv(name)
    return file


def test_a_scheduled_refresh_finds_files_and_proxies_but_gets_no_token() -> None:
    named = "HF_ENDPOINT XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR"
    proxies = "HTTPS_PROXY https_proxy http_proxy ALL_PROXY no_proxy"
    kept = {name: f"/{name}" for name in f"{named} {proxies}".split()}
    left = {
        "HF_TOKEN": "hf_secret",
        "HUGGING_FACE_HUB_TOKEN": "hf_secret",
        "GITHUB_TOKEN": "secret",
        "PYTHONPATH": "/of/a/shell",
        "XDG_SESSION_ID": "3",
        "HF_HOME": "/a\n* * * * * touch /tmp/x",
        "NO_PROXY": "",
        "DAILYPAPERS_HOME": "relative",
    }
    assert copied_environment({**kept, **left}, None) == kept
    assert copied_environment(left, Path("/absolute")) == {"DAILYPAPERS_HOME": "/absolute"}


def test_a_schedule_is_shown_then_written_then_removed(
    session: Session, crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    crontab.write_text("5 4 * * * water the plants\n")
    session(
        """
        $ schedule remove
        There is no schedule.
        $ schedule show --hours 3
        crontab
        17 */3 * * * DAILYPAPERS_HOME=TMP/home HF_HOME=TMP/no-token PYTHON -P -m reader refresh --quiet # dailypapers refresh

        Nothing is installed yet (cron).
        $ schedule install
        crontab
        17 */6 * * * DAILYPAPERS_HOME=TMP/home HF_HOME=TMP/no-token PYTHON -P -m reader refresh --quiet # dailypapers refresh
        2! dailypapers: Cannot prompt without a terminal; pass --yes to confirm.
        $ schedule install --hours 5
        2! dailypapers: --hours takes 1, 2, 3, 4, 6, 8, 12 or 24.
        $ schedule install --hours 0
        2! dailypapers schedule: argument --hours: '0' is not a whole number above zero. See 'dailypapers schedule --help'.
        $ schedule show --hours 48
        2! dailypapers: --hours takes 1, 2, 3, 4, 6, 8, 12 or 24.
        $ schedule install --digest 24:00 --yes
        2! dailypapers schedule: argument --digest: '24:00' is not a time: write it as 07:30. See 'dailypapers schedule --help'.
        $ schedule show --digest 7
        2! dailypapers schedule: argument --digest: '7' is not a time: write it as 07:30. See 'dailypapers schedule --help'.
        $ schedule install --digest 7:60 --yes
        2! dailypapers schedule: argument --digest: '7:60' is not a time: write it as 07:30. See 'dailypapers schedule --help'.
        $ schedule install --yes --jsonl
        {"kind": "cron", "installed": true, "digest": false, "text": "crontab\\n17 */6 * * * DAILYPAPERS_HOME=TMP/home HF_HOME=TMP/no-token PYTHON -P -m reader refresh --quiet # dailypapers refresh"}
        $ schedule show
        crontab
        17 */6 * * * DAILYPAPERS_HOME=TMP/home HF_HOME=TMP/no-token PYTHON -P -m reader refresh --quiet # dailypapers refresh

        A schedule is installed (cron).
        $ schedule install --yes
        crontab
        17 */6 * * * DAILYPAPERS_HOME=TMP/home HF_HOME=TMP/no-token PYTHON -P -m reader refresh --quiet # dailypapers refresh
        Installed.
        $ schedule remove --yes
        Removed.
        $ schedule remove --yes --jsonl
        {"kind": "cron", "installed": false, "digest": false, "text": "crontab\\n17 */6 * * * DAILYPAPERS_HOME=TMP/home HF_HOME=TMP/no-token PYTHON -P -m reader refresh --quiet # dailypapers refresh"}
        """,  # noqa: E501
        PYTHON=sys.executable,
    )
    assert crontab.read_text() == "5 4 * * * water the plants\n"


def test_a_digest_is_scheduled_with_the_refreshes(
    run: Run, home: Path, crontab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "digest.to" in run("schedule", "install", "--digest", "7:30", "--yes").err
    assert not crontab.exists()
    home.mkdir()
    (home / "config.toml").write_text('[digest]\nto = "ada@example.org"\nserver = "smtp.example.org"\n')
    assert run("schedule", "install", "--digest", "7:30", "--yes").out.endswith("Installed.\n")
    refresh, digest = crontab.read_text().splitlines()
    assert "refresh --quiet" in refresh
    assert digest.startswith("30 7 * * * ")
    assert "digest --send --in-turn --refresh --quiet" in digest
    assert run("schedule", "show").out.endswith("A schedule and a digest are installed (cron).\n")
    # Other hours for refreshes leave the digest.
    run("schedule", "install", "--hours", "3", "--yes")
    shown = run("schedule", "show", "--json").record
    assert shown["digest"] is True
    # As they are installed, not as they would be.
    assert shown["text"].split("\n")[1::3] == crontab.read_text().splitlines()[::-1]
    assert "17 */6 * * *" in run("schedule", "show", "--hours", "6").out
    (home / "config.toml").write_text('[digest]\ncommand = ["msmtp", "-t"]\n')
    assert "digest --to command" in run("schedule", "show", "--digest", "23:59").out
    assert run("schedule", "remove", "--yes").out == "Removed.\n"
    assert crontab.read_text() == ""
    assert run("schedule", "install", "--digest", "--yes").code == 0
    assert "30 7 * * * " in crontab.read_text()
    assert run("schedule", "remove", "--digest", "--yes", "--json").record["installed"] is True
    assert crontab.read_text().endswith("# dailypapers refresh\n") and crontab.read_text().count("\n") == 1
    assert run("schedule", "remove", "--digest", "--yes").out == "There is no digest.\n"
    monkeypatch.setenv("PATH", "/nowhere")
    for words, named in (((), "refresh --quiet"), (("--digest",), "digest --to command --in-turn --refresh --quiet")):
        assert named in run("schedule", "show", *words).err
