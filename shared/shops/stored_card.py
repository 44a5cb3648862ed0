"""How a card lies in its row, and how it is read again, whatever lies there.

A card that does not fit is named with the property that does not, never with what it holds; what it is about, and
whether it is enabled, is told of it as far as that much can be read: it is still somebody's shop. A card of an earlier
version becomes what it meant.
"""
from __future__ import annotations

import re
from typing import Any

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.misfits import place_of
from shared.shops.card import CompanyImport, CompanyMapping, CustomerImport, CustomerMapping, ShopCard
from shared.storage.tables import PROPERTY_CHARACTERS, Row
from shared.texts import sentence

DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")


class _Enabled(msgspec.Struct):
    """What a schedule asks of a stored card."""

    enabled: bool = False


class _About(msgspec.Struct):
    """What a stored card is about."""

    code: str
    shopify_url: str
    company_id: str = ""


def text_of(card: ShopCard) -> str:
    """The card as it is stored; ConnectorError shop-card-invalid for one that is too long."""
    text = msgspec.json.encode(card).decode()
    if len(text) > PROPERTY_CHARACTERS:
        raise ConnectorError("shop-card-invalid", sentence(
            "the card takes {length} characters, {most} is the most", length=len(text), most=PROPERTY_CHARACTERS))
    return text


def stored(row: Row) -> ShopCard:
    """The card; ConnectorError shop-card-unreadable, which names the property and never what it holds."""
    code = row["RowKey"]
    try:
        card = _converted(decoded(_stored_text(row)))
    except msgspec.ValidationError as error:
        raise _unreadable(code, place_of(error)) from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise _unreadable(code, "") from error
    if card.code != code:
        raise _unreadable(code, "code")
    if not _is_address(card):
        raise _unreadable(code, "shopify_url")
    if not _is_zone(card.time_zone):
        raise _unreadable(code, "time_zone")
    return card


def about_of(row: Row) -> ShopCard | None:
    """What a stored card is about, whatever else of it cannot be read; None where that cannot be read either."""
    try:
        about = decoded(_stored_text(row), type=_About)
    except (ValueError, msgspec.MsgspecError):
        return None
    card = ShopCard(code=row["RowKey"], shopify_url=about.shopify_url, company_id=about.company_id,
                    enabled=is_enabled(row))
    return card if _is_address(card) else None


def is_enabled(row: Row) -> bool:
    """Whether the stored card is enabled; one that does not even tell this counts as enabled."""
    try:
        return bool(decoded(_stored_text(row), type=_Enabled).enabled)
    except (ValueError, msgspec.MsgspecError):
        return True


def _is_address(card: ShopCard) -> bool:
    return card.shopify_url == f"https://{card.host}" and DOMAIN.fullmatch(card.host) is not None


def _is_zone(name: str) -> bool:
    if name == "UTC":
        return True
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # most who read a card ask for no time of day

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _stored_text(row: Row) -> str:
    return str(row.get("card", ""))


def _unreadable(code: str, place: str) -> ConnectorError:
    return ConnectorError("shop-card-unreadable", sentence(
        "the card of shop {shop} cannot be read: what is stored as '{property}' is missing, or does not fit" if place
        else "the card of shop {shop} cannot be read: what is stored is no JSON object",
        shop=code, property=place[:100]))


def _converted(fields: Any) -> ShopCard:
    # Fields of a newer version are passed over: after a step back to this one the cards must still be readable.
    if not isinstance(fields, dict):
        raise ValueError("no object")
    known = {name: fields[name] for name in ShopCard.__struct_fields__ if name in fields}
    card = msgspec.convert(known, ShopCard)
    return card if "company_import_from_shopify" in fields else _with_companies_as_before(card)


def _with_companies_as_before(card: ShopCard) -> ShopCard:
    """A card from before companies had settings of their own: they followed the switches of customers."""
    none = card.customer_import_from_shopify is CustomerImport.NONE
    always_default = card.customer_mapping_type is CustomerMapping.DEFAULT_CUSTOMER
    return msgspec.structs.replace(
        card,
        company_import_from_shopify=CompanyImport.NONE if none else CompanyImport.ALL_COMPANIES,
        company_mapping_type=CompanyMapping.DEFAULT_COMPANY if always_default else CompanyMapping.BY_EMAIL_PHONE,
        auto_create_unknown_companies=card.auto_create_unknown_customers,
        shopify_can_update_companies=card.shopify_can_update_customers,
        default_company_no=card.default_customer_no if none or always_default else "",
    )
