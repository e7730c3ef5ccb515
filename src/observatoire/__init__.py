"""Observatoire: the server of a French public-tranquillity observatory."""
