"""Index the traces that reading leaves: papers that were opened, read to the end or passed."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the index, by which the few effects of traces are found among those of all marks."""
    op.execute("CREATE INDEX effect_of_traces ON effect (kind, pk) WHERE kind IN ('open', 'finish', 'pass')")
