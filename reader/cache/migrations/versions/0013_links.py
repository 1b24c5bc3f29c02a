"""Keep the addresses in abstracts and remarks, who submitted a paper, and its authors' accounts."""

from alembic import op
from sqlalchemy import text

from reader.core.addresses import urls_in, what_is

revision = "0013"
down_revision = "0012"

_BATCH = 10_000
"""Papers that are updated at once."""


def upgrade() -> None:
    """Add the columns, and find the addresses in what is known of each paper."""
    op.execute("ALTER TABLE paper_text ADD COLUMN addresses VARCHAR")
    op.execute("ALTER TABLE paper_text ADD COLUMN profiles VARCHAR")
    op.execute("ALTER TABLE paper ADD COLUMN submitter VARCHAR")
    op.execute("CREATE INDEX paper_by_submitter ON paper (submitter COLLATE NOCASE) WHERE submitter IS NOT NULL")
    last: int | None = -1
    while last is not None:
        last = _find_addresses(last)


def _find_addresses(after: int) -> int | None:
    """Find the addresses of the papers after a key; the last key of the batch, None at the end."""
    connection = op.get_bind()
    rows = connection.execute(
        text("SELECT pk, abstract, remark FROM paper_text WHERE pk > :after ORDER BY pk LIMIT :batch"),
        {"after": after, "batch": _BATCH},
    ).all()
    found = [(pk, urls) for pk, *texts in rows if (urls := urls_in(*texts))]
    if found:
        connection.execute(
            text("UPDATE paper_text SET addresses = :urls WHERE pk = :key"),
            [{"key": pk, "urls": "\n".join(urls)} for pk, urls in found],
        )
    for flag, what in (("has_code", "code"), ("has_project", "project")):
        papers = [{"key": pk} for pk, urls in found if any(what_is(url) == what for url in urls)]
        if papers:
            connection.execute(text(f"UPDATE paper SET {flag} = 1 WHERE pk = :key"), papers)
    return rows[-1][0] if rows else None
