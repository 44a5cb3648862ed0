"""Application settings: read once from the environment, checked all at once.

In Azure these are the function app's settings; locally the stack passes them. Each stands here once: a field of
`Settings` says its name, what it is for, its default and its bounds; `ELSEWHERE` are those that others read.
`SETTINGS` is all of them by name; docs and infrastructure are compared with it.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import nan
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec

from shared.errors import ConnectorError
from shared.texts import Sentence, sentence, together

_UNITS = {"days": sentence("days"), "seconds": sentence("seconds"), "requests": sentence("requests")}


class Bounds(NamedTuple):
    """What a number may be, both ends included; of days and requests only whole ones.

    least_here  the least where Business Central is a simulator on this machine, which forgives more
    """

    least: int
    most: int
    unit: str
    why: Sentence
    least_here: int | None = None

    def refusal(self, text: str, *, here: bool) -> Sentence | None:
        """Why `text` cannot be the number, None if it can."""
        least = self.least if self.least_here is None or not here else self.least_here
        try:
            value = float(text)
        except ValueError:
            value = nan
        if least <= value <= self.most and (self.unit == "seconds" or value.is_integer()):
            return None
        return sentence("must be {least} to {most} {unit}, not {text}: {why}", least=least, most=self.most,
                        unit=_UNITS[self.unit], text=repr(text[:50]), why=self.why)


_DAYS = Bounds(1, 3650, "days", sentence("what is kept is removed at that age, and what happened today must stay"))


class Setting(NamedTuple):
    """One application setting.

    bounds       of a number
    is_address   http or https and a host; a slash at its end means nothing
    of_platform  a switch that others set: whatever is not true is off
    default      what holds where the environment says nothing; of a field of Settings it is the field's
    """

    name: str
    help: str
    bounds: Bounds | None = None
    is_address: bool = False
    of_platform: bool = False
    default: str = ""


class Settings(msgspec.Struct, frozen=True):
    """The settings in use; seconds are numbers."""

    storage_connection: Annotated[str, Setting(
        "AzureWebJobsStorage", "Connection string of the storage account; empty in Azure (identity).",
    )] = ""
    storage_account: Annotated[str, Setting(
        "AzureWebJobsStorage__accountName", "Name of the storage account reached with the managed identity.",
    )] = ""
    storage_client_id: Annotated[str, Setting(
        "AzureWebJobsStorage__clientId", "Client id of that identity; empty = that of AZURE_CLIENT_ID.",
    )] = ""
    identity_client_id: Annotated[str, Setting(
        "AZURE_CLIENT_ID", "Client id of the user-assigned managed identity; empty = system-assigned.",
    )] = ""
    environment: Annotated[str, Setting(
        "ENVIRONMENT", "Name of this environment; others may not call out until allowed.",
    )] = "production"
    token_key: Annotated[str, Setting(
        "TOKEN_KEY", "Key that encrypts access tokens in the local vault (32 bytes, URL-safe base64).",
    )] = ""
    authentication_on: Annotated[bool, Setting(
        "WEBSITE_AUTH_ENABLED", "Set by App Service: true while its authentication is on.", of_platform=True,
    )] = False
    allowed_tenants: Annotated[str, Setting(
        "WEBSITE_AUTH_AAD_ALLOWED_TENANTS",
        "Ids of the Entra tenants whose people may sign in, with commas; empty = any.",
    )] = ""
    require_sign_in: Annotated[bool, Setting(
        "REQUIRE_SIGN_IN", "true: a function key alone opens nothing, machines sign in too.",
    )] = False
    shopify_base_url: Annotated[str, Setting(
        "SHOPIFY_BASE_URL", "Where Shopify answers; {shop} is the myshopify domain.", is_address=True,
    )] = "https://{shop}"
    shopify_client_id: Annotated[str, Setting(
        "SHOPIFY_CLIENT_ID", "Client id of the Shopify app that asks for access.",
    )] = ""
    shopify_client_secret: Annotated[str, Setting("SHOPIFY_CLIENT_SECRET", "Its client secret.")] = ""
    shopify_previous_client_secret: Annotated[str, Setting(
        "SHOPIFY_PREVIOUS_CLIENT_SECRET", "The client secret before the last rotation, for the overlap.",
    )] = ""
    public_url: Annotated[str, Setting(
        "PUBLIC_URL", "Address at which browsers reach this app; Shopify sends them back there.", is_address=True,
    )] = ""
    key_vault_url: Annotated[str, Setting(
        "KEY_VAULT_URL", "Key Vault that holds the access tokens; empty = a table encrypted with TOKEN_KEY.",
        is_address=True,
    )] = ""
    shopify_event_bridge_arn: Annotated[str, Setting(
        "SHOPIFY_EVENT_BRIDGE_ARN", "Partner event source to which Shopify delivers; empty = PUBLIC_URL.",
    )] = ""
    event_queue_url: Annotated[str, Setting(
        "EVENT_QUEUE_URL", "Amazon SQS queue that the rule of that event source fills; empty = off.", is_address=True,
    )] = ""
    event_queue_region: Annotated[str, Setting("EVENT_QUEUE_REGION", "Amazon region of that queue.")] = ""
    event_queue_access_key_id: Annotated[str, Setting(
        "EVENT_QUEUE_ACCESS_KEY_ID", "Access key that may read and empty that queue, and nothing else.",
    )] = ""
    event_queue_secret_access_key: Annotated[str, Setting("EVENT_QUEUE_SECRET_ACCESS_KEY", "Its secret.")] = ""
    event_queue_endpoint: Annotated[str, Setting(
        "EVENT_QUEUE_ENDPOINT", "Where SQS answers; empty = Amazon. For local use and tests.", is_address=True,
    )] = ""
    bc_api_root: Annotated[str, Setting(
        "BC_API_ROOT", "Root of Business Central's API v2.0, up to and including /api/v2.0.", is_address=True,
    )] = ""
    bc_web_client_url: Annotated[str, Setting(
        "BC_WEB_CLIENT_URL", "Where people open Business Central; empty = as it follows from BC_API_ROOT, online.",
        is_address=True,
    )] = ""
    bc_token_url: Annotated[str, Setting(
        "BC_TOKEN_URL", "Token endpoint for a client secret; empty = managed identity.", is_address=True,
    )] = ""
    bc_client_id: Annotated[str, Setting(
        "BC_CLIENT_ID", "Client id of the Entra application that Business Central knows.",
    )] = ""
    bc_client_secret: Annotated[str, Setting("BC_CLIENT_SECRET", "Its secret; empty = managed identity.")] = ""
    bc_user: Annotated[str, Setting(
        "BC_USER", "On-premises without Entra: the user who signs in with a web service access key.",
    )] = ""
    bc_web_service_key: Annotated[str, Setting("BC_WEB_SERVICE_KEY", "That user's web service access key.")] = ""
    log_retention_days: Annotated[int, Setting(
        "LOG_RETENTION_DAYS", "Log entries of this age in days are removed every night (1 to 3650).", _DAYS,
    )] = 7
    capture_retention_days: Annotated[int, Setting(
        "CAPTURE_RETENTION_DAYS", "Data captures of this age in days are removed every night (1 to 3650).", _DAYS,
    )] = 90
    export_retention_days: Annotated[int, Setting(
        "PRIVACY_EXPORT_RETENTION_DAYS", "Files of data requests of this age in days are removed (1 to 90).",
        Bounds(1, 90, "days", sentence("a file with everything of a person is to be handed on, not kept")),
    )] = 30
    operation_retention_days: Annotated[int, Setting(
        "OPERATION_RETENTION_DAYS", "What operators did is kept so many days (0 to 3650; 0 = for ever).",
        Bounds(0, 3650, "days", sentence("0 keeps them for ever")),
    )] = 365
    webhook_delay_seconds: Annotated[float, Setting(
        "WEBHOOK_DELAY_SECONDS", "How long webhooks are gathered before a run reads what changed.",
        Bounds(1, 600, "seconds", sentence("less gathers nothing, and so long a change waits")),
    )] = 10
    overlap_seconds: Annotated[float, Setting(
        "SYNC_OVERLAP_SECONDS", "How far before the last synchronization time a run looks again.",
        Bounds(
            60, 86_400, "seconds",
            sentence("Shopify's search shows changes some seconds late, and every run reads the overlap again"),
        ),
    )] = 600
    time_budget_seconds: Annotated[float, Setting(
        "SYNC_TIME_BUDGET_SECONDS", "After so long a run hands over to a fresh message.",
        Bounds(30, 600, "seconds", sentence(
            "a run does a page at least, and ends long before the functionTimeout of host.json")),
    )] = 420
    bulk_operations: Annotated[bool, Setting(
        "BULK_OPERATIONS", "false: much at once is read page by page too, never by a bulk operation of Shopify's.",
    )] = True
    lease_seconds: Annotated[float, Setting(
        "SYNC_LEASE_SECONDS", "How long a dead worker blocks its shop.",
        Bounds(
            15, 600, "seconds", sentence("it is renewed every third of that, and storage may take some seconds"),
            least_here=1,
        ),
    )] = 60
    bc_settle_seconds: Annotated[float, Setting(
        "BC_SETTLE_SECONDS", "How long Business Central may still work on a request whose answer was lost.",
        Bounds(
            480, 86_400, "seconds",
            sentence("Business Central works up to eight minutes on a request; an order sent again before is made "
                     "twice"),
            least_here=1,
        ),
    )] = 600
    sync_schedule: Annotated[str, Setting(
        "SYNC_SCHEDULE", "When the incremental synchronization starts (NCRONTAB).",
    )] = "0 */5 * * * *"
    subscription_schedule: Annotated[str, Setting(
        "SUBSCRIPTION_SCHEDULE", "When webhook subscriptions are repaired (NCRONTAB, UTC).",
    )] = "0 25 * * * *"
    event_queue_schedule: Annotated[str, Setting(
        "EVENT_QUEUE_SCHEDULE", "When that queue is drained (NCRONTAB).",
    )] = "0 * * * * *"
    health_schedule: Annotated[str, Setting(
        "HEALTH_SCHEDULE", "When it is told how every shop stands (NCRONTAB, UTC).",
    )] = "0 */15 * * * *"
    log_purge_schedule: Annotated[str, Setting(
        "LOG_PURGE_SCHEDULE", "When expired log entries are removed (NCRONTAB, UTC).",
    )] = "0 0 2 * * *"
    switched_off: frozenset[str] = frozenset()
    """Functions of the app that somebody has switched off (`functions_switched_off`)."""
    bc_requests: Annotated[int, Setting(
        "BC_REQUESTS_PER_FIVE_MINUTES",
        "Requests to Business Central in five minutes at most (online it takes 6,000 of a user).",
        Bounds(100, 1_000_000, "requests", sentence("less keeps orders waiting")),
    )] = 5_400
    bc_concurrency: Annotated[int, Setting(
        "BC_CONCURRENCY", "Requests in flight to Business Central at most (it runs 5 per user).",
        Bounds(1, 5, "requests", sentence("Business Central runs five per user at once")),
    )] = 5


SYNC_TIMER, SYNC_FUNCTION = "incremental_sync", "sync_job"
"""The functions without which no run begins: that of the schedule, and that of the queue."""

_SWITCH = re.compile(r"AzureWebJobs[._](\w+)[._]Disabled")

ELSEWHERE = (
    Setting("APPLICATIONINSIGHTS_CONNECTION_STRING", "Application Insights; the host writes there what we log."),
    Setting("CONNECTOR_OPENTELEMETRY", "true: log lines go to Application Insights by OpenTelemetry too."),
)
"""What the Functions host, a trigger or the telemetry reads."""


class _Field(NamedTuple):
    """A field of Settings: its name, its type, and the setting that it holds."""

    name: str
    type: type
    setting: Setting


def _fields() -> Iterator[_Field]:
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        if field.name == "switched_off":
            continue
        type, setting = get_args(hints[field.name])
        text = str(field.default).lower() if type is bool else str(field.default)
        yield _Field(field.name, type, setting._replace(default=text))


FIELDS = tuple(_fields())

SETTINGS = {one.name: one for one in (*(field.setting for field in FIELDS), *ELSEWHERE)}
"""Every setting, by name."""

NAMES = {one.name: one.setting.name for one in FIELDS}
"""Field of Settings -> what its setting is called."""

BOUNDS = {name: one.bounds for name, one in SETTINGS.items() if one.bounds is not None}
"""What each number may be."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables.

    ConnectorError names everything that is wrong: settings-unresolved, or settings-invalid.
    """
    unresolved = [name for name in SETTINGS if _is_reference(environment.get(name, ""))]
    if unresolved:
        raise ConnectorError("settings-unresolved", sentence(
            "not read from Key Vault yet: {settings}", settings=', '.join(unresolved)))
    given = {name: environment.get(name, one.default) for name, one in SETTINGS.items()}
    here = _is_here(given["BC_API_ROOT"])
    wrong = [sentence("{setting} {what}", setting=one.setting.name, what=refusal) for one in FIELDS
             if (refusal := _refusal(one, given[one.setting.name], here=here))]
    settings = Settings(
        switched_off=functions_switched_off(environment),
        **{one.name: _value(one, given[one.setting.name], here=here) for one in FIELDS})
    wrong += _contradictions(settings)
    if wrong:
        raise ConnectorError("settings-invalid", together(wrong, "; "))
    return settings


def functions_switched_off(environment: Mapping[str, str]) -> frozenset[str]:
    """The functions whose triggers the host is told to leave alone.

    Source: Microsoft Learn, "How to disable functions in Azure Functions" (AzureWebJobs.<name>.Disabled). Where the
    names of settings may have no dots, they have underscores.
    """
    found = ((_SWITCH.fullmatch(name), value) for name, value in environment.items())
    return frozenset(name[1] for name, value in found if name and value.lower() in ("1", "true"))


def _refusal(field: _Field, text: str, *, here: bool) -> Sentence | None:
    """Why `text` cannot be the field's value, None if it can."""
    if field.setting.bounds is not None:
        return field.setting.bounds.refusal(text, here=here)
    if field.setting.is_address and not _is_address(text.replace("{shop}", "shop")):
        # Not repeated: a name and a password may stand in it.
        return sentence("must be an address, https://host/path, without a user name")
    if field.type is bool and not field.setting.of_platform and text.lower() not in ("true", "false", ""):
        return sentence("must be true or false, not {text}", text=repr(text.lower()))
    return None


def _value(field: _Field, text: str, *, here: bool) -> Any:
    """The value; of a number that is refused the least, so that the other rules can be asked too."""
    if field.setting.bounds is not None:
        refused = _refusal(field, text, here=here)
        return field.type(field.setting.bounds.least if refused else float(text))
    if field.type is bool:
        return text.lower() == "true"
    return text.rstrip("/") if field.setting.is_address else text


def _is_address(text: str) -> bool:
    """Whether requests can be sent there; what is empty is not set. Names end at 63 letters (RFC 1035, 2.3.4)."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname and parts.hostname.encode("idna")) and (parts.port or 1) > 0
    except ValueError:
        return False
    return not text or (
        has_host and parts.scheme in ("http", "https") and "@" not in parts.netloc and text.isprintable()
        and " " not in text
    )


def _is_reference(value: str) -> bool:
    """Whether it is the reference itself: what App Service leaves in a setting whose secret it could not read."""
    return value.strip().casefold().startswith("@microsoft.keyvault")


def _is_here(address: str) -> bool:
    """Whether that is this machine."""
    try:
        return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
    except ValueError:
        return False


def _contradictions(settings: Settings) -> list[Sentence]:
    """What is missing, out of bounds or set without what belongs to it: one sentence each."""
    wrong: list[Sentence] = []
    if not settings.storage_connection and not settings.storage_account:
        wrong.append(sentence("one of AzureWebJobsStorage and AzureWebJobsStorage__accountName must be set"))
    if not settings.bc_api_root:
        wrong.append(sentence("BC_API_ROOT must be set"))
    if bool(settings.bc_user) != bool(settings.bc_web_service_key):
        wrong.append(sentence("BC_USER and BC_WEB_SERVICE_KEY must be set both or neither"))
    if settings.lease_seconds > settings.bc_settle_seconds:
        wrong.append(sentence(
            "SYNC_LEASE_SECONDS must not be more than BC_SETTLE_SECONDS: an order in doubt would be due again while "
            "the worker that sent it may still hold its shop"
        ))
    if settings.event_queue_url and not settings.event_queue_region:
        wrong.append(sentence("EVENT_QUEUE_URL needs EVENT_QUEUE_REGION"))
    if settings.event_queue_url and not (settings.event_queue_access_key_id and settings.event_queue_secret_access_key):
        wrong.append(sentence(
            "EVENT_QUEUE_URL needs EVENT_QUEUE_ACCESS_KEY_ID and EVENT_QUEUE_SECRET_ACCESS_KEY "
            "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not read)"))
    if arn := settings.shopify_event_bridge_arn:
        if ":event-source/aws.partner/shopify.com/" not in arn:
            wrong.append(sentence("SHOPIFY_EVENT_BRIDGE_ARN must be the ARN of a partner event source of Shopify's"))
        if not settings.event_queue_url:
            wrong.append(sentence(
                "SHOPIFY_EVENT_BRIDGE_ARN needs EVENT_QUEUE_URL, or nobody reads what Shopify delivers there"))
    return wrong
