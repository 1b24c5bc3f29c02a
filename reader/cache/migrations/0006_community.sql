-- Keep what belongs to a paper: comments and linked repositories, arXiv's versions, and the venue.

CREATE TABLE community (
    pk INTEGER NOT NULL,
    asked VARCHAR NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
ALTER TABLE paper ADD COLUMN venue VARCHAR;
ALTER TABLE paper ADD COLUMN models INTEGER;
CREATE INDEX paper_with_models ON paper (pk) WHERE models > 0;
ALTER TABLE paper ADD COLUMN datasets INTEGER;
CREATE INDEX paper_with_datasets ON paper (pk) WHERE datasets > 0;
ALTER TABLE paper ADD COLUMN spaces INTEGER;
CREATE INDEX paper_with_spaces ON paper (pk) WHERE spaces > 0;
ALTER TABLE paper_text ADD COLUMN versions VARCHAR;
ALTER TABLE paper_change ADD COLUMN models INTEGER;
CREATE INDEX paper_by_venue ON paper (venue) WHERE venue IS NOT NULL;
