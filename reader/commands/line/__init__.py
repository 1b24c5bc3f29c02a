"""The command line: parsing, completing and explaining words, and the reader's own line."""
