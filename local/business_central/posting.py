"""Posting: shipAndInvoice, post, cancel and the corrective credit memo.

Rules: APIV2Sales*.Page.al and SalesPost.Codeunit.al. Posting starts with a Commit, so a batch cannot take it back.
A posted draft keeps its id and gets a new number; an invoice born from an order names the order by number and id.
Border: item ledger, customer balance and documents; G/L entries are written by journals only.
"""

from __future__ import annotations

from decimal import Decimal

from . import currency, customers, errors, items, number_series
from .amounts import ZERO, round_to
from .contract import BLANK_DATE, BLANK_GUID, CONTRACT, Row
from .documents import HIDDEN as HEADER_HIDDEN
from .draft import KINDS, Draft, open_draft, save
from .due_dates import due_date
from .line_values import base_quantity
from .lines import HIDDEN as LINE_HIDDEN
from .state import State

INVOICE, CREDIT_MEMO = KINDS["salesInvoices"], KINDS["salesCreditMemos"]
LINE_OWN = ("id", "version", "documentId", "lastModifiedDateTime")


def ship_and_invoice(state: State, order: Row) -> None:
    """Post what `shipQuantity` and `invoiceQuantity` of the lines say; a finished order goes away."""
    state.commit()
    draft = open_draft(state, KINDS["salesOrders"], order)
    _check_postable(state, draft)
    if not any(line["shipQuantity"] or line["invoiceQuantity"] for line in draft.lines):
        raise errors.dialog("There is nothing to post because the document does not contain a quantity or amount.")
    _ship(state, draft)
    _invoice(state, draft)
    _advance(state, draft)


def post_invoice(state: State, row: Row) -> None:
    """Post a draft invoice."""
    _require_status(row, ("Draft",), "The action can be applied to a draft invoice only.")
    state.commit()
    draft = open_draft(state, INVOICE, row)
    _check_postable(state, draft)
    posted = _post(state, draft)
    _move_stock(state, draft, -1, posted["number"], "Sales_x0020_Invoice")


def post_credit_memo(state: State, row: Row) -> None:
    """Post a draft credit memo; one that names an invoice is applied to it."""
    _require_status(row, ("Draft",), "The action can be applied to a draft credit memo only.")
    state.commit()
    draft = open_draft(state, CREDIT_MEMO, row)
    _check_postable(state, draft)
    posted = _post(state, draft)
    _move_stock(state, draft, 1, posted["number"], "Sales_x0020_Credit_x0020_Memo")
    invoice = state.row("salesInvoices", posted["invoiceId"])
    if invoice:
        apply_to_invoice(state, invoice, -posted["totalAmountIncludingTax"])


def cancel_invoice(state: State, row: Row) -> None:
    """Take a posted, unpaid invoice back: a posted credit memo of status Corrective is left behind."""
    _require_status(row, ("Open", "Paid"), "The action can be applied to a posted invoice only.")
    _require_unpaid(row)
    state.commit()
    memo = _credit_memo_from(state, row)
    posted = _post(state, memo, status="Corrective")
    _move_stock(state, memo, 1, posted["number"], "Sales_x0020_Credit_x0020_Memo")
    state.replace("salesInvoices", {**row, "status": "Canceled", "remainingAmount": ZERO})


def make_corrective_credit_memo(state: State, row: Row) -> None:
    """A draft credit memo with the lines of the invoice; refused once anything is paid."""
    _require_status(row, ("Open", "Paid"), "The action can be applied to a posted invoice only.")
    _require_unpaid(row)
    save(state, _credit_memo_from(state, row))


def cancel_credit_memo(state: State, row: Row) -> None:
    """Cancel the credit memo that cancelled an invoice; the invoice is open again."""
    _require_status(row, ("Corrective",), "You cannot cancel this posted sales credit memo because it does not "
                    "correct an invoice.")  # fmt: skip
    state.commit()
    state.replace("salesCreditMemos", {**row, "status": "Canceled"})
    invoice = state.row("salesInvoices", row["invoiceId"])
    if invoice:
        total = invoice["totalAmountIncludingTax"]
        state.replace("salesInvoices", {**invoice, "status": "Open", "remainingAmount": total})
        customers.post_balance(state, row["billToCustomerNumber"], total)


def apply_to_invoice(state: State, invoice: Row, amount: Decimal) -> None:
    """Add an amount (negative for a payment) to what remains; nothing left is Paid."""
    remaining = max(ZERO, invoice["remainingAmount"] + amount)
    status = "Open" if remaining else "Paid"
    state.replace("salesInvoices", {**invoice, "remainingAmount": remaining, "status": status})


# --- checks -------------------------------------------------------------------------------------------


def check_posting_date(state: State, date: str) -> None:
    """The posting date must be within what General Ledger Setup allows."""
    setup = next(iter(state.rows("generalLedgerSetup")))
    first, last = setup["allowPostingFrom"], setup["allowPostingTo"]
    if (first != BLANK_DATE and date < first) or (last != BLANK_DATE and date > last):
        raise errors.dialog("Posting Date is not within your range of allowed posting dates.")


def check_not_blocked(customer: Row | None, blocked_by: frozenset[str]) -> None:
    if customer and customer["blocked"] in blocked_by:
        raise errors.dialog("You cannot post this type of document when Customer {number} is blocked with type "
                            "{type}", number=customer["number"], type=customer["blocked"])  # fmt: skip


def _check_postable(state: State, draft: Draft) -> None:
    if not draft.lines:
        raise errors.dialog("Please add at least one line item to the document.")
    check_not_blocked(state.row("customers", draft.header["customerId"]), draft.kind.blocked_by)
    check_posting_date(state, draft.header["postingDate"])
    for line in draft.lines:
        if line["lineObjectNumber"] and not line["quantity"]:
            raise errors.BcError(400, "Application_CallbackNotAllowed",
                                 "Callback functions are not allowed. The line {number} has no quantity: Confirm.",
                                 number=line["sequence"])  # fmt: skip
        _check_posting_setup(state, draft, line)


def _check_posting_setup(state: State, draft: Draft, line: Row) -> None:
    business, product = draft.header["genBusPostingGroup"], line["genProdPostingGroup"]
    if line["lineObjectNumber"] and product and state.row("generalPostingSetup", f"{business}|{product}") is None:
        raise errors.setup_missing("General Posting Setup", f"Gen. Bus. Posting Group='{business}',"
                                   f"Gen. Prod. Posting Group='{product}'")  # fmt: skip


def _require_status(row: Row, statuses: tuple[str, ...], refusal: str) -> None:
    if row["status"] not in statuses:
        raise errors.dialog(refusal)


def _require_unpaid(invoice: Row) -> None:
    if not invoice["remainingAmount"]:
        raise errors.dialog("The invoice is closed. The corrective credit memo will not be applied to the invoice.")
    if invoice["remainingAmount"] != invoice["totalAmountIncludingTax"]:
        raise errors.dialog("The invoice is partially paid or credited. The corrective credit memo may not be fully "
                            "closed by the invoice.")  # fmt: skip


# --- an order becomes a shipment and an invoice -------------------------------------------------------


def _ship(state: State, draft: Draft) -> None:
    shipped = [line for line in draft.lines if line["shipQuantity"]]
    if not shipped:
        return
    number = number_series.next_number(state, "SHIPMENTS")
    shipment = state.insert("salesShipments", _shipment_header(state, draft, number))
    for line in shipped:
        state.insert("salesShipmentLines", _shipment_line(shipment, line))
        item = state.row("items", line["itemId"])
        if item and item["type"] == "Inventory":
            items.post_stock(state, item, -base_quantity(line, item, line["shipQuantity"]),
                             entryType="Sale", documentNumber=number, documentType="Sales_x0020_Shipment",
                             postingDate=draft.header["postingDate"],
                             sourceNumber=draft.header["customerNumber"])  # fmt: skip


def _shipment_header(state: State, draft: Draft, number: str) -> Row:
    header, entity = draft.header, CONTRACT["salesShipments"]
    terms = state.row("paymentTerms", header["paymentTermsId"])
    method = state.row("shipmentMethods", header["shipmentMethodId"])
    shared = {name: header[name] for name in entity.properties if name in header and name != "id"}
    return {
        **entity.new_row(), **shared, "number": number, "orderNumber": header["number"],
        "invoiceDate": header["orderDate"], "dueDate": due_date(state, header, "orderDate"),
        "paymentTermsCode": terms["code"] if terms else "", "shipmentMethodCode": method["code"] if method else "",
    }  # fmt: skip


def _shipment_line(shipment: Row, line: Row) -> Row:
    entity = CONTRACT["salesShipmentLines"]
    shared = {name: line[name] for name in entity.properties if name in line and name != "id"}
    kind = "G_x002F_L_x0020_Account" if line["lineType"] == "Account" else line["lineType"]
    return {**entity.new_row(), **shared, "documentId": shipment["id"], "documentNo": shipment["number"],
            "lineType": kind, "quantity": line["shipQuantity"]}  # fmt: skip


def _invoice(state: State, draft: Draft) -> None:
    if not any(line["invoiceQuantity"] for line in draft.lines):
        return
    header = _copied_header(draft.header, INVOICE.headers)
    header |= {"orderId": draft.header["id"], "orderNumber": draft.header["number"],
               "invoiceDate": draft.header["orderDate"]}  # fmt: skip
    header["dueDate"] = due_date(state, header, "invoiceDate")
    invoice = Draft(INVOICE, header)
    share, precision = ZERO, currency.amount_precision(state, draft.header)
    for line in draft.lines:
        if line["invoiceQuantity"] or line["lineType"] == "Comment":
            invoice.lines.append(_invoice_line(line, precision))
            share += _part(line["invoiceDiscount"], line, precision)
    if header["discountType"] != "none":
        header |= {"discountType": "amount", "discountAmount": share}
    _post(state, invoice)


def _invoice_line(line: Row, precision: Decimal) -> Row:
    copied = _copied_line(line, INVOICE.lines)
    copied["quantity"] = line["invoiceQuantity"]
    copied["discountAmount"] = _part(line["discountAmount"], line, precision)
    return copied


def _part(amount: Decimal, line: Row, precision: Decimal) -> Decimal:
    """The part of a line's amount that belongs to the quantity being invoiced."""
    if line["invoiceQuantity"] == line["quantity"]:
        return amount
    return round_to(amount * line["invoiceQuantity"] / line["quantity"], precision)


def _advance(state: State, draft: Draft) -> None:
    for line in draft.lines:
        line["shippedQuantity"] += line["shipQuantity"]
        line["invoicedQuantity"] += line["invoiceQuantity"]
        line["shipQuantity"] = line["quantity"] - line["shippedQuantity"]
        line["invoiceQuantity"] = line["quantity"] - line["invoicedQuantity"]
    if any(line["invoiceQuantity"] for line in draft.lines):
        draft.header["fullyShipped"] = not any(line["shipQuantity"] for line in draft.lines)
        save(state, draft)
        return
    for line in draft.lines:
        state.delete("salesOrderLines", line["id"])
    state.delete("salesOrders", draft.header["id"])


# --- invoices and credit memos ------------------------------------------------------------------------


def _post(state: State, draft: Draft, status: str = "Open") -> Row:
    """Give the posted number and status and store; an unpaid amount is owed by the customer."""
    header = draft.header
    header["number"] = number_series.next_number(state, draft.kind.posted_series)
    header["status"] = status
    posted = dict(save(state, draft))
    total = posted["totalAmountIncludingTax"]
    if draft.kind is INVOICE:
        posted |= {"remainingAmount": total, "status": status if total else "Paid"}
    customers.post_balance(state, header["billToCustomerNumber"], total if draft.kind is INVOICE else -total)
    return state.replace(draft.kind.headers, posted)


def _move_stock(state: State, draft: Draft, sign: int, number: str, document_type: str) -> None:
    for line in draft.lines:
        item = state.row("items", line["itemId"])
        if item and item["type"] == "Inventory":
            items.post_stock(state, item, sign * base_quantity(line, item, line["quantity"]),
                             entryType="Sale", documentNumber=number, documentType=document_type,
                             sourceNumber=draft.header["customerNumber"])  # fmt: skip


def _credit_memo_from(state: State, invoice: Row) -> Draft:
    header = _copied_header(invoice, CREDIT_MEMO.headers)
    header |= {
        "number": number_series.next_number(state, CREDIT_MEMO.series), "status": "Draft",
        "creditMemoDate": state.today(), "postingDate": state.today(),
        "invoiceId": invoice["id"], "invoiceNumber": invoice["number"],
    }  # fmt: skip
    if header["discountType"] == "percent":
        header["discountType"] = "amount"
    source = open_draft(state, INVOICE, invoice)
    return Draft(CREDIT_MEMO, header, [_copied_line(line, CREDIT_MEMO.lines) for line in source.lines])


def _copied_header(header: Row, name: str) -> Row:
    entity = CONTRACT[name]
    kept = {prop: header[prop] for prop in (*entity.properties, *HEADER_HIDDEN) if prop in header}
    return {**entity.new_row(), **kept, "id": BLANK_GUID}


def _copied_line(line: Row, name: str) -> Row:
    entity = CONTRACT[name]
    kept = {prop: line[prop] for prop in (*entity.properties, *LINE_HIDDEN) if prop in line and prop not in LINE_OWN}
    return {**entity.new_row(), **kept}
