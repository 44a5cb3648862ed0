"""The item that an order line sells: the linked one, the one its SKU names, or the default item.

Rules: Microsoft's Shopify Connector (item mapping). Default Item No. is ours: a custom line, and a line whose product
was deleted in Shopify, have no variant that could be mapped. The text of the line stays Shopify's.
"""
from __future__ import annotations

import msgspec

from shared.business_central.rows import ItemRow
from shared.errors import RecordRefused
from shared.mapping.known import ItemLink, ItemsAndSetup, KnownItems, LinkOfVariant
from shared.mapping.sku import Goods, exists, find_item
from shared.mapping.text import code
from shared.mapping.units import unit_of_line
from shared.shopify.records import LineItem, id_of
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.texts import Sentence, Text, sentence


class ItemOfLine(msgspec.Struct, frozen=True):
    """The item a document line sells, the id of its item variant ("" without one) and the unit ("" = unknown)."""

    item_number: str
    variant_id: str = ""
    unit: str = ""


def item_of_line(line: LineItem, card: ShopCard, known: ItemsAndSetup, link_of_variant: LinkOfVariant) -> ItemOfLine:
    """The item of an order line: linked before, else by SKU, else the default item where Shopify has no variant.

    Raises RecordRefused: item-not-found (names the SKU and the settings that would help), item-blocked, unit-unclear.
    """
    linked = _link_of_line(line, known, link_of_variant)
    link = linked or find_item(Goods(sku=line.sku or "", vendor=line.vendor or ""), card, known)
    item = known.item_by_number(link.item_number) if link else None
    if link is None or item is None:
        return _default_item(line, card, known)
    if item.blocked:
        raise RecordRefused("item-blocked", sentence(
            "Item {item} (SKU {sku}) is blocked.", item=item.number, sku=line.sku or sentence("none")))
    unit = unit_of_line(line, linked, item, card, known)
    variant = known.variant(link.item_number, link.variant_code) if link.variant_code else None
    return ItemOfLine(item.number, variant.id if variant else "", unit)


def named_item(number: str, setting: Text, known: KnownItems, *, record: Text) -> ItemOfLine:
    """The item that a setting of the shop card names, in its base unit.

    Raises RecordRefused: item-not-found, item-blocked; both name the setting.
    """
    item: ItemRow | None = known.item_by_number(code(number))
    if item is None:
        raise RecordRefused("item-not-found", sentence(
            "{setting} names item {item}, which does not exist in Business Central.", setting=setting, item=number),
            record=record)
    if item.blocked:
        raise RecordRefused("item-blocked", sentence(
            "{setting} names item {item}, which is blocked.", setting=setting, item=item.number), record=record)
    return ItemOfLine(item.number, unit=item.base_unit_of_measure_code)


def item_not_found(record: Text, sku: str, card: ShopCard) -> RecordRefused:
    """The refusal that names the SKU and the two settings that would have created the item."""
    return RecordRefused(
        "item-not-found",
        sentence("No Business Central item was found for {record} ({goods}), and none is created unless {create} is on "
                 "and the {template} is filled in.", record=record, goods=_goods(sku, card),
                 create=caption("auto_create_unknown_items"), template=caption("item_template")),
        record=record,
    )


def _default_item(line: LineItem, card: ShopCard, known: KnownItems) -> ItemOfLine:
    record = sentence('order line "{line}"', line=line.name)
    if line.variant is not None:
        raise item_not_found(record, line.sku or "", card)
    if not card.default_item_no:
        raise RecordRefused(
            "item-not-found",
            sentence("No Business Central item was found for {record} ({goods}): it is a custom line, or its product "
                     "was deleted in Shopify. {setting} on the shop card takes such lines; it is empty.", record=record,
                     goods=_goods(line.sku or "", card), setting=caption("default_item_no")),
            record=record,
        )
    return named_item(card.default_item_no, caption("default_item_no"), known, record=record)


def _goods(sku: str, card: ShopCard) -> Sentence:
    choice = Sentence(card.sku_mapping.value) if card.sku_mapping.value else sentence("blank")
    return sentence("SKU {sku}, {setting} {choice}" if sku else "no SKU, {setting} {choice}", sku=sku,
                    setting=caption("sku_mapping"), choice=choice)


def _link_of_line(line: LineItem, known: KnownItems, link_of_variant: LinkOfVariant) -> ItemLink | None:
    link = link_of_variant(id_of(line.variant.id)) if line.variant else None
    return link if exists(link, known) else None
