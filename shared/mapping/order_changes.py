"""What may still follow an order that is already in Business Central, and what may not.

Rules: Microsoft's Shopify Connector (conflict after processing). Addresses, phone and e-mail follow
Shopify. Pieces, prices, discounts and totals do not: somebody may have shipped by them, so a change
there is a conflict for a person to resolve. Accounts, item numbers and the customer are ours, not
Shopify's: changing the shop card is no conflict.
"""
from __future__ import annotations

import hashlib
from decimal import Decimal

import msgspec

from shared.mapping.plan import Body, SalesOrderPlan

FOLLOWS = frozenset((
    "shipToName", "shipToContact", "phoneNumber", "email",
    *(f"{role}{part}" for role in ("sellTo", "shipTo")
      for part in ("AddressLine1", "AddressLine2", "City", "Country", "State", "PostCode")),
))
"""Header properties that may be changed on a sales order that exists."""


def header_changes(present: Body, plan: SalesOrderPlan) -> Body:
    """The properties to change, in sending order.

    `present` is the header as last sent, or the sales order as Business Central shows it: both use
    the same property names.
    """
    return {name: value for name, value in plan.header.items()
            if name in FOLLOWS and value != present.get(name, "")}


def content_hash(plan: SalesOrderPlan) -> str:
    """SHA-256 of what Shopify says is sold and for how much.

    Another hash for an order that is already in Business Central means order-changed-after-processing.
    """
    content = (
        plan.header["currencyCode"], plan.header["pricesIncludeTax"], _plain(plan.expected_total),
        [[_plain(Decimal(line[name])) for name in ("quantity", "unitPrice", "discountAmount")]
         for line in plan.lines if line["lineType"] != "Comment"],
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
