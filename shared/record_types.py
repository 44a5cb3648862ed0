"""Every record type there is, in the order of a run: products first, since orders need them; payments last.

A new type is a line here, a row in shopify/kinds.py and modules of its own; see CONTRIBUTING.md, "How to add".
"""
from __future__ import annotations

from shared.sync import companies, customers, orders, payment_types, products
from shared.sync.record_type import RecordTypes

RECORD_TYPES = RecordTypes((
    products.TYPE,
    customers.TYPE,
    companies.TYPE,
    orders.TYPE,
    payment_types.PAYOUTS,
    payment_types.DISPUTES,
))
