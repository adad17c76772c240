"""`make check`: known vulnerabilities in the locked packages, and licences that we may not ship.

pip-audit says "no known vulnerabilities" also when it could look up nothing, so the packages it
really looked up are counted; where the advisory service cannot be reached that is said, not passed.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions

FORBIDDEN = re.compile(r"AGPL|(?<!L)GPL-3|GNU General Public License v3|Affero")


def audit_vulnerabilities() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        print("NOT AUDITED: the advisory service could not be reached.")
        return []
    looked_up = [each for each in packages if "vulns" in each]
    installed = len(list(distributions()))
    print(f"Audited {len(looked_up)} of {installed} installed packages.")
    if len(looked_up) < installed / 2:
        print("NOT AUDITED: most packages were not found at the advisory service.")
    return [
        f"{each['name']} {each['version']}: {', '.join(v['id'] for v in each['vulns'])}"
        for each in looked_up
        if each["vulns"]
    ]


def audit_licences() -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [
        f"{each['Name']}: {each['License']}"
        for each in json.loads(done.stdout)
        if FORBIDDEN.search(each["License"])
    ]


if __name__ == "__main__":
    problems = [*audit_vulnerabilities(), *audit_licences()]
    print(
        "\n".join(problems) or "No forbidden licence, and no vulnerability in what was looked up."
    )
    sys.exit(1 if problems else 0)
