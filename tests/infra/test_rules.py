"""Our own rules of the infrastructure: identities only, the roles that are needed and no other, and no secret gets out.

Source of the roles: Microsoft Learn, "Azure built-in roles".
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.bicep import INFRA, MAIN, Expression, bicep_files, read, resource
from tests.infra.test_settings import azure_settings

ROLES = {
    ("storage", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"): "Storage Blob Data Owner: host storage, captures, log bodies",
    ("storage", "974c5e8b-45b9-4653-ba55-5f855dd0fb88"): "Storage Queue Data Contributor: triggers, messages of ours",
    ("storage", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"): "Storage Table Data Contributor: rows; a log table an hour",
    ("vault", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"): "Key Vault Secrets Officer: tokens are renewed and written",
    ("insights", "3913510d-42f4-4e42-8a64-420c390055eb"): "Monitoring Metrics Publisher: telemetry by identity",
}
"""What the app needs: (on what, role id) -> the built-in role's name and why."""


# Identities


def test_the_identity_has_the_roles_that_are_needed_and_no_other() -> None:
    assert set(assigned_roles()) == set(ROLES)


def test_a_role_is_given_on_one_resource_and_never_on_a_group() -> None:
    given = [one for path in bicep_files() for one in read(path).resources
             if one.type == "Microsoft.Authorization/roleAssignments"]

    assert {one.body["scope"].text for one in given} == {"storage", "vault", "insights"}
    assert {one.body["properties"]["principalId"].text for one in given} == {"principalId"}


def test_nothing_opens_with_a_shared_key() -> None:
    account, vault, insights = resource("storage", "account"), resource("vault", "vault"), resource(
        "monitoring", "insights")

    assert account.body["properties"]["allowSharedKeyAccess"] is False
    assert account.body["properties"]["allowBlobPublicAccess"] is False
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


def test_the_names_of_the_apps_secrets_cannot_be_those_of_a_shops_tokens() -> None:
    names = {one.body["name"] for one in read(INFRA / "modules" / "vault.bicep").resources
             if one.type == "Microsoft.KeyVault/vaults/secrets"}

    # shared/access/key_vault.py writes "-" as "--" and "_" as "-u".
    assert [name for name in names if not re.search(r"(?<!-)-(?![-u])", name)] == []


# Reading them


def assigned_roles() -> Iterator[tuple[str, str]]:
    """(on what, role id) of every assignment."""
    file = read(INFRA / "modules" / "roles.bicep")
    for one in file.resources:
        if one.type == "Microsoft.Authorization/roleAssignments":
            named = re.search(r", (\w+)\)", one.body["properties"]["roleDefinitionId"].text)
            assert named
            names = [each.text for each in file.variables[one.each]] if one.each else [named[1]]
            yield from ((one.body["scope"].text, file.variables[name]) for name in names)
