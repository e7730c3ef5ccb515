"""Bytes to numbered rows: kind of file, encoding, separator, sheet, header, limits."""
