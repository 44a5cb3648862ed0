"""What is kept of Shopify Payments, as it is shown."""
from __future__ import annotations

from typing import Any

import msgspec

from shared.connector import Connector
from shared.stores.payments import Dispute, Payout


class PaymentsView(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, newest first; ask again with `continuation` while it is not null."""

    rows: list[dict[str, Any]]
    continuation: str | None


def list_payouts(connector: Connector, shop: str, continuation: str) -> PaymentsView:
    """Fifty payouts; ConnectorError input-invalid for a continuation that is none."""
    page = connector.payouts.page(shop, continuation)
    return PaymentsView(rows=[_shown(shop, one) for one in page.rows], continuation=page.continuation or None)


def list_disputes(connector: Connector, shop: str, continuation: str) -> PaymentsView:
    """Fifty disputes; ConnectorError input-invalid for a continuation that is none."""
    page = connector.disputes.page(shop, continuation)
    return PaymentsView(rows=[_shown(shop, one) for one in page.rows], continuation=page.continuation or None)


def _shown(shop: str, one: Payout | Dispute) -> dict[str, Any]:
    """The row; what is empty is null, and the hash is ours alone."""
    shown: dict[str, Any] = msgspec.to_builtins(one)
    del shown["sent"]
    if "order" in shown:
        shown["order_id"] = shown.pop("order")
    return {"shop": shop} | {name: None if value == "" else value for name, value in shown.items()}
