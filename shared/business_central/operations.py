"""What a plan comes to: the writes that carry it out, as data, in the order they are sent.

A dry run shows them; executor.py, item_card.py and order_execution.py send them. What only Business Central's answer
can tell (a rounding line, an item that it takes without its price) is not among them. Border: what creates a row is
sent by executor.py and order_execution.py, since its answer may be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from shared.business_central.client import BusinessCentral
from shared.business_central.executor import change_row, difference
from shared.business_central.item_card import check_item_card, has_tariff_number, tariff_body
from shared.business_central.order_execution import Standing, opening_lines
from shared.business_central.plan import Body, CustomerPlan, ItemPlan, SalesOrderPlan
from shared.business_central.refusals import RowGone
from shared.business_central.wire import quoted
from shared.errors import RecordRefused


class Operation(msgspec.Struct, frozen=True):
    """One write.

    target   entity set, or web service
    key      of the row that is changed, as it stands in the path; "" creates one
    body     what is sent; of a change only what differs
    may_be_gone  whether a row that is no longer there is no error: then nothing is to be done
    """

    target: str
    key: str
    body: Body
    may_be_gone: bool = False

    @property
    def method(self) -> str:
        """POST creates, PATCH changes."""
        return "PATCH" if self.key else "POST"

    @property
    def path(self) -> str:
        """Relative to the company, of API v2.0 or of the web services."""
        return f"{self.target}({self.key})" if self.key else self.target


def of_customer(plan: CustomerPlan) -> tuple[Operation, ...]:
    """What brings the customer in, or brings it up to date; () when there is nothing to send."""
    return (Operation("customers", plan.customer_id, plan.body),) if plan.body else ()


def of_items(plans: Iterable[ItemPlan], item_card_service: str) -> tuple[Operation, ...]:
    """What brings these variants of one product in, in order; an item that several of them share is made once."""
    operations: dict[tuple[str, str, str], Operation] = {}
    made: set[str] = set()
    for plan in plans:
        for one in _of_item(plan, made, item_card_service):
            operations.setdefault((one.target, one.key, repr(one.body)), one)
        made |= set() if plan.item_id else {plan.item_number}
    return tuple(operations.values())


def _of_item(plan: ItemPlan, made: set[str], item_card_service: str) -> Iterator[Operation]:
    if plan.item_id:
        yield from (Operation("items", plan.item_id, body) for body in (plan.item, plan.prices) if body)
    elif plan.item_number not in made:
        yield Operation("items", "", plan.item | plan.prices)
    if plan.variant:
        yield Operation("itemVariants", "", plan.variant)
    if plan.tariff:
        yield Operation(item_card_service, f"No={quoted(plan.item_number)}", tariff_body(plan.tariff))


def of_order(plan: SalesOrderPlan) -> tuple[Operation, ...]:
    """What makes the order's document: all its lines in one request, those after the first hundred in batches."""
    first, rest = opening_lines(plan)
    body = {**plan.header, "externalDocumentNumber": plan.external_document_number, "salesOrderLines": list(first)}
    return Operation("salesOrders", "", body), *of_lines("{id}", rest)


def of_lines(order_id: str, lines: Sequence[Body]) -> tuple[Operation, ...]:
    """What adds these lines to a sales order."""
    return tuple(Operation(f"salesOrders({order_id})/salesOrderLines", "", line) for line in lines)


def of_standing(standing: Standing) -> tuple[Operation, ...]:
    """What makes a document that is there whole; a rounding line after the lines that it lacks is not known yet."""
    lines = (standing.settles,) if standing.settles else standing.lacks or ()
    return of_lines(standing.document.id, lines)


def of_header(order_id: str, changes: Body) -> tuple[Operation, ...]:
    """What follows of an order that has its document; one that is posted or deleted by then is nobody's to change."""
    return (Operation("salesOrders", order_id, changes, may_be_gone=True),) if changes else ()


def carry_out(bc: BusinessCentral, operation: Operation) -> bool:
    """Send a change as far as it differs; False when nothing does. Raises as change_row does."""
    try:
        return change_row(bc, operation.target, operation.key, operation.body)
    except RowGone:
        if operation.may_be_gone:
            return False
        raise


def as_sent(
    bc: BusinessCentral, operations: Sequence[Operation], item_card_service: str
) -> Iterator[Operation | RecordRefused]:
    """What of these would be sent now: changes only as far as Business Central's values differ.

    RecordRefused in the place of one: the row that is to be changed is gone, or the Item Card is not to be had.
    """
    created = {str(one.body.get("number")) for one in operations if one.target == "items" and not one.key}
    for one in operations:
        try:
            body = _body_as_sent(bc, one, item_card_service, created) if one.key else one.body
        except RecordRefused as problem:
            yield problem
        else:
            if body:
                yield msgspec.structs.replace(one, body=body)


def _body_as_sent(bc: BusinessCentral, one: Operation, service: str, created: set[str]) -> Body:
    """{} where nothing is sent."""
    if not service or one.target != service:
        return _changes(bc, one)
    item = one.key.removeprefix("No='").removesuffix("'").replace("''", "'")
    if item not in created:
        return {} if has_tariff_number(bc, service, item, str(one.body["Tariff_No"])) else one.body
    if problem := check_item_card(bc, service):
        raise problem
    return one.body


def _changes(bc: BusinessCentral, one: Operation) -> Body:
    try:
        return difference(bc, one.target, one.key, one.body)
    except RowGone:
        if one.may_be_gone:
            return {}
        raise
