"""An open sales document while it is being changed: its header, its lines, and the recalculation of both.

Rules: SalesLine.Table.al and SalesCalcDiscountByType.Codeunit.al. The header's discount is an amount somebody set,
or a percentage the customer has; either is spread over the item lines, never over G/L account lines.
Border: works on copies; nothing is stored before `save`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from . import currency, errors
from .amounts import ZERO, TaxedLine, net_and_gross, round_to, spread, with_tax, without_tax
from .contract import CONTRACT, EntitySet, Row
from .state import State


@dataclass(frozen=True)
class Kind:
    """One kind of sales document: where it lives and in what it differs from the others."""

    headers: str
    lines: str
    label: str
    date: str
    series: str
    posted_series: str
    blocked_by: frozenset[str]

    @property
    def line_entity(self) -> EntitySet:
        return CONTRACT[self.lines]


KINDS = {kind.headers: kind for kind in (
    Kind("salesOrders", "salesOrderLines", "Order", "orderDate", "ORDERS", "POSTED INVOICES",
         frozenset({"All", "Invoice", "Ship"})),
    Kind("salesInvoices", "salesInvoiceLines", "Invoice", "invoiceDate", "INVOICES", "POSTED INVOICES",
         frozenset({"All", "Invoice"})),
    Kind("salesCreditMemos", "salesCreditMemoLines", "Credit Memo", "creditMemoDate", "CREDIT MEMOS",
         "POSTED CREDIT MEMOS", frozenset({"All"})),
)}  # fmt: skip
KIND_OF_LINES = {kind.lines: kind for kind in KINDS.values()}


@dataclass
class Draft:
    """The working copy of one document."""

    kind: Kind
    header: Row
    lines: list[Row] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"Document Type={self.kind.label}, No.={self.header['number']}"

    def line_key(self, line: Row) -> str:
        return (f"Document Type={self.kind.label}, Document No.={self.header['number']}, "
                f"Line No.={line['sequence']}")  # fmt: skip


def open_draft(state: State, kind: Kind, header: Row) -> Draft:
    """The working copy of a stored document, lines in order."""
    lines = sorted(state.find(kind.lines, "documentId", header["id"]), key=lambda line: line["sequence"])
    return Draft(kind, dict(header), [dict(line) for line in lines])


def check_open(draft: Draft) -> None:
    """Refuses any change of a posted document, and of an order that is released."""
    if draft.header["status"] != "Draft" and draft.kind.headers == "salesOrders":
        raise errors.must_be_equal("Status", "Open", "Sales Header", draft.key, "Released")
    if draft.header["status"] != "Draft":
        raise errors.dialog("You cannot change {label} {number} because it is posted.",
                            label=draft.kind.label, number=draft.header["number"])  # fmt: skip


def save(state: State, draft: Draft) -> Row:
    """Recalculate and store; new rows get their ids. Returns the stored header."""
    recalculate(state, draft)
    headers, lines = draft.kind.headers, draft.kind.lines
    new = not draft.header["id"].strip("0-")
    header = state.insert(headers, draft.header) if new else state.replace(headers, draft.header)
    for line in draft.lines:
        line["documentId"] = header["id"]
        stored = state.row(lines, line["id"])
        if stored is None:
            state.insert(lines, line)
        elif stored != line:
            state.replace(lines, line)
    return header


def recalculate(state: State, draft: Draft) -> None:
    """Line amounts, invoice discount, VAT and totals, from quantities, prices and discounts."""
    header, lines = draft.header, draft.lines
    gross_mode = header["pricesIncludeTax"]
    precision = currency.amount_precision(state, header)
    amounts = [round_to(line["quantity"] * line["unitPrice"], precision) - line["discountAmount"] for line in lines]
    shares = _invoice_discount(header, lines, amounts, precision)
    taxed = [
        TaxedLine(amount - share, line["taxPercent"], line["taxCode"])
        for line, amount, share in zip(lines, amounts, shares, strict=True)
    ]
    for line, amount, share, (net, gross) in zip(
        lines, amounts, shares, net_and_gross(taxed, gross_mode, precision), strict=True
    ):
        _set_line_amounts(line, amount, share, gross_mode, precision)
        line |= {"netAmount": net, "netTaxAmount": gross - net, "netAmountIncludingTax": gross}
    header["totalAmountExcludingTax"] = sum((line["netAmount"] for line in lines), ZERO)
    header["totalAmountIncludingTax"] = sum((line["netAmountIncludingTax"] for line in lines), ZERO)
    header["totalTaxAmount"] = header["totalAmountIncludingTax"] - header["totalAmountExcludingTax"]


def discount_base(lines: list[Row], amounts: list[Decimal]) -> list[Decimal]:
    """The part of each line an invoice discount may touch: item lines only."""
    return [amount if line["lineType"] == "Item" else ZERO for line, amount in zip(lines, amounts, strict=True)]


def _invoice_discount(header: Row, lines: list[Row], amounts: list[Decimal], precision: Decimal) -> list[Decimal]:
    bases = discount_base(lines, amounts)
    total = sum(bases, ZERO)
    if header["discountType"] == "percent":
        percent = max((step for step in header["discountSteps"] if step[0] <= total), default=(ZERO, ZERO))[1]
        header["discountAmount"] = round_to(total * percent / 100, precision)
    elif not total:
        header["discountAmount"] = ZERO
    if not header["discountAmount"]:
        return [ZERO] * len(lines)
    return spread(header["discountAmount"], bases, precision)


def _set_line_amounts(line: Row, amount: Decimal, share: Decimal, gross_mode: bool, precision: Decimal) -> None:
    percent = line["taxPercent"]
    net = without_tax(amount, percent, precision) if gross_mode else amount
    gross = amount if gross_mode else with_tax(amount, percent, precision)
    line["invoiceDiscount"] = share
    line["invoiceDiscountAllocation"] = without_tax(share, percent, precision) if gross_mode else share
    line["amountExcludingTax"], line["amountIncludingTax"] = net, gross
    line["totalTaxAmount"] = gross - net
