"""The door: the only maker of Released values (secret statistique)."""
