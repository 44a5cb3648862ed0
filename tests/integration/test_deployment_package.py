"""What is deployed runs by itself: infra/package.py puts it together, and nothing else is looked at.

It is put together once for all workers of a test run. Needs a package index, and a Python of the version in Azure.
"""
from __future__ import annotations

import ast
import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from importlib.metadata import files
from pathlib import Path, PurePath

import pathspec
import pytest
from moto.server import ThreadedMotoServer
from packaging.utils import canonicalize_name

from infra.package import (
    AMAZON_SERVICES,
    PACKAGE,
    SITE_PACKAGES,
    PackagingFailed,
    a_python,
    answers,
    candidates,
    put_together,
    python_in_azure,
)
from local.dependencies import locked
from tests.repository import (
    ROOT,
    all_python_files,
    declared_functions,
    file_of,
    own_files,
    python_files,
    reachable,
    text_of,
)

MAGIC = (3495).to_bytes(2, "little") + b"\r\n"
"""How a module compiled by Python 3.11 begins (CPython 3.11, Lib/importlib/_bootstrap_external.py)."""

LICENCE = re.compile("LICEN[CS]E|COPYING|NOTICE")

LIST_FUNCTIONS = """
import json, sysconfig
from function_app import app
print(json.dumps({
    "functions": {one.get_function_name(): [json.loads(raw) for raw in one.get_raw_bindings()]
                  for one in app.get_functions()},
    "files": sorted(module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)),
    "standard": sysconfig.get_path("stdlib"),
}))
"""

OPEN_DATA = """
import json
from functions.description import _description
from shared.shopify.documents import document
from shared.texts import say
opened = [document(name).name for name in {queries!r}]
print(json.dumps({{"queries": opened, "openapi": json.loads(_description())["openapi"],
                  "french": say("There is no such record", "fr")}}))
"""

ASK_AMAZON = """
import boto3
client = boto3.client("sqs", region_name="eu-west-3", endpoint_url={url!r}, aws_access_key_id="x",
                      aws_secret_access_key="x")
address = client.create_queue(QueueName="deliveries")["QueueUrl"]
client.send_message(QueueUrl=address, MessageBody="came through")
print(client.receive_message(QueueUrl=address)["Messages"][0]["Body"])
try:
    client.receive_message(QueueUrl=address + "-of-somebody-else")
except client.exceptions.QueueDoesNotExist as error:
    print(type(error).__name__)
print(boto3.client("sqs", region_name="cn-north-1").meta.endpoint_url)
"""


@pytest.fixture(scope="session")
def python() -> list[str]:
    """A Python of the version in Azure."""
    try:
        found = a_python(python_in_azure(), candidates(python_in_azure()))
    except PackagingFailed as problem:
        pytest.skip(str(problem))
    return [answers([*found, "-c", "import sys; print(sys.executable)"])]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory, python: list[str]) -> Path:
    """What is deployed, in a folder of its own."""
    run = tmp_path_factory.getbasetemp()
    shared = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    with (shared / "package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "package").exists():
            put_together(shared / "package", python_in_azure())
    return shared / "package"


# What lies in it


def test_of_our_own_files_it_holds_the_app_and_nothing_else(package: Path) -> None:
    beside_the_code = {path for path in own_files() if path.parts[0] in ("functions", "shared")}

    assert own_parts(package) == {
        *beside_the_code, *map(Path, ("function_app.py", "host.json", "requirements.txt", ".funcignore"))}


def test_every_module_of_it_is_imported_by_the_app(package: Path) -> None:
    of_packages = Path("shared/at_first_use.py")
    imported = {of_packages, *(file_of(name) for name in reachable("function_app"))} - {None}

    modules = {path for path in own_parts(package) if path.suffix == ".py" and path.name != "__init__.py"}
    assert modules == {Path("function_app.py"), *imported}


def test_every_data_file_of_it_is_named_by_the_app(package: Path) -> None:
    data = {path for path in own_parts(package) if path.parts[0] in ("functions", "shared") and path.suffix != ".py"}

    queries = "".join((package / path).read_text() for path in data if path.suffix == ".graphql")
    pages = "".join((package / path).read_text() for path in data if path.suffix == ".html")
    in_pages = set(re.findall(r"""["']([\w.-]+)["']""", pages))
    named = names_in_the_code() | in_pages | set(re.findall(r"\.\.\.(\w+)", queries))
    assert data
    assert {path for path in data if not {path.name, path.stem} & named} == set()


def test_the_packages_lie_where_the_worker_looks_for_them(package: Path) -> None:
    """Microsoft Learn, "Build options for Python function apps": nowhere else are packages found that are brought."""
    assert (package / ".python_packages" / "lib" / "site-packages" / "msgspec" / "__init__.py").is_file()


def test_of_other_peoples_packages_it_holds_what_is_locked_and_nothing_else(package: Path) -> None:
    there = {entry.name.partition(".")[0] for entry in (package / SITE_PACKAGES).iterdir() if not is_metadata(entry)}
    brought = {path.parts[0].partition(".")[0] for name in locked() for path in files(name) or []
               if path.parts[0] not in ("..", "__pycache__") and not is_metadata(path)}

    assert there - {"__pycache__"} == brought


def test_every_locked_package_tells_its_name_and_brings_the_licence_it_came_with(package: Path) -> None:
    metadata = [entry for entry in (package / SITE_PACKAGES).iterdir() if is_metadata(entry)]
    told = {canonicalize_name(entry.name.partition("-")[0]): {path.name for path in entry.rglob("*")}
            for entry in metadata}
    licences = {name: {path.name for path in files(name) or [] if is_metadata(path) and LICENCE.search(path.name)}
                for name in locked()}

    assert {name for name, there in told.items() if "METADATA" in there} == set(locked())
    assert {name: licences[name] - told[name] for name in locked() if licences[name] - told[name]} == {}


def test_of_amazon_it_knows_the_services_that_the_app_uses(package: Path) -> None:
    asked = {found for path in python_files("shared")
             for found in re.findall(r"""\.(?:client|resource)\(\s*["'](\w+)["']""", text_of(path))}
    known = {path.name for path in (package / SITE_PACKAGES / "botocore" / "data").iterdir() if path.is_dir()}

    assert known == set(AMAZON_SERVICES) == asked


def test_every_module_is_compiled_for_the_python_in_azure_and_never_checked_against_its_times(package: Path) -> None:
    sources = [path for path in package.rglob("*.py") if path.parent.name != "__pycache__"]

    compiled = [path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc" for path in sources]
    assert python_in_azure() == "3.11", "MAGIC is that of 3.11"
    assert len(sources) > 1000
    assert [path for path in compiled if not path.exists()] == []
    assert {path.read_bytes()[:8] for path in compiled} == {MAGIC + (0b01).to_bytes(4, "little")}  # PEP 552
    assert not [path for path in compiled if os.fsencode(package) in path.read_bytes()]


def test_azd_takes_what_lies_there_as_it_is(package: Path) -> None:
    """Without an ignore file it would leave out every __pycache__; with one, whatever its rules say."""
    rules = [line for line in (package / ".funcignore").read_text().splitlines() if not line.startswith("#")]
    told = (ROOT / "azure.yaml").read_text()

    assert rules == []
    assert re.search(r"^    dist: (\S+)$", told, re.M)[1] == PACKAGE.name
    assert re.search(r"^    remoteBuild: (\S+)$", told, re.M)[1] == "false"
    assert re.search(r'^requiredVersions:\n  azd: "(.+)"$', told, re.M)[1] == ">= 1.23.13"
    assert f"{PACKAGE.name}/" in (ROOT / ".gitignore").read_text().splitlines()


# It runs


def test_it_declares_every_function_with_nothing_else_on_the_path(package: Path, python: list[str]) -> None:
    told = json.loads(run_in(package, python, LIST_FUNCTIONS))

    assert told["functions"] == declared_functions()
    assert [path for path in told["files"] if not path.startswith((str(package), told["standard"]))] == []


def test_it_opens_every_query_the_description_and_the_texts_it_is_asked_for(package: Path, python: list[str]) -> None:
    queries = {path.stem for path in own_files() if path.suffix == ".graphql" and path.parent.name == "queries"}
    asked = sorted(queries & names_in_the_code())

    said = run_in(package, python, OPEN_DATA.format(queries=asked))

    assert asked
    assert json.loads(said)["queries"] == asked
    assert json.loads(said)["openapi"].startswith("3.")
    assert json.loads(said)["french"] == "Cet enregistrement n’existe pas"


def test_its_client_for_amazon_works_with_what_was_left(package: Path, python: list[str]) -> None:
    amazon = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    amazon.start()
    try:
        url = "http://{}:{}".format(*amazon.get_host_and_port())

        said = run_in(package, python, ASK_AMAZON.format(url=url)).split()
    finally:
        amazon.stop()

    assert said == ["came", "through", "QueueDoesNotExist", "https://sqs.cn-north-1.amazonaws.com.cn"]


# The Python that compiles


def test_a_python_of_another_version_is_passed_over(tmp_path: Path) -> None:
    other, right = saying("cpython 3.12"), saying("cpython 3.11")

    assert a_python("3.11", [other, [str(tmp_path / "none")], right]) == right


@pytest.mark.parametrize("found", ["cpython 3.12", "pypy 3.11", "cpython 3.1", ""])
def test_without_a_python_of_that_version_the_sentence_says_what_to_install(found: str) -> None:
    with pytest.raises(PackagingFailed, match=r"^Python 3\.11 is needed .*: install it, or uv"):
        a_python("3.11", [saying(found)])


def test_a_package_that_cannot_be_put_together_leaves_none_behind(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text("of an earlier time")

    with pytest.raises(PackagingFailed):
        put_together(tmp_path, "3.99")

    assert not tmp_path.exists()


def saying(text: str) -> list[str]:
    """A command that says this, whatever it is asked."""
    return [sys.executable, "-c", f"print({text!r})"]


# Tools that pack the repository itself, by .funcignore


def git(rules: Sequence[str], path: PurePath) -> bool:
    """Whether the file stays, as git reads the rules; of a folder that is left out nothing is looked at again."""
    read = pathspec.GitIgnoreSpec.from_lines(rules)
    return not any(map(read.match_file, [*(f"{folder}/" for folder in folders_of(path)), str(path)]))


def core_tools(rules: Sequence[str], path: PurePath) -> bool:
    """As Core Tools do (GitIgnoreParser.cs): beginnings of the path, and an exception always wins."""
    def begins(of: Iterator[str]) -> bool:
        parts = [re.escape(rule.lstrip("!/")).replace(r"\*\*", ".+").replace(r"\*", "[^/]+") for rule in of]
        return re.match(rf"(({')|('.join(parts)}))\b", str(path)) is not None

    return begins(rule for rule in rules if rule[0] == "!") or not begins(rule for rule in rules if rule[0] != "!")


def azd(rules: Sequence[str], path: PurePath) -> bool:
    """As azd did while it deployed the repository (denormal/go-gitignore, pattern.go): * means / too, the last rule
    that fits decides, and of a folder that is left out nothing is looked at again."""
    def left_out(each: PurePath) -> bool:
        fitting = [rule for rule in rules if fnmatchcase(str(each), rule.lstrip("!").strip("/"))]
        return bool(fitting) and not fitting[-1].startswith("!")

    return not any(map(left_out, [*folders_of(path), path]))


@pytest.mark.parametrize("reader", [git, core_tools, azd])
def test_whatever_tool_packs_the_repository_takes_the_app_and_nothing_else(
    reader: Callable[[Sequence[str], PurePath], bool],
) -> None:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    strangers = ["secrets/keys.json", "local.settings.json", ".run/keys.json", ".venv/bin/python", "docs/x/shared/a.py"]

    taken = {path for path in [*own_files(), *map(Path, strangers)] if reader(rules, path)}

    assert taken == {path for path in own_files() if path.parts[0] in (
        "functions", "shared", "function_app.py", "host.json", "requirements.txt")}


def folders_of(path: PurePath) -> list[PurePath]:
    return [folder for folder in reversed(path.parents) if folder.name]


# Reading it


def own_parts(package: Path) -> set[Path]:
    """Our own files in the package, as written; what was compiled from them is not looked at."""
    everything = (path.relative_to(package) for path in package.rglob("*") if path.is_file())
    return {path for path in everything if path.parts[0] != SITE_PACKAGES.parts[0] and "__pycache__" not in path.parts}


def names_in_the_code() -> set[str]:
    """Every text of the app's modules."""
    code = [path for path in all_python_files() if path.parts[0] in ("functions", "shared")]
    return {node.value for path in code for node in ast.walk(ast.parse(text_of(path)))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def is_metadata(path: PurePath) -> bool:
    return any(part.endswith(".dist-info") for part in path.parts)


def run_in(package: Path, python: Sequence[str], program: str) -> str:
    """What a program prints, with the package and nothing else on its path, no setting set, nothing written."""
    paths = [str(package), str(package / SITE_PACKAGES)]
    first = f"import sys; sys.dont_write_bytecode = True; sys.path[:0] = {paths!r}\n"
    # -I and -S: nothing of this environment is seen.
    done = subprocess.run([*python, "-I", "-S", "-c", first + program], cwd=package, env={},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
