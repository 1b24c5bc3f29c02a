"""Keep what belongs to a paper: comments and linked repositories, arXiv's versions, and the venue."""

from alembic import op
from sqlalchemy import text

from reader.core.venue import read_venue

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table of the feed's pages, columns for versions, venue and counts, and their indexes."""
    op.execute(
        """
        CREATE TABLE community (
            pk INTEGER NOT NULL,
            asked VARCHAR NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (pk),
            FOREIGN KEY(pk) REFERENCES paper (pk)
        )
        """
    )
    op.execute("ALTER TABLE paper ADD COLUMN venue VARCHAR")
    for name in ("models", "datasets", "spaces"):
        op.execute(f"ALTER TABLE paper ADD COLUMN {name} INTEGER")
        op.execute(f"CREATE INDEX paper_with_{name} ON paper (pk) WHERE {name} > 0")
    op.execute("ALTER TABLE paper_text ADD COLUMN versions VARCHAR")
    op.execute("ALTER TABLE paper_change ADD COLUMN models INTEGER")
    op.execute("CREATE INDEX paper_by_venue ON paper (venue) WHERE venue IS NOT NULL")
    _read_venues()


def _read_venues() -> None:
    """Read the venues of papers whose remark or journal reference is known."""
    connection = op.get_bind()
    known = connection.execute(text("SELECT pk, remark, journal FROM paper_text WHERE remark > '' OR journal > ''"))
    venues = [{"key": pk, "venue": venue} for pk, *told in known if (venue := read_venue(*told))]
    if venues:
        connection.execute(text("UPDATE paper SET venue = :venue WHERE pk = :key"), venues)
