"""Extensions that ship with the program, each in a package of its own. They use `reader.api` and nothing else of it."""
