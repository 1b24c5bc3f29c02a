"""Muted words: the settings file is the old or the new one, and the papers follow from it."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import tomllib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.snapshot import Snapshot
from tests.rigs.crash.steps import Step
from tests.rigs.program import run

WORDS: tuple[list[str], ...] = (["diffusion"], ["diffusion", "agents"], ["agents"], [])


def set_words(_stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    """Change the settings file; papers are muted by the next look."""
    words = chance.choice(WORDS)

    def check(stage: Stage, home: Path, is_acknowledged: bool) -> list[str]:
        found = _read(home)
        if is_acknowledged and found["mute"] != words:
            return [f"the settings mute {found['mute']}, and {words} was acknowledged"]
        if found.get("digest") is None or found["ask_arxiv"] is not False:
            return ["the settings have lost something"]
        return _check(stage, home)

    return Step(("config", "set", "mute", json.dumps(words)), check=check)


def apply_words(_stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    """Mute papers as the settings have it by now."""
    words = chance.choice(WORDS)

    def arrange(_stage: Stage, home: Path) -> None:
        file = home / "config.toml"
        lines = [line for line in file.read_text().splitlines(keepends=True) if not line.startswith("mute")]
        file.write_text(f"mute = {json.dumps(words)}\n{''.join(lines)}")

    return Step(("list", "-n", "1"), arrange=arrange, check=lambda stage, home, _is_acknowledged: _check(stage, home))


def _read(home: Path) -> dict[str, object]:
    return {"mute": []} | tomllib.loads((home / "config.toml").read_text())


def _check(stage: Stage, home: Path) -> list[str]:
    """After a look, papers that have a muted word in the title are hidden, unless the user marked them."""
    found = run(("list", "-n", "1"), stage.surroundings(home)).failures()
    words = _read(home)["mute"]
    assert isinstance(words, list)
    with closing(sqlite3.connect(home / "papers.db")) as connection:
        papers = connection.execute(_UNMARKED).fetchall()
    loud = [id for id, title, flags in papers if _has(title, words) and not flags & 8]
    if loud:
        found.append(f"{len(loud)} papers have a muted word and are not muted, such as {min(loud)}")
    if not words and (quiet := [id for id, _, flags in papers if flags & 8]):
        found.append(f"no word is muted, and {len(quiet)} papers are, such as {min(quiet)}")
    return found


def _has(title: str, words: Sequence[str]) -> bool:
    return any(re.search(rf"\b{word}\b", title, re.IGNORECASE) for word in words)


_UNMARKED = """
    SELECT id, title, coalesce((SELECT flags FROM paper_flags AS f WHERE f.pk = paper.pk), 0) FROM paper
    WHERE starred = 0 AND has_note = 0 AND pk NOT IN (SELECT pk FROM queue) AND pk NOT IN (SELECT pk FROM paper_tag)
"""
