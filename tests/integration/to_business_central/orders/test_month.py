"""A month of a shop: what Business Central holds at its end is Shopify's own report, to the cent.

Two countries with two rates each and untaxed goods, orders every day, one sync a day. One order in twenty is refunded,
cancelled or edited, some before their document is made and some after. The report is reckoned from what Shopify's Admin
API answers to the query below (2026-10), with none of the connector's code.

Turnover per rate ties to the cent, and so does VAT: what Shopify charged on its lines is what Business Central reckons,
plus what `GET …/orders/tax-apart` lists. Shopify rounds each line, Business Central each rate of a document.
What was parked is listed apart: its document as it stands, and what Shopify says of the order now.
"""
from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import requests

from local.business_central.customers import CARD
from local.business_central.seed import posting_groups
from tests.admin import Admin
from tests.books import Books, Sum, document_books, merged, money, shopify_books
from tests.house import MARIE, House
from tests.seeds import SEED, draws

DAYS, ORDERS_A_DAY, DAY = 30, 8, 24 * 3600
RATES = {"FR": {"1000": "0.2", "1001": "0.055", "1002": None}, "DE": {"1000": "0.19", "1001": "0.07", "1002": None}}
GERMAN = {**MARIE, "address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}
QUERY = """
query Month($after: String) {
  orders(first: 20, after: $after, sortKey: CREATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      legacyResourceId taxesIncluded dutiesIncluded
      currentTotalPriceSet { ...Bag } currentTotalDutiesSet { ...Bag } refundDiscrepancySet { ...Bag }
      additionalFees { price { ...Bag } taxLines { ...Tax } }
      lineItems(first: 10) { nodes {
        quantity currentQuantity originalUnitPriceSet { ...Bag } taxLines { ...Tax }
        discountAllocations { allocatedAmountSet { ...Bag } } } }
      shippingLines(first: 3) { nodes {
        isRemoved originalPriceSet { ...Bag } currentDiscountedPriceSet { ...Bag } taxLines { ...Tax }
        discountAllocations { allocatedAmountSet { ...Bag } } } }
    }
  }
}
fragment Tax on TaxLine { rate channelLiable priceSet { ...Bag } }
fragment Bag on MoneyBag { shopMoney { amount } }
"""


@dataclass
class Month:
    """The shop's orders while the month goes on: which changed after their document was made, and how."""

    gross: bool
    chance: random.Random
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    conflicts: dict[int, str] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)


@pytest.mark.parametrize("gross", [True, False], ids=["prices-with-tax", "tax-on-top"])
def test_turnover_and_vat_of_a_month_are_shopify_s_report_to_the_cent(
    house: House, admin: Admin, gross: bool
) -> None:
    month = Month(gross, draws("month", gross))
    set_up(house)
    for day in range(DAYS):
        for index in range(ORDERS_A_DAY):
            new_order(house, month, number_of(day, index), changed=index == 0 and day % 5 == 0)
        surely = number_of(day - 1, 1) if day % 5 == 1 else None
        for number in month.orders:
            if number == surely or month.chance.random() < 0.03 / (day + 1):
                happens(house, month, number)
        house.clock.forward(DAY)
        house.sync()

    parked = house.parked()
    sold = {int(order["legacyResourceId"]): order for order in report(house)}
    booked = {number: document for number in sold for document in house.documents(number)}

    assert {number: record.code for number, record in parked.items()} == month.conflicts
    assert len(sold) == DAYS * ORDERS_A_DAY
    table = _table(sold, booked, set(parked), apart(admin, set(parked)))
    print(f"seed {SEED}\n{table}")
    assert list(table.faults()) == []
    assert any(table.apart.values())
    assert month.conflicts
    assert len(month.changed) > len(month.conflicts), "some change before their document is made, and some after"


def set_up(house: House) -> None:
    """France and Germany with their rates; a default customer of its own for Germany."""
    control = house.bc.control
    for rates, business in ((RATES["FR"], "DOMESTIC"), (RATES["DE"], "EU")):
        for sku, group in (("1000", "VAT20"), ("1001", "VAT55")):
            control.change("vatPostingSetup", f"{business}|{group}", {"percent": Decimal(rates[sku] or 0) * 100})
    control.add("customers", {**CARD, **posting_groups("EU"), "country": "DE", "number": "C-DE", "displayName": "DE"})
    desk = control.row("items", "1000")
    control.add("items", {**desk, "id": "", "number": "1002", "displayName": "Stamps", "vatProdPostingGroup": "NOVAT"})
    house.card(refund_account="658000", customer_setup_by_country_region=[
        {"country_region_code": "DE", "default_customer_no": "C-DE"}])


def number_of(day: int, index: int) -> int:
    return 5001 + day * 100 + index


def new_order(house: House, month: Month, number: int, *, changed: bool) -> None:
    """A guest's order; told to, and now and then besides, it is changed or cancelled before the day's sync."""
    chance, country = month.chance, month.chance.choice(("FR", "FR", "DE"))
    rates = RATES[country]
    lines = [{"sku": sku, "quantity": chance.choice((1, 1, 2, 5)), "unit_price": f"{chance.randint(99, 25_000) / 100}",
              "taxes": [{"rate": rates[sku]}] if rates[sku] else []}
             for sku in chance.choices(("1000", "1001", "1002"), k=chance.choice((1, 1, 2, 3, 6)))]
    spec: dict[str, Any] = {
        "email": f"guest{number}@example.com", "shipping_address": MARIE if country == "FR" else GERMAN,
        "taxes_included": month.gross, "fulfilled": chance.random() < 0.3, "lines": lines,
        "shipping": [{"title": "Express", "price": "5.90", "taxes": [{"rate": rates["1000"]}]}],
        "discounts": [{"target": "lines", "percentage": "10"}] if chance.random() < 0.2 else [],
    }
    month.orders[number] = spec
    house.order(number, **spec)
    if changed or chance.random() < 0.02:
        month.changed.add(number)
        house.change("orders", number, **chance.choice((_cancelled(), _refund(spec), _goodwill())))


def happens(house: House, month: Month, number: int) -> None:
    """An order of this or an earlier day is refunded, cancelled or edited."""
    if number in month.changed:
        return
    month.changed.add(number)
    documented = bool(house.documents(number))
    code, change = month.chance.choice((
        ("order-refunded-after-processing", _refund(month.orders[number])),
        ("order-cancelled-after-processing", _cancelled()),
        ("order-refunded-after-processing", _goodwill()),
        ("order-changed-after-processing", _edit(month.orders[number])),
    ))
    house.change("orders", number, **change)
    if documented:
        month.conflicts[number] = code


def _refund(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": True}],
                         "shipping": len(spec["lines"]) == 1}]}


def _cancelled() -> dict[str, Any]:
    return {"cancelled": True, "fulfilled": False}


def _goodwill() -> dict[str, Any]:
    return {"refunds": [{"amount": "0.50"}]}


def _edit(spec: Mapping[str, Any]) -> dict[str, Any]:
    first, *others = spec["lines"]
    return {"lines": [{**first, "removed": 1}, *others], "edited": True}


# Shopify's side and the document's


def report(house: House) -> Iterator[dict[str, Any]]:
    """Every order of the shop, as Shopify's Admin API tells it."""
    after = None
    while True:
        house.clock.forward(60)
        answer = requests.post(
            f"{house.shopify.url}/admin/api/2026-10/graphql.json", timeout=60,
            json={"query": QUERY, "variables": {"after": after}},
            headers={"X-Shopify-Access-Token": house.shopify.token}).json()
        page = answer["data"]["orders"]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def apart(admin: Admin, parked: set[int]) -> dict[Decimal, Decimal]:
    """By rate, how much Shopify's tax is beyond that of the documents that are not parked, as an operator reads it."""
    found: dict[Decimal, Decimal] = {}
    query = {"from": "2025-01-01", "to": "2027-12-31", "limit": "70"}
    while True:
        status, page = admin("list_tax_apart", query=query)
        assert status == 200, page
        for row in page["taxes"]:
            assert Decimal(row["apart"]) == Decimal(row["shopify"]) - Decimal(row["business_central"]) != 0
            if int(row["id"]) not in parked:
                rate = Decimal(row["rate"]).normalize()
                found[rate] = found.get(rate, Decimal(0)) + Decimal(row["apart"])
        if page["continuation"] is None:
            return found
        query["continuation"] = page["continuation"]


@dataclass
class Table:
    """The month, rate by rate.

    beside  what is no sale: the lines that make up for rounding, less money given back for no goods. It has no rate.
    """

    gross: bool
    shopify: Books
    apart: dict[Decimal, Decimal]
    parked_sold: Books
    parked_booked: Books
    there: Books
    beside: Decimal

    def faults(self) -> Iterator[str]:
        """Where the sums do not tie."""
        total = Decimal(0)
        for rate in sorted({*self.shopify, *self.there}):
            sold, there = self.shopify.get(rate, Sum()), self.there.get(rate, Sum())
            now, stands = self.parked_sold.get(rate, Sum()), self.parked_booked.get(rate, Sum())
            vat = sold.tax - now.tax + stands.tax
            if vat != there.tax + self.apart.get(rate, Decimal(0)):
                yield f"VAT at {rate} %: {there.tax} and {self.apart.get(rate)} apart / {vat}"
            beside = self.beside if not rate else Decimal(0)
            if self._priced(sold) - self._priced(now) + self._priced(stands) + beside != self._priced(there):
                yield f"turnover at {rate} %: {self._priced(there)}"
            total += sold.gross - now.gross + stands.gross - there.gross
        if total + self.beside + (Decimal(0) if self.gross else -sum(self.apart.values())) != 0:
            yield f"turnover: {total} too little"

    def _priced(self, one: Sum) -> Decimal:
        """What the prices come to, which nothing rounds: with the tax, or without it."""
        return one.gross if self.gross else one.net

    def __str__(self) -> str:
        rows = ["rate     turnover          VAT        apart  parked: now  its documents   in Business Central, VAT"]
        for rate in sorted({*self.shopify, *self.there}):
            sold, there = self.shopify.get(rate, Sum()), self.there.get(rate, Sum())
            now, stands = self.parked_sold.get(rate, Sum()), self.parked_booked.get(rate, Sum())
            rows.append(f"{rate:>4f} {sold.gross:>12} {sold.tax:>12} {self.apart.get(rate, 0):>12} "
                        f"{now.gross:>12} {stands.gross:>14} {there.gross:>14} {there.tax:>9}")
        return "\n".join([*rows, f"beside: {self.beside}"])


def _table(sold: Mapping[int, dict[str, Any]], booked: Mapping[int, dict[str, Any]], parked: set[int],
           apart: dict[Decimal, Decimal]) -> Table:
    lines = {number: shopify_books(order) for number, order in sold.items()}
    there = {number: document_books(document) for number, document in booked.items()}
    kept = {number: order for number, order in sold.items() if number in booked and number not in parked}
    rounding = sum((_rounding(booked[number]) for number in kept), Decimal(0))
    given = sum((money(order["refundDiscrepancySet"]) for order in kept.values()), Decimal(0))
    return Table(
        gross=all(order["taxesIncluded"] for order in sold.values()), shopify=merged(lines.values()), apart=apart,
        parked_sold=merged(lines[number] for number in parked),
        parked_booked=merged(there[number] for number in parked), there=merged(there.values()),
        beside=rounding + given,
    )


def _rounding(document: Mapping[str, Any]) -> Decimal:
    """The line that makes the total Shopify's, where tax comes on top."""
    return sum((Decimal(str(line["netAmountIncludingTax"])) for line in document["salesOrderLines"]
                if line["description"] == "Rounding"), Decimal(0))
