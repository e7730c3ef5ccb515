"""People: how one proves who one is, and what it opens."""
