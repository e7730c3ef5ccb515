"""Backups: an encrypted file that the server itself can't read, verified, restored whole or not at all."""
