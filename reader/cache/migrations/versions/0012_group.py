"""Keep what the people of a group share."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables, empty: the next look at the group's folder fills them."""
    op.execute(
        """
        CREATE TABLE member (
            "key" INTEGER NOT NULL,
            public VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            slug VARCHAR NOT NULL,
            shares VARCHAR NOT NULL,
            stamp VARCHAR NOT NULL,
            seen VARCHAR NOT NULL,
            PRIMARY KEY ("key"),
            UNIQUE (public)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE member_mark (
            paper VARCHAR NOT NULL,
            member INTEGER NOT NULL,
            kind VARCHAR NOT NULL,
            value VARCHAR NOT NULL,
            PRIMARY KEY (paper, member, kind),
            FOREIGN KEY(member) REFERENCES member ("key")
        ) WITHOUT ROWID
        """
    )
    op.execute("CREATE INDEX ix_member_mark_member ON member_mark (member)")
