-- The log of what the user did.
--
-- One row is one mark on one paper, which is named by its id and need not be in the cache. `paper` is empty where a row
-- is about no paper, such as a follow. The newest row of a paper and kind decides, unless its action is undone: rows are
-- ordered by (`clock`, `action`). Reading leaves traces (`open`, `finish`, `pass`), one row for each day.
--
-- Rows of one action share `action`: the machine's id, followed by the time of the action in milliseconds since 1970 as
-- 12 hexadecimal digits. `clock` is that time too; only for a row of a machine whose clock is far ahead it is less.
-- A row of the kind `undo` has an action in place of a paper, and the value 1 if that action is undone, 0 if it is redone.
-- `by` names the rule or the program that acted for the user.
CREATE TABLE event (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    action VARCHAR NOT NULL,
    machine VARCHAR NOT NULL,
    clock INTEGER NOT NULL,
    paper VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    by VARCHAR NOT NULL,
    UNIQUE (paper, kind, action)
);
CREATE INDEX event_by_action ON event (action);
-- `machine` is this machine's id; `clock` the latest clock of all rows; `edition` changes whenever rows are removed or
-- the file is replaced by a copy, so that a cache knows that it has to derive everything again.
CREATE TABLE meta (
    key VARCHAR NOT NULL PRIMARY KEY,
    value VARCHAR NOT NULL
) WITHOUT ROWID;
