"""What people call records of a type: *order 5001*, *orders*; types that nobody here has a word for by their own name.

Border: names only; which types there are, record_types.py says.
"""
from __future__ import annotations

from shared.texts import Sentence, as_said, sentence

_ONE = {
    "orders": sentence("order {number}").text, "customers": sentence("customer {number}").text,
    "companies": sentence("company {number}").text, "products": sentence("product {number}").text,
    "payouts": sentence("payout {number}").text, "disputes": sentence("dispute {number}").text,
}
_SEVERAL = {
    "orders": sentence("orders"), "customers": sentence("customers"), "companies": sentence("companies"),
    "products": sentence("products"), "payouts": sentence("payouts"), "disputes": sentence("disputes"),
}


def one_called(type: str, id: str) -> Sentence:
    """One record of a type, by its Shopify id."""
    return sentence(_ONE[type], number=id) if type in _ONE else as_said(f"{type} {id}")


def several_called(type: str) -> Sentence:
    """Records of a type."""
    return _SEVERAL.get(type) or as_said(type)
