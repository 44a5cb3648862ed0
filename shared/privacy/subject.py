"""A person in our data: who is meant, and which captured record is that person's.

Told by Shopify's ids of the customer, by the orders that Shopify named, and by e-mail addresses that nobody else
has. Values of fields are compared, whole. Names and phone numbers tell nobody apart: a family shares both. Free texts
are traces.py's business. Pure.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

CUSTOMERS, ORDERS = "customers", "orders"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The person a privacy command is about; e-mail and phone may be missing, the id never is.

    merged  ids that Shopify has merged into this one
    """

    id: str
    email: str = ""
    phone: str = ""
    orders: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id of the customer, the present one first."""
        return (self.id, *self.merged)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """The subject with what the captures tell; addresses as `address` makes them.

    named      orders that Shopify named
    bought     orders that were captured as this customer's, and are not another's now
    emails     addresses that no other customer has
    addresses  all of them
    """

    id: str
    merged: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    bought: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Every id of the customer."""
        return self.merged | {self.id}


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a captured record is: the customer's id, "" for a guest, and the e-mail addresses it is known by."""

    customer: str = ""
    emails: frozenset[str] = frozenset()


def address(text: object) -> str:
    """An e-mail address for comparing; "" if there is none. Not case-folded: ß and ss are two people's."""
    return text.strip().lower() if isinstance(text, str) else ""


def owner_of(type: str, id: str, record: dict[str, Any]) -> Owner:
    """Whose this customer or order is. An order's own e-mail address counts for a guest only: anybody types it."""
    if type == CUSTOMERS:
        return Owner(customer=id, emails=_emails(record))
    customer = record.get("customer")
    if isinstance(customer, dict):
        return Owner(customer=id_named(customer.get("id"), "Customer"), emails=_emails(customer))
    return Owner(emails=frozenset(filter(None, [address(record.get("email"))])))


def is_of(person: Person, type: str, id: str, owner: Owner) -> bool:
    """Whether this customer or order is the person's."""
    if type == ORDERS and id in person.named:
        return True
    if owner.customer:
        return owner.customer in person.ids
    return type == ORDERS and (id in person.bought or not owner.emails.isdisjoint(person.emails))


def may_be_anothers(person: Person, owner: Owner) -> bool:
    """Whether a record that Shopify named to us was another customer's when it was captured.

    An order may have been given to the person since, and may have been the person's under a former id; a common address
    says the latter.
    """
    return owner.customer not in ("", *person.ids) and owner.emails.isdisjoint(person.addresses)


def names_one_of(record: object, gids: frozenset[str]) -> bool:
    """Whether one of these addresses (gid://shopify/Order/5001) is a value somewhere in the record."""
    return any(value in gids for value in _texts(record))


def id_named(gid: object, type_name: str) -> str:
    """The id in gid://shopify/<type_name>/<id>, "" if it is no such address."""
    found = re.fullmatch(rf"gid://shopify/{type_name}/([0-9]{{1,20}})", gid) if isinstance(gid, str) else None
    return found[1] if found else ""


def _emails(customer: dict[str, Any]) -> frozenset[str]:
    default = customer.get("defaultEmailAddress")
    given = (customer.get("email"), default.get("emailAddress") if isinstance(default, dict) else None)
    return frozenset(filter(None, map(address, given)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
