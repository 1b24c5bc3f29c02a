"""The one list of a paper's fields: all that follows from it agrees with it, and a new field is a line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from reader.cache.schema import HEAD
from reader.core.paper import (
    COLUMNS,
    FIELDS,
    Draft,
    FieldRules,
    Listing,
    Paper,
    Skipped,
    facts,
    fields_of,
    in_order,
    labelled,
)
from reader.core.paper_row import UNKNOWN, PaperRow

REPOSITORY = Path(__file__).parent.parent.parent


def test_every_field_of_a_paper_but_its_key_has_rules() -> None:
    assert tuple(field.name for field in FIELDS) == Paper._fields[1:]


def test_a_draft_can_say_whatever_sources_fill() -> None:
    said, known = get_type_hints(Draft), get_type_hints(Paper) | {"organization_slug": str | None}
    for field in COLUMNS:
        assert said[field.name] in (known[field.name], known[field.name] | None), field.name


def test_the_tables_have_the_columns_of_the_fields_in_their_types() -> None:
    from reader.cache.tables import TABLES

    columns: dict[str, Any] = {}
    for field in (*FIELDS, *fields_of(Draft.__annotations__)):
        if field.rules.table is not None:
            column = columns[field.name] = TABLES[field.rules.table].c[field.name]
            assert column.nullable == field.is_nullable, field.name
            assert str(column.type) == ("INTEGER" if field.type in (int, bool) else "VARCHAR"), field.name
    own = {
        "pk", "title_hash", "sort_day", "first_day", "added", "has_code", "has_project", "has_media", "has_note",
        "arxiv_asked",
    }  # fmt: skip
    stored = {name for table in ("paper", "paper_text") for name in dict(TABLES[table].c)}
    assert stored == columns.keys() | own


def test_fields_are_shown_under_their_headings_and_facts_beside_the_categories() -> None:
    known = {"topics": ("agents",), "categories": ("cs.CL",), "keywords": ("LLMs", "large language models", "Cats")}
    texts = {
        "tags": ("to read",),
        "summary": "It is\x07 so.",
        "note": "My\nnote",
        "journal": "J. X",
        "remark": "12 pages",
    }
    paper = Paper(1, "2411.00001", "T", **known, **texts)  # type: ignore[arg-type]
    assert list(labelled(paper)) == [
        *(("Topics", "agents"), ("Categories", "cs.CL"), ("Keywords", "llms, cats"), ("Tags", "to read")),
        *(("AI summary", "It is so."), ("Remark", "12 pages"), ("Journal", "J. X"), ("Note", "My note")),
    ]
    assert facts(paper) == ["J. X", "12 pages"]
    assert Listing("2026-11-24", (), skipped=(Skipped("a", "b"),), more_skipped=2).skipped_count == 3


def test_merging_begins_with_every_column() -> None:
    from reader.cache.storing.batch import BLANK

    assert {field.name for field in COLUMNS} <= BLANK.keys()
    assert {name: BLANK[name] for name in ("title", "upvotes", "categories", "media")} == {
        "title": "", "upvotes": UNKNOWN, "categories": None, "media": "",
    }  # fmt: skip


def test_a_row_is_read_in_the_order_of_its_fields() -> None:
    from reader.cache.reads.window import ROW

    read = [column.removeprefix("p.") for column in ROW.split(", ")]
    tables = {"queue": "queued", "full_text": "has_text"}
    unknown = {f"nullif(p.{name}": name for name in ("upvotes", "comments")}
    read = [unknown.get(name, name) for name in read if name != f"{UNKNOWN})"]
    made = {f"EXISTS (SELECT 1 FROM {table} WHERE {table}.pk = p.pk)": name for table, name in tables.items()}
    names = [{"sort_day": "day", "has_code": "code", **made}.get(name, name) for name in read]
    assert tuple(names) == PaperRow._fields[: len(names)]
    others = ("rising", "flags", "kept", "why", "changed", "is_surprise")
    assert PaperRow._fields[len(names) :] == others


def test_lists_and_flags_are_decoded() -> None:
    by_name = {field.name: field for field in FIELDS}
    assert by_name["authors"].decode("Ada\nAlan") == ("Ada", "Alan")
    assert by_name["authors"].decode("") == by_name["categories"].decode(None) == ()
    assert by_name["read"].decode(1) is True
    assert [by_name["upvotes"].decode(number) for number in (3, 0, UNKNOWN)] == [3, 0, None]
    assert by_name["author_count"].decode(0) is None


def test_what_no_source_has_told_is_empty_null_or_of_a_value_of_its_own() -> None:
    assert {field.name: field.blank for field in FIELDS if field.blank not in ("", None)} == {
        "author_count": 0, "upvotes": UNKNOWN, "comments": UNKNOWN,
    }  # fmt: skip
    assert [field.name for field in FIELDS if field.is_nullable and field.type is not str] == [
        "code_stars", "categories", "version", "versions", "models", "datasets", "spaces", "addresses", "profiles",
    ]  # fmt: skip
    assert [field.key for field in FIELDS if field.key != field.name] == ["entry_url"]


def test_fields_are_put_in_order() -> None:
    found = in_order(FIELDS, ("title", "id"), ("abstract",))
    assert [field.name for field in found[:3]] == ["title", "id", "day"]
    assert found[-1].name == "abstract"
    assert sorted(found) == sorted(FIELDS)


def test_an_annotation_of_no_known_shape_is_refused() -> None:
    from typing import Annotated

    with pytest.raises(KeyError):
        fields_of({"odd": Annotated[dict[str, str], FieldRules()]})


USE = """
import csv, io, json, sys
from contextlib import closing
from datetime import date
from pathlib import Path

from reader.actions.export import FORMATS
from reader.cache.storing.papers import Cache
from reader.cache.reads.window import Window
from reader.core.paper import Draft, Listing
from reader.core.topics.scorer import Topics
from reader.feeds.files.papers_file import read_papers
from reader.ui.page.lines import compose
from reader.ui.page.presentation import Presentation

path = Path(sys.argv[1])
now = "2026-11-24T08:00:00Z"
with closing(Cache.open(path, Topics(""))) as cache:
    cache.store(Listing("2026-11-24", (Draft("A title", "2611.00001", award="Best paper"),)), now)
    cache.store(Listing("2026-11-24", (Draft("A title", "2611.00001"),)), now)
    cache.store(Listing("2026-11-24", (Draft("A title", "2611.00001", award="Elsewhere"),)), now, newer=False)
with closing(Window.open(path)) as window:
    paper = window.paper(1)
found = {"paper": paper.award}
for name in ("json", "csv"):
    out = io.StringIO()
    FORMATS[name].write([paper], out)
    found[name] = out.getvalue()
listings = read_papers(io.BytesIO(found["json"].encode()), date(2026, 11, 24))
found["imported"] = [draft.award for listing in listings for draft in listing.drafts]
found["pane"] = ["".join(piece.text for piece in line) for line in compose(paper, 78, Presentation(date(2026, 11, 24)))]
print(json.dumps(found))
"""


@pytest.mark.long
def test_a_new_field_is_a_line_in_the_paper_and_one_in_the_draft(tmp_path: Path) -> None:
    """A copy of the program gets a field; its feed and its migration aside, no other file is touched."""
    program = tmp_path / "program"
    shutil.copytree(REPOSITORY / "reader", program / "reader", ignore=shutil.ignore_patterns("__pycache__"))
    file = program / "reader/core/paper.py"
    text = file.read_text("utf-8")
    for old, new in (
        ("    source: str = ", "    award: str | None = None\n    source: str = "),
        (
            "    url: Annotated[",
            '    award: Annotated[str | None, FieldRules(label="Award", in_facts=True, in_csv=True)] = None\n'
            "    url: Annotated[",
        ),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
    with (program / "reader/cache/migrations.sql").open("a", encoding="utf-8") as migrations:
        migrations.write("\n\n-- 9999: An award.\n\nALTER TABLE paper_text ADD COLUMN award VARCHAR;\n")
    schema = program / "reader/cache/schema.py"
    schema.write_text(schema.read_text("utf-8").replace(f'HEAD = "{HEAD}"', 'HEAD = "9999"'), "utf-8")

    environment = {**os.environ, "PYTHONPATH": str(program), "DAILYPAPERS_HOME": str(tmp_path)}

    def run(*words: str) -> str:
        return subprocess.run(
            [sys.executable, *words], env=environment, cwd=program, capture_output=True, text=True, check=True
        ).stdout

    found = json.loads(run("-c", USE, str(tmp_path / "papers.db")))
    assert found["paper"] == "Best paper"
    assert json.loads(found["json"])[0]["award"] == "Best paper"
    assert found["imported"] == ["Best paper"]
    assert "award" in found["csv"].splitlines()[0].split(",")
    assert any("Best paper" in line for line in found["pane"])
    assert "Award: Best paper" in run("-m", "reader", "show", "2611.00001")
