"""Our own rules of the infrastructure: identities only, the roles that are needed and no other, and no secret gets out.

Source of the roles: Microsoft Learn, "Azure built-in roles".
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.infra.bicep import INFRA, MAIN, Expression, bicep_files, read, resource
from tests.infra.settings import azure_settings, json_of

ROLES = {
    ("app", "storage", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"):
        "Storage Blob Data Owner: the host's locks and keys, captures, a container of log bodies each day",
    ("app", "storage", "974c5e8b-45b9-4653-ba55-5f855dd0fb88"):
        "Storage Queue Data Contributor: triggers, messages of ours",
    ("app", "storage", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"):
        "Storage Table Data Contributor: rows; a log table an hour",
    ("app", "vault", "4633458b-17de-408a-b874-0445c86b69e6"):
        "Key Vault Secrets User: its own secrets are read, never written",
    ("app", "tokenVault", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"):
        "Key Vault Secrets Officer: shops' tokens are renewed and written",
    ("app", "insights", "3913510d-42f4-4e42-8a64-420c390055eb"):
        "Monitoring Metrics Publisher: telemetry by identity",
    ("package", "package", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"):
        "Storage Blob Data Contributor: the platform uploads the package with the identity that reads it",
}
"""What is needed: (whose identity, on what, role id) -> the built-in role's name and why."""

PRINCIPALS = {"principalId": "app", "packagePrincipalId": "package"}


# Identities


def test_the_identities_have_the_roles_that_are_needed_and_no_other() -> None:
    assert sorted(assigned_roles()) == sorted(ROLES)


def test_a_role_is_given_on_one_resource_and_never_on_a_group() -> None:
    roles = read(INFRA / "modules" / "roles.bicep")
    resources = {one.symbol for one in roles.resources if one.existing}
    given = [one for path in bicep_files() for one in read(path).resources
             if one.type == "Microsoft.Authorization/roleAssignments"]

    assert given == [one for one in roles.resources if not one.existing]
    assert {one.body["scope"].text for one in given} <= resources


def test_each_identity_is_the_one_it_is_taken_for() -> None:
    roles = given_to("roles")

    assert roles["principalId"] == Expression("identity.outputs.principalId")
    assert roles["packagePrincipalId"] == Expression("packageIdentity.outputs.principalId")
    assert given_to("functions")["identityName"] == Expression("identity.outputs.name")
    assert given_to("functions")["packageIdentityName"] == Expression("packageIdentity.outputs.name")


def test_code_and_host_sign_in_with_the_apps_identity_and_find_its_storage() -> None:
    settings, has = azure_settings(), resource("functions", "app").body["identity"]["userAssignedIdentities"]
    app = "identity.properties.clientId"
    functions = read(INFRA / "modules" / "functions.bicep")
    named = {one.symbol: one.body["name"] for one in functions.resources if one.existing}

    assert settings["AZURE_CLIENT_ID"] == settings["AzureWebJobsStorage__clientId"] == Expression(app)
    assert settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == Expression(
        f"'ClientId=${{{app}}};Authorization=AAD'")
    assert settings["AzureWebJobsStorage__accountName"] == Expression("storage.name")
    assert set(has) == {"${identity.id}", "${packageIdentity.id}"}
    for symbol in ("identity", "packageIdentity", "storage", "packageStorage", "vault", "tokenVault", "insights"):
        assert named[symbol] == Expression(f"{symbol}Name"), symbol
    for symbol in ("storage", "packageStorage"):
        module = symbol.replace("packageStorage", "package")
        assert given_to("functions")[f"{symbol}Name"] == given_to("roles")[f"{symbol}Name"] == Expression(
            f"{module}.outputs.name")


def test_the_app_cannot_write_its_own_secrets_nor_its_package() -> None:
    secret = {name for name, parameter in read(MAIN).parameters.items() if "secure" in parameter.decorators}
    site = resource("functions", "app").body["properties"]
    package = site["functionAppConfig"]["deployment"]["storage"]

    assert {name for name in secret if name in given_to("vault")} == secret
    assert not secret & set(given_to("tokenVault"))
    assert given_to("functions")["vaultName"] == given_to("roles")["vaultName"] == Expression("vault.outputs.name")
    assert given_to("functions")["tokenVaultName"] == given_to("roles")["tokenVaultName"]
    assert azure_settings()["KEY_VAULT_URL"] == Expression("tokenVault.properties.vaultUri")
    assert package["value"].text.startswith("'${packageStorage.properties")
    assert package["authentication"]["userAssignedIdentityResourceId"] == Expression("packageIdentity.id")


def test_nobody_deploys_with_a_password() -> None:
    policies = [one for one in read(INFRA / "modules" / "functions.bicep").resources
                if one.type == "Microsoft.Web/sites/basicPublishingCredentialsPolicies"]

    assert {one.body["name"] for one in policies} == {"ftp", "scm"}
    assert [one.body["properties"] for one in policies] == [{"allow": False}] * 2
    assert {one.body["parent"].text for one in policies} == {"app"}


def test_two_vaults_accounts_and_identities_have_two_names() -> None:
    names = [one.body["params"]["name"] for one in read(MAIN).modules if "name" in one.body["params"]]

    assert len(names) == len(set(names)) > 5


# Who read what


@pytest.mark.parametrize("module, symbol, scope, categories", [
    ("vault", "audit", "vault", ["AuditEvent"]),
    ("storage", "blobAudit", "blobService", ["StorageRead", "StorageWrite", "StorageDelete"]),
    ("storage", "tableAudit", "tableService", ["StorageRead", "StorageWrite", "StorageDelete"]),
    ("storage", "queueAudit", "queueService", ["StorageWrite", "StorageDelete"]),
])
def test_it_is_written_down_who_reads_and_changes_what(
    module: str, symbol: str, scope: str, categories: list[str]
) -> None:
    setting = resource(module, symbol).body
    logs = setting["properties"]["logs"]
    if isinstance(logs, Expression):
        logs = read(INFRA / "modules" / f"{module}.bicep").variables[logs.text]

    assert setting["scope"] == Expression(scope)
    assert set(setting["properties"]) == {"workspaceId", "logs"}
    assert logs == [{"category": category, "enabled": True} for category in categories]


def test_whoever_reads_production_is_written_down_and_both_vaults_always_are() -> None:
    environments = json_of("environments.json")

    assert environments["production"]["auditStorage"] is True
    assert given_to("storage")["audited"] == Expression("choices.auditStorage")
    assert {given_to(module)["workspaceId"] for module in ("storage", "vault", "tokenVault")} == {
        Expression("monitoring.outputs.workspaceId")}


def test_nothing_opens_with_a_shared_key() -> None:
    vault, insights = resource("vault", "vault"), resource("monitoring", "insights")
    accounts = [one for path in bicep_files() for one in read(path).resources
                if one.type == "Microsoft.Storage/storageAccounts" and not one.existing]

    assert len(accounts) == 2
    assert {one.body["properties"]["allowSharedKeyAccess"] for one in accounts} == {False}
    assert {one.body["properties"]["allowBlobPublicAccess"] for one in accounts} == {False}
    assert vault.body["properties"]["enableRbacAuthorization"] is True
    assert insights.body["properties"]["DisableLocalAuth"] is True


@pytest.mark.parametrize("path", bicep_files(), ids=lambda path: path.name)
def test_no_key_is_asked_for_anywhere(path: Path) -> None:
    assert not re.search(r"\blist(Keys|AccountSas|ServiceSas|Secrets)\b|AccountKey=|SharedAccess", path.read_text())


def test_the_app_reaches_storage_and_reads_its_package_by_identity() -> None:
    settings, site = azure_settings(), resource("functions", "app").body
    package = site["properties"]["functionAppConfig"]["deployment"]["storage"]

    assert settings["AzureWebJobsStorage__credential"] == "managedidentity"
    assert site["identity"]["type"] == "UserAssigned"
    assert package["authentication"]["type"] == "UserAssignedIdentity"
    assert site["properties"]["keyVaultReferenceIdentity"] == Expression("identity.id")


def test_the_app_waits_for_its_roles() -> None:
    app = next(module for module in read(MAIN).modules if module.symbol == "functions")

    assert app.body["dependsOn"] == [Expression("roles")]


# Secrets


@pytest.mark.parametrize("path", bicep_files(), ids=lambda path: path.name)
def test_a_parameter_with_a_secret_is_marked_and_goes_to_the_vault_only(path: Path) -> None:
    secret = {name for name in read(path).parameters if re.search(r"secret|password|key$", name, re.IGNORECASE)}
    secret -= {"rotatingShopifySecret"}  # says that there is one

    assert {name for name in secret if "secure" not in read(path).parameters[name].decorators} == set()
    assert not secret or path.stem in ("main", "vault")


@pytest.mark.parametrize("path", bicep_files(), ids=lambda path: path.name)
def test_no_output_tells_a_secret(path: Path) -> None:
    told = " ".join(one.text if isinstance(one, Expression) else str(one) for one in read(path).outputs.values())

    assert not re.search(r"secret|key|connectionstring|instrumentation|token", told, re.IGNORECASE)


# Reading them


def assigned_roles() -> Iterator[tuple[str, str, str]]:
    """(whose identity, on what, role id) of every assignment."""
    file = read(INFRA / "modules" / "roles.bicep")
    for one in file.resources:
        if one.type == "Microsoft.Authorization/roleAssignments":
            named = re.search(r", (\w+)\)", one.body["properties"]["roleDefinitionId"].text)
            assert named
            names = [each.text for each in file.variables[one.each]] if one.each else [named[1]]
            whose = PRINCIPALS[one.body["properties"]["principalId"].text]
            yield from ((whose, one.body["scope"].text, file.variables[name]) for name in names)


def given_to(module: str) -> dict[str, Any]:
    """What main.bicep gives to a module."""
    params: dict[str, Any] = next(one for one in read(MAIN).modules if one.symbol == module).body["params"]
    return params
