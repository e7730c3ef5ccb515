"""Territories, populations, priority neighbourhoods, categories."""
