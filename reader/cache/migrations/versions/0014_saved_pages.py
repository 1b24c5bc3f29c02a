"""Keep the places of saved pages' papers, and tell unknown votes and comments from none."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table, with the papers of pages that are here; numbers that no source has told become unknown.

    Papers of the daily feed, and those that it has listed, have its numbers.
    """
    op.execute(
        """
        CREATE TABLE page_paper (
            pk INTEGER NOT NULL,
            place INTEGER NOT NULL,
            tries INTEGER NOT NULL,
            asked VARCHAR,
            choices VARCHAR NOT NULL,
            PRIMARY KEY (pk),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        )
        """
    )
    op.execute(
        "INSERT INTO page_paper (pk, place, tries, asked, choices)"
        " SELECT pk, pk, 0, NULL, '' FROM paper_source WHERE source = 'page'"
    )
    for column in ("upvotes", "comments"):
        op.execute(f"UPDATE paper SET {column} = -1 WHERE {column} = 0 AND source <> 'hf' AND day IS NULL")
