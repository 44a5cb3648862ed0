"""How long the API version that we speak is served, and when to say so.

Source: Shopify, "API versioning": a stable version comes out each quarter and is served for at least
twelve months; afterwards Shopify answers with the oldest version it still serves, which the client refuses
(api-version-unsupported). Pure: a version and a moment in, a date or a sentence out.
"""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

WARNING = timedelta(days=30)


def served_until(version: str) -> datetime:
    """The first moment after the twelve months of a version such as 2026-10."""
    year, month = version.split("-")
    return datetime(int(year) + 1, int(month), 1, tzinfo=UTC)


def version_warning(version: str, now: datetime) -> str | None:
    """What to tell an operator from 30 days before the end on; None before."""
    end = served_until(version)
    if now < end - WARNING:
        return None
    ends = "ends" if now < end else "ended"
    return f"Shopify's support of API version {version} {ends} on {end:%Y-%m-%d}: update the connector"
