"""Schedule refreshes and the digest with the system's scheduler: systemd user timers, launchd agents or a crontab.

Only `install` and `remove` change anything. `install` marks what it writes, and `remove` removes only that.
"""

from __future__ import annotations

import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reader.access_token import child_environment
from reader.core.errors import ReaderError
from reader.core.text import reason
from reader.paths import open_private

NAME = "dailypapers"

Time = tuple[int, int]

RunProgram = Callable[[Sequence[str], str | None], str]
"""Runs a program with its arguments and input; returns its output, raises ReaderError."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The files to write, and the commands that start and stop the schedule."""

    kind: str
    """`systemd`, `launchd` or `cron`."""
    files: Mapping[Path, str]
    """Content by file; empty for `cron`."""
    line: str = ""
    """The crontab's line, for `cron`."""
    mark: str = ""
    """The end of that line, by which it is found."""
    start: tuple[tuple[str, ...], ...] = ()
    stop: tuple[tuple[str, ...], ...] = ()

    def text(self) -> str:
        """All text that `install` would write, for showing it."""
        if self.line:
            return f"crontab\n{self.line}"
        return "\n\n".join(f"{file}\n{text.rstrip()}" for file, text in self.files.items())


@dataclass(frozen=True, slots=True)
class Task:
    """What runs at set times."""

    name: str
    """`refresh` or `digest`."""
    about: str
    words: tuple[str, ...]
    """Of this program's command line."""
    hours: int = 24
    """Interval in hours, from 0:17 or 6:17 on, unless it has a time of day."""
    at: Time | None = None

    @property
    def file_name(self) -> str:
        """The name of its files for systemd."""
        return NAME if self.name == "refresh" else f"{NAME}-{self.name}"


def refreshes(hours: int) -> Task:
    """A refresh every `hours` hours."""
    return Task("refresh", f"Refresh of {NAME} every {hours} h", ("refresh", "--quiet"), hours)


def daily_digest(at: Time, how: Sequence[str]) -> Task:
    """A daily digest; `how` are the words for its delivery."""
    return Task("digest", f"Digest of {NAME}", ("digest", *how, "--in-turn", "--refresh", "--quiet"), at=at)


def plan_schedule(task: Task, home: Path, environment: Mapping[str, str], platform: str = sys.platform) -> Schedule:
    """The schedule of a task, with variables for its program; raises ReaderError if the system has no scheduler."""
    command = (*start_of_program(), *task.words)
    if platform == "darwin":
        return _launchd(task, home, command, environment)
    if shutil.which("systemctl") and Path("/run/systemd/system").is_dir():
        return _systemd(task, home, command, environment)
    if shutil.which("crontab"):
        return _cron(task, command, environment)
    words = " ".join(task.words)
    raise ReaderError(f"This system has no systemd, launchd or cron; schedule 'dailypapers {words}' some other way.")


def start_of_program() -> tuple[str, ...]:
    """The command that starts this program in any folder.

    Without -P, Python would import a folder named `reader` in the working directory. A program that is not installed,
    such as an unpacked archive, is found by its own folder.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(NAME)
    except PackageNotFoundError:
        start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from reader.cli import main; sys.exit(main())"
        return (sys.executable, "-P", "-c", start, str(Path(__file__).parents[2]))
    return (sys.executable, "-P", "-m", "reader")


def _systemd(task: Task, home: Path, command: Sequence[str], environment: Mapping[str, str]) -> Schedule:
    folder = home / ".config" / "systemd" / "user"
    said = "".join(f'Environment="{_unit_quoted(f"{name}={value}")}"\n' for name, value in environment.items())
    # A dollar begins a variable in a command, but not in Environment=.
    words = " ".join(f'"{_unit_quoted(word).replace("$", "$$")}"' for word in command)
    if task.at is not None:
        times = f"{task.at[0]:02}:{task.at[1]:02}:00"
    else:
        # Many ask the feed at the same minute.
        times = f"{'06' if task.hours == 24 else f'00/{task.hours}'}:17:00\nRandomizedDelaySec=10min"
    service = f"[Unit]\nDescription={task.about}\n\n[Service]\nType=oneshot\nNice=10\n{said}ExecStart={words}\n"
    timer = (
        f"[Unit]\nDescription={task.about}\n\n[Timer]\nOnCalendar=*-*-* {times}\n"
        "Persistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )
    control, name = ("systemctl", "--user"), task.file_name
    return Schedule(
        "systemd",
        {folder / f"{name}.service": service, folder / f"{name}.timer": timer},
        start=((*control, "daemon-reload"), (*control, "enable", "--now", f"{name}.timer")),
        stop=((*control, "disable", "--now", f"{name}.timer"),),
    )


def _unit_quoted(text: str) -> str:
    """The text escaped for double quotes in a unit file."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _launchd(task: Task, home: Path, command: Sequence[str], environment: Mapping[str, str]) -> Schedule:
    label = f"org.{NAME}.{task.name}"
    file = home / "Library" / "LaunchAgents" / f"{label}.plist"
    if task.at is not None:
        times: dict[str, object] = {"StartCalendarInterval": {"Hour": task.at[0], "Minute": task.at[1]}}
    else:
        times = {"StartInterval": task.hours * 3600}
    agent = {"Label": label, "ProgramArguments": list(command), "EnvironmentVariables": dict(environment), **times}
    text = plistlib.dumps(agent, sort_keys=False).decode()
    load, unload = ("launchctl", "load", "-w", str(file)), ("launchctl", "unload", "-w", str(file))
    return Schedule("launchd", {file: text}, start=(load,), stop=(unload,))


def _cron(task: Task, command: Sequence[str], environment: Mapping[str, str]) -> Schedule:
    said = [f"{name}={shlex.quote(value)}" for name, value in environment.items()]
    # Cron reads a percent sign as the end of the line.
    words = " ".join([*said, shlex.join(command)]).replace("%", "\\%")
    if task.at is not None:
        times = f"{task.at[1]} {task.at[0]} * * *"
    else:
        times = f"17 */{task.hours} * * *" if task.hours < 24 else "17 6 * * *"
    mark = f"# {NAME} {task.name}"
    return Schedule("cron", {}, f"{times} {words} {mark}", mark)


def as_installed(schedule: Schedule, run: RunProgram) -> Schedule | None:
    """The schedule of the same task as it is installed, at whatever times; None if it is not."""
    if schedule.line:
        lines = [line for line in _crontab(run) if line.endswith(schedule.mark)]
        return replace(schedule, line="\n".join(lines)) if lines else None
    if not all(file.exists() for file in schedule.files):
        return None
    return replace(schedule, files={file: file.read_text("utf-8", "replace") for file in schedule.files})


def install(schedule: Schedule, run: RunProgram) -> None:
    """Install and start the schedule, replacing an older one; raises ReaderError."""
    if schedule.line:
        _write_crontab([*(line for line in _crontab(run) if not line.endswith(schedule.mark)), schedule.line], run)
        return
    if any(file.exists() for file in schedule.files):
        # launchd ignores changed files. An already stopped job can't be stopped.
        with suppress(ReaderError):
            for command in schedule.stop:
                run(command, None)
    for file, text in schedule.files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Only for the user: the address of a proxy may contain a password.
        with open_private(file) as out:
            out.write(text)
    for command in schedule.start:
        run(command, None)


def remove(schedule: Schedule, run: RunProgram) -> None:
    """Stop and remove the schedule; raises ReaderError."""
    if schedule.line:
        _write_crontab([line for line in _crontab(run) if not line.endswith(schedule.mark)], run)
        return
    for command in schedule.stop:
        run(command, None)
    for file in schedule.files:
        file.unlink(missing_ok=True)


def _crontab(run: RunProgram) -> list[str]:
    try:
        return run(("crontab", "-l"), None).splitlines()
    except ReaderError as error:
        # crontab fails for a user without a crontab. Any other failure must not lead to overwriting the crontab.
        if "no crontab" in str(error).lower():
            return []
        raise


def _write_crontab(lines: Sequence[str], run: RunProgram) -> None:
    run(("crontab", "-"), "".join(f"{line}\n" for line in lines))


def run_program(command: Sequence[str], text: str | None) -> str:
    """Run a program without a shell, and return its output; raises ReaderError."""
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=30, check=False, env=child_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReaderError(f"{command[0]} could not be run: {error}.") from error
    if done.returncode:
        raise ReaderError(f"{command[0]} failed: {reason(done.stderr) or done.returncode}.")
    return done.stdout
