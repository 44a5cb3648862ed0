"""Customers: created, changed and deleted as the customers page of API v2.0 does it.

Rules: APIV2Customers.Page.al and Customer.Table.al. The three posting groups are no properties of the API: they
come from a template rule (templates.py) when the customer is created, or from page Customer Card (control API).
"""

from __future__ import annotations

from decimal import Decimal

from . import errors, number_series, templates
from .contact_data import check_email, check_phone
from .contract import BLANK_GUID, EntitySet, Row
from .currency import local_currency, set_currency
from .references import Pair, check_relations
from .state import Reader, State

SERIES = "CUSTOMERS"
BALANCES = "balances"
# What the card holds beside the API's properties. `invoiceDiscounts`: (from amount, per cent) steps.
CARD: Row = {
    "genBusPostingGroup": "", "vatBusPostingGroup": "", "customerPostingGroup": "", "locationCode": "",
    "pricesIncludeTax": False, "privacyBlocked": False, "invoiceDiscounts": (),
}  # fmt: skip
REFERENCES = (
    Pair("paymentTermsId", "", "paymentTerms", "code", "Payment Terms", "payment terms"),
    Pair("shipmentMethodId", "", "shipmentMethods", "code", "Shipment Method", "shipment method"),
    Pair("paymentMethodId", "", "paymentMethods", "code", "Payment Method", "payment method"),
)
COMPUTED = {"balanceDue": lambda reader, row: balance_of(reader, row["id"])}


def key(row: Row) -> str:
    return f"No.={row['number']}"


def balance_of(reader: Reader, customer_id: str) -> Decimal:
    """What the customer owes: the sum of the customer ledger, kept as a running figure."""
    row = reader.row(BALANCES, customer_id)
    return row["amount"] if row else Decimal(0)


def post_balance(state: State, number: str, amount: Decimal) -> None:
    """Add an amount to what a customer owes; the customer's own time of change does not move."""
    customer = state.one("customers", "number", number)
    if customer:
        total = balance_of(state, customer["id"]) + amount
        state.replace(BALANCES, {"id": customer["id"], "amount": total})


def insert(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a customer: number, the request's values, then the template for what it did not name."""
    _check_name(values)
    row = {**entity.new_row(), **CARD, "currencyCode": local_currency(state)}
    row["number"] = number_series.chosen_number(state, SERIES, values.get("number", ""))
    _apply(state, entity, row, values)
    added = templates.values_for(state, "customers", row, set(values))
    row |= added
    set_tax_area(state, row, "taxAreaId" in values)
    return state.insert("customers", row)


def modify(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change a customer; a new number renames it, everywhere it is used."""
    if "displayName" in values:
        _check_name(values)
    changed = dict(row)
    _apply(state, entity, changed, values)
    changed["number"] = values.get("number") or row["number"]
    if changed["number"] != row["number"]:
        rename(state, row["number"], changed["number"])
    return state.replace("customers", changed)


def delete(state: State, entity: EntitySet, row: Row) -> None:
    """Delete a customer that no document uses."""
    for name, label in DOCUMENTS.items():
        if state.find(name, "customerNumber", row["number"]) or state.find(name, "billToCustomerNumber", row["number"]):
            raise errors.dialog(
                "You cannot delete Customer {number} because there is at least one outstanding Sales {label} for "
                "this customer.", number=row["number"], label=label)  # fmt: skip
    state.delete("customers", row["id"])


DOCUMENTS = {"salesOrders": "Order", "salesInvoices": "Invoice", "salesCreditMemos": "Credit Memo"}


def set_tax_area(state: State, row: Row, from_id: bool) -> None:
    """taxAreaId and the VAT business posting group are one thing in VAT countries: bring them in step."""
    if from_id:
        area = state.row("taxAreas", row["taxAreaId"])
        row["vatBusPostingGroup"] = area["code"] if area else ""
    else:
        area = state.one("taxAreas", "code", row["vatBusPostingGroup"])
        row["taxAreaId"] = area["id"] if area else BLANK_GUID
    row["taxAreaDisplayName"] = area["displayName"] if area else ""


def _check_name(values: Row) -> None:
    if not values.get("displayName", "").strip():
        raise errors.dialog('A "displayName" must be provided.')


def _apply(state: State, entity: EntitySet, row: Row, values: Row) -> None:
    check_relations(state, entity, values)
    row |= {name: value for name, value in values.items() if name not in ("id", "number", "currencyCode")}
    for reference in REFERENCES:
        if reference.touched(values):
            reference.resolve(state, values, row)
    if "currencyId" in values or "currencyCode" in values:
        set_currency(state, row, values)
    if "taxAreaId" in values:
        _check_tax_area(state, values["taxAreaId"])
        set_tax_area(state, row, from_id=True)
    check_phone(values.get("phoneNumber", ""), entity.table, key(row))
    check_email(values.get("email", ""))


def _check_tax_area(state: State, area: str) -> None:
    if area != BLANK_GUID and state.row("taxAreas", area) is None:
        raise errors.dialog('The "taxAreaId" does not match to a Tax Area.')


def rename(state: State, old: str, new: str) -> None:
    """Give a customer another number everywhere it is used, as Business Central does."""
    for name in (*DOCUMENTS, "salesShipments"):
        for prop in ("customerNumber", "billToCustomerNumber"):
            for document in state.find(name, prop, old):
                state.replace(name, {**document, prop: new})
