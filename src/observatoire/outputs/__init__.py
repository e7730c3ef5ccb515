"""Released values to bytes."""
