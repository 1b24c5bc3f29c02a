"""Notes that are being written: their files, whatever the paper's id is."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.core.text import NOTE_LIMIT
from reader.session.drafts import Drafts


def test_a_draft_is_there_until_it_is_dropped(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    assert drafts.read("2605.00400") is None and drafts.newest() is None
    drafts.drop("2605.00400")
    drafts.write("2605.00400", "One.")
    drafts.write("2605.00400", "Two.\nThree.")
    assert drafts.read("2605.00400") == "Two.\nThree."
    assert (tmp_path / "drafts" / "2605.00400.md").stat().st_mode & 0o77 == 0
    drafts.write("2605.00401", "Later.")
    os.utime(drafts.file("2605.00401"), (1, 1))
    assert drafts.newest() == "2605.00400"
    drafts.drop("2605.00400")
    assert drafts.read("2605.00400") is None
    for name in (".2605.00402.md", "2605.00403.txt"):
        (tmp_path / "drafts" / name).touch()
    assert drafts.newest() == "2605.00401"


def test_what_another_program_wrote_is_cleaned_and_bounded(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.file("1").write_bytes(b"\xff\x1b[31mred\r\n" + b"x" * (5 * NOTE_LIMIT))
    text = drafts.read("1")
    assert text is not None
    assert text.startswith("\ufffdred\nx") and len(text) <= NOTE_LIMIT
    drafts.file("2").mkdir()
    assert drafts.read("2") is None


ODD = "math.GT/0309136", "../../etc/passwd", "", ".", ".hidden", "x" * 400, "a b", "é", "CON/x"


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_id_has_a_file_of_its_own_in_the_folder(tmp_path: Path, one: str, other: str) -> None:
    drafts = Drafts(tmp_path)
    for id in ODD:
        drafts.write(id, f"Of {id}.")
    assert [drafts.read(id) for id in ODD] == [f"Of {id}." for id in ODD]
    assert {file.parent for file in tmp_path.iterdir()} == {tmp_path}
    assert drafts.file("x" * 80).stem == "x" * 80
    assert (drafts.file(one) == drafts.file(other)) == (one == other)
