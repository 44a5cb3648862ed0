"""Which fields of the shop card decide nothing while others stand as they do, and why: a form shows them greyed.

Pure, and no rule about values: what stands in such a field is kept, and counts again once the other field says so.
"""
from __future__ import annotations

from collections.abc import Iterator

from shared.shops.card import (
    CompanyImport,
    CompanyMapping,
    CustomerImport,
    CustomerMapping,
    LoggingMode,
    ShopCard,
    SkuMapping,
)
from shared.shops.card_fields import caption
from shared.texts import Sentence, sentence

_NOT_BUILT = ("allow_data_sync_to_shopify", "can_update_shopify_customers", "can_update_shopify_products")
"""Switches of the direction to Shopify."""


def off(card: ShopCard) -> dict[str, Sentence]:
    """By field why it decides nothing now."""
    reasons: dict[str, Sentence] = {}
    for field, why in _reasons(card):
        reasons.setdefault(field, why)
    return reasons


def _reasons(card: ShopCard) -> Iterator[tuple[str, Sentence]]:
    yield "code", sentence("What is stored is kept under it: it stays as it is.")
    if card.logging_mode is not LoggingMode.ALL:
        yield "logging_mode_until", _only_with("logging_mode", LoggingMode.ALL)
    if card.customer_import_from_shopify is CustomerImport.NONE:
        why = _not_with("customer_import_from_shopify", CustomerImport.NONE)
        yield from ((field, why) for field in (
            "customer_mapping_type", "auto_create_unknown_customers", "shopify_can_update_customers"))
    if card.customer_mapping_type is CustomerMapping.DEFAULT_CUSTOMER:
        why = _not_with("customer_mapping_type", CustomerMapping.DEFAULT_CUSTOMER)
        yield "auto_create_unknown_customers", why
    if card.company_import_from_shopify is CompanyImport.NONE:
        why = _not_with("company_import_from_shopify", CompanyImport.NONE)
        yield from ((field, why) for field in (
            "company_mapping_type", "auto_create_unknown_companies", "shopify_can_update_companies"))
    if card.company_mapping_type is CompanyMapping.DEFAULT_COMPANY:
        yield "auto_create_unknown_companies", _not_with("company_mapping_type", CompanyMapping.DEFAULT_COMPANY)
    if card.sku_mapping is not SkuMapping.ITEM_NO_AND_VARIANT_CODE:
        yield "sku_field_separator", _only_with("sku_mapping", SkuMapping.ITEM_NO_AND_VARIANT_CODE)
    if card.sku_mapping is not SkuMapping.VENDOR_ITEM_NO:
        yield "vendor_items", _only_with("sku_mapping", SkuMapping.VENDOR_ITEM_NO)
    if not card.auto_create_unknown_items:
        yield "item_template", _only_on("auto_create_unknown_items")
    if not card.uom_as_variant:
        yield "variant_option_name_for_uom", _only_on("uom_as_variant")
    for field in _NOT_BUILT:
        if not getattr(card, field):
            yield field, sentence("The connector only reads from Shopify at present.")


def _only_with(field: str, choice: str) -> Sentence:
    return sentence("Only with {setting} “{choice}”.", setting=caption(field), choice=Sentence(choice))


def _not_with(field: str, choice: str) -> Sentence:
    return sentence("Not with {setting} “{choice}”.", setting=caption(field), choice=Sentence(choice))


def _only_on(field: str) -> Sentence:
    return sentence("Only while {setting} is on.", setting=caption(field))
