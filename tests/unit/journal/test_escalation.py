"""When Shopify's support can still help, and what it is told."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import ConnectorError
from shared.journal.escalation import can_escalate, escalation_report
from shared.journal.log_entries import WholeLogEntry
from shared.shops.card import ShopCard

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
CARD = ShopCard(code="FR", shopify_url="https://demo-fr.myshopify.com")


def an_entry(age: timedelta, status: int = 500, direction: str = "Shopify") -> WholeLogEntry:
    return WholeLogEntry(
        id="n", shop="FR", at=(NOW - age).isoformat(), direction=direction, method="POST", status=status,
        url="https://demo-fr.myshopify.com/admin/api/2026-10/graphql.json", description="", has_error=True, retry=0,
        seconds=1.5, request_id="req-7", request='{"query":"{ shop }"}', response="<html>",
    )


@pytest.mark.parametrize("entry, offered", [
    pytest.param(an_entry(timedelta(days=13)), True, id="500, 13 days"),
    pytest.param(an_entry(timedelta(days=14) - timedelta(seconds=1)), True, id="a second less than 14 days"),
    pytest.param(an_entry(timedelta(days=14)), False, id="14 days"),
    pytest.param(an_entry(timedelta(days=1), status=404), False, id="404"),
    pytest.param(an_entry(timedelta(days=1), status=503), False, id="503"),
    pytest.param(an_entry(timedelta(days=1), direction="Business Central"), False, id="Business Central"),
])
def test_a_report_is_offered_for_a_500_of_shopify_younger_than_14_days(entry: WholeLogEntry, offered: bool) -> None:
    assert can_escalate(entry, NOW) is offered


def test_the_report_names_request_time_store_version_and_both_bodies() -> None:
    report = escalation_report(an_entry(timedelta(days=13)), CARD, NOW)

    assert (report.request_id, report.at) == ("req-7", "2026-03-07T12:00:00+00:00")
    assert (report.store, report.api_version) == ("demo-fr.myshopify.com", "2026-10")
    assert (report.request, report.response) == ('{"query":"{ shop }"}', "<html>")


def test_without_an_offer_there_is_no_report() -> None:
    with pytest.raises(ConnectorError) as refused:
        escalation_report(an_entry(timedelta(days=15)), CARD, NOW)

    assert refused.value.code == "escalation-not-offered"
