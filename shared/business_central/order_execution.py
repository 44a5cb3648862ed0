"""Sales orders carried out: created whole or not at all, or taken over where they are there already.

Rules: a deep insert is one transaction; externalDocumentNumber is not unique, so an order is never sent without
having been looked up. Once its request was answered with success the order is in Business Central, and no refusal
of anything else (a further line, the total, a re-read, a DELETE) is a refusal of the order: either the document is
taken back, or it stays and the error says so. Taken back is only the very document that this call made, unchanged
since (its ETag goes along): on any other somebody may have worked. What is found is compared, never deleted.
Border: with executor.py the only place that writes to Business Central.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

import msgspec

from shared.business_central.client import MAX_BATCH, BatchRefused, BatchRequest, BusinessCentral
from shared.business_central.comparison import (
    both_sides,
    called,
    differences,
    differences_of_sale,
    is_rounded,
    missing_tail,
    not_as_sent,
    texts_that_differ,
    tolerated,
    total_differs,
)
from shared.business_central.lookup import read_whole_order, sales_document, whole_document
from shared.business_central.pace import HEADER
from shared.business_central.plan import Body, SalesOrderPlan
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.business_central.tax_comparison import ROUNDING, tax_apart, tax_differences, taxed_though_none_is_charged
from shared.business_central.transport import Before
from shared.business_central.wire import Row
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.shops.card import TaxDifferences
from shared.shops.card_fields import caption
from shared.texts import Sentence, sentence, together

MAX_DEEP_LINES = 100
"""Lines beside the comments that one POST takes; further ones follow in parcels of as many."""
_LINES = "salesOrderLines"
_MOVES_WITH_LINES = ("@odata.", "total", "discount", "lastModified", _LINES)
"""Beginnings of the header properties that our own lines change."""


class DocumentStays(RecordRefused):
    """The order is not as it should be, and `document` of it stands in Business Central."""

    def __init__(self, code: str, sentence: Sentence, document: SalesDocument) -> None:
        super().__init__(code, sentence)
        self.document = document


class Sending(NamedTuple):
    """What is called right before a request goes out, one that makes the order or one that adds lines to it.

    answered  called when the answer to the latter has come: nothing of it is under way any more
    """

    order: Before = None
    lines: Before = None
    answered: Callable[[], None] = lambda: None


_FREELY = Sending()


def create_sales_order(bc: BusinessCentral, plan: SalesOrderPlan, sending: Sending = _FREELY) -> SalesDocument:
    """Create the order with all its lines, the total that was paid and the tax that Shopify charged, or nothing.

    A difference of the total within the tolerance becomes one rounding line. Another tax is refused, or told in
    `warning` of the document, as the plan says.
    RecordRefused: nothing of it is in Business Central. DocumentStays: it could not be taken back.
    OutcomeUnknown: it may be there, whole or in part; lookup.find_whole_documents tells.
    """
    expand = _LINES if _looks_at_lines(plan) else ""
    made = bc.create("salesOrders", _opening(plan), expand=expand, before=sending.order)
    return made_sales_order(bc, plan, made, sending)


def create_together(
    bc: BusinessCentral, plans: Sequence[SalesOrderPlan], before: Before
) -> dict[str, Row | ConnectorError]:
    """Create several orders in one request, each whole or not at all, in this order.

    External document number -> the order as made, for made_sales_order, or why it was not; TurnedAway: it may be sent
    by itself. BatchRefused: so may all, once they have been looked up. OutcomeUnknown, raised or of one order: it may
    be there, or may come to be there. How long it took is remembered for the next ones.
    """
    bodies = {plan.external_document_number: _opening(plan) for plan in plans}
    expand = _LINES if any(map(_looks_at_lines, plans)) else ""
    try:
        made, seconds = bc.create_each("salesOrders", bodies, expand=expand, before=before)
    except OutcomeUnknown:
        bc.pace.lost()
        raise
    except BatchRefused:
        bc.pace.refused()
        raise
    bc.pace.took(sum(map(weight, plans)), seconds)
    return made


def weight(plan: SalesOrderPlan) -> int:
    """How long its first request keeps Business Central busy, in lines."""
    return HEADER + len(opening_lines(plan)[0])


def made_sales_order(bc: BusinessCentral, plan: SalesOrderPlan, made: Row, sending: Sending = _FREELY) -> SalesDocument:
    """The order that this run has just made, brought to its end as create_sales_order says."""
    try:
        return _finished(bc, whole_document("salesOrders", [made]), plan, opening_lines(plan)[1], sending)
    except RecordRefused as refused:
        _take_back(bc, made, plan, refused)
        raise


def _opening(plan: SalesOrderPlan) -> Body:
    lines = list(opening_lines(plan)[0])
    return {**plan.header, "externalDocumentNumber": plan.external_document_number, "salesOrderLines": lines}


def opening_lines(plan: SalesOrderPlan) -> tuple[tuple[Body, ...], tuple[Body, ...]]:
    """The lines that are sent with the order, and those that follow in batches."""
    first = plan.comments + MAX_DEEP_LINES
    return plan.lines[:first], plan.lines[first:]


class Standing(NamedTuple):
    """A document that is this order.

    lacks    the lines to add before its total is settled; None: nothing is amiss
    settles  the line that settles its total where it lacks none
    """

    found: FoundDocument
    document: SalesDocument
    lacks: tuple[Body, ...] | None = None
    settles: Body | None = None


def compared(
    plan: SalesOrderPlan, found: FoundDocument, *, ours: bool, texts: bool, settled: bool
) -> Standing:
    """The document that carries the order's number, if it is this order: the same buyer, lines and total. Pure.

    ours     we sent it: what it lacks of the plan may be added
    texts    its addresses must be the planned ones too; otherwise they are the caller's to compare
    settled  no request of ours that adds lines can be under way any more
    Raises DocumentStays where it is another order or cannot be made right, OutcomeUnknown where it is not settled what
    it lacks.
    """
    order = found.document
    is_open = order.entity_set == "salesOrders"
    if is_open and len(found.numbers) > 1:
        raise _differs(found, plan, [sentence("{number} sales orders / 1", number=len(found.numbers))])
    different = differences(found, plan)
    rest = missing_tail(found, plan, MAX_DEEP_LINES) if different and ours else ()
    if different and not rest:
        raise _differs(found, plan, different)
    if texts and (otherwise := texts_that_differ(found, plan.header)):
        raise _differs(found, plan, list(map(called, otherwise)))
    if not is_open or (not rest and order.total_amount_including_tax == plan.expected_total):
        return Standing(found, _with_tax_of_found(found, plan))
    if not ours or is_rounded(found, plan):
        raise _differs(found, plan, [total_differs(order.total_amount_including_tax, plan)])
    if not settled:
        raise OutcomeUnknown("outcome-unknown", sentence(
            "{order}, {document}: lines were sent for it and may be on their way yet.",
            order=plan.external_document_number, document=order.number))
    if rest:
        return Standing(found, order, rest)
    with _staying(found, plan, rest):
        return Standing(found, order, (), _settling(found, plan)[1])


def completed(
    bc: BusinessCentral, plan: SalesOrderPlan, standing: Standing, sending: Sending = _FREELY
) -> SalesDocument:
    """The document with what it lacked. Raises DocumentStays where Business Central refuses that, OutcomeUnknown."""
    found, rest = standing.found, standing.lacks
    if rest is None:
        return standing.document
    with _staying(found, plan, rest):
        return _finished(bc, found, plan, rest, sending)


@contextmanager
def _staying(found: FoundDocument, plan: SalesOrderPlan, rest: Sequence[Body]) -> Iterator[None]:
    """What is refused of a document that was there leaves it there: DocumentStays."""
    number, lines = found.document.number, len(plan.lines) - len(rest)
    try:
        yield
    except RecordRefused as refused:
        held = sentence(
            "{document} stays in Business Central with {lines} of {all} lines." if rest
            else "{document} stays in Business Central.", document=number, lines=lines, all=len(plan.lines))
        raise DocumentStays(refused.code, together([refused.sentence, held]), found.document) from refused


def remove_sales_order(bc: BusinessCentral, id: str, etag: str) -> bool:
    """Delete an order with its lines while it is as `etag` says; False when it was gone already."""
    return bc.remove("salesOrders", id, etag)


@contextmanager
def once_sent(plan: SalesOrderPlan, but: type[ConnectorError] = OutcomeUnknown) -> Iterator[None]:
    """The order is, or may be, in Business Central: what fails here is no refusal of it, except `but`."""
    try:
        yield
    except ConnectorError as problem:
        if isinstance(problem, (OutcomeUnknown, but)):
            raise
        raise OutcomeUnknown("outcome-unknown", sentence(
            "{order} was sent; what became of it is not known: {reason}", order=plan.external_document_number,
            reason=problem.sentence)) from problem


def _differs(found: FoundDocument, plan: SalesOrderPlan, different: Sequence[Sentence]) -> DocumentStays:
    return DocumentStays("document-differs", both_sides(found, plan, different), found.document)


# An order that is there, brought to its end


def _finished(
    bc: BusinessCentral, whole: FoundDocument, plan: SalesOrderPlan, rest: Sequence[Body], sending: Sending
) -> SalesDocument:
    """Add the rest of the lines, settle the total, look at the tax. RecordRefused: one of them cannot be right."""
    path = f"salesOrders({whole.document.id})/salesOrderLines"
    for start in range(0, len(rest), MAX_BATCH):
        parcel = [BatchRequest("POST", path, line) for line in rest[start : start + MAX_BATCH]]
        with _adding_lines(plan, sending):
            bc.batch(parcel, before=sending.lines)
    if rest or (_looks_at_lines(plan) and not whole.lines) or not _is_right(whole, plan):
        whole = _read_again(bc, whole.document, plan)
    order, line = _settling(whole, plan)
    return _settled(bc, order, plan, line, sending) if line else order


def _settling(whole: FoundDocument, plan: SalesOrderPlan) -> tuple[SalesDocument, Body]:
    """The document with all its lines, and the line that makes its total what was paid, {} where it is.

    RecordRefused: it was not kept as sent, its tax is another, or no line may make up the difference.
    """
    if unlike := not_as_sent(whole, plan):
        raise RecordRefused("document-differs", sentence(
            "Business Central did not keep what was sent for {order}: {what}.", order=plan.name,
            what=together(unlike, ", ")))
    _check_invoice_discount(whole, plan)
    taxes = tax_differences(whole, plan)
    if taxes and plan.tax_differences is TaxDifferences.PARK:
        raise RecordRefused("tax-mismatch", taxes)
    order = msgspec.structs.replace(whole.document, warning=taxes, tax_apart=tax_apart(whole, plan))
    if order.total_amount_including_tax == plan.expected_total:
        return order, {}
    return order, _making_up(msgspec.structs.replace(whole, document=order), plan)


def judged(whole: FoundDocument, plan: SalesOrderPlan) -> RecordRefused | None:
    """What is wrong with an order that was tried, as it would be refused; None where nothing is."""
    try:
        _check_invoice_discount(whole, plan)
    except RecordRefused as refused:
        return refused
    if taxes := tax_differences(whole, plan):
        return RecordRefused("tax-mismatch", taxes)
    most = tolerated(plan, whole.lines)
    if abs(plan.expected_total - whole.document.total_amount_including_tax) > most:
        return _mismatch(whole, plan, sentence("the tolerance is {tolerance}", tolerance=most))
    return None


def _is_right(whole: FoundDocument, plan: SalesOrderPlan) -> bool:
    """What an answer shows as right is right; anything else is looked at once more before it is believed."""
    same = whole.document.total_amount_including_tax == plan.expected_total
    as_sent = not _invoice_discount(whole, plan) and not not_as_sent(whole, plan)
    return same and as_sent and not tax_differences(whole, plan)


def _looks_at_lines(plan: SalesOrderPlan) -> bool:
    """Whether what Business Central made of the lines says if the order is right."""
    return any(plan.taxes) or any("locationId" in line for line in plan.lines)


def _with_tax_of_found(found: FoundDocument, plan: SalesOrderPlan) -> SalesDocument:
    """A document that was there; DocumentStays where its tax is another and the card parks that."""
    taxes = tax_differences(found, plan)
    if taxes and plan.tax_differences is TaxDifferences.PARK:
        raise DocumentStays("tax-mismatch", taxes, found.document)
    return msgspec.structs.replace(found.document, warning=taxes, tax_apart=tax_apart(found, plan))


def _invoice_discount(whole: FoundDocument, plan: SalesOrderPlan) -> Decimal:
    """What Business Central takes off the document by itself, beside what the plan takes off."""
    return Decimal(whole.header.get("discountAmount") or 0) - Decimal(plan.header.get("discountAmount") or 0)


def _check_invoice_discount(whole: FoundDocument, plan: SalesOrderPlan) -> None:
    """RecordRefused where the customer's invoice discount came in: what Shopify charged is final.

    It is not taken out again: releasing the order would bring it back (AL: Sales-Calc. Discount).
    """
    taken = _invoice_discount(whole, plan)
    if not taken:
        return
    customer = whole.header.get("customerNumber") or plan.header.get("customerNumber")
    raise RecordRefused("total-mismatch", sentence(
        "Business Central takes an invoice discount of {discount} off {order}, by the invoice discounts of customer "
        "{customer}: it comes to {there} there and to {total} in Shopify. Take Invoice Disc. Code off this customer, "
        "or use another customer for the shop.", discount=taken, order=plan.name, customer=customer,
        there=whole.document.total_amount_including_tax, total=plan.expected_total))


@contextmanager
def _adding_lines(plan: SalesOrderPlan, sending: Sending) -> Iterator[None]:
    try:
        with once_sent(plan, but=RecordRefused):
            yield
    except RecordRefused:
        sending.answered()
        raise
    sending.answered()


def _making_up(whole: FoundDocument, plan: SalesOrderPlan) -> Body:
    """The rounding line for a difference that is tolerated; RecordRefused for a larger one, or without an account."""
    difference, most = plan.expected_total - whole.document.total_amount_including_tax, tolerated(plan, whole.lines)
    if abs(difference) > most:
        raise _mismatch(whole, plan, sentence(
            "the tolerance is {tolerance}" if most == plan.rounding_tolerance
            else "the tolerance is {tolerance}, and rounding of its taxes explains {rounding}",
            tolerance=plan.rounding_tolerance, rounding=most))
    if not plan.rounding_account:
        raise RecordRefused("account-missing", sentence(
            "{setting} is empty, and {order} needs a line of {amount} there.",
            setting=caption("cash_roundings_account"), order=plan.name, amount=difference))
    return _rounding_line(plan.rounding_account, difference)


def _settled(
    bc: BusinessCentral, order: SalesDocument, plan: SalesOrderPlan, line: Body, sending: Sending
) -> SalesDocument:
    """Add the line that makes the total what was paid."""
    try:
        with _adding_lines(plan, sending):
            bc.create_line(order.id, line, before=sending.lines)
    except OutcomeUnknown:
        settled = _reread(bc, order, plan)
        if settled.document.total_amount_including_tax != plan.expected_total:
            raise
        return settled.document
    settled = _reread(bc, order, plan)
    if settled.document.total_amount_including_tax != plan.expected_total:
        raise _mismatch(settled, plan, sentence("with a line of {amount} on account {account}",
                                                amount=line["unitPrice"], account=plan.rounding_account))
    return settled.document


def _rounding_line(account: str, difference: Decimal) -> Body:
    # An account line takes a negative price (an item's price may not be negative).
    return {
        "lineType": "Account", "lineObjectNumber": account, "description": ROUNDING,
        "quantity": 1, "unitPrice": difference,
    }  # fmt: skip


def _mismatch(whole: FoundDocument, plan: SalesOrderPlan, circumstance: Sentence) -> RecordRefused:
    order, tax = whole.document, sum((tax.amount for tax in plan.taxes if tax), Decimal(0))
    differs = sentence(
        "{order} comes to {there} in Business Central and to {total} in Shopify, of which tax {tax}; {circumstance}."
        if any(plan.taxes) else
        "{order} comes to {there} in Business Central and to {total} in Shopify; {circumstance}.",
        order=plan.name, there=order.total_amount_including_tax, total=plan.expected_total,
        tax=tax.quantize(plan.smallest), circumstance=circumstance)
    warning = [order.warning] if order.warning else []
    return RecordRefused("total-mismatch", together(
        [differs, *taxed_though_none_is_charged(whole.lines, plan), *warning]))


def _read_again(bc: BusinessCentral, order: SalesDocument, plan: SalesOrderPlan) -> FoundDocument:
    with once_sent(plan):
        whole = read_whole_order(bc, order.id)
        if whole is None:
            raise OutcomeUnknown("outcome-unknown", sentence(
                "{document} was made and is gone again; it will be looked up.", document=order.number))
        return whole


def _reread(bc: BusinessCentral, order: SalesDocument, plan: SalesOrderPlan) -> FoundDocument:
    whole = _read_again(bc, order, plan)
    document = msgspec.structs.replace(whole.document, warning=order.warning, tax_apart=tax_apart(whole, plan))
    return msgspec.structs.replace(whole, document=document)


# Taking back what this very call made


def _take_back(bc: BusinessCentral, made: Row, plan: SalesOrderPlan, refused: RecordRefused) -> None:
    """Remove the order as it was made; DocumentStays, with why, where it has to stay."""
    order = sales_document("salesOrders", made)
    try:
        with once_sent(plan, but=RecordRefused):
            now = read_whole_order(bc, order.id)
            if now is None:
                return
            if not _as_made(made, now, plan):
                raise RecordRefused("record-refused", sentence("it was changed there meanwhile."))
            remove_sales_order(bc, order.id, str(now.header["@odata.etag"]))
    except RecordRefused as why:
        held = sentence("{document} stays in Business Central: {reason}", document=order.number, reason=why.sentence)
        raise DocumentStays(refused.code, together([refused.sentence, held]), order) from why
    except OutcomeUnknown as why:
        unknown = sentence("Whether {document} could be removed is not known: {reason}", document=order.number,
                           reason=why.sentence)
        raise OutcomeUnknown("outcome-unknown", together([refused.sentence, unknown])) from why


def _as_made(made: Row, now: FoundDocument, plan: SalesOrderPlan) -> bool:
    """Whether nobody but us has touched it since: header as answered, lines as sent so far."""
    untouched = all(
        value == now.header.get(name) for name, value in made.items() if not name.startswith(_MOVES_WITH_LINES)
    )
    return untouched and (not differences_of_sale(now, plan) or bool(missing_tail(now, plan, MAX_DEEP_LINES)))
