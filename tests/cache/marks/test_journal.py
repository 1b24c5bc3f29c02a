"""The journal's lines: what is written is read again, and a damaged line never passes for another event."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.cache.marks import journal as module
from reader.cache.marks.journal import BadLine, Entry, Journal, Owner, decode, encode
from reader.core.errors import CacheError
from reader.core.foreign import LARGEST_NUMBER
from tests.table import each

MACHINE, OTHER = "0123456789ab", "ba9876543210"


def entry(number: int = 1, *ids: str, kind: str = "star", value: str = "1") -> Entry:
    papers = zlib.compress("\n".join(ids).encode(), module.PACKING)
    return Entry(f"{number:024x}", MACHINE, number, 1_700_000_000_000 + number, kind, value, len(ids), papers)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "papers.journal.jsonl")


def test_a_line_can_be_read_by_people() -> None:
    line = encode(entry(1, "2406.12345", "2406.00001"))
    assert line.startswith(b'{"v":1,"id":"000000000000000000000001","machine":"0123456789ab","number":1,')
    assert b'"kind":"star","value":"1","count":2,"papers":["2406.12345","2406.00001"],"sum":"' in line
    assert line.endswith(b'"}\n') and line.count(b"\n") == 1


@given(
    st.text(max_size=200).filter(lambda text: "\x00" not in text),
    st.lists(st.from_regex(r"\A[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{5}\Z"), max_size=300, unique=True),
)
def test_what_is_written_is_read_again(value: str, ids: list[str]) -> None:
    said = entry(7, *ids, kind="note", value=value.encode("utf-8", "replace").decode())
    line = encode(said)
    assert decode(line) == said
    assert (b'"packed"' in line) == (len(ids) > module.LISTED)


@given(st.data())
def test_a_changed_byte_and_a_missing_end_are_found(data: st.DataObject) -> None:
    line = bytearray(encode(entry(3, "2406.12345")))
    place = data.draw(st.integers(0, len(line) - 2))
    with pytest.raises(ValueError, match="it is"):
        decode(bytes(line[:place]))
    line[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="it is"):
        decode(bytes(line))


def signed(body: bytes) -> bytes:
    """A line with a right sum, whatever it says."""
    return body + b',"sum":"%08x"}\n' % zlib.crc32(body)


NO_EVENT = "it is not an event"
REST = b'"number":1,"clock":1,"kind":"star","value":"1","count":0,"papers":[]'
LARGE = str(LARGEST_NUMBER + 1).encode()
HEAD = b'{"v":1,"id":"0123456789abcdef01234567","machine":"0123456789ab",'


@each(
    ("body", "reason"),
    [
        (b'{"v":2,"id":"a"', "its form, 2, is newer than this program"),
        (b'{"v":"' + b"2" * 99 + b'"', "its form, ?, is newer than this program"),
        (b'{"v":' + b"2" * 99, "its form, 22222222222222222222, is newer than this program"),
        (b'{"id":"a"', NO_EVENT),
        (b'{"v":1,"id":"a"', NO_EVENT),
        (b"[1", NO_EVENT),
        (b"[" * 100_000, NO_EVENT),
        (HEAD.replace(b'"0123456789abcdef01234567"', b"1") + REST, NO_EVENT),
        (b'{"v":1,"owner":"me"', "it names no machine"),
        *((HEAD + REST.replace(b'"number":1', b'"number":' + number), NO_EVENT) for number in (b"true", b"-1", LARGE)),
        (HEAD + REST.replace(b"[]", b'["2406.00001"]'), NO_EVENT),
        (HEAD + REST.replace(b'"count":0,"papers":[]', b'"count":3,"papers":["2406.00001"]'), "it names no papers"),
        (HEAD + REST.replace(b'"count":0,"papers":[]', b'"count":1,"papers":[1]'), "it names no papers"),
        (HEAD + REST.replace(b'"count":0,"papers":[]', b'"count":1,"packed":"eJw="'), "its papers are cut off"),
        (HEAD + REST.replace(b'"count":0,"papers":[]', b'"count":1,"packed":"!"'), NO_EVENT),
        (HEAD + REST + b',"x":"' + b"x" * 3_992 + b'"', "too much of it is unknown to this program"),
    ],
)
def test_a_line_that_is_no_event_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        decode(signed(body))
    assert str(refused.value) == reason
    assert BadLine(1, reason).is_newer == ("newer" in reason)


def test_what_a_newer_program_adds_to_a_line_is_written_on() -> None:
    found = decode(signed(HEAD + REST + b',"later":[1,"\xc3\xa9"]'))
    assert isinstance(found, Entry)
    assert decode(signed(HEAD + REST.replace(b'"number":1', b'"number":0') + b',"x":"' + b"x" * 3_991 + b'"'))
    assert decode(encode(found)) == found
    assert json.loads(encode(found))["later"] == [1, "é"]


def test_packed_ids_have_a_budget() -> None:
    line = encode(entry(1, *(f"2406.{number:05}" for number in range(200))))
    with pytest.raises(ValueError, match="it names 200 papers, and one event has at most 199"):
        decode(line, 199)
    assert isinstance(decode(line, 200), Entry)


def test_a_new_file_begins_with_its_owner_and_is_the_users_alone(journal: Journal) -> None:
    assert (journal.size(), list(journal.read())) == (0, [])
    size = journal.append([entry(1)], MACHINE)
    assert size == journal.size() == journal.path.stat().st_size
    journal.append([entry(2), entry(3)], MACHINE)
    assert list(journal.read()) == [Owner(MACHINE), entry(1), entry(2), entry(3)]
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_lines_are_taken_out_and_put_in_whole(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = list[int]()
    monkeypatch.setattr(module, "to_disk", lambda file: sizes.append(os.fstat(file).st_size))
    monkeypatch.setattr(module, "BLOCK_BYTES", 400)
    journal.append(map(entry, range(1, 6)), MACHINE, "box")
    steps: list[tuple[Callable[[], object], list[object]]] = [
        (lambda: None, [Owner(MACHINE, "box"), *map(entry, range(1, 6))]),
        (lambda: journal.drop({2, 4, 5}, OTHER), [Owner(MACHINE, "box"), entry(2), entry(5)]),
        (lambda: journal.drop({1, 3}, OTHER), [Owner(OTHER), entry(2)]),
        (lambda: journal.rewrite([entry(3)], OTHER, "pad"), [Owner(OTHER, "pad"), entry(3)]),
        (lambda: journal.cut(journal.size() - 50), [Owner(OTHER, "pad"), BadLine(2, "it is cut off")]),
    ]
    whole = list[int]()
    for step, lines in steps:
        step()
        assert list(journal.read()) == lines
        assert journal.path.stat().st_mode & 0o777 == 0o600
        whole.append(journal.size())
    # What is written is on the disk before it counts: a new first line, too, before the others.
    assert sizes == [*whole[:2], len(encode(Owner(OTHER))), *whole[2:4]]
    assert [*journal.path.parent.iterdir()] == [journal.path]


def test_damage_costs_only_its_own_line(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_BYTES", 1000)
    journal.append([entry(1)], MACHINE)
    with journal.path.open("ab") as file:
        file.write(b"\n\x00\xff not JSON\n" + b"x" * 5000 + b"\n" + encode(entry(2))[:50])
    journal.append([entry(3)], MACHINE)
    owner, first, *bad, last = journal.read()
    assert (owner, first, last) == (Owner(MACHINE), entry(1), entry(3))
    assert bad == [BadLine(4, "it is cut off"), BadLine(5, "it is too long"), BadLine(6, "it is cut off")]


def test_a_failed_append_leaves_the_file_as_it_was(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.append([entry(1)], MACHINE)
    before = journal.path.read_bytes()

    def fail(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CacheError, match="disk is full"):
        journal.append([entry(2)], MACHINE)
    assert journal.path.read_bytes() == before


def test_what_can_not_be_read_or_written_is_said(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(CacheError, match=r"could not be read: Is a directory\."):
        list(journal.read())
    with pytest.raises(CacheError, match=r"could not be written: Is a directory\."):
        journal.append([entry(1)], MACHINE)
