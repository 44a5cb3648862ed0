"""A new item: its number, its variant code, its properties.

Rules: Microsoft's Shopify Connector (what each SKU Mapping creates); Microsoft Learn, "API v2.0",
item: number 20, variant code 10, gtin 14 characters. A SKU that cannot be a number gives way to S and
the Shopify variant id, which is found again after a lost answer.
"""
from __future__ import annotations

import re

import msgspec

from shared.business_central.plan import Body
from shared.mapping.known import ItemLink
from shared.mapping.sku import split_sku
from shared.mapping.text import code, cut, fitted, tidy
from shared.shopify.records import Product, Variant, id_of
from shared.shops.card import ShopCard, SkuMapping

_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9._/+-]{0,19}")
_VARIANT_CODE = re.compile(r"[A-Z0-9][A-Z0-9._/+-]{0,9}")
_GTIN = re.compile(r"\d{8}|\d{12,14}")


class ItemSource(msgspec.Struct, frozen=True):
    """A variant with its product."""

    product: Product
    variant: Variant

    def title(self, *, as_variant: bool) -> str:
        """The item's description: the product's title, with the variant's where each is an item."""
        single = as_variant or self.product.has_only_default_variant or len(self.product.variants.nodes) == 1
        whole = self.product.title if single else f"{self.product.title} - {self.variant.title}"
        return cut(whole, 100)


def numbers_of_ours(source: ItemSource) -> tuple[str, str]:
    """Item numbers that come from Shopify's ids, of the variant and of the product: S and the id."""
    return f"S{id_of(source.variant.id)}", f"S{id_of(source.product.id)}"


def wanted_link(source: ItemSource, card: ShopCard) -> ItemLink:
    """Number and variant code the card's SKU Mapping asks for; S<variant id> where the SKU does not fit."""
    of_variant, of_product = numbers_of_ours(source)
    own = ItemLink(of_variant)
    sku = tidy(source.variant.sku)
    if card.sku_mapping is SkuMapping.ITEM_NO:
        return ItemLink(code(sku)) if _NUMBER.fullmatch(code(sku)) else own
    if card.sku_mapping is SkuMapping.ITEM_NO_AND_VARIANT_CODE:
        number, variant = split_sku(sku, card)
        fits = _NUMBER.fullmatch(number) and (not variant or _VARIANT_CODE.fullmatch(variant))
        return ItemLink(number, variant) if fits else own
    if card.sku_mapping is SkuMapping.VARIANT_CODE and _VARIANT_CODE.fullmatch(code(sku)):
        return ItemLink(of_product, code(sku))
    return own


def new_item(link: ItemLink, source: ItemSource, card: ShopCard) -> Body:
    """The body of the new item but for its prices, without what the template leaves empty."""
    template = card.item_template
    title = source.title(as_variant=bool(link.variant_code))
    body: Body = {
        "number": link.item_number,
        **fitted("items", {"displayName": title, "itemCategoryCode": code(template.item_category)}),
        "type": "Inventory",
        "gtin": _gtin(source, card, link),
        "taxGroupCode": code(_tax_group(source, card)),
        "baseUnitOfMeasureCode": code(template.base_unit_of_measure),
        "generalProductPostingGroupCode": code(template.general_product_posting_group),
        "inventoryPostingGroupCode": code(template.inventory_posting_group),
    }
    return {name: value for name, value in body.items() if value}


def _tax_group(source: ItemSource, card: ShopCard) -> str:
    """The template's tax group; that for what is not taxable in Shopify, where it names one."""
    template = card.item_template
    return (not source.variant.taxable and template.tax_group_not_taxable) or template.tax_group


def _gtin(source: ItemSource, card: ShopCard, link: ItemLink) -> str:
    """The bar code of an item of its own: with SKU Mapping Bar Code the SKU, if that is one."""
    by_sku = source.variant.sku if card.sku_mapping is SkuMapping.BAR_CODE else ""
    codes = [] if link.variant_code else [tidy(by_sku), tidy(source.variant.barcode)]
    return next((barcode for barcode in codes if _GTIN.fullmatch(barcode)), "")
