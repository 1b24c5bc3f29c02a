"""The log: what is in it, what is not, its rotation, and that it never stops the program."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader import log_file, paths
from reader.log_file import MAX_FILE_BYTES, MAX_LINE_CHARACTERS, MAX_MESSAGE_CHARACTERS, redact
from reader.ui.app import _record_loop_error
from tests.table import each

ABSTRACT = "We present a method that nobody has seen before. " * 30


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log file in a folder that does not exist yet."""
    monkeypatch.setenv("DAILYPAPERS_HOME", str(tmp_path / "home"))
    return paths.log_file()


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_an_error_is_one_line_and_its_traceback_with_its_cause(file: Path) -> None:
    error = ValueError("no number")
    error.__cause__ = raised(KeyError("the first cause"))
    log_file.record_error("count", raised(error))
    first, *rest = file.read_text().splitlines()
    stamp, _, line = first.partition(" ")
    assert datetime.fromisoformat(stamp).tzinfo is UTC
    assert line == "ERROR reader: count: ValueError: no number"
    assert [one.partition(" File ")[0] for one in rest if not one.startswith("   ")] == [
        "Traceback (most recent call last):",
        " ",
        "KeyError: 'the first cause'",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        " ",
        "ValueError: no number",
    ]


def test_the_file_is_the_users_alone_and_another_program_may_rename_it(file: Path) -> None:
    log_file.record_warning("day 2026-05-11", "no answer")
    assert log_file.point_to_log() == f"the log has the details: {file}"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    file.rename(f"{file}.1")
    log_file.record_error("count", ValueError("second"))
    assert "no answer" not in file.read_text()


def test_the_file_is_rotated_and_the_oldest_is_removed(file: Path) -> None:
    file.parent.mkdir()
    for number in range(4):
        file.write_text("x" * MAX_FILE_BYTES)
        log_file.record_report("worker", f"Traceback\nValueError: {number}")
    assert sorted(one.name for one in file.parent.iterdir()) == [file.name, f"{file.name}.1", f"{file.name}.2"]
    assert file.read_text().endswith("Traceback\nValueError: 3\n")
    assert file.stat().st_size < 1000


def test_abstracts_are_cut(file: Path) -> None:
    log_file.record_error("import", raised(ValueError(ABSTRACT)))
    log_file.record_error("import", raised(ValueError(ABSTRACT.replace(". ", ".\n"))))
    log_file.record_report("worker", f"Traceback\nValueError: {ABSTRACT}")
    assert all(len(line) <= MAX_LINE_CHARACTERS + 1 for line in file.read_text().splitlines())
    assert max(text.count("nobody") for text in file.read_text().split("Traceback")) <= MAX_MESSAGE_CHARACTERS // 40 + 5


def test_a_summary_is_one_line_without_secrets() -> None:
    summary = log_file.summarize_error(ValueError(f"hf_abcDEF123\n\x1b[31m*{ABSTRACT}"))
    assert (
        summary.startswith(r"ValueError: hf_*** \u001b[31m*We present")
        and summary.isprintable()
        and len(summary) == 200
    )
    assert log_file.summarize_error(KeyboardInterrupt()) == "KeyboardInterrupt"


@each("is_folder", [False, True])
def test_a_log_that_can_not_be_written_stops_nothing(
    file: Path, capfd: pytest.CaptureFixture[str], is_folder: bool
) -> None:
    if is_folder:
        file.parent.unlink()
        file.mkdir(parents=True)
    else:
        file.parent.write_text("")
    log_file.record_error("count", raised(ValueError("no number")))
    assert capfd.readouterr() == ("", "")
    assert log_file.point_to_log() == f"the log could not be written: {file}"
    assert log_file.recent_errors(datetime.now(UTC)) == []


def test_recent_errors_are_also_found_in_rotated_files(file: Path) -> None:
    file.parent.mkdir()
    now = datetime.now(UTC)

    def line(days: int, text: str) -> str:
        return f"{(now - timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')} {text}\n"

    Path(f"{file}.1").write_text(line(8, "ERROR reader: old") + line(7, "ERROR reader: rotated") + "Traceback\n")
    file.write_text(line(1, "WARNING reader: ERROR is its text") + line(1, "ERROR reader: last"))
    assert [one.partition("reader: ")[2] for one in log_file.recent_errors(now)] == ["rotated", "last"]


def test_what_a_thread_does_not_catch_is_logged(
    file: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", log_file.record_thread_error)

    def fail() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=fail, name="query")
    thread.start()
    thread.join()
    assert "ERROR reader: thread query: RuntimeError: in a thread" in file.read_text()
    assert capfd.readouterr().err == ""


def lose_task(handler: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object] | None) -> None:
    """Run a task that fails and that nobody waits for."""

    async def fail() -> None:
        raise ValueError("nobody waits for this")

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(handler)
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        del task
        gc.collect()
        # A callback that fails has no task either.
        asyncio.get_running_loop().call_soon([].pop)
        await asyncio.sleep(0)

    asyncio.run(main())


@pytest.mark.parametrize("handler", [_record_loop_error, None], ids=["reader", "commands"])
def test_what_nobody_handles_in_an_event_loop_is_logged_with_its_traceback(
    file: Path, capfd: pytest.CaptureFixture[str], handler: Any
) -> None:
    lose_task(handler)
    text = file.read_text()
    for expected in (
        "Task exception was never retrieved",
        "ValueError: nobody waits for this",
        "in fail",
        "IndexError: pop from empty list",
    ):
        assert expected in text
    log_file.record_loop_error({"message": "Task was destroyed but it is pending!"})
    assert file.read_text().endswith(" ERROR reader: event loop: Task was destroyed but it is pending!\n")
    assert capfd.readouterr() == ("", "")


@each(
    ("secret", "logged"),
    [
        ("https://ann:pass1234@feed.example.org/x?token=abc#part", "https://feed.example.org/***"),
        ("GET https://feed.example.org?q=private 200, 5 bytes", "GET https://feed.example.org/*** 200, 5 bytes"),
        ("https://ann:pa/s@s@feed.example.org/x", "https://feed.example.org/***"),
        ("https://an_n/papers and http://[::1]:80/key", "https://an_n/*** and http://[::1]/***"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("{'set-cookie': 'a=b', 'accept': 'text/html'}", "{'set-cookie': ***, 'accept': 'text/html'}"),
        ("[(b'Authorization', b'Basic YWJj')]", "[(b'Authorization', b***)]"),
        ("Cookie: session=abc; other=def", "Cookie: ***"),
        ("sent bearer abc.def-ghi to it", "sent bearer *** to it"),
        ("the token hf_abcDEF123 expired", "the token hf_*** expired"),
        ("[SQL: INSERT] [parameters: ('2406.12345', 'a title')]", "[SQL: INSERT] [parameters: ***]"),
        ("a title \x1b[31m with an escape", "a title \\u001b[31m with an escape"),
    ],
)
def test_secrets_are_taken_out(secret: str, logged: str) -> None:
    assert redact(secret) == logged


def test_the_values_of_secret_variables_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "not-of-the-usual-form")
    monkeypatch.setenv("HF_TOKEN_PATH", "/home/ann/token")
    assert redact("sent not-of-the-usual-form from /home/ann/token") == "sent *** from /home/ann/token"
    # A short one would hide a part of too many words.
    monkeypatch.setenv("API_KEY", "reading")
    monkeypatch.setenv("OTHER_KEY", "readings")
    assert redact("readings and reading") == "*** and reading"
    # A value that begins another one hides nothing of it from its pattern.
    monkeypatch.setenv("MAIL_PASSWORD", "not-of-the-usual-form-either")
    assert redact("not-of-the-usual-form-either, not-of-the-usual-form") == "***, ***"


def test_a_long_line_is_cut() -> None:
    assert [redact("x" * (MAX_LINE_CHARACTERS + more)) for more in (0, 1)] == [
        "x" * MAX_LINE_CHARACTERS + more for more in ("", "…")
    ]
