-- Number each machine's own events, and index undos by their target and orphans by their event.

ALTER TABLE event ADD COLUMN number INTEGER DEFAULT 0 NOT NULL;
-- The order of a machine's events must not depend on clocks. Until now, all of a cache came from one machine.
UPDATE event SET number = seq;
CREATE INDEX event_by_number ON event (machine, number);
CREATE INDEX ix_orphan_event ON orphan (event);
CREATE INDEX event_by_target ON event (value) WHERE kind IN ('undo', 'redo');
-- The first program that opens the log then writes all events into the journal.
INSERT OR REPLACE INTO meta (key, value) VALUES ('journal_size', '-1');
