"""What runs before a commit: only tools of this repository's own environment, and they are there."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / ".pre-commit-config.yaml"


def test_pre_commit_understands_the_configuration() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(CONFIG)]

    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def test_every_hook_is_local_and_starts_a_module_that_is_installed() -> None:
    repositories = yaml.safe_load(CONFIG.read_text())["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]

    assert {repository["repo"] for repository in repositories} == {"local"}
    assert {hook["id"] for hook in hooks} == {"ruff", "mypy", "documents"}
    for hook in hooks:
        python, dash_m, module, *_ = hook["entry"].split()
        found = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True)
        assert (python, dash_m, found.returncode) == (".venv/bin/python", "-m", 0), hook["id"]
