"""What `./run test` runs its checks with."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.checks import keeping_bytecode


def test_what_one_process_of_the_checks_compiles_the_next_one_finds(tmp_path: Path) -> None:
    forbidding = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "module.py").write_text("")

    command = [sys.executable, "-c", "import module"]
    subprocess.run(command, cwd=tmp_path, env=keeping_bytecode(forbidding), check=True)

    assert list(tmp_path.rglob("module.*.pyc"))
