"""Two readers, refreshes as cron starts them, and scripts, all on one home at once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.rigs.crash.homes import Stage
from tests.rigs.crash.migration import judge_schema, make_old_origin
from tests.rigs.crash.operations import MARKS
from tests.rigs.crash.oracle import REVERSALS, judge_papers, judge_settled
from tests.rigs.crash.report import Report
from tests.rigs.crash.session import SIZE
from tests.rigs.crash.snapshot import Entry, Snapshot, read_home
from tests.rigs.crash.trials import MIGRATION, Asked, settle
from tests.rigs.program import ROOT, Run, command, run
from tests.rigs.terminal import Terminal

SCRIPTS = 3

COMPACT = ("cache", "compact")

LONGEST = 30.0
"""Seconds that a command may take while all others run; a program waits ten seconds for another's transaction."""

MOVES = ("j", "k", "s", "m", "x", "s", "u", "enter", "escape", "gt", "ga", "gs")


@dataclass
class Done:
    """What the programs acknowledged, by all threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    marks: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(kind, value, paper) of the marks of one paper that came from scripts."""
    undone: int = 0
    papers: frozenset[str] = frozenset()
    faults: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


class _Crowd:
    """All programs of one run."""

    def __init__(self, stage: Stage, home: Path, seed: int, seconds: float) -> None:
        self.done = Done()
        self.before = read_home(home / "papers.db")
        self._stage = stage
        self._home = home
        self._seed = seed
        self._deadline = time.perf_counter() + seconds

    def run(self, *, with_readers: bool) -> None:
        """Let all act until time is up."""
        acts: list[Callable[[random.Random], None]] = [*[self._script] * SCRIPTS, self._cron, self._house]
        acts += [self._read] * 2 if with_readers else []
        threads = [
            threading.Thread(target=act, args=(random.Random(f"{self._seed}/{number}"),))
            for number, act in enumerate(acts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _is_over(self) -> bool:
        return time.perf_counter() > self._deadline

    def _command(self, *words: str) -> str:
        """Run a command, which must succeed; returns what it printed."""
        ended = run(words, self._stage.surroundings(self._home))
        with self.done.lock:
            self.done.runs.append(ended)
            # A cache that is busy can't be compacted, and says so.
            is_busy = words == COMPACT and "holds the cache" in ended.err
            self.done.faults += ended.mishaps() if is_busy else ended.failures()
            if ended.seconds > LONGEST:
                self.done.faults.append(f"{' '.join(words)} took {ended.seconds:.1f} s")
        return ended.out if ended.code == 0 else ""

    def _script(self, chance: random.Random) -> None:
        papers = sorted(self.before.states)
        while not self._is_over():
            word = chance.choice(tuple(MARKS))
            paper = chance.choice(papers)
            choice = chance.random()
            if choice < 0.6:
                if "1 paper marked" in self._command("mark", word, paper):
                    with self.done.lock:
                        self.done.marks[(*MARKS[word], paper)] += 1
            elif choice < 0.7:
                undone = "Taken back" in self._command("undo")
                with self.done.lock:
                    self.done.undone += undone
            elif choice < 0.8:
                self._command("mark", chance.choice(("read", "unread", "star")), "--query", "is:unread")
            elif choice < 0.9:
                self._command("list", "is:starred", "--limit", "20")
            else:
                self._command("export", "is:starred", "--format", "json")

    def _cron(self, chance: random.Random) -> None:
        while not self._is_over():
            papers = self._stage.publish(chance, 10)
            self._command("refresh", "--days", "3", "--quiet")
            with self.done.lock:
                self.done.papers |= papers

    def _house(self, chance: random.Random) -> None:
        while not self._is_over():
            file, papers = self._stage.write_import(chance, 20)
            self._command("import", str(file))
            with self.done.lock:
                self.done.papers |= papers
            self._command("cache", chance.choice(("info", "verify")))
            self._command(*COMPACT)

    def _read(self, chance: random.Random) -> None:
        with Terminal(command(), self._stage.surroundings(self._home), SIZE, ROOT) as terminal:
            # Until it takes keys, the terminal itself would take some.
            terminal.wait_for("▌", LONGEST)
            while not self._is_over() and terminal.process.poll() is None:
                terminal.press(chance.choice(MOVES))
                terminal.read_until_quiet(0.05, 1)
                terminal.show_all()
                if "holds the cache" in terminal.text or "database is locked" in terminal.text:
                    self._fault(f"a reader says: {terminal.text}")
            if terminal.process.poll() is not None:
                self._fault(f"a reader ended with {terminal.process.returncode}: {terminal.text}")
                return
            terminal.press("escape", "escape", "ctrl+q")
            if terminal.wait_closed(30) != 0:
                self._fault(f"a reader left with {terminal.process.returncode}: {terminal.text}")

    def _fault(self, text: str) -> None:
        with self.done.lock:
            self.done.faults.append(text)


def run_together(stage: Stage, report: Report, seconds: float, seed: int, *, with_readers: bool = True) -> None:
    """Let all programs run at once, and judge the home afterwards.

    Without readers, each command may be the first to open the cache and the last to close it.
    """
    home = stage.new_home("together")
    crowd = _Crowd(stage, home, seed, seconds)
    crowd.run(with_readers=with_readers)
    done = crowd.done
    where = f"--together {seconds:.0f} --seed {seed}"
    report.violate(where, done.faults)
    report.violate(where, run(("mark", "unhide", min(crowd.before.states)), stage.surroundings(home)).mishaps())
    report.violate(where, judge_crowd(crowd.before, read_home(home / "papers.db"), done))
    for ended in done.runs:
        report.count(ended.words[0], ended)
    report.rows["mark"].acknowledged += sum(done.marks.values())


def migrate_together(stage: Stage, report: Report, programs: int) -> None:
    """Start many programs at once on a home of the first schema: each does its work, one migrates."""
    home = stage.new_home("old", make_old_origin(stage))
    before = read_home(home / "papers.db")
    with ThreadPoolExecutor(programs) as threads:
        runs = [threads.submit(run, MIGRATION.words, stage.surroundings(home)) for _ in range(programs)]
    for ended in (one.result() for one in runs):
        report.count("migrate", ended)
        report.violate("programs on an older home", ended.failures())
    after = settle(stage, report, "an older home", home, before, Asked())
    report.violate("an older home", judge_schema(home, before, after, is_settled=True))


def judge_crowd(before: Snapshot, after: Snapshot, done: Done) -> list[str]:
    """What is wrong after many programs: each acknowledged mark is one event, and states follow from the events."""
    known = {entry.id for entry in before.entries}
    new = [entry for entry in after.entries if entry.id not in known]
    found = Counter(
        (entry.kind, entry.value, id) for entry in new if entry.kind not in REVERSALS for id in _single(entry)
    )
    faults = [f"acknowledged and lost: {mark}" for mark, number in done.marks.items() if found[mark] < number]
    undone = sum(entry.kind == "undo" for entry in new)
    if undone < done.undone:
        faults.append(f"{done.undone} undos were acknowledged, {undone} are there")
    # The readers' marks and texts are nobody's to foresee: all that is new is taken as asked for.
    faults += judge_settled(after, after, (), 0)
    texts = frozenset(held for held in after.held if held.startswith(("text of ", "PDF of ")))
    return faults + judge_papers(before, after, done.papers | texts, acknowledged=True)


def _single(entry: Entry) -> frozenset[str]:
    return entry.papers if len(entry.papers) == 1 else frozenset()
