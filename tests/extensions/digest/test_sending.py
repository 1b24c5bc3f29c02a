"""The digest as a user asks for it: printed, written, given to a program, and mailed once."""

from __future__ import annotations

import configparser
import json
import shlex
import signal
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from reader import access_token
from reader.extensions.digest import mail, sending
from reader.extensions.digest.sent import SentDigests
from reader.paths import sent_digests_file
from tests.commands.conftest import IDS, Run, Session
from tests.extensions.digest.mail_server import PASSWORD, SINCE, USER, MailServer, serving, write_settings
from tests.table import each

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("trusting_mail"),
]


@each("query", ["follow:gone", "topic:nothing", "like:2401.00001", "is:unred"])
def test_a_broken_view_does_not_stop_the_digest(run: Run, papers: Path, home: Path, query: str) -> None:
    views = f'[[views]]\nname = "Wrong"\nquery = "{query}"\n\n[[views]]\nname = "Right"\nquery = "benchmark"\n'
    (home / "config.toml").write_text(views)
    found = run("digest", *SINCE, "--json")
    names = [one["name"] for one in found.record["sections"]]
    assert (found.code, found.err, "Right" in names, "Wrong" in names) == (0, "", True, False)


def test_a_digest_is_printed_and_written_in_each_format(
    session: Session, run: Run, papers: Path, home: Path, tmp_path: Path
) -> None:
    session(
        """
        $ digest --since 2026-06-29 -o d.md
        ! 6 papers in d.md.
        $ digest --since 2026-06-29 -o d.txt --quiet
        $ digest --since 2026-06-29 -o d.htm --jsonl=file,left_out
        {"file": "d.htm", "left_out": 0}
        $ digest --since 2026-06-29 -o d.eml
        ! 6 papers in d.eml.
        $ config set digest.file mine.html
        $ digest --since 2026-06-29 --to file
        ! 6 papers in TMP/home/mine.html.
        $ digest memory --since 2026-06-29
        Papers for DAY: memory
        1 paper. New since 29 June.


        Most voted
        ----------

        =A memory that forgets [on purpose]
          Ada Example et al. · 8 votes · 29 June
          > The most votes on Memory
          AI summary: It holds.
          https://huggingface.co/papers/2606.00002


        In the reader: dailypapers open ID --reader
        $ digest --since 2026-07-01
        ! Nothing is new since 2026-07-01.
        $ digest --since 2026-07-01 --quiet
        $ digest --since 2026-07-01 --format markdown
        # Papers for DAY

        0 papers. New since 1 July.
        ! Nothing is new since 2026-07-01.
        $ digest --since 2026-07-01 --jsonl=sections
        {"sections": []}
        ! Nothing is new since 2026-07-01.
        """,
        DAY=f"{date.today():%A}, {date.today().day} {date.today():%B}",
    )
    starts = {
        "d.md": "# P",
        "d.txt": "Pap",
        "d.htm": "<!DOCTYPE",
        "d.eml": "From: dailypapers",
        "home/mine.html": "<!DOCTYPE",
    }
    for name, start in starts.items():
        assert (tmp_path / name).read_text().startswith(start)
    # There is no day before the first one; and what is printed or written counts as nothing that was mailed.
    assert "New since 1 January 1." in run("digest", "--since", "5000y").out
    assert not sent_digests_file(papers).exists()


def test_a_digest_is_mailed_once(session: Session, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        write_settings(home, server)
        for query, papers_of_it in (("NOT xylophone", "6 papers"), ("memory", "1 paper")):
            monkeypatch.setenv(access_token.MAIL_PASSWORD, PASSWORD)
            session(
                """
                $ digest QUERY --since 2026-06-29 --send
                ! COUNT, sent to ada@example.org.
                $ digest QUERY --since 2026-06-29 --send
                ! Everything new since 2026-06-29 (COUNT) was already mailed, last at NOW, so nothing was mailed. 'dailypapers digest' prints it.
                $ digest QUERY --since 2026-06-29 --send --quiet
                $ digest QUERY --since 2026-06-29 --send --jsonl=sections,left_out,sent
                {"sections": [], "left_out": 0, "sent": false}
                $ digest QUERY --since 2026-07-01 --send
                ! Nothing is new since 2026-07-01, so nothing was mailed.
                """,  # noqa: E501
                QUERY=query,
                COUNT=papers_of_it,
            )
    plain, page = server.mails[0].iter_parts()
    assert all(id in plain.get_content() and id in page.get_content() for id in IDS)
    assert server.mails[0]["List-Id"] != server.mails[1]["List-Id"]


def test_a_mail_that_may_have_left_is_sent_again_only_on_request(run: Run, papers: Path, home: Path) -> None:
    with serving("none", breaks_off=True) as server:
        write_settings(home, server, 'security = "none"', user="")
        unsure = run("digest", *SINCE, "--send")
        assert unsure.code == 1
        assert "--again" in unsure.err
        server.breaks_off = False
        known = run("digest", *SINCE, "--send")
        assert known.code == 0
        assert "so nothing was mailed. --again sends it again." in known.err
        assert run("digest", *SINCE, "--send", "--again").code == 0
        assert "was already mailed" in run("digest", *SINCE, "--send", "--again").err
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"], "a server that has it already drops it"


@pytest.mark.long
def test_a_program_that_is_killed_as_the_mail_leaves_does_not_mail_again(run: Run, papers: Path, home: Path) -> None:
    with serving("none") as server:
        write_settings(home, server, 'security = "none"', user="")
        client = subprocess.Popen([sys.executable, "-m", "reader", "digest", *SINCE, "--send"])
        # The server has the whole mail, and kills the program instead of an answer.
        server.kills = client.pid
        assert client.wait() == -signal.SIGKILL
        server.kills = 0
        assert "--again sends it again" in run("digest", *SINCE, "--send").err
        assert len(server.mails) == 1
        assert run("digest", *SINCE, "--send", "--again").code == 0
    assert len(server.mails) == 2


def test_the_doctor_tells_when_it_was_sent_and_why_not(run: Run, papers: Path, home: Path) -> None:
    assert "Digest" not in run("doctor").out
    write_settings(home, MailServer(1), 'security = "none"', user="")
    assert run("digest", *SINCE, "--send").code == 1
    found = run("doctor", "--json").record["findings"]
    digest = {one["name"]: one for one in found if one["topic"] == "Digest"}
    assert digest["last sent"]["value"] == "never"
    assert not digest["failed"]["ok"]
    assert "could not be reached" in run("doctor").out


def test_links_open_the_reader_where_the_system_allows_it(
    run: Run, papers: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "no xdg-mime" in run("digest", "--links", "on").err
    assert "dailypapers:2606" not in run("digest", *SINCE, "--format", "html").out
    program, asked = tmp_path / "bin" / "xdg-mime", tmp_path / "asked"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {asked}\n')
    program.chmod(0o755)
    assert run("digest", "--links", "on").code == 0
    assert asked.read_text() == "default dailypapers-open.desktop x-scheme-handler/dailypapers\n"
    file = tmp_path / "data" / "applications" / "dailypapers-open.desktop"
    entry = configparser.RawConfigParser()
    entry.read(file)
    command = shlex.split(entry["Desktop Entry"]["Exec"])
    assert command[0] == "env"
    assert f"DAILYPAPERS_HOME={home}" in command
    assert command[-5:] == ["reader", "open", "--reader", "--", "%u"]
    assert 'href="dailypapers:2606.26740"' in run("digest", *SINCE, "--format", "html").out
    assert run("digest", "--links", "off").out == "Removed.\n"
    assert run("digest", "--links", "off").out == "There are no such links.\n"
    program.write_text("#!/bin/sh\nexit 1\n")
    assert "xdg-mime failed" in run("digest", "--links", "on").err
    assert not file.exists(), "what the system does not use is no link"


def test_a_digest_begins_where_the_last_one_ended(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("none") as server:
        write_settings(home, server, 'security = "none"', user="")
        today = datetime.now(UTC).date()
        assert run("digest", "--json").record["since"] == (today - timedelta(days=1)).isoformat()
        visited = {"visited": (datetime.now(UTC) - timedelta(days=3)).isoformat()}
        (home / "state.json").write_text(json.dumps(visited))
        assert run("digest", "--json").record["since"] == (today - timedelta(days=3)).isoformat(), "the last visit"
        for days, since in ((5, 5), (50, 14)):
            with monkeypatch.context() as patch:
                long_ago = datetime.now(UTC) - timedelta(days=days)
                patch.setattr("reader.extensions.digest.sent._now", lambda long_ago=long_ago: long_ago)
                assert run("digest", f"upvotes:>{days}", *SINCE, "--send").code == 0
            found = run("digest", f"upvotes:>{days}", "--send", "--json").record
            assert date.fromisoformat(found["since"]) == today - timedelta(days=since)


def test_the_digest_command_gets_a_digest_once(run: Run, papers: Path, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = f"import pathlib, sys; pathlib.Path({str(out)!r}).write_text(sys.stdin.read())"
    command = f"[{sys.executable!r}, '-c', {program!r}]".replace("\\", "\\\\")
    (home / "config.toml").write_text(f'[digest]\nformat = "mail"\ncommand = {command}\n')
    assert run("digest", *SINCE, "--to", "command").code == 0
    assert out.read_text().startswith("From: dailypapers <undisclosed@localhost>")
    assert "was already mailed, last at" in run("digest", *SINCE, "--to", "command").err
    fails = f"[{sys.executable!r}, '-c', 'import sys; sys.exit(\"no paper left\")']"
    for command, says in ((fails, "no paper left"), ("['not-there']", "was not found")):
        (home / "config.toml").write_text(f"[digest]\ncommand = {command}\n")
        assert says in run("digest", *SINCE, "--to", "command").err
        assert says in run("digest", *SINCE, "--to", "command").err, "it was not sent, so it is tried again"


def test_missing_digest_settings_are_named(session: Session, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    session(
        """
        $ digest --send -o x.md
        2! dailypapers: -o belongs to --to file: leave out the other target.
        $ digest --to stdout -o x.md
        2! dailypapers: -o belongs to --to file: leave out the other target.
        $ digest --to file
        2! dailypapers: Name the file with -o FILE or the setting digest.file.
        $ digest --to command
        1! dailypapers: Set digest.command to a list of a program and its arguments.
        $ digest --again
        2! dailypapers: --again belongs to --send or --to command.
        $ digest --since latest
        2! dailypapers: 'latest' is not a date here: write 2026-05-11, 7d or 2w.
        $ digest --since soon
        2! dailypapers: “soon” is not a date: write it as 2026-05-11, 2026-05, 2026-W20, today, yesterday, latest, 7d, 2w or 3m.
        $ digest is:nonsense
        2! dailypapers: The query is wrong at 'nonsense': is: takes unread, read, starred, queued, hidden, new, trending, changed, opened, finished, passed, followed, highlighted or muted, not “nonsense”.
        $ digest --send
        1! dailypapers: No address is set: 'dailypapers config set digest.to you@example.org'.
        $ config set digest.to a@b.org
        $ digest --send
        1! dailypapers: No mail server is set: 'dailypapers config set digest.server smtp.example.org'.
        $ digest --store-password
        1! dailypapers: No user is set: 'dailypapers config set digest.user NAME'.
        $ config set digest.user ada
        $ digest --store-password
        1! dailypapers: No mail server is set: 'dailypapers config set digest.server smtp.example.org'.
        $ config set digest.server b.org
        $ digest --store-password
        2! dailypapers: Cannot ask for the password without a terminal.
        $ digest --send --format html
        2! dailypapers: A mail has its own format, with a plain and an HTML part: leave out --format.
        $ config set digest.security none
        $ digest --send
        1! dailypapers: b.org is not on this machine: set digest.security to starttls or tls.
        $ config set digest.server localhost
        $ digest --send --since 2026-06-29
        1! dailypapers: No password is set. Set DAILYPAPERS_SMTP_PASSWORD, or install dailypapers[mail], which asks the keyring.
        """  # noqa: E501
    )


def test_what_is_cut_off_is_counted_and_comes_in_the_next_mail(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.commands.news.Asked.__new__.__defaults__", ((), frozenset(), 3, 1))
    (home / "config.toml").write_text('[digest]\ncommand = ["true"]\n')
    first = run("digest", *SINCE, "--to", "command", "--json").record
    assert ([len(one["papers"]) for one in first["sections"]], first["left_out"]) == ([3, 1], 2)
    rest = run("digest", *SINCE, "--to", "command", "--json").record
    assert ([len(one["papers"]) for one in rest["sections"]], rest["left_out"], rest["mailed"]) == ([2], 0, 4)
    assert "nothing was mailed" in run("digest", *SINCE, "--to", "command").err


@pytest.mark.parametrize(
    ("name", "value", "seconds"), [("HF_HUB_OFFLINE", "1", 0), ("HF_ENDPOINT", "http://127.0.0.1:1", 2 * 60 * 60)]
)
def test_a_mail_waits_for_the_feed_too_and_then_goes_without(
    run: Run,
    papers: Path,
    home: Path,
    waited: list[float],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    seconds: int,
) -> None:
    monkeypatch.setenv(name, value)
    with serving("none") as server:
        write_settings(home, server, 'security = "none"', user="")
        sent = run("digest", *SINCE, "--send", "--refresh", "--quiet")
    assert (sent.code, sum(waited), len(server.mails)) == (0, seconds, 1)
    assert sent.err.startswith("Not all days could be fetched")
    # One that is printed waits for nothing.
    assert run("digest", *SINCE, "--refresh").err == sent.err and sum(waited) == seconds


def test_a_digest_waits_for_the_network_up_to_two_hours(
    run: Run, papers: Path, home: Path, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = datetime(2026, 7, 1, 12, tzinfo=UTC)

    def wait(seconds: float) -> None:
        nonlocal clock
        clock += timedelta(seconds=seconds)

    monkeypatch.setattr("reader.extensions.digest.sent._now", lambda: clock)
    monkeypatch.setattr(sending, "sleep", wait)
    write_settings(home, MailServer(1), 'security = "none"', user="")
    trouble = "localhost:1 could not be reached: Connection refused."
    assert run("digest", *SINCE, "--send").err.splitlines() == [
        *(
            f"{trouble} The next try is in {minutes} min, the last one at 14:00."
            for minutes in (1, 2, 4, 8, 15, 30, 30, 30)
        ),
        f"dailypapers: {trouble}",
    ]
    with serving("none", refuses="NOW") as server:
        write_settings(home, server, 'security = "none"', user="")

        def pause(seconds: float) -> None:
            waited.append(seconds)
            server.refuses = "NOW" if len(waited) < 2 else ""
            assert SentDigests(sent_digests_file(papers)).tried == len(waited)

        monkeypatch.setattr(sending, "sleep", pause)
        said = run("digest", *SINCE, "--send").err.splitlines()
    assert [line.partition("next try")[2][:12] for line in said] == [" is in 1 min", " is in 2 min", ""]
    assert "450 come back later" in said[0] and "sent to" in said[2] and len(server.mails) == 1


def test_a_wait_that_was_killed_goes_on(run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(home, MailServer(1), 'security = "none"', user="")

    def die(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "sleep", die)
        for pause in (1, 2, 4):
            assert f"The next try is in {pause} min" in run("digest", *SINCE, "--send").err
    assert "for the network until" in run("doctor").out


# What each fault of a digest's way gets: one sentence with the way out, and no mail twice


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._expect_open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._expect_open()
        self.kept[service, username] = password

    def _expect_open(self) -> None:
        if self.trouble:
            raise self.trouble


def test_the_password_is_in_the_keyring(run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, before = Ring(), keyring.get_keyring()
    keyring.set_keyring(ring)
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    monkeypatch.setattr("reader.api.is_terminal", lambda _: True)
    monkeypatch.setattr("getpass.getpass", lambda _: PASSWORD)
    try:
        with serving() as server:
            write_settings(home, server)
            assert "has no password for ada at localhost" in run("digest", *SINCE, "--send").err
            assert run("digest", "--store-password").out == "Stored in the keyring.\n"
            assert ring.kept == {("dailypapers mail", "ada@localhost"): PASSWORD}
            assert "sent to ada@example.org" in run("digest", *SINCE, "--send").err
            assert server.logins == [USER]
            ring.trouble = keyring.errors.KeyringLocked("it is locked")
            for words in (("memory", *SINCE, "--send"), ("--store-password",)):
                assert "The keyring is locked: unlock it, or set DAILYPAPERS_SMTP" in run("digest", *words).err
            ring.trouble = OSError("the bus is gone")
            assert "The keyring did not answer (the bus is gone): set" in run("digest", "--store-password").err
            ring.trouble = keyring.errors.NoKeyringError("no backend")
            for words in (("memory", *SINCE, "--send"), ("--store-password",)):
                assert "This machine has no keyring: set DAILYPAPERS_SMTP_PASSWORD" in run("digest", *words).err
            monkeypatch.setattr("getpass.getpass", lambda _: "")
            assert run("digest", "--store-password").code == 2
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_waits_for_somebody_holds_up_no_schedule(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Waiting(Ring):
        def _expect_open(self) -> None:
            unlocked.wait()

    unlocked, before = threading.Event(), keyring.get_keyring()
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    monkeypatch.setattr(mail, "KEYRING_SECONDS", 0.1)
    keyring.set_keyring(Waiting())
    try:
        with serving() as server:
            write_settings(home, server)
            said = run("digest", *SINCE, "--send")
        assert (said.code, "did not answer in 0.1 s: unlock it, or set DAILYPAPERS_SMTP" in said.err) == (1, True)
    finally:
        unlocked.set()
        keyring.set_keyring(before)


def test_a_file_that_cannot_be_written_is_named(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "gone" / "digest.html"
    failed = run("digest", *SINCE, "-o", str(file))
    assert failed.code == 1
    assert failed.err.endswith(f"{file} could not be written: No such file or directory. Name another file with -o.\n")
    if Path("/dev/full").exists():
        assert "No space left on device. Name another file" in run("digest", *SINCE, "-o", "/dev/full").err


def test_a_program_that_hangs_may_have_mailed(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PROGRAM_SECONDS", 0.3)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    (home / "config.toml").write_text(f"[digest]\ncommand = {command!r}\n")
    failed = run("digest", *SINCE, "--to", "command")
    assert failed.code == 1
    assert "took longer than 0.3 s and was stopped. It may have done its work" in failed.err
    assert "so nothing was mailed. --again sends" in run("digest", *SINCE, "--to", "command").err
    (home / "config.toml").write_text('[digest]\ncommand = ["true"]\n')
    assert run("digest", *SINCE, "--to", "command").code == 0
