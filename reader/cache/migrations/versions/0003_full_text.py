"""Keep the full texts of papers."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of full texts."""
    op.execute(
        """
        CREATE TABLE full_text (
            pk INTEGER NOT NULL,
            source VARCHAR NOT NULL,
            version INTEGER,
            fetched VARCHAR NOT NULL,
            used VARCHAR NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (pk),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        )
        """
    )
