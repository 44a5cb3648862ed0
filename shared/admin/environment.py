"""The environment: may it call out, and how does the app stand: its schedule, its versions, how long it keeps what."""
from __future__ import annotations

import platform
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from shared.clock import iso
from shared.connector import Connector
from shared.journal.retention import RUNS_KEPT_DAYS
from shared.ncrontab import WrongSchedule, in_words, next_occurrence, parse_schedule
from shared.settings import NAMES, SYNC_TIMER, Settings
from shared.shopify.api_version import served_until, version_warning
from shared.shopify.client import API_VERSION
from shared.texts import Sentence, sentence

_ROOT = Path(__file__).resolve().parents[2]


class _Timer(NamedTuple):
    """A timer of the app: what it does, its function, and the field of Settings that says when."""

    what: Sentence
    function: str
    field: str


class ScheduleView(msgspec.Struct, frozen=True, kw_only=True):
    """What a timer does, the setting that says when (NCRONTAB), that in words, and its next time, UTC, ISO 8601.

    function  of the app; switched_off: a setting tells the host to leave it alone
    next      "" where the expression is none, and where it is switched off
    """

    what: Sentence
    function: str
    setting: str
    expression: str
    said: Sentence
    switched_off: bool
    next: str


class KeptView(msgspec.Struct, frozen=True, kw_only=True):
    """What is removed at which age in days, and the setting that says so, "" for none; days: 0 = never."""

    what: Sentence
    setting: str
    days: int


class VersionsView(msgspec.Struct, frozen=True, kw_only=True):
    """app: of the code that runs, alike where the files are; layouts of storage: as written, and the oldest read.

    api_until  the day after which Shopify may no longer serve the API's version
    """

    app: str
    layout: int
    oldest_layout: int
    api: str
    api_until: str
    python: str


class EnvironmentView(msgspec.Struct, frozen=True, kw_only=True):
    """api_version: Shopify's, and a warning while its end is near."""

    environment: str
    allow_http_requests: bool
    api_version: str
    api_version_warning: Sentence | None
    schedules: list[ScheduleView]
    kept: list[KeptView]
    versions: VersionsView


def get_environment(connector: Connector) -> EnvironmentView:
    """As it is now."""
    now, settings = connector.clock.now(), connector.settings
    return EnvironmentView(
        environment=settings.environment, allow_http_requests=connector.permission.allowed(),
        api_version=API_VERSION, api_version_warning=version_warning(API_VERSION, now),
        schedules=_schedules(connector), kept=_kept(settings),
        versions=VersionsView(
            app=version_of_the_code(), layout=connector.layout.reads[1], oldest_layout=connector.layout.reads[0],
            api=API_VERSION, api_until=served_until(API_VERSION).date().isoformat(), python=platform.python_version()),
    )


def set_environment(connector: Connector, allow_http_requests: bool, *, by: str) -> EnvironmentView:
    """Allow calls to Shopify and Business Central, or forbid them."""
    with connector.operations.recorded("set_environment", by=by) as operation:
        before = connector.permission.allowed()
        connector.permission.allow(allow_http_requests, by=by)
        operation.changed({"allow_http_requests": before}, {"allow_http_requests": allow_http_requests})
    return get_environment(connector)


@cache
def version_of_the_code(root: Path = _ROOT) -> str:
    """Twelve digits of a hash over the app's own code, so that two installations can be compared."""
    found = sha256()
    for path in sorted(one for folder in ("functions", "shared") for one in (root / folder).rglob("*.py")):
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:12]


def _schedules(connector: Connector) -> list[ScheduleView]:
    settings = connector.settings
    timers = [
        _Timer(sentence("Every enabled shop is synchronized"), SYNC_TIMER, "sync_schedule"),
        _Timer(sentence("Webhook subscriptions are repaired"), "repair_subscriptions", "subscription_schedule"),
        _Timer(sentence("It is told how every shop stands"), "report_health", "health_schedule"),
        _Timer(sentence("What is too old is removed"), "purge_expired_logs", "log_purge_schedule"),
    ]
    if settings.event_queue_url:
        timers.append(_Timer(sentence("The event queue is drained"), "drain_event_queue", "event_queue_schedule"))
    return [_schedule(one, settings, connector.clock.now()) for one in timers]


def _schedule(timer: _Timer, settings: Settings, now: datetime) -> ScheduleView:
    expression, off = getattr(settings, timer.field), timer.function in settings.switched_off
    try:
        schedule = parse_schedule(expression)
        said, due = in_words(schedule), iso(next_occurrence(schedule, now))
    except WrongSchedule:
        said, due = sentence("no schedule: {expression}", expression=expression[:50]), ""
    return ScheduleView(
        what=timer.what, function=timer.function, setting=NAMES[timer.field], expression=expression, said=said,
        switched_off=off, next="" if off else due)


def _kept(settings: Settings) -> list[KeptView]:
    return [
        _kept_as(settings, "log_retention_days", sentence("Log entries")),
        _kept_as(settings, "capture_retention_days", sentence("Data captures")),
        KeptView(what=sentence("Runs"), setting="", days=RUNS_KEPT_DAYS),
        _kept_as(settings, "operation_retention_days", sentence("Operations of the audit")),
        _kept_as(settings, "export_retention_days", sentence("Files of data requests")),
    ]


def _kept_as(settings: Settings, field: str, what: Sentence) -> KeptView:
    return KeptView(what=what, setting=NAMES[field], days=getattr(settings, field))
