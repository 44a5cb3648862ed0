"""The law of money over HTTP: random legal orders arrive as Shopify sold them, or are parked with a true reason.

Whole shops are synchronized against both simulators, each with a set-up in Business Central that is right for it.
Of every order that is booked the total, and gross and tax at each rate, equal Shopify's. Tax is rounded per line in
Shopify and per VAT identifier in Business Central, so a rate's may be apart by half a smallest unit for each amount
that either side rounded, and by nothing more; by how much is kept with the order's link.

    MONEY_EXAMPLES=3000 SEED=7 .venv/bin/pytest -n 0 -s \\
        tests/integration/to_business_central/orders/test_legal_orders.py

Parked by right are only orders that nobody could book:

| reason | why |
|---|---|
| refund-pending | nobody knows yet whether the money arrives |
| order-cancelled-but-paid | cancelled, paid goods neither refunded nor removed: a person has to say what they are |

Counted apart are orders of a wrong set-up: tax that the sales channel remits, of a customer who bears tax in Business
Central. They are parked as tax-mismatch; booked only where that tax is too small to tell from rounding.
"""
from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from local.business_central.customers import CARD
from local.business_central.seed import posting_groups
from shared.stores.links import LinkState
from shared.stores.skipped_records import SkippedRecord
from tests import legal_orders
from tests.books import Books, Sum, document_books, shopify_books
from tests.house import House, a_house
from tests.legal_orders import (
    BOOKED,
    LEFT_OUT,
    TRADES,
    WRONG_SET_UP,
    LegalOrder,
    Trade,
    afterwards,
    legal_order,
    owed_total,
)
from tests.memory import storage_in_memory
from tests.seeds import SEED, draws

pytestmark = pytest.mark.slow("a setting says how many are tried")
EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "60"))
PER_HOUSE, FEWEST_HOUSES = 300, 5
BY_RIGHT = frozenset(("refund-pending", "order-cancelled-but-paid"))
CUSTOMERS = {
    legal_orders.WEB: "C-WEB", legal_orders.KNOWN: "C00010", legal_orders.ABROAD: "C-ABROAD",
    legal_orders.EXEMPT: "C-EXEMPT", legal_orders.MARKET: "C-MARKET",
    legal_orders.PARTLY_MARKET: "C-PARTLY", legal_orders.TAXED_MARKET: "C-TAXED",
    legal_orders.COMPANY: "C503", legal_orders.FOREIGN_COMPANY: "C504",
}


HOUSES = max(FEWEST_HOUSES, -(-EXAMPLES // PER_HOUSE))


def trades() -> list[Trade]:
    """The trade of each house, in turns."""
    chance, found = draws("trades"), list[Trade]()
    while len(found) < HOUSES:
        found += chance.sample(TRADES, len(TRADES))
    return found[:HOUSES]


# Workers that share the tests out draw seeds of their own: no name of a test may hold what was drawn.
@pytest.fixture(scope="module", params=range(HOUSES))
def shop(request: pytest.FixtureRequest) -> Iterator[tuple[House, Trade, list[LegalOrder]]]:
    """A house set up for one trade, with its orders."""
    trade, chance = trades()[request.param], draws("orders", request.param)
    with a_house(storage_in_memory()) as house:
        set_up(house, trade)
        orders = [legal_order(chance, trade, 5001 + index) for index in range(EXAMPLES // HOUSES)]
        for order in orders:
            house.shopify.shop_state.put("orders", {"id": order.number, **order.spec})
        yield house, trade, orders


def test_every_legal_order_is_booked_as_it_was_sold_or_parked_with_a_reason_that_is_true(
    shop: tuple[House, Trade, list[LegalOrder]], capsys: pytest.CaptureFixture[str],
) -> None:
    house, trade, orders = shop

    house.sync()

    parked = _parked(house)
    with capsys.disabled():
        print(f"\n{trade.name}: {shares(orders, parked)}")
    wrong = {f"{order.number} of seed {SEED}": fault
             for order in orders if (fault := _fault(house, trade, order, parked))}
    assert wrong == {}
    assert not {parked[order.number].code for order in orders
                if order.number in parked and order.fate != WRONG_SET_UP} - BY_RIGHT


def test_whatever_happens_to_a_booked_order_afterwards_is_a_conflict_and_its_document_stays(
    shop: tuple[House, Trade, list[LegalOrder]],
) -> None:
    house, trade, orders = shop
    house.sync()
    chance = draws("spoilt", trade.name)
    booked = [order for order in orders if order.fate == BOOKED and chance.random() < 0.25]
    changes = {order.number: change for order in booked if (change := afterwards(chance, order))}
    before = {number: house.document(number) for number in changes}
    for number, (change, _) in changes.items():
        house.change("orders", number, **change)

    house.sync()

    parked = _parked(house)
    reasons = {number: parked[number].code if number in parked else "" for number in changes}
    assert reasons == {number: reason for number, (_, reason) in changes.items()}
    for number, document in before.items():
        assert _worth(house.document(number)) == _worth(document)


def set_up(house: House, trade: Trade) -> None:
    """A company and a card that are right for a trade."""
    control = house.bc.control
    for code in {trade.currency, trade.billed_in} - {"EUR"}:
        if code not in ("USD", "GBP"):
            control.add("currencies", {"code": code, "displayName": code,
                                       "amountRoundingPrecision": {"JPY": "1", "KWD": "0.001"}[code]})
            control.add("currencyExchangeRates", {"currencyCode": code, "startingDate": "2025-01-01",
                                                  "exchangeRateAmount": "1", "relationalExchangeRateAmount": "1"})
    for group, rates in (("VAT20", trade.standard), ("VAT55", trade.reduced)):
        control.change("vatPostingSetup", f"DOMESTIC|{group}", {"percent": sum(map(Decimal, rates)) * 100})
    for group, rates in (("VAT20", trade.standard), ("VAT55", trade.reduced), ("NOVAT", ())):
        control.add("vatPostingSetup", {"id": f"PARTLY|{group}", "identifier": group,
                                        "percent": sum(map(Decimal, rates[1:]), Decimal(0)) * 100})
    control.change("items", "1000", {"units": {"BOX": Decimal(12)}})
    _item_without_tax(house)
    for number, group in (("708501", "VAT55"), ("708502", "NOVAT")):
        control.add("accounts", {**control.row("accounts", "708500"), "id": "", "number": number,
                                 "vatProdPostingGroup": group})
    for number, email, more in (("C-ABROAD", "abroad@example.com", {}), ("C-EXEMPT", "exempt@example.fr", {}),
                                ("C-MARKET", "market@example.com", {}),
                                ("C-TAXED", "taxed@example.com", {"vatBusPostingGroup": "DOMESTIC"}),
                                ("C-PARTLY", "partly@example.com", {"vatBusPostingGroup": "PARTLY"})):
        control.add("customers", {**CARD, **posting_groups("EXPORT"), "country": "FR", "number": number,
                                  "displayName": number, "email": email, **more})
    _people(house)
    house.product(8200000001, "", title="Desk", options=["Pack"], variants=[
        {"id": 8200000001001 + index, "sku": "1000", "price": "120.00", "options": [value]}
        for index, value in enumerate(("PCS", "BOX"))])
    house.card(
        uom_as_variant=True, variant_option_name_for_uom="Pack", default_item_no="1000",
        duties_account="658000", additional_fees_account="708500", channel_tax_account="758800",
        refund_account="658000", shipping_charges=[
            {"title": "Cool box", "type": "G/L Account", "number": "708501"},
            {"title": "Untaxed", "type": "G/L Account", "number": "708502"}],
        currency_handling="Presentment Currency" if trade.by_buyers_side else "Shop Currency",
        location_mapping={"Lyon": "EAST", "Paris": "MAIN"},
        customer_setup_by_country_region=[{"country_region_code": "FR", "tax_groups": {
            "20": "VAT20", "5.5": "VAT55", "0": "NOVAT"}}] if trade.by_rate else [])


def shares(orders: list[LegalOrder], parked: Mapping[int, SkippedRecord]) -> str:
    """How many of these are parked, by reason."""
    codes = Counter(parked[order.number].code for order in orders
                    if order.number in parked and order.fate != WRONG_SET_UP)
    told = ", ".join(f"{code} {count} ({count / len(orders):.2%})" for code, count in codes.most_common())
    wrong = [order.number in parked for order in orders if order.fate == WRONG_SET_UP]
    apart = f"; of {len(wrong)} with a wrong set-up: {sum(wrong)}" if wrong else ""
    return f"{len(orders)} orders, seed {SEED}, parked: {told or 'none'}{apart}"


def _item_without_tax(house: House) -> None:
    desk = house.bc.control.row("items", "1000")
    house.bc.control.add("items", {**desk, "id": "", "number": "1002", "displayName": "Stamps", "gtin": "",
                                   "vatProdPostingGroup": "NOVAT"})


def _people(house: House) -> None:
    for number in (7101, 7102, 7103):
        house.customer(number)
    german = {"address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}
    for company, number, email, place in ((503, 7003, "buy@spalt.example", {}),
                                          (504, 7004, "buy@linden.example", {"address": german})):
        house.customer(number, email=email)
        more = {"locations": [{"name": "L", **place}]} if place else {}
        house.company(company, contacts=[number], **more)


def _fault(house: House, trade: Trade, order: LegalOrder, parked: Mapping[int, SkippedRecord]) -> str:
    """What is wrong with what became of an order; "" for nothing."""
    documents, reason = house.documents(order.number), parked.get(order.number)
    if order.fate == WRONG_SET_UP:
        return _fault_of_wrong_set_up(trade, documents, reason)
    if order.fate != BOOKED:
        there = reason.code if reason else _state(house, order.number)
        return "" if there == order.fate and not documents else f"{there} / {order.fate}: {reason}"
    if reason or len(documents) != 1:
        return f"parked: {reason.code}: {reason.detail}" if reason else f"{len(documents)} documents"
    record = house.shopify.shop_state.record("orders", order.number)
    assert record is not None
    [document] = documents
    apart = house.link("orders", order.number).tax_apart
    return "; ".join([*_head_faults(trade, order, record, document), *_sum_faults(trade, order, record, document),
                      *_apart_faults(trade, record, document, apart)])


def _fault_of_wrong_set_up(trade: Trade, documents: list[dict[str, Any]], reason: SkippedRecord | None) -> str:
    """Parked for its tax without a document, or booked with no more tax than rounding explains."""
    if reason or len(documents) != 1:
        return "" if reason and reason.code == "tax-mismatch" and not documents else f"{len(documents)}: {reason}"
    [document] = documents
    tax = sum((one.tax for one in document_books(document).values()), Decimal(0))
    most = Decimal("0.05") + len(document["salesOrderLines"]) * trade.unit / 2
    return f"tax {tax} of the channel's" if tax > most else ""


def _parked(house: House) -> dict[int, SkippedRecord]:
    """Orders that are parked; contacts of companies are left out as customers, which is no order's affair."""
    return {number: record for number, record in house.parked().items() if record.type == "orders"}


def _state(house: House, number: int) -> str:
    return LEFT_OUT if house.link("orders", number).state is LinkState.LEFT_OUT else "neither"


def _head_faults(trade: Trade, order: LegalOrder, record: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    customer = CUSTOMERS.get(order.buyer) or f"S{order.spec['customer']}"
    if document["customerNumber"] != customer:
        yield f"customer {document['customerNumber']} / {customer}"
    if document["currencyCode"] != trade.billed_in:
        yield f"currency {document['currencyCode']} / {trade.billed_in}"
    there = Counter({unit: int(pieces) for unit, pieces in _pieces(document).items()})
    sold = Counter(_unit_of(line) for line in record["lineItems"] for _ in range(line["currentQuantity"])
                   if not (line["isGiftCard"] or line["title"] == "Tip"))
    if there != sold:
        yield f"pieces {there} / {sold}"


def _pieces(document: dict[str, Any]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for line in document["salesOrderLines"]:
        if line["lineType"] == "Item":
            found[(line["lineObjectNumber"], line["unitOfMeasureCode"])] += int(line["quantity"])
    return found


def _unit_of(line: dict[str, Any]) -> tuple[str, str]:
    return line["sku"] or "1000", "BOX" if line["variantTitle"] == "BOX" else "PCS"


def _sum_faults(trade: Trade, order: LegalOrder, record: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    owed = owed_total(record, trade.side, order.beyond)
    total = Decimal(str(document["totalAmountIncludingTax"]))
    if total != owed:
        yield f"total {total} / {owed}"
    sold, booked = shopify_books(record, trade.side, trade.unit), document_books(document)
    beside = owed - sum((one.gross for one in sold.values()), Decimal(0))
    allowed = _rounding_line(document) + sum(one.doubtful for one in sold.values()) * trade.unit
    for rate in {*sold, *booked} - {Decimal(0)}:
        yield from _rate_faults(trade, rate, sold.get(rate, Sum()), booked.get(rate, Sum()))
    untaxed = booked.get(Decimal(0), Sum()).gross - sold.get(Decimal(0), Sum()).gross
    # Cash rounding, money for no goods and what rounding of the taxes leaves stand without tax.
    if abs(untaxed - beside - _rounding_line(document, signed=True)) > allowed - _rounding_line(document):
        yield f"without tax: {untaxed} beyond what was sold so, {beside} by Shopify"


def _rate_faults(trade: Trade, rate: Decimal, sold: Sum, booked: Sum) -> Iterator[str]:
    doubt = sold.doubtful * trade.unit
    most = (sold.rounded + 1) * trade.unit / 2 + doubt
    if abs(booked.tax - sold.tax) > most:
        yield f"tax at {rate} %: {booked.tax} / {sold.tax}"
    price = (booked.gross, sold.gross) if trade.gross else (booked.net, sold.net)
    if abs(price[0] - price[1]) > doubt:
        yield f"prices at {rate} %: {price[0]} / {price[1]}"


def _apart_faults(trade: Trade, record: dict[str, Any], document: dict[str, Any], apart: str) -> Iterator[str]:
    """Shopify's tax at each rate is the document's and what the link says is apart."""
    told = {Decimal(rate): Decimal(shopify) - Decimal(there) for rate, shopify, there in
            (entry.split(":") for entry in apart.split())}
    sold, booked = shopify_books(record, trade.side, trade.unit), document_books(document)
    for rate in {*sold, *booked}:
        one, there = sold.get(rate, Sum()), booked.get(rate, Sum())
        if abs(one.tax - there.tax - told.get(rate, Decimal(0))) > one.doubtful * trade.unit:
            yield f"tax at {rate} %: {one.tax} / {there.tax}, apart by {told.get(rate)}"


def _rounding_line(document: dict[str, Any], *, signed: bool = False) -> Decimal:
    """The line that makes up for rounded taxes."""
    found = sum((Decimal(str(line["netAmountIncludingTax"])) for line in document["salesOrderLines"]
                 if line["description"] == "Rounding"), Decimal(0))
    return found if signed else abs(found)


def _worth(document: dict[str, Any]) -> tuple[Any, Books]:
    return document["totalAmountIncludingTax"], document_books(document)
