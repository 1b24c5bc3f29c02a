-- Add the index of the words of full texts.

CREATE VIRTUAL TABLE text_fts USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2');
