"""Lines of sales orders, invoices and credit memos.

Rules: APIV2Sales*Lines.Page.al and SalesLine.Table.al. Properties are validated in the order of the body:
the item fills description, unit and price, the quantity prices the line again, a discount amount needs a quantity.
Border: what a line sells; its values are in line_values.py, its amounts in draft.py.
"""

from __future__ import annotations

from . import errors, line_values, reference_data
from .amounts import ZERO
from .contract import BLANK_GUID, CONTRACT, EntitySet, Row, check_body
from .draft import KIND_OF_LINES, Draft, check_open, open_draft, save
from .state import State

DIMENSIONS = ("shortcutDimension1Code", "shortcutDimension2Code")
"""Hidden on a line: it takes those of the header when its object is set (SalesLine.CreateDim), and never later."""
HIDDEN: Row = {"vatProdPostingGroup": "", "genProdPostingGroup": "", "invoiceDiscount": ZERO}
# What a new type or object takes away.
OBJECT: Row = {
    "itemId": BLANK_GUID, "accountId": BLANK_GUID, "lineObjectNumber": "", "itemVariantId": BLANK_GUID,
    "unitOfMeasureId": BLANK_GUID, "unitOfMeasureCode": "", "description": "", "description2": "",
    "unitPrice": ZERO, "discountAmount": ZERO, "discountPercent": ZERO, "taxCode": "", "taxPercent": ZERO,
    **HIDDEN,
}  # fmt: skip
NOT_BUILT = ("Resource", "Fixed_x0020_Asset", "Charge", "Allocation_x0020_Account")


def insert(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create one line; the document is recalculated."""
    draft = _draft_of(state, entity, parent, values.get("documentId", BLANK_GUID))
    line = add_line(state, draft, values, nested)
    save(state, draft)
    return state.row(entity.name, line["id"]) or line


def modify(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change one line; its share of a header discount amount is given up where BC gives it up."""
    draft = _draft_of(state, entity, None, row["documentId"])
    line = next(line for line in draft.lines if line["id"] == row["id"])
    _check_fixed(line, values)
    _apply(state, draft, line, values, {})
    save(state, draft)
    return state.row(entity.name, row["id"]) or line


def delete(state: State, entity: EntitySet, row: Row) -> None:
    """Delete one line; a header discount amount stays and is spread over the others."""
    draft = _draft_of(state, entity, None, row["documentId"])
    draft.lines = [line for line in draft.lines if line["id"] != row["id"]]
    state.delete(entity.name, row["id"])
    save(state, draft)


def add_line(state: State, draft: Draft, values: Row, nested: Row) -> Row:
    """Append a line to the draft, not stored yet. `nested` may hold a new `location`."""
    if _filled(values, "itemId") and _filled(values, "accountId"):
        raise errors.dialog('Both "itemId" and "accountId" are specified. Specify only one of them.')
    line = draft.kind.line_entity.new_row() | HIDDEN | {
        "lineType": "Comment", "sequence": _sequence(draft, values), "documentId": draft.header["id"],
        "discountAppliedBeforeTax": True,
    }  # fmt: skip
    draft.lines.append(line)
    _apply(state, draft, line, values, nested)
    draft.lines.sort(key=lambda other: other["sequence"])
    return line


def _draft_of(state: State, entity: EntitySet, parent: Row | None, document_id: str) -> Draft:
    kind = KIND_OF_LINES[entity.name]
    header = parent or state.row(kind.headers, document_id)
    if header is None:
        raise errors.dialog("You must specify an Id or a Document Id to get the lines.")
    draft = open_draft(state, kind, header)
    check_open(draft)
    return draft


def _filled(values: Row, name: str) -> bool:
    return bool(values.get(name, BLANK_GUID) != BLANK_GUID)


def _sequence(draft: Draft, values: Row) -> int:
    used = {line["sequence"] for line in draft.lines}
    wanted = int(values.get("sequence", 0))
    if wanted in used:
        raise errors.dialog("You cannot insert a line because a line already exists.")
    return wanted or max(used, default=0) + 10_000


def _check_fixed(line: Row, values: Row) -> None:
    if values.get("sequence", line["sequence"]) != line["sequence"]:
        raise errors.dialog("The value for sequence cannot be modified. Delete and insert the line again.")
    for name in ("documentId", "lineObjectNumber"):
        if values.get(name, line[name]) != line[name] and not ("lineType" in values and name != "documentId"):
            raise errors.dialog('The value for "{name}" cannot be modified.', name=name)
    if _filled(values, "itemId") and _filled(values, "accountId"):
        raise errors.dialog('Both "itemId" and "accountId" are specified. Specify only one of them.')


def _apply(state: State, draft: Draft, line: Row, values: Row, nested: Row) -> None:
    if nested.get("location"):
        body = check_body(CONTRACT["locations"], nested["location"])
        location = reference_data.insert(state, CONTRACT["locations"], body, None, {})
        values = {**values, "locationId": location["id"]}
    for name, value in values.items():
        setter = SETTERS.get(name)
        if setter:
            setter(state, draft, line, value, values)
        elif name not in ("id", "sequence", "documentId"):
            line[name] = value


# --- the object of a line -----------------------------------------------------------------------------


def _set_type(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value in NOT_BUILT:
        raise errors.BcError(501, "BadRequest_MethodNotImplemented", "Line type {type} is not supported here.",
                             type=value)  # fmt: skip
    if value != line["lineType"]:
        line |= {**OBJECT, "lineType": value, "quantity": ZERO}


def _set_item_id(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value == BLANK_GUID:
        return
    item = state.row("items", value)
    if item is None:
        raise errors.dialog("Item does not exist.")
    _set_item(state, draft, line, item)


def _set_account_id(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    if value == BLANK_GUID:
        return
    account = state.row("accounts", value)
    if account is None:
        raise errors.dialog("Account does not exist.")
    _set_account(state, draft, line, account)


def _set_object_number(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    kind = values.get("lineType", line["lineType"])
    if not value or value == line["lineObjectNumber"]:
        return
    if kind == "Account":
        account = state.one("accounts", "number", value)
        _set_account_id(state, draft, line, account["id"] if account else "unknown", values)
    else:
        item = state.one("items", "number", value)
        _set_item_id(state, draft, line, item["id"] if item else "unknown", values)


def _set_item(state: State, draft: Draft, line: Row, item: Row) -> None:
    if line["itemId"] == item["id"]:
        return
    _check_item(item)
    quantity = line["quantity"] if line["lineType"] in ("Item", "Comment") else ZERO
    line |= {
        **OBJECT, "lineType": "Item", "itemId": item["id"], "lineObjectNumber": item["number"],
        "description": item["displayName"], "description2": item["displayName2"], "quantity": quantity,
        "genProdPostingGroup": item["generalProductPostingGroupCode"], "shipmentDate": state.today(),
        **{name: draft.header[name] for name in DIMENSIONS},
    }  # fmt: skip
    line_values.take_location(state, draft, line)
    line_values.take_unit(state, line, item)
    line_values.set_tax(state, draft, line, item["vatProdPostingGroup"])
    line_values.price_from_card(draft, line, item)
    line_values.refresh_quantities(line)


def _check_item(item: Row) -> None:
    key = f"No.={item['number']}"
    if item["blocked"]:
        raise errors.must_be_equal("Blocked", "No", "Item", key, "Yes")
    if item["salesBlocked"]:
        raise errors.dialog("You cannot sell Item {number} because the Sales Blocked check box is selected on the "
                            "Item card.", number=item["number"])  # fmt: skip
    if not item["generalProductPostingGroupCode"]:
        raise errors.must_have_value("Gen. Prod. Posting Group", "Item", key)
    if item["type"] == "Inventory" and not item["inventoryPostingGroupCode"]:
        raise errors.must_have_value("Inventory Posting Group", "Item", key)


def _set_account(state: State, draft: Draft, line: Row, account: Row) -> None:
    if line["accountId"] == account["id"]:
        return
    key = f"No.={account['number']}"
    if account["blocked"]:
        raise errors.must_be_equal("Blocked", "No", "G/L Account", key, "Yes")
    if not account["directPosting"]:
        raise errors.must_be_equal("Direct Posting", "Yes", "G/L Account", key, "No")
    quantity = line["quantity"] if line["lineType"] in ("Account", "Comment") else ZERO
    line |= {
        **OBJECT, "lineType": "Account", "accountId": account["id"], "lineObjectNumber": account["number"],
        "description": account["displayName"], "quantity": quantity,
        "genProdPostingGroup": account["genProdPostingGroup"], "shipmentDate": state.today(),
        **{name: draft.header[name] for name in DIMENSIONS},
    }  # fmt: skip
    line_values.set_tax(state, draft, line, account["vatProdPostingGroup"])
    line_values.refresh_quantities(line)


def _set_variant(state: State, draft: Draft, line: Row, value: str, values: Row) -> None:
    line["itemVariantId"] = value
    if value == BLANK_GUID:
        return
    variant = state.row("itemVariants", value)
    if variant is None or variant["itemId"] != line["itemId"]:
        raise errors.not_related("Variant Code", "Sales Line", variant["code"] if variant else value, "Item Variant")
    _check_variant(variant)
    line["description"] = variant["description"] or line["description"]


def _check_variant(variant: Row) -> None:
    if variant.get("blocked"):
        key = f"Item No.={variant['itemNumber']},Code={variant['code']}"
        raise errors.must_be_equal("Blocked", "No", "Item Variant", key, "Yes")
    if variant.get("salesBlocked"):
        raise errors.dialog("You cannot sell Item Variant {code} because the Sales Blocked check box is selected on "
                            "the Item Variant card.", code=variant["code"])  # fmt: skip


SETTERS: dict[str, line_values.Setter] = {
    "lineType": _set_type, "itemId": _set_item_id, "accountId": _set_account_id,
    "lineObjectNumber": _set_object_number, "itemVariantId": _set_variant, **line_values.SETTERS,
}  # fmt: skip
