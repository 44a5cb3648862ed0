"""Random orders that Shopify itself could make, and what has to become of each.

A `Trade` is a way to sell: currency, price mode, taxes, the buyers' currency. `legal_order` draws the specification of
an order (vocabulary: local/shopify/orders.py); every amount of it is then reckoned by the simulator, by Shopify's
rules. Nothing is refunded, returned or given back that was not sold and paid before. What the draw knows of an order's
fate is its own reckoning: nothing here asks the connector.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

from local.shopify.money import bag, smallest
from local.shopify.orders import build_order

Spec = dict[str, Any]
BOOKED, LEFT_OUT, WRONG_SET_UP = "booked", "left out", "wrong set-up"
STANDARD, REDUCED, NONE = "standard", "reduced", "none"
GOODS = {"1000": STANDARD, "1001": REDUCED, "1002": NONE, "BOX": STANDARD, None: STANDARD}
"""SKU -> tax class. BOX is item 1000 in its other unit, None a line of no product."""
SHIPPING = {"Standard": STANDARD, "Cool box": REDUCED, "Untaxed": NONE}
WHEN = "2026-03-10T08:00:00Z"


@dataclass(frozen=True)
class Trade:
    """How a shop sells.

    standard, reduced  the taxes of a line of each class, as rates
    buyers_currency    what its buyers pay in, "" for the shop's own; `rate` of it for one of the shop's
    by_buyers_side     whether documents are made in the buyers' currency (Currency Handling)
    by_rate            whether any goods and shipping may bear any of the taxes, so that the card says which tax group
                       lines of a rate have (Tax Groups)
    """

    name: str
    currency: str
    gross: bool
    standard: tuple[str, ...]
    reduced: tuple[str, ...]
    buyers_currency: str = ""
    rate: str = "1"
    by_buyers_side: bool = False
    by_rate: bool = False

    @property
    def billed_in(self) -> str:
        return self.buyers_currency if self.by_buyers_side else self.currency

    @property
    def side(self) -> str:
        """The side of a money bag that documents are made by."""
        return "presentmentMoney" if self.by_buyers_side else "shopMoney"

    @property
    def unit(self) -> Decimal:
        return smallest(self.billed_in)


TRADES = (
    Trade("prices with one tax", "EUR", True, ("0.2",), ("0.055",)),
    Trade("one tax on top", "EUR", False, ("0.2",), ("0.055",)),
    Trade("three taxes on top", "USD", False, ("0.0625", "0.01", "0.01"), ("0.0625",)),
    Trade("two taxes of odd rates on top", "USD", False, ("0.05", "0.09975"), ("0.05",)),
    Trade("prices with two taxes", "EUR", True, ("0.21", "0.052"), ("0.1", "0.014")),
    Trade("yen with tax", "JPY", True, ("0.1",), ("0.08",)),
    Trade("yen, tax on top", "JPY", False, ("0.1",), ("0.08",)),
    Trade("dinars with tax", "KWD", True, ("0.05",), ("0.025",)),
    Trade("dinars, taxes on top", "KWD", False, ("0.05", "0.01"), ("0.025",)),
    Trade("euro shop billed in pounds", "EUR", True, ("0.2",), ("0.055",), "GBP", "0.8437", True),
    Trade("euro shop billed in yen, tax on top", "EUR", False, ("0.2",), ("0.055",), "JPY", "162.31", True),
    Trade("euro shop whose buyers pay dinars", "EUR", True, ("0.2",), ("0.055",), "KWD", "0.3341"),
    Trade("yen shop billed in euro", "JPY", True, ("0.1",), ("0.08",), "EUR", "0.00617", True),
    Trade("any goods at any rate, prices with tax", "EUR", True, ("0.2",), ("0.055",), by_rate=True),
    Trade("any goods at any rate, tax on top", "EUR", False, ("0.2",), ("0.055",), by_rate=True),
)

WEB, KNOWN, NEW, ABROAD, EXEMPT, MARKET, PARTLY_MARKET, TAXED_MARKET, COMPANY, FOREIGN_COMPANY = (
    "web", "known", "new", "abroad", "exempt", "market", "partly market", "taxed market", "company", "foreign company")
"""Who buys. MARKET: the sales channel remits all taxes; PARTLY_MARKET: it remits the first tax of a line only.
TAXED_MARKET: it remits all of them, but the order goes to a customer who bears tax: right only by tax groups."""
REMITTED = frozenset((MARKET, TAXED_MARKET))
UNTAXED = frozenset((ABROAD, EXEMPT, FOREIGN_COMPANY))
FRENCH = {"first_name": "Anne", "last_name": "Martin", "address1": "3 rue Mercière", "city": "Lyon", "zip": "69002",
          "country_code": "FR"}
AMERICAN = {**FRENCH, "address1": "1 Main Street", "city": "Austin", "zip": "73301", "country_code": "US"}
GERMAN = {**FRENCH, "address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}


@dataclass(frozen=True)
class LegalOrder:
    """An order and its fate: BOOKED, LEFT_OUT, WRONG_SET_UP, or the reason it has to be parked with.

    beyond  positions of the refunds whose amount somebody chose: what they gave more (or less) than their goods
            are worth belongs on the document
    """

    number: int
    spec: Spec
    fate: str
    buyer: str
    beyond: tuple[int, ...] = ()


@dataclass
class _Draw:
    """One order while it is being drawn."""

    chance: Random
    trade: Trade
    buyer: str
    dearest: int = 20_000
    spec: Spec = field(default_factory=dict)
    beyond: list[int] = field(default_factory=list)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def amount(self, most: int = 20_000) -> str:
        """Some amount in the shop's currency: usually a price, now and then nothing or a fortune."""
        kind, most = self.chance.random(), min(most, self.dearest)
        units = 0 if kind < 0.02 else self.chance.randint(1, most * 150 if kind > 0.98 else most)
        return self.text(Decimal(units) * smallest(self.trade.currency))

    def text(self, amount: Decimal) -> str:
        return f"{amount.quantize(smallest(self.trade.currency), ROUND_DOWN):f}"

    def taxes_of_goods(self, kind: str) -> list[Spec]:
        """The taxes of goods or shipping of this class."""
        return self.taxes(self.chance.choice((STANDARD, REDUCED, NONE)) if self.trade.by_rate else kind)

    def taxes(self, kind: str) -> list[Spec]:
        rates = {STANDARD: self.trade.standard, REDUCED: self.trade.reduced, NONE: ()}[kind]
        if self.buyer in UNTAXED:
            return []
        return [{"title": f"Tax {index + 1}", "rate": rate,
                 "channel_liable": self.buyer in REMITTED or (self.buyer == PARTLY_MARKET and not index)}
                for index, rate in enumerate(rates)]


def legal_order(chance: Random, trade: Trade, number: int) -> LegalOrder:
    """One order, drawn by `chance`."""
    # Some shops sell screws: prices of which the tax is rounded to nothing.
    draw = _Draw(chance, trade, _buyer(chance), dearest=20 if chance.random() < 0.06 else 20_000)
    draw.spec = {
        "id": number, "name": f"#{number}", "currency": trade.currency, "taxes_included": trade.gross,
        "created_at": WHEN, "lines": [_line(draw) for _ in range(_how_many(chance))], **_people(draw, number),
        "shipping": [_shipping(draw) for _ in range(chance.choice((0, 0, 1, 1, 1, 2)))],
    }
    if trade.buyers_currency:
        draw.spec |= {"presentment_currency": trade.buyers_currency, "presentment_rate": trade.rate}
    _discounts(draw)
    _tip_and_gift_card(draw)
    _duties_and_fees(draw)
    _edits(draw)
    fate = _what_follows(draw)
    return LegalOrder(number, draw.spec, fate, draw.buyer, tuple(draw.beyond))


def reckoned(spec: Spec) -> dict[str, Any]:
    """The record of an order as the simulator would answer it now."""
    shop = {"currencyCode": spec["currency"], "taxesIncluded": spec["taxes_included"]}
    return build_order({"updated_at": WHEN, **spec}, shop, {})


def _buyer(chance: Random) -> str:
    kinds = [WEB, WEB, WEB, KNOWN, NEW, NEW, ABROAD, EXEMPT, COMPANY, FOREIGN_COMPANY]
    return chance.choice(kinds * 10 + [MARKET] * 6 + [PARTLY_MARKET] * 6 + [TAXED_MARKET] * 2)


def _how_many(chance: Random) -> int:
    kind = chance.random()
    return chance.choice((1, 1, 1, 2, 2, 3, 4, 6)) if kind < 0.96 else chance.randint(15, 40 if kind < 0.997 else 230)


def _people(draw: _Draw, number: int) -> Spec:
    people: dict[str, Spec] = {
        WEB: {"email": f"web{number}@example.fr", "shipping_address": FRENCH},
        KNOWN: {"email": "marie@example.fr", "shipping_address": FRENCH},
        NEW: {"customer": 7101 + number % 3, "email": f"jean{7101 + number % 3}@example.fr",
              "shipping_address": FRENCH},
        ABROAD: {"email": "abroad@example.com", "shipping_address": AMERICAN},
        EXEMPT: {"email": "exempt@example.fr", "shipping_address": FRENCH, "tax_exempt": True},
        MARKET: {"email": "market@example.com", "shipping_address": FRENCH},
        PARTLY_MARKET: {"email": "partly@example.com", "shipping_address": FRENCH},
        TAXED_MARKET: {"email": "taxed@example.com", "shipping_address": FRENCH},
        COMPANY: {"customer": 7003, "email": "buy@spalt.example", "company": {"company": 503},
                  "shipping_address": FRENCH},
        FOREIGN_COMPANY: {"customer": 7004, "email": "buy@linden.example", "company": {"company": 504},
                          "shipping_address": GERMAN, "tax_exempt": True},
    }
    return people[draw.buyer]


def _line(draw: _Draw) -> Spec:
    sku = draw.chance.choice(("1000", "1000", "1001", "1001", "1002", "BOX", None))
    line: Spec = {"sku": sku, "quantity": draw.chance.choice((1, 1, 1, 2, 3, 7, 12)), "unit_price": draw.amount(),
                  "taxes": draw.taxes_of_goods(GOODS[sku])}
    if sku == "BOX":
        line |= {"sku": "1000", "variant": 8200000001002, "product": 8200000001, "variant_title": "BOX"}
    if sku is None:
        line |= {"title": "Engraving"}
    return line


def _shipping(draw: _Draw) -> Spec:
    title = draw.chance.choice(tuple(SHIPPING))
    return {"title": title, "price": draw.amount(3_000), "taxes": draw.taxes_of_goods(SHIPPING[title])}


def _discounts(draw: _Draw) -> None:
    spec, chance = draw.spec, draw.chance
    for line in spec["lines"]:
        if draw.often(0.15):
            line["discount"] = _part(draw, Decimal(line["unit_price"]) * line["quantity"])
    for charge in spec["shipping"]:
        if draw.often(0.1):
            charge["discount"] = _part(draw, Decimal(charge["price"]))
    wide: list[Spec] = []
    if draw.often(0.25):
        wide.append({"target": "lines", "percentage": chance.choice(("5", "10", "15", "33.33", "100")), "code": "LESS"})
    if draw.often(0.15):
        wide.append({"target": "lines", "amount": draw.amount(5_000), "title": "Off"})
    if draw.often(0.05):
        wide.append({"target": "shipping", "percentage": chance.choice(("50", "100")), "code": "FREE"})
    spec["discounts"] = wide


def _part(draw: _Draw, whole: Decimal) -> str:
    return draw.text(whole * draw.chance.randint(0, 100) / 100)


def _tip_and_gift_card(draw: _Draw) -> None:
    if draw.often(0.06):
        draw.spec["lines"].append({"title": "Gift card", "gift_card": True, "unit_price": draw.amount(5_000)})
    if draw.often(0.06):
        draw.spec["tip"] = draw.amount(1_000)


def _duties_and_fees(draw: _Draw) -> None:
    if draw.buyer == ABROAD and draw.often(0.4):
        for line in draw.spec["lines"]:
            if not line.get("gift_card"):
                line["duties"] = [{"price": draw.amount(2_000)} for _ in range(draw.chance.randint(0, 2))]
        draw.spec["duties_included"] = draw.often(0.2)
    if draw.often(0.07):
        draw.spec["fees"] = [{"name": name, "price": draw.amount(500), "taxes": draw.taxes_of_goods(STANDARD)}
                             for name in ("Eco contribution", "Handling")[: draw.chance.randint(1, 2)]]


def _edits(draw: _Draw) -> None:
    """Pieces taken off, lines put on, shipping taken off or lowered, after the buyer paid."""
    spec = draw.spec
    if draw.often(0.12):
        for line in spec["lines"]:
            line["removed"] = draw.chance.randint(0, line.get("quantity", 1)) if draw.often(0.4) else 0
        spec["edited"] = True
    if draw.often(0.05):
        spec["lines"].append({**_line(draw), "added": True})
        spec["edited"] = True
    if spec["shipping"] and draw.often(0.05):
        charge = draw.chance.choice(spec["shipping"])
        charge |= {"removed": True} if draw.often(0.5) else {"left": _part(draw, Decimal(charge["price"]))}
        spec["edited"] = True


# What follows: payments, cash, refunds, cancellations


def _what_follows(draw: _Draw) -> str:
    """Draw what became of the order after it was placed; its fate."""
    kind = draw.chance.random()
    draw.spec["fulfilled"] = draw.often(0.5)
    _places(draw)
    if kind < 0.62:
        _paid(draw)
    elif kind < 0.68:
        draw.spec["payment_pending"] = True
    elif kind < 0.72:
        _in_cash(draw)
    elif kind < 0.88:
        _refunded(draw)
    elif kind < 0.93:
        _money_back(draw)
    elif kind < 0.935:
        _refunded(draw, pending=True)
    else:
        _cancelled(draw)
    return _fate(draw)


def _places(draw: _Draw) -> None:
    """Some orders are sent from two places, a line of several pieces from both."""
    goods = [index for index, line in enumerate(draw.spec["lines"]) if not line.get("gift_card")]
    if not goods or not draw.often(0.2):
        return
    here = [draw.chance.randint(0, draw.spec["lines"][index]["quantity"]) for index in goods]
    there = [draw.spec["lines"][index]["quantity"] - pieces for index, pieces in zip(goods, here, strict=True)]
    draw.spec["fulfillment_orders"] = [
        {"lines": [index for index, pieces in zip(goods, sent, strict=True) if pieces],
         "quantities": [pieces for pieces in sent if pieces], "location": {"id": 11 + place, "name": name}}
        for place, (name, sent) in enumerate((("Lyon", here), ("Paris", there))) if any(sent)]


def _paid(draw: _Draw) -> None:
    """At once, captured later, in two parts, or not all of it yet."""
    if draw.buyer in UNTAXED and not draw.spec.get("edited") and draw.often(0.1):
        # What Shopify gives to no line is taken off the tax of none either: only where there are no taxes is it plain.
        worth = sum((_money(line["discountedTotalSet"]) for line in reckoned(draw.spec)["lineItems"]
                     if not (line["isGiftCard"] or line["title"] == "Tip")), Decimal(0))
        draw.spec["unallocated_discount"] = draw.text(worth * draw.chance.randint(0, 100) / 100)
    total = _money(reckoned(draw.spec)["totalReceivedSet"])
    kind = draw.chance.random()
    if kind < 0.2 and total:
        draw.spec["transactions"] = [{"kind": "AUTHORIZATION"}, {"kind": "CAPTURE", "parent": 0}]
    elif kind < 0.4 and total > 1:
        first = draw.text(total / 3)
        rest = draw.text(total - Decimal(first))
        draw.spec["transactions"] = [{"kind": "SALE", "amount": first, "gateway": "gift_card"},
                                     {"kind": "SALE", "amount": rest}]
    elif kind < 0.45 and total > 1:
        draw.spec["transactions"] = [{"kind": "SALE", "amount": draw.text(total / 2)}]


def _in_cash(draw: _Draw) -> None:
    """At a till that rounds: only orders of the shop's own currency are paid in cash."""
    spec, unit = draw.spec, smallest(draw.trade.currency)
    if draw.trade.buyers_currency or spec.get("edited"):
        return
    total = _money(reckoned(spec)["currentTotalPriceSet"])
    rounding = (total / (5 * unit)).quantize(Decimal(1)) * 5 * unit - total
    money = bag(rounding, draw.trade.currency, rounding, draw.trade.currency)
    nothing = bag(Decimal(0), draw.trade.currency, Decimal(0), draw.trade.currency)
    spec |= {"source_name": "pos", "fields": {
        "totalCashRoundingAdjustment": {"paymentSet": money, "refundSet": nothing}}}


def _refunded(draw: _Draw, *, pending: bool = False) -> None:
    """One or two refunds of what is left of lines and shipping."""
    refunds: list[Spec] = []
    for _ in range(draw.chance.choice((1, 1, 2))):
        lines = [{"line": index, "quantity": pieces, "restock": draw.often(0.7)}
                 for index, line in enumerate(_sold(draw.spec))
                 if draw.often(0.6) and (pieces := draw.chance.randint(0, _left(line, index, refunds)))]
        refund: Spec = {"lines": lines}
        if draw.spec["shipping"] and draw.often(0.3) and not any(one.get("shipping") for one in refunds):
            refund["shipping"] = True if draw.often(0.5) else draw.text(
                Decimal(draw.spec["shipping"][0]["price"]) / 2)
        refunds.append(refund)
    draw.spec["refunds"] = refunds
    if pending:
        refunds[-1]["pending"] = True


def _money_back(draw: _Draw) -> None:
    """Money of one's own choice: for nothing, or more or less than the goods that came back are worth."""
    if draw.spec.get("edited"):
        # After an edit the same refund pays back what the edit took off: that is nothing beyond the goods. In another
        # currency than the buyers' it could not be said to the smallest unit.
        if draw.trade.buyers_currency:
            return
        record = reckoned(draw.spec)
        too_much = -min(_money(record["totalOutstandingSet"]), Decimal(0))
        draw.spec["refunds"] = [{"amount": draw.text(too_much)}] if too_much else []
        return
    if draw.often(0.5):
        _refunded(draw)
    refunds = draw.spec.setdefault("refunds", [])
    record = reckoned(draw.spec)
    kept = _money(record["netPaymentSet"])
    if refunds and draw.often(0.5):
        worth = _money(record["refunds"][-1]["totalRefundedSet"])
        refunds[-1]["amount"] = draw.text(worth * draw.chance.randint(1, 99) / 100)
        if not Decimal(refunds[-1]["amount"]):
            del refunds[-1]["amount"]
    else:
        refunds.append({"amount": draw.text(kept * draw.chance.randint(1, 100) / 100)})
    draw.beyond = [len(refunds) - 1]


def _cancelled(draw: _Draw) -> None:
    """With all of it refunded, before anything was paid, or with some of the money kept."""
    draw.spec |= {"cancelled": True, "fulfilled": False}
    kind = draw.chance.random()
    if kind < 0.3:
        draw.spec["payment_pending"] = True
    elif kind < 0.36:
        _refunded(draw)
    if kind >= 0.36 or kind < 0.3:
        gone: list[Spec] = []
        draw.spec["refunds"] = [{"shipping": True, "lines": [
            {"line": index, "quantity": left, "restock": True}
            for index, line in enumerate(_sold(draw.spec)) if (left := _left(line, index, gone))]}]


def _sold(spec: Spec) -> list[Spec]:
    """The lines as they get their positions: a tip is the last one."""
    return [*spec["lines"], *([{"quantity": 1}] if spec.get("tip") else [])]


def _left(line: Spec, index: int, refunds: Sequence[Spec]) -> int:
    gone = sum(entry["quantity"] for refund in refunds for entry in refund["lines"] if entry["line"] == index)
    return int(line.get("quantity", 1)) - int(line.get("removed", 0)) - gone


def _fate(draw: _Draw) -> str:
    record = reckoned(draw.spec)
    goods = [line for line in record["lineItems"] if line["currentQuantity"]]
    if any(one["kind"] == "REFUND" and one["status"] == "PENDING" for one in record["transactions"]):
        return "refund-pending"
    owed = owed_total(record, draw.trade.side, draw.beyond)
    if not goods and not owed:
        return LEFT_OUT
    if draw.spec.get("cancelled"):
        kept = _money(record["netPaymentSet"], draw.trade.side)
        if kept <= 0:
            return LEFT_OUT
        if goods:
            return "order-cancelled-but-paid"
    return WRONG_SET_UP if draw.buyer == TAXED_MARKET and not draw.trade.by_rate else BOOKED


def owed_total(record: dict[str, Any], side: str, beyond: Sequence[int]) -> Decimal:
    """What the document of an order has to come to: its current total, cash rounding, and money for no goods."""
    total = _money(record["currentTotalPriceSet"], side)
    rounding = record["totalCashRoundingAdjustment"]
    total += _money(rounding["paymentSet"], side) - _money(rounding["refundSet"], side)
    for index in beyond:
        total += sum((_money(one["amountSet"], side) for one in record["refunds"][index]["orderAdjustments"]),
                     Decimal(0))
    return total


def _money(bag: dict[str, Any], side: str = "shopMoney") -> Decimal:
    return Decimal(bag[side]["amount"])


def afterwards(chance: Random, order: LegalOrder) -> tuple[Spec, str] | None:
    """A change of a booked order after its document was made, and the reason it is parked with then; "" = none.

    None where nothing of the kind can happen to it.
    """
    if order.spec.get("refunds") or order.spec.get("payment_pending") or order.spec.get("edited"):
        return None
    lines, record = order.spec["lines"], reckoned(order.spec)
    if not _money(record["totalReceivedSet"]) or not _money(record["lineItems"][0]["discountedTotalSet"]):
        return None
    kind = chance.choice(("refund", "cancel", "goodwill", "edit", "swap", "address"))
    if kind == "refund":
        return {"refunds": [{"lines": [{"line": 0, "quantity": 1}]}]}, "order-refunded-after-processing"
    if kind == "cancel":
        return {"cancelled": True}, "order-cancelled-after-processing"
    if kind == "goodwill":
        unit = smallest(order.spec["currency"])
        return {"refunds": [{"amount": f"{unit:f}"}]}, "order-refunded-after-processing"
    if kind == "edit":
        return {"lines": [{**lines[0], "removed": 1}, *lines[1:]], "edited": True}, "order-changed-after-processing"
    if kind == "swap":
        given = {**lines[0], "sku": "1002", "taxes": [], "added": True}
        given = {name: value for name, value in given.items() if name not in ("variant", "product", "variant_title")}
        gone = {**lines[0], "removed": lines[0]["quantity"]}
        return {"lines": [gone, *lines[1:], given], "edited": True}, "order-changed-after-processing"
    return {"shipping_address": {**order.spec["shipping_address"], "address1": "9 rue Neuve"}}, ""

