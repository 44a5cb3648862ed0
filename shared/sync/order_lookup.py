"""Is an order in Business Central already? Asked for every order that is about to be sent, twenty at once.

Links may be lost, another card may have brought the same store's orders, an earlier answer may not have come:
only Business Central knows. A look-up that is refused is no answer about any order: the numbers are then asked for
one by one, and the order whose own look-up is refused is not sent.
"""
from __future__ import annotations

from collections.abc import Mapping

from shared.business_central.client import BusinessCentral
from shared.business_central.lookup import find_whole_documents, read_whole_order
from shared.business_central.rows import FoundDocument
from shared.errors import RecordRefused
from shared.stores.links import Link, LinkState

Answer = FoundDocument | RecordRefused


def looked_up(orders: Mapping[str, Link], bc: BusinessCentral) -> dict[str, Answer]:
    """External document number -> what stands under it, or why it could not be asked; missing: it is not there.

    A document that a link remembers is found by its id too, should somebody have given it another external number.
    Raises what concerns more than one order (Business Central does not answer, sign-in).
    """
    try:
        found: dict[str, Answer] = dict(find_whole_documents(bc, list(orders)))
    except RecordRefused:
        found = {key: answer for key in orders if (answer := _alone(key, bc)) is not None}
    for key, link in orders.items():
        if key not in found and _remembers(link) and (order := _remembered(link, bc)) is not None:
            found[key] = order
    return found


def _alone(key: str, bc: BusinessCentral) -> Answer | None:
    try:
        return find_whole_documents(bc, [key]).get(key)
    except RecordRefused as problem:
        return problem


def _remembers(link: Link) -> bool:
    return bool(link.bc_id) and link.bc_set == "salesOrders" and link.state is not LinkState.LOST


def _remembered(link: Link, bc: BusinessCentral) -> Answer | None:
    try:
        return read_whole_order(bc, link.bc_id)
    except RecordRefused as problem:
        return problem
