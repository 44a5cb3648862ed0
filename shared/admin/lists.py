"""Records of one type as a list: payouts and disputes as they were last read, others as what they became.

A type that is added to the registry (shared/record_types.py) has its list by that: of what is kept in rows all their
fields, of what goes to Business Central its links. Border: lists; one record's page is records.py.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from shared.admin.captures import known_type
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.captures import name_in
from shared.json_text import decoded
from shared.shopify_ids import id_in
from shared.stores.links import LinkState
from shared.sync.record_type import KeptType, types_of
from shared.telemetry import side_by_side
from shared.texts import sentence

PAGE = 50
MOST_EXPORTED = 20_000
"""Rows of a file."""

MOST_MOVEMENTS = 500
"""Movements of a payout that are shown."""

_OURS = ("id", "sent")


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One field of what is kept of a record; value: "" for none; amounts are decimals, in this currency."""

    name: str
    kind: Literal["text", "time", "amount", "order"]
    value: str
    currency: str = ""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a list: what is kept of it, or its name, how it stands (a LinkState) and its number."""

    id: str
    name: str = ""
    state: str = ""
    number: str = ""
    cells: list[Cell] = []


class ListView(msgspec.Struct, frozen=True, kw_only=True):
    """kept: whether its records are kept in rows, newest first; others come by their ids. states: what to choose by."""

    shop: str
    type: str
    kept: bool
    states: list[str]
    rows: list[Listed]
    continuation: str


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One balance transaction of a payout, with the digits that Shopify sent; order: Shopify's id, "" for none."""

    at: str
    type: str
    order: str
    amount: str
    fee: str
    net: str
    currency: str


def list_records(connector: Connector, shop: str, type: str, state: str, continuation: str) -> ListView:
    """Fifty records of a type; ConnectorError not-found for no type, input-invalid for no state or continuation."""
    one = types_of(connector).by_name[known_type(connector, type)]
    if isinstance(one, KeptType):
        return _kept(connector, one, shop, state, continuation)
    states = [each.value for each in LinkState if each is not LinkState.LOST]
    links, after = connector.links(shop, type).page(
        _place(continuation), PAGE, state=_chosen(state, states))
    names = names_of(connector, shop, type, [link.id for link in links])
    rows = [Listed(id=one.id, name=names[one.id], state=one.state.value, number=one.bc_number) for one in links]
    return ListView(shop=shop, type=type, kept=False, states=states, rows=rows, continuation=after)


def names_of(connector: Connector, shop: str, type: str, ids: Iterable[str]) -> dict[str, str]:
    """What people call these records; "" where no capture says it."""
    sought = list(dict.fromkeys(ids))
    found = side_by_side(lambda id: name_in(connector.captures.of_record(shop, type, id)), sought)
    return dict(zip(sought, found, strict=True))


def all_kept(connector: Connector, shop: str, type: str, state: str) -> list[Listed]:
    """Every record that is kept in rows, with all its fields; ConnectorError not-found, input-invalid for too many."""
    one = types_of(connector).by_name.get(type)
    if not isinstance(one, KeptType):
        raise ConnectorError("not-found", sentence("of {type} no list is kept to be saved", type=repr(type[:50])))
    found: list[Listed] = []
    for row in one.rows(connector).all(shop):
        if state in ("", row.status):
            found.append(Listed(id=row.id, cells=_cells(row, ())))
        if len(found) > MOST_EXPORTED:
            raise ConnectorError("input-invalid", sentence(
                "these are more than {number} records of shop {shop}: choose fewer", number=MOST_EXPORTED, shop=shop))
    return found


def cells_of(connector: Connector, shop: str, type: str, id: str) -> list[Cell]:
    """What is kept of one record in its row; [] if it has none."""
    one = types_of(connector).by_name[type]
    row = one.rows(connector).of(shop, [id]).get(id) if isinstance(one, KeptType) else None
    return _cells(row, ()) if row is not None else []


class _Money(msgspec.Struct, rename="camel"):
    amount: str
    currency_code: str


class _Order(msgspec.Struct):
    id: str


class _Movement(msgspec.Struct, rename="camel"):
    type: str
    transaction_date: str
    amount: _Money
    fee: _Money
    net: _Money
    associated_order: _Order | None = None


class _Payout(msgspec.Struct, rename="camel"):
    balance_transactions: list[_Movement] = []


def movements(payload: bytes) -> list[Movement]:
    """The balance transactions in a payout's capture; [] where it has none, or cannot be read."""
    try:
        sent = decoded(payload, type=_Payout).balance_transactions if payload else []
    except msgspec.MsgspecError:
        return []
    return [
        Movement(
            at=one.transaction_date, type=one.type, amount=one.amount.amount, fee=one.fee.amount, net=one.net.amount,
            currency=one.amount.currency_code,
            order=one.associated_order.id.rpartition("/")[2] if one.associated_order else "")
        for one in sent[:MOST_MOVEMENTS]
    ]


def _kept(connector: Connector, one: KeptType, shop: str, state: str, continuation: str) -> ListView:
    kept = one.rows(connector)
    page = kept.page(shop, continuation, status=_chosen(state, kept.statuses))
    rows = [Listed(id=row.id, cells=_cells(row, one.listed)) for row in page.rows]
    return ListView(
        shop=shop, type=one.name, kept=True, states=kept.statuses, rows=rows, continuation=page.continuation)


def _cells(row: Any, names: tuple[str, ...]) -> list[Cell]:
    values: dict[str, Any] = {name: getattr(row, name) for name in row.__struct_fields__}
    shown = names or tuple(name for name in values if name not in (*_OURS, "currency"))
    return [_cell(name, str(values[name]), str(values.get("currency", ""))) for name in shown]


def _cell(name: str, value: str, currency: str) -> Cell:
    if name == "order_id":
        return Cell(name=name, kind="order", value=value)
    if name.endswith(("_at", "_by", "_on")):
        return Cell(name=name, kind="time", value=value)
    if name in ("net", "amount") or name.endswith(("_gross", "_fee")):
        return Cell(name=name, kind="amount", value=value, currency=currency)
    return Cell(name=name, kind="text", value=value)


def _chosen(state: str, states: list[str]) -> str:
    if state and state not in states:
        raise ConnectorError("input-invalid", sentence(
            "{type} is not one of {types}", type=repr(state[:50]), types=", ".join(states)))
    return state


def _place(continuation: str) -> str:
    id = id_in(continuation) if continuation else ""
    if id is None:
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    return id
