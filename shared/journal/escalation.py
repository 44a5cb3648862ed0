"""The report for Shopify's support when Shopify failed: which call, when, and both bodies.

As "Escalate to Shopify" on the page "Shopify Log Entries" of Microsoft's connector: offered for status 500 only,
and while Shopify can still find the request (younger than 14 days). Pure.
"""
from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from shared.clock import from_iso
from shared.errors import ConnectorError
from shared.journal.log_entries import LogEntry, WholeLogEntry
from shared.shops.card import ShopCard
from shared.texts import sentence

KEPT_BY_SHOPIFY = timedelta(days=14)
_VERSION = re.compile(r"/api/([^/]+)/")


class EscalationReport(msgspec.Struct, frozen=True):
    """What Shopify's support asks for; `at` is UTC, ISO 8601."""

    request_id: str
    at: str
    store: str
    api_version: str
    url: str
    status: int
    request: str
    response: str


def can_escalate(entry: LogEntry, now: datetime) -> bool:
    """Whether a report is offered."""
    return entry.direction == "Shopify" and entry.status == 500 and now - from_iso(entry.at) < KEPT_BY_SHOPIFY


def escalation_report(entry: WholeLogEntry, card: ShopCard, now: datetime) -> EscalationReport:
    """The report, or ConnectorError escalation-not-offered."""
    if not can_escalate(entry, now):
        raise ConnectorError("escalation-not-offered", sentence(
            "log entry {number} has status {status} ({direction}) and is of {time}", number=entry.id,
            status=entry.status, direction=entry.direction, time=entry.at))
    version = _VERSION.search(urlsplit(entry.url).path)
    return EscalationReport(
        request_id=entry.request_id, at=entry.at, store=card.shopify_url.removeprefix("https://"),
        api_version=version[1] if version else "", url=entry.url, status=entry.status,
        request=entry.request, response=entry.response,
    )
