"""The audit trail is sealed into a chain every minute, verified, and forgotten whole seals at a time."""
