-- Keep the words of papers as numbers, by which they are chosen.

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
