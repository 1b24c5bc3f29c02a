-- Keep the places of saved pages' papers, and tell unknown votes and comments from none.

CREATE TABLE page_paper (
    pk INTEGER NOT NULL,
    place INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    asked VARCHAR,
    choices VARCHAR NOT NULL,
    PRIMARY KEY (pk),
    FOREIGN KEY(pk) REFERENCES paper (pk)
);
INSERT INTO page_paper (pk, place, tries, asked, choices) SELECT pk, pk, 0, NULL, '' FROM paper_source WHERE source = 'page';
-- Numbers that no source has told become unknown. Papers of the daily feed, and those that it has listed, have its numbers.
UPDATE paper SET upvotes = -1 WHERE upvotes = 0 AND source <> 'hf' AND day IS NULL;
UPDATE paper SET comments = -1 WHERE comments = 0 AND source <> 'hf' AND day IS NULL;
