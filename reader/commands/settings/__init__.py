"""The settings file: its template, and changes of it."""
