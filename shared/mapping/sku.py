"""Which Business Central item a Shopify variant stands for.

Rules: Microsoft's Shopify Connector, SKU Mapping and Find Mapping by Barcode. Two differences on
purpose: vendor item numbers come from the shop card (API v2.0 shows no vendor catalogue), bar codes
are the items' GTIN, and a variant code that several items share decides nothing.
"""
from __future__ import annotations

from collections.abc import Callable

import msgspec

from shared.mapping.known import ItemLink, KnownItems
from shared.mapping.text import code, tidy
from shared.shops.card import ShopCard, SkuMapping


class Goods(msgspec.Struct, frozen=True):
    """What identifies a variant, on a product or on an order line; "" where unknown."""

    sku: str = ""
    vendor: str = ""
    barcode: str = ""


def find_item(goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    """The item these goods stand for by the card's SKU Mapping, else by barcode, else None."""
    sku = tidy(goods.sku)
    by_sku = _BY_SKU[card.sku_mapping](sku, goods, card, known) if sku else None
    if by_sku or not (card.find_mapping_by_barcode and goods.barcode):
        return by_sku
    return _by_gtin(tidy(goods.barcode), known)


def exists(link: ItemLink | None, known: KnownItems) -> bool:
    """Whether a link still leads to an item (and item variant) of Business Central."""
    if link is None or known.item_by_number(link.item_number) is None:
        return False
    return not link.variant_code or known.variant(link.item_number, link.variant_code) is not None


def split_sku(sku: str, card: ShopCard) -> tuple[str, str]:
    """Item number and variant code of "1000|RED"; the second is "" for a SKU of one part.

    A SKU of more than two parts gives ("", ""): it names nothing.
    """
    parts = [code(part) for part in sku.split(card.sku_field_separator)] if card.sku_field_separator else []
    if not parts:
        return code(sku), ""
    return (parts[0], parts[1] if len(parts) == 2 else "") if len(parts) <= 2 else ("", "")


def _nothing(sku: str, goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    return None


def _by_item_no(sku: str, goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    return _existing(ItemLink(code(sku)), known)


def _by_variant_code(sku: str, goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    variants = known.variants_by_code(code(sku))
    return ItemLink(variants[0].item_number, variants[0].code) if len(variants) == 1 else None


def _by_both(sku: str, goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    return _existing(ItemLink(*split_sku(sku, card)), known)


def _by_vendor_item_no(sku: str, goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    wanted = (code(goods.vendor), code(sku))
    for row in card.vendor_items:
        if (code(row.vendor), code(row.vendor_item_no)) == wanted:
            return _existing(ItemLink(code(row.item_no), code(row.variant_code)), known)
    return None


def _by_bar_code(sku: str, goods: Goods, card: ShopCard, known: KnownItems) -> ItemLink | None:
    return _by_gtin(sku, known)


def _by_gtin(gtin: str, known: KnownItems) -> ItemLink | None:
    item = known.item_by_gtin(gtin) if gtin else None
    return ItemLink(item.number) if item else None


def _existing(link: ItemLink, known: KnownItems) -> ItemLink | None:
    return link if link.item_number and exists(link, known) else None


_BY_SKU: dict[SkuMapping, Callable[[str, Goods, ShopCard, KnownItems], ItemLink | None]] = {
    SkuMapping.NONE: _nothing,
    SkuMapping.ITEM_NO: _by_item_no,
    SkuMapping.VARIANT_CODE: _by_variant_code,
    SkuMapping.ITEM_NO_AND_VARIANT_CODE: _by_both,
    SkuMapping.VENDOR_ITEM_NO: _by_vendor_item_no,
    SkuMapping.BAR_CODE: _by_bar_code,
}
