"""Files that an export adds to, and folders of notes: what is the user's stays as it is, or comes back as a note."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands.conftest import IDS, Run, Session

FORMATS = {"bibtex": ".bib", "ris": ".ris", "csl-json": ".csl.json", "markdown": ".md", "csv": ".csv", "json": ".json"}


@pytest.mark.parametrize(("format", "suffix"), FORMATS.items())
def test_a_file_gets_what_it_lacks_and_no_more(
    run: Run, papers: Path, tmp_path: Path, format: str, suffix: str
) -> None:
    file = tmp_path / f"refs{suffix}"
    run("export", "agents", "-o", str(file))
    before = file.read_bytes()
    assert run("export", "agents", "--append", "-o", str(file)).err == (
        f"0 papers appended to {file}, 3 were already there.\n"
    )
    assert file.read_bytes() == before
    assert (
        run("export", "--all", "--append", "-o", str(file)).err
        == f"3 papers appended to {file}, 3 were already there.\n"
    )
    after = file.read_bytes()
    assert after.startswith(before.rstrip().removesuffix(b"]").rstrip())
    assert run("export", "--all", "--append", "-o", str(file), "--format", format).err.startswith("0 papers appended")
    if format in ("csl-json", "json"):
        assert len(json.loads(after)) == 6
    elif format == "csv":
        assert len(list(csv.DictReader(io.StringIO(after.decode())))) == 6
    else:
        found = run("import", str(file), "--dry-run", "--json").record
        assert (found["papers"], found["here"], found["without_id"]) == (6, 6, [])


FOREIGN = f"""% My own bibliography: keep out.
@string{{me = "Me"}}

@book{{beethoven , title = {{A book}} , author = me}}
@article{{wang2026, title={{Mine}}, eprint={{{IDS[0]}}}, note={{with my   spacing}}}}
@inproceedings{{no-id, title={{Agents that write their own tools}}}}"""


def test_foreign_entries_stay_byte_by_byte(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    file.write_bytes(FOREIGN.encode())
    assert run("export", "day:2026-06-30", "--append", "-o", str(file)).err == (
        f"1 paper appended to {file}, 2 were already there.\n"
    )
    text = file.read_bytes().decode()
    assert text.startswith(f"{FOREIGN}\n\n@misc{{")
    assert text.count("eprint") == 2 + text.count("eprinttype") + text.count("eprintclass")


def test_a_key_of_the_file_is_not_taken_again(run: Run, papers: Path, tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    run("config", "set", "citation_key", "{Author}{year}")
    file.write_text("@book{MULLER2026,\n title={x}}\n")
    run("export", f"id:{IDS[3]}", "--append", "-o", str(file))
    assert f"@misc{{Muller2026-{IDS[3]}," in file.read_text()


def test_keys_without_an_id_are_the_same_in_every_order(run: Run, papers: Path) -> None:
    run("config", "set", "citation_key", "{year}")
    orders = [run("export", "--all", f"sort:{order}", "--format", "bibtex").out for order in ("title", "-title")]
    first, second = ([line for line in text.splitlines() if line.startswith("@")] for text in orders)
    assert first != second and sorted(first) == sorted(second)
    assert len(set(first)) == 6 and "@misc{2026," in first


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.json", "{}", "is not a JSON array"),
        ("a.csl.json", "[", "is not a JSON array"),
        ("a.csv", "a,b\n1,2\n", "has different columns"),
        ("a.bib", "\udcff", "is not in UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_left_alone(
    run: Run, papers: Path, tmp_path: Path, name: str, content: str, says: str
) -> None:
    file = tmp_path / name
    before = content.encode("utf-8", "surrogateescape")
    file.write_bytes(before)
    found = run("export", "--all", "--append", "-o", str(file))
    assert found.code == 1 and says in found.err
    assert file.read_bytes() == before


def test_appending_needs_a_file(run: Run, papers: Path) -> None:
    assert run("export", "--all", "--append", "--format", "bibtex").code == 2
    assert run("export", "--all", "--format", "notes").code == 2


# Notes


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault" / "papers"


def test_a_folder_of_notes_has_a_file_a_paper(run: Run, papers: Path, vault: Path) -> None:
    run("note", IDS[3], "--text", "# Mine\n\n- one")
    run("tag", "add", "to read", IDS[3])
    assert run("export", "has:note", "--format", "notes", "-o", str(vault)).err == f"1 paper written in {vault}.\n"
    [file] = vault.iterdir()
    text = file.read_text()
    assert file.name == f"muller2026-{IDS[3]}.md"
    head, _, body = text.removeprefix("---\n").partition("---\n")
    assert f'paper: "{IDS[3]}"\n' in head and f'arxiv: "{IDS[3]}"\n' in head
    assert 'title: "Small verifiers, long horizons"\n' in head
    assert '"to-read"' in head and 'authors: ["Zoë Müller"]\n' in head and 'status: "unread"\n' in head
    assert "# Small verifiers, long horizons\n" in body
    assert text.endswith(" -->\n# Mine\n\n- one\n")
    before = file.stat().st_mtime_ns
    run("export", "has:note", "--format", "notes", "-o", str(vault))
    assert file.stat().st_mtime_ns == before


def test_what_is_written_below_the_marker_comes_back(run: Run, papers: Path, vault: Path) -> None:
    run("note", IDS[3], "--text", "old")
    run("export", f"id:{IDS[3]},{IDS[4]}", "--format", "notes", "-o", str(vault))
    first, second = sorted(vault.iterdir(), key=lambda file: IDS[4] in file.name)
    moved = vault / "deeper" / "My own name.md"
    moved.parent.mkdir()
    first.rename(moved)
    moved.write_text(moved.read_text().removesuffix("old\n") + "new  \n\n<!-- mine -->\n")
    second.write_text(second.read_text().replace("# ", "# Not kept ", 1) + "\r\nAlso mine")
    found = run("export", f"id:{IDS[3]},{IDS[4]}", "--format", "notes", "-o", str(vault))
    told = f"2 papers written in {vault}, and 2 notes of yours taken in"
    assert found.err == f"{told}; 'dailypapers undo' takes it back.\n"
    assert run("note", IDS[3]).out == "new  \n\n<!-- mine -->\n"
    assert run("note", IDS[4]).out == "Also mine\n"
    assert "Not kept" not in second.read_text() and second.read_bytes().endswith(b" -->\n\r\nAlso mine\n")
    assert moved.read_text().endswith(" -->\nnew  \n\n<!-- mine -->\n")
    assert len(list(vault.rglob("*.md"))) == 2
    run("undo")
    assert run("note", IDS[3]).out == "old\n"


def test_a_note_that_was_changed_here_is_written_there(run: Run, papers: Path, vault: Path) -> None:
    words = ("export", f"id:{IDS[3]}", "--format", "notes", "-o", str(vault))
    run("note", IDS[3], "--text", "old")
    run(*words)
    [file] = vault.iterdir()
    run("note", IDS[3], "--text", "new")
    assert run(*words).err == f"1 paper written in {vault}.\n"
    assert file.read_text().endswith(" -->\nnew\n")
    run("note", IDS[3], "--text", "")
    run(*words)
    assert file.read_text().endswith(" -->\n")
    assert run("note", IDS[3]).out == ""


def test_front_matter_of_the_user_s_is_kept(run: Run, papers: Path, vault: Path) -> None:
    words = ("export", f"id:{IDS[3]}", "--format", "notes", "-o", str(vault))
    run(*words)
    [file] = vault.iterdir()
    file.write_text(file.read_text().replace('status: "unread"\n', "status: reading\nrating: 5\n", 1))
    run("tag", "add", "later", IDS[3])
    run(*words)
    assert "status: reading\nrating: 5\n" in file.read_text() and '"later"' in file.read_text()
    broken = file.read_text().replace("rating: 5", "rating: [", 1)
    file.write_text(broken)
    assert "can't be read, so it was not changed" in run(*words).err
    assert file.read_text() == broken


def test_a_file_without_its_marker_is_not_changed(run: Run, papers: Path, vault: Path) -> None:
    words = ("export", f"id:{IDS[3]},{IDS[4]}", "--format", "notes", "-o", str(vault))
    run(*words)
    file, _ = sorted(vault.iterdir())
    text = "".join(line for line in file.read_text().splitlines(keepends=True) if "<!-- dailypapers" not in line)
    file.write_text(text)
    found = run(*words)
    assert "has lost its line" in found.err and "1 paper written" in found.err
    assert file.read_text() == text


def test_what_can_not_be_appended_to_is_said(session: Session, papers: Path, tmp_path: Path) -> None:
    for name, data in (
        ("latin.bib", b"% \xe9"),
        ("object.json", b'{"a": 1}'),
        ("broken.json", b"[1,"),
        ("other.csv", b"a,b\n1,2\n"),
        ("comment.bib", b"% only a comment"),
        ("empty.json", b"[]"),
        ("mark.md", b"\xef\xbb\xbf\n"),
    ):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.bib").mkdir()
    session(
        """
        $ export id:2606.26740 --append -o latin.bib
        1! dailypapers: latin.bib is not in UTF-8, so nothing was appended. Convert it, or name another file.
        $ export id:2606.26740 --append -o object.json
        1! dailypapers: object.json is not a JSON array, so nothing was appended.
        $ export id:2606.26740 --append -o broken.json
        1! dailypapers: broken.json is not a JSON array, so nothing was appended.
        $ export id:2606.26740 --append -o other.csv
        1! dailypapers: other.csv has different columns, so nothing was appended.
        $ export id:2606.26740 --append -o folder.bib
        1! dailypapers: folder.bib can't be read: Is a directory.
        $ export id:2606.26740 --append -o a.rdf
        2! dailypapers: A file of this format is rewritten each time: leave out --append.
        $ export id:2606.26740 --append -o comment.bib
        ! 1 paper appended to comment.bib.
        $ export id:2606.26740 --append -o empty.json
        ! 1 paper appended to empty.json.
        $ export id:2606.26740 --append -o mark.md
        ! 1 paper appended to mark.md.
        $ export id:2606.26740 --append -o mark.md
        ! 0 papers appended to mark.md, 1 was already there.
        $ export id:2606.26740 --append -o nowhere/a.bib
        1! dailypapers: nowhere/a.bib could not be written: No such file or directory. Name another file with -o.
        """
    )
    assert (tmp_path / "comment.bib").read_text().startswith("% only a comment\n\n@misc{example2026-2606.26740,")
    assert [one["id"] for one in json.loads((tmp_path / "empty.json").read_text())] == ["2606.26740"]
    assert (tmp_path / "mark.md").read_text().startswith("\ufeff\n## LiveEdit")
