"""What --json prints, command by command: names and types are in `json_fields.txt`, which a script may rely on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.commands.command import json_fields
from reader.commands.pages import rows, text_of
from reader.commands.registry import find_command, is_command
from tests.commands.conftest import DAYS, IDS, Run
from tests.feed_server import FeedServer
from tests.feeds.fulltext import pages

GOLDEN = Path(__file__).with_name("json_fields.txt")
"""The fields that each command line printed, with their types; delete the file and run the test to write it again."""

BIBTEX = "@article{a, title={One}, eprint={2606.26740}}\n@article{b, title={Two}}\n"
OPML = '<opml><body><outline type="rss" title="Lab" xmlUrl="https://lab.example.org/feed.xml"/></body></opml>'

RUNS = """
list sort:foryou                            | list
list like:2606.26740                        | list
show 2606.26740                             | show
show 2606.26740 --json=why,for_you,rules,changes | show
read 2606.26740 --sections                  | read
read 2606.26740                             | read
list --passages fulltext:start          | list --passages
list --count is:starred             | list --count
list --topics                           | list --topics
open 2606.26740                             | open
open 2606.26740 --pdf -o .          | open --pdf
refresh --day 2026-06-30                    | refresh
search agents                               | search
add 2606.30616                              | add
import library.bib --keep-tags --tag x      | import
feeds add cs.RO                             | feeds add
feeds list                                  | feeds list
feeds remove cs.ro                          | feeds remove
digest --since 2026-06-01                   | digest
mark star 2606.26740                        | mark
mark hide --all                             | mark
tag add later 2606.26740                    | tag
tag list                            | tag list
note 2606.26740 --text New                  | note
note 2606.26740                             | note
views list                                  | views list
views save Mine is:unread                   | views
views add --then hide memory                | views
undo                                        | undo
undo --redo                         | undo --redo
pipe cat 2606.26740                         | pipe
sync --status                               | sync --status
sync shared                                 | sync
sync --status                               | sync --status
config set theme nord                       | config set
config get theme                            | config get
config get order                            | config get
config show                                 | config show
config path                                 | config path
config set thme x                           | Failure
config check                                | config check
config edit                                 | config edit
config keys                             | config keys
doctor                                      | doctor
doctor --repair                             | doctor --repair
"""
"""Command lines, each with the form of what it prints; what they need was done by those before them."""

ELSEWHERE = {"sync --remove"}
"""What needs another machine; its own test prints it."""


@pytest.fixture
def stage(papers: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[None]:
    """A home that has one of each thing that commands print, and a feed with its papers."""
    (home / "config.toml").write_text('[[rules]]\nname = "Agents"\nwhen = "agents"\nthen = ["star"]\n')
    for name in ("shared", "people"):
        (tmp_path / name).mkdir()
    for name, text in (("library.bib", BIBTEX), ("feeds.opml", OPML), ("wrong.toml", "x = 1")):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("BROWSER", "true")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for words in (("star", IDS[1]), ("queue", IDS[2])):
        run("mark", *words)
    run("views", "add", "Mine", "is:starred")
    with FeedServer(DAYS, today="9999-12-31") as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("ARXIV_ENDPOINT", server.url)
        server.pages[f"/html/{IDS[0]}"] = pages.PAGE.encode()
        server.pages[f"/pdf/{IDS[0]}"] = b"%PDF-1.5\n" + b"x" * 2_000 + b"\n%%EOF\n"
        yield


def shape(value: Any, form: str = "") -> str:
    """The names and types of a JSON value; the records of an array are merged into one."""
    if isinstance(value, list):
        return f"[{' | '.join(sorted(_shapes_of(value)))}]"
    if isinstance(value, dict) and form.startswith("by name"):
        return f"by name: {' | '.join(sorted(_shapes_of([*value.values()])))}"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} {shape(one)}' for key, one in value.items())}}}"
    return "null" if value is None else type(value).__name__


def _shapes_of(values: list[Any]) -> set[str]:
    if not all(isinstance(one, dict) for one in values):
        return set(map(shape, values))
    if not values:
        return set()
    kinds_by_key = {key: sorted({shape(one[key]) for one in values if key in one}) for one in values for key in one}
    return {"{" + ", ".join(f"{key} {' or '.join(kinds)}" for key, kinds in kinds_by_key.items()) + "}"}


def test_the_names_and_types_of_the_json_of_every_command_are_stable(run: Run, stage: None) -> None:
    runs = [[part.strip() for part in line.split("|")] for line in RUNS.strip().splitlines()]
    listed = {name: keys for names, keys in rows(text_of("scripts")) for name in names.split(", ")}
    shapes, unknown = list[str](), list[tuple[str, set[str]]]()
    for words, name in runs:
        found = run(*words.split(), *([] if "--json" in words else ["--json"]))
        printed = found.err if name == "Failure" else found.out
        if name == "refresh":
            # Its lines before the last one are progress; "done" only says that this is the last one.
            value = json.loads(printed.splitlines()[-1])
            assert value.pop("done") == name
        else:
            value = json.loads(printed)
        shapes.append(f"{words}: {shape(value, listed.get(name, ''))}\n")
        records = value if isinstance(value, list) else [value]
        if name in listed and not listed[name].startswith("by name"):
            known = {*json_fields(find_command(name.split()[0]))}
            unknown += [(words, more) for one in records if (more := set(one) - known)]
    assert not unknown
    if not GOLDEN.exists():
        GOLDEN.write_text("".join(shapes), "utf-8")
        pytest.fail(f"{GOLDEN} was missing, and is written: look it over.")
    assert shapes == GOLDEN.read_text("utf-8").splitlines(keepends=True)
    named = {name for name in listed if is_command(name.split()[0])}
    assert {name for _, name in runs} - {"Failure"} <= named <= {name for _, name in runs} | ELSEWHERE


def test_fields_and_lines_are_for_every_command(run: Run, papers: Path) -> None:
    run("tag", "add", "later", IDS[0])
    assert run("tags", "--json=name").json == [{"name": "later"}]
    assert run("count", "--jsonl=count").out == '{"count": 6}\n'
    assert json.loads(run("tags", "--json=nam").err)["error"] == "--json has no field 'nam'."
    assert run("list", "-n1", "--json=title,id").out == (
        '[\n{"title": "LiveEdit: Streaming Video Editing", "id": "2606.26740"}\n]\n'
    )
    assert run("list", "--json", "-n1").out == run("list", "--json=", "-n1").out
    assert run("list", "--jsonl=id", "xylophone", "-q").out == ""


def test_a_missing_thing_fails_with_kind_not_found(run: Run, papers: Path) -> None:
    for words in (
        *(("show", "2401.00001"), ("views", "remove", "x")),
        *(("feeds", "remove", "x"), ("tag", "rename", "x", "y")),
        *(("open", IDS[1], "--link", "code"),),
    ):
        failed = run(*words, "--json")
        assert (failed.code, failed.out, json.loads(failed.err)["kind"]) == (1, "", "not_found"), words


def test_fields_are_those_of_all_forms_and_of_a_paper_but_not_of_the_records_within() -> None:
    found = json_fields(find_command("list"))
    assert found[:2] == ["id", "title"]
    assert {"for_you", "count", "slug"} <= {*found} and "phrases" not in found
