"""Number each machine's own events, and index undos by their target and orphans by their event."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the number of an event, and three indexes."""
    op.execute("ALTER TABLE event ADD COLUMN number INTEGER DEFAULT 0 NOT NULL")
    # The order of a machine's events must not depend on clocks. Until now, all of a cache came from one machine.
    op.execute("UPDATE event SET number = seq")
    op.execute("CREATE INDEX event_by_number ON event (machine, number)")
    op.execute("CREATE INDEX ix_orphan_event ON orphan (event)")
    op.execute("CREATE INDEX event_by_target ON event (value) WHERE kind IN ('undo', 'redo')")
    # The first program that opens the log then writes all events into the journal.
    op.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('journal_size', '-1')")
