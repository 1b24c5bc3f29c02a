"""Vectors: whatever cuts their making off, the next one goes on, and then they are those of an undisturbed home."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.snapshot import Snapshot
from tests.rigs.crash.steps import Step
from tests.rigs.program import run
from tests.static_model import make_model

WORDS = ("vectors", "build")

MEANINGS = (("model", "models"), ("language", "text"), ("agents", "agent"), ("image", "video"), ("learning", "data"))


def build(stage: Stage, _chance: random.Random, _before: Snapshot) -> Step:
    """Make the vectors that papers lack, by a static model that knows a few words."""
    if not (stage.folder / "model").exists():
        make_model(stage.folder / "model", MEANINGS)
    return Step(WORDS, arrange=_arrange, check=_check)


def _arrange(stage: Stage, home: Path) -> None:
    file = home / "config.toml"
    table = f'[vectors]\nmodel = "{stage.folder / "model"}"\n'
    if table not in file.read_text():
        file.write_text(file.read_text() + table)


def _check(stage: Stage, home: Path, _is_acknowledged: bool) -> list[str]:
    other = stage.folder / "undisturbed"
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    for name in ("papers.db", "papers.journal.jsonl", "config.toml"):
        if (home / name).exists():
            shutil.copyfile(home / name, other / name)
    for one in (home, other):
        if failures := run(WORDS, stage.surroundings(one)).failures():
            return failures
    found, wanted = ({file.name: file.read_bytes() for file in one.glob("vectors/of-*/*")} for one in (home, other))
    assert len(wanted["papers"]) > 16, "no vectors were made"
    return [
        f"the file {name} of vectors is another one than in an undisturbed home"
        for name in wanted
        if found.get(name) != wanted[name]
    ]
