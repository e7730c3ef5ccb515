"""Helpers of the tests: databases, files, callers."""
