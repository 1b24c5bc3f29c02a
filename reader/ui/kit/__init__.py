"""Drawing: lines, glyphs, panes and the scroll bar."""
