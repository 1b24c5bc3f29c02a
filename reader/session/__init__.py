"""State that outlives a visit, and the places a reader can be in. No Textual."""
