-- Know who brought an event, and whom the user has forgotten.

CREATE TABLE event_origin (
    event INTEGER NOT NULL,
    via VARCHAR NOT NULL,
    rest VARCHAR NOT NULL,
    PRIMARY KEY (event)
);
CREATE INDEX event_origin_via ON event_origin (via) WHERE via <> '';
CREATE INDEX event_forgets ON event (kind) WHERE kind GLOB 'forget:*';
