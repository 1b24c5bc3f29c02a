"""Schedules are shown as they are written, put in place once, and leave what is not theirs alone."""

from __future__ import annotations

import plistlib
import shlex
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from reader.actions import schedule
from reader.core.errors import ReaderError
from tests.table import each

ODD = {"DAILYPAPERS_HOME": 'a b"$HOME`x`%<&'}


class Programs:
    """The system's programs, with a crontab in memory."""

    def __init__(self, crontab: str | None = None, fails: str = "") -> None:
        self.crontab, self.fails = crontab, fails
        self.ran: list[tuple[str, ...]] = []

    def __call__(self, command: Sequence[str], text: str | None) -> str:
        self.ran.append(tuple(command))
        if self.fails:
            raise ReaderError(self.fails)
        if command[0] == "crontab" and text is None:
            if self.crontab is None:
                raise ReaderError("crontab failed: no crontab for ada.")
            return self.crontab
        if command[0] == "crontab":
            self.crontab = text
        return ""


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "reader.actions.schedule.shutil.which", lambda name: "/bin/crontab" if name == "crontab" else None
    )


@pytest.mark.usefixtures("only")
def test_a_crontab_s_other_lines_stay_and_that_of_the_last_release_is_replaced(tmp_path: Path) -> None:
    line = "17 */6 * * * /usr/bin/python3 -P -m reader refresh --quiet # dailypapers refresh"
    programs = Programs(f"MAILTO=ada\n5 4 * * * backup\n{line}")
    planned = schedule.plan_schedule(schedule.refreshes(3), tmp_path, ODD, "linux")
    assert schedule.as_installed(planned, programs)
    schedule.install(planned, programs)
    assert programs.crontab is not None
    mail, backup, ours = programs.crontab.splitlines()
    assert (mail, backup) == ("MAILTO=ada", "5 4 * * * backup")
    assert ours.startswith("17 */3 * * * DAILYPAPERS_HOME=")
    words = shlex.split(ours.replace("\\%", "%"), comments=True)
    assert words[5] == f"DAILYPAPERS_HOME={ODD['DAILYPAPERS_HOME']}"
    assert words[-5:] == ["-P", "-m", "reader", "refresh", "--quiet"]
    assert schedule.as_installed(planned, programs)
    assert planned.line in planned.text()
    schedule.remove(planned, programs)
    assert programs.crontab == "MAILTO=ada\n5 4 * * * backup\n"
    assert not schedule.as_installed(planned, programs)


@pytest.mark.usefixtures("only")
def test_a_crontab_that_can_not_be_read_is_not_written(tmp_path: Path) -> None:
    programs = Programs(fails="crontab failed: you are not allowed.")
    with pytest.raises(ReaderError, match="not allowed"):
        schedule.install(schedule.plan_schedule(schedule.refreshes(6), tmp_path, {}, "linux"), programs)
    assert programs.ran == [("crontab", "-l")]
    fresh = Programs()
    schedule.install(schedule.plan_schedule(schedule.refreshes(24), tmp_path, {}, "linux"), fresh)
    assert (fresh.crontab or "").startswith("17 6 * * * ")


SERVICE = """\
[Unit]
Description=Refresh of dailypapers every 6 h

[Service]
Type=oneshot
Nice=10
Environment="DAILYPAPERS_HOME=a b\\"$HOME`x`%%<&"
ExecStart="/opt/py $$thon" "-m" "reader"
"""

TIMER = """\
[Unit]
Description=Refresh of dailypapers every 6 h

[Timer]
OnCalendar=*-*-* 00/6:17:00
RandomizedDelaySec=10min
Persistent=true

[Install]
WantedBy=timers.target
"""


@each(
    ("hours", "systemd", "cron"),
    [(6, "00/6:17:00", "17 */6"), (23, "00/23:17:00", "17 */23"), (24, "06:17:00", "17 6")],
)
def test_a_day_begins_at_its_own_hour(hours: int, systemd: str, cron: str) -> None:
    task = schedule.refreshes(hours)
    _, timer = schedule._systemd(task, Path("/home/ada"), ("x",), {}).files.values()
    assert f"OnCalendar=*-*-* {systemd}\n" in timer
    assert schedule._cron(task, ("x",), {}).line == f"{cron} * * * x # dailypapers refresh"


def test_a_systemd_timer(tmp_path: Path) -> None:
    planned, programs = (
        schedule._systemd(schedule.refreshes(6), tmp_path, ("/opt/py $thon", "-m", "reader"), ODD),
        Programs(),
    )
    older = next(iter(planned.files))
    older.parent.mkdir(parents=True)
    older.touch(0o644)
    schedule.install(planned, programs)
    folder = tmp_path / ".config" / "systemd" / "user"
    written = {folder / f"dailypapers.{end}": text for end, text in (("service", SERVICE), ("timer", TIMER))}
    assert {file: file.read_text() for file in folder.iterdir()} == written
    assert schedule.as_installed(planned, programs) == planned
    assert planned.text().startswith(f"{older}\n[Unit]\n")
    assert {file.stat().st_mode & 0o777 for file in planned.files} == {0o600}
    timer = ("--now", "dailypapers.timer")
    steps = ("disable", *timer), ("daemon-reload",), ("enable", *timer)
    assert programs.ran == [("systemctl", "--user", *words) for words in steps]
    schedule.remove(planned, programs)
    assert ([*folder.iterdir()], programs.ran[3:]) == ([], [("systemctl", "--user", "disable", *timer)])
    assert not schedule.as_installed(planned, programs)
    schedule.remove(planned, programs)


def test_a_launchd_agent(tmp_path: Path) -> None:
    planned, programs = schedule.plan_schedule(schedule.refreshes(6), tmp_path, ODD, "darwin"), Programs()
    schedule.install(planned, programs)
    (file,) = planned.files
    agent = plistlib.loads(file.read_bytes())
    assert agent["EnvironmentVariables"] == ODD
    assert agent["ProgramArguments"][-2:] == ["refresh", "--quiet"]
    assert agent["StartInterval"] == 6 * 3600
    load, unload = (("launchctl", word, "-w", str(file)) for word in ("load", "unload"))
    assert programs.ran == [load]
    schedule.install(planned, programs)
    assert programs.ran == [load, unload, load], "launchd takes no notice of a file that changes"


DIGEST = schedule.daily_digest((7, 5), ("--send",))


@pytest.mark.usefixtures("only")
def test_a_digest_stands_beside_the_refreshes(tmp_path: Path) -> None:
    programs = Programs()
    refresh = schedule.plan_schedule(schedule.refreshes(6), tmp_path, {}, "linux")
    digest = schedule.plan_schedule(DIGEST, tmp_path, {}, "linux")
    for one in (digest, refresh, digest):
        schedule.install(one, programs)
    assert (programs.crontab or "").count("\n") == 2
    assert digest.line.startswith("5 7 * * * ")
    assert digest.line.endswith(" digest --send --in-turn --refresh --quiet # dailypapers digest")
    schedule.remove(refresh, programs)
    assert schedule.as_installed(digest, programs)
    assert not schedule.as_installed(refresh, programs)


def test_a_digest_by_systemd_and_launchd(tmp_path: Path) -> None:
    files = schedule._systemd(DIGEST, tmp_path, ("x",), {}).files
    timer = files[tmp_path / ".config" / "systemd" / "user" / "dailypapers-digest.timer"]
    assert timer.replace("Digest of dailypapers", "Refresh of dailypapers every 6 h") == TIMER.replace(
        "00/6:17:00\nRandomizedDelaySec=10min", "07:05:00"
    )
    assert "network" not in "".join(files.values()), "it starts without one, and waits"
    ((file, text),) = schedule.plan_schedule(DIGEST, tmp_path, {}, "darwin").files.items()
    assert file.name == "org.dailypapers.digest.plist"
    assert plistlib.loads(text.encode())["StartCalendarInterval"] == {"Hour": 7, "Minute": 5}


@pytest.mark.parametrize("is_installed", [True, False])
def test_the_program_is_found_from_a_folder_with_another_reader(
    is_installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(_name: str) -> str:
        if is_installed:
            return "1"
        raise PackageNotFoundError

    monkeypatch.setattr("importlib.metadata.version", version)
    (tmp_path / "reader").mkdir()
    (tmp_path / "reader" / "__main__.py").write_text("print('the wrong one')")
    (agent,) = schedule.plan_schedule(schedule.refreshes(6), tmp_path, {}, "darwin").files.values()
    *program, _refresh, _quiet = plistlib.loads(agent.encode())["ProgramArguments"]
    # Installed by -e, a checkout is found by a file in the environment's packages.
    done = subprocess.run([*program, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("dailypapers ")


def test_without_any_of_them_it_is_said_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.actions.schedule.shutil.which", lambda name: None)
    with pytest.raises(ReaderError) as failed:
        schedule.plan_schedule(schedule.daily_digest((7, 30), ("--send",)), tmp_path, {}, "linux")
    said = "This system has no systemd, launchd or cron; schedule"
    assert f"{said} 'dailypapers digest --send --in-turn" in str(failed.value)
    for name, why in (("no-such-program-here", "could not be run"), ("false", "false failed")):
        with pytest.raises(ReaderError, match=why):
            schedule.run_program((name,), None)
    assert schedule.run_program(("cat",), "as it is") == "as it is"
