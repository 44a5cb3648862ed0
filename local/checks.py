"""`./run test`: lint, types, then the tests and what they covered. Arguments go to pytest, which then measures nothing.

Coverage is SlipCover's: on a Python without sys.monitoring, Coverage.py's tracer took as long as the tests themselves.
"""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COVERED = ["-m", "slipcover", "--source", "shared", "--json", "--out", ".coverage"]
# A step of its own: asked for in the same one, it counts the workers and shows the table without them.
ENOUGH = ["-m", "slipcover", "--merge", ".coverage", "--out", ".coverage", "--skip-covered", "--fail-under", "90"]
# Three workers for two cores: many tests wait for a service. Stealing keeps the long ones from coming last, in a row.
# Processor time grows too where three share two cores of a slow machine: here a test may take twice its budget.
EVERYTHING = ["-m", "pytest", "-n", "3", "--dist", "worksteal", "--durations", "25", "--budget", "40"]


def main(arguments: list[str]) -> int:
    """Run the checks in turn; the exit status of the first that fails, else 0."""
    python = sys.executable
    checks = [
        [python, "-m", "ruff", "check", "--quiet", "."],
        [python, "-m", "mypy", "--no-error-summary"],
        *([[python, "-m", "pytest", *arguments]] if arguments else
          [[python, *COVERED, *EVERYTHING], [python, *ENOUGH]]),
    ]
    for check in checks:
        status = subprocess.run(check, cwd=ROOT, env=keeping_bytecode(os.environ)).returncode
        if status:
            return status
    return 0


def keeping_bytecode(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what forbids Python to keep what it compiled.

    A run starts about a hundred processes of the same code, and three workers read the same tests: compiled anew each
    time, as container images like to have it, that is a twentieth of the run.
    """
    return {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
