"""Keep what marked papers were before they changed, and which of them have."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the tables, empty: the next refresh derives the second looks from the votes and links that are known."""
    op.execute(
        """
        CREATE TABLE paper_edit (
            pk INTEGER NOT NULL,
            at INTEGER NOT NULL,
            field VARCHAR NOT NULL,
            before VARCHAR NOT NULL,
            PRIMARY KEY (pk, at, field),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        ) WITHOUT ROWID
        """
    )
    op.execute(
        """
        CREATE TABLE second_look (
            pk INTEGER NOT NULL,
            at INTEGER NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (pk),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        )
        """
    )
    op.execute("CREATE INDEX ix_second_look_at ON second_look (at)")
    op.execute(
        """
        CREATE TABLE earlier_text (
            pk INTEGER NOT NULL,
            version INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (pk),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        )
        """
    )
