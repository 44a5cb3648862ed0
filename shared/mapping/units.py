"""In which unit of measure a variant is sold: one piece, or a box of twelve.

Rules: Microsoft's Shopify Connector, UoM as Variant and Variant Option Name for UoM. API v2.0 shows an item's base unit
and the list of all units, not which ones the item has, nor how many pieces they hold: Business Central itself refuses a
unit that is not the item's. Every line names its unit, since an item's Sales Unit of Measure would decide otherwise.
Variants of one product that lead to one item, variants that name another unit than their item's, and units that nobody
knows park what they concern: a box is never booked as a piece.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce

from shared.business_central.plan import ItemPlan
from shared.business_central.rows import ItemRow
from shared.errors import RecordRefused
from shared.mapping.known import ItemLink, ItemsAndSetup, KnownSetup, LinkOfVariant
from shared.mapping.text import code, tidy
from shared.shopify.records import LineItem, Product, Variant, id_of
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.texts import Sentence, Text, sentence

LONGEST = 10
"""A unit of measure is a code of 10 characters."""
UNNAMED = "Unit of Measure"
"""Microsoft's name of the option where the card gives none."""
_NO_TITLE = frozenset({"", "DEFAULT TITLE"})


def option_of(card: ShopCard) -> str:
    """The option that names units, as a code; "" where none does."""
    return code(card.variant_option_name_for_uom or UNNAMED) if card.uom_as_variant else ""


def unit_of_variant(variant: Variant, card: ShopCard) -> str:
    """The unit that the variant's option names; "" for the item's base unit."""
    option = option_of(card)
    return next((code(one.value) for one in variant.selected_options if option and code(one.name) == option), "")


def unclear_units(product: Product, plans: Sequence[ItemPlan], card: ShopCard, known: ItemsAndSetup,
                  link_of_variant: LinkOfVariant) -> dict[str, Sentence]:
    """Shopify variant id -> why nobody can say in which unit it is sold; nothing for all the others."""
    if not option_of(card):
        return _named(product, plans, known, link_of_variant) | _sharing(product, plans)
    return {plan.shopify_variant_id: sentence('"{unit}" of {product} is no unit of measure of Business Central.',
                                              unit=plan.unit, product=product.title)
            for plan in plans if plan.unit and not (len(plan.unit) <= LONGEST and known.knows_unit(plan.unit))}


def unit_of_line(line: LineItem, link: ItemLink | None, item: ItemRow, card: ShopCard, known: KnownSetup) -> str:
    """The unit an order line of this item is in; "" where the item has no base unit.

    RecordRefused(unit-unclear) where neither the link of its variant nor the variant's title says so.
    """
    if link and link.unit_unclear:
        raise _unclear(line, item, sentence("which its product's skipped record explains"))
    if link and link.unit_option == option_of(card):
        return link.unit or item.base_unit_of_measure_code
    return _unit_of_title(line, item, card, known)


def _unit_of_title(line: LineItem, item: ItemRow, card: ShopCard, known: KnownSetup) -> str:
    """What the title of an unlinked variant says: `Red / BOX`."""
    named = [part for part in map(code, (line.variant_title or "").split(" / ")) if _is_unit(part, known)]
    base = item.base_unit_of_measure_code
    if named in ([], [base]):
        unlinked = line.variant is not None and code(line.variant_title) not in _NO_TITLE
        if option_of(card) and unlinked and not named:
            raise _unclear(line, item, sentence(
                "because its product was not synchronized with the present shop card"))
        return base
    if not option_of(card) or len(named) > 1:
        raise _unclear(line, item, sentence(
            'of which the title "{title}" does not say enough', title=tidy(line.variant_title)))
    return named[0]


def _named(product: Product, plans: Iterable[ItemPlan], known: ItemsAndSetup,
           link_of_variant: LinkOfVariant) -> dict[str, Sentence]:
    """Variants that name a unit which is not the base unit of the item they were found to be.

    An item that was made of a variant, or settled before, is counted by it, whatever the variant is called.
    """
    values = {id_of(variant.id): [code(one.value) for one in variant.selected_options]
              for variant in product.variants.nodes}
    reasons: dict[str, Sentence] = {}
    for plan in plans:
        link, item = link_of_variant(plan.shopify_variant_id), known.item_by_number(plan.item_number)
        if item is None or (link and not link.unit_unclear):
            continue
        base = item.base_unit_of_measure_code
        units = [value for value in values[plan.shopify_variant_id] if _is_unit(value, known)]
        if units and base not in units:
            reasons[plan.shopify_variant_id] = sentence(
                'The variant "{unit}" of {product} leads to item {item}, which is counted in {base}, and nothing says '
                "that it is one of these: switch {setting} on.", unit=units[0], product=product.title, item=item.number,
                base=base or sentence("no unit"), setting=caption("uom_as_variant"))
    return reasons


def _sharing(product: Product, plans: Iterable[ItemPlan]) -> dict[str, Sentence]:
    """Variants of a product that lead to one item although no option tells units."""
    titles = {id_of(variant.id): variant.title for variant in product.variants.nodes}
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for plan in plans:
        groups[plan.item_number, plan.variant_code].append(plan.shopify_variant_id)
    reasons: dict[str, Sentence] = {}
    for (item, variant), members in groups.items():
        quoted: list[Text] = [f'"{titles[member]}"' for member in members[:3]]
        named = reduce(_and, quoted)
        target = sentence("item {item}, variant {variant}" if variant else "item {item}", item=item, variant=variant)
        why = sentence("The variants {variants} of {product} lead to {target}, and nothing says whether they are as "
                       "many pieces: give each a SKU of its own, or switch {setting} on.", variants=named,
                       product=product.title, target=target, setting=caption("uom_as_variant"))
        reasons |= dict.fromkeys(members, why) if len(members) > 1 else {}
    return reasons


def _and(first: Text, second: Text) -> Text:
    return sentence("{first} and {second}", first=first, second=second)


def _is_unit(text: str, known: KnownSetup) -> bool:
    """Whether a word names a unit: a letter alone is rather a size than a litre."""
    return 1 < len(text) <= LONGEST and known.knows_unit(text)


def _unclear(line: LineItem, item: ItemRow, why: Sentence) -> RecordRefused:
    return RecordRefused(
        "unit-unclear",
        sentence('In which unit of measure of item {item} order line "{line}" is sold is not clear, {why}.',
                 item=item.number, line=line.name, why=why),
        record=sentence('order line "{line}"', line=line.name))
