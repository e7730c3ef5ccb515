"""One file per noun of the wire contract."""
