"""The repair list: orders of companies whose document in Business Central stands on another customer.

Earlier versions booked an order on the person who ordered for the company. Which company bought is taken from the
newest data capture of each order; on which customer its document stands, from Business Central, so that what was put
right is no longer listed. Shopify is not asked, and nothing is written. An order whose captures have outlived their
retention is not seen.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from shared.business_central.comparison import kind_of
from shared.business_central.directory import Directory
from shared.connector import Connector
from shared.errors import ConnectorError, RecordRefused
from shared.journal.captures import Captured, DataCaptures
from shared.json_text import decoded
from shared.mapping.buyers import ExistingBuyer, buyer_of_company
from shared.record_names import one_called
from shared.shopify.records import NamedCompany, PurchasingEntity, id_of
from shared.shopify_ids import id_in
from shared.shops.card import ShopCard
from shared.stores.links import Link
from shared.telemetry import side_by_side
from shared.texts import NOTHING, Sentence, sentence
from shared.to_business_central.companies import apply as companies
from shared.to_business_central.customers import apply as customers
from shared.to_business_central.customers.apply import present_numbers
from shared.to_business_central.orders.lookup import Answer, looked_up
from shared.to_business_central.orders.plan import document_key_of


class ElsewhereBooked(msgspec.Struct, frozen=True, kw_only=True):
    """An order of a company whose document does not stand on the company's customer.

    id, name          Shopify's of the order
    document          sales order, sales invoice or shipment, `number` its number
    customer          number of the customer it stands on
    company_id        of the company at Shopify, `company_name` its name
    company_customer  number of the customer it should stand on; "" where `detail` says why nobody knows
    capture           id of the data capture that says so
    """

    id: str
    name: str
    document: Sentence
    number: str
    customer: str
    company_id: str
    company_name: str
    company_customer: str
    detail: Sentence
    capture: str


class ElsewherePage(NamedTuple):
    """Orders by their ids; more may follow while `continuation` is not empty."""

    orders: list[ElsewhereBooked]
    continuation: str


class _Person(msgspec.Struct):
    id: str


class _Bought(msgspec.Struct, rename="camel"):
    """What of a captured order says who bought; every version has kept it."""

    name: str = ""
    customer: _Person | None = None
    purchasing_entity: PurchasingEntity | None = None


class _Order(NamedTuple):
    captured: Captured
    link: Link
    name: str
    person: str | None
    company: NamedCompany

    @property
    def key(self) -> str:
        return document_key_of(self.captured.record_id)


def company_orders_elsewhere(connector: Connector, shop: str, *, limit: int, continuation: str = "") -> ElsewherePage:
    """Those among the next `limit` captured orders; a page may be empty, and another one follow.

    ConnectorError: shop-unknown, input-invalid for a continuation that is none, http-requests-not-allowed, and what
    Business Central's client raises.
    """
    card = connector.shops.get(shop)
    captured = list(islice(connector.captures.newest(shop, "orders", _after(continuation)), limit + 1))
    orders = list(_of_companies(connector, shop, captured[:limit]))
    found = list(_elsewhere(connector, card, orders)) if orders else []
    return ElsewherePage(found, str(captured[limit - 1].record_id) if len(captured) > limit else "")


def _after(continuation: str) -> str:
    if not continuation:
        return ""
    id = id_in(continuation)
    if id is None:
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    return id


def _of_companies(connector: Connector, shop: str, captured: Sequence[Captured]) -> Iterator[_Order]:
    """Those that have a document, and that a company bought."""
    links = connector.links(shop, "orders").of(one.record_id for one in captured)
    booked = [one for one in captured if one.record_id in links and links[one.record_id].bc_id]
    for one, bought in _bought(connector.captures, booked):
        if bought.purchasing_entity and (company := bought.purchasing_entity.company):
            person = id_of(bought.customer.id) if bought.customer else None
            yield _Order(one, links[one.record_id], bought.name, person, company)


def _bought(captures: DataCaptures, captured: Sequence[Captured]) -> Iterator[tuple[Captured, _Bought]]:
    """What the captures say, each pack opened once; those that are gone or cannot be read are left out."""
    packs = list({one.blob for one in captured})
    lines = dict(zip(packs, side_by_side(captures.lines, packs), strict=True))
    for one in captured:
        try:
            yield one, decoded(lines[one.blob][one.line], type=_Bought)
        except (IndexError, msgspec.MsgspecError):
            continue


def _elsewhere(connector: Connector, card: ShopCard, orders: Sequence[_Order]) -> Iterator[ElsewhereBooked]:
    bc = connector.business_central(card)
    there = looked_up({order.key: order.link for order in orders}, bc)
    expected = _expected(connector, card, Directory(bc), orders)
    for order in orders:
        if order.key in there and (told := _told(order, there[order.key], *expected[order.key])) is not None:
            yield told


def _expected(
    connector: Connector, card: ShopCard, directory: Directory, orders: Sequence[_Order]
) -> Mapping[str, tuple[str, Sentence]]:
    """By the order's key the number of the company's customer, or "" and why there is none."""
    people = present_numbers(
        connector.links(card.code, customers.NAME), directory, (order.person for order in orders if order.person))
    firms = present_numbers(
        connector.links(card.code, companies.NAME), directory, (id_of(order.company.id) for order in orders))

    def customer(order: _Order) -> tuple[str, Sentence]:
        record = one_called("orders", order.captured.record_id)
        try:
            buyer = buyer_of_company(order.company, order.person, card, directory, people, firms, record=record)
        except RecordRefused as problem:
            return "", problem.sentence
        if isinstance(buyer, ExistingBuyer):
            return buyer.customer_number, NOTHING
        return "", sentence("Business Central has no customer of this company yet: synchronize companies.")

    return {order.key: customer(order) for order in orders}


def _told(order: _Order, there: Answer, customer: str, why: Sentence) -> ElsewhereBooked | None:
    """None where the document stands on the company's customer."""
    if isinstance(there, RecordRefused):
        document, number, stands, why = NOTHING, order.link.bc_number, "", there.sentence
    else:
        document, number = kind_of(there), ", ".join(there.numbers)
        stands = str(there.header.get("customerNumber") or "")
        if customer and stands.upper() == customer.upper():
            return None
    return ElsewhereBooked(
        id=order.captured.record_id, name=order.name, document=document, number=number, customer=stands,
        company_id=id_of(order.company.id), company_name=order.company.name, company_customer=customer, detail=why,
        capture=order.captured.id,
    )
