-- Keep what the people of a group share.

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
);
CREATE TABLE member_mark (
    paper VARCHAR NOT NULL,
    member INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    PRIMARY KEY (paper, member, kind),
    FOREIGN KEY(member) REFERENCES member ("key")
) WITHOUT ROWID;
CREATE INDEX ix_member_mark_member ON member_mark (member);
