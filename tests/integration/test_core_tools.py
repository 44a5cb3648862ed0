"""`./run --core-tools`: the app that somebody else starts from local.settings.json is the same app.

Core Tools cannot be had here. Our own host reads that file too (local/functions_host/settings.py), and stands in: it is
started from a folder that holds the app and the file, with no setting of its own.
"""
from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.functions_host.settings import load_app_settings
from local.processes import ROOT, Program
from shared.settings import SETTINGS

SIZE = ["--orders", "6", "--customers", "4", "--products", "3", "--seed", "5"]


def test_an_app_started_from_the_written_file_synchronizes_the_demo_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    app = an_app(tmp_path / "app")
    with the_stack(tmp_path / "data", app) as stack:
        values: dict[str, str] = {}
        load_app_settings(app, values)
        with somebodys_host(app, tmp_path):
            said, _ = stack.communicate(timeout=240)

    assert set(values) > {"AzureWebJobsStorage", "SHOPIFY_BASE_URL", "BC_API_ROOT"}
    assert stack.returncode == 0
    assert json.loads(said)["orders"]["read"] == 6
    assert json.loads(said)["orders"]["created"] > 0
    assert not (app / "local.settings.json").exists(), "its addresses are gone with the stack"


def test_a_file_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    app = an_app(tmp_path / "app")
    (app / "local.settings.json").write_text("somebody's own")

    with the_stack(tmp_path / "data", app, await_file=False) as stack:
        _, told = stack.communicate(timeout=120)

    assert stack.returncode == 1
    assert told.splitlines()[-1] == (
        f"run: {app / 'local.settings.json'} is there already; move it away, and it will be written anew")
    assert [(path.name, path.read_text()) for path in app.glob("local.*")] == [
        ("local.settings.json", "somebody's own")]


def an_app(folder: Path) -> Path:
    """A folder with the app in it, and nothing else."""
    folder.mkdir()
    for name in ("function_app.py", "host.json", "functions", "shared"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@contextmanager
def the_stack(data: Path, app: Path, await_file: bool = True) -> Iterator[subprocess.Popen[str]]:
    """`./run --core-tools` for this app, which has written its file."""
    command = [sys.executable, "-m", "local.stack", "--once", "--json", "--data", str(data),
               "--core-tools", str(app), *SIZE]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as stack:
        try:
            while await_file and not (app / "local.settings.json").exists():
                assert stack.poll() is None, stack.communicate()
                time.sleep(0.05)
            yield stack
        finally:
            stack.terminate()


@contextmanager
def somebodys_host(app: Path, folder: Path) -> Iterator[None]:
    """Our host in the place of `func start`: what it knows of the stack, it has from the file."""
    told = json.loads((app / "local.settings.json").read_text())
    keys = json.loads((folder / "data" / "keys.json").read_text())
    command = ["local.host", "--app", str(app), "--port", str(told["Host"]["LocalHttpPort"]),
               "--host-key", keys["host"]]
    host = Program("somebodys-host", command, folder, {})
    try:
        host.wait_until_ready()
        yield
    finally:
        host.stop()
