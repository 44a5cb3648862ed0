"""Carries plans out: the only place that writes to Business Central.

Rules: bodies are sent in the order the plan gives (Business Central validates property by property); a deep
insert is one transaction; `number` is unique for customers and items, externalDocumentNumber is not unique for
sales documents. Hence: customers, items and variants whose outcome is unknown are looked up by their key and
created again if need be; a sales order never is, the caller looks it up with lookup.py.
Border: what to write is decided in shared/mapping; how a request is sent and repeated, in client.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from shared.business_central.client import MAX_BATCH, BatchRequest, BusinessCentral
from shared.business_central.keys import is_customer_of
from shared.business_central.lookup import DOCUMENT, sales_document
from shared.business_central.refusals import AlreadyExists, RowChanged, RowGone
from shared.business_central.rows import CustomerRow, ItemRow, Kind, SalesDocument, VariantRow, row_as, select_of
from shared.business_central.wire import Row, plain, quoted
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused, ServiceUnavailable
from shared.mapping.plan import Body, SalesOrderPlan

MAX_DEEP_LINES = 100
_TRIES = 4


# Customers, items, variants


def create_customer(bc: BusinessCentral, body: Body) -> CustomerRow:
    """The customer with `body["number"]`: created now, or adopted when it is there already.

    RecordRefused(number-taken) when the one that is there is another's.
    """
    return _create_or_adopt(
        bc, "customers", CustomerRow, body, key=("number",), ours=lambda row: is_customer_of(row, body))


def create_item(bc: BusinessCentral, body: Body) -> ItemRow:
    """The item with `body["number"]`: created now, or adopted when it is there already."""
    return _create_or_adopt(bc, "items", ItemRow, body, key=("number",))


def create_variant(bc: BusinessCentral, body: Body) -> VariantRow:
    """The variant `body["code"]` of item `body["itemNumber"]`: created now or adopted."""
    return _create_or_adopt(bc, "itemVariants", VariantRow, body, key=("itemNumber", "code"))


def _create_or_adopt(
    bc: BusinessCentral, entity_set: str, kind: type[Kind], body: Body, key: tuple[str, ...],
    ours: Callable[[Kind], bool] = lambda row: True,
) -> Kind:
    last: ConnectorError | None = None
    for tries in range(1, _TRIES + 1):
        try:
            return row_as(kind, bc.create(entity_set, body))
        except (AlreadyExists, OutcomeUnknown) as problem:
            found = _find(bc, entity_set, kind, {name: str(body.get(name) or "") for name in key})
            if found is not None and not ours(found):
                named = " ".join(str(body[name]) for name in key)
                detail = f"{entity_set} {named} is in Business Central already, and is not what was to be created."
                raise RecordRefused("number-taken", detail) from problem
            if found is not None:
                return found
            last = problem
            bc.clock.sleep(2.0**tries)
    if isinstance(last, OutcomeUnknown):
        # The key is unique, so a later run may simply try again.
        raise ServiceUnavailable("bc-unavailable", last.detail)
    assert last is not None
    raise last


def _find(bc: BusinessCentral, entity_set: str, kind: type[Kind], key: Mapping[str, str]) -> Kind | None:
    """The row with this key, from the primary; None also when part of the key is empty."""
    if not all(key.values()):
        return None
    # Business Central keeps codes in capitals.
    condition = " and ".join(f"{name} eq {quoted(text.strip().upper())}" for name, text in key.items())
    rows = bc.rows(entity_set, filter=condition, select=select_of(kind), fresh=True)
    return next((row_as(kind, row) for row in rows), None)


def change_row(bc: BusinessCentral, entity_set: str, id: str, changes: Mapping[str, Any]) -> bool:
    """Set `changes` on a row, sending only what differs; False when nothing does.

    A row changed by somebody else meanwhile is read and compared again. Raises RowGone when there is no such
    row, RowChanged when it keeps changing.
    """
    for tries in range(_TRIES):
        row = bc.read(entity_set, id, select=",".join(["id", *changes]), fresh=True)
        if row is None:
            raise RowGone("record-refused", f"{entity_set}({id}) is no longer in Business Central.")
        differing = {name: value for name, value in changes.items() if not _same(name, value, row.get(name))}
        if not differing:
            return tries > 0
        try:
            bc.change(entity_set, id, differing, row["@odata.etag"])
            return True
        except RowChanged as conflict:
            last = conflict
    raise last


def _same(name: str, ours: Any, theirs: Any) -> bool:
    """Equal as Business Central stores it: texts trimmed, codes in capitals, enum members unescaped."""
    if not (isinstance(ours, str) and isinstance(theirs, str)):
        return bool(ours == theirs)
    if name in ("number", "code", "country") or name.endswith(("Code", "Number")):
        return ours.strip().upper() == theirs.strip().upper()
    return plain(ours) == plain(theirs)


# Sales orders


def create_sales_order(bc: BusinessCentral, plan: SalesOrderPlan) -> SalesDocument:
    """Create the order with all its lines, or nothing.

    One POST takes up to 100 lines; further ones follow in batches, and if those fail the order is removed.
    Raises OutcomeUnknown when an order may be there all the same: lookup.find_sales_documents tells.
    """
    body = {**plan.header, "externalDocumentNumber": plan.external_document_number}
    order = bc.create("salesOrders", {**body, "salesOrderLines": list(plan.lines[:MAX_DEEP_LINES])})
    rest = plan.lines[MAX_DEEP_LINES:]
    if not rest:
        return sales_document("salesOrders", order)
    try:
        _add_lines(bc, order["id"], rest)
    except ConnectorError as problem:
        _remove_half_order(bc, order, problem)
        raise
    with once_sent(plan):
        whole = bc.read("salesOrders", order["id"], select=DOCUMENT, fresh=True)
    return sales_document("salesOrders", whole or order)


@contextmanager
def once_sent(plan: SalesOrderPlan) -> Iterator[None]:
    """The order is, or may be, in Business Central: a failing service here must not let it be sent again."""
    try:
        yield
    except (RecordRefused, OutcomeUnknown):
        raise
    except ConnectorError as problem:
        detail = f"{plan.external_document_number} was sent; what became of it is not known: {problem.detail}"
        raise OutcomeUnknown("outcome-unknown", detail) from problem


def _add_lines(bc: BusinessCentral, order_id: str, lines: tuple[Body, ...]) -> None:
    path = f"salesOrders({order_id})/salesOrderLines"
    for start in range(0, len(lines), MAX_BATCH):
        bc.batch([BatchRequest("POST", path, line) for line in lines[start : start + MAX_BATCH]])


def _remove_half_order(bc: BusinessCentral, order: Row, reason: ConnectorError) -> None:
    try:
        remove_sales_order(bc, order["id"])
    except ConnectorError as problem:
        detail = f"Order {order['number']} holds only part of its lines: {reason.detail} {problem.detail}"
        raise OutcomeUnknown("outcome-unknown", detail) from problem


def remove_sales_order(bc: BusinessCentral, id: str) -> bool:
    """Delete an order with its lines; False when it was gone already."""
    return bc.remove("salesOrders", id)


# The total


def settle_total(bc: BusinessCentral, document: SalesDocument, plan: SalesOrderPlan) -> SalesDocument:
    """Make the order's total what was paid: a difference within the tolerance becomes one rounding line.

    Doing it twice changes nothing. Only open orders are touched. Raises RecordRefused, after the order was
    removed: "total-mismatch" beyond the tolerance, "account-missing" without a usable rounding account.
    """
    if document.entity_set != "salesOrders" or document.total_amount_including_tax == plan.expected_total:
        return document
    current = _reread(bc, document)
    if current is None or current.total_amount_including_tax == plan.expected_total:
        return current or document
    difference = plan.expected_total - current.total_amount_including_tax
    try:
        if abs(difference) > plan.rounding_tolerance:
            raise _mismatch(current, plan, f"the tolerance is {plan.rounding_tolerance}")
        return _with_rounding_line(bc, current, plan, difference)
    except RecordRefused:
        remove_sales_order(bc, current.id)
        raise


def _with_rounding_line(
    bc: BusinessCentral, order: SalesDocument, plan: SalesOrderPlan, difference: Decimal
) -> SalesDocument:
    if not plan.rounding_account:
        detail = f"Cash Roundings Account is empty, and {plan.external_document_number} needs {difference}."
        raise RecordRefused("account-missing", detail)
    try:
        bc.create_line(order.id, _rounding_line(plan.rounding_account, difference))
    except OutcomeUnknown:
        settled = _reread(bc, order)
        if settled is None or settled.total_amount_including_tax != plan.expected_total:
            raise
        return settled
    settled = _reread(bc, order) or order
    if settled.total_amount_including_tax != plan.expected_total:
        raise _mismatch(settled, plan, f"with a line of {difference} on account {plan.rounding_account}")
    return settled


def _rounding_line(account: str, difference: Decimal) -> Body:
    # An account line takes a negative price (an item's price may not be negative).
    return {
        "lineType": "Account", "lineObjectNumber": account, "description": "Rounding",
        "quantity": 1, "unitPrice": difference,
    }  # fmt: skip


def _mismatch(order: SalesDocument, plan: SalesOrderPlan, circumstance: str) -> RecordRefused:
    detail = (
        f"{plan.external_document_number} comes to {order.total_amount_including_tax} in Business Central "
        f"and to {plan.expected_total} in Shopify; {circumstance}."
    )
    return RecordRefused("total-mismatch", detail)


def _reread(bc: BusinessCentral, order: SalesDocument) -> SalesDocument | None:
    row = bc.read("salesOrders", order.id, select=DOCUMENT, fresh=True)
    return sales_document("salesOrders", row) if row else None
