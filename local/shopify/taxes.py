"""Which taxes the simulated shop charges on what an order holds.

Rules: Shopify Help Center, "Taxes": a shop collects tax where it is registered, by the country the goods go to
(without an address: the shop's own); overrides give some products another rate; a line that is not taxable, a tip,
a gift card and an exempt buyer bear none. Several taxes of one line are rounded each by itself. What a spec says
itself (tax_rate, tax, taxes) counts instead. Border: rates; amounts are reckoned in `reckoning`.
"""
from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.shopify.records import Spec

HOME_TAXES: Mapping[str, Any] = {
    "home": "FR", "title": "TVA", "rates": {"FR": "0.2"}, "overrides": {"1001": "0.055", "1100": "0.055"},
}
"""The demo shop's registrations (country: rate) and overrides (SKU: rate, where it is registered)."""


def taxes_of_line(line: Spec, order: Spec, shop: Mapping[str, Any]) -> list[Spec]:
    """The taxes of a line, shipping line, duty or fee: [{title, rate, amount or None, channel_liable}]."""
    if order.get("tax_exempt"):
        return []
    if "taxes" in line:
        return [_tax(tax) for tax in line["taxes"]]
    if line.get("tax_rate") or line.get("tax") is not None:
        return [_tax({"rate": line.get("tax_rate") or order.get("tax_rate") or "0", "amount": line.get("tax")})]
    if "tax_rate" in line or line.get("gift_card") or line.get("tip") or not line.get("taxable", True):
        return []
    if "taxes" in order:
        return [_tax(tax) for tax in order["taxes"]]
    rate = order["tax_rate"] if "tax_rate" in order else _registered(line, order, shop.get("taxes"))
    return [_tax({"rate": rate})] if rate else []


def _tax(spec: Spec) -> Spec:
    amount = spec.get("amount")
    return {"title": spec.get("title", "TVA"), "rate": Decimal(spec.get("rate") or 0),
            "amount": None if amount is None else Decimal(amount), "channel_liable": spec.get("channel_liable", False)}


def _registered(line: Spec, order: Spec, settings: Mapping[str, Any] | None) -> str | None:
    if settings is None:
        return None
    address = order.get("shipping_address") or order.get("billing_address") or {}
    rate: str | None = settings["rates"].get(address.get("country_code") or settings["home"])
    return settings["overrides"].get(line.get("sku"), rate) if rate else None
