"""Is a sales document that was found the order that would be sent? What differs, in words.

Equal totals do not make equal documents. Compared are the buyer, currency and price mode, and what is sold: objects,
quantities, units, locations, prices and discounts, however the lines are ordered or split. Comment lines sell nothing
and are left out, and one rounding line of ours may stand beside the planned lines. Addresses and the like are named by
their properties only: a sentence about a difference holds no personal data.
Border: pure. What is done about a difference is decided by the callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from shared.business_central.plan import Body, SalesOrderPlan
from shared.business_central.rows import FoundDocument
from shared.business_central.wire import Row
from shared.texts import Sentence, as_said, sentence, together

_BLANK = "00000000-0000-0000-0000-000000000000"
_NAMES = {
    "salesOrders": sentence("sales order"), "salesInvoices": sentence("sales invoice"),
    "salesShipments": sentence("shipment"),
}
_BUYER = {
    "customerNumber": sentence("customer"), "currencyCode": sentence("currency"),
    "pricesIncludeTax": sentence("prices include tax"),
}
_DETAILS = {
    "paymentTermsId": sentence("payment terms"), "shipmentMethodId": sentence("shipment method"),
    "salesperson": sentence("salesperson"), "requestedDeliveryDate": sentence("requested delivery date"),
    "shortcutDimension1Code": sentence("first global dimension"),
    "shortcutDimension2Code": sentence("second global dimension"),
}
_ROLES = {"sellTo": sentence("sell-to"), "shipTo": sentence("ship-to")}
_TEXTS = {
    "Name": sentence("name ({role})"), "Contact": sentence("contact ({role})"),
    "AddressLine1": sentence("address ({role})"), "AddressLine2": sentence("address 2 ({role})"),
    "Country": sentence("country ({role})"), "PostCode": sentence("post code ({role})"),
    "City": sentence("city ({role})"), "State": sentence("county ({role})"),
}
_CONTACT = {"phoneNumber": sentence("phone number"), "email": sentence("e-mail address")}
_NO_TEXT = frozenset(("externalDocumentNumber", "orderDate", *_BUYER))
_SHOWN = 5

LineObject = tuple[str, str, str, Decimal]
"""What a line sells: type, number, variant and price of a piece. A shipment shows neither of the last two."""
_Sold = dict[LineObject, tuple[Decimal, Decimal]]
"""Object -> pieces and discount."""


def most_rounding(charged: int, formed: int, smallest: Decimal) -> Decimal:
    """By how much two right reckonings of one tax can be apart.

    charged   tax amounts that Shopify rounded
    formed    sums that Business Central rounded
    smallest  the currency's smallest unit, e.g. 0.01

    The exact tax of a document is the same for both. Shopify rounds every tax of every line, so each of those amounts
    is off by half a smallest unit at most. Business Central rounds once per sum that it forms: per VAT identifier for
    the document (AL: SalesLine.UpdateVATOnLines), per line for a line's own figure; each is off by as much. So they
    differ by at most half a unit for each amount that either side rounded; what exceeds that has another cause.
    """
    return (charged + formed) * smallest / 2


def rounding_of_taxes(plan: SalesOrderPlan, lines: Iterable[Row]) -> Decimal:
    """By how much the tax of a document with these lines may be apart from Shopify's."""
    sums = {(line.get("taxCode"), line.get("taxPercent")) for line in lines if line.get("taxPercent")}
    return most_rounding(sum(tax.rounded for tax in plan.taxes if tax), len(sums), plan.smallest)


def tolerated(plan: SalesOrderPlan, lines: Iterable[Row]) -> Decimal:
    """By how much the document's total may differ from Shopify's: the card's tolerance, or what rounding explains.

    Prices that include tax leave nothing to round in the total.
    """
    if plan.header.get("pricesIncludeTax", True):
        return plan.rounding_tolerance
    return max(plan.rounding_tolerance, rounding_of_taxes(plan, lines))


def differences(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    """What differs in who buys what for how much, and from where, "there / planned"; none for the same order."""
    return [*differences_of_sale(found, plan), *_locations(found, plan)]


def differences_of_sale(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    """What differs in who buys what for how much alone."""
    return [*_buyer(found, plan), *_lines(found, plan), *_units(found, plan), *_total_of_invoices(found, plan)]


def not_as_sent(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    """What Business Central kept otherwise than it was just sent: terms, dimensions and the like, and locations."""
    header = [named for name, named in _DETAILS.items()
              if name in plan.header and _text(found.header.get(name)) != _text(plan.header[name])]
    return header + _locations(found, plan)


def texts_that_differ(found: FoundDocument, planned: Body) -> list[str]:
    """Names of the planned header texts (addresses, phone, e-mail) that an open order shows otherwise."""
    if found.document.entity_set != "salesOrders":
        return []
    return [name for name, text in planned.items()
            if name not in _NO_TEXT and _text(found.header.get(name)) != _text(text)]


def called(name: str) -> Sentence:
    """What a property of a sales document's header is called: shipToCity is the city (ship-to)."""
    known = {**_BUYER, **_DETAILS, **_CONTACT}
    role, part = _ROLES.get(name[:6]), _TEXTS.get(name[6:])
    return sentence(part.text, role=role) if role and part else known.get(name) or as_said(name)


def missing_tail(found: FoundDocument, plan: SalesOrderPlan, parcel: int) -> tuple[Body, ...]:
    """The planned lines that a document lacks which ends after a whole number of parcels; () for any other.

    The first parcel holds the comments too, however many they were when it was sent.
    """
    if found.document.entity_set != "salesOrders" or _buyer(found, plan):
        return ()
    there = _sold(found.lines, priced=True)
    ends = range(plan.comments + parcel, len(plan.lines), parcel)
    sent = (end for end in ends if _sold(plan.lines[:end], priced=True) == there)
    end = next(sent, len(plan.lines))
    return plan.lines[end:]


def is_rounded(found: FoundDocument, plan: SalesOrderPlan) -> bool:
    """Whether the document holds the rounding line that brings it to what was paid."""
    none = (Decimal(0), Decimal(0))
    planned = _sold(plan.lines, priced=True)
    most = tolerated(plan, found.lines)
    return any(
        _is_rounding(what, pieces - planned.get(what, none)[0], discount - planned.get(what, none)[1], plan, most)
        for what, (pieces, discount) in _sold(found.lines, priced=True).items()
    )


def both_sides(found: FoundDocument, plan: SalesOrderPlan, different: Sequence[Sentence]) -> Sentence:
    """One sentence for each side, and what differs."""
    return sentence(
        "{key} is in Business Central as {document} {numbers}: {there}. By Shopify it is: {planned}. Different "
        "(Business Central / Shopify): {differences}.",
        key=plan.external_document_number, document=kind_of(found), numbers=", ".join(found.numbers),
        there=_there(found), differences=some_of(different, _SHOWN),
        planned=_side(plan.header["customerNumber"], plan.lines, plan.expected_total))


def some_of(parts: Sequence[Sentence], most: int) -> Sentence:
    """The first of them, and how many more there are."""
    more = len(parts) - most
    shown = together(parts[:most], ", ")
    return sentence("{parts} and {more} more", parts=shown, more=more) if more > 0 else shown


def kind_of(found: FoundDocument) -> Sentence:
    """Sales order, sales invoice or shipment."""
    return _NAMES[found.document.entity_set]


def _there(found: FoundDocument) -> Sentence:
    customer = found.header.get("customerNumber")
    if found.document.entity_set == "salesShipments":
        return sentence("customer {customer}, {lines}", customer=customer, lines=_count(found.lines))
    return _side(customer, found.lines, found.document.total_amount_including_tax)


def _side(customer: object, lines: Iterable[Row], total: Decimal) -> Sentence:
    return sentence("customer {customer}, {lines}, {total}", customer=customer, lines=_count(lines), total=total)


def _count(lines: Iterable[Row]) -> Sentence:
    number = sum(_is_sold(line) for line in lines)
    return sentence("1 line") if number == 1 else sentence("{number} lines", number=number)


def _buyer(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    # A shipment shows no more than the customer reliably.
    names = ["customerNumber"] if found.document.entity_set == "salesShipments" else list(_BUYER)
    return [sentence("{what} {there} / {planned}", what=_BUYER[name], there=_said(found.header.get(name)),
                     planned=_said(plan.header[name]))
            for name in names
            if name in plan.header and _text(found.header.get(name)) != _text(plan.header[name])]


def _lines(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    priced = found.document.entity_set != "salesShipments"
    there, planned = _sold(found.lines, priced), _sold(plan.lines, priced)
    none = (Decimal(0), Decimal(0))
    different, rounded, most = [], False, tolerated(plan, found.lines)
    for what in {**planned, **there}:
        (pieces, discount), (wanted, less) = there.get(what, none), planned.get(what, none)
        if (pieces, discount) == (wanted, less):
            continue
        if not rounded and _is_rounding(what, pieces - wanted, discount - less, plan, most):
            rounded = True
            continue
        name = object_named(what)
        if priced:
            name = sentence("{what} at {price}", what=name, price=plain(what[3]))
        different.append(
            sentence("{what}: {there} / {planned} pieces", what=name, there=plain(pieces), planned=plain(wanted))
            if pieces != wanted else
            sentence("{what}: discount {there} / {planned}", what=name, there=plain(discount), planned=plain(less)))
    return different


def object_named(what: LineObject) -> Sentence:
    """What a line sells, by its number."""
    if what[0] == "Item":
        return sentence("Item {number}", number=what[1])
    return sentence("Account {number}", number=what[1]) if what[0] == "Account" else as_said(f"{what[0]} {what[1]}")


def _units(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    """Items that stand there in another unit of measure: a box is not a piece. A shipment is not asked."""
    if found.document.entity_set == "salesShipments":
        return []
    there, planned = _units_of(found.lines), _units_of(plan.lines)
    return [sentence("Item {number} in {there} / {planned}", number=number, there=", ".join(sorted(there[number])),
                     planned=", ".join(sorted(units)))
            for number, units in planned.items() if number in there and there[number] != units]


def _units_of(lines: Iterable[Row]) -> dict[str, set[str]]:
    units: dict[str, set[str]] = {}
    for line in filter(_is_sold, lines):
        if line["lineType"] == "Item" and line.get("unitOfMeasureCode"):
            units.setdefault(str(line["lineObjectNumber"]).upper(), set()).add(str(line["unitOfMeasureCode"]).upper())
    return units


def _locations(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    """Items that other locations send there, or other pieces of them. What Business Central decides is not compared."""
    if found.document.entity_set == "salesShipments":
        return []
    there, planned = _sent_from(found.lines), _sent_from(plan.lines)
    return [sentence("location of item {number}", number=number) for number, places in planned.items()
            if "" not in places and number in there and there[number] != places]


def _sent_from(lines: Iterable[Row]) -> dict[str, dict[str, Decimal]]:
    """Item -> location ("" = none) -> pieces."""
    sent: dict[str, dict[str, Decimal]] = {}
    for line in filter(_is_sold, lines):
        if line["lineType"] == "Item":
            places, place = sent.setdefault(str(line["lineObjectNumber"]).upper(), {}), _id(line.get("locationId"))
            places[place] = places.get(place, Decimal(0)) + Decimal(line["quantity"])
    return sent


def _id(value: object) -> str:
    """A GUID in small letters; "" for the blank one."""
    text = str(value or "").lower()
    return "" if text == _BLANK else text


def _total_of_invoices(found: FoundDocument, plan: SalesOrderPlan) -> list[Sentence]:
    """An open order's total can still be settled; a posted one cannot."""
    there = found.document.total_amount_including_tax
    if found.document.entity_set != "salesInvoices":
        return []
    if abs(there - plan.expected_total) <= tolerated(plan, found.lines):
        return []
    return [total_differs(there, plan)]


def total_differs(there: Decimal, plan: SalesOrderPlan) -> Sentence:
    """That a document comes to another total than the order."""
    return sentence("total {there} / {planned}", there=there, planned=plan.expected_total)


def object_of(line: Row, *, priced: bool = True) -> LineObject:
    """What a line sells, by which lines of one object are known whatever their order."""
    variant = str(line.get("itemVariantId") or _BLANK).lower() if priced else _BLANK
    price = Decimal(line.get("unitPrice") or 0) if priced else Decimal(0)
    return line["lineType"], str(line["lineObjectNumber"]).upper(), variant, price


def _sold(lines: Iterable[Row], priced: bool) -> _Sold:
    sold: _Sold = {}
    for line in filter(_is_sold, lines):
        what = object_of(line, priced=priced)
        pieces, discount = sold.get(what, (Decimal(0), Decimal(0)))
        less = Decimal(line.get("discountAmount") or 0) if priced else Decimal(0)
        sold[what] = (pieces + Decimal(line["quantity"]), discount + less)
    return sold


def _is_sold(line: Row) -> bool:
    return line["lineType"] != "Comment" and bool(line.get("lineObjectNumber"))


def _is_rounding(
    what: LineObject, pieces: Decimal, discount: Decimal, plan: SalesOrderPlan, most: Decimal
) -> bool:
    """One line of a few cents on the rounding account, as order_execution.py adds it."""
    ours = ("Account", plan.rounding_account.upper())
    return what[:2] == ours and pieces == 1 and not discount and abs(what[3]) <= most


def _text(value: object) -> str:
    """As Business Central may store it: blanks trimmed, codes in capitals, a city as its post code table spells it."""
    return " ".join(str("" if value is None else value).split()).casefold()


def plain(number: Decimal) -> Decimal:
    """2, not 2.00, where it is whole."""
    return number.quantize(Decimal(1)) if number == number.to_integral() else number


def _said(value: object) -> object:
    return sentence("yes" if value else "no") if isinstance(value, bool) else value
