"""Questions: one use case per noun; each ends with the gate."""
