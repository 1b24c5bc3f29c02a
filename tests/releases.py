"""The files that each release has written, kept in `tests/data/VERSION`: later programs read them.

`python -m tests.releases` writes those of this version, once it is released; those of earlier ones never change.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from reader import __version__
from reader.actions import schedule
from reader.session import bookmarks, visit
from tests.beginnings import ROOT, feed_days, make_newest, paper_id
from tests.rigs.program import environment, run

DATA = ROOT / "tests" / "data"

RELEASES = sorted(folder.name for folder in DATA.iterdir() if re.fullmatch(r"\d+\.\d+\.\d+", folder.name))

PREVIOUS = "c416989f"
"""The program that shares folders with today's: the release before this one, or the last with an older schema."""

EXPORTS = ("json", "bib", "ris", "csl.json", "rdf", "csv", "md")

VISIT = visit.Visit("starred", "topic:agents", paper_id(3), history=("video",), topic_mode="all", folded=("vision",))

BOOKMARK = bookmarks.Bookmark("arxiv.org v1 9", 3, 0, "1\tintroduction", 0.5, "we look at")


def write(folder: Path) -> None:
    """Write the files of this version into a new folder."""
    folder.mkdir()
    with tempfile.TemporaryDirectory() as name:
        home, other = Path(name) / "home", Path(name) / "other"
        make_newest(home)
        papers = Path(name) / "papers.json"
        papers.write_text(json.dumps(feed_days()))
        shared = folder / "shared"
        shared.mkdir()
        (home / "config.toml").write_text('[digest]\ncommand = ["true"]\n')
        for words in (
            ("note", paper_id(200), "--text", "Of the desk."),
            ("digest", "--since", "2026-11-20", "--to", "command"),
            ("sync", str(shared)),
            *(("export", "has:note", "-o", str(folder / f"noted.{end}")) for end in EXPORTS),
        ):
            _run(home, *words)
        for words in (("import", str(papers)), ("mark", "star", paper_id(150)), ("sync", str(shared))):
            _run(other, *words)
        (folder / "config.toml").write_text(_settings(home))
        visit.save(folder / "state.json", VISIT)
        bookmarks.save(folder / "bookmarks.json", {paper_id(40): BOOKMARK})
        (folder / "crontab").write_text(_crontab_line())
        for file in ("papers.journal.jsonl", "papers.digests.jsonl"):
            (folder / file).write_text((home / file).read_text().replace(str(folder), "/home/ada"))
        (folder / "papers.db.xz").write_bytes(lzma.compress((home / "papers.db").read_bytes(), preset=9))


def _run(home: Path, *words: str) -> str:
    done = run(words, environment(home))
    assert done.code == 0, (words, done.err)
    return done.out


def _crontab_line() -> str:
    """The line of a schedule where there is no systemd."""
    python = ("/usr/bin/python3", "-P", "-m", "reader")
    with (
        patch("reader.actions.schedule.shutil.which", {"crontab": "/usr/bin/crontab"}.get),
        patch.object(schedule, "start_of_program", return_value=python),
    ):
        return schedule.plan_schedule(schedule.refreshes(6), Path(), {}, "linux").line


def _settings(home: Path) -> str:
    """Every setting, and every key by its action."""
    said = re.sub(r" +# [^\"\n]*$", "", _run(home, "config", "show"), flags=re.M)
    keys = {one["id"]: one["keys"] for one in json.loads(_run(home, "keys", "--json")) if one["keys"]}
    return f"{said}\n[keys]\n" + "".join(f'"{id}" = {json.dumps(keys)}\n' for id, keys in keys.items())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else DATA / __version__)
