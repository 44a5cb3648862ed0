"""Privacy requests and deliveries that were refused: the lists, the files, and an operator's word on an erasure."""
from __future__ import annotations

from shared.connector import Connector
from shared.privacy.export import read_export
from shared.stores.privacy_receipts import Receipt
from shared.webhooks import command_handlers


def list_requests(connector: Connector) -> list[Receipt]:
    """Every receipt, the latest first."""
    return connector.receipts.all()


def read_file(connector: Connector, shop: str, id: str) -> tuple[str, bytes]:
    """What was written for a customer's data request: a name for the file, and the file. ConnectorError not-found."""
    receipt = connector.receipts.data_request(shop, id)
    return f"{receipt.shop}_{receipt.customer_id}.json", read_export(connector, receipt)


def refused_deliveries(connector: Connector) -> dict[str, int]:
    """How many webhooks had a wrong signature, by UTC day."""
    return connector.refused.per_day()


def confirm_erasure(connector: Connector, shop: str, id: str, *, by: str) -> None:
    """Have a shop erased though Shopify does not say that the app is gone; ConnectorError as command_handlers.py."""
    with connector.operations.recorded("confirm_erasure", by=by, shop=shop):
        command_handlers.confirm_erasure(connector, shop, id, by=by)
