"""The Bicep files hold together: syntax, symbols, what modules are given, and property names that Azure knows.

There is no Bicep compiler outside Azure's own tools, so the checks that would hurt most at deployment stand here.
`az bicep build --file infra/main.bicep` needs the Azure CLI and says the last word.
"""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tree_sitter import Node

from tests.infra.bicep import MAIN, File, Resource, bicep_files, read, read_text, syntax_errors, text_of, walk
from tests.infra.rest_names import names_of, strangers

FUNCTIONS = frozenset({
    "contains", "empty", "environment", "guid", "int", "loadJsonContent", "loadTextContent", "string", "subscription",
    "subscriptionResourceId", "tenant", "toLower", "union", "uniqueString",
})
"""Bicep's own functions, as far as they are used here."""

MODELS = {
    "Microsoft.Insights/actionGroups": ("azure.mgmt.monitor", "ActionGroupResource"),
    "Microsoft.Insights/components": ("azure.mgmt.applicationinsights.v2020_02_02", "ApplicationInsightsComponent"),
    "Microsoft.Insights/scheduledQueryRules": ("azure.mgmt.monitor", "ScheduledQueryRuleResource"),
    "Microsoft.KeyVault/vaults": ("azure.mgmt.keyvault", "VaultCreateOrUpdateParameters"),
    "Microsoft.KeyVault/vaults/secrets": ("azure.mgmt.keyvault", "SecretCreateOrUpdateParameters"),
    "Microsoft.OperationalInsights/workspaces": ("azure.mgmt.loganalytics", "Workspace"),
    "Microsoft.Storage/storageAccounts": ("azure.mgmt.storage", "StorageAccountCreateParameters"),
    "Microsoft.Storage/storageAccounts/blobServices": ("azure.mgmt.storage", "BlobServiceProperties"),
    "Microsoft.Storage/storageAccounts/blobServices/containers": ("azure.mgmt.storage", "BlobContainer"),
    "Microsoft.Storage/storageAccounts/managementPolicies": ("azure.mgmt.storage", "ManagementPolicy"),
    "Microsoft.Storage/storageAccounts/queueServices": ("azure.mgmt.storage", "QueueServiceProperties"),
    "Microsoft.Storage/storageAccounts/queueServices/queues": ("azure.mgmt.storage", "StorageQueue"),
    "Microsoft.Storage/storageAccounts/tableServices": ("azure.mgmt.storage", "TableServiceProperties"),
    "Microsoft.Storage/storageAccounts/tableServices/tables": ("azure.mgmt.storage", "Table"),
    "Microsoft.Web/serverfarms": ("azure.mgmt.web", "AppServicePlan"),
    "Microsoft.Web/sites": ("azure.mgmt.web", "Site"),
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": (
        "azure.mgmt.web", "CsmPublishingCredentialsPoliciesEntity"),
    "authsettingsV2": ("azure.mgmt.web", "SiteAuthSettingsV2"),
    "appsettings": ("azure.mgmt.web", "StringDictionary"),
}
"""Which model holds the property names of a resource type; of `sites/config`, by its name."""

WITHOUT_MODEL = {
    "Microsoft.Insights/diagnosticSettings": "left out of azure.mgmt.monitor 7; two properties, held by test_rules.py",
    "Microsoft.Authorization/roleAssignments": "three properties, held by test_rules.py",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "has none",
    "Microsoft.Resources/resourceGroups": "has none",
}

OF_BICEP = frozenset({"parent", "scope", "dependsOn", "name", "location", "tags"})
"""Properties of every resource; a model for writing need not know them."""


@pytest.mark.parametrize("path", bicep_files(), ids=lambda path: path.name)
def test_a_file_is_bicep(path: Path) -> None:
    assert not syntax_errors(path.read_bytes())


@pytest.mark.parametrize("path", bicep_files(), ids=lambda path: path.name)
def test_every_symbol_is_declared(path: Path) -> None:
    assert not undeclared(read(path))


@pytest.mark.parametrize("path", bicep_files(), ids=lambda path: path.name)
def test_every_parameter_and_variable_is_used(path: Path) -> None:
    file = read(path)

    assert {*file.parameters, *file.variables} <= set(used(file.root))


def test_every_file_is_used_by_the_main_one() -> None:
    assert {MAIN, *(module.file for module in read(MAIN).modules)} == set(bicep_files())


@pytest.mark.parametrize("module", read(MAIN).modules, ids=lambda module: module.symbol)
def test_a_module_is_given_what_it_declares(module) -> None:
    given, declared = set(module.body["params"]), read(module.file).parameters

    assert given <= set(declared)
    assert {name for name, parameter in declared.items() if parameter.required} <= given


def test_only_outputs_are_asked_for_that_a_module_has() -> None:
    main = read(MAIN)
    outputs = {module.symbol: set(read(module.file).outputs) for module in main.modules}

    asked = [text_of(node).split(".") for node in walk(main.root)
             if node.type == "member_expression" and text_of(node).count(".") == 2 and ".outputs." in text_of(node)]

    assert len(asked) > 10
    assert [path for path in asked if path[2] not in outputs[path[0]]] == []


@pytest.mark.parametrize("resource", [
    pytest.param(resource, id=f"{path.stem}-{resource.symbol}")
    for path in bicep_files() for resource in read(path).resources
    if not resource.existing and resource.type not in WITHOUT_MODEL
])
def test_a_resource_has_only_properties_that_azure_knows(resource: Resource) -> None:
    own = {name: value for name, value in resource.body.items() if name not in OF_BICEP}

    assert list(strangers(own, names_of(*MODELS[kind_of(resource)]))) == []


@pytest.mark.parametrize("broken, found", [
    ("resource x 'A/b@2024-01-01' = {\n  name: 'x'\n", "syntax"),
    ("param a string\noutput b string = c", "c"),
    ("var a = nonsense('x')", "nonsense"),
    ("var a = [for one in two: one]", "two"),
])
def test_the_checks_find_what_they_are_for(broken: str, found: str) -> None:
    wrong = ["syntax"] if syntax_errors(broken.encode()) else list(undeclared(read_text(broken)))

    assert wrong == [found]


def test_a_wrong_property_is_found_deep_inside() -> None:
    body = {"properties": {"functionAppConfig": {"scaleAndConcurrency": {"instanceMemory": 2048}, "runtime": {}}}}

    assert list(strangers(body, names_of("azure.mgmt.web", "Site"))) == [
        "properties.functionAppConfig.scaleAndConcurrency.instanceMemory"]


def kind_of(resource: Resource) -> str:
    return resource.body["name"] if resource.type == "Microsoft.Web/sites/config" else resource.type


def undeclared(file: File) -> set[str]:
    """Symbols and functions that nothing declares."""
    loops = {text_of(node.named_children[0]) for node in walk(file.root) if node.type == "for_statement"}
    return set(used(file.root)) - file.declared() - loops - FUNCTIONS


def used(node: Node) -> Iterator[str]:
    """Symbols in expressions: not the names of declarations, of properties or of decorators."""
    for place, child in enumerate(node.named_children):
        named_here = place == 0 and (node.type.endswith("_declaration") or node.type == "object_property")
        if child.type == "identifier" and not named_here:
            yield text_of(child)
        elif child.type not in ("decorators", "type"):
            yield from used(child)
