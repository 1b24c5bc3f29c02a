"""Whatever others write, it leads to requests, files and addresses of the intended forms only.

`python -m tests.rigs fuzz consequences-WAY` looks further, with inputs that coverage guides.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rigs.fuzz.consequences import REQUEST, WAYS, attack_consequences, check_consequence, consequences
from tests.table import each
from tests.tiers import rest_long

EXAMPLES = max(10, settings().max_examples // 10)

HOSTILE = [
    "../../api/settings/delete", "..", "//evil.example/x", "-rf", "--help", "%2e%2e%2fapi", "2611.00001/../x",
    "2611.00001?x=1", "2611.00001#x", "2611.00001\r\nHost: x", "settings\\delete", "page:../../x", "feed:", "\x00",
    "http://evil.example", "$(id)", "CON", ".ssh/config", "2611.00001/", "２６１１.00001", "\u202e1",
]  # fmt: skip

_IDS = st.sampled_from(HOSTILE) | st.text(max_size=20)
_GOOD = st.sampled_from(["2611.00002", "2612.04321", "hep-th/9901001", "cs/0112017", "page:0123456789ab"])
_KINDS = st.sampled_from(["star", "note", "queue", "want", "like", "tag:a", "read", "rule:x", "setting:mute", "open"])
_VALUES = st.sampled_from(["1", "0", "", "2026-11-24", '["x"]']) | st.text(max_size=20)
_ADDRESSES = st.sampled_from(["https://a.example/f", "file:///x", "http://u@a.example", "cs.CL", "../x"]) | _IDS
_FEED = st.fixed_dictionaries(
    {"kind": st.sampled_from(["rss", "arxiv"]), "url": _ADDRESSES, "title": st.just("T"), "added": st.just("2026")}
)


@st.composite
def events(draw: st.DrawFn) -> bytes:
    """A line of a journal, without its checksum: of the right form, but for what it says."""
    ids = draw(st.lists(_GOOD, max_size=3, unique=True)) + draw(st.lists(_IDS, max_size=2))
    kind, value = draw(st.tuples(_KINDS, _VALUES) | st.tuples(st.just("follow:x"), _FEED.map(json.dumps)))
    said: dict[str, Any] = {
        "v": 1,
        "id": f"{draw(st.integers(0, 5)):024x}",
        "machine": draw(st.sampled_from(["bababababaab", "cdcdcdcdcdcd", "../x"])),
        "number": draw(st.integers(0, 1 << 63)),
        "clock": draw(st.sampled_from([1, 1_795_000_000_000, 1 << 62, -1]) | st.integers(0, 1 << 48)),
        "kind": kind,
        "value": value,
        "count": len(ids),
    }
    if draw(st.booleans()):
        said["packed"] = b64encode(zlib.compress("\n".join(ids).encode("utf-8", "replace"))).decode()
    else:
        said["papers"] = ids
    return json.dumps(said).encode()[:-1]


_LINES = st.lists(events(), min_size=1, max_size=3).map(b"\n".join)
_MARK = st.fixed_dictionaries(
    {
        "kind": _KINDS,
        "value": _VALUES,
        "clock": st.integers(-1, 1 << 63),
        "machine": st.just("bababababaab"),
        "id": st.just("0" * 24),
    }
)
_EXPORT = st.fixed_dictionaries(
    {"id": _GOOD | _IDS, "day": st.just("2026-11-24"), "marks": st.lists(_MARK, max_size=2), "title": st.just("T")},
    optional={"url": _ADDRESSES, "code_url": _ADDRESSES, "starred": st.booleans(), "doi": _IDS},
)
_STATEMENT = st.fixed_dictionaries(
    {
        "paper": _GOOD | _IDS,
        "marks": st.lists(st.sampled_from(["star", "queue", "tag:a", "x"]), max_size=3),
        "note": _IDS,
    }
)
_RECORD = st.fixed_dictionaries(
    {
        "paper": st.fixed_dictionaries(
            {"id": _GOOD | _IDS, "title": st.just("T"), "summary": st.just("S"), "githubRepo": _ADDRESSES},
            optional={"projectPage": _ADDRESSES, "mediaUrls": st.lists(_ADDRESSES, max_size=2)},
        )
    }
)
_INPUTS: dict[str, st.SearchStrategy[bytes]] = {
    "folder": _LINES,
    "server": _LINES,
    "journal": _LINES,
    "import": st.lists(_EXPORT.map(json.dumps), min_size=1, max_size=3).map(lambda some: "\n".join(some).encode()),
    "feed": st.lists(_RECORD, min_size=1, max_size=3).map(lambda some: json.dumps(some).encode()),
    "agent": st.lists(_GOOD | _IDS, min_size=1, max_size=3).map(lambda some: json.dumps(some).encode()),
}


@pytest.mark.parametrize("way", rest_long(WAYS, ["folder", "import", "feed"]))
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_what_others_write_leads_only_to_what_is_intended(way: str, data: st.DataObject) -> None:
    attack_consequences(way, data.draw(_INPUTS[way]))


def _said(way: str, *ids: str) -> bytes:
    """What names these papers in one of the ways, each by itself."""
    match way:
        case "member":
            records: list[dict[str, object]] = [{"paper": id, "marks": ["star"]} for id in ids]
        case "import":
            records = [{"id": id, "day": "2026-11-24", "starred": True, "title": f"T {id}"} for id in ids]
        case "feed":
            return json.dumps([{"paper": {"id": id, "title": f"T {id}", "summary": "S"}} for id in ids]).encode()
        case "agent":
            return json.dumps(ids).encode()
        case _:
            head = {
                "v": 1,
                "machine": "bababababaab",
                "number": 1,
                "clock": 1,
                "kind": "star",
                "value": "1",
                "count": 1,
            }
            lines = [{**head, "id": f"{place:024x}", "papers": [id]} for place, id in enumerate(ids)]
            return "\n".join(json.dumps(line)[:-1] for line in lines).encode()
    return "\n".join(map(json.dumps, records)).encode()


@each("way", WAYS)
def test_a_paper_is_asked_for_by_every_way(way: str) -> None:
    """What is forbidden below would be seen: the way is open for a paper."""
    found = consequences(way, _said(way, "2612.04321", "hep-th/9901001"))
    for path in ("/api/papers/2612.04321", "/papers/2612.04321.md", "/pdf/2612.04321", "/html/2612.04321"):
        assert ("request", path) in found
    assert ("request", "/api/papers/hep-th%2F9901001") in found
    assert ("request", "/pdf/hep-th/9901001") in found


@each("way", WAYS)
def test_what_is_no_paper_leads_to_nothing(way: str) -> None:
    for kind, text in consequences(way, _said(way, *HOSTILE)):
        check_consequence(kind, text)
        if kind == "request":
            assert "2611.0000" in text, text


def test_requests_to_other_places_are_not_intended() -> None:
    for path in ("/api/settings/delete", "/api/papers/../settings", "/api/papers/", "//evil.example/x", "/pdf/-rf"):
        assert not REQUEST.fullmatch(path)


@each(("way", "address"), [("rss", "file:///x"), ("rss", "cs.CL"), ("arxiv", "cs.CL")])
def test_a_feed_of_the_own_journal_is_followed_where_feeds_of_its_kind_are(way: str, address: str) -> None:
    feed = json.dumps({"kind": way, "url": address, "title": "T", "added": "2026"})
    said = {"v": 1, "id": "0" * 24, "machine": "bababababaab", "number": 0, "clock": 1, "kind": "follow:x"}
    attack_consequences("journal", json.dumps({**said, "value": feed, "count": 0, "papers": []}).encode()[:-1])
