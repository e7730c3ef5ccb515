"""Official series: from a producer's file to one table of cells, each with its state."""
