-- Keep the full texts of papers.

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
