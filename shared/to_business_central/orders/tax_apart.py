"""Which documents reckon another tax than Shopify charged, rate by rate: what makes the two reports of VAT one.

Shopify rounds the tax of each line, Business Central once for each VAT identifier of a document, and API v2.0 takes no
tax (totalTaxAmount and netTaxAmount of a line are read-only, the document's VAT Difference is on no page of it). So the
difference is kept with the order's link when the document is made, and listed here.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify_ids import id_in
from shared.stores.links import Link
from shared.texts import sentence


class TaxApart(msgspec.Struct, frozen=True, kw_only=True):
    """The tax of one order at one rate. Amounts are texts in the document's currency, "" = the local one.

    id                Shopify's of the order, `number` that of its document
    date              the document's order date (ISO 8601)
    shopify           what Shopify charged, less what the sales channel remits
    business_central  what the document came to when it was made
    apart             the first less the second
    """

    id: str
    number: str
    date: str
    currency: str
    rate: str
    shopify: str
    business_central: str
    apart: str


class TaxApartPage(NamedTuple):
    """Orders by their ids; more may follow while `continuation` is not empty."""

    taxes: list[TaxApart]
    continuation: str


class _Header(msgspec.Struct, rename="camel"):
    order_date: str = ""
    currency_code: str = ""


def taxes_apart(connector: Connector, shop: str, *, first: date | None, last: date | None, limit: int,
                most: int | None = None, continuation: str = "") -> TaxApartPage:
    """Those of the next `limit` orders whose date lies in the span; an order without a date is always among them.

    most  so many end the page before `limit` orders are looked at; what belongs to one order stays together
    ConnectorError: shop-unknown, input-invalid for a continuation that is none.
    """
    connector.shops.known(shop)
    after = id_in(continuation) if continuation else ""
    if after is None:
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    found: list[TaxApart] = []
    for looked, link in enumerate(connector.links(shop, "orders").beyond(after)):
        if looked == limit or (most is not None and len(found) >= most):
            return TaxApartPage(found, after)
        found += (one for one in _of(link) if _within(one.date, first, last))
        after = link.id
    return TaxApartPage(found, "")


def _of(link: Link) -> Iterator[TaxApart]:
    if not link.tax_apart:
        return
    header = decoded(link.header or "{}", type=_Header)
    for entry in link.tax_apart.split():
        rate, shopify, there = entry.split(":")
        yield TaxApart(
            id=link.id, number=link.bc_number, date=header.order_date or link.claimed_at[:10],
            currency=header.currency_code, rate=rate, shopify=shopify, business_central=there,
            apart=str(Decimal(shopify) - Decimal(there)),
        )


def _within(day: str, first: date | None, last: date | None) -> bool:
    return not day or (first or date.min) <= date.fromisoformat(day) <= (last or date.max)
