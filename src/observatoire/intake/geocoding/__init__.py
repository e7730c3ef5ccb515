"""From an address to a point, with its precision, its method and its score."""
