"""Add the index of the words of full texts."""

from typing import cast

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the index, and put the texts that are there into it."""
    import sqlite3

    from reader.cache import text_index

    op.execute("CREATE VIRTUAL TABLE text_fts USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2')")
    text_index.rebuild(cast(sqlite3.Connection, op.get_bind().connection.driver_connection))
