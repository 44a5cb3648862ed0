"""`./run test`: lint, types, then the tests and what they covered. Arguments go to pytest, which then measures nothing.

A few tests that fail among all are tried once more, alone, and named (docs/decisions/0047).
Coverage is SlipCover's: on a Python without sys.monitoring, Coverage.py's tracer took as long as the tests themselves.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COVERED = ["-m", "slipcover", "--source", "shared", "--json", "--out", ".coverage"]
# A step of its own: asked for in the same one, it counts the workers and shows the table without them.
ENOUGH = ["-m", "slipcover", "--merge", ".coverage", "--out", ".coverage", "--skip-covered", "--fail-under", "90"]
# Three workers for two cores: many tests wait for a service. Stealing keeps the long ones from coming last, in a row.
# Processor time grows too where three share two cores of a slow machine: here a test may take twice its budget.
EVERYTHING = ["-m", "pytest", "-n", "3", "--dist", "worksteal", "--durations", "25", "--budget", "40"]
AGAIN = ["-m", "pytest", "-n", "0", "--last-failed", "--last-failed-no-failures", "none", "--budget", "40"]
FEW = 3
SOME_FAILED = 1  # pytest, Exit codes
FAILED = ".pytest_cache/v/cache/lastfailed"


def main(arguments: list[str]) -> int:
    """Run the checks in turn; the exit status of the first that fails, else 0."""
    python = sys.executable
    status = first_that_fails([
        [python, "-m", "ruff", "check", "--quiet", "."],
        [python, "-m", "mypy", "--no-error-summary"],
    ])
    if status:
        return status
    if arguments:
        return first_that_fails([[python, "-m", "pytest", *arguments]])
    status = first_that_fails([[python, *COVERED, *EVERYTHING]])
    if status == SOME_FAILED:
        status = tried_again(ROOT / FAILED, lambda: first_that_fails([[python, *AGAIN]]))
    return status or first_that_fails([[python, *ENOUGH]])


def tried_again(failed: Path, again: Callable[[], int]) -> int:
    """The status once the tests that failed, if they are few, were tried alone; says which of them passed only then.

    failed  where pytest keeps the names of the tests that failed. Source: pytest, cache/lastfailed.
    """
    names = sorted(json.loads(failed.read_text()))
    if len(names) > FEW:
        return SOME_FAILED
    print(f"\nTried again, alone: {', '.join(names)}", flush=True)
    status = again()
    if status == 0:
        print(f"PASSED ONLY AT THE SECOND TRY, so they pass by luck, to be mended: {', '.join(names)}", flush=True)
    return status


def first_that_fails(checks: Sequence[Sequence[str]]) -> int:
    """Run these commands in turn; the exit status of the first that fails, else 0."""
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
