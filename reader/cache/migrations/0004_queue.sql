-- Add the queue of papers to read later.

CREATE TABLE queue (pk INTEGER NOT NULL, place VARCHAR NOT NULL, PRIMARY KEY (pk));
CREATE INDEX ix_queue_place ON queue (place);
-- A newer program on another machine may have queued papers: the next opening of the log applies its events.
UPDATE event SET applied = 0 WHERE kind = 'queue';
