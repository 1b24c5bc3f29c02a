-- Keep the addresses in abstracts and remarks, who submitted a paper, and its authors' accounts.

ALTER TABLE paper_text ADD COLUMN addresses VARCHAR;
ALTER TABLE paper_text ADD COLUMN profiles VARCHAR;
ALTER TABLE paper ADD COLUMN submitter VARCHAR;
CREATE INDEX paper_by_submitter ON paper (submitter COLLATE NOCASE) WHERE submitter IS NOT NULL;
