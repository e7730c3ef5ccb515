"""Row-level facts and exact counts: every function returns Confidential."""
