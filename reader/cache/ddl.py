"""Write `schema.sql`, the schema of a new cache, from the tables: `python -m reader.cache.ddl`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from reader.cache.schema import SCHEMA
from reader.cache.tables.feed import METADATA
from reader.cache.tables.word_indexes import OUTPUT_INDEX, PAPER_WORDS, SEARCH_INDEX

_HEADING = "-- Written by `python -m reader.cache.ddl` from the tables; edit those instead.\n"

_STAMP = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
"""Alembic's table with the number of the newest migration."""


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
