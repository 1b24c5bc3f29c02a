-- Keep what the user's programs say about papers.

CREATE TABLE kept_output (
    "key" INTEGER NOT NULL,
    pk INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    made VARCHAR NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("key"),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
CREATE UNIQUE INDEX kept_output_by_paper ON kept_output (pk, name);
CREATE VIRTUAL TABLE output_fts USING fts5(
    body, content='kept_output', content_rowid='key', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER kept_output_added AFTER INSERT ON kept_output BEGIN
    INSERT INTO output_fts(rowid, body) VALUES (new.key, new.body);
END;
CREATE TRIGGER kept_output_dropped AFTER DELETE ON kept_output BEGIN
    INSERT INTO output_fts(output_fts, rowid, body) VALUES ('delete', old.key, old.body);
END;
