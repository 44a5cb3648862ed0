"""Rows of Business Central's API v2.0 as far as the connector reads them.

Property names, types and lengths: Microsoft Learn, "API v2.0", resource types customer, item,
itemVariant, account, salesOrder. Unknown properties are ignored.
"""
from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from shared.business_central.wire import Row, plain
from shared.texts import Sentence

Kind = TypeVar("Kind", bound=msgspec.Struct)

LENGTHS = {
    "customers": {
        "number": 20, "displayName": 100, "addressLine1": 100, "addressLine2": 50, "city": 30,
        "state": 30, "country": 10, "postalCode": 20, "phoneNumber": 30, "email": 80,
        "taxRegistrationNumber": 20,
    },
    "items": {
        "number": 20, "displayName": 100, "displayName2": 50, "gtin": 14, "itemCategoryCode": 20,
    },
    "itemVariants": {"code": 10, "description": 100},
    "salesOrders": {
        "externalDocumentNumber": 35, "shipToName": 100, "shipToContact": 100,
        "sellToAddressLine1": 100, "sellToAddressLine2": 50, "sellToCity": 30, "sellToCountry": 10,
        "sellToState": 30, "sellToPostCode": 20,
        "shipToAddressLine1": 100, "shipToAddressLine2": 50, "shipToCity": 30, "shipToCountry": 10,
        "shipToState": 30, "shipToPostCode": 20, "phoneNumber": 30, "email": 80,
    },
    "salesOrderLines": {"lineObjectNumber": 20, "description": 100, "description2": 50},
}
"""Longest text each property takes, in characters."""


class CodeTable(StrEnum):
    """Entity sets whose rows the shop card names by their code, and documents by their id."""

    LOCATIONS = "locations"
    PAYMENT_TERMS = "paymentTerms"
    SHIPMENT_METHODS = "shipmentMethods"
    SALESPEOPLE = "salespeoplePurchasers"
    TAX_GROUPS = "taxGroups"


class CustomerRow(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    id: str
    number: str
    display_name: str = ""
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    postal_code: str = ""
    phone_number: str = ""
    email: str = ""
    tax_registration_number: str = ""
    currency_code: str = ""
    blocked: str = ""


class ItemRow(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    id: str
    number: str
    display_name: str = ""
    item_category_code: str = ""
    gtin: str = ""
    blocked: bool = False
    unit_price: Decimal = Decimal(0)
    base_unit_of_measure_code: str = ""


class VariantRow(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    id: str
    item_number: str
    code: str
    description: str = ""


class AccountRow(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    id: str
    number: str
    blocked: bool = False
    account_type: str = ""
    direct_posting: bool = False


class RateRow(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """`exchange_rate_amount` of the currency is `relational_exchange_rate_amount` of the relational one, "" = local."""

    currency_code: str
    starting_date: str = ""
    exchange_rate_amount: Decimal = Decimal(0)
    relational_currency_code: str = ""
    relational_exchange_rate_amount: Decimal = Decimal(0)


class SalesDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A sales order, or the invoice or shipment it became (`entity_set` says which).

    warning    what somebody should know of it, though it stands as it is
    tax_apart  at which rates its tax is apart from Shopify's: tax_comparison.tax_apart
    """

    id: str
    number: str
    entity_set: str = "salesOrders"
    total_amount_including_tax: Decimal = Decimal(0)
    warning: Sentence | None = None
    tax_apart: str = ""


class FoundDocument(msgspec.Struct, frozen=True):
    """All that is there under one external number: an open order, or what was posted of it.

    document  the first by number, with the total of them all
    numbers   of all documents of this set that carry the external number
    header    the first one's row as the API shows it, with its "@odata.etag"
    lines     rows of the lines of all of them
    """

    document: SalesDocument
    numbers: tuple[str, ...]
    header: Row
    lines: tuple[Row, ...]


def row_as(kind: type[Kind], raw: dict[str, Any]) -> Kind:
    """`raw` (API names) as a row of this kind; a blank enum member reads as ""."""
    blocked = raw.get("blocked")
    readable = {**raw, "blocked": plain(blocked)} if isinstance(blocked, str) else raw
    return msgspec.convert(readable, kind)


def select_of(kind: type[msgspec.Struct]) -> str:
    """The `$select` that reads exactly what rows of this kind hold."""
    return ",".join(field.encode_name for field in msgspec.structs.fields(kind))
