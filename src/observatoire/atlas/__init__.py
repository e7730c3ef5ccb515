"""The map of France: from registry packages and the shipped table to territories."""
