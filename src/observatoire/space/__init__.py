"""Pure geometry: coordinate systems, H3 cells, point in territory."""
