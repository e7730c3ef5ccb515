"""What an edition has released."""
