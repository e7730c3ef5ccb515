"""Command line, as thin as web."""
