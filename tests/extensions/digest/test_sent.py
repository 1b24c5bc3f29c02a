"""What was mailed is known, whatever the program's end: each news leaves once at most."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.core.errors import ReaderError
from reader.extensions.digest import sent as sent_digests
from reader.extensions.digest.sent import SentDigests, hold_sent


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "papers.digests.jsonl"


def test_sent_and_possibly_sent_digests_are_remembered(file: Path) -> None:
    with hold_sent(file) as sent:
        assert sent.known("ada") == frozenset()
        assert (sent.last("ada"), sent.uncertain("ada")) == (None, None)
        for id in ("1", "2", "3"):
            sent.begin(id, "ada", (f"paper {id}",))
        sent.end("1", "sent")
        sent.end("2", "refused")
    later = SentDigests(file)
    assert later.known("ada") == {"paper 1", "paper 3"}
    assert later.known("ada", again=True) == {"paper 1"}
    assert later.known("grace") == frozenset()
    unsure = later.uncertain("ada")
    assert unsure is not None and unsure.id == "3"
    first, last = later.last("ada", again=True), later.last("ada")
    assert first is not None and last is not None and first <= last <= datetime.now(UTC)
    assert later.newest == last
    with hold_sent(file) as sent:
        sent.begin("3", "ada", ("paper 3",))
        sent.end("3", "sent")
    assert SentDigests(file).uncertain("ada") is None
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 20, 70])
def test_half_a_line_left_by_a_kill_harms_no_other(file: Path, cut: int) -> None:
    with hold_sent(file) as sent:
        sent.begin("1", "ada", ("one",))
        sent.begin("2", "ada", ("two",))
    file.write_bytes(file.read_bytes()[:-cut])
    with hold_sent(file) as sent:
        assert "one" in sent.known("ada")
        sent.begin("3", "ada", ("three",))
        sent.end("3", "sent")
    assert {"one", "three"} <= SentDigests(file).known("ada")


def test_unknown_lines_are_ignored(file: Path) -> None:
    file.parent.mkdir()
    lines = ("[]", "{}", "nonsense", '{"id": 1, "state": "begun", "at": "x"}', '{"id": "9", "state": "sent", "at": ""}')
    file.write_text("\n".join((*lines, '{"id": [], "state": "sent", "at": "2026-01-01"}')))
    assert SentDigests(file).known("ada") == frozenset()


def test_a_failure_is_known_until_one_is_sent(file: Path) -> None:
    with hold_sent(file) as sent:
        sent.note_failure("no server")
    failure = SentDigests(file).failure
    assert failure is not None and failure.error == "no server"
    with hold_sent(file) as sent:
        sent.begin("1", "ada", ())
        sent.end("1", "sent")
    assert SentDigests(file).failure is None


def test_two_programs_do_not_send_at_once(file: Path) -> None:
    with hold_sent(file), pytest.raises(ReaderError, match="Another program"), hold_sent(file):
        pass
    with hold_sent(file):
        pass


def test_nothing_leaves_without_a_note_of_it(file: Path) -> None:
    file.mkdir(parents=True)
    with hold_sent(file) as sent, pytest.raises(ReaderError, match="Nothing is mailed"):
        sent.begin("1", "ada", ())
    with hold_sent(file) as sent:
        sent.note_failure("that is said anyway")
    file.rmdir()
    with hold_sent(file) as sent:
        sent.begin("1", "ada", ())
        file.unlink()
        file.mkdir()
        with pytest.raises(ReaderError, match="The digest was sent, but that could not be recorded"):
            sent.end("1", "sent")
    file.parent.joinpath("no").write_text("")
    with pytest.raises(ReaderError, match="Nothing is mailed"), hold_sent(file.parent / "no" / "digests.jsonl"):
        pass


def test_old_lines_of_a_long_file_are_dropped(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hold_sent(file) as sent:
        sent.begin("new", "ada", ("new",))
    now = datetime.now(UTC)
    old = (now - 2 * sent_digests.KEPT).isoformat()
    line = {"id": "old", "state": "begun", "at": old, "name": "ada", "keys": ["old"]}
    newer = [{"form": 2, "of": "a newer program"}, {"id": "x", "state": "read", "at": now.isoformat(), "by": ["ada"]}]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in (line, *newer)) + file.read_text())
    with hold_sent(file) as sent:
        assert sent.known("ada") == {"old", "new"}
    monkeypatch.setattr(sent_digests, "LONG", 10)
    with hold_sent(file):
        pass
    assert SentDigests(file).known("ada") == {"new"}
    assert [json.loads(one) for one in file.read_text().splitlines()][:2] == newer
