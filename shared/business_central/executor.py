"""Carries plans out: with order_execution.py the only place that writes to Business Central.

Rules: bodies are sent in the order the plan gives (Business Central validates property by property); `number` is
unique for customers and items. Hence: customers, items and variants whose outcome is unknown are looked up by
their key and created again if need be. Sales orders have no unique key: see order_execution.py.
Border: what to write is decided in shared/mapping; how a request is sent and repeated, in client.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.business_central.client import BusinessCentral
from shared.business_central.keys import is_customer_of
from shared.business_central.plan import Body
from shared.business_central.refusals import AlreadyExists, RowChanged, RowGone
from shared.business_central.rows import CustomerRow, ItemRow, Kind, VariantRow, row_as, select_of
from shared.business_central.wire import Row, plain, quoted
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused, ServiceUnavailable
from shared.texts import sentence

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
                raise RecordRefused("number-taken", sentence(
                    "{row} is in Business Central already, and is not what was to be created.",
                    row=f"{entity_set} {named}")) from problem
            if found is not None:
                return found
            last = problem
            bc.clock.sleep(2.0**tries)
    if isinstance(last, OutcomeUnknown):
        # The key is unique, so a later run may simply try again.
        raise ServiceUnavailable("bc-unavailable", last.sentence)
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
        row = _present(bc, entity_set, id, changes)
        differing = _differing(row, changes)
        if not differing:
            return tries > 0
        try:
            bc.change(entity_set, id, differing, row["@odata.etag"])
            return True
        except RowChanged as conflict:
            last = conflict
    raise last


def difference(bc: BusinessCentral, entity_set: str, id: str, changes: Mapping[str, Any]) -> Body:
    """What of `changes` change_row would send now. Raises RowGone when there is no such row."""
    return _differing(_present(bc, entity_set, id, changes), changes)


def _present(bc: BusinessCentral, entity_set: str, id: str, changes: Mapping[str, Any]) -> Row:
    row = bc.read(entity_set, id, select=",".join(["id", *changes]), fresh=True)
    if row is None:
        raise RowGone("record-refused", sentence(
            "{row} is no longer in Business Central.", row=f"{entity_set}({id})"))
    return row


def _differing(row: Row, changes: Mapping[str, Any]) -> Body:
    return {name: value for name, value in changes.items() if not _same(name, value, row.get(name))}


def _same(name: str, ours: Any, theirs: Any) -> bool:
    """Equal as Business Central stores it: texts trimmed, codes in capitals, enum members unescaped."""
    if not (isinstance(ours, str) and isinstance(theirs, str)):
        return bool(ours == theirs)
    if name in ("number", "code", "country") or name.endswith(("Code", "Number")):
        return ours.strip().upper() == theirs.strip().upper()
    return plain(ours) == plain(theirs)
