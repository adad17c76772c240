"""`make check`: domain and actions are covered whole, lines and branches."""

import json
import sys
from pathlib import Path

ROOMS = ("src/counterpoise/domain/", "src/counterpoise/actions/")


def find_gaps(report: dict) -> list[str]:
    gaps = []
    for name, file in sorted(report["files"].items()):
        if name.startswith(ROOMS):
            lines = file["missing_lines"]
            branches = [f"{start}->{end}" for start, end in file["missing_branches"]]
            if lines or branches:
                gaps.append(f"{name}: lines {lines or '-'} branches {' '.join(branches) or '-'}")
    return gaps


if __name__ == "__main__":
    found = find_gaps(json.loads(Path(sys.argv[1]).read_text()))
    print("\n".join(found) or "domain and actions: 100 % of lines and branches.")
    sys.exit(1 if found else 0)
