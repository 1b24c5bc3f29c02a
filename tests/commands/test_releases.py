"""A home of the last release opens: all that its user did is there."""

from __future__ import annotations

import json
import lzma
import shutil
import tomllib
from pathlib import Path

from reader.core import removed
from reader.session import bookmarks, visit
from tests.commands.conftest import Run

LAST_RELEASE = Path(__file__).parents[1] / "data" / "0.2.0"


def ids(run: Run, query: str) -> set[str]:
    return {one["id"] for one in run("list", query, "--json=id").records}


def papers(*numbers: int) -> set[str]:
    return {f"2611.{number:05}" for number in numbers}


def test_a_home_of_the_last_release_opens_with_all_that_its_user_did(run: Run, home: Path) -> None:
    home.mkdir()
    for file in LAST_RELEASE.iterdir():
        if file.suffix != ".xz":
            shutil.copyfile(file, home / file.name)
    (home / "papers.db").write_bytes(lzma.decompress((LAST_RELEASE / "papers.db.xz").read_bytes()))
    starred = papers(*range(4), *range(7, 20))
    assert ids(run, "is:starred") == starred
    assert ids(run, "tag:survey") == papers(*range(24, 35))
    assert ids(run, "is:hidden") == papers(*range(89, 99))
    assert ids(run, "has:note") == papers(2, 3, 4, 200)
    assert run("show", "2611.00002", "--json").record["note"] == "Mine: compare with *old* tasks."
    assert len(ids(run, "is:read")) == 90
    assert "a-feed" in run("feeds", "list").out
    (noted,) = run("config", "check").lines
    assert "digest.command was removed: redirect what 'dailypapers digest' prints" in noted
    chosen = tomllib.loads((home / "config.toml").read_text())
    for name in ("order", "list_share"):
        assert f"{name} = {json.dumps(chosen[name])}" in run("config", "show").out
    bound = [one["keys"] for one in run("keys", "--json").records]
    assert [id for id, keys in chosen["keys"].items() if keys not in bound and id not in removed.ACTIONS] == []
    last = visit.load(home / "state.json")
    assert (last.text, last.topic_mode, last.folded) == ("topic:agents", "all", ("vision",))
    assert "2611.00040" in bookmarks.load(home / "bookmarks.json")
    assert (run("mark", "star", "2611.00200").code, run("undo").code) == (0, 0)
    assert ids(run, "is:starred") == starred
