"""A setting that the code reads is set locally, in Azure and explained: no list of them is shorter than another.

Read by the code: the table of shared/settings.py, %NAME% in the triggers, and os.environ. Set locally: local/stack.py.
Set in Azure: infra/. Explained: docs/settings.md. What is missing somewhere on purpose stands here with its reason.
"""
from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path

import pytest

from local.core_tools import settings_file
from local.dependencies import locked
from local.stack import local_settings
from shared.settings import FIELDS, SETTINGS
from tests.infra.bicep import INFRA, Expression, read
from tests.infra.settings import azure_settings, given_settings, json_of
from tests.repository import ROOT, declared_functions, python_files

NOT_SET_BY_US = {
    "AzureWebJobsStorage": "a connection string; in Azure there are none, only identities",
    "TOKEN_KEY": "encrypts the local vault; in Azure tokens lie in Key Vault",
    "SHOPIFY_BASE_URL": "leads to the simulator; its default is Shopify",
    "EVENT_QUEUE_ENDPOINT": "leads to a simulated Amazon; empty is Amazon",
    "WEBSITE_AUTH_ENABLED": "set by App Service itself",
    "CONNECTOR_OPENTELEMETRY": "off; environments.json may switch it on",
}
"""Settings that the infrastructure leaves out."""

AZURE_ONLY = {
    "AzureWebJobsStorage__accountName": "storage by identity",
    "AzureWebJobsStorage__clientId": "storage by identity",
    "AZURE_CLIENT_ID": "the identity",
    "KEY_VAULT_URL": "the vault",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "telemetry goes to the log locally",
    "SHOPIFY_PREVIOUS_CLIENT_SECRET": "while a secret is rotated",
    "SHOPIFY_EVENT_BRIDGE_ARN": "Amazon is off locally",
    "WEBSITE_AUTH_AAD_ALLOWED_TENANTS": "locally nobody signs in with Entra",
    "BC_WEB_CLIENT_URL": "the simulator has no web client",
    "BC_USER": "the simulator is Business Central online",
    "BC_WEB_SERVICE_KEY": "the simulator is Business Central online",
    "EVENT_QUEUE_URL": "Amazon is off locally",
    "EVENT_QUEUE_REGION": "Amazon is off locally",
    "EVENT_QUEUE_ACCESS_KEY_ID": "Amazon is off locally",
    "EVENT_QUEUE_SECRET_ACCESS_KEY": "Amazon is off locally",
    "EVENT_QUEUE_ENDPOINT": "Amazon is off locally",
    "CONNECTOR_OPENTELEMETRY": "telemetry goes to the log locally",
}
"""Settings that the local stack leaves empty."""

NOT_OURS = {
    "AzureWebJobsStorage__credential": "functions host",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "functions host",
    "PYTHON_THREADPOOL_THREAD_COUNT": "functions host",
}
"""Set in Azure, and read by others than our code."""

OF_THE_MACHINE = {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"}
"""Which certificates a machine trusts: nothing of the connector's, read as requests reads it (shared/outgoing.py)."""

READ_BY_BOTH = {
    "AzureWebJobsStorage": "the Functions host keeps its own things in the same storage account",
    "AzureWebJobsStorage__accountName": "the same, by identity",
    "AzureWebJobsStorage__clientId": "the identity for it",
    "AZURE_CLIENT_ID": "azure-identity takes it for the same identity",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "the host sends telemetry to the same resource",
    "WEBSITE_AUTH_ENABLED": "App Service sets it",
    "WEBSITE_AUTH_AAD_ALLOWED_TENANTS": "App Service turns tokens of other tenants away by it, too",
}
"""Settings of the code that others read too, and mean the same by."""

OF_OTHERS = re.compile(
    r"(AZURE|AWS|APPINSIGHTS|APPLICATIONINSIGHTS|FUNCTIONS?|OTEL|PYTHON|WEBSITE|WEBSITES|SCM|MSI|IDENTITY|DOCKER|NODE|"
    r"REQUESTS|CURL|SSL|HTTPS?|NO|ALL|GITHUB|CI|ENABLE)_|AzureWebJobs|AzureFunctions|PATH$|HOME$|TZ$|LANG$|LC_"
)
"""Names that the platform, its worker, SDKs or shells give a meaning to."""


@pytest.mark.parametrize("name, in_azure", [
    *((name, "infra/settings.json") for name in sorted(json_of("settings.json"))
      if name in SETTINGS and not name.endswith("_SCHEDULE")),
    *((name, "infra/main.parameters.json") for name in sorted(given_settings())
      if name != "SHOPIFY_CLIENT_ID"),  # which access/app.py names where it is missing
])
def test_a_setting_is_written_down_in_three_places_and_in_each_once(name: str, in_azure: str) -> None:
    """What adding one takes: the row of shared/settings.py, its value in Azure (for all, or for each deployment), its
    heading in the docs."""
    files = [*python_files("shared"), *python_files("functions"),
             *(path.relative_to(ROOT) for path in INFRA.rglob("*") if path.suffix in (".bicep", ".json"))]
    written = {str(path): (ROOT / path).read_text().count(f'"{name}"') for path in files}
    headings = re.findall(rf"^#+ .*\b{name}\b", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)

    assert {path: times for path, times in written.items() if times} == {
        "shared/settings.py": 1, in_azure: 1}
    assert len(headings) == 1


def test_whatever_the_code_reads_stands_in_the_table_of_settings() -> None:
    assert {*of_triggers(), *of_environment()} <= {*SETTINGS, *NOT_OURS, *OF_THE_MACHINE}


def test_azure_is_given_every_setting_but_the_local_ones() -> None:
    assert set(azure_settings()) == set(SETTINGS) - set(NOT_SET_BY_US) | set(NOT_OURS)


def test_the_local_stack_sets_what_has_no_default_and_nothing_unknown() -> None:
    local = set(local_stack())
    defaults = {name for name, setting in SETTINGS.items() if setting.default}

    assert local <= set(SETTINGS)
    assert set(SETTINGS) - defaults - local <= set(AZURE_ONLY)
    assert not local & set(AZURE_ONLY)


def test_core_tools_are_given_what_our_own_host_is_given_and_the_language_which_azure_knows_by_itself() -> None:
    written = settings_file({**local_stack(), "PUBLIC_URL": "http://127.0.0.1:7071"})

    assert set(written["Values"]) == {*local_stack(), "FUNCTIONS_WORKER_RUNTIME"}
    assert set(written["Values"]) - set(azure_settings()) == {
        "FUNCTIONS_WORKER_RUNTIME", *set(NOT_SET_BY_US) & set(local_stack())}
    assert all(isinstance(value, str) for value in written["Values"].values()), "Core Tools refuse anything but text"
    assert written["Host"] == {"LocalHttpPort": 7071}


@pytest.mark.parametrize("name", sorted({
    each for bindings in declared_functions().values() for each in re.findall(r"%(\w+)%", json.dumps(bindings))
}))
def test_what_a_trigger_reads_is_set_everywhere_for_nothing_fills_in_its_default(name: str) -> None:
    assert name in local_stack()
    assert azure_settings()[name] == SETTINGS[name].default


def test_every_setting_is_explained_and_those_of_others_are_named() -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    named = set(re.findall(r"^\| `(\w+)` \|", page.partition("## Read by others")[2], re.MULTILINE))

    assert set(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == set(SETTINGS)
    assert named == set(NOT_OURS)


def test_the_common_settings_are_the_defaults_of_the_code() -> None:
    common = json_of("settings.json")

    assert common == {name: SETTINGS[name].default for name in common}


def test_an_environment_changes_only_common_settings() -> None:
    for environment in json_of("environments.json").values():
        assert set(environment["settings"]) <= {*json_of("settings.json"), "CONNECTOR_OPENTELEMETRY"}


def test_only_production_may_call_out_from_the_start() -> None:
    assert azure_settings()["ENVIRONMENT"] == Expression("profile")
    assert SETTINGS["ENVIRONMENT"].default in json_of("environments.json")


def test_a_secret_reaches_the_app_as_a_reference_to_the_vault_only() -> None:
    named_so = re.compile(r"SECRET|PASSWORD|TOKEN_KEY|SERVICE_KEY")
    secret = {name: value for name, value in azure_settings().items() if named_so.search(name)}

    assert len(secret) == 5
    for name, value in secret.items():
        assert re.search(r"'\$\{secret\}[a-z-]+\)'", value.text), name
    assert read(INFRA / "modules" / "functions.bicep").variables["secret"].text.startswith("'@Microsoft.KeyVault(")


def test_every_reference_leads_to_a_secret_of_the_vault() -> None:
    vault = read(INFRA / "modules" / "vault.bicep")
    kept = {one.body["name"] for one in vault.resources if one.type == "Microsoft.KeyVault/vaults/secrets"}
    referred = {name for value in azure_settings().values() if isinstance(value, Expression)
                for name in re.findall(r"\$\{secret\}([a-z-]+)\)", value.text)}

    assert referred == kept


def test_every_setting_of_the_table_is_read_by_the_code() -> None:
    assert set(SETTINGS) <= {*of_triggers(), *of_environment(), *of_table()}


def test_no_setting_bears_a_name_that_the_platform_gives_a_meaning_to() -> None:
    assert {name for name in SETTINGS if OF_OTHERS.match(name)} == set(READ_BY_BOTH)


def test_no_package_of_the_app_reads_a_setting_that_is_ours() -> None:
    word = re.compile(rf"""["']({"|".join(map(re.escape, SETTINGS))})["']""")
    read = {name for package in locked() for file in files(package) or () if file.suffix == ".py"
            for name in word.findall(Path(str(file.locate())).read_text(errors="ignore"))}

    assert "AZURE_CLIENT_ID" in read
    assert read <= set(READ_BY_BOTH)


def test_a_key_of_amazons_reaches_the_app_only_with_a_queue() -> None:
    settings = azure_settings()

    assert settings["EVENT_QUEUE_ACCESS_KEY_ID"] == Expression("empty(eventQueueUrl) ? '' : eventQueueAccessKeyId")
    assert settings["EVENT_QUEUE_SECRET_ACCESS_KEY"].text.startswith("empty(workedOut.EVENT_QUEUE_ACCESS_KEY_ID) ? ''")


# Reading them


def local_stack() -> dict[str, str]:
    anything = dict.fromkeys(("url", "client_id", "client_secret", "api_root", "token_url"), "x")
    return local_settings("x", anything, anything, {"token": "x"})


def of_triggers() -> Iterator[str]:
    """%NAME% and connections in the bindings."""
    for binding in (one for bindings in declared_functions().values() for one in bindings):
        yield from re.findall(r"%(\w+)%", json.dumps(binding))
        if "connection" in binding:
            yield binding["connection"]


def of_environment() -> Iterator[str]:
    """NAME in os.environ["NAME"], os.environ.get("NAME"), os.getenv("NAME"), and the same of any `environment`."""
    for path in [*python_files("shared"), *python_files("functions")]:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            first = (node.args or [None])[0] if isinstance(node, ast.Call) else getattr(node, "slice", None)
            read = re.match(r"(os\.)?(environ|environment|getenv)\b", ast.unparse(node))
            if read and isinstance(first, ast.Constant):
                yield str(first.value)


def of_table() -> Iterator[str]:
    """What the fields of Settings hold."""
    yield from (field.setting.name for field in FIELDS)
