"""Column maps: what each column of an export means."""
