"""A Shopify product as Business Central items.

Rules: Microsoft's Shopify Connector (item mapping, creation, update); Microsoft Learn, "API v2.0",
item and itemVariant. Unit price and unit cost are set at creation only: afterwards Business Central
owns them. API v2.0 has no property for country of origin and vendor of an item, so these two are left
out; the tariff number goes another way, see tariffs.py. Gift-card products are no items.
"""
from __future__ import annotations

import msgspec

from shared.business_central.keys import is_item_of
from shared.business_central.plan import Body, ItemPlan
from shared.business_central.rows import ItemRow
from shared.errors import ConnectorError, RecordRefused
from shared.mapping.known import ItemLink, ItemsAndSetup, KnownItems, LinkOfVariant
from shared.mapping.line_items import item_not_found
from shared.mapping.prices import AskShopPrices, item_prices
from shared.mapping.refusals import number_taken
from shared.mapping.sku import Goods, exists, find_item
from shared.mapping.text import fitted, tidy
from shared.mapping.units import option_of, unclear_units, unit_of_variant
from shared.shopify.records import Product, Variant, id_of
from shared.shops.card import ShopCard
from shared.texts import Sentence, sentence
from shared.to_business_central.products.new_items import ItemSource, new_item, numbers_of_ours, wanted_link
from shared.to_business_central.products.tariffs import tariffs


class RefusedVariant(msgspec.Struct, frozen=True):
    """A variant that has no item and gets none; the product's other variants go on."""

    shopify_variant_id: str
    reason: ConnectorError


class _Wanted(msgspec.Struct, frozen=True):
    """What a variant without an item is to become; `by_number_alone`: its number is ours, nobody else gave it."""

    link: ItemLink
    by_number_alone: bool = False


def item_plans(product: Product, card: ShopCard, known: ItemsAndSetup, link_of_variant: LinkOfVariant,
               shop_prices: AskShopPrices) -> tuple[ItemPlan | RefusedVariant, ...]:
    """One plan or refusal per variant, in Shopify's order; () for a gift-card product.

    Variants that become item variants of one new item all carry the same item body: creating it a
    second time finds the first.
    """
    if product.is_gift_card:
        return ()
    plans = [_completed(_plan_or_refusal(ItemSource(product, variant), card, known, link_of_variant),
                        variant, card, known, link_of_variant, shop_prices)
             for variant in product.variants.nodes]
    made = [plan for plan in plans if isinstance(plan, ItemPlan)]
    numbers = tariffs(product, made, card, link_of_variant)
    unclear = unclear_units(product, made, card, known, link_of_variant)
    return tuple(
        msgspec.structs.replace(plan, tariff=numbers.get(plan.shopify_variant_id, ""),
                                unclear_unit=unclear.get(plan.shopify_variant_id))
        if isinstance(plan, ItemPlan) else plan for plan in plans)


def without_price(plan: ItemPlan, why: Sentence) -> RecordRefused:
    """What parks a product whose item was created, or still is, without its price."""
    return RecordRefused("item-price-missing", sentence(
        "Item {item} has no price: {why}", item=plan.item_number, why=why),
        record=sentence("item {item}", item=plan.item_number))


def unit_unclear(plan: ItemPlan, why: Sentence) -> RecordRefused:
    """What parks a product with a variant whose unit of measure nobody can say."""
    return RecordRefused("unit-unclear", why, record=f"variant {plan.shopify_variant_id}")


def _plan_or_refusal(source: ItemSource, card: ShopCard, known: ItemsAndSetup,
                     link_of_variant: LinkOfVariant) -> ItemPlan | RefusedVariant:
    variant_id = id_of(source.variant.id)
    linked = link_of_variant(variant_id)
    link = linked if exists(linked, known) else find_item(_goods(source), card, known)
    if link is not None:
        return _existing_plan(link, source, card, known)
    if not creates_items(card):
        return RefusedVariant(variant_id, item_not_found(_record(source), source.variant.sku or "", card))
    try:
        return _creating_plan(_wanted(source, card, link_of_variant), source, card, known)
    except RecordRefused as reason:
        return RefusedVariant(variant_id, reason)


def _wanted(source: ItemSource, card: ShopCard, link_of_variant: LinkOfVariant) -> _Wanted:
    """Item and variant code to create; beside a variant that asks for the same item that variant's item is the one."""
    wanted = wanted_link(source, card)
    for other in source.product.variants.nodes if wanted.variant_code else ():
        link = link_of_variant(id_of(other.id))
        beside = wanted_link(ItemSource(source.product, other), card)
        if link and link.variant_code and beside.item_number == wanted.item_number:
            return _Wanted(ItemLink(link.item_number, wanted.variant_code))
    return _Wanted(wanted, by_number_alone=wanted.item_number in numbers_of_ours(source))


def creates_items(card: ShopCard) -> bool:
    """Whether unknown items are created: switched on, and the template complete."""
    template = card.item_template
    return bool(card.auto_create_unknown_items and template.base_unit_of_measure
                and template.general_product_posting_group and template.inventory_posting_group)


def _existing_plan(link: ItemLink, source: ItemSource, card: ShopCard, known: KnownItems) -> ItemPlan:
    item = known.item_by_number(link.item_number)
    assert item is not None, "links are checked before"
    variant = known.variant(link.item_number, link.variant_code) if link.variant_code else None
    return ItemPlan(
        shopify_variant_id=id_of(source.variant.id),
        item_id=item.id,
        item_number=item.number,
        item=_changes(item, source.title(as_variant=bool(variant)), card),
        variant_id=variant.id if variant else "",
        variant_code=variant.code if variant else "",
    )


def _creating_plan(wanted: _Wanted, source: ItemSource, card: ShopCard, known: ItemsAndSetup) -> ItemPlan:
    """Creates the item, or only the item variant where the item is there already.

    RecordRefused(number-taken) if only a number of ours says that it is the item.
    """
    link = wanted.link
    present = known.item_by_number(link.item_number)
    found = known.variant(link.item_number, link.variant_code) if link.variant_code else None
    if present and wanted.by_number_alone and not found and not is_item_of(
        present, name=source.title(as_variant=bool(link.variant_code)), gtin=tidy(source.variant.barcode)
    ):
        raise number_taken(sentence("Item {number}", number=present.number), _record(source),
                           sentence("description and GTIN"))
    description = fitted("itemVariants", {"description": source.variant.title})
    return ItemPlan(
        shopify_variant_id=id_of(source.variant.id),
        item_id=present.id if present else "",
        item_number=link.item_number,
        item={} if present else new_item(link, source, card),
        variant_id=found.id if found else "",
        variant_code=link.variant_code,
        variant={"itemNumber": link.item_number, "code": link.variant_code} | description
        if link.variant_code and not found else {},
    )


def _completed(plan: ItemPlan | RefusedVariant, variant: Variant, card: ShopCard, known: ItemsAndSetup,
               link_of_variant: LinkOfVariant, shop_prices: AskShopPrices) -> ItemPlan | RefusedVariant:
    """The plan with the variant's unit, and the prices of a new item or of one that is owed them and still has none."""
    if isinstance(plan, RefusedVariant):
        return plan
    plan = msgspec.structs.replace(plan, unit=unit_of_variant(variant, card), unit_option=option_of(card))
    item = known.item_by_number(plan.item_number)
    link = link_of_variant(plan.shopify_variant_id)
    owed = item is not None and item.unit_price == 0 and link is not None and link.price_owed
    if item is not None and not owed:
        return plan
    prices = item_prices(variant, shop_prices(), card, known)
    return msgspec.structs.replace(plan, prices=prices.body, unpriced=prices.missing)


def _changes(item: ItemRow, title: str, card: ShopCard) -> Body:
    if not card.shopify_can_update_items or item.display_name == title:
        return {}
    return {"displayName": title}


def _record(source: ItemSource) -> Sentence:
    return sentence("variant {number} of {product}", number=id_of(source.variant.id), product=source.product.title)


def _goods(source: ItemSource) -> Goods:
    variant: Variant = source.variant
    return Goods(sku=variant.sku or "", vendor=source.product.vendor, barcode=variant.barcode or "")
