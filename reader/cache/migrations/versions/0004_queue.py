"""Add the queue of papers to read later."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table of the queue's papers with their places."""
    op.execute("CREATE TABLE queue (pk INTEGER NOT NULL, place VARCHAR NOT NULL, PRIMARY KEY (pk))")
    op.execute("CREATE INDEX ix_queue_place ON queue (place)")
    # A newer program on another machine may have queued papers: the next opening of the log applies its events.
    op.execute("UPDATE event SET applied = 0 WHERE kind = 'queue'")
