"""Both sides of the books of one order, by tax rate: what Shopify's record says, what the document of it comes to.

Shopify's side is reckoned from the fields of the Admin API alone (2026-10: LineItem, ShippingLine, Order), with none of
the connector's code. A rate is the sum of a line's taxes that the shop itself owes: what the sales channel remits
(channelLiable) is no tax of the shop's, but money beside it: a price that includes it holds that much less of the
shop's own.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO, CENT = Decimal(0), Decimal("0.01")
Record = Mapping[str, Any]


@dataclass
class Sum:
    """What was sold at one rate.

    rounded   how many amounts of tax were rounded
    doubtful  discounted prices and taxes of a channel of which a part is left: how Shopify rounds that it does not say
    """

    gross: Decimal = ZERO
    tax: Decimal = ZERO
    rounded: int = 0
    doubtful: int = 0

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax


Books = dict[Decimal, Sum]
"""Rate in per cent -> what was sold at it."""


def shopify_books(order: Record, side: str = "shopMoney", unit: Decimal = CENT) -> Books:
    """What is left of an order, as Shopify charged it, cash rounding and money for no goods left out."""
    books: Books = {}
    for line in _nodes(order["lineItems"]):
        if line["currentQuantity"]:
            _line(books, line, order, side, unit)
    for charge in _nodes(order["shippingLines"]):
        if not charge["isRemoved"]:
            _charge(books, charge, order, side, unit)
    for fee in order["additionalFees"]:
        _add(books, _Part(money(fee["price"], side)), fee["taxLines"], order, side, unit)
    duties = order["currentTotalDutiesSet"]
    if duties and not order["dutiesIncluded"]:
        _add(books, _Part(money(duties, side)), [], order, side, unit)
    return books


def document_books(document: Record) -> Books:
    """What a sales order or invoice of Business Central comes to, with the VAT of the document, not of each line."""
    name = next(name for name in document if name.endswith("Lines"))
    books: Books = {}
    for line in document[name]:
        if line["lineType"] == "Comment":
            continue
        there = books.setdefault(_decimal(line["taxPercent"]).normalize(), Sum())
        there.gross += _decimal(line["netAmountIncludingTax"])
        there.tax += _decimal(line["netTaxAmount"])
    return books


def merged(all_books: Iterable[Books]) -> Books:
    """The sum of many."""
    whole: Books = {}
    for books in all_books:
        for rate, one in books.items():
            there = whole.setdefault(rate, Sum())
            there.gross += one.gross
            there.tax += one.tax
            there.rounded += one.rounded
            there.doubtful += one.doubtful
    return whole


def money(bag: Record, side: str = "shopMoney") -> Decimal:
    return Decimal(bag[side]["amount"])


def _nodes(connection: Any) -> list[Record]:
    """The records of a connection, whether it was asked for or is the simulator's own list."""
    found: list[Record] = connection["nodes"] if isinstance(connection, Mapping) else connection
    return found


@dataclass(frozen=True)
class _Part:
    """What is left of a price, and whether that is all of it."""

    left: Decimal
    whole: bool = True


def _line(books: Books, line: Record, order: Record, side: str, unit: Decimal) -> None:
    discount = sum((money(one["allocatedAmountSet"], side) for one in line["discountAllocations"]), ZERO)
    price = money(line["originalUnitPriceSet"], side) * line["quantity"] - discount
    share = Decimal(line["currentQuantity"]) / line["quantity"]
    there = _add(books, _Part(_rounded(price * share, unit), share == 1), line["taxLines"], order, side, unit)
    there.doubtful += bool(discount) and share != 1


def _charge(books: Books, charge: Record, order: Record, side: str, unit: Decimal) -> None:
    discount = sum((money(one["allocatedAmountSet"], side) for one in charge["discountAllocations"]), ZERO)
    left = money(charge["currentDiscountedPriceSet"], side)
    whole = left == money(charge["originalPriceSet"], side) - discount
    _add(books, _Part(left, whole), charge["taxLines"], order, side, unit)


def _add(books: Books, part: _Part, taxes: Sequence[Record], order: Record, side: str, unit: Decimal) -> Sum:
    """Add a price with its taxes at its rate; what the channel remits is money without tax."""
    own = [tax for tax in taxes if not tax["channelLiable"]]
    charged = {id(tax): _tax(tax, part, taxes, order, side, unit) for tax in taxes}
    there = books.setdefault(_rate(own), Sum())
    tax = sum((charged[id(one)] for one in own), ZERO)
    channel = sum(charged.values(), ZERO) - tax
    doubtful = 0 if part.whole else len(taxes) - len(own)
    there.gross += part.left - channel if order["taxesIncluded"] else part.left + tax
    there.tax += tax
    there.rounded += len(own)
    there.doubtful += doubtful if order["taxesIncluded"] else 0
    if channel:
        untaxed = books.setdefault(ZERO, Sum())
        untaxed.gross += channel
        untaxed.doubtful += doubtful
    return there


def _tax(tax: Record, part: _Part, taxes: Sequence[Record], order: Record, side: str, unit: Decimal) -> Decimal:
    """One tax of what is left: as charged, or by its rate where that is only a part."""
    if part.whole:
        return money(tax["priceSet"], side)
    rates = sum((Decimal(str(one["rate"])) for one in taxes), ZERO)
    whole = 1 + rates if order["taxesIncluded"] else Decimal(1)
    return _rounded(part.left * Decimal(str(tax["rate"])) / whole, unit)


def _rate(taxes: Sequence[Record]) -> Decimal:
    return (sum((Decimal(str(tax["rate"])) for tax in taxes), ZERO) * 100).normalize()


def _rounded(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(unit, ROUND_HALF_UP)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))
