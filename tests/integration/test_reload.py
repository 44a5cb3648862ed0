"""`./run --reload`: a changed file starts the functions host anew, and broken code waits for the next change."""
from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.azurite import Azurite
from local.processes import ROOT, Program, ProgramFailed, free_port
from local.reload import Reloading, Watch


class Workshop:
    """An app under the developer's hands, its running host, and what `./run` said."""

    def __init__(self, app: Path, host: Program) -> None:
        self.app, self.host = app, host
        self.said: list[str] = []
        self.reloading = Reloading(host, Watch(app), self.said.append)

    def write(self, old: str, new: str) -> None:
        """Change one place of function_app.py."""
        file = self.app / "function_app.py"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def answer(self) -> str:
        """What the app answers now."""
        return requests.get(f"{self.host.ready['url']}/api/hello", timeout=10).text


@pytest.fixture
def workshop(street_storage: Azurite, tmp_path: Path) -> Iterator[Workshop]:
    """A small app in a folder of its own, under the real host."""
    app = tmp_path / "app"
    app.mkdir()
    shutil.copy(ROOT / "host.json", app)
    (app / "function_app.py").write_text(
        'import azure.functions as func\n\napp = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)\n\n\n'
        '@app.route("api/hello", methods=["GET"])\ndef hello(req: func.HttpRequest) -> str:\n    return "one"\n'
    )
    settings = {"AzureWebJobsStorage": street_storage.connection_string}
    host = Program("functions", ["local.host", "--app", str(app), "--port", str(free_port())], tmp_path, settings)
    try:
        host.wait_until_ready()
        yield Workshop(app, host)
    finally:
        host.stop()


def test_a_changed_file_is_served_at_the_same_address(workshop: Workshop) -> None:
    address = workshop.host.ready["url"]
    assert workshop.answer() == "one"
    workshop.write('"one"', '"two, longer"')

    workshop.reloading.check()

    assert workshop.host.ready["url"] == address
    assert workshop.answer() == "two, longer"
    assert workshop.said == ["function_app.py changed: starting functions anew …", "functions is back"]


def test_without_a_change_the_host_goes_on(workshop: Workshop) -> None:
    process = workshop.host.process

    workshop.reloading.check()

    assert workshop.host.process is process
    assert not workshop.said


def test_broken_code_is_told_once_and_the_next_change_brings_the_host_back(workshop: Workshop) -> None:
    workshop.write("def hello", "def hello(")
    workshop.reloading.check()
    assert len(workshop.said) == 2
    assert "functions ended with code 1" in workshop.said[1]
    workshop.reloading.check()
    assert len(workshop.said) == 2
    workshop.write("def hello(", "def hello")

    workshop.reloading.check()

    assert workshop.answer() == "one"


def test_without_reload_a_host_that_ends_ends_the_stack(workshop: Workshop) -> None:
    workshop.host.kill()

    with pytest.raises(ProgramFailed, match="functions ended"):
        workshop.host.check()


def test_new_and_removed_files_count_as_changes_and_others_do_not(tmp_path: Path) -> None:
    (tmp_path / "shared" / "queries").mkdir(parents=True)
    (tmp_path / "shared" / "a.py").write_text("1")
    (tmp_path / "tests").mkdir()
    watch = Watch(tmp_path)

    (tmp_path / "shared" / "queries" / "b.graphql").write_text("query")
    (tmp_path / "shared" / "a.py").unlink()
    (tmp_path / "tests" / "c.py").write_text("1")
    (tmp_path / "shared" / "a.pyc").write_text("1")

    assert watch.changed() == ["shared/a.py", "shared/queries/b.graphql"]
    assert watch.changed() == []
