"""From labels to leaves, after the import: what is in force, what is to be classed, what people decide."""
