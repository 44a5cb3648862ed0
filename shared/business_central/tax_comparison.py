"""Does Business Central reckon the tax of a document as Shopify charged it? Line by line, in both price modes.

Where prices include tax the total agrees whatever the tax is, so only this comparison sees a wrong rate. Compared is
each line's tax alone (totalTaxAmount), and what the document comes to (netTaxAmount); lines of one object are taken
together, since a document may hold them in another order. A line whose tax Shopify does not tell is left out.

Border: pure. What follows from a difference is decided in order_execution.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from shared.business_central.comparison import LineObject, most_rounding, object_named, object_of, rounding_of_taxes
from shared.business_central.plan import LineTax, SalesOrderPlan
from shared.business_central.rows import FoundDocument
from shared.business_central.wire import Row
from shared.texts import Sentence, Text, sentence, together

ZERO = Decimal(0)
ROUNDING = "Rounding"
"""What the line is called that makes up for rounded taxes."""
_SHOWN = 5


class _Sides(NamedTuple):
    """One object of the document: what it is called, its tax in Shopify, and there: of the line alone, of the document.
    """

    name: Sentence
    account: str
    percent: Decimal | None
    amount: Decimal
    rounded: int
    there_percent: Decimal
    there: Decimal
    document: Decimal
    lines: int

    @property
    def apart(self) -> Decimal:
        return abs(self.there - self.amount)

    @property
    def shown(self) -> Decimal:
        """The tax there that differs: of the line, else what the document reckons on it together with other lines."""
        return self.there if self.apart else self.document


def tax_differences(found: FoundDocument, plan: SalesOrderPlan) -> Sentence | None:
    """What differs, line by line, with both sides; None where the taxes agree, or none can be compared."""
    if not any(plan.taxes) or found.document.entity_set == "salesShipments":
        return None
    sides = _both(found.lines, plan)
    wrong = [one for one in sides if one.apart > most_rounding(one.rounded, one.lines, plan.smallest)]
    apart = sum((one.apart for one in wrong), ZERO)
    whole = abs(sum((one.document - one.amount for one in sides), ZERO))
    if None not in plan.taxes and whole > rounding_of_taxes(plan, found.lines):
        apart = max(apart, whole)
    if apart <= plan.rounding_tolerance:
        return None
    differing = [one for one in sides if one.shown != one.amount]
    return _told(wrong or [one for one in differing if one.apart] or differing, found, plan)


def tax_apart(found: FoundDocument, plan: SalesOrderPlan) -> str:
    """The rates at which a document's tax is not to the unit what Shopify charged: "20:40.01:40.00", Shopify's first.

    Rounding line by line or once for a rate makes most of it. What Business Central reckons at a rate and what is apart
    here come to what Shopify charged. "" where nothing is apart; a shipment shows no tax.
    """
    if not any(plan.taxes) or found.document.entity_set == "salesShipments":
        return ""
    rates = {object_of(row): _rate(row) for row in found.lines if row["lineType"] != "Comment"}
    shopify: dict[Decimal, Decimal] = {}
    for line, tax in zip(plan.lines, plan.taxes, strict=True):
        if tax:
            rate = rates.get(object_of(line), ZERO) if tax.percent is None else tax.percent.normalize()
            shopify[rate] = shopify.get(rate, ZERO) + tax.amount
    there: dict[Decimal, Decimal] = {}
    for row in found.lines:
        there[_rate(row)] = there.get(_rate(row), ZERO) + Decimal(row.get("netTaxAmount") or 0)
    sides = [(rate, shopify.get(rate, ZERO), there.get(rate, ZERO)) for rate in sorted({*shopify, *there})]
    return " ".join(f"{rate:f}:{_amount(ours, plan)}:{_amount(theirs, plan)}"
                    for rate, ours, theirs in sides if ours != theirs)


def taxed_though_none_is_charged(lines: Iterable[Row], plan: SalesOrderPlan) -> list[Sentence]:
    """The accounts that add tax to money that Shopify tells no tax of: goodwill, rounding."""
    if plan.header.get("pricesIncludeTax", True):
        return []
    untaxed = {object_of(line) for line, tax in zip(plan.lines, plan.taxes, strict=False) if tax is None}
    return [
        sentence('"{line}" bears {rate} % of tax on account {account}: an account without tax is needed there.',
                 line=row.get("description"), rate=_rate(row), account=_account(str(row["lineObjectNumber"]), plan))
        for row in lines if _rate(row) and row["lineType"] == "Account"
        and (object_of(row) in untaxed or row.get("description") == ROUNDING)]


def _account(number: str, plan: SalesOrderPlan) -> Text:
    """The number, and which fields of the shop card hold it."""
    fields = plan.accounts.get(number.upper())
    return sentence("{number} ({fields} of the shop card)", number=number, fields=fields) if fields else number


def _rate(row: Row) -> Decimal:
    return Decimal(row.get("taxPercent") or 0).normalize()


def _both(lines: Iterable[Row], plan: SalesOrderPlan) -> list[_Sides]:
    planned: dict[LineObject, list[tuple[str, LineTax | None]]] = {}
    for line, tax in zip(plan.lines, plan.taxes, strict=True):
        if line["lineType"] != "Comment":
            planned.setdefault(object_of(line), []).append((str(line.get("description", "")), tax))
    there: dict[LineObject, list[Row]] = {}
    for row in lines:
        if row["lineType"] != "Comment" and row.get("lineObjectNumber"):
            there.setdefault(object_of(row), []).append(row)
    known = {what: [(name, tax) for name, tax in taxes if tax] for what, taxes in planned.items()}
    return [_sides(what, known[what], there.get(what, []))
            for what, taxes in planned.items() if len(known[what]) == len(taxes)]


def _sides(what: LineObject, taxes: Sequence[tuple[str, LineTax]], rows: Sequence[Row]) -> _Sides:
    names = list(dict.fromkeys(f'"{name}"' for name, _ in taxes if name))
    percents = {tax.percent for _, tax in taxes}
    return _Sides(
        name=sentence("{names} ({what})", names=", ".join(names[:2]), what=object_named(what)) if names
        else object_named(what),
        account=what[1] if what[0] == "Account" else "",
        percent=percents.pop() if len(percents) == 1 else None,
        amount=sum((tax.amount for _, tax in taxes), ZERO),
        rounded=sum(tax.rounded for _, tax in taxes),
        there_percent=max((Decimal(row.get("taxPercent") or 0) for row in rows), default=ZERO),
        there=sum((Decimal(row.get("totalTaxAmount") or 0) for row in rows), ZERO),
        document=sum((Decimal(row.get("netTaxAmount") or 0) for row in rows), ZERO),
        lines=len(rows),
    )


def _told(wrong: Sequence[_Sides], found: FoundDocument, plan: SalesOrderPlan) -> Sentence:
    customer = found.header.get("customerNumber") or plan.header.get("customerNumber")
    country, more = plan.header.get("shipToCountry"), len(wrong) - _SHOWN
    shown = [sentence("{what}: Shopify {ours}, Business Central {theirs}", what=one.name,
                      ours=_tax(one.percent, one.amount, plan), theirs=_tax(one.there_percent, one.shown, plan))
             for one in wrong[:_SHOWN]]
    shown += [sentence("and {more} more lines", more=more)] if more > 0 else []
    where = sentence(
        "Look at VAT Posting Setup, and at VAT Bus. Posting Group of customer {customer} (the order is delivered to "
        "{country})." if country
        else "Look at VAT Posting Setup, and at VAT Bus. Posting Group of customer {customer}.",
        customer=customer, country=country)
    differs = sentence("The tax of {order} differs on {document}: {lines}.", order=plan.name,
                       document=found.document.number, lines=together(shown, "; "))
    accounts = [sentence("Account {number} is {fields} of the shop card.", number=number, fields=plan.accounts[number])
                for number in dict.fromkeys(one.account for one in wrong[:_SHOWN]) if number in plan.accounts]
    return together([differs, *accounts, where, *([plan.tax_advice] if plan.tax_advice else [])])


def _tax(percent: Decimal | None, amount: Decimal, plan: SalesOrderPlan) -> Sentence | Decimal:
    exact = amount.quantize(plan.smallest)
    return exact if percent is None else sentence("{percent} %, {amount}", percent=percent.normalize(), amount=exact)


def _amount(amount: Decimal, plan: SalesOrderPlan) -> str:
    return f"{amount.quantize(plan.smallest):f}"
