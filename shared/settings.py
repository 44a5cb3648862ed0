"""Application settings: read once from the environment, checked all at once.

In Azure these are the function app's settings; locally the stack passes them. `SETTINGS` is the
single table of names, defaults and meaning; docs and infrastructure are compared with it.
"""
from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from shared.errors import ConnectorError


class Setting(NamedTuple):
    """One application setting; default None means it may be left out."""

    default: str | None
    help: str


SETTINGS: dict[str, Setting] = {
    "AzureWebJobsStorage": Setting("", "Connection string of the storage account; empty in Azure (identity)."),
    "AzureWebJobsStorage__accountName": Setting("", "Name of the storage account reached with the managed identity."),
    "AzureWebJobsStorage__clientId": Setting("", "Client id of that identity; empty = that of AZURE_CLIENT_ID."),
    "AZURE_CLIENT_ID": Setting("", "Client id of the user-assigned managed identity; empty = system-assigned."),
    "ENVIRONMENT": Setting("production", "Name of this environment; others may not call out until allowed."),
    "TOKEN_KEY": Setting("", "Key that encrypts access tokens in the local vault (32 bytes, URL-safe base64)."),
    "WEBSITE_AUTH_ENABLED": Setting("false", "Set by App Service: true while its authentication is on."),
    "REQUIRE_SIGN_IN": Setting("false", "true: a function key alone opens nothing, machines sign in too."),
    "SHOPIFY_BASE_URL": Setting("https://{shop}", "Where Shopify answers; {shop} is the myshopify domain."),
    "SHOPIFY_CLIENT_ID": Setting("", "Client id of the Shopify app that asks for access."),
    "SHOPIFY_CLIENT_SECRET": Setting("", "Its client secret."),
    "SHOPIFY_PREVIOUS_CLIENT_SECRET": Setting("", "The client secret before the last rotation, for the overlap."),
    "PUBLIC_URL": Setting("", "Address at which browsers reach this app; Shopify sends them back there."),
    "KEY_VAULT_URL": Setting("", "Key Vault that holds the access tokens; empty = a table encrypted with TOKEN_KEY."),
    "BC_API_ROOT": Setting("", "Root of Business Central's API v2.0, up to and including /api/v2.0."),
    "BC_TOKEN_URL": Setting("", "Token endpoint for a client secret; empty = managed identity."),
    "BC_CLIENT_ID": Setting("", "Client id of the Entra application that Business Central knows."),
    "BC_CLIENT_SECRET": Setting("", "Its secret; empty = managed identity."),
    "BC_USER": Setting("", "On-premises without Entra: the user who signs in with a web service access key."),
    "BC_WEB_SERVICE_KEY": Setting("", "That user's web service access key."),
    "SYNC_SCHEDULE": Setting("0 */5 * * * *", "When the incremental synchronization starts (NCRONTAB)."),
    "LOG_PURGE_SCHEDULE": Setting("0 0 2 * * *", "When expired log entries are removed (NCRONTAB, UTC)."),
    "LOG_RETENTION_DAYS": Setting("7", "Log entries of this age in days are removed every night (1 to 3650)."),
    "HEALTH_SCHEDULE": Setting("0 */15 * * * *", "When it is told how every shop stands (NCRONTAB, UTC)."),
    "APPLICATIONINSIGHTS_CONNECTION_STRING": Setting("", "Application Insights; the host writes there what we log."),
    "CONNECTOR_OPENTELEMETRY": Setting("", "true: log lines go to Application Insights by OpenTelemetry too."),
    "CAPTURE_RETENTION_DAYS": Setting("90", "Data captures of this age in days are removed every night (1 to 3650)."),
    "PRIVACY_EXPORT_RETENTION_DAYS": Setting("30", "Files of data requests of this age in days are removed (1 to 90)."),
    "OPERATION_RETENTION_DAYS": Setting("365", "What operators did is kept so many days (0 to 3650; 0 = for ever)."),
    "SUBSCRIPTION_SCHEDULE": Setting("0 25 * * * *", "When webhook subscriptions are repaired (NCRONTAB, UTC)."),
    "SHOPIFY_EVENT_BRIDGE_ARN": Setting("", "Partner event source to which Shopify delivers; empty = PUBLIC_URL."),
    "EVENT_QUEUE_URL": Setting("", "Amazon SQS queue that the rule of that event source fills; empty = off."),
    "EVENT_QUEUE_REGION": Setting("", "Amazon region of that queue."),
    "EVENT_QUEUE_ACCESS_KEY_ID": Setting("", "Access key that may read and empty that queue, and nothing else."),
    "EVENT_QUEUE_SECRET_ACCESS_KEY": Setting("", "Its secret."),
    "EVENT_QUEUE_ENDPOINT": Setting("", "Where SQS answers; empty = Amazon. For local use and tests."),
    "EVENT_QUEUE_SCHEDULE": Setting("0 * * * * *", "When that queue is drained (NCRONTAB)."),
    "WEBHOOK_DELAY_SECONDS": Setting("10", "How long webhooks are gathered before a run reads what changed."),
    "SYNC_OVERLAP_SECONDS": Setting("600", "How far before the last synchronization time a run looks again."),
    "SYNC_TIME_BUDGET_SECONDS": Setting("420", "After so long a run hands over to a fresh message."),
    "SYNC_LEASE_SECONDS": Setting("60", "How long a dead worker blocks its shop."),
    "BC_SETTLE_SECONDS": Setting("600", "How long Business Central may still work on a request whose answer was lost."),
    "BC_CONCURRENCY": Setting("4", "Requests in flight to Business Central (it runs 5 per user)."),
}


class Bounds(NamedTuple):
    """What a number may be, both ends included; of days and requests only whole ones.

    least_here  the least where Business Central is a simulator on this machine, which forgives more
    """

    least: int
    most: int
    unit: str
    why: str
    least_here: int | None = None

    def refusal(self, text: str, *, here: bool) -> str:
        """Why `text` cannot be the number, "" if it can."""
        least = self.least if self.least_here is None or not here else self.least_here
        try:
            value = float(text)
        except ValueError:
            value = nan
        if least <= value <= self.most and (self.unit == "seconds" or value.is_integer()):
            return ""
        return f"must be {least} to {self.most} {self.unit}, not {text[:50]!r}: {self.why}"


_DAYS = Bounds(1, 3650, "days", "what is kept is removed at that age, and what happened today must stay")

BOUNDS: dict[str, Bounds] = {
    "LOG_RETENTION_DAYS": _DAYS,
    "CAPTURE_RETENTION_DAYS": _DAYS,
    "PRIVACY_EXPORT_RETENTION_DAYS": Bounds(
        1, 90, "days", "a file with everything of a person is to be handed on, not kept"
    ),
    "OPERATION_RETENTION_DAYS": Bounds(0, 3650, "days", "0 keeps them for ever"),
    "WEBHOOK_DELAY_SECONDS": Bounds(1, 600, "seconds", "less gathers nothing, and so long a change waits"),
    "SYNC_OVERLAP_SECONDS": Bounds(
        60, 86_400, "seconds", "Shopify's search shows changes some seconds late, and every run reads the overlap again"
    ),
    "SYNC_TIME_BUDGET_SECONDS": Bounds(
        30, 600, "seconds", "a run does a page at least, and ends long before the functionTimeout of host.json"
    ),
    "SYNC_LEASE_SECONDS": Bounds(
        15, 600, "seconds", "it is renewed every third of that, and storage may take some seconds", least_here=1
    ),
    "BC_SETTLE_SECONDS": Bounds(
        480, 86_400, "seconds",
        "Business Central works up to eight minutes on a request; an order sent again before is made twice",
        least_here=1,
    ),
    "BC_CONCURRENCY": Bounds(1, 5, "requests", "Business Central runs five per user at once"),
}
"""What each number may be."""


class Settings(msgspec.Struct, frozen=True):
    """The settings in use; seconds are numbers."""

    storage_connection: str = ""
    storage_account: str = ""
    storage_client_id: str = ""
    identity_client_id: str = ""
    environment: str = "production"
    token_key: str = ""
    authentication_on: bool = False
    require_sign_in: bool = False
    shopify_base_url: str = "https://{shop}"
    shopify_client_id: str = ""
    shopify_client_secret: str = ""
    shopify_previous_client_secret: str = ""
    public_url: str = ""
    key_vault_url: str = ""
    shopify_event_bridge_arn: str = ""
    event_queue_url: str = ""
    event_queue_region: str = ""
    event_queue_access_key_id: str = ""
    event_queue_secret_access_key: str = ""
    event_queue_endpoint: str = ""
    bc_api_root: str = ""
    bc_token_url: str = ""
    bc_client_id: str = ""
    bc_client_secret: str = ""
    bc_user: str = ""
    bc_web_service_key: str = ""
    log_retention_days: int = 7
    capture_retention_days: int = 90
    export_retention_days: int = 30
    operation_retention_days: int = 365
    webhook_delay_seconds: float = 10
    overlap_seconds: float = 600
    time_budget_seconds: float = 420
    lease_seconds: float = 60
    bc_settle_seconds: float = 600
    bc_concurrency: int = 4


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables.

    ConnectorError names everything that is wrong: settings-unresolved, or settings-invalid.
    """
    unresolved = [name for name in SETTINGS if _is_reference(environment.get(name, ""))]
    if unresolved:
        raise ConnectorError("settings-unresolved", f"not read from Key Vault yet: {', '.join(unresolved)}")

    def text(name: str) -> str:
        return environment.get(name, SETTINGS[name].default or "")

    wrong: list[str] = []

    here = _is_here(text("BC_API_ROOT"))

    def number(name: str) -> float:
        refusal = BOUNDS[name].refusal(text(name), here=here)
        if refusal:
            wrong.append(f"{name} {refusal}")
        return BOUNDS[name].least if refusal else float(text(name))

    def switch(name: str) -> bool:
        value = text(name).lower()
        if value not in ("true", "false", ""):
            wrong.append(f"{name} must be true or false, not {value!r}")
        return value == "true"

    settings = Settings(
        storage_connection=text("AzureWebJobsStorage"),
        storage_account=text("AzureWebJobsStorage__accountName"),
        storage_client_id=text("AzureWebJobsStorage__clientId"),
        identity_client_id=text("AZURE_CLIENT_ID"),
        environment=text("ENVIRONMENT"),
        token_key=text("TOKEN_KEY"),
        authentication_on=text("WEBSITE_AUTH_ENABLED").lower() == "true",
        require_sign_in=switch("REQUIRE_SIGN_IN"),
        shopify_base_url=text("SHOPIFY_BASE_URL"),
        shopify_client_id=text("SHOPIFY_CLIENT_ID"),
        shopify_client_secret=text("SHOPIFY_CLIENT_SECRET"),
        shopify_previous_client_secret=text("SHOPIFY_PREVIOUS_CLIENT_SECRET"),
        public_url=text("PUBLIC_URL").rstrip("/"),
        key_vault_url=text("KEY_VAULT_URL"),
        shopify_event_bridge_arn=text("SHOPIFY_EVENT_BRIDGE_ARN"),
        event_queue_url=text("EVENT_QUEUE_URL"),
        event_queue_region=text("EVENT_QUEUE_REGION"),
        event_queue_access_key_id=text("EVENT_QUEUE_ACCESS_KEY_ID"),
        event_queue_secret_access_key=text("EVENT_QUEUE_SECRET_ACCESS_KEY"),
        event_queue_endpoint=text("EVENT_QUEUE_ENDPOINT"),
        bc_api_root=text("BC_API_ROOT").rstrip("/"),
        bc_token_url=text("BC_TOKEN_URL"),
        bc_client_id=text("BC_CLIENT_ID"),
        bc_client_secret=text("BC_CLIENT_SECRET"),
        bc_user=text("BC_USER"),
        bc_web_service_key=text("BC_WEB_SERVICE_KEY"),
        log_retention_days=int(number("LOG_RETENTION_DAYS")),
        capture_retention_days=int(number("CAPTURE_RETENTION_DAYS")),
        export_retention_days=int(number("PRIVACY_EXPORT_RETENTION_DAYS")),
        operation_retention_days=int(number("OPERATION_RETENTION_DAYS")),
        webhook_delay_seconds=number("WEBHOOK_DELAY_SECONDS"),
        overlap_seconds=number("SYNC_OVERLAP_SECONDS"),
        time_budget_seconds=number("SYNC_TIME_BUDGET_SECONDS"),
        lease_seconds=number("SYNC_LEASE_SECONDS"),
        bc_settle_seconds=number("BC_SETTLE_SECONDS"),
        bc_concurrency=int(number("BC_CONCURRENCY")),
    )
    wrong += _contradictions(settings)
    if wrong:
        raise ConnectorError("settings-invalid", "; ".join(wrong))
    return settings


def _is_reference(value: str) -> bool:
    """Whether it is the reference itself: what App Service leaves in a setting whose secret it could not read."""
    return value.strip().casefold().startswith("@microsoft.keyvault")


def _is_here(address: str) -> bool:
    """Whether that is this machine."""
    try:
        return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
    except ValueError:
        return False


def _contradictions(settings: Settings) -> list[str]:
    """What is missing, out of bounds or set without what belongs to it: one sentence each."""
    wrong: list[str] = []
    if not settings.storage_connection and not settings.storage_account:
        wrong.append("one of AzureWebJobsStorage and AzureWebJobsStorage__accountName must be set")
    if not settings.bc_api_root:
        wrong.append("BC_API_ROOT must be set")
    if bool(settings.bc_user) != bool(settings.bc_web_service_key):
        wrong.append("BC_USER and BC_WEB_SERVICE_KEY must be set both or neither")
    if settings.lease_seconds > settings.bc_settle_seconds:
        wrong.append(
            "SYNC_LEASE_SECONDS must not be more than BC_SETTLE_SECONDS: an order in doubt would be due again while "
            "the worker that sent it may still hold its shop"
        )
    if settings.event_queue_url and not settings.event_queue_region:
        wrong.append("EVENT_QUEUE_URL needs EVENT_QUEUE_REGION")
    if settings.event_queue_url and not (settings.event_queue_access_key_id and settings.event_queue_secret_access_key):
        wrong.append("EVENT_QUEUE_URL needs EVENT_QUEUE_ACCESS_KEY_ID and EVENT_QUEUE_SECRET_ACCESS_KEY "
                     "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not read)")
    if arn := settings.shopify_event_bridge_arn:
        if ":event-source/aws.partner/shopify.com/" not in arn:
            wrong.append("SHOPIFY_EVENT_BRIDGE_ARN must be the ARN of a partner event source of Shopify's")
        if not settings.event_queue_url:
            wrong.append("SHOPIFY_EVENT_BRIDGE_ARN needs EVENT_QUEUE_URL, or nobody reads what Shopify delivers there")
    return wrong
