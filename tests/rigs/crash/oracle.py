"""What must follow from a log, derived in plain Python, and what is wrong with a home that holds something else.

Nothing of the program is imported here, so that what it gets wrong is not wrong here too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from types import MappingProxyType

from tests.rigs.crash.snapshot import STATES, Entry, Snapshot

REVERSALS = ("undo", "redo")

HIGHLIGHTED, MUTED = 2, 8
"""The bits of a paper's flags that a rule has picked it out, and that it has a muted word."""

TRACES = ("open", "finish", "pass")
"""Kinds of events that reading leaves by itself, some time later: nobody asks for them, and no undo is about them."""


UNDOES = MappingProxyType({"hide": ("star", "queue"), "star": ("hide",), "queue": ("hide",)})
"""The kinds of marks that a mark takes away, in events of the same action: nobody asks for these."""

LISTS = ("entry:", "here:")
"""How the kinds of events begin that come by themselves where the lists of the settings file were changed."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the program was asked to do to marks; it makes one event, or none if nothing changes.

    An undo or a redo makes one for each event of the action that it is about.
    """

    kind: str
    """`read`, `star`, `hide`, `queue`, `note`, `tag:NAME`, or `undo` and `redo`."""
    value: str | None = None
    """None is the other state of one paper, as a key does it."""
    papers: frozenset[str] | None = None
    """Those that were named; None is any."""
    may_be_none: bool = False
    """Whether it is not known if anything is there to change."""
    is_together: bool = False
    """Whether it is of one action with the deed before it: both happen, or neither."""


# Deriving


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The entries by clock, then id."""
    return sorted(entries, key=lambda entry: (entry.clock, entry.id))


def queue_order(entries: Iterable[Entry], aliases: Mapping[str, str]) -> list[str]:
    """The queued papers by the time of their events, those of one event in its order; moves are not known here."""
    entries = in_order(entries)
    undone = undone_ids(entries)
    places: dict[str, tuple[int, int]] = {}
    for entry in entries:
        if entry.kind == "queue" and entry.id not in undone:
            for place, id in enumerate(entry.order):
                places.pop(aliases.get(id, id), None)
                if entry.value == "1":
                    places[aliases.get(id, id)] = (entry.clock, place)
    return sorted(places, key=places.__getitem__)


def undone_ids(entries: Iterable[Entry]) -> set[str]:
    """The ids of the events that are taken back."""
    undone: set[str] = set()
    for entry in in_order(entries):
        if entry.kind == "undo":
            undone.add(entry.value)
        elif entry.kind == "redo":
            undone.discard(entry.value)
    return undone


def derive(entries: Iterable[Entry], aliases: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The newest value of each kind of mark that is not taken back, by kind and paper."""
    entries = in_order(entries)
    undone = undone_ids(entries)
    values: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.kind not in REVERSALS and entry.id not in undone:
            of_kind = values.setdefault(entry.kind, {})
            of_kind.update((aliases.get(id, id), entry.value) for id in entry.papers)
    return values


def states_by_paper(
    values: Mapping[str, Mapping[str, str]], flags: Mapping[str, int] = MappingProxyType({})
) -> dict[str, frozenset[str]]:
    """Derived values as the kinds of state that stand on each paper; muted ones are hidden unless an event says so."""
    found: dict[str, set[str]] = {}
    for id, bits in flags.items():
        if bits & MUTED and id not in values.get("hide", {}):
            found.setdefault(id, set()).add("hide")
    for kind in STATES:
        for id, value in values.get(kind, {}).items():
            if value == "1":
                found.setdefault(id, set()).add(kind)
    return {id: frozenset(kinds) for id, kinds in found.items()}


def targets(entries: Sequence[Entry], kind: str) -> list[str]:
    """The ids of the events that an undo or a redo is about now: those of one action have one clock."""
    undone = undone_ids(entries)
    entries = sorted(entries, key=lambda entry: (entry.number or 0, entry.clock, entry.id))
    if kind == "undo":
        marks = [
            entry
            for entry in entries
            if entry.kind not in (*REVERSALS, *TRACES)
            and not entry.kind.startswith("follow:")
            and entry.id not in undone
            and entry.number != 0
        ]
        if not marks:
            return []
        # What a program did in one run is taken back as one.
        agents = {(entry.kind, entry.value) for entry in marks if entry.clock == marks[-1].clock and _is_agent(entry)}
        clocks = {entry.clock for entry in marks if (entry.kind, entry.value) in agents} | {marks[-1].clock}
        return [entry.id for entry in marks if entry.clock in clocks]
    entries = [entry for entry in entries if entry.kind not in TRACES]
    if not entries or entries[-1].kind != "undo":
        return []
    return [entry.value for entry in entries if entry.kind == "undo" and entry.clock == entries[-1].clock]


def _is_agent(entry: Entry) -> bool:
    """Whether the event says which program made the others of its clock, and in which run."""
    return entry.kind.startswith("agent:")


# Judging


def judge_moment(before: Snapshot, after: Snapshot, deeds: Sequence[Deed], acknowledged: int) -> list[str]:
    """What is wrong with a home at the moment when the program was cut off, before anything opens it again."""
    return [
        *after.faults,
        *_judge_history(before, after, deeds, acknowledged),
        *_judge_states(after, is_settled=False),
        *_judge_journal(after, _unacknowledged(before, after, acknowledged), is_settled=False),
    ]


def judge_settled(before: Snapshot, after: Snapshot, deeds: Sequence[Deed], acknowledged: int) -> list[str]:
    """What is wrong with a home that the program has opened again."""
    return [
        *after.faults,
        *_judge_history(before, after, deeds, acknowledged),
        *(f"event {entry.id} ({entry.kind}) was not finished" for entry in after.entries if not entry.applied),
        *_judge_states(after, is_settled=True),
        *_judge_journal(after, frozenset(), is_settled=True),
    ]


def judge_papers(before: Snapshot, after: Snapshot, asked: frozenset[str], *, acknowledged: bool) -> list[str]:
    """What is wrong with papers, texts and PDFs: none may go, those that came must be those that were asked for."""
    lost = before.held - after.held - after.aliases.keys()
    strange = after.held - before.held - asked
    missing = asked - after.held - after.aliases.keys() if acknowledged else frozenset[str]()
    named = {"lost": lost, "unasked": strange, "acknowledged and missing": missing}
    return [f"{len(ids)} papers {what}, such as {min(ids)}" for what, ids in named.items() if ids]


def _judge_history(before: Snapshot, after: Snapshot, deeds: Sequence[Deed], acknowledged: int) -> Iterator[str]:
    """No event is lost or changed; the new ones are the deeds in their order, the acknowledged ones all of them."""
    kept = {entry.id: entry for entry in after.entries}
    for entry in before.entries:
        if entry.id not in kept:
            yield f"the {entry.kind} {entry.value} of {len(entry.papers)} papers ({entry.id}) is lost"
        elif kept[entry.id].content != entry.content:
            yield f"event {entry.id} has changed"
    repeated = [id for id, count in Counter(entry.id for entry in after.entries).items() if count > 1]
    yield from (f"event {id} is there twice" for id in repeated)
    known = {entry.id for entry in before.entries}
    new = [entry for entry in after.entries if entry.id not in known and entry.kind not in TRACES]
    # The events of one action have one clock.
    new.sort(key=lambda entry: (entry.clock, entry.number or 0))
    yield from _match(before, new, after.titles, deeds, acknowledged)


def _match(
    before: Snapshot, new: Sequence[Entry], titles: Mapping[str, str], deeds: Sequence[Deed], acknowledged: int
) -> Iterator[str]:
    # What was changed in the settings is noted before anything else is done, and undone like a mark.
    entries = [*before.entries, *(entry for entry in new if entry.kind.startswith(LISTS))]
    undone = [entry for entry in new if any(_undoes(other, entry) for other in new)]
    rest = [entry for entry in new if not entry.kind.startswith(LISTS) and entry not in undone]
    has_come = False
    for number, deed in enumerate(deeds):
        has_come = has_come and deed.is_together
        for wanted in _wanted(deed, entries, before):
            if deed.may_be_none and not (rest and rest[0].kind == deed.kind and deed.value in (None, rest[0].value)):
                continue
            if not rest:
                if number < acknowledged:
                    yield f"acknowledged and lost: {_told(deed)}"
                elif has_come:
                    yield f"only a part of the action came, without {_told(deed)}"
                continue
            entry = rest.pop(0)
            has_come = True
            values = derive(entries, before.aliases)
            yield from _compare(entry, deed, wanted, values, titles)
            entries.append(entry)
            with_it = [other for other in undone if _undoes(entry, other)]
            entries += [other for other in with_it if other not in entries]
            for kind in UNDOES.get(entry.kind, ()) if entry.value != "0" else ():
                left = {id for id in entry.papers if values.get(kind, {}).get(id, "0") != "0"}
                left -= {id for other in with_it if other.kind == kind for id in other.papers}
                yield from (f"{id} got {entry.kind}, and {kind} stays ({entry.id})" for id in sorted(left))
    for entry in rest:
        yield f"nobody asked for {entry.kind} {entry.value} of {len(entry.papers)} papers ({entry.id})"


def _undoes(entry: Entry, other: Entry) -> bool:
    """Whether an event takes another mark away, by the other one."""
    is_one_action = (entry.clock, entry.machine) == (other.clock, other.machine)
    return is_one_action and entry.value != "0" and other.value == "0" and other.kind in UNDOES.get(entry.kind, ())


def _compare(
    entry: Entry, deed: Deed, wanted: Deed, values: Mapping[str, Mapping[str, str]], titles: Mapping[str, str]
) -> Iterator[str]:
    is_right = (entry.kind, entry.value) == (wanted.kind, wanted.value or entry.value) and (
        wanted.papers is None or entry.papers == wanted.papers
    )
    if deed.value is None and deed.kind in STATES:
        states = values.get(deed.kind, {})
        is_right &= len(entry.papers) == 1 and all(states.get(id, "0") != entry.value for id in entry.papers)
    if not is_right:
        yield (
            f"{_told(deed)} should have come, and {entry.kind} {entry.value} of {len(entry.papers)} papers came,"
            f" such as {_title(entry, titles)}"
        )


def _wanted(deed: Deed, entries: Sequence[Entry], before: Snapshot) -> list[Deed]:
    """The deed as what its events must hold; empty if it changes nothing."""
    if deed.kind in REVERSALS:
        return [replace(deed, value=about, papers=frozenset()) for about in targets(entries, deed.kind)]
    if deed.papers is None or deed.value is None:
        return [deed]
    values = derive(entries, before.aliases).get(deed.kind, {})
    initial = "" if deed.kind == "note" else "0"
    changed = frozenset(id for id in deed.papers if values.get(id, initial) != deed.value)
    return [replace(deed, papers=changed)] if changed else []


def _title(entry: Entry, titles: Mapping[str, str]) -> str:
    return next((f"{id} {titles.get(id)}" for id in sorted(entry.papers)), "none")


def _told(deed: Deed) -> str:
    papers = "" if deed.papers is None else f" of {len(deed.papers)} papers"
    return f"{deed.kind} {deed.value or ''}{papers}".replace("  ", " ").strip()


def _judge_states(after: Snapshot, *, is_settled: bool) -> Iterator[str]:
    """The states follow from the log; while an event is unfinished, a paper of it may have the state before it."""
    undone = undone_ids(after.entries)
    for entry in after.entries:
        if entry.kind not in REVERSALS and entry.undone != (entry.id in undone):
            yield f"event {entry.id} is {'not ' if not entry.undone else ''}taken back, and the log says otherwise"
    values = derive(after.entries, after.aliases)
    truths = [states_by_paper(values, after.flags)]
    if not is_settled:
        # Each batch of an unfinished event is whole or not there.
        unfinished = {entry.id for entry in after.entries if not entry.applied}
        for some in chain.from_iterable(combinations(unfinished, n) for n in range(1, len(unfinished) + 1)):
            done = [entry for entry in after.entries if entry.id not in some]
            truths.append(states_by_paper(derive(done, after.aliases), after.flags))
    wrong = [id for id, states in after.states.items() if all(states != true.get(id, frozenset()) for true in truths)]
    if wrong:
        true = sorted(truths[0].get(wrong[0], frozenset()))
        yield f"{len(wrong)} papers differ from the log: {wrong[0]} is {sorted(after.states[wrong[0]])}, not {true}"
    if is_settled:
        notes = {id: text for id, text in values.get("note", {}).items() if text and id in after.states}
        if notes != dict(after.notes):
            yield f"the notes differ from the log: {sorted(notes.items() ^ dict(after.notes).items())[:2]}"
        tags: dict[str, set[str]] = {}
        for kind, of_kind in values.items():
            if kind.startswith("tag:"):
                for id, value in of_kind.items():
                    if value == "1" and id in after.states:
                        tags.setdefault(id, set()).add(kind[4:])
        if {id: frozenset(some) for id, some in tags.items()} != dict(after.tags):
            yield "the tags differ from the log"
        picked = {id for id, value in values.get("highlight", {}).items() if value == "1" and id in after.states}
        if picked != {id for id, flags in after.flags.items() if flags & HIGHLIGHTED}:
            yield "what rules have picked out differs from the log"
        queued = [id for id in queue_order(after.entries, after.aliases) if id in after.states]
        if queued != list(after.queue):
            yield f"the queue differs from the log: it is {list(after.queue)[:3]}, not {queued[:3]}"


def _unacknowledged(before: Snapshot, after: Snapshot, acknowledged: int) -> frozenset[str]:
    """The ids of the new events that the program did not say to be done."""
    known = {entry.id for entry in before.entries}
    new = [entry for entry in after.entries if entry.id not in known]
    asked = [entry.id for entry in new if entry.kind not in TRACES]
    return frozenset(asked[acknowledged:]) | {entry.id for entry in new if entry.kind in TRACES}


def _judge_journal(after: Snapshot, open_ended: frozenset[str], *, is_settled: bool) -> Iterator[str]:
    """Each event of the log is in the journal; after an opening the two are the same.

    An event whose commit failed on a broken disk may be in the log alone until then: SQLite can't take back what the
    disk has kept of it.
    """
    journal = after.journal
    if journal is None:
        # -1 is what a migration leaves to the next writer.
        if after.recorded_size is not None and (is_settled or after.recorded_size > 0):
            yield "the journal is missing"
        return
    lines = journal.entries
    logged = {entry.id: entry for entry in after.entries}
    if lost := logged.keys() - lines.keys() - open_ended:
        yield f"{len(lost)} events of the log are not in the journal, such as {min(lost)}"
    for id in logged.keys() & lines.keys():
        line = lines[id]
        if (line.id, line.machine, line.clock, line.kind, line.value, line.papers) != logged[id].content:
            yield f"event {id} is another one in the journal"
        if logged[id].number is not None and line.number != logged[id].number:
            yield f"event {id} has the number {line.number} in the journal, {logged[id].number} in the log"
    more = lines.keys() - logged.keys()
    if is_settled and more:
        yield f"{len(more)} events of the journal are not in the log, such as {min(more)}"
    if is_settled and after.recorded_size != journal.size:
        yield f"the journal has {journal.size} bytes, and the log knows of {after.recorded_size}"
    yield from journal.repeated
