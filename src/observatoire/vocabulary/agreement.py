"""A number and its noun."""


def agree(number: int, one: str, several: str) -> str:
    """French agreement: 0 and 1 are singular."""
    return f"{number} {one if number < 2 else several}"
