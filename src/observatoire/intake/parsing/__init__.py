"""Pure: the text of one cell to a value, or a fault. One module per kind of value."""
