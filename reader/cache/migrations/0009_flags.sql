-- Keep flags of papers, which the list shows, and what the user follows.

CREATE TABLE paper_flags (
    pk INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
CREATE TABLE follow (
    "key" INTEGER NOT NULL,
    field VARCHAR NOT NULL,
    slug VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    notify INTEGER NOT NULL,
    PRIMARY KEY ("key"),
    UNIQUE (field, slug)
);
CREATE TABLE follow_paper (
    follow INTEGER NOT NULL,
    pk INTEGER NOT NULL,
    perhaps INTEGER NOT NULL,
    PRIMARY KEY (follow, pk),
    FOREIGN KEY(follow) REFERENCES follow ("key"),
    FOREIGN KEY(pk) REFERENCES paper (pk)
) WITHOUT ROWID;
CREATE INDEX ix_follow_paper_pk ON follow_paper (pk);
