"""`./run test`: lint, types, then the tests, whose summary line comes last. Arguments go to pytest."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Three workers for two cores: many tests wait for a service. Stealing keeps the long ones from coming last, in a row.
EVERYTHING = ["-n", "3", "--dist", "worksteal", "--cov=shared", "--cov-report=term:skip-covered", "--cov-fail-under=90"]


def main(arguments: list[str]) -> int:
    """Run the checks in turn; the exit status of the first that fails, else 0."""
    python = sys.executable
    checks = [
        [python, "-m", "ruff", "check", "--quiet", "."],
        [python, "-m", "mypy", "--no-error-summary"],
        [python, "-m", "pytest", *(arguments or EVERYTHING)],
    ]
    for check in checks:
        status = subprocess.run(check, cwd=ROOT).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
