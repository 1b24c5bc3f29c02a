"""Keep flags of papers, which the list shows: followed, highlighted, changed."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table, empty: flags are set as papers come in and as follows and rules change."""
    op.execute(
        """
        CREATE TABLE paper_flags (
            pk INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            PRIMARY KEY (pk),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        )
        """
    )
