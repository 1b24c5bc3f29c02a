"""The digest as a user asks for it: printed, written, given to a program, and mailed once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reader import access_token
from reader.extensions.digest import mail, sending
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
    monkeypatch.setattr(mail, "find_sendmail", lambda: None)
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
        2! dailypapers: The query is wrong at 'nonsense': is: takes unread, read, starred, queued, hidden, new, trending, opened, finished, passed, followed, highlighted or muted, not “nonsense”.
        $ digest --send
        1! dailypapers: No address is set: 'dailypapers config set digest.to you@example.org'.
        $ config set digest.to a@b.org
        $ digest --send
        1! dailypapers: There is no sendmail here: 'dailypapers config set digest.server smtp.example.org'.
        $ config set digest.user ada
        $ config set digest.server b.org
        $ digest --send --format html
        2! dailypapers: A mail has its own format, with a plain and an HTML part: leave out --format.
        $ config set digest.security none
        $ digest --send
        1! dailypapers: b.org is not on this machine: set digest.security to starttls or tls.
        $ config set digest.server localhost
        $ digest --send --since 2026-06-29
        1! dailypapers: No password is set: set DAILYPAPERS_SMTP_PASSWORD, or digest.password_command to a program that prints it.
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


# What each fault of a digest's way gets: one sentence with the way out, and no mail twice


@each(
    ("command", "says"),
    [
        ("['false']", "false printed no password (exit code 1). Check digest.password_command."),
        ("['no-such-program']", "no-such-program did not start: No such file or directory."),
        ("[]", "No password is set: set DAILYPAPERS_SMTP_PASSWORD, or digest.password_command"),
        ("['echo', 'PASSWORD']", "sent to ada@example.org"),
    ],
)
def test_the_password_comes_from_a_program_of_the_user(
    run: Run, papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch, command: str, says: str
) -> None:
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    with serving() as server:
        write_settings(home, server, f"password_command = {command.replace('PASSWORD', PASSWORD)}")
        assert says in run("digest", *SINCE, "--send").err
        assert server.logins == ([USER] if "echo" in command else [])


def test_without_a_server_sendmail_gets_the_mail_once(
    run: Run, papers: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, got = tmp_path / "bin" / "sendmail", tmp_path / "got"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {got}\ncat >> {got}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    (home / "config.toml").write_text('[digest]\nto = "ada@example.org"\n')
    assert "6 papers, sent to ada@example.org." in run("digest", *SINCE, "--send").err
    assert got.read_text().startswith("-t\nFrom: dailypapers <ada@example.org>")
    assert "was already mailed" in run("digest", *SINCE, "--send").err
    program.write_text("#!/bin/sh\nexit 75\n")
    assert run("digest", "memory", *SINCE, "--send").code == 1
    assert run("digest", "memory", *SINCE, "--send").code == 1, "it was refused, so it is tried again"


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
