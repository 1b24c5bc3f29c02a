-- Keep what marked papers were before they changed, and which of them have.

CREATE TABLE paper_edit (
    pk INTEGER NOT NULL,
    at INTEGER NOT NULL,
    field VARCHAR NOT NULL,
    before VARCHAR NOT NULL,
    PRIMARY KEY (pk, at, field),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;
CREATE TABLE second_look (
    pk INTEGER NOT NULL,
    at INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
CREATE INDEX ix_second_look_at ON second_look (at);
CREATE TABLE earlier_text (
    pk INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
