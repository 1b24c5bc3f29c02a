-- How the cache of the last release comes to the schema of `schema.sql`, as numbered migrations, which `schema.py` runs. No
-- statement changes once it is released. The last number is the number of the schema.

-- 0016: Drop what the people of a group shared.

DROP TABLE IF EXISTS member_mark;
DROP TABLE IF EXISTS member;


-- 0017: Lists are rows of the log, and no longer mirrored between the settings file and events.

DELETE FROM meta WHERE key IN ('entries', 'entries_due', 'sync_settings', 'sync_refused', 'replaced_told');


-- 0018: Make stems of the words of papers and texts, in one spelling, so that one index serves all searches.

-- `indexed` is a function of the program, `core/words.py`, which each connection has.
DROP TRIGGER paper_text_added;
DROP TRIGGER paper_text_dropped;
DROP TRIGGER paper_text_changing;
DROP TRIGGER paper_text_changed;
DROP TRIGGER paper_title_changing;
DROP TRIGGER paper_title_changed;
DROP TABLE paper_fts;
DROP VIEW paper_search;
CREATE VIEW paper_search AS
SELECT p.pk AS pk, indexed(p.title) AS title, indexed(t.abstract) AS abstract, indexed(t.authors) AS authors,
    indexed(t.keywords) AS keywords, indexed(t.organization) AS organization
FROM paper AS p JOIN paper_text AS t ON t.pk = p.pk;
CREATE VIRTUAL TABLE paper_fts USING fts5(
    title, abstract, authors, keywords, organization, content='paper_search', content_rowid='pk', tokenize='porter unicode61 remove_diacritics 2', prefix='2 3'
);
INSERT INTO paper_fts(paper_fts) VALUES ('rebuild');
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
DROP TABLE text_fts;
CREATE VIRTUAL TABLE text_fts USING fts5(words, content='', tokenize='porter unicode61 remove_diacritics 2');


-- 0019: Keep how well papers suit the user, and why.

-- Derived from the log by `cache/choice.py`: the score, and of papers that suit best their reasons, up to two phrases on
-- lines of their own and the marked paper that they are most like.
CREATE TABLE suits (
    pk INTEGER NOT NULL,
    score REAL NOT NULL,
    phrases VARCHAR NOT NULL,
    alike VARCHAR NOT NULL,
    PRIMARY KEY (pk)
);


-- 0020: Give the user's marks a file of their own, `log.db`, from which the cache derives them.

DROP TABLE effect;
DROP TABLE orphan;
DROP TABLE event;
DROP TABLE event_origin;
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
DELETE FROM meta WHERE key IN ('machine', 'journal_size', 'undo_told', 'entries', 'entries_due', 'mute', 'mute_reached');


-- 0021: Keep no texts of earlier versions, which were compared word by word.

DROP TABLE earlier_text;


-- 0022: Keep no earlier values of marked papers: `paper_change.links` says what became known with a change.

DROP TABLE paper_edit;
DROP TABLE second_look;
DELETE FROM meta WHERE key = 'second_look';


-- 0023: Merge the index's parts less often, which saves a seventh of the time of indexing, at the same size and speed.

INSERT INTO paper_fts(paper_fts, rank) VALUES ('automerge', 8);


-- 0024: Follow no papers of people who only have a similar name: a name either is that of a person or is not.

DELETE FROM follow_paper WHERE perhaps = 1;
ALTER TABLE follow_paper DROP COLUMN perhaps;
UPDATE paper_flags SET flags = flags & ~1 WHERE flags & 1 AND pk NOT IN (SELECT pk FROM follow_paper);
DELETE FROM paper_flags WHERE flags = 0;
