-- The schema of a cache. Whoever changes it raises `SCHEMA` in `reader/__init__.py`, and `schema.py` makes older caches
-- anew. `tables.py` has the tables of papers as models. Days are ISO dates, and times ISO times in UTC, unless
-- a comment says otherwise.

CREATE TABLE day (
    day VARCHAR NOT NULL,
    fetched VARCHAR NOT NULL,
    papers INTEGER NOT NULL,
    PRIMARY KEY (day)
);

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
    venue VARCHAR,
    models INTEGER,
    datasets INTEGER,
    spaces INTEGER,
    submitter VARCHAR,
    UNIQUE (id)
);

-- The list's own order with the columns that checks of days and hidden papers need: a walk stays in the index, and the
-- whole order of 200,000 papers takes 49 ms instead of 113.
CREATE INDEX paper_by_day ON paper (sort_day, upvotes, pk, hidden, first_day, day);
CREATE INDEX paper_by_published ON paper (published, upvotes, pk);
CREATE INDEX paper_by_title ON paper (title COLLATE NOCASE, pk);

-- Matches a paper without an arXiv id to a later draft that has it.
CREATE INDEX paper_by_title_hash ON paper (title_hash);
CREATE INDEX paper_by_upvotes ON paper (upvotes, pk);

-- The few papers on more than one day: without it `until:` and `day:` would read all papers.
CREATE INDEX paper_relisted ON paper (first_day, day) WHERE first_day < day;
CREATE INDEX paper_starred_by_day ON paper (sort_day, upvotes, pk) WHERE starred = 1;
CREATE INDEX paper_unread_by_day ON paper (sort_day, upvotes, pk, day) WHERE read = 0 AND hidden = 0;

-- These find the few papers with a state or a number: among 1,000,000 papers in 1 ms instead of 1 s.
CREATE INDEX paper_read_by_day ON paper (sort_day, upvotes, pk) WHERE read = 1;
CREATE INDEX paper_hidden_by_day ON paper (sort_day, upvotes, pk) WHERE hidden = 1;
CREATE INDEX paper_noted ON paper (pk) WHERE has_note = 1;
CREATE INDEX paper_by_comments ON paper (comments);
CREATE INDEX paper_by_authors ON paper (author_count);
CREATE INDEX paper_by_stars ON paper (code_stars) WHERE code_stars IS NOT NULL;

-- `events` has the bits of `Event` in `cache/history.py`.
CREATE TABLE paper_event (
    pk INTEGER NOT NULL,
    at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (pk, at),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;
CREATE INDEX paper_event_by_time ON paper_event (at, pk);

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
    versions VARCHAR,
    addresses VARCHAR,
    profiles VARCHAR,
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

-- Full texts, which can be fetched again. `source` is `feed`, or the host of a page, such as `arxiv.org`; `version` is the
-- paper's version, if the page names it; `used` is the day of the last reading or fetch; `body` is packed by
-- `core/document/codec.py`.
CREATE TABLE full_text (
    pk INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    version INTEGER,
    fetched VARCHAR NOT NULL,
    used VARCHAR NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);

-- The places are digits: the queue is in the order of these texts, see `core/marks.py`.
CREATE TABLE queue (pk INTEGER NOT NULL, place VARCHAR NOT NULL, PRIMARY KEY (pk));
CREATE INDEX ix_queue_place ON queue (place);

-- Comments and linked repositories, as `core/community.py` packs them, which can be fetched again.
CREATE TABLE community (
    pk INTEGER NOT NULL,
    asked VARCHAR NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
CREATE INDEX paper_with_models ON paper (pk) WHERE models > 0;
CREATE INDEX paper_with_datasets ON paper (pk) WHERE datasets > 0;
CREATE INDEX paper_with_spaces ON paper (pk) WHERE spaces > 0;
CREATE INDEX paper_by_venue ON paper (venue) WHERE venue IS NOT NULL;

-- Derived, as `core/choice/words.py` packs them; a paper without a row gets one when it is ranked.
CREATE TABLE paper_words (
    pk INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
CREATE TRIGGER paper_words_of_text AFTER UPDATE OF abstract ON paper_text BEGIN
    DELETE FROM paper_words WHERE pk = old.pk;
END;
CREATE TRIGGER paper_words_of_title AFTER UPDATE OF title ON paper BEGIN
    DELETE FROM paper_words WHERE pk = old.pk;
END;
CREATE TRIGGER paper_words_dropped BEFORE DELETE ON paper BEGIN
    DELETE FROM paper_words WHERE pk = old.pk;
END;

-- Derived: bits of `Flag` in `core/paper_row.py`; a paper without flags has no row.
CREATE TABLE paper_flags (
    pk INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);

-- Derived: authors, organizations, venues, topics and words. The slug names it in queries and events; the name is shown,
-- and looked for in papers.
CREATE TABLE follow (
    "key" INTEGER NOT NULL,
    field VARCHAR NOT NULL,
    slug VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    notify INTEGER NOT NULL,
    PRIMARY KEY ("key"),
    UNIQUE (field, slug)
);

-- Derived.
CREATE TABLE follow_paper (
    follow INTEGER NOT NULL,
    pk INTEGER NOT NULL,
    PRIMARY KEY (follow, pk),
    FOREIGN KEY(follow) REFERENCES follow ("key"),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;
CREATE INDEX ix_follow_paper_pk ON follow_paper (pk);

-- `indexed` is a function of the program, `core/words.py`, which each connection has.
CREATE VIEW paper_search AS
SELECT p.pk AS pk, indexed(p.title) AS title, indexed(t.abstract) AS abstract, indexed(t.authors) AS authors,
    indexed(t.keywords) AS keywords, indexed(t.organization) AS organization
FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk;

CREATE VIRTUAL TABLE paper_fts USING fts5(
    title, abstract, authors, keywords, organization, content='paper_search', content_rowid='pk', tokenize='porter unicode61 remove_diacritics 2', prefix='2 3'
);

CREATE VIRTUAL TABLE paper_terms USING fts5vocab(paper_fts, row);
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

CREATE VIRTUAL TABLE text_fts USING fts5(words, content='', tokenize='porter unicode61 remove_diacritics 2');

-- Derived from the log by `cache/choice.py`: the score, and of papers that suit best their reasons, up to two phrases on
-- lines of their own and the marked paper that they are most like.
CREATE TABLE suits (
    pk INTEGER NOT NULL,
    score REAL NOT NULL,
    phrases VARCHAR NOT NULL,
    alike VARCHAR NOT NULL,
    PRIMARY KEY (pk)
);

-- Derived: the newest row of the log for each paper and kind. `paper` is the id that the log has, `pk` is NULL while the
-- cache lacks the paper; `paper` is empty for what is about no paper. If all rows are undone, `undone` is 1.
-- `log_applied` in `meta` is the last row that is included.
CREATE TABLE mark (
    paper VARCHAR NOT NULL,
    pk INTEGER,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    clock INTEGER NOT NULL,
    action VARCHAR NOT NULL,
    by VARCHAR NOT NULL,
    undone INTEGER NOT NULL
);
CREATE INDEX mark_by_paper ON mark (paper, kind);
CREATE INDEX mark_by_pk ON mark (pk, kind) WHERE pk IS NOT NULL;
CREATE INDEX mark_absent ON mark (paper) WHERE pk IS NULL;
CREATE INDEX mark_of_traces ON mark (kind, pk) WHERE kind IN ('open', 'finish', 'pass');

-- Merging the index's parts less often saves a seventh of the time of indexing, at the same size and speed.
INSERT INTO paper_fts(paper_fts, rank) VALUES ('automerge', 8);
