"""What azd runs before and after it provisions: an Azure CLI played by a script, and an azd environment in a folder.

The CLI answers as Azure's REST interface does: Microsoft Learn, "Web Apps - Get App Settings Key Vault References" and
"Role Assignments - List For Resource Group".
"""
from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.after_provision import PAUSE_SECONDS, SPREAD_SECONDS, TRIES, Refused, after_provision, azure_cli
from infra.before_provision import still_old
from tests.repository import ROOT

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OF_AZD = {"AZURE_SUBSCRIPTION_ID": "s1", "AZURE_RESOURCE_GROUP": "rg-test", "FUNCTIONS_NAME": "func-1"}
GROUP = "/subscriptions/s1/resourceGroups/rg-test"
PARAMETERS = (ROOT / "infra" / "main.parameters.json").read_text()


class Azure:
    """Answers of ARM: the states of the references at each look, and the age of the youngest role."""

    def __init__(self, *states: dict[str, str], role_seconds: float = 3600) -> None:
        self.states, self.role_seconds = list(states), role_seconds
        self.asked: list[tuple[str, str]] = []
        self.waited: list[float] = []

    def __call__(self, method: str, address: str) -> Any:
        self.asked.append((method, address.removeprefix(GROUP).partition("?")[0]))
        if "roleAssignments" in address:
            ours, of_the_subscription, a_persons = (
                self.role("ServicePrincipal", GROUP + "/providers/x", self.role_seconds),
                self.role("ServicePrincipal", "/subscriptions/s1", 1), self.role("User", GROUP + "/x", 1))
            return {"value": [ours, of_the_subscription, a_persons]}
        if method == "post":
            return None
        now = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"value": [{"id": f"{GROUP}/x/appsettings/{name}", "properties": {"status": state}}
                          for name, state in now.items()]}

    def role(self, principal: str, scope: str, seconds: float) -> dict[str, Any]:
        given = (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", ".1234567Z")
        return {"properties": {"principalType": principal, "scope": scope, "createdOn": given}}

    def provisioned(self) -> None:
        after_provision(self, OF_AZD, NOW, self.waited.append)


# After


def test_references_are_read_anew_until_the_role_on_the_vault_works(capsys: pytest.CaptureFixture[str]) -> None:
    denied, read = {"BC_CLIENT_SECRET": "AccessToKeyVaultDenied"}, {"BC_CLIENT_SECRET": "Resolved"}
    azure = Azure(denied, denied, read)

    azure.provisioned()

    app = "/providers/Microsoft.Web/sites/func-1/config/configreferences/appsettings"
    assert azure.asked[:6] == [("post", app + "/refresh"), ("get", app)] * 3
    assert (azure.waited, capsys.readouterr().out) == ([PAUSE_SECONDS] * 2, "")


def test_a_secret_that_nobody_wrote_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    azure = Azure({"BC_CLIENT_SECRET": "SecretNotFound", "SHOPIFY_CLIENT_SECRET": "Resolved"})

    azure.provisioned()

    assert azure.waited == []
    assert capsys.readouterr().out.startswith("BC_CLIENT_SECRET cannot be read from Key Vault (SecretNotFound).")


def test_a_reference_that_stays_unread_ends_the_waiting_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    azure = Azure({"BC_CLIENT_SECRET": "AccessToKeyVaultDenied"})

    azure.provisioned()

    assert azure.waited == [PAUSE_SECONDS] * (TRIES - 1)
    assert "AccessToKeyVaultDenied" in capsys.readouterr().out


def test_an_app_without_secrets_waits_for_none() -> None:
    azure = Azure({})

    azure.provisioned()

    assert azure.waited == []


@pytest.mark.parametrize("age, waited", [(20, [SPREAD_SECONDS - 20]), (SPREAD_SECONDS + 1, []), (90000, [])])
def test_the_upload_waits_until_the_identitys_roles_have_spread(age: float, waited: list[float]) -> None:
    azure = Azure({}, role_seconds=age)

    azure.provisioned()

    assert azure.waited == waited


def test_the_azure_cli_is_asked_as_it_wants_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_cli(tmp_path, monkeypatch, "import json, sys; print(json.dumps(sys.argv[1:]))")

    assert azure_cli("get", "/subscriptions/s1") == [
        "rest", "--method", "get", "--url", "/subscriptions/s1", "--output", "json"]


def test_an_azure_cli_that_refuses_is_quoted_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_cli(tmp_path, monkeypatch, "import sys; sys.exit('ERROR: Please run az login to setup account.')")

    with pytest.raises(Refused, match="Please run az login"):
        azure_cli("get", "/x")
    done = run("after_provision.py", tmp_path, OF_AZD)
    assert (done.returncode, "Please run az login" in done.stdout) == (0, True)


@pytest.mark.parametrize("answer", [
    "", "null", "[]", "WARNING: a newer version is available\n{}", "<html>", '{"value": null}', '{"value": [null]}',
    '{"value": [{"id": "x/appsettings/A", "properties": null}]}', '{"value": [{"id": "x/A", "properties": {}}',
    '{"value": "\udce9"}',
])
def test_an_azure_cli_that_answers_oddly_is_told_of_and_stops_nothing(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answer.encode("utf-8", "surrogateescape")
    a_cli(tmp_path, monkeypatch, f"import sys; sys.stdout.buffer.write({said!r})")

    done = run("after_provision.py", tmp_path, OF_AZD)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Key Vault references were not read anew")


def test_a_role_without_its_age_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    role = {"principalType": "ServicePrincipal", "scope": GROUP + "/x", "createdOn": None, "status": "Resolved"}
    everything = {"value": [{"id": "x/appsettings/A", "properties": role}]}
    a_cli(tmp_path, monkeypatch, f"import json; print(json.dumps({everything}))")

    done = run("after_provision.py", tmp_path, OF_AZD)

    assert (done.returncode, done.stderr) == (0, "")
    assert "or new roles not waited for" in done.stdout


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_an_azure_cli_of_another_encoding_is_quoted_on_a_terminal_of_any(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "ERROR: accès refusé (403)".encode(encoding)
    a_cli(tmp_path, monkeypatch, f"import sys; sys.stderr.buffer.write({said!r}); sys.exit(1)")

    done = run("after_provision.py", tmp_path, OF_AZD | {"PYTHONIOENCODING": "ascii"})

    assert (done.returncode, "(403)" in done.stdout) == (0, True)


def test_an_azure_cli_that_cannot_be_started_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_cli(tmp_path, monkeypatch, "")
    (tmp_path / "az").write_text("#!/no/such/interpreter\n")

    done = run("after_provision.py", tmp_path, OF_AZD)

    assert (done.returncode, "cannot be started" in done.stdout) == (0, True)


def test_without_an_azure_cli_or_an_app_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "az) is not installed" in run("after_provision.py", tmp_path, OF_AZD).stdout
    assert "FUNCTIONS_NAME" in run("after_provision.py", tmp_path, OF_AZD | {"FUNCTIONS_NAME": None}).stdout


# Before


def test_an_old_name_without_its_new_one_stops_azd_before_anything_is_changed(tmp_path: Path) -> None:
    an_azd_environment(tmp_path, 'PROFILE="production"\nBC_USER=""\nCONNECTOR_BC_API_ROOT="https://bc"\n')

    done = run("before_provision.py", tmp_path, {"AZURE_ENV_NAME": "test"})

    assert done.returncode == 1
    assert "holds PROFILE, which is called CONNECTOR_PROFILE now" in done.stdout
    assert "BC_USER" not in done.stdout


@pytest.mark.parametrize("values", ["", 'CONNECTOR_PROFILE="test"\nAZURE_LOCATION="westeurope"\n',
                                    'PROFILE="test"\nCONNECTOR_PROFILE="test"\n'])
def test_new_names_and_a_fresh_environment_pass(tmp_path: Path, values: str) -> None:
    if values:
        an_azd_environment(tmp_path, values)

    assert run("before_provision.py", tmp_path, {"AZURE_ENV_NAME": "test"}).returncode == 0


def test_letters_of_the_world_in_the_azd_environment_are_read_on_any_machine(tmp_path: Path) -> None:
    an_azd_environment(tmp_path, 'CONNECTOR_ALERT_EMAIL="Ída@example.com"\nPROFILE="test"\n')

    of_1968 = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run("before_provision.py", tmp_path, {"AZURE_ENV_NAME": "test"} | of_1968)

    assert (done.returncode, done.stderr) == (1, "")
    assert "holds PROFILE" in done.stdout


@pytest.mark.parametrize("old, new", [
    ("AWS_ACCESS_KEY_ID", "CONNECTOR_EVENT_QUEUE_ACCESS_KEY_ID"), ("PUBLIC_URL", "CONNECTOR_PUBLIC_URL"),
    ("AWS_SECRET_ACCESS_KEY", "CONNECTOR_EVENT_QUEUE_SECRET_ACCESS_KEY"), ("BC_API_ROOT", "CONNECTOR_BC_API_ROOT"),
])
def test_every_old_name_leads_to_a_parameter_of_today(old: str, new: str) -> None:
    assert still_old(PARAMETERS, f'{old}="x"\n') == [(old, new)]
    assert new in re.findall(r"\$\{(\w+)", PARAMETERS)


def an_azd_environment(folder: Path, values: str) -> None:
    (folder / ".azure" / "test").mkdir(parents=True)
    (folder / ".azure" / "test" / ".env").write_text(values, encoding="utf-8")


def a_cli(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """An executable `az` on the path."""
    az = folder / "az"
    az.write_text(f"#!{sys.executable}\n{program}\n")
    az.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def run(hook: str, folder: Path, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The hook as azd runs it: where azure.yaml lies, with the azd environment."""
    environment = {name: value for name, value in (os.environ | values).items() if value is not None}
    return subprocess.run([sys.executable, str(ROOT / "infra" / hook)], cwd=folder, env=environment,
                          capture_output=True, text=True)
