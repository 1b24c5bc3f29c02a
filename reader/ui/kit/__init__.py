"""How things are drawn: lines, glyphs, panes and the scroll bar."""
