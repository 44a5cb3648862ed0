"""Every record type there is, in the order of a run: products first, since orders need them; payments last.

A new type is a name and a line here, a row in shopify/shapes.py and a folder of its own; see CONTRIBUTING.md, "How to
add". Whoever wants the names alone loads nothing of what the types do.
"""
from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.sync.record_type import RecordTypes

TYPE_NAMES = ("products", "customers", "companies", "orders", "payouts", "disputes")


@cache
def record_types() -> RecordTypes:
    """The types, with what the engine does with each; imported at the first call."""
    from shared.sync.record_type import RecordTypes
    from shared.to_business_central.companies import apply as companies
    from shared.to_business_central.customers import apply as customers
    from shared.to_business_central.orders import apply as orders
    from shared.to_business_central.payments import types as payment_types
    from shared.to_business_central.products import apply as products

    return RecordTypes((
        products.TYPE,
        customers.TYPE,
        companies.TYPE,
        orders.TYPE,
        payment_types.PAYOUTS,
        payment_types.DISPUTES,
    ))
