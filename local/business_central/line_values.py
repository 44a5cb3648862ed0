"""The values of a document line: unit, location, tax, quantity, price and discount.

Rules: SalesLine.Table.al: each is validated when it is set: the quantity prices the line again, quantity and price
keep the discount percentage, a discount amount needs a quantity. Border: the object of a line (which item, which
account) is in lines.py; amounts and totals are worked out in draft.py.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from . import currency, errors, items
from .amounts import (
    HUNDRED,
    PERCENT_PRECISION,
    UNIT_PRICE_PRECISION,
    ZERO,
    discount_amount,
    discount_percent,
    round_to,
    with_tax,
    without_tax,
)
from .contract import BLANK_DATE, BLANK_GUID, Row
from .draft import Draft
from .state import State

Setter = Callable[[State, Draft, Row, Any, Row], None]


def _set_unit_id(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value == BLANK_GUID:
        return
    unit = state.row("unitsOfMeasure", value)
    if unit is None:
        raise errors.dialog('The "unitOfMeasureId" does not match to a Unit of Measure.')
    _set_unit(state, draft, line, unit["code"], values)


def _set_unit(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value == line["unitOfMeasureCode"]:
        return
    unit = state.one("unitsOfMeasure", "code", value) if value else None
    item = state.row("items", line["itemId"])
    if value and (unit is None or (item and items.quantity_per_unit(item, value) is None)):
        related = "Item Unit of Measure" if item else "Unit of Measure"
        raise errors.not_related("Unit of Measure Code", "Sales Line", value, related)
    line["unitOfMeasureCode"] = value
    line["unitOfMeasureId"] = unit["id"] if unit else BLANK_GUID
    if item:
        price_from_card(draft, line, item)
        discount_from_percent(state, draft, line)


def take_unit(state: State, line: Row, item: Row) -> None:
    """The unit of a line that names none: the item's Sales Unit of Measure, else its base unit."""
    code = item["salesUnitOfMeasure"] or item["baseUnitOfMeasureCode"]
    unit = state.one("unitsOfMeasure", "code", code) if code else None
    line |= {"unitOfMeasureCode": code, "unitOfMeasureId": unit["id"] if unit else BLANK_GUID}


def base_quantity(line: Row, item: Row, quantity: Decimal) -> Decimal:
    """`quantity` of a line of this item in the item's base unit: what stock is counted in."""
    return quantity * (items.quantity_per_unit(item, line["unitOfMeasureCode"]) or 1)


def _set_location(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value != BLANK_GUID and state.row("locations", value) is None:
        raise errors.dialog('The "locationId" does not match to a Location.')
    line["locationId"] = value


def take_location(state: State, draft: Draft, line: Row) -> None:
    location = state.one("locations", "code", draft.header["locationCode"])
    if location and line["locationId"] == BLANK_GUID:
        line["locationId"] = location["id"]


def _set_tax_code(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value and state.one("taxGroups", "code", value) is None:
        raise errors.not_related("VAT Prod. Posting Group", "Sales Line", value, "VAT Product Posting Group")
    if value == line["vatProdPostingGroup"]:
        return
    before = HUNDRED + line["taxPercent"]
    set_tax(state, draft, line, value)
    # AL, Sales Line, "VAT Prod. Posting Group" - OnValidate: the net price stays.
    if draft.header["pricesIncludeTax"] and line["lineType"] == "Item":
        price = line["unitPrice"] * (HUNDRED + line["taxPercent"]) / before
        line["unitPrice"] = round_to(price, UNIT_PRICE_PRECISION)
        discount_from_percent(state, draft, line)


def set_tax(state: State, draft: Draft, line: Row, group: str) -> None:
    """VAT of a product group for this customer. `taxCode` reads back as the VAT identifier, not the group."""
    business = draft.header["vatBusPostingGroup"]
    setup = state.row("vatPostingSetup", f"{business}|{group}")
    if setup is None:
        raise errors.setup_missing(
            "VAT Posting Setup", f"VAT Bus. Posting Group='{business}',VAT Prod. Posting Group='{group}'"
        )
    line |= {"vatProdPostingGroup": group, "taxPercent": setup["percent"], "taxCode": setup["identifier"]}


# --- quantity, price, discount ------------------------------------------------------------------------


def _set_quantity(state: State, draft: Draft, line: Row, value: Decimal, values: Row) -> None:
    value = round_to(value, PERCENT_PRECISION)
    if value == line["quantity"]:
        return
    if value and line["lineType"] == "Comment":
        raise errors.must_have_value("Type", "Sales Line", draft.line_key(line))
    if value < line.get("shippedQuantity", ZERO):
        raise errors.dialog("Quantity must not be less than Qty. Shipped in Sales Line {key}.",
                            key=draft.line_key(line))  # fmt: skip
    line["quantity"] = value
    refresh_quantities(line)
    item = state.row("items", line["itemId"])
    if item:
        price_from_card(draft, line, item)
    discount_from_percent(state, draft, line)
    _give_up_share(draft, line)


def refresh_quantities(line: Row) -> None:
    if "shipQuantity" in line:
        line["shipQuantity"] = line["quantity"] - line["shippedQuantity"]
        line["invoiceQuantity"] = line["quantity"] - line["invoicedQuantity"]


def price_from_card(draft: Draft, line: Row, item: Row) -> None:
    """The item card's price, for the line's unit, in the currency and price mode of the document."""
    price = currency.from_local(base_quantity(line, item, item["unitPrice"]), draft.header["exchangeRate"])
    if draft.header["pricesIncludeTax"] != item["priceIncludesTax"]:
        convert = without_tax if item["priceIncludesTax"] else with_tax
        price = convert(price, line["taxPercent"], UNIT_PRICE_PRECISION)
    line["unitPrice"] = price


def _set_unit_price(state: State, draft: Draft, line: Row, value: Decimal, values: Row) -> None:
    line["unitPrice"] = value
    discount_from_percent(state, draft, line)


def discount_from_percent(state: State, draft: Draft, line: Row) -> None:
    """Quantity and price keep the percentage and work the amount out again, to the currency's precision."""
    precision = currency.amount_precision(state, draft.header)
    total = round_to(line["quantity"] * line["unitPrice"], precision)
    line["discountAmount"] = discount_amount(total, line["discountPercent"], precision)


def _set_discount_percent(state: State, draft: Draft, line: Row, value: Decimal, values: Row) -> None:
    _check_percent(value)
    line["discountPercent"] = round_to(value, PERCENT_PRECISION)
    discount_from_percent(state, draft, line)
    _give_up_share(draft, line)


def _set_discount_amount(state: State, draft: Draft, line: Row, value: Decimal, values: Row) -> None:
    if value == line["discountAmount"]:
        return
    if not line["quantity"]:
        raise errors.must_have_value("Quantity", "Sales Line", draft.line_key(line))
    precision = currency.amount_precision(state, draft.header)
    percent = discount_percent(round_to(line["quantity"] * line["unitPrice"], precision), value)
    _check_percent(percent)
    line |= {"discountAmount": round_to(value, precision), "discountPercent": percent}
    _give_up_share(draft, line)


def _check_percent(percent: Decimal) -> None:
    if not ZERO <= percent <= HUNDRED:
        raise errors.dialog("The value in the Line Discount % field must be between 0 and 100.")


def _give_up_share(draft: Draft, line: Row) -> None:
    """A changed quantity or line discount takes the line's share out of a header discount amount."""
    if draft.header["discountType"] == "amount":
        draft.header["discountAmount"] -= line["invoiceDiscount"]
    line["invoiceDiscount"] = ZERO


def _set_ship_date(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    line["shipmentDate"] = value or BLANK_DATE


def _set_outstanding(name: str, done: str) -> Setter:
    def setter(state: State, draft: Draft, line: Row, value: Decimal, values: Row) -> None:
        left = line["quantity"] - line[done]
        if abs(value) > abs(left):
            raise errors.dialog("You cannot handle more than {left} units.", left=left)
        line[name] = value

    return setter


def _ignore(state: State, draft: Draft, line: Row, value: Any, values: Row) -> None:
    """shippedQuantity and invoicedQuantity: the page takes them, posting alone sets them."""


SETTERS: dict[str, Setter] = {
    "unitOfMeasureId": _set_unit_id, "unitOfMeasureCode": _set_unit, "locationId": _set_location,
    "taxCode": _set_tax_code, "quantity": _set_quantity, "unitPrice": _set_unit_price,
    "discountPercent": _set_discount_percent, "discountAmount": _set_discount_amount,
    "shipmentDate": _set_ship_date, "shippedQuantity": _ignore, "invoicedQuantity": _ignore,
    "shipQuantity": _set_outstanding("shipQuantity", "shippedQuantity"),
    "invoiceQuantity": _set_outstanding("invoiceQuantity", "invoicedQuantity"),
}  # fmt: skip
