"""Know who brought an event, and whom the user has forgotten."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the table, empty, and an index of events that no cache has yet."""
    op.execute(
        """
        CREATE TABLE event_origin (
            event INTEGER NOT NULL,
            via VARCHAR NOT NULL,
            rest VARCHAR NOT NULL,
            PRIMARY KEY (event)
        )
        """
    )
    op.execute("CREATE INDEX event_origin_via ON event_origin (via) WHERE via <> ''")
    op.execute("CREATE INDEX event_forgets ON event (kind) WHERE kind GLOB 'forget:*'")
