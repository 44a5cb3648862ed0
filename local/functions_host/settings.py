"""Where the host's values come from: host.json, the environment and local.settings.json.

Rules: Microsoft Learn, "host.json reference for Azure Functions 2.x and later" and "Code and test Azure Functions
locally" (local.settings.json). A value of the environment wins over the file; `%NAME%` in a binding is an app
setting. Border: reads files and environment once at start; knows nothing of functions.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from local.functions_host.errors import HostError
from local.functions_host.extension_bundle import NO_BUNDLE, ExtensionBundle, read_extension_bundle

DEFAULT_CONNECTION = "AzureWebJobsStorage"
DEFAULT_BODY_LIMIT_BYTES = 104_857_600
DEFAULT_TIMEOUT = timedelta(minutes=30)


@dataclass(frozen=True)
class QueueOptions:
    """`extensions.queues` of host.json: one set of values for all queue functions of the app."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    max_polling_interval: timedelta = timedelta(minutes=1)
    message_encoding: str = "base64"


@dataclass(frozen=True)
class SingletonOptions:
    """`singleton` of host.json: how long a timer's lock holds, and how often another host tries to get it.

    Azure's defaults are a minute each. Here a developer who kills the host wants timers back at once, so the
    lock is the shortest lease there is.
    """

    lock_period: timedelta = timedelta(seconds=15)
    recovery_interval: timedelta = timedelta(seconds=5)


@dataclass(frozen=True)
class HostOptions:
    """What host.json says, with Azure's defaults for what it does not say."""

    route_prefix: str = "api"
    function_timeout: timedelta | None = DEFAULT_TIMEOUT
    queues: QueueOptions = field(default_factory=QueueOptions)
    singleton: SingletonOptions = field(default_factory=SingletonOptions)
    bundle: ExtensionBundle = NO_BUNDLE
    log_levels: Mapping[str, str] = field(default_factory=dict)


def load_app_settings(app_folder: Path, environment: MutableMapping[str, str]) -> None:
    """Add the `Values` of local.settings.json to the environment, never replacing what is there.

    Raises HostError when the file is not JSON or holds a value that is not text.
    """
    values = _read_json(app_folder / "local.settings.json").get("Values", {})
    for name, value in values.items():
        if not isinstance(value, str):
            raise HostError(f"local.settings.json: the value of {name} must be text, not {json.dumps(value)}.")
        environment.setdefault(name, value)


def read_host_json(app_folder: Path, processors: int | None = None) -> HostOptions:
    """The options in host.json of this folder; Azure's defaults when there is no such file.

    Raises HostError when the file is not JSON or a value is out of its bounds.
    """
    content = _read_json(app_folder / "host.json")
    extensions = content.get("extensions", {})
    return HostOptions(
        route_prefix=str(extensions.get("http", {}).get("routePrefix", "api")).strip("/"),
        function_timeout=_function_timeout(content.get("functionTimeout")),
        queues=_queue_options(extensions.get("queues", {}), processors or os.cpu_count() or 1),
        singleton=_singleton_options(content.get("singleton", {})),
        bundle=read_extension_bundle(content),
        log_levels=content.get("logging", {}).get("logLevel", {}),
    )


def resolve_names(text: str, settings: Mapping[str, str]) -> str:
    """Put app settings in the place of their `%NAME%`. Raises HostError for a name that has no value."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in settings:
            raise HostError(f"'%{name}%' has no value: add the app setting {name}.")
        return settings[name]

    return re.sub(r"%([^%]+)%", value, text)


class IdentityConnection(NamedTuple):
    """A connection without a key: the account, and the client id of the identity, "" for the system-assigned one."""

    account: str
    client_id: str


def storage_connection(connection: str, settings: Mapping[str, str]) -> str | IdentityConnection:
    """What is behind a binding's `connection`: a connection string, or where there is none an identity.

    Rules: Microsoft Learn, "Connecting to host storage with an identity". Raises HostError when there is neither.
    """
    for name in (connection, f"AzureWebJobs{connection}"):
        if settings.get(name):
            return settings[name]
    account = settings.get(f"{connection}__accountName", "")
    if not account:
        raise HostError(f"The app setting {connection} is missing: set it to a storage connection string.")
    if settings.get(f"{connection}__credential", "").lower() != "managedidentity":
        raise HostError(
            f"{connection}__accountName needs {connection}__credential: managedidentity is what the local host knows."
        )
    return IdentityConnection(account, settings.get(f"{connection}__clientId", ""))


def parse_time_span(text: str) -> timedelta:
    """`hh:mm:ss` or `d.hh:mm:ss`, fractions of a second allowed. Raises HostError for anything else."""
    match = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d\d):(\d\d(?:\.\d+)?)", text)
    if match is None:
        raise HostError(f"host.json: {text!r} is not a time span such as 00:00:05.")
    days, hours, minutes, seconds = match.groups()
    return timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def _function_timeout(value: str | None) -> timedelta | None:
    """How long a function may run: 30 minutes unless told otherwise (Flex Consumption), "-1" is for ever."""
    if value == "-1":
        return None
    timeout = DEFAULT_TIMEOUT if value is None else parse_time_span(value)
    if not timeout:
        raise HostError("host.json: functionTimeout must be longer than nothing, or -1.")
    return timeout


def _queue_options(content: Mapping[str, Any], processors: int) -> QueueOptions:
    batch_size = _whole_number(content, "batchSize", 16, low=1, high=32)
    options = QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=_whole_number(content, "newBatchThreshold", batch_size // 2 * processors),
        max_dequeue_count=_whole_number(content, "maxDequeueCount", 5, low=1),
        visibility_timeout=parse_time_span(content.get("visibilityTimeout", "00:00:00")),
        max_polling_interval=_polling_interval(content.get("maxPollingInterval", "00:01:00")),
        message_encoding=str(content.get("messageEncoding", "base64")).lower(),
    )
    if options.message_encoding not in ("base64", "none"):
        raise HostError("host.json: queues.messageEncoding is either base64 or none.")
    return options


def _polling_interval(value: str | int) -> timedelta:
    # A number is milliseconds, as in version 1 of host.json; the host still takes it.
    interval = timedelta(milliseconds=value) if isinstance(value, int) else parse_time_span(value)
    if interval < timedelta(milliseconds=100):
        raise HostError("host.json: queues.maxPollingInterval must be at least 00:00:00.1.")
    return interval


def _singleton_options(content: Mapping[str, Any]) -> SingletonOptions:
    default = SingletonOptions()
    period = content.get("listenerLockPeriod")
    interval = content.get("listenerLockRecoveryPollingInterval")
    lock_period = parse_time_span(period) if period else default.lock_period
    if not timedelta(seconds=15) <= lock_period <= timedelta(seconds=60):
        raise HostError("host.json: singleton.listenerLockPeriod must be from 00:00:15 to 00:01:00.")
    return SingletonOptions(lock_period, parse_time_span(interval) if interval else default.recovery_interval)


def _whole_number(content: Mapping[str, Any], name: str, default: int, low: int = 0, high: int = 2**31) -> int:
    value = content.get(name, default)
    if not isinstance(value, int) or not low <= value <= high:
        raise HostError(f"host.json: queues.{name} must be a whole number from {low} to {high}, not {value!r}.")
    return value


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise HostError(f"{path.name} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise HostError(f"{path.name} must be a JSON object.")
    return content
