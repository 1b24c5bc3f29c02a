"""The first schema: the tables of the models, and the full-text index with its triggers."""

from alembic import op

from reader.cache.models import METADATA

revision = "0001"
down_revision = None

TOKENIZER = "unicode61 remove_diacritics 2"

COLUMNS = "title, abstract, authors, keywords, organization"

SEARCH = f"""
CREATE VIEW paper_search AS
SELECT p.pk AS pk, p.title, t.abstract, t.authors, t.keywords, t.organization
FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk;

CREATE VIRTUAL TABLE paper_fts USING fts5(
    {COLUMNS}, content='paper_search', content_rowid='pk', tokenize='{TOKENIZER}', prefix='2 3'
);

CREATE TRIGGER paper_text_added AFTER INSERT ON paper_text BEGIN
    INSERT INTO paper_fts(rowid, {COLUMNS}) SELECT * FROM paper_search WHERE pk = new.pk;
END;

CREATE TRIGGER paper_text_dropped BEFORE DELETE ON paper_text BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, {COLUMNS}) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END;

CREATE TRIGGER paper_text_changing BEFORE UPDATE OF abstract, authors, keywords, organization ON paper_text BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, {COLUMNS}) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END;

CREATE TRIGGER paper_text_changed AFTER UPDATE OF abstract, authors, keywords, organization ON paper_text BEGIN
    INSERT INTO paper_fts(rowid, {COLUMNS}) SELECT * FROM paper_search WHERE pk = new.pk;
END;

CREATE TRIGGER paper_title_changing BEFORE UPDATE OF title ON paper BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, {COLUMNS}) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END;

CREATE TRIGGER paper_title_changed AFTER UPDATE OF title ON paper BEGIN
    INSERT INTO paper_fts(rowid, {COLUMNS}) SELECT * FROM paper_search WHERE pk = new.pk;
END;
"""


def upgrade() -> None:
    """Create everything."""
    # Frozen by the models as long as there is one migration; the next one spells its changes out.
    METADATA.create_all(op.get_bind())
    for statement in SEARCH.split("\n\n"):
        op.execute(statement)
