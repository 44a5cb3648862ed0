"""When two customers are the same: the keys by which Shopify's and Business Central's are compared.

Rules: Microsoft Learn, "Shopify Connector: synchronize customers" (By EMail/Phone, By Bill-to Info). Pure;
mapping and directory use the same functions, so that both sides are always cut to the same form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from shared.business_central.phones import phone_key
from shared.business_central.rows import CustomerRow, ItemRow


class BillTo(NamedTuple):
    """What "By Bill-to Info" compares; make it with bill_to()."""

    name: str
    address_1: str
    address_2: str
    postal_code: str
    city: str
    county: str
    country: str


def bill_to(
    name: str, address_1: str, address_2: str, postal_code: str, city: str, county: str, country: str
) -> BillTo:
    """The address without regard to capitals and surrounding blanks."""
    parts = (name, address_1, address_2, postal_code, city, county, country)
    return BillTo(*(part.strip().casefold() for part in parts))


def bill_to_of(row: CustomerRow) -> BillTo:
    """The same of a customer as Business Central stores it."""
    return bill_to(
        row.display_name, row.address_line1, row.address_line2, row.postal_code, row.city, row.state, row.country
    )


def email_keys(email: str) -> frozenset[str]:
    """`  Marie@Example.FR ; p@example.fr` -> marie@example.fr, p@example.fr: Business Central's field takes several."""
    return frozenset(filter(None, (address.strip().lower() for address in email.split(";"))))


SHORTEST_PHONE = 6
"""Digits below which a phone number says nothing about who it belongs to."""


def is_customer_of(row: CustomerRow, body: Mapping[str, str]) -> bool:
    """Whether a customer may be taken for the one of `body` (API names) because of its number.

    Its e-mail, phone, name or address has to say so too: a number may have been given to somebody else.
    """
    phone = phone_key(body.get("phoneNumber", ""), body.get("country", ""))
    by_phone = len(phone) >= SHORTEST_PHONE and phone == phone_key(row.phone_number, row.country)
    by_email = _agree(body.get("email", ""), row.email)
    by_name = _agree(body.get("displayName", ""), row.display_name)
    street, place = (body.get("addressLine1", ""), row.address_line1), (body.get("postalCode", ""), row.postal_code)
    return by_email or by_phone or by_name or (_agree(*street) and _agree(*place))


def is_item_of(row: ItemRow, *, name: str, gtin: str) -> bool:
    """Whether an item may be taken for ours because of its number: its GTIN or description has to say so too."""
    return _agree(gtin, row.gtin) or _agree(name, row.display_name)


def _agree(ours: str, theirs: str) -> bool:
    return ours.strip() != "" and ours.strip().casefold() == theirs.strip().casefold()


class TaxNumber(NamedTuple):
    """A tax registration number: the country ("" if nobody says) and the rest, letters and digits in capitals."""

    country: str
    figures: str


_PREFIX = re.compile(
    r"(CH)E|(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)")
_SWISS_ENDING = re.compile(r"(MWST|TVA|IVA)$")
_GREECE = {"GR": "EL"}


def tax_number(number: str, country: str = "") -> TaxNumber:
    """`fr 40 303 265 045`, and `40303265045` of a customer in FR -> (FR, 40303265045).

    Rule: Council Directive 2006/112/EC, article 215 (prefix by ISO 3166-1 alpha-2, Greece EL).
    """
    text = re.sub(r"[\W_]", "", number).upper()
    prefix = _PREFIX.match(text)
    if prefix:
        country, text = prefix.group(1) or prefix.group(2), text[prefix.end():]
    if prefix and prefix.group(1):
        text = _SWISS_ENDING.sub("", text)
    country = country.strip().upper()
    return TaxNumber(_GREECE.get(country, country), text)


def same_tax_number(one: TaxNumber, other: TaxNumber) -> bool:
    """Equal figures, of one country as far as both say theirs: DE123456789 is not PT123456789."""
    same_country = one.country == other.country or not (one.country and other.country)
    return one.figures == other.figures != "" and same_country


def code_key(code: str) -> str:
    """A number or code as Business Central keeps it: trimmed, in capitals."""
    return code.strip().upper()
