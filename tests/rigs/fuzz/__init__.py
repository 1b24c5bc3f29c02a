"""Whatever bytes come: each parser ends in its result or in an error that it documents."""
