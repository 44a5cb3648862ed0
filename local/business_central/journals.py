"""General journals and customer payment journals: batches, their lines, and posting a batch.

Rules: APIV2Journals, APIV2JournalLines and APIV2CustomerPayments page sources. Both kinds of batch are one table and
`post` works on either; payments have document type Payment, journal lines a blank one.
"""

from __future__ import annotations

from decimal import Decimal

from . import customers, errors, number_series
from .contract import BLANK_DATE, BLANK_GUID, CONTRACT, EntitySet, Row
from .posting import apply_to_invoice, check_not_blocked, check_posting_date
from .references import Pair
from .state import State

TEMPLATES = {"journals": "GENERAL", "customerPaymentJournals": "CASHRCPT"}
BALANCING = Pair("balancingAccountId", "balancingAccountNumber", "accounts", "number", "Account", "balancing account")
CUSTOMER = Pair("customerId", "customerNumber", "customers", "number", "Customer", "customer")
GL, CUSTOMER_TYPE, BANK = "G_x002F_L_x0020_Account", "Customer", "Bank_x0020_Account"
ACCOUNT_TABLES = {GL: "accounts", CUSTOMER_TYPE: "customers", BANK: "bankAccounts"}
RECEIVABLES, BANK_LEDGER = "411000", "512000"
BATCH_CARD: Row = {"template": "", "series": ""}


def insert_journal(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a batch of the template its set stands for."""
    if not values.get("code"):
        raise errors.required("code")
    row = {**CONTRACT["journals"].new_row(), **BATCH_CARD, **_without_id(values)}
    template = values.get("templateDisplayName") or TEMPLATES[entity.name]
    row |= {"template": template, "templateDisplayName": template}
    BALANCING.resolve(state, values, row)
    return state.insert("journals", row)


def modify_journal(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    """Change a batch; a new code renames it."""
    changed = row | _without_id(values)
    if BALANCING.touched(values):
        BALANCING.resolve(state, values, changed)
    return state.replace("journals", changed)


def delete_journal(state: State, entity: EntitySet, row: Row) -> None:
    for line in state.find("journalLines", "journalId", row["id"]):
        state.delete("journalLines", line["id"])
    state.delete("journals", row["id"])


# --- lines --------------------------------------------------------------------------------------------


def insert_line(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a journal line; account type defaults to G/L, the balancing account to the batch's."""
    assert parent is not None
    row = _new_line(state, parent, values, document_type="")
    row["accountType"] = values.get("accountType", GL)
    _set_account(state, row, values)
    return state.insert("journalLines", row)


def modify_line(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    changed = row | _without_id(values)
    if {"accountType", "accountId", "accountNumber"} & set(values):
        _set_account(state, changed, values)
    if BALANCING.touched(values):
        BALANCING.resolve(state, values, changed)
    return state.replace("journalLines", changed)


def delete_line(state: State, entity: EntitySet, row: Row) -> None:
    state.delete("journalLines", row["id"])


def insert_payment(state: State, entity: EntitySet, values: Row, parent: Row | None, nested: Row) -> Row:
    """Create a payment; the series numbers it, and an applied invoice brings its customer."""
    assert parent is not None
    row = _new_line(state, parent, values, document_type="Payment")
    row["accountType"] = CUSTOMER_TYPE
    _set_payment(state, row, values)
    return state.insert("journalLines", row)


def modify_payment(state: State, entity: EntitySet, row: Row, values: Row) -> Row:
    changed = row | _without_id(values)
    _set_payment(state, changed, values)
    return state.replace("journalLines", changed)


def _new_line(state: State, journal: Row, values: Row, document_type: str) -> Row:
    used = [line["lineNumber"] for line in state.find("journalLines", "journalId", journal["id"])]
    row = {
        **CONTRACT["customerPayments"].new_row(), **CONTRACT["journalLines"].new_row(),
        "balanceAccountType": GL, "balancingAccountId": journal["balancingAccountId"],
        "balancingAccountNumber": journal["balancingAccountNumber"], **_without_id(values),
        "journalId": journal["id"], "journalDisplayName": journal["code"], "documentType": document_type,
    }  # fmt: skip
    row["lineNumber"] = values.get("lineNumber") or max(used, default=0) + 10_000
    if row["postingDate"] == BLANK_DATE:
        row["postingDate"] = state.today()
    if not row["documentNumber"] and journal["series"]:
        row["documentNumber"] = number_series.next_number(state, journal["series"])
    if BALANCING.touched(values):
        BALANCING.resolve(state, values, row)
    return row


def _set_account(state: State, row: Row, values: Row) -> None:
    """accountId and accountNumber, of the table the account type names."""
    table = ACCOUNT_TABLES.get(row["accountType"])
    if table is None:
        raise errors.BcError(501, "BadRequest_MethodNotImplemented", "Account type {type} is not supported here.",
                             type=row["accountType"])  # fmt: skip
    pair = Pair("accountId", "accountNumber", table, "number", CONTRACT[table].table, "account")
    found = pair.resolve(state, values, row) if pair.touched(values) else None
    if found and table == "accounts" and not found["directPosting"]:
        raise errors.must_be_equal("Direct Posting", "Yes", "G/L Account", f"No.={found['number']}", "No")
    if found and not row["description"]:
        row["description"] = found["displayName"]


def _set_payment(state: State, row: Row, values: Row) -> None:
    if CUSTOMER.touched(values):
        CUSTOMER.resolve(state, values, row)
    _set_invoice(state, row, values)
    if row["customerNumber"]:
        row["accountNumber"] = row["customerNumber"]


def _set_invoice(state: State, row: Row, values: Row) -> None:
    """An unknown invoice number is accepted, with a blank id; an unknown id is refused."""
    wanted, number = values.get("appliesToInvoiceId", BLANK_GUID), values.get("appliesToInvoiceNumber", "")
    invoice = state.row("salesInvoices", wanted) if wanted != BLANK_GUID else None
    if wanted != BLANK_GUID and invoice is None:
        raise errors.dialog('The "appliesToInvoiceId" does not match to an Invoice.')
    if number and invoice is None:
        invoice = state.one("salesInvoices", "number", number)
    if wanted == BLANK_GUID and not number:
        return
    row["appliesToInvoiceId"] = invoice["id"] if invoice else BLANK_GUID
    row["appliesToInvoiceNumber"] = invoice["number"] if invoice else number
    if invoice and not row["customerNumber"]:
        CUSTOMER.resolve(state, {"customerNumber": invoice["billToCustomerNumber"]}, row)


def _without_id(values: Row) -> Row:
    return {name: value for name, value in values.items() if name != "id"}


# --- posting ------------------------------------------------------------------------------------------


def post(state: State, journal: Row) -> None:
    """Post every line of the batch, or none."""
    lines = sorted(state.find("journalLines", "journalId", journal["id"]), key=lambda line: line["lineNumber"])
    lines = [line for line in lines if line["amount"]]
    if not lines:
        raise errors.dialog("There is nothing to post.")
    state.commit()
    for line in lines:
        _check_line(state, line)
    _check_balance(lines)
    for line in lines:
        _post_line(state, line)
    for line in list(state.find("journalLines", "journalId", journal["id"])):
        state.delete("journalLines", line["id"])


def _check_line(state: State, line: Row) -> None:
    key = f"Journal Template Name=, Journal Batch Name={line['journalDisplayName']}, Line No.={line['lineNumber']}"
    for prop, caption in (("documentNumber", "Document No."), ("accountNumber", "Account No.")):
        if not line[prop]:
            raise errors.must_have_value(caption, "Gen. Journal Line", key)
    check_posting_date(state, line["postingDate"])
    if line["accountType"] == CUSTOMER_TYPE:
        check_not_blocked(state.one("customers", "number", line["accountNumber"]), frozenset({"All"}))


def _check_balance(lines: list[Row]) -> None:
    loose = sum((line["amount"] for line in lines if not line["balancingAccountNumber"]), Decimal(0))
    if loose:
        raise errors.dialog("The lines in the journal are out of balance by {amount}. Check that Posting Date and "
                            "Document No. are correct for each line.", amount=loose)  # fmt: skip


def _post_line(state: State, line: Row) -> None:
    amount = line["amount"]
    ledger = {GL: line["accountNumber"], CUSTOMER_TYPE: RECEIVABLES, BANK: BANK_LEDGER}[line["accountType"]]
    _ledger_entry(state, line, ledger, amount)
    if line["balancingAccountNumber"]:
        _ledger_entry(state, line, line["balancingAccountNumber"], -amount)
    if line["accountType"] == CUSTOMER_TYPE:
        customers.post_balance(state, line["accountNumber"], amount)
    invoice = state.row("salesInvoices", line["appliesToInvoiceId"])
    if invoice:
        apply_to_invoice(state, invoice, amount)


def _ledger_entry(state: State, line: Row, number: str, amount: Decimal) -> None:
    account = state.one("accounts", "number", number)
    state.insert("generalLedgerEntries", {
        **CONTRACT["generalLedgerEntries"].new_row(), "entryNumber": state.count("generalLedgerEntries") + 1,
        "postingDate": line["postingDate"], "documentNumber": line["documentNumber"],
        "documentType": line["documentType"] or "_x0020_", "description": line["description"],
        "accountNumber": number, "accountId": account["id"] if account else BLANK_GUID,
        "debitAmount": max(amount, Decimal(0)), "creditAmount": max(-amount, Decimal(0)),
    })  # fmt: skip
