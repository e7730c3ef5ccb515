"""Sources that have gone silent: who is late, told once for each silence."""
