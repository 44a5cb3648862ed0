"""Every record type there is, in the order of a run: products first, since orders need them; payments last.

A new type is a line here, a row in shopify/shapes.py and a folder of its own; see CONTRIBUTING.md, "How to add".
"""
from __future__ import annotations

from shared.sync.record_type import RecordTypes
from shared.to_business_central.companies import apply as companies
from shared.to_business_central.customers import apply as customers
from shared.to_business_central.orders import apply as orders
from shared.to_business_central.payments import types as payment_types
from shared.to_business_central.products import apply as products

RECORD_TYPES = RecordTypes((
    products.TYPE,
    customers.TYPE,
    companies.TYPE,
    orders.TYPE,
    payment_types.PAYOUTS,
    payment_types.DISPUTES,
))
