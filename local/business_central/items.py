"""Items and their variants.

Rules: APIV2Items.Page.al, APIV2ItemVariants.Page.al, Item.Table.al. `inventory` is a sum over the item ledger:
a POST refuses it, a PATCH posts an adjustment, and neither it nor a sale moves the item's own time of change.
Item Unit of Measure.Table.al: an item is counted in its base unit, and in others that each hold a quantity of it; the
API shows only the base unit. Sales Unit of Measure, Blocked and Sales Blocked of a variant are not shown either.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import errors, number_series, templates
from .contract import CONTRACT, EntitySet, Row
from .references import Pair
from .state import Reader, State

SERIES = "ITEMS"
STOCK = "stock"
CARD: Row = {
    "vatProdPostingGroup": "", "salesBlocked": False, "tariffNo": "", "vatBusPostingGroupPrice": "",
    "salesUnitOfMeasure": "", "units": {},
}  # fmt: skip
VARIANT_CARD: Row = {"blocked": False, "salesBlocked": False}
SALES_SETUP = "salesSetup"
REFERENCES = (
    Pair("itemCategoryId", "itemCategoryCode", "itemCategories", "code", "Item Category", "item category"),
    Pair("baseUnitOfMeasureId", "baseUnitOfMeasureCode", "unitsOfMeasure", "code", "Unit of Measure",
         "unit of measure"),
    Pair("taxGroupId", "taxGroupCode", "taxGroups", "code", "Tax Group", "tax group"),
    Pair("generalProductPostingGroupId", "generalProductPostingGroupCode", "generalProductPostingGroups", "code",
         "Gen. Product Posting Group", "general product posting group"),
    Pair("inventoryPostingGroupId", "inventoryPostingGroupCode", "inventoryPostingGroups", "code",
         "Inventory Posting Group", "inventory posting group"),
)  # fmt: skip
ITEM = Pair("itemId", "itemNumber", "items", "number", "Item", "item")
LINES = ("salesOrderLines", "salesInvoiceLines", "salesCreditMemoLines")
COMPUTED = {"inventory": lambda reader, row: stock_of(reader, row["id"])}


def stock_of(reader: Reader, item_id: str) -> Decimal:
    """Quantity on hand: the sum of the item ledger, kept as a running figure."""
    row = reader.row(STOCK, item_id)
    return row["quantity"] if row else Decimal(0)


def quantity_per_unit(item: Row, unit: str) -> Decimal | None:
    """How many of the base unit one of this unit holds; None where it is not among the item's units.

    `units` of an item holds those besides the base unit, e.g. {"BOX": 12}.
    """
    if unit == item["baseUnitOfMeasureCode"]:
        return Decimal(1)
    return Decimal(item["units"][unit]) if unit in item["units"] else None


def insert(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create an item; nothing but a number is needed, and even that may come from the series."""
    if "inventory" in values:
        raise errors.dialog("Inventory cannot be changed during on insert.")
    row = {**entity.new_row(), **CARD}
    row["number"] = number_series.chosen_number(state, SERIES, values.get("number", ""))
    _apply(state, row, values)
    given = set(values) | {pair.code for pair in REFERENCES if pair.touched(values)}
    _apply(state, row, templates.values_for(state, "items", row, given))
    return state.insert("items", row)


def modify(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change an item; `inventory` posts the difference to the item ledger."""
    changed = dict(row)
    changed["number"] = values.get("number") or row["number"]
    _apply(state, changed, values)
    if changed["number"] != row["number"]:
        rename(state, row, changed["number"])
    if "inventory" in values:
        post_stock(state, changed, values["inventory"] - stock_of(state, row["id"]))
    return state.replace("items", changed)


def delete(state: State, entity: EntitySet, row: Row) -> None:
    """Delete an item that no document line and no ledger entry uses, with its variants."""
    if any(state.find(lines, "itemId", row["id"]) for lines in LINES):
        raise errors.dialog(
            "You cannot delete Item {number} because there is at least one outstanding Sales Document that "
            "includes this item.", number=row["number"])  # fmt: skip
    if state.find("itemLedgerEntries", "itemNumber", row["number"]):
        raise errors.dialog("You cannot delete Item {number} because it has ledger entries.", number=row["number"])
    for variant in state.find("itemVariants", "itemId", row["id"]):
        state.delete("itemVariants", variant["id"])
    state.delete("items", row["id"])


def post_stock(state: State, item: Row, quantity: Decimal, **details: Any) -> None:
    """Write one item ledger entry and move the stock. `details` are properties such as documentNumber."""
    if not quantity:
        return
    positive = quantity > 0
    state.insert("itemLedgerEntries", {
        **CONTRACT["itemLedgerEntries"].new_row(), "entryNumber": state.count("itemLedgerEntries") + 1,
        "itemNumber": item["number"], "postingDate": state.today(), "description": item["displayName"],
        "entryType": f"{'Positive' if positive else 'Negative'}_x0020_Adjmt_x002E_", "quantity": quantity, **details,
    })  # fmt: skip
    stock = {"id": item["id"], "quantity": stock_of(state, item["id"]) + quantity}
    state.replace(STOCK, stock)


def _apply(state: State, row: Row, values: Row) -> None:
    row |= {name: value for name, value in values.items() if name not in ("id", "number", "inventory")}
    for pair in REFERENCES:
        if pair.touched(values):
            found = pair.resolve(state, values, row)
            if pair.id == "generalProductPostingGroupId":
                row["vatProdPostingGroup"] = found["defaultVATProductPostingGroup"] if found else ""
    if values.get("priceIncludesTax"):
        _set_price_group(state, row)


def _set_price_group(state: State, row: Row) -> None:
    """Price Includes VAT: the group comes from Sales & Receivables Setup, and has to have a VAT Posting Setup."""
    (setup,) = state.rows(SALES_SETUP)
    row["vatBusPostingGroupPrice"] = setup["vatBusPostingGroupPrice"] or row["vatBusPostingGroupPrice"]
    business, product = row["vatBusPostingGroupPrice"], row["vatProdPostingGroup"]
    if state.row("vatPostingSetup", f"{business}|{product}") is None:
        raise errors.setup_missing(
            "VAT Posting Setup", f"VAT Bus. Posting Group='{business}',VAT Prod. Posting Group='{product}'")


def rename(state: State, row: Row, number: str) -> None:
    """Give an item another number everywhere it is used, as Business Central does."""
    for name in LINES:
        for line in state.find(name, "itemId", row["id"]):
            state.replace(name, {**line, "lineObjectNumber": number})
    for name in ("itemVariants", "itemLedgerEntries"):
        for other in state.find(name, "itemNumber", row["number"]):
            state.replace(name, {**other, "itemNumber": number})


# --- variants -----------------------------------------------------------------------------------------


def insert_variant(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a variant of an item given by id, by number, or by the path."""
    if not values.get("code"):
        raise errors.required("code")
    row = {**entity.new_row(), **VARIANT_CARD} | {name: value for name, value in values.items() if name != "id"}
    wanted = {**values, "itemId": parent["id"]} if parent else values
    if ITEM.resolve(state, wanted, row) is None:
        raise errors.required("itemNumber")
    return state.insert("itemVariants", row)


def modify_variant(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change a variant; it may move to another item while no document line uses it."""
    changed = row | {name: value for name, value in values.items() if name != "id"}
    if ITEM.touched(values) and ITEM.resolve(state, values, changed) is None:
        raise errors.required("itemNumber")
    if changed["itemId"] != row["itemId"]:
        _check_unused(state, row, "rename")
    return state.replace("itemVariants", changed)


def delete_variant(state: State, entity: EntitySet, row: Row) -> None:
    _check_unused(state, row, "delete")
    state.delete("itemVariants", row["id"])


def _check_unused(state: State, row: Row, what: str) -> None:
    if any(state.find(lines, "itemVariantId", row["id"]) for lines in LINES):
        raise errors.dialog(
            "You cannot {what} item variant {code} because there is at least one outstanding Sales Document that "
            "includes this Variant Code.", what=what, code=row["code"])  # fmt: skip
