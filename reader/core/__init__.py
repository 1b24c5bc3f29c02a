"""Papers, text, dates, queries and topics: pure, without I/O."""
