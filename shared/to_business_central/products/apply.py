"""Products: each variant of a Shopify product into its item, one link a variant."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from shared.business_central.directory import Directory
from shared.business_central.executor import change_row, create_item, create_variant
from shared.business_central.item_card import set_tariff_number
from shared.business_central.plan import ItemPlan, plan_hash
from shared.errors import ConnectorError, RecordRefused
from shared.mapping.known import ItemLink
from shared.mapping.prices import price_group_missing
from shared.record_names import one_called
from shared.shopify.reading import Record
from shared.shopify.records import Product, id_of
from shared.stores.links import Link, LinkState
from shared.stores.record_names import What as Name
from shared.sync.context import JobContext
from shared.sync.decision import Surroundings
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.record_type import RecordType
from shared.texts import sentence, together
from shared.to_business_central.products.decision import Owed, ProductDecision, decide_product, owed_of
from shared.to_business_central.products.plan import RefusedVariant

NAME: str = "products"


class ItemLinks:
    """Links of variants, read once a job: the items that order lines and products ask for."""

    def __init__(self, around: Surroundings) -> None:
        self._links, self._directory = around.item_links(), around.directory
        self._known: dict[str, Link] = {}

    def prepare(self, variants: Sequence[str]) -> None:
        """Read the links of these variants if they have not been read."""
        missing = [id for id in variants if id not in self._known]
        read = self._links.of(missing)
        self._known |= {id: Link(id=id) for id in missing} | read
        expect_items(read.values(), self._directory)

    def link_of_variant(self, variant: str) -> ItemLink | None:
        """What mapping asks: the item a prepared variant is linked to."""
        link = self._known.get(variant)
        return item_link(link, self._directory) if link else None

    def save(self, plans: Sequence[ItemPlan], owing: Mapping[str, Sequence[Owed]]) -> None:
        """Remember which item each plan's variant has become; `owing` says what the items of some still lack."""
        new = [self._linked(plan, owing.get(plan.shopify_variant_id, ())) for plan in plans]
        changed = [link for link in new if link != self._known[link.id]]
        self._known |= {link.id: link for link in self._links.save(changed)}

    def _linked(self, plan: ItemPlan, owing: Sequence[Owed]) -> Link:
        return self._known[plan.shopify_variant_id].with_(
            state=LinkState.PARKED if owing else LinkState.APPLIED, bc_id=plan.item_id, bc_number=plan.item_number,
            bc_set="items", bc_variant=plan.variant_code, bc_variant_id=plan.variant_id, owes=" ".join(owing),
            unit=plan.unit, unit_option=plan.unit_option,
        )


def expect_items(links: Iterable[Link], directory: Directory) -> None:
    """The items and item variants of these links will be asked for."""
    there = list(links)
    directory.expect_items((link.bc_id for link in there), (link.bc_variant_id for link in there))


def item_link(link: Link, directory: Directory) -> ItemLink | None:
    """A variant's link as mapping knows it: by the number and code that its item has now; None when it is not there.

    A number that another item has taken over leads nowhere: the id is what was linked.
    """
    item = directory.item_by_id(link.bc_id)
    if item is None:
        return None
    owed = (link.owes or Owed.TARIFF).split() if link.state is LinkState.PARKED else []
    known = ItemLink(
        item.number, tariff_owed=Owed.TARIFF in owed, price_owed=Owed.PRICE in owed,
        unit=link.unit, unit_option=link.unit_option, unit_unclear=Owed.UNIT in owed,
    )
    if not link.bc_variant:
        return known
    if link.bc_variant_id:
        variant = directory.variant_by_id(link.bc_variant_id)
    else:
        variant = directory.variant(item.number, link.bc_variant)
    return msgspec.structs.replace(known, variant_code=variant.code) if variant else None


@dataclass
class _Done:
    """What became of one product's variants. `owing`: what the items of some lack, by variant."""

    plans: list[ItemPlan] = field(default_factory=list)
    problems: list[ConnectorError] = field(default_factory=list)
    owing: dict[str, list[Owed]] = field(default_factory=dict)
    created: int = 0
    changed: int = 0


def apply(records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> list[Outcome]:
    """Bring changed products into Business Central, item by item."""
    item_links = _links_of(records, context)
    context.directory.expect(
        partial(_decided, record, links[record.id], item_links, context) for record in records)

    def one(record: Record) -> _Done:
        return _carried_out(_decided(record, links[record.id], item_links, context), context)

    done = context.side_by_side(
        lambda record: attempt(one_called(NAME, record.id), partial(one, record)), records)
    carried_out = [one for one in done if isinstance(one, _Done)]
    owing = {variant: owed for one in carried_out for variant, owed in one.owing.items()}
    item_links.save([plan for one in carried_out for plan in one.plans], owing)
    context.counts(NAME).items_created += sum(one.created for one in carried_out)
    return [_outcome(links[record.id], one) for record, one in zip(records, done, strict=True)]


def decided(record: Record, link: Link, around: Surroundings) -> ProductDecision:
    """What happens to this product."""
    return _decided(record, link, _links_of([record], around), around)


def gone(records: Sequence[Record], links: Mapping[str, Link], around: Surroundings) -> set[str]:
    """Products of which any variant has lost its item or item variant."""
    variants = {r.id: _variants(r) for r in records}
    items = around.item_links().of(variant for several in variants.values() for variant in several)
    expect_items(items.values(), around.directory)

    def is_there(variant: str) -> bool:
        link = items.get(variant)
        return link is not None and item_link(link, around.directory) is not None

    return {id for id, several in variants.items() if not all(map(is_there, several))}


def _variants(record: Record) -> list[str]:
    product = record.value
    if not isinstance(product, Product) or product.is_gift_card:
        return []
    return [id_of(variant.id) for variant in product.variants.nodes]


def _links_of(records: Sequence[Record], around: Surroundings) -> ItemLinks:
    item_links = ItemLinks(around)
    item_links.prepare([
        id_of(variant.id) for record in records if isinstance(record.value, Product)
        for variant in record.value.variants.nodes
    ])
    return item_links


def _decided(record: Record, link: Link, item_links: ItemLinks, around: Surroundings) -> ProductDecision:
    assert isinstance(record.value, Product)
    return decide_product(record.value, link, around.card, around.directory,
                          item_links.link_of_variant, around.shop_prices)


def _carried_out(decision: ProductDecision, context: JobContext) -> _Done:
    done = _Done()
    for plan in decision.plan or ():
        if isinstance(plan, RefusedVariant):
            done.problems.append(plan.reason)
        else:
            _carry_out_variant(plan, done, context)
    return done


def _carry_out_variant(plan: ItemPlan, done: _Done, context: JobContext) -> None:
    """Carry out one plan, the tariff number last: without it, or its price, the item is still an item."""
    variant = plan.shopify_variant_id
    result = attempt(sentence("variant {number}", number=variant), lambda: _one_item(plan, context))
    if isinstance(result, ConnectorError):
        done.problems.append(result)
        return
    applied, what = result
    done.plans.append(applied)
    owed = owed_of(applied)
    tariff = attempt(sentence("variant {number}", number=variant), lambda: _tariff_set(applied, context))
    if isinstance(tariff, ConnectorError):
        owed.append((Owed.TARIFF, tariff))
    elif tariff and what is Result.UNCHANGED:
        what = Result.UPDATED
    done.problems += [problem for _, problem in owed]
    if owed:
        done.owing[variant] = [what_is_owed for what_is_owed, _ in owed]
    done.created += what is Result.CREATED
    done.changed += what is Result.UPDATED


def _one_item(plan: ItemPlan, context: JobContext) -> tuple[ItemPlan, Result]:
    """Carry out one plan; the plan as it was applied, with the item's id, and what was done."""
    result = Result.UNCHANGED
    if plan.item_id:
        plan, changed = _changed(plan, context)
        result = Result.UPDATED if changed else result
    elif known := context.directory.item_by_number(plan.item_number):
        plan = msgspec.structs.replace(plan, item_id=known.id, prices={}, unpriced=None)
    else:
        plan, result = _created(plan, context), Result.CREATED
    if plan.variant:
        variant = create_variant(context.bc, plan.variant)
        context.directory.remember_variant(variant)
        plan = msgspec.structs.replace(plan, variant_id=variant.id)
        result = result if result is Result.CREATED else Result.UPDATED
    return plan, result


def _created(plan: ItemPlan, context: JobContext) -> ItemPlan:
    """Create the item; without its price where Business Central is not set up for prices that include tax."""
    try:
        row = create_item(context.bc, plan.item | plan.prices)
    except RecordRefused as refused:
        if not _may_be_the_price(refused, plan):
            raise
        row = create_item(context.bc, plan.item)
        plan = _unpriced(plan, refused)
    context.directory.remember_item(row)
    return msgspec.structs.replace(plan, item_id=row.id)


def _changed(plan: ItemPlan, context: JobContext) -> tuple[ItemPlan, bool]:
    """Change the item where it differs, and give it the price that it was owed."""
    changed = bool(plan.item) and change_row(context.bc, "items", plan.item_id, plan.item)
    try:
        priced = bool(plan.prices) and change_row(context.bc, "items", plan.item_id, plan.prices)
    except RecordRefused as refused:
        if not _may_be_the_price(refused, plan):
            raise
        return _unpriced(plan, refused), changed
    return plan, changed or priced


def _may_be_the_price(refused: RecordRefused, plan: ItemPlan) -> bool:
    """A price that includes tax needs a VAT Posting Setup that a new item as such does not need."""
    return refused.code == "setup-incomplete" and "priceIncludesTax" in plan.prices


def _unpriced(plan: ItemPlan, refused: RecordRefused) -> ItemPlan:
    return msgspec.structs.replace(plan, prices={}, unpriced=price_group_missing(refused))


def _tariff_set(plan: ItemPlan, context: JobContext) -> bool:
    """Whether the item got another tariff number."""
    service = context.card.item_card_service
    return bool(plan.tariff) and set_tariff_number(context.bc, service, plan.item_number, plan.tariff)


def _outcome(link: Link, done: _Done | ConnectorError) -> Outcome:
    if isinstance(done, ConnectorError):
        return parked(link, done)
    if done.problems:
        return parked(link, _together(done.problems))._replace(numbers=_numbers(done))
    result = Result.CREATED if done.created else Result.UPDATED if done.changed else Result.UNCHANGED
    return Outcome(link.with_(state=LinkState.APPLIED, plan=plan_hash(*done.plans)), result, numbers=_numbers(done))


def _numbers(done: _Done) -> tuple[str, ...]:
    return tuple(sorted({plan.item_number for plan in done.plans}))


def _together(problems: Sequence[ConnectorError]) -> ConnectorError:
    """One problem that names up to three of them."""
    details = together((problem.sentence for problem in problems[:3]), "; ")
    more = len(problems) - 3
    return ConnectorError(problems[0].code, details if more <= 0 else sentence(
        "{problems}; and {more} more", problems=details, more=more))


def _items(value: Any) -> Mapping[str, str]:
    """Each variant becomes an item, called by its SKU."""
    return {id_of(one.id): one.sku or one.title for one in value.variants.nodes} if isinstance(value, Product) else {}


def _names(product: Product) -> list[tuple[Name, str]]:
    """The SKUs and barcodes of its variants."""
    return [(Name.SKU, name or "") for one in product.variants.nodes for name in (one.sku, one.barcode)]


TYPE = RecordType(NAME, apply, decided, gone, names=_names, items=_items)
