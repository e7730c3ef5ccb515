"""Comparisons: a territory beside those that hold it and those like it, by rates of one definition."""
