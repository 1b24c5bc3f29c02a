-- Index the traces that reading leaves: papers that were opened, read to the end or passed.

CREATE INDEX effect_of_traces ON effect (kind, pk) WHERE kind IN ('open', 'finish', 'pass');
