"""The full text of a paper: a model of its parts, formulas as Unicode, and a layout in lines for a width."""
