"""Puts together what is deployed, in a folder of its own: the app, its dependencies as locked, both compiled.

`azd` runs it before it packs the app and takes what lies in `.package` then (azure.yaml, `dist`): no list of what to
leave out decides what runs in Azure. Dependencies are the Linux wheels of the Python version that
infra/modules/functions.bicep asks for, whatever machine this runs on, each checked by its hash, where the Functions
worker looks for them (Microsoft Learn, "Build options for Python function apps"). What an installation needs and a
running app does not is left out. In Azure nothing can be written beside the code, so it is compiled here, by a Python
of that version: without that every cold start compiles everything anew. Standard library only.
"""
from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / ".package"
SITE_PACKAGES = Path(".python_packages", "lib", "site-packages")
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
AMAZON_SERVICES = ("sqs",)
"""The services whose descriptions boto3 needs: those that shared/ makes a client for."""

OWN_FILES = (".py", ".json", ".graphql", ".html", ".css", ".js", ".svg", ".po")
"""Code and data of the app's own folders."""

NOT_NEEDED = ("bin", "certifi/tests", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED",
              "**/*.pyi", "**/*.pyx", "**/*.pxd", "**/*.c", "**/*.h")
"""What wheels bring for installers, compilers and type checkers. Licences and metadata stay."""

NOTHING_LEFT_OUT = """\
# Nothing is left out: what lies here is what is deployed. Without this file azd would leave out every __pycache__
# (azure-dev, cli/azd/pkg/project/project_utils.go, createDeployableZip).
"""


class PackagingFailed(Exception):
    """The package could not be put together; the text says why and what to do, in one sentence."""


def put_together(package: Path, python: str) -> None:
    """Make the folder anew for this version of Python, e.g. 3.11. Raises PackagingFailed, and leaves no folder then."""
    shutil.rmtree(package, ignore_errors=True)
    try:
        compiler = a_python(python, candidates(python))
        copy_app(package)
        install(package / SITE_PACKAGES, python, compiler)
        compile_with(compiler, package)
    except BaseException:
        shutil.rmtree(package, ignore_errors=True)
        raise


def copy_app(package: Path) -> None:
    """The app's own files: its front door, its settings of the host, and code and data of its two folders."""
    for path in own_files():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, package / path)
    # Under the name that a build in Azure looks for, were one ever asked for: it would take the same versions.
    shutil.copyfile(ROOT / "requirements.lock", package / "requirements.txt")
    (package / ".funcignore").write_text(NOTHING_LEFT_OUT)


def own_files() -> Iterator[Path]:
    """Relative to the repository."""
    yield Path("function_app.py")
    yield Path("host.json")
    for folder in ("functions", "shared"):
        yield from (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*")
                    if path.suffix in OWN_FILES and path.parent.name != "__pycache__")


def install(target: Path, python: str, with_python: Sequence[str]) -> None:
    """Install what requirements.lock names into `target`, without what a running app has no use for.

    By the pip of that Python; by the one of this Python if that one has none.
    """
    pips = [*with_python, "-I", "-m", "pip"], [sys.executable, "-m", "pip"]
    pip = next((command for command in pips if answers(command)), None)
    if pip is None:
        raise PackagingFailed("pip is needed to install the packages of requirements.lock: python3 -m ensurepip")
    platforms = [word for platform in PLATFORMS for word in ("--platform", platform)]
    done = subprocess.run([
        *pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps",
        "--require-hashes", "--only-binary", ":all:", *platforms, "--python-version", python,
        "--target", str(target), "-r", str(ROOT / "requirements.lock"),
    ])
    if done.returncode:
        raise PackagingFailed("the packages of requirements.lock could not be installed by pip, see above")
    for path in [*not_needed(target)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def not_needed(target: Path) -> Iterator[Path]:
    """Folders and files of the installed packages that no running app opens."""
    for pattern in NOT_NEEDED:
        yield from target.glob(pattern)
    for data in (target / "botocore" / "data", target / "boto3" / "data"):
        yield from (path for path in data.iterdir() if path.is_dir() and path.name not in AMAZON_SERVICES)


def candidates(version: str) -> Iterator[list[str]]:
    """Commands that may be a Python of this version: this one, those by name, and what uv has or can fetch."""
    yield [sys.executable]
    yield [f"python{version}"]
    yield ["py", f"-{version}"]
    for uv in ("uv", str(ROOT / ".venv/bin/uv"), str(ROOT / ".venv/Scripts/uv.exe")):
        yield [uv, "run", "--quiet", "--no-project", "--python", version, "python"]


def a_python(version: str, commands: Iterable[Sequence[str]]) -> list[str]:
    """The first command that is a CPython of this version. Raises PackagingFailed if none is."""
    wanted = f"cpython {version}"
    question = "import sys; print(sys.implementation.name, '{}.{}'.format(*sys.version_info))"
    for command in commands:
        if answers([*command, "-I", "-c", question]) == wanted:
            return [*command]
    raise PackagingFailed(
        f"Python {version} is needed to compile the app for Azure, and there is none: install it, or uv, which gets it")


def answers(command: Sequence[str]) -> str:
    """What a command prints; "" if there is none of that name or it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.strip()


def compile_with(python: Sequence[str], package: Path) -> None:
    """Compile every module, without times, which a zip archive rounds: the sources never change again (PEP 552)."""
    done = subprocess.run([
        *python, "-I", "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash",
        "-s", str(package), str(package),
    ])
    if done.returncode:
        raise PackagingFailed("a module could not be compiled, see above")


def python_in_azure() -> str:
    """The version that the infrastructure asks for, e.g. 3.11."""
    found = re.search(r"name: 'python', version: '([\d.]+)'", (ROOT / "infra/modules/functions.bicep").read_text())
    assert found, "infra/modules/functions.bicep names no Python version"
    return found[1]


def main() -> int:
    """Exit status: 0, or 1 with one sentence on standard error."""
    try:
        put_together(PACKAGE, python_in_azure())
    except PackagingFailed as problem:
        print(f"package: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
