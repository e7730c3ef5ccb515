"""One straight line from a file to incidents."""
