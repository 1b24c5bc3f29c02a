"""A backfill of the whole recorded archive through its stand-in, killed, resumed, and with every fault on the way.

    python -m tests.bench.backfill                 # three kills, then each fault
    python -m tests.bench.backfill --fault hang    # one fault alone

The stand-in counts requests for ever and answers as if its limit were spent after 500, so each run has a new one, and
one with faults has a limit that begins anew.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from reader.refresh.plan import FIRST_DAY, SETTLING_DAYS

TOOL = Path(__file__).resolve().parents[3] / "shared" / "tools" / "hf_feed.py"

PASSING = ("error=0.3", "drop=0.2", "slow=0.02", "limit=40", "null")
"""Faults that a refresh gets through."""

LASTING = ("garbage", "truncate", "html", "wrongtype", "redirect", "huge", "hang")
"""Faults that end it, with what is there kept."""

KILLS = (0.2, 0.45, 0.7)
"""Shares of the papers after which the program is killed."""


@dataclass
class StandIn:
    """A running stand-in."""

    process: subprocess.Popen[str]
    url: str
    papers: int

    def asked(self) -> list[str]:
        """The paths that it was asked for."""
        with urllib.request.urlopen(f"{self.url}/__log") as answer:
            return [entry["path"] for entry in json.load(answer)]


@contextmanager
def stand_in(tool: Path, fault: str = "") -> Iterator[StandIn]:
    """Run the stand-in, with a fault or without."""
    faults = [fault] if fault.startswith("limit") else [fault, "limit=450"] if fault else []
    command = [sys.executable, str(tool), "--port", "0", *(word for one in faults for word in ("--fault", one))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.match(r"(\d+) papers .* today is \S+: HF_ENDPOINT=(\S+)", said)
        assert found is not None, said
        yield StandIn(process, found[2], int(found[1]))
    finally:
        process.kill()
        process.wait()


@dataclass
class Backfill:
    """One cache that is filled, over several runs of the program."""

    home: Path
    tool: Path
    asked_twice: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.home / "papers.db"

    def count(self, what: str = "paper") -> int:
        if not self.file.exists():
            return 0
        with closing(sqlite3.connect(self.file)) as cache:
            try:
                return int(cache.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
            except sqlite3.OperationalError:
                return 0

    def settled(self) -> set[str]:
        """The days with papers that had settled when the feed answered for them."""
        if not self.count("day"):
            return set()
        with closing(sqlite3.connect(self.file)) as cache:
            rows = cache.execute("SELECT day, fetched FROM day WHERE fetched <> '' AND papers > 0").fetchall()
        age = timedelta(days=SETTLING_DAYS)
        return {day for day, at in rows if date.fromisoformat(at[:10]) - date.fromisoformat(day) >= age}

    def run(self, fault: str = "", until: float | None = None) -> str:
        """Run the program until it ends, or is killed once the cache has this share of the papers; what it said."""
        # Nothing but the stand-in is asked.
        (self.home / "config.toml").write_text("ask_arxiv = false\n")
        before = self.settled()
        with stand_in(self.tool, fault) as feed:
            environment = {**os.environ, "DAILYPAPERS_HOME": str(self.home), "HF_ENDPOINT": feed.url}
            command = [sys.executable, "-m", "reader", "refresh", "--since", FIRST_DAY]
            start = time.monotonic()
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            while until is not None and process.poll() is None:
                if self.count() >= until * feed.papers:
                    process.send_signal(signal.SIGKILL)
                time.sleep(0.02)
            said = process.communicate()[0].strip().splitlines()
            asked = feed.asked() if "hang" not in fault else []
        self.asked_twice += sorted(before & days_of(asked))
        took = time.monotonic() - start
        print(f"  {fault or 'no fault':10}  {took:6.1f} s  {len(asked):4} requests  exit {process.returncode:3}"
              f"  {self.count():5} papers  {' '.join(said[-1:])[:110]}", flush=True)  # fmt: skip
        return "\n".join(said)


def days_of(paths: list[str]) -> set[str]:
    """All days that requests asked for, one by one or by the month."""
    days: set[str] = set()
    for path in paths:
        query = {key: values[-1] for key, values in parse_qs(urlsplit(path).query).items()}
        if "date" in query:
            days.add(query["date"])
        if "month" in query:
            days |= {f"{query['month']}-{day:02}" for day in range(1, 32)}
    return days


def prove(tool: Path, faults: tuple[str, ...], kills: tuple[float, ...]) -> int:
    """Fill a cache with kills and faults on the way; 0 if nothing was lost or asked twice."""
    with tempfile.TemporaryDirectory() as folder:
        backfill = Backfill(Path(folder), tool)
        for share in kills:
            backfill.run(until=share)
        for fault in faults:
            before = backfill.count("listing")
            said = backfill.run(fault)
            assert "Traceback" not in said, said
            assert backfill.count("listing") >= before
        backfill.run()
        with stand_in(tool) as feed:
            wanted = feed.papers
        found, twice = backfill.count(), backfill.asked_twice
        print(f"{found:,} papers of {wanted:,}; settled days that were asked again: {len(twice)} {twice[:5]}")
        return 0 if found == wanted and not twice else 1


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=Path, default=TOOL, help="the stand-in for the feed")
    parser.add_argument("--fault", action="append", help="this fault alone (repeatable)")
    options = parser.parse_args()
    if options.fault is not None:
        return prove(options.tool, tuple(options.fault), KILLS[:1])
    print("killed three times and resumed", flush=True)
    code = prove(options.tool, (), KILLS)
    print("killed once, then every fault that lasts", flush=True)
    code |= prove(options.tool, LASTING, KILLS[:1])
    for fault in PASSING:
        # A new cache for each, as the one before has got everything.
        print(f"killed once, then {fault} on all that is left", flush=True)
        code |= prove(options.tool, (fault,), KILLS[:1])
    return code


if __name__ == "__main__":
    raise SystemExit(main())
