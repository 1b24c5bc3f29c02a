-- The first schema: papers, listings, topics, the log of events, and the full-text index with its triggers.

CREATE TABLE day (
    day VARCHAR NOT NULL,
    fetched VARCHAR NOT NULL,
    papers INTEGER NOT NULL,
    PRIMARY KEY (day)
);

CREATE TABLE effect (
    pk INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (pk, kind, event)
) WITHOUT ROWID;

CREATE INDEX ix_effect_event ON effect (event);

CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id VARCHAR NOT NULL,
    machine VARCHAR NOT NULL,
    clock INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    papers BLOB NOT NULL,
    count INTEGER NOT NULL,
    undone INTEGER NOT NULL,
    applied INTEGER NOT NULL,
    UNIQUE (id)
);

CREATE INDEX event_by_clock ON event (clock, id);

CREATE INDEX event_unapplied ON event (seq) WHERE applied = 0;

CREATE TABLE feed (
    pk INTEGER NOT NULL,
    slug VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    home VARCHAR,
    folder VARCHAR NOT NULL,
    added VARCHAR NOT NULL,
    etag VARCHAR,
    modified VARCHAR,
    answered VARCHAR,
    failing_since VARCHAR,
    error VARCHAR,
    PRIMARY KEY (pk),
    UNIQUE (slug),
    UNIQUE (url)
);

CREATE TABLE meta (
    "key" VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY ("key")
);

CREATE TABLE note (
    pk INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (pk)
);

CREATE TABLE orphan (
    id VARCHAR NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (id, event)
) WITHOUT ROWID;

CREATE TABLE paper (
    pk INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    title_hash INTEGER NOT NULL,
    sort_day VARCHAR NOT NULL,
    day VARCHAR,
    first_day VARCHAR,
    published VARCHAR,
    upvotes INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    author_count INTEGER NOT NULL,
    code_stars INTEGER,
    source VARCHAR NOT NULL,
    added VARCHAR NOT NULL,
    has_code INTEGER NOT NULL,
    has_project INTEGER NOT NULL,
    has_media INTEGER NOT NULL,
    read INTEGER NOT NULL,
    starred INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    has_note INTEGER NOT NULL,
    UNIQUE (id)
);

CREATE INDEX paper_by_day ON paper (sort_day, upvotes, pk, hidden, first_day, day);

CREATE INDEX paper_by_published ON paper (published, upvotes, pk);

CREATE INDEX paper_by_title ON paper (title COLLATE NOCASE, pk);

CREATE INDEX paper_by_title_hash ON paper (title_hash);

CREATE INDEX paper_by_upvotes ON paper (upvotes, pk);

CREATE INDEX paper_relisted ON paper (first_day, day) WHERE first_day < day;

CREATE INDEX paper_starred_by_day ON paper (sort_day, upvotes, pk) WHERE starred = 1;

CREATE INDEX paper_unread_by_day ON paper (sort_day, upvotes, pk, day) WHERE read = 0 AND hidden = 0;

CREATE INDEX paper_read_by_day ON paper (sort_day, upvotes, pk) WHERE read = 1;

CREATE INDEX paper_hidden_by_day ON paper (sort_day, upvotes, pk) WHERE hidden = 1;

CREATE INDEX paper_noted ON paper (pk) WHERE has_note = 1;

CREATE INDEX paper_by_comments ON paper (comments);

CREATE INDEX paper_by_authors ON paper (author_count);

CREATE INDEX paper_by_stars ON paper (code_stars) WHERE code_stars IS NOT NULL;

CREATE TABLE paper_change (
    pk INTEGER NOT NULL,
    at INTEGER NOT NULL,
    upvotes INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    stars INTEGER,
    keywords INTEGER NOT NULL,
    links INTEGER NOT NULL,
    PRIMARY KEY (pk, at),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;

CREATE INDEX paper_change_by_time ON paper_change (at, pk);

CREATE TABLE paper_tag (
    tag VARCHAR NOT NULL,
    pk INTEGER NOT NULL,
    PRIMARY KEY (tag, pk)
) WITHOUT ROWID;

CREATE INDEX ix_paper_tag_pk ON paper_tag (pk);

CREATE TABLE topic (
    pk INTEGER NOT NULL,
    slug VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    PRIMARY KEY (pk),
    UNIQUE (slug)
);

CREATE TABLE trending (
    pk INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);

CREATE TABLE listing (
    day VARCHAR NOT NULL,
    pk INTEGER NOT NULL,
    PRIMARY KEY (day, pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;

CREATE INDEX ix_listing_pk ON listing (pk);

CREATE TABLE paper_alias (
    id VARCHAR NOT NULL,
    pk INTEGER NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);

CREATE INDEX ix_paper_alias_pk ON paper_alias (pk);

CREATE TABLE paper_category (
    category VARCHAR NOT NULL,
    pk INTEGER NOT NULL,
    PRIMARY KEY (category, pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;

CREATE INDEX ix_paper_category_pk ON paper_category (pk);

CREATE TABLE paper_source (
    source VARCHAR NOT NULL,
    pk INTEGER NOT NULL,
    PRIMARY KEY (source, pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;

CREATE INDEX ix_paper_source_pk ON paper_source (pk);

CREATE TABLE paper_text (
    pk INTEGER NOT NULL,
    abstract VARCHAR NOT NULL,
    summary VARCHAR,
    authors VARCHAR NOT NULL,
    keywords VARCHAR NOT NULL,
    organization VARCHAR,
    organization_slug VARCHAR,
    code_url VARCHAR,
    project_url VARCHAR,
    media VARCHAR NOT NULL,
    categories VARCHAR,
    version INTEGER,
    revised VARCHAR,
    remark VARCHAR,
    doi VARCHAR,
    journal VARCHAR,
    url VARCHAR,
    arxiv_asked VARCHAR,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);

CREATE TABLE paper_topic (
    topic INTEGER NOT NULL,
    pk INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (topic, pk),
    FOREIGN KEY(topic) REFERENCES topic (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;

CREATE INDEX ix_paper_topic_pk ON paper_topic (pk);

CREATE VIEW paper_search AS
SELECT p.pk AS pk, p.title, t.abstract, t.authors, t.keywords, t.organization
FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk;

CREATE VIRTUAL TABLE paper_fts USING fts5(
    title, abstract, authors, keywords, organization, content='paper_search', content_rowid='pk', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
);

CREATE TRIGGER paper_text_added AFTER INSERT ON paper_text BEGIN
    INSERT INTO paper_fts(rowid, title, abstract, authors, keywords, organization) SELECT * FROM paper_search WHERE pk = new.pk;
END;

CREATE TRIGGER paper_text_dropped BEFORE DELETE ON paper_text BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, title, abstract, authors, keywords, organization) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END;

CREATE TRIGGER paper_text_changing BEFORE UPDATE OF abstract, authors, keywords, organization ON paper_text BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, title, abstract, authors, keywords, organization) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END;

CREATE TRIGGER paper_text_changed AFTER UPDATE OF abstract, authors, keywords, organization ON paper_text BEGIN
    INSERT INTO paper_fts(rowid, title, abstract, authors, keywords, organization) SELECT * FROM paper_search WHERE pk = new.pk;
END;

CREATE TRIGGER paper_title_changing BEFORE UPDATE OF title ON paper BEGIN
    INSERT INTO paper_fts(paper_fts, rowid, title, abstract, authors, keywords, organization) SELECT 'delete', * FROM paper_search WHERE pk = old.pk;
END;

CREATE TRIGGER paper_title_changed AFTER UPDATE OF title ON paper BEGIN
    INSERT INTO paper_fts(rowid, title, abstract, authors, keywords, organization) SELECT * FROM paper_search WHERE pk = new.pk;
END;
