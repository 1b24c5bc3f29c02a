"""What leaves the machine in a bug report: nothing that the user has written, named or hidden somewhere."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import pytest

from reader import access_token, log_file, paths
from reader.cache.feeds import Feeds
from reader.cli import main
from reader.log import standing
from tests.commands.conftest import Run
from tests.tiers import rest_long

FILE = """
endpoint = "https://{0}.example.org/{1}"
token_endpoint = "https://{2}.example.org"
notify = ["title:{3}", "\\"{4} of {5}\\""]
notify_command = ["{6}", "--key={7}", "/home/{14}/{15}"]
full_text_from = ["https://{8}.example.org"]
fetch_ahead = ["author:{9}"]
pdf_folder = "~/{10}/{11}"
pdf_viewer = ["/opt/{12}/view", "{13}"]
sync = "postgresql://{16}:{17}@db.example.org/{18}"
citation_key = "{{author}}{19}"
on_star = ["{20}"]
on_new = "{21}"
mute = ["{22}", "title:{23}", "{32}", "{33}"]
wrong = "{24}"
{25} = 1
days_at_start = "{26}"
[digest]
to = "{27}@example.org"
sender = "{28}@example.org"
server = "{29}.example.org"
user = "{30}"
password_command = ["{31}"]
[[views]]
name = "{34}"
query = "org:{35}"
[[views]]
name = "{36}"
query = "title:{37}"
[[views]]
name = "{38}"
query = "org:{39}"
[[exports]]
query = "tag:{40}"
file = "/clients/{41}/{42}.bib"
url = "https://{43}.example.org/{44}"
[[commands]]
name = "{45}"
run = "{46} --password {47}"
[[rules]]
name = "{48}"
when = "title:{49}"
then = ["tag:{50}"]
"""

VARIABLES = ("HF_TOKEN", "DAILYPAPERS_SMTP_PASSWORD", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "SLACK_WEBHOOK", "TERM")
"""TERM comes last: what is in it is shown on the terminal alone, and never in the log."""

FEEDS = ("https://{0}:{1}@feed.example.org/u/{2}/rss?key={3}", "https://hooks.example.org/services/{4}/{5}#{6}")

WRONG = (24, 25, 26)
"""The numbers of those that are no values of settings, which only the doctor shows."""

FORMS = "Umbrix7Kozlom", "Zep4wQr-lom", "Kadex9Tu_rim3"
"""Words that stand nowhere else: letters of both cases and numbers, with something between them now and then."""

ABOUT = {"settings": 51, "variables": len(VARIABLES), "feeds": 8, "files": 3, "queries": 1}
"""How many secrets are planted where."""


@pytest.mark.parametrize("turn", rest_long(range(len(FORMS)), [0]))
def test_no_planted_secret_is_in_json_or_in_the_log(
    turn: int, filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = count(turn)
    planted = {where: [f"{FORMS[n % 3]}{n}q" for n in islice(number, many)] for where, many in ABOUT.items()}
    home = tmp_path / planted["files"][0] / "home"
    home.mkdir(parents=True)
    shutil.copy(filled, home / "papers.db")
    (home / f"papers.db.{planted['files'][1]}").touch()
    monkeypatch.setenv("DAILYPAPERS_HOME", str(home))
    (home / "config.toml").write_text("")
    feeds = [form.format(*planted["feeds"]) for form in FEEDS]
    with closing(Feeds.open(home / "papers.db")) as followed:
        for feed in feeds:
            added = followed.follow("rss", feed, planted["feeds"][7], "blog", "2026-06-30T00:00:00+00:00")
            # One with a password is not followed; the log may still be told of it.
            assert (added is None) == ("@" in feed)
            if added is not None:
                followed.failed(added.slug, "2026-06-30T00:00:00+00:00", f"{feed} can't be found.")
    (home / "config.toml").write_text(FILE.format(*planted["settings"]))
    loaded = standing.load(home / "config.toml", home / "papers.db")
    assert [mistake.key for mistake in loaded.mistakes] == ["wrong", planted["settings"][25], "days_at_start"]
    for name, value in zip(VARIABLES, planted["variables"], strict=True):
        monkeypatch.setenv(name, value)
    for one in (*feeds, *planted["variables"][:-1]):
        log_file.record_error("count", ValueError(f"can't use {one!r}"))
        log_file.record_warning("feed", f"GET https://x.example.org/{one} failed: {one}")
    access_token.hide_tokens()
    capsys.readouterr()
    main(["doctor", "--json"])
    shown = capsys.readouterr().out
    assert len(json.loads(shown)["findings"]) > 10
    every = [one for many in planted.values() for one in many]
    assert [line for line in shown.splitlines() if any(one in line for one in every)] == []
    secrets = (*planted["feeds"][:7], *planted["variables"][:-1])
    logged = paths.log_file().read_text()
    assert [line for line in logged.splitlines() if any(one in line for one in secrets)] == []


def test_a_file_system_without_locks_is_a_finding(run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.platform.lacks_locks", lambda _: "No locks available")
    found = run("doctor")
    assert found.code == 1
    assert "files can't be locked: No locks available" in found.out and "DAILYPAPERS_HOME" in found.out
