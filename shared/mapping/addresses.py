"""Shopify addresses as Business Central's address fields.

Rules: Microsoft's Shopify Connector (County Source on the shop card); Microsoft Learn, "API v2.0",
customer and salesOrder. A country must exist in Business Central before it can be named. Address
fields are always given as a whole: an empty second line must replace an old one.
"""
from __future__ import annotations

from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup
from shared.mapping.plan import Body
from shared.mapping.text import code, fitted
from shared.shop_card import CountySource, ShopCard
from shared.shopify.records import Address


def county_of(address: Address, card: ShopCard) -> str:
    """The county by County Source: Shopify's province code or its name."""
    return (address.province_code if card.county_source is CountySource.CODE else address.province) or ""


def country_of(address: Address, known: KnownSetup, *, record: str) -> str:
    """The country code, "" if Shopify has none; RecordRefused(country-unknown) if BC lacks it."""
    country = code(address.country_code_v2)
    if country and not known.knows_country(country):
        raise RecordRefused(
            "country-unknown",
            f"The address of {record} is in {address.country or country}; "
            f"Business Central has no country/region {country}.",
            record=record,
        )
    return country


def customer_address(address: Address, card: ShopCard, known: KnownSetup, *, record: str) -> Body:
    """The six address properties of a customer."""
    return fitted("customers", {
        "addressLine1": address.address1,
        "addressLine2": address.address2,
        "country": country_of(address, known, record=record),
        "postalCode": address.zip,
        "city": address.city,
        "state": county_of(address, card),
    })


def document_address(role: str, address: Address, card: ShopCard, known: KnownSetup, *,
                     record: str) -> Body:
    """The six address properties of a sales document; `role` is "sellTo" or "shipTo"."""
    return fitted("salesOrders", {
        f"{role}AddressLine1": address.address1,
        f"{role}AddressLine2": address.address2,
        f"{role}Country": country_of(address, known, record=record),
        f"{role}PostCode": address.zip,
        f"{role}City": address.city,
        f"{role}State": county_of(address, card),
    })
