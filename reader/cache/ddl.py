"""Write `schema.sql`, the schema of a new cache, from the tables: `python -m reader.cache.ddl`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from reader.cache.schema import SCHEMA
from reader.cache.tables import METADATA

_SEARCHED_TEXT = "abstract, authors, keywords, organization"
_SEARCHED = f"title, {_SEARCHED_TEXT}"

_TOKENIZER = "unicode61 remove_diacritics 2"

SEARCH_INDEX = (
    """CREATE VIEW paper_search AS
SELECT p.pk AS pk, p.title, t.abstract, t.authors, t.keywords, t.organization
FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk""",
    f"""CREATE VIRTUAL TABLE paper_fts USING fts5(
    {_SEARCHED}, content='paper_search', content_rowid='pk', tokenize='{_TOKENIZER}', prefix='2 3'
)""",
    f"""CREATE TRIGGER paper_text_added AFTER INSERT ON paper_text BEGIN
    INSERT INTO paper_fts(rowid, {_SEARCHED}) SELECT * FROM paper_search WHERE pk = new.pk;
END""",
    f"""CREATE TRIGGER paper_text_dropped BEFORE DELETE ON paper_text BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, {_SEARCHED}) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END""",
    f"""CREATE TRIGGER paper_text_changing BEFORE UPDATE OF {_SEARCHED_TEXT} ON paper_text BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, {_SEARCHED}) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END""",
    f"""CREATE TRIGGER paper_text_changed AFTER UPDATE OF {_SEARCHED_TEXT} ON paper_text BEGIN
    INSERT INTO paper_fts(rowid, {_SEARCHED}) SELECT * FROM paper_search WHERE pk = new.pk;
END""",
    f"""CREATE TRIGGER paper_title_changing BEFORE UPDATE OF title ON paper BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, {_SEARCHED}) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END""",
    f"""CREATE TRIGGER paper_title_changed AFTER UPDATE OF title ON paper BEGIN
    INSERT INTO paper_fts(rowid, {_SEARCHED}) SELECT * FROM paper_search WHERE pk = new.pk;
END""",
    f"CREATE VIRTUAL TABLE text_fts USING fts5(words, content='', tokenize='{_TOKENIZER}')",
)
"""The indexes in SQL of SQLite's own: of the papers, with the view and the triggers that keep it current, and of the
words of full texts, which `reader.cache.text_index` keeps current."""

OUTPUT_INDEX = (
    f"""CREATE VIRTUAL TABLE output_fts USING fts5(
    body, content='kept_output', content_rowid='key', tokenize='{_TOKENIZER}'
)""",
    """CREATE TRIGGER kept_output_added AFTER INSERT ON kept_output BEGIN
    INSERT INTO output_fts(rowid, body) VALUES (new.key, new.body);
END""",
    """CREATE TRIGGER kept_output_dropped AFTER DELETE ON kept_output BEGIN
    INSERT INTO output_fts(output_fts, rowid, body) VALUES ('delete', old.key, old.body);
END""",
)
"""The index of the words of kept outputs. An output is never updated: a new one is another row."""

PAPER_WORDS = (
    """CREATE TRIGGER paper_words_of_text AFTER UPDATE OF abstract ON paper_text BEGIN
    DELETE FROM paper_words WHERE pk = old.pk;
END""",
    """CREATE TRIGGER paper_words_of_title AFTER UPDATE OF title ON paper BEGIN
    DELETE FROM paper_words WHERE pk = old.pk;
END""",
    """CREATE TRIGGER paper_words_dropped BEFORE DELETE ON paper BEGIN
    DELETE FROM paper_words WHERE pk = old.pk;
END""",
)
"""What drops the numbers of a paper's words once they are no longer true; they are made anew as papers are ranked."""


_HEADING = "-- Written by `python -m reader.cache.ddl` from the tables; edit those instead.\n"

_STAMP = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
"""The table with the number of the newest migration."""


def schema_sql() -> str:
    """The text of `schema.sql`: a statement for each table, index, view and trigger."""
    return _HEADING + "".join(f"\n{statement};\n" for statement in _statements())


def _statements() -> Iterator[str]:
    for table in METADATA.sorted_tables:
        yield _compiled(CreateTable(table))
        yield from (_compiled(CreateIndex(index)) for index in sorted(table.indexes, key=lambda index: str(index.name)))
    yield from SEARCH_INDEX
    yield from OUTPUT_INDEX
    yield from PAPER_WORDS
    yield _STAMP


def _compiled(element: ExecutableDDLElement) -> str:
    text = str(element.compile(dialect=sqlite.dialect())).strip().replace("\t", "    ")
    return re.sub(r"\n+", "\n", re.sub(r" +\n", "\n", text)).replace("\n)\n", "\n)")


if __name__ == "__main__":
    SCHEMA.write_text(schema_sql(), "utf-8")
