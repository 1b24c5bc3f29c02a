"""What the program is asked to do while it is killed, and what must come of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.feeds.fulltext import pages
from tests.rigs.crash import digests, muting, vectors
from tests.rigs.crash.homes import RULE, Stage
from tests.rigs.crash.journal import encode_line
from tests.rigs.crash.oracle import Deed, derive, states_by_paper
from tests.rigs.crash.snapshot import Snapshot, make_pdf, pdf_of, text_of
from tests.rigs.crash.steps import Step

MARKS = {
    f"{not_}{kind}": (kind, value)
    for kind in ("read", "star", "hide", "queue")
    for not_, value in (("", "1"), ("un", "0"))
}
"""The words of `mark`, and the events that they make."""

BULK = (
    ("star", "is:unread", "read", False),
    ("read", "is:unread", "read", False),
    ("unread", "is:read", "read", True),
    ("unstar", "is:starred", "star", True),
    ("star", "-is:starred", "star", False),
)
"""Words of `mark`, queries, and what these ask: whether a kind of mark stands on a paper that is not hidden."""

NEW = 15
"""Papers of each day that a refresh fetches."""

IMPORTED = 60
"""Papers of each file that is imported."""


Prepare = Callable[[Stage, random.Random, Snapshot], Step]


def _some(chance: random.Random, before: Snapshot, count: int) -> list[str]:
    return chance.sample(sorted(before.states), count)


def _lacking(chance: random.Random, before: Snapshot, kind: str, count: int) -> frozenset[str]:
    """Some papers on which a kind of mark does not stand."""
    values = derive(before.entries, before.aliases).get(kind, {})
    return frozenset(chance.sample([id for id in sorted(before.states) if values.get(id, "0") != "1"], count))


def _mark(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    word = chance.choice(tuple(MARKS))
    papers = _some(chance, before, chance.randint(1, 4))
    return Step(("mark", word, *papers), (Deed(*MARKS[word], frozenset(papers)),), said=" marked ")


def _bulk(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    states = states_by_paper(derive(before.entries, before.aliases), before.flags)
    shown = {id: states.get(id, frozenset()) for id in before.states}
    shown = {id: marks for id, marks in shown.items() if "hide" not in marks}
    word, query, mark, is_there = chance.choice(BULK)
    kind, value = MARKS[word]
    papers = frozenset(id for id, marks in shown.items() if (mark in marks) == is_there)
    return Step(("mark", word, "--query", query), (Deed(kind, value, papers),), said=" marked ")


def _tag(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    name = chance.choice(("later", "to read"))
    word, value = chance.choice((("add", "1"), ("remove", "0")))
    papers = _some(chance, before, chance.randint(1, 4))
    return Step(("tag", word, name, *papers), (Deed(f"tag:{name}", value, frozenset(papers)),), said="tagged ")


def _known_tag(chance: random.Random, before: Snapshot) -> str | None:
    known = sorted({tag for tags in before.tags.values() for tag in tags})
    return chance.choice(known) if known else None


def _rename(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Rename a tag, or merge two: two events, which stand or fall together."""
    if (old := _known_tag(chance, before)) is None:
        return _tag(stage, chance, before)
    new = chance.choice([name for name in ("later", "to read", "renamed") if name != old])
    # Papers that are not here are tagged too.
    values = derive(before.entries, before.aliases).get(f"tag:{old}", {})
    papers = frozenset(id for id, value in values.items() if value == "1")
    deeds = (Deed(f"tag:{new}", "1", papers), Deed(f"tag:{old}", "0", papers, is_together=True))
    return Step(("tag", "rename", old, new), deeds, said=" renamed to ")


def _note(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    paper = chance.choice(sorted(before.states))
    text = chance.choice(("", "One line.", "A note\n\n- of several\n- lines, äöü 中文"))
    return Step(("note", paper, "--text", text), (Deed("note", text, frozenset((paper,))),), said="The note of ")


def _library(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Import another program's library: events of several kinds, which stand or fall together."""
    here = frozenset(_some(chance, before, 3))
    absent = frozenset(f"0901.{number:04}" for number in chance.sample(range(1, 10_000), 2))
    entries = (f"@misc{{k{number}, eprint={{{id}}}}}" for number, id in enumerate(sorted(here | absent)))
    file = stage.folder / "library.bib"
    file.write_text("\n".join(entries))
    kinds = ("star", "queue", "tag:later")
    deeds = (Deed("want", "1", absent), *(Deed(kind, "1", here | absent, is_together=True) for kind in kinds))
    return Step(("import", str(file), "--star", "--queue", "--tag", "later"), deeds, said=" papers named, ")


def _queue(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Put papers at the end of the queue in an order, or take some out of its middle."""
    if before.queue and chance.random() < 0.4:
        papers = chance.sample(before.queue, min(2, len(before.queue)))
        return Step(("mark", "unqueue", *papers), (Deed("queue", "0", frozenset(papers)),), said=" marked ")
    papers = _some(chance, before, 3)
    return Step(("mark", "queue", *papers), (Deed("queue", "1", frozenset(papers)),), said=" marked ")


def _import(stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    file, papers = stage.write_import(chance, IMPORTED)
    return Step(("import", str(file)), papers=papers, said=" new, ")


def _refresh(stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    papers = stage.publish(chance, NEW)
    return Step(("refresh", "--days", "3"), papers=papers, said=" in 3 days")


def _read(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Fetch a full text; one that is kept already is asked for again."""
    id = chance.choice(sorted(id for id in before.states if ":" not in id))
    stage.feed.pages[f"/papers/{id}.md"] = pages.MARKDOWN.encode()
    return Step(("read", id, "--again"), papers=frozenset({text_of(id)}), said="1  Start")


def _pdf(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Fetch a PDF, which is whole under its name or not there; a part of it may be left of an earlier try."""
    ids = sorted(id for id in before.states if ":" not in id)[:12]
    id = chance.choice([id for id in ids if pdf_of(id) not in before.pdfs] or ids)
    stage.feed.pages[f"/pdf/{id}"] = make_pdf(id)
    return Step(("pdf", id), papers=frozenset({pdf_of(id)}), said=".pdf")


def _refresh_paper(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Fetch what belongs to a paper; the feed has some of them."""
    return Step(("show", chance.choice(sorted(before.states)), "--refresh"))


def _follow(_stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    """Follow two things that are new: two events, which stand or fall together."""
    names = [f"the {chance.randrange(10**9)}", f"model {chance.randrange(10**9)}"]
    deeds = [
        Deed(f"watch:word:{name.replace(' ', '-')}", json.dumps({"name": name, "follow": True}), is_together=place > 0)
        for place, name in enumerate(names)
    ]
    return Step(("follow", "add", *names), tuple(deeds), said="Its query is ")


def _agent(_stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Let a program star and tag papers through `mcp`; it may take back all that it did, and nothing else."""
    stars, tags = _lacking(chance, before, "star", 3), _lacking(chance, before, "tag:later", 2)
    calls = [("mark", {"ids": sorted(stars), "star": True}), ("mark", {"ids": sorted(tags), "add": ["later"]})]
    acts: list[tuple[Deed, ...]] = [
        (Deed("star", "1", stars), Deed("agent:crash", papers=stars, is_together=True)),
        (Deed("tag:later", "1", tags), Deed("agent:crash", papers=tags, is_together=True)),
    ]
    if chance.random() < 0.4:
        calls.append(("undo", {}))
        acts.append((Deed("undo"),))
    talk = (
        _request("initialize", 0, protocolVersion="2025-06-18", capabilities={}, clientInfo=_CLIENT),
        _request("notifications/initialized"),
        *(
            _request("tools/call", number, name=name, arguments=values)
            for number, (name, values) in enumerate(calls, 1)
        ),
    )
    return Step(("mcp", "--allow-marks"), talk=talk, acts=tuple(acts))


_CLIENT = {"name": "crash", "version": "1"}


def _request(method: str, id: int | None = None, **params: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": params} | ({} if id is None else {"id": id}))


def _rules(_stage: Stage, _chance: random.Random, before: Snapshot) -> Step:
    """Let a rule act on the starred papers on which it has not acted yet: three events, as one."""
    acted = frozenset[str]().union(*(one.papers for one in before.entries if one.kind == f"rule:{RULE}"))
    papers = frozenset(id for id, states in before.states.items() if "star" in states) - acted
    deeds = (
        Deed("tag:ruled", "1", papers),
        Deed("highlight", "1", papers, is_together=True),
        Deed(f"rule:{RULE}", None, papers, is_together=True),
    )
    return Step(("rules", "apply", RULE, "--since", "1900-01-01"), deeds if papers else ())


def _weigh(_stage: Stage, chance: random.Random, _before: Snapshot) -> Step:
    """Raise a word and an author that are new: two events, which stand or fall together."""
    word, author = f"model x{chance.randrange(10**9)}", f"Ada {chance.randrange(10**9)}"
    deeds = (Deed(f"weigh:word:{word}", "1"), Deed(f"weigh:author:{author}", "1", is_together=True))
    return Step(("weights", "raise", word, f"author:{author}"), deeds, said="Raised ")


def _interest(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Make an interest of a tag that papers here have, once more too."""
    if (tag := _known_tag(chance, before)) is None:
        return _tag(stage, chance, before)
    return Step(("weights", "make", f"tag:{tag}"), (Deed(f"interest:tag:{tag}"),), said="Made ")


def _sync(stage: Stage, chance: random.Random, before: Snapshot) -> Step:
    """Take in a mark of another machine, whose clock is ahead; the own marks go out."""
    papers = sorted(_lacking(chance, before, "star", 3))
    token = f"{chance.getrandbits(96):024x}"
    folder = stage.folder / f"shared-{token}"
    folder.mkdir(exist_ok=True)
    clock = max((entry.clock for entry in before.entries), default=0) + 86_400_000
    event = {"id": token, "machine": token[:12], "number": 0, "clock": clock, "kind": "star", "value": "1"}
    lines = ({"owner": token[:12], "name": "another"}, event | {"count": len(papers), "papers": papers})
    (folder / f"dailypapers-{token[:12]}.jsonl").write_bytes(b"".join(encode_line(line) for line in lines))
    return Step(("sync", str(folder)), (Deed("star", "1", frozenset(papers)),), said=" came from another")


OPERATIONS: Mapping[str, Prepare] = MappingProxyType(
    {
        "mark": _mark,
        "bulk": _bulk,
        "tag": _tag,
        "rename": _rename,
        "note": _note,
        "queue": _queue,
        "library": _library,
        "undo": lambda *_: Step(("undo",), (Deed("undo"),), said="Taken back"),
        "import": _import,
        "refresh": _refresh,
        "compact": lambda *_: Step(("cache", "compact")),
        "read": _read,
        "pdf": _pdf,
        "refresh-paper": _refresh_paper,
        # Papers are ranked by what the user likes, which keeps the words of those that are new.
        "for-you": lambda *_: Step(("list", "sort:foryou", "-n", "5")),
        "follow": _follow,
        "weigh": _weigh,
        "interest": _interest,
        "sync": _sync,
        "agent": _agent,
        "rules": _rules,
        "digest": digests.to_program,
        "digest-file": digests.to_file,
        "vectors": vectors.build,
        "settings": muting.set_words,
        "mute": muting.apply_words,
    }
)
"""Commands by the names of the command line of these tests; the reader has a module of its own."""


def opening(before: Snapshot) -> Step:
    """A command that opens the log and changes nothing: whatever was cut off is finished by it."""
    states = states_by_paper(derive(before.entries, before.aliases), before.flags)
    probe = min(before.states)
    return Step(("mark", "unhide" if "hide" not in states.get(probe, ()) else "hide", probe))
