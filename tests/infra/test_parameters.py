"""What is handed to the infrastructure leads somewhere: values of the azd environment, queries, files, app roles.

Source: Microsoft Learn, "azure.yaml schema" and "Create or edit a log search alert rule".
"""
from __future__ import annotations

import json
import re
from typing import Any

import pytest

from shared.who_may import Role
from tests.infra.bicep import INFRA, MAIN, Expression, bicep_files, read, resource, text_of, walk
from tests.infra.settings import given_settings, json_of, values_of_azd
from tests.repository import ROOT


def test_every_parameter_gets_its_value_from_the_azd_environment() -> None:
    values, declared = values_of_azd(), read(MAIN).parameters

    assert set(json_of("main.parameters.json")["parameters"]) == set(declared)
    for name, value in values.items():
        assert ("=" in value) != (name in declared and declared[name].required), name


def test_a_value_keeps_its_name_from_azd_to_the_app_so_that_none_takes_anothers_place() -> None:
    """CONNECTOR_BC_USER is bcUser is BC_USER, and a secret's name in the vault is that of its setting."""
    azd = values_of_azd()
    main = {one.symbol: one.body["params"] for one in read(MAIN).modules}
    given, to_the_vault = main["functions"]["workedOut"], main["vault"]
    kept = read(INFRA / "modules" / "vault.bicep").resources
    secrets = read(INFRA / "modules" / "functions.bicep").variables["secrets"]

    assert main["functions"]["given"] == Expression("given")
    for parameter in set(azd) - {"environmentName", "location"} - set(given_settings()):
        assert re.fullmatch(rf"\$\{{CONNECTOR_{words(parameter, '_').upper()}(=.*)?\}}", azd[parameter]), parameter
    for setting, value in given_settings().items():
        assert value == f"${{CONNECTOR_{setting}=}}"
    for setting, value in given.items():
        assert words(value.text.rpartition(" ")[2], "_").upper() == setting
    for secret in (one.body for one in kept if one.type == "Microsoft.KeyVault/vaults/secrets"):
        parameter = secret["properties"]["value"].text
        assert words(parameter, "-") == secret["name"]
        assert to_the_vault[parameter].text.rpartition(" ")[2] == parameter
    for output in ("URL", "NAME"):
        assert read(MAIN).outputs[f"FUNCTIONS_{output}"] == Expression(f"functions.outputs.{output.lower()}")
    for setting, value in secrets.items():
        assert f"${{secret}}{setting.lower().replace('_', '-')})" in value.text


def test_azd_takes_no_value_that_means_something_else_in_the_operators_shell() -> None:
    """azd fills in ${NAME} from its environment, and what is not there from the shell it runs in."""
    values = values_of_azd().values()
    names = {name for value in values for name in re.findall(r"\$\{(\w+)", value)}

    assert {name for name in names if not name.startswith("CONNECTOR_")} == {"AZURE_ENV_NAME", "AZURE_LOCATION"}


def test_every_value_of_the_azd_environment_is_explained_with_its_default() -> None:
    values = values_of_azd().values()
    page = (ROOT / "docs" / "infrastructure.md").read_text().partition("## What can be set")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE))

    assert set(told) == {name for value in values for name in re.findall(r"^\$\{(\w+)", value)}
    for value in values:
        name, _, default = value[2:-1].partition("=")
        assert not default or told[name] == f"`{default}`", name


def test_azd_finds_the_infrastructure_and_the_app() -> None:
    azure_yaml = (ROOT / "azure.yaml").read_text()

    assert re.search(r"^  path: infra$", azure_yaml, re.MULTILINE)
    assert re.search(r"^  functions:\n    project: \.\n    language: py\n    host: function$", azure_yaml, re.MULTILINE)
    assert "remoteBuild: false" in azure_yaml
    runs = re.findall(r"^( +)(pre\w+|post\w+):\n +posix:\n +shell: sh\n +run: python3 (\S+)\n(?: +interactive: true\n)?"
                      r" +windows:\n +shell: pwsh\n +run: python (\S+)$", azure_yaml, re.MULTILINE)
    assert {hook for _, hook, *_ in runs} >= {"preprovision", "postprovision", "prepackage"}
    assert all(posix == windows and (ROOT / posix).exists() for *_, posix, windows in runs)
    assert "'azd-service-name': 'functions'" in resource("functions", "app").body["tags"].text
    assert "'azd-env-name'" in MAIN.read_text()


def test_storage_spreads_over_zones_where_production_finds_some_and_is_to_be_had_everywhere() -> None:
    """Source of the list: Microsoft Learn, "Azure regions that support zone-redundant storage"."""
    regions, environments = json.loads((INFRA / "regions-with-zones.json").read_text()), json_of("environments.json")
    main = read(MAIN)
    storage = next(one for one in main.modules if one.symbol == "storage").body["params"]

    assert {name for name, each in environments.items() if each["zoneRedundant"]} == {"production"}
    assert main.variables["zones"].text.endswith("&& contains(loadJsonContent('regions-with-zones.json'), location)")
    assert storage["sku"].text == "empty(storageSku) ? (zones ? 'Standard_ZRS' : 'Standard_LRS') : storageSku"
    assert regions == sorted(set(regions))
    assert all(re.fullmatch(r"[a-z]+[0-9]?", region) for region in regions)
    assert "westeurope" in regions
    assert "westus" not in regions


def test_every_alert_query_is_an_alert_and_every_alert_has_its_query() -> None:
    alerts = read(INFRA / "modules" / "alerts.bicep")
    loaded = {one["name"]: one["query"].text for one in alerts.variables["rules"]}
    queries = {path.stem for path in (INFRA / "alerts").glob("*.kql")}

    assert set(loaded) == queries
    assert loaded == {name: f"loadTextContent('../alerts/{name}.kql')" for name in queries}


@pytest.mark.parametrize("rule", read(INFRA / "modules" / "alerts.bicep").variables["rules"],
                         ids=lambda rule: rule["name"])
def test_an_alert_sees_as_far_back_as_its_query_looks_and_tells_the_shop(rule: dict[str, Any]) -> None:
    query = (INFRA / "alerts" / f"{rule['name']}.kql").read_text()
    hours = [int(number) * (24 if unit == "d" else 1) for number, unit in re.findall(r"ago\((\d+)([dh])\)", query)]

    assert hours_of(rule["window"]) >= max(hours)
    assert hours_of(rule["every"]) <= min(hours)
    assert re.search(r"\bshop\b", query.splitlines()[-1]) or "union" in query.splitlines()[-1]
    assert "// Rows:" in query


def test_an_alert_can_be_made_before_there_is_any_telemetry() -> None:
    assert resource("alerts", "rule").body["properties"]["skipQueryValidation"] is True


def test_every_file_that_is_loaded_is_there() -> None:
    for path in bicep_files():
        for node in walk(read(path).root):
            if node.type == "call_expression" and text_of(node.named_children[0]).startswith("load"):
                name = re.search(r"'(.*)'", text_of(node))
                assert name, text_of(node)
                assert (path.parent / name[1]).exists(), (path.name, name[1])


def test_the_roles_people_can_have_are_those_the_app_knows() -> None:
    roles = json.loads((INFRA / "entra-app-roles.json").read_text())

    assert {role["value"] for role in roles} == set(Role)
    assert len({role["id"] for role in roles}) == len(roles)


def words(name: str, between: str) -> str:
    """bcUser is bc_user, or bc-user."""
    return re.sub(r"(?=[A-Z])", between, name).lower()


def hours_of(span: str) -> float:
    """P1D is 24, PT15M a quarter."""
    (number, unit), = re.findall(r"(\d+)([DHM])", span)
    return int(number) * {"D": 24, "H": 1, "M": 1 / 60}[unit]
