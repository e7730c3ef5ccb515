"""The workers: they take imports out of the queue and run them, outside the web process."""
