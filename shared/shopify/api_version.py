"""How long the API version that we speak is served, and when to say so.

Source: Shopify, "API versioning": a stable version comes out each quarter and is served for at least
twelve months; afterwards Shopify answers with the oldest version it still serves, which the client refuses
(api-version-unsupported). Pure: a version and a moment in, a date or a sentence out.
"""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.texts import Sentence, sentence

WARNING = timedelta(days=30)


def served_until(version: str) -> datetime:
    """The first moment after the twelve months of a version such as 2026-10."""
    year, month = version.split("-")
    return datetime(int(year) + 1, int(month), 1, tzinfo=UTC)


def version_warning(version: str, now: datetime) -> Sentence | None:
    """What to tell an operator from 30 days before the end on; None before."""
    end = served_until(version)
    if now < end - WARNING:
        return None
    return sentence(
        "Shopify's support of API version {version} ends on {day}: update the connector" if now < end
        else "Shopify's support of API version {version} ended on {day}: update the connector",
        version=version, day=end.date())
