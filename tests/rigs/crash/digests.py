"""Digests: a program gets each news at most once, and a file is whole under its name."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.snapshot import Snapshot
from tests.rigs.crash.steps import Step
from tests.rigs.program import run

FILE = "digest.html"

WORDS = ("digest", "--since", "3y", "--to")


def to_program(_stage: Stage, _chance: random.Random, _before: Snapshot) -> Step:
    """Give what is new to a program, and note it in a log of its own."""
    return Step((*WORDS, "command"), check=_check_mailbox)


def to_file(_stage: Stage, _chance: random.Random, _before: Snapshot) -> Step:
    """Write what is new to a file, in place of the one before."""
    return Step((*WORDS, "file", "-o", f"~/home/{FILE}"), check=_check_file)


def _check_mailbox(stage: Stage, home: Path, is_acknowledged: bool) -> list[str]:
    """Each news has come at most once, also once the same is asked for again, and the log has all that came."""
    noted = _noted(home)
    found = [f"{id} has come, and the log does not have it" for id in stage.mail() if not noted[id]][:3]
    if is_acknowledged and not noted:
        found.append("a digest was acknowledged, and nothing is noted")
    found += run((*WORDS, "command"), stage.surroundings(home)).failures()
    noted = _noted(home)
    more = [f"{id} has come {count} times" for id, count in stage.mail().items() if count > noted[id]]
    return found + more[:3]


def _noted(home: Path) -> Counter[str]:
    """How many news of each paper the log has as sent, or as perhaps sent."""
    begun: dict[str, list[str]] = {}
    file = home / "papers.digests.jsonl"
    for text in file.read_text().splitlines() if file.exists() else ():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if line["state"] == "begun":
            begun[line["id"]] = line["keys"]
        elif line["state"] == "refused":
            begun.pop(line["id"], None)
    return Counter(key.rpartition(":")[2] for keys in begun.values() for key in set(keys))


def _check_file(stage: Stage, home: Path, is_acknowledged: bool) -> list[str]:
    """The file is whole, or not there."""
    file = home / FILE
    if not file.exists():
        return ["the digest was acknowledged, and there is no file"] if is_acknowledged else []
    text = file.read_text("utf-8")
    is_whole = text.lower().startswith("<!doctype html") and re.search(r"</html>\s*$", text)
    return [] if is_whole else [f"{FILE} is not whole: it has {len(text):,} characters"]
