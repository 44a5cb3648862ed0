"""Who is calling, and whether he may: the role of a signed-in person, or the function key of a machine.

Source: Microsoft Learn, "Work with user identities in Azure App Service authentication" (X-MS-CLIENT-PRINCIPAL is
base64 of JSON; roles and the tenant are claims, some of them renamed by the default mapping) and App Service's
variable WEBSITE_AUTH_ENABLED. While authentication is off anybody could write that header, so it is not read then.
Border: the key itself is the host's to check, before we are called. See docs/decisions/0014, and
0037 for pages: those demand a person, whatever key there is.
"""
from __future__ import annotations

import base64
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.settings import Settings
from shared.texts import sentence

_HEADER = "x-ms-client-principal"
_ROLE_CLAIMS = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
_TENANT_CLAIMS = ("tid", "http://schemas.microsoft.com/identity/claims/tenantid")
_NAME_CLAIMS = (
    "preferred_username", "name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "appid", "azp", "http://schemas.microsoft.com/identity/claims/objectidentifier",
)


class Role(StrEnum):
    """The app roles in Entra; an operator may do what a viewer may."""

    VIEWER = "Viewer"
    OPERATOR = "Operator"


_ROLES = {Role.VIEWER: sentence("the role Viewer"), Role.OPERATOR: sentence("the role Operator")}


class Caller(NamedTuple):
    """Who is calling; `name` is what is written down of a change."""

    name: str
    roles: frozenset[str]

    @property
    def is_operator(self) -> bool:
        """Whether he may change something."""
        return Role.OPERATOR in self.roles


class _Claim(msgspec.Struct):
    typ: str
    val: str


class _Principal(msgspec.Struct):
    claims: list[_Claim]
    name_typ: str | None = None
    role_typ: str | None = None


KEY_HOLDER = Caller("admin", frozenset({Role.OPERATOR}))
"""A machine, or whoever else was given a function key; no name is known."""


def admitted(headers: Mapping[str, str], role: Role, settings: Settings) -> Caller:
    """Who is calling, with at least this role; ConnectorError not-signed-in, tenant-not-allowed or role-missing."""
    caller = _caller(headers, settings)
    if not caller.roles & {role, Role.OPERATOR}:
        raise ConnectorError("role-missing", sentence(
            "nobody gave {caller} {role}", caller=caller.name, role=_ROLES[role]))
    return caller


def person(headers: Mapping[str, str], role: Role, settings: Settings) -> Caller:
    """Who has signed in, with at least this role: a page is for people, and a key is no person.

    ConnectorError sign-in-not-set-up while nobody can sign in, not-signed-in, tenant-not-allowed or role-missing.
    """
    if not settings.authentication_on:
        raise ConnectorError("sign-in-not-set-up", sentence(
            "App Service authentication is off, so nobody can sign in"))
    if not headers.get(_HEADER):
        raise ConnectorError("not-signed-in", sentence("nobody is signed in"))
    return admitted(headers, role, settings)


def _caller(headers: Mapping[str, str], settings: Settings) -> Caller:
    header = headers.get(_HEADER, "") if settings.authentication_on else ""
    if header:
        return _signed_in(header, settings.allowed_tenants)
    if settings.require_sign_in:
        raise ConnectorError("not-signed-in", sentence(
            "the caller is not signed in" if settings.authentication_on
            else "the caller is not signed in; App Service authentication is off, so nobody can be"))
    return KEY_HOLDER


def _signed_in(header: str, allowed_tenants: str) -> Caller:
    try:
        principal = decoded(base64.b64decode(header, validate=True), type=_Principal)
    except (ValueError, msgspec.MsgspecError):
        raise ConnectorError("not-signed-in", sentence(
            "the header with the caller's identity cannot be read")) from None
    _check_tenant(principal, allowed_tenants)
    of_role = {principal.role_typ, *_ROLE_CLAIMS}
    return Caller(_name(principal), frozenset(claim.val for claim in principal.claims if claim.typ in of_role))


def _check_tenant(principal: _Principal, allowed_tenants: str) -> None:
    """Roles are given by the tenant that a token is from: any tenant could name its people operators."""
    allowed = {tenant.strip().casefold() for tenant in allowed_tenants.split(",")} - {""}
    tenants = {claim.val.casefold() for claim in principal.claims if claim.typ in _TENANT_CLAIMS}
    if allowed_tenants.strip() and not (tenants and tenants <= allowed):
        raise ConnectorError("tenant-not-allowed", sentence(
            "{caller} signed in with another tenant of Microsoft Entra than this app's", caller=_name(principal)))


def _name(principal: _Principal) -> str:
    """The first claim that names the caller, fit to be written down."""
    values = {claim.typ: _seen(claim.val) for claim in reversed(principal.claims)}
    found = [values[typ] for typ in (principal.name_typ, *_NAME_CLAIMS) if typ and values.get(typ)]
    return (found or ["a signed-in caller"])[0]


def _seen(name: str) -> str:
    """What can be seen of a name; "" of one that is only spaces and marks without width."""
    return "".join(sign for sign in name[:100] if sign.isprintable()).strip()
