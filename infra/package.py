"""Puts the app's dependencies beside it, as locked and checked by hash; azd runs it before it packs the app.

They are the Linux wheels of the Python version in infra/modules/functions.bicep, whatever machine this runs on, where
the Functions worker looks for them (Microsoft Learn, "Build options for Python function apps"). In Azure nothing can be
written beside them, so they are compiled here if this Python is of that version: it saves every cold start the work.
Standard library only.
"""
from __future__ import annotations

import compileall
import re
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

ROOT = Path(__file__).resolve().parent.parent
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def install(target: Path, python: str) -> int:
    """Install what requirements.lock names into `target`; pip's exit status."""
    shutil.rmtree(target, ignore_errors=True)
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    return subprocess.run([
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps",
        "--require-hashes", "--only-binary", ":all:", *platforms, "--python-version", python,
        "--target", str(target), "-r", str(ROOT / "requirements.lock"),
    ]).returncode


def compile_for(target: Path, python: str) -> None:
    """Compile what lies in `target` if this Python is of that version; else the app starts more slowly."""
    if python == "{}.{}".format(*sys.version_info):
        # Without times, which a zip archive rounds: the sources never change again.
        compileall.compile_dir(target, quiet=2, workers=0, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


def python_in_azure() -> str:
    """The version that the infrastructure asks for, e.g. 3.11."""
    found = re.search(r"name: 'python', version: '([\d.]+)'", (ROOT / "infra/modules/functions.bicep").read_text())
    assert found, "infra/modules/functions.bicep names no Python version"
    return found[1]


def main() -> int:
    """Exit status: 0, or that of pip."""
    packages, python = ROOT / ".python_packages" / "lib" / "site-packages", python_in_azure()
    status = install(packages, python)
    if status == 0:
        compile_for(packages, python)
    return status


if __name__ == "__main__":
    sys.exit(main())
