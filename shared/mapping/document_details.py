"""What the header of a sales order says beside buyer, money and addresses: terms, method, salesperson, delivery date.

Rules: Microsoft's Shopify Connector, Payment Terms Mapping and Shipment Method Mapping; Microsoft Learn, "API v2.0",
salesOrder. What the shop card does not map stays as Business Central has it from the customer. Dimensions come last,
since a salesperson sets them anew. Border: pure.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from shared.business_central.plan import Body
from shared.business_central.rows import CodeTable
from shared.errors import RecordRefused
from shared.mapping.card_codes import code_of_field, id_of, mapped
from shared.mapping.dimensions import dimensions
from shared.mapping.known import KnownSetup
from shared.mapping.refusals import all_or_refusal
from shared.mapping.text import code, same_name, tidy
from shared.shopify.records import Order, PaymentTerms
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.texts import Text, sentence

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def details(order: Order, card: ShopCard, known: KnownSetup, *, record: Text) -> Body:
    """The properties, in sending order; RecordRefused(code-unknown, delivery-date-unclear,
    access-scope-changed) with every reason."""
    steps = (_payment_terms, _shipment_method, _salesperson, _requested_delivery_date, dimensions)
    parts = all_or_refusal([partial(step, order, card, known, record) for step in steps], record=record)
    return {name: value for part in parts for name, value in part.items()}


def payment_terms(name: str, card: ShopCard, known: KnownSetup, *, record: Text) -> Body:
    """The terms that the card maps this name of Shopify's to; {} where it maps none."""
    found = mapped("payment_terms_mapping", card.payment_terms_mapping, [name])
    return {"paymentTermsId": id_of(found, CodeTable.PAYMENT_TERMS, known, record=record)} if found else {}


def _payment_terms(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
    terms = order.payment_terms
    if isinstance(terms, PaymentTerms):
        return payment_terms(terms.payment_terms_name, card, known, record=record)
    if card.payment_terms_mapping and terms is msgspec.UNSET:
        raise RecordRefused(
            "access-scope-changed",
            sentence("{setting} of the shop card is filled in, but {order} was read without the scope that shows its "
                     "payment terms (read_payment_terms).", setting=caption("payment_terms_mapping"),
                     order=order.name), record=record)
    return {}


def _shipment_method(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
    """The method of the first shipping line that is mapped, by its title or its code."""
    names = [name for charge in order.shipping_lines.nodes if not charge.is_removed
             for name in (charge.title, charge.code or "") if name]
    found = mapped("shipment_method_mapping", card.shipment_method_mapping, names)
    return {"shipmentMethodId": id_of(found, CodeTable.SHIPMENT_METHODS, known, record=record)} if found else {}


def _salesperson(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
    if not card.salesperson_code:
        return {}
    id_of(code_of_field("salesperson_code", card.salesperson_code), CodeTable.SALESPEOPLE, known, record=record)
    return {"salesperson": code(card.salesperson_code)}


def _requested_delivery_date(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
    """The date that the buyer named, else the earliest day by which Shopify wants the goods sent."""
    wanted = _attribute(order, card.requested_delivery_date_attribute)
    if wanted:
        return {"requestedDeliveryDate": _date(wanted, order, card, record).isoformat()}
    day = min(_deadlines(order, card), default=None) if card.fulfill_by_as_requested_delivery_date else None
    return {"requestedDeliveryDate": day.isoformat()} if day else {}


def _attribute(order: Order, name: str) -> str:
    found = (one.value for one in order.custom_attributes if name and same_name(one.key) == same_name(name))
    return next(filter(None, map(tidy, found)), "")


def _date(text: str, order: Order, card: ShopCard, record: Text) -> date:
    """The day of a text that says clearly which number is the month; the text itself is the buyer's, and not told."""
    year_first, day_first = _YEAR_FIRST.fullmatch(text), _DAY_FIRST.fullmatch(text)
    parts = year_first.groups() if year_first else reversed(day_first.groups()) if day_first else ()
    try:
        return date(*map(int, parts))
    except (ValueError, TypeError):
        raise RecordRefused("delivery-date-unclear", sentence(
            'The attribute "{name}" of {order} is no clear date such as 2026-03-12 or 12.03.2026.',
            name=card.requested_delivery_date_attribute, order=order.name), record=record) from None


def _deadlines(order: Order, card: ShopCard) -> Iterator[date]:
    """The days, in the shop's time zone, by which what is not cancelled is to be sent."""
    for one in order.sendings:
        if one.fulfill_by is not None:
            yield one.fulfill_by.astimezone(ZoneInfo(card.time_zone)).date()
