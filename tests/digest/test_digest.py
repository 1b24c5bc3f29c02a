"""`digest` as a user asks for it: printed, looking back, and mailed once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reader import access_token
from reader.digest import mail
from reader.paths import sent_digests_file
from tests.commands.conftest import IDS, Run, Session
from tests.digest.mail_server import PASSWORD, serving, write_settings

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
    pytest.mark.usefixtures("trusting_mail"),
]

VISITED = {"visited": "2026-06-29T07:00:00+00:00"}


@pytest.fixture
def after_a_visit(papers: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that was last visited on 29 June, on 2 July."""
    (home / "state.json").write_text(json.dumps(VISITED))
    monkeypatch.setattr("reader.commands.news.MAX_NEWS_AGE", timedelta(days=99_999))


@pytest.mark.usefixtures("after_a_visit")
def test_a_broken_view_is_named_and_the_others_work(run: Run, home: Path) -> None:
    views = {"Gone": "follow:gone", "None": "topic:nothing", "Far": "like:2401.00001", "": "is:unred", "Right": "bench"}
    lines = (f'[[views]]\nname = "{name or "Wrong"}"\nquery = "{query}"\n' for name, query in views.items())
    (home / "config.toml").write_text("\n".join(lines))
    found = run("digest", "--json")
    assert (found.code, found.err) == (0, "")
    problems = found.record["broken"]
    assert [one.partition(" is left out")[0] for one in problems] == [
        "The view Gone",
        "The view None",
        "The view Far",
        "A view",
    ]
    printed = " ".join(run("digest").out.replace("\\", "").split())
    assert all(problem in printed for problem in problems)


@pytest.mark.usefixtures("after_a_visit")
def test_a_digest_is_printed(session: Session) -> None:
    session(
        """
        $ digest memory
        # Papers for DAY: memory

        1 paper new since 29 June.

        ## Most voted

        ### [\\=A memory that forgets \\[on purpose\\]](https://huggingface.co/papers/2606.00002)

        Ada Example et al. · 8 votes · 29 June

        > AI summary: It holds.

        [PDF](https://arxiv.org/pdf/2606.00002) · [arXiv](https://arxiv.org/abs/2606.00002) · `2606.00002`
        $ mark read --query is:unread
        6 papers marked read. 'dailypapers undo' takes it back.
        $ digest --quiet
        $ digest
        ! Nothing is new since 2026-06-29. To look back at papers that you have read: 'dailypapers digest --since 7d'.
        $ digest --jsonl=sections,left_out
        {"sections": [], "left_out": 0}
        $ digest --since latest
        2! dailypapers: 'latest' is not a date here: write 2026-05-11, 7d or 2w.
        $ digest is:nonsense
        2! dailypapers: The query is wrong at 'nonsense': is: takes unread, read, starred, queued, hidden, new, trending, opened, followed or muted, not “nonsense”.
        """.replace("\\\\", "\\"),  # noqa: E501
        DAY=f"{date.today():%A}, {date.today().day} {date.today():%B}",
    )


@pytest.mark.usefixtures("after_a_visit")
def test_a_digest_is_mailed_once(session: Session, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        write_settings(home, server)
        for query, count in (("NOT xylophone", "6 papers"), ("memory", "1 paper")):
            monkeypatch.setenv(access_token.MAIL_PASSWORD, PASSWORD)
            session(
                """
                $ digest QUERY --send
                ! COUNT new since 29 June: sent to ada@example.org.
                $ digest QUERY --send --quiet
                $ digest QUERY --send --jsonl=sections,left_out,sent
                {"sections": [], "left_out": 0, "sent": false}
                """,
                QUERY=query,
                COUNT=count,
            )
    plain, page = server.mails[0].iter_parts()
    assert all(id in plain.get_content() and id in page.get_content() for id in IDS)
    assert len(server.mails) == 2
    assert server.mails[0]["List-Id"] != server.mails[1]["List-Id"]


@pytest.mark.usefixtures("after_a_visit")
def test_a_mail_that_was_not_confirmed_is_sent_again_under_the_same_id(run: Run, home: Path) -> None:
    with serving("none", breaks_off=True) as server:
        write_settings(home, server, 'security = "none"', user="")
        assert run("digest", "--send").code == 1
        server.breaks_off = False
        assert run("digest", "--send").code == 0
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"], "a server that has it already drops it"


def test_a_digest_begins_where_the_last_one_ended(run: Run, papers: Path, home: Path) -> None:
    today = datetime.now(UTC).date()
    assert run("digest", "--json").record["since"] == (today - timedelta(days=1)).isoformat()
    visited = {"visited": (datetime.now(UTC) - timedelta(days=3)).isoformat()}
    (home / "state.json").write_text(json.dumps(visited))
    assert run("digest", "--json").record["since"] == (today - timedelta(days=3)).isoformat(), "the last visit"
    (home / "config.toml").write_text('[digest]\nto = "ada@example.org"\nserver = "localhost:1"\nsecurity = "none"\n')
    for days, since in ((5, 5), (50, 14)):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        # As the release before wrote it, after a partial line.
        line = {"id": "<1@b>", "state": "begun", "at": at, "name": "mail ada@example.org ", "keys": [IDS[0]]}
        sent_digests_file(papers).write_text(f'{{"id": "<\n{json.dumps(line)}\n')
        found = run("digest", "--send", "--json").record
        assert date.fromisoformat(found["since"]) == today - timedelta(days=since)


def test_missing_settings_are_named(session: Session, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "find_sendmail", lambda: None)
    monkeypatch.delenv(access_token.MAIL_PASSWORD, raising=False)
    session(
        """
        $ digest --send --format html
        2! dailypapers digest: argument --format: not allowed with argument --send. See 'dailypapers digest --help'.
        $ digest --send
        1! dailypapers: No address is set: 'dailypapers config set digest.to you@example.org'.
        $ config set digest.to a@b.org
        $ digest --send
        1! dailypapers: There is no sendmail here: 'dailypapers config set digest.server smtp.example.org'.
        $ config set digest.user ada
        $ config set digest.server b.org
        $ config set digest.security none
        $ digest --send
        1! dailypapers: b.org is not on this machine: set digest.security to starttls or tls.
        $ config set digest.server localhost
        $ digest --send --since 2026-06-29
        1! dailypapers: No password is set: set DAILYPAPERS_SMTP_PASSWORD, or digest.password_command to a program that prints it.
        """  # noqa: E501
    )
