"""Peak memory of an import, by size of the file: each size in a process of its own."""

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path

SIZES = (100_000, 1_000_000, 5_000_000)


def main() -> None:
    """Run each size, then print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--server", default=os.environ.get("OBSERVATOIRE_DATABASE_URL"))
    found = parser.parse_args()
    print("| rows | peak memory of the process, MB |\n|---|---|")
    for rows in sorted(found.rows):  # the peak of the children is that of the largest so far
        command = [sys.executable, str(Path(__file__).with_name("import_vs_copy.py"))]
        command += ["--rows", str(rows), "--repetitions", "1", "--only-import", "--server", found.server]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"| {rows:,} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
