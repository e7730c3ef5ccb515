"""What things are: frozen dataclasses and enums; no input or output, no numpy."""
