"""What is deployed runs by itself: the files that .funcignore leaves, with nothing but the app's own packages.

Twice: as a build in Azure would do it (an empty environment and requirements.txt), and as azd does it (infra/package.py
puts the locked packages beside the app, and the Functions worker finds them there). Needs a package index.
"""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pathspec
import pytest

from infra.package import compile_for, install
from tests.test_repository import ROOT, declared_functions, own_files

LIST_FUNCTIONS = """
import json
from function_app import app
print(json.dumps({one.get_function_name(): [json.loads(raw) for raw in one.get_raw_bindings()]
                  for one in app.get_functions()}))
"""
VERSION = "{}.{}".format(*sys.version_info)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that are deployed, in a folder of their own."""
    folder = tmp_path_factory.mktemp("package")
    for path in deployed():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def test_only_the_app_itself_is_deployed() -> None:
    files = set(deployed())

    assert {path.parts[0] for path in files} == {
        "functions", "shared", "function_app.py", "host.json", "requirements.txt"}
    assert {path for path in files if path.suffix not in (".py", ".graphql", ".json", ".txt")} == set()


def test_everything_that_the_app_reads_is_deployed() -> None:
    beside_the_code = {path for path in own_files() if path.parts[0] in ("functions", "shared")}

    assert {path for path in beside_the_code if path.suffix != ".pyc"} <= set(deployed())
    assert Path("functions/openapi.json") in beside_the_code
    assert any(path.suffix == ".graphql" for path in beside_the_code)


def test_a_new_folder_of_the_repository_would_not_be_deployed() -> None:
    assert not left_by_funcignore(Path("secrets/keys.json"))
    assert not left_by_funcignore(Path("local.settings.json"))
    assert not left_by_funcignore(Path("shared/__pycache__/shops.cpython-311.pyc"))
    assert left_by_funcignore(Path(".python_packages/lib/site-packages/requests/api.py"))


@pytest.mark.timeout(600)
def test_it_runs_in_an_empty_environment_with_its_requirements_only(package: Path, tmp_path: Path) -> None:
    python = tmp_path / "empty" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "empty"], check=True)

    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile",
                    "--disable-pip-version-check", "-r", package / "requirements.txt"], check=True)

    assert functions_of(package, [str(python)]) == declared_functions()


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="the packages are those for Linux, as in Azure")
def test_it_runs_with_the_locked_packages_that_it_brings(package: Path) -> None:
    packages = package / ".python_packages" / "lib" / "site-packages"

    assert install(packages, VERSION) == 0

    # -I and -S: nothing of this environment is seen, only what was brought.
    paths = f"import sys; sys.path += [{str(package)!r}, {str(packages)!r}]\n"
    assert functions_of(package, [sys.executable, "-I", "-S"], paths) == declared_functions()
    assert left_by_funcignore(packages.relative_to(package) / "azure" / "functions" / "__init__.py")


def test_compiled_packages_are_deployed_and_used_whatever_their_times(package: Path) -> None:
    one = package / ".python_packages" / "one"
    one.mkdir(parents=True)
    (one / "module.py").write_text("value = 1\n")

    compile_for(one, VERSION)

    (compiled,) = (one / "__pycache__").iterdir()
    assert left_by_funcignore(compiled.relative_to(package))
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b01  # by hash, and not checked (PEP 552)


def functions_of(package: Path, python: list[str], first: str = "") -> object:
    """What the app in this folder declares, read with no setting set."""
    done = subprocess.run([*python, "-c", first + LIST_FUNCTIONS], cwd=package, env={}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def deployed() -> Iterator[Path]:
    yield from (path for path in own_files() if left_by_funcignore(path))


def left_by_funcignore(path: Path) -> bool:
    """Whether the file is deployed; of a folder that is left out nothing is looked at again."""
    rules = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    folders = [f"{folder.as_posix()}/" for folder in path.parents if folder != Path()]
    return not any(map(rules.match_file, [*folders, path.as_posix()]))
