"""Shopify addresses as Business Central's address fields.

Rules: Microsoft's Shopify Connector (County Source on the shop card); Microsoft Learn, "API v2.0",
customer, salesOrder and countryRegion. A country must exist in Business Central before it can be named. Its
countries are known by their codes alone: API v2.0 does not show their ISO codes, and a code need not be one. Address
fields are always given as a whole: an empty second line must replace an old one.
"""
from __future__ import annotations

from shared.business_central.plan import Body
from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup
from shared.mapping.text import code, fitted
from shared.shopify.records import Address
from shared.shops.card import CountySource, ShopCard
from shared.shops.card_fields import caption
from shared.texts import Sentence, Text, sentence


def county_of(address: Address, card: ShopCard) -> str:
    """The county by County Source: Shopify's province code or its name."""
    return (address.province_code if card.county_source is CountySource.CODE else address.province) or ""


def wanted_country(iso: str | None, card: ShopCard) -> str:
    """Business Central's code of Shopify's country by Country/Region Mapping, else Shopify's own; "" for none."""
    return code(card.country_region_mapping.get(code(iso)) or iso)


def iso_country(country: str, card: ShopCard) -> str:
    """Shopify's code of Business Central's country: the other way round."""
    mapped = (iso for iso, ours in card.country_region_mapping.items() if code(ours) == code(country))
    return next(mapped, code(country))


def check_country(iso: str, card: ShopCard, known: KnownSetup, *, named: str = "") -> Sentence | None:
    """Why Business Central has no country for Shopify's, in a sentence; None where it has one.

    A code that the card gives to another country is that country's, whatever it looks like.
    """
    wanted = wanted_country(iso, card)
    setting = sentence('{field} of "{country}" on the shop card', field=caption("country_region_mapping"), country=iso)
    where, mapped = (f"{named} ({iso})" if named else iso), iso in card.country_region_mapping
    if not mapped and (other := iso_country(iso, card)) != iso:
        return sentence(
            "the shop card gives the country/region {country} to {other}, so {where} needs its own: {setting}.",
            country=iso, other=other, where=where, setting=setting)
    if known.knows_country(wanted):
        return None
    if mapped:
        return sentence("{setting} makes {where} {country}, and Business Central has no country/region {country}.",
                        setting=setting, where=where, country=wanted)
    return sentence("Business Central has no country/region {country}. If it has another code for {where}, name it in "
                    "{setting}.", country=iso, where=where, setting=setting)


def _country(address: Address, card: ShopCard, known: KnownSetup, *, record: Text) -> str:
    """Business Central's country code, "" if Shopify has none; RecordRefused(country-unknown) if BC lacks it."""
    iso = code(address.country_code_v2)
    if iso and (problem := check_country(iso, card, known, named=address.country or "")):
        raise RecordRefused(
            "country-unknown", sentence("The address of {record} is in {country}: {problem}", record=record,
                                        country=address.country or iso, problem=problem), record=record)
    return wanted_country(iso, card)


def customer_address(address: Address, card: ShopCard, known: KnownSetup, *, record: Text) -> Body:
    """The six address properties of a customer."""
    return fitted("customers", {
        "addressLine1": address.address1,
        "addressLine2": address.address2,
        "country": _country(address, card, known, record=record),
        "postalCode": address.zip,
        "city": address.city,
        "state": county_of(address, card),
    })


def document_address(role: str, address: Address, card: ShopCard, known: KnownSetup, *,
                     record: Text) -> Body:
    """The six address properties of a sales document; `role` is "sellTo" or "shipTo"."""
    return fitted("salesOrders", {
        f"{role}AddressLine1": address.address1,
        f"{role}AddressLine2": address.address2,
        f"{role}Country": _country(address, card, known, record=record),
        f"{role}PostCode": address.zip,
        f"{role}City": address.city,
        f"{role}State": county_of(address, card),
    })
