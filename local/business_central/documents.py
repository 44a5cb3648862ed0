"""Headers of sales orders, draft invoices and draft credit memos, with deep insert of lines.

Rules: APIV2Sales{Orders,Invoices,CreditMemos}.Page.al and SalesHeader.Table.al. The properties of a body are
validated in the order they stand in: a customer after `pricesIncludeTax` overwrites it, addresses before the
customer are lost.
A released order (API status Open) takes no change, and an order that is being worked on cannot be deleted:
SalesHeader.OnDelete (responsibility centre), SalesLine.OnDelete (Qty. Shipped Not Invoiced, warehouse shipment).
`responsibilityCenter` and `warehouseShipment` are hidden: the API does not show them.
Border: lines are in lines.py, sums in draft.py, posting in posting.py.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from . import currency, errors, line_values, lines, number_series
from .amounts import UNIT_PRICE_PRECISION, ZERO, round_to, with_tax, without_tax
from .contact_data import check_email, check_phone
from .contract import BLANK_GUID, EntitySet, Row, check_body
from .draft import KINDS, Draft, Kind, check_open, discount_base, open_draft, save
from .due_dates import due_date
from .references import Pair, check_relations
from .state import State

CUSTOMER = Pair("customerId", "customerNumber", "customers", "number", "Customer", "sell-to customer")
BILL_TO = Pair("billToCustomerId", "billToCustomerNumber", "customers", "number", "Customer", "bill-to customer")
PAYMENT_TERMS = Pair("paymentTermsId", "", "paymentTerms", "code", "Payment Terms", "payment terms")
SHIPMENT_METHOD = Pair("shipmentMethodId", "", "shipmentMethods", "code", "Shipment Method", "shipment method")
DIMENSIONS = ("shortcutDimension1Code", "shortcutDimension2Code")
# Customer property -> the ending of the address properties on a document.
ADDRESS = {"addressLine1": "AddressLine1", "addressLine2": "AddressLine2", "city": "City", "country": "Country",
           "state": "State", "postalCode": "PostCode"}  # fmt: skip
HIDDEN: Row = {
    "genBusPostingGroup": "", "vatBusPostingGroup": "", "customerPostingGroup": "", "locationCode": "",
    "discountType": "none", "discountSteps": (), "exchangeRate": Decimal(1), "postedId": "",
    "responsibilityCenter": "", "warehouseShipment": False,
}  # fmt: skip


def insert(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a document, with the lines nested in the body; all of it or nothing."""
    kind = KINDS[entity.name]
    if not values.get("customerNumber") and values.get("customerId", BLANK_GUID) == BLANK_GUID:
        raise errors.dialog('A "customerNumber" or a "customerId" must be provided.')
    draft = Draft(kind, _new_header(state, entity, kind))
    _apply(state, entity, draft, {name: value for name, value in values.items() if name != "id"})
    if values.get("discountAmount"):
        # The header is inserted before its lines, so a discount finds nothing to be spread over.
        _set_discount(state, draft, values["discountAmount"])
    for body in nested.get(kind.lines, ()):
        lines.add_line(state, draft, check_body(kind.line_entity, body), body)
    return save(state, draft)


def modify(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change a draft header."""
    if values.get("id", row["id"]) not in (row["id"], BLANK_GUID):
        raise errors.dialog('The "id" cannot be changed.')
    draft = open_draft(state, KINDS[entity.name], row)
    check_open(draft)
    _apply(state, entity, draft, {name: value for name, value in values.items() if name != "id"})
    if "discountAmount" in values:
        _set_discount(state, draft, values["discountAmount"])
    return save(state, draft)


def delete(state: State, entity: EntitySet, row: Row) -> None:
    """Delete a draft with its lines, or a released order that nobody has begun to ship."""
    draft = open_draft(state, KINDS[entity.name], row)
    if entity.name != "salesOrders":
        check_open(draft)
    _check_deletable(draft)
    for line in draft.lines:
        state.delete(draft.kind.lines, line["id"])
    state.delete(entity.name, row["id"])


def _check_deletable(draft: Draft) -> None:
    if draft.header["responsibilityCenter"]:
        raise errors.dialog("You cannot delete this document. Your identification is set up to process from {caption} "
                            "{center} only.", caption="Responsibility Center", center="")  # fmt: skip
    if draft.header["warehouseShipment"]:
        raise errors.dialog("The Sales Line cannot be deleted when a related Warehouse Shipment Line exists.")
    for line in draft.lines:
        if draft.kind.headers == "salesOrders" and line["shippedQuantity"] > line["invoicedQuantity"]:
            raise errors.must_be_equal("Qty. Shipped Not Invoiced", "0", "Sales Line", draft.line_key(line),
                                       str(line["shippedQuantity"] - line["invoicedQuantity"]))  # fmt: skip


def _new_header(state: State, entity: EntitySet, kind: Kind) -> Row:
    today = state.today()
    row = entity.new_row() | HIDDEN | {
        "number": number_series.next_number(state, kind.series), "status": "Draft", kind.date: today,
        "postingDate": today, "currencyCode": currency.local_currency(state), "discountAppliedBeforeTax": True,
    }  # fmt: skip
    row.setdefault("pricesIncludeTax", False)
    return row


def _apply(state: State, entity: EntitySet, draft: Draft, values: Row) -> None:
    """Validate the properties one by one, in the order of the body."""
    check_relations(state, entity, values)
    before = dict(draft.header)
    for name, value in values.items():
        setter = SETTERS.get(name)
        if setter:
            setter(state, draft, values, name)
        else:
            draft.header[name] = value
    _same_bill_to_address(draft.header)
    _reprice(state, draft, before)
    if "dueDate" in draft.header and "dueDate" not in values:
        draft.header["dueDate"] = due_date(state, draft.header, draft.kind.date)


# --- one setter per property that does more than store ------------------------------------------------


def _set_customer(state: State, draft: Draft, values: Row, name: str) -> None:
    header = draft.header
    customer = _customer(state, values, CUSTOMER)
    if customer["id"] == header["customerId"]:
        return
    _check_not_blocked(draft, customer)
    _require(customer, "genBusPostingGroup", "Gen. Bus. Posting Group")
    header |= {"customerId": customer["id"], "customerNumber": customer["number"],
               "customerName": customer["displayName"], "phoneNumber": customer["phoneNumber"],
               "email": customer["email"], "salesperson": customer["salespersonCode"]}  # fmt: skip
    for prop in ("genBusPostingGroup", "locationCode", "shipmentMethodId"):
        header[prop] = customer[prop]
    _default_dimensions(header)
    _copy_address(header, "sellTo", customer)
    if "shipToName" in header:
        header["shipToName"] = customer["displayName"]
        _copy_address(header, "shipTo", customer)
    _take_bill_to(draft, customer)


def _set_bill_to(state: State, draft: Draft, values: Row, name: str) -> None:
    customer = _customer(state, values, BILL_TO)
    if customer["id"] != draft.header["billToCustomerId"]:
        _check_not_blocked(draft, customer)
        _take_bill_to(draft, customer)


def _take_bill_to(draft: Draft, customer: Row) -> None:
    """Terms, currency, VAT group and price mode are those of the customer who pays."""
    _require(customer, "customerPostingGroup", "Customer Posting Group")
    header = draft.header
    header |= {"billToCustomerId": customer["id"], "billToCustomerNumber": customer["number"],
               "billToName": customer["displayName"]}  # fmt: skip
    for prop in ("customerPostingGroup", "vatBusPostingGroup", "pricesIncludeTax", "paymentTermsId",
                 "currencyId", "currencyCode"):  # fmt: skip
        header[prop] = customer[prop]
    _copy_address(header, "billTo", customer)
    header["discountSteps"] = tuple((Decimal(a), Decimal(p)) for a, p in customer["invoiceDiscounts"])
    if header["discountType"] != "amount":
        header["discountType"] = "percent" if customer["invoiceDiscounts"] else "none"


def _customer(state: State, values: Row, pair: Pair) -> Row:
    """The customer a pair of properties names. Raises when unknown or in disagreement."""
    number, row_id = values.get(pair.code, ""), values.get(pair.id, BLANK_GUID)
    by_number = state.one("customers", "number", number) if number else None
    by_id = state.row("customers", row_id) if row_id != BLANK_GUID else None
    found = by_id or by_number
    if found is None or (number and not by_number) or (row_id != BLANK_GUID and not by_id):
        raise errors.dialog("The {group} cannot be found.", group=pair.group)
    if by_number and by_id and by_number["id"] != by_id["id"]:
        raise errors.dialog("The {group} values do not match to a specific {caption}.",
                            group=pair.group, caption="Customer")  # fmt: skip
    return found


def _check_not_blocked(draft: Draft, customer: Row) -> None:
    if customer["privacyBlocked"]:
        raise errors.dialog("You cannot create this type of document when Customer {number} is blocked for "
                            "privacy.", number=customer["number"])  # fmt: skip
    if customer["blocked"] in draft.kind.blocked_by:
        raise errors.dialog("You cannot create this type of document when Customer {number} is blocked with type "
                            "{type}", number=customer["number"], type=customer["blocked"])  # fmt: skip


def _require(customer: Row, prop: str, caption: str) -> None:
    if not customer[prop]:
        raise errors.must_have_value(caption, "Customer", f"No.={customer['number']}")


def _copy_address(header: Row, side: str, customer: Row) -> None:
    for ours, ending in ADDRESS.items():
        header[side + ending] = customer[ours]


def _set_currency(state: State, draft: Draft, values: Row, name: str) -> None:
    currency.set_currency(state, draft.header, values)


def _set_payment_terms(state: State, draft: Draft, values: Row, name: str) -> None:
    PAYMENT_TERMS.resolve(state, values, draft.header)


def _set_shipment_method(state: State, draft: Draft, values: Row, name: str) -> None:
    SHIPMENT_METHOD.resolve(state, values, draft.header)


def _set_salesperson(state: State, draft: Draft, values: Row, name: str) -> None:
    """Sets the dimensions anew, from what has default ones: those set before are lost (SalesHeader.CreateDim)."""
    draft.header[name] = values[name]
    _default_dimensions(draft.header)


def _default_dimensions(header: Row) -> None:
    header |= dict.fromkeys(DIMENSIONS, "")  # nothing has default dimensions here


def _set_dimension(state: State, draft: Draft, values: Row, name: str) -> None:
    """A value of the global dimension of this number (DimensionManagement.ValidateShortcutDimValues)."""
    (setup,) = state.rows("generalLedgerSetup")
    dimension = state.one("dimensions", "code", setup[name])
    known = state.find("dimensionValues", "code", values[name])
    if values[name] and (not dimension or all(value["dimensionId"] != dimension["id"] for value in known)):
        raise errors.not_related(f"Shortcut Dimension {name[17]} Code", "Sales Header", values[name], "Dimension Value")
    draft.header[name] = values[name]


def _set_sell_to(state: State, draft: Draft, values: Row, name: str) -> None:
    """The ship-to address follows the sell-to address as long as it equals it."""
    header = draft.header
    follows = "shipToCity" in header and all(
        header["shipTo" + ending] == header["sellTo" + ending] for ending in ADDRESS.values()
    )
    header[name] = values[name]
    if follows:
        header[name.replace("sellTo", "shipTo")] = values[name]


def _set_phone(state: State, draft: Draft, values: Row, name: str) -> None:
    check_phone(values[name], "Sales Header", draft.key)
    draft.header[name] = values[name]


def _set_email(state: State, draft: Draft, values: Row, name: str) -> None:
    check_email(values[name])
    draft.header[name] = values[name]


def _set_invoice(state: State, draft: Draft, values: Row, name: str) -> None:
    """The posted invoice a credit memo is applied to, by id or by number."""
    prop = "id" if name == "invoiceId" else "number"
    blank = values[name] in ("", BLANK_GUID)
    invoice = None if blank else state.row("salesInvoices", values[name]) if prop == "id" else state.one(
        "salesInvoices", "number", values[name])  # fmt: skip
    if not blank and (invoice is None or invoice["status"] == "Draft"):
        raise errors.dialog('The "{name}" does not match to a posted Invoice.', name=name)
    draft.header["invoiceId"] = invoice["id"] if invoice else BLANK_GUID
    draft.header["invoiceNumber"] = invoice["number"] if invoice else ""


def _later(state: State, draft: Draft, values: Row, name: str) -> None:
    """Set once the lines are there, or, like fullyShipped, by posting only."""


SETTERS: dict[str, Callable[[State, Draft, Row, str], Any]] = {
    "customerId": _set_customer, "customerNumber": _set_customer,
    "billToCustomerId": _set_bill_to, "billToCustomerNumber": _set_bill_to,
    "currencyId": _set_currency, "currencyCode": _set_currency,
    "paymentTermsId": _set_payment_terms, "shipmentMethodId": _set_shipment_method,
    "salesperson": _set_salesperson, **dict.fromkeys(DIMENSIONS, _set_dimension),
    "phoneNumber": _set_phone, "email": _set_email,
    "invoiceId": _set_invoice, "invoiceNumber": _set_invoice,
    "discountAmount": _later, "fullyShipped": _later,
    **{f"sellTo{ending}": _set_sell_to for ending in ADDRESS.values()},
}  # fmt: skip


# --- after the properties -----------------------------------------------------------------------------


def _same_bill_to_address(header: Row) -> None:
    if header["billToCustomerId"] == header["customerId"]:
        for ending in ADDRESS.values():
            header["billTo" + ending] = header["sellTo" + ending]


def _reprice(state: State, draft: Draft, before: Row) -> None:
    """A new rate or price mode carries the prices of existing lines over."""
    header = draft.header
    header["exchangeRate"] = currency.exchange_rate(state, header, header["postingDate"])
    factor = header["exchangeRate"] / before["exchangeRate"]
    turned = header["pricesIncludeTax"] != before["pricesIncludeTax"]
    for line in draft.lines:
        if header["vatBusPostingGroup"] != before["vatBusPostingGroup"] and line["lineType"] != "Comment":
            line_values.set_tax(state, draft, line, line["vatProdPostingGroup"])
        if turned:
            convert = with_tax if header["pricesIncludeTax"] else without_tax
            line["unitPrice"] = convert(line["unitPrice"], line["taxPercent"], UNIT_PRICE_PRECISION)
        if factor != 1:
            line["unitPrice"] = round_to(line["unitPrice"] * factor, UNIT_PRICE_PRECISION)
        if turned or factor != 1:
            line_values.discount_from_percent(state, draft, line)


def _set_discount(state: State, draft: Draft, amount: Decimal) -> None:
    """Set the invoice discount as an amount; it needs lines that allow one."""
    precision = currency.amount_precision(state, draft.header)
    totals = [round_to(line["quantity"] * line["unitPrice"], precision) - line["discountAmount"]
              for line in draft.lines]
    base = sum(discount_base(draft.lines, totals), ZERO)
    if amount and not base:
        raise errors.dialog(
            "Cannot apply an invoice discount because the document does not include lines where the Allow Invoice "
            "Disc. field is selected. To add a discount, specify a line discount in the Line Discount % field for "
            "the relevant lines.")  # fmt: skip
    if amount < 0 or amount > base:
        raise errors.dialog("The invoice discount amount {amount} must be between 0 and {base}.",
                            amount=amount, base=base)  # fmt: skip
    if draft.header["discountType"] == "none" and not amount:
        return
    draft.header |= {"discountType": "amount", "discountAmount": amount}
