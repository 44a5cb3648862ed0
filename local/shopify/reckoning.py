"""What an order costs, in one currency.

``reckon`` turns prices, quantities and discounts into amounts that add up to the cent:
``sum(unit price x quantity - allocations) + shipping + tax on top = total``. The order builder runs
it once in shop currency and once in presentment currency, so each side of every MoneyBag is
consistent by itself. Rules: Shopify, Admin API, objects Order, LineItem, DiscountAllocation.
Border: pure arithmetic, knows neither GraphQL nor ids.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from local.shopify.money import CENT, ZERO, allocate, cents, taxes_of


@dataclass(frozen=True)
class Discount:
    """One discount application. `target`: ``lines`` (all), ``line`` or ``shipping``; `line` names the only one."""

    target: str
    amount: Decimal | None = None
    percentage: Decimal | None = None
    line: int | None = None


@dataclass(frozen=True)
class Priced:
    """A line (or shipping line, duty, fee) before reckoning: `removed` pieces no longer count in current figures.

    taxes  rates, each with its amount where that is given and not reckoned
    left   what an edit left of a shipping line's net, None = all
    taken  what refunds took off a shipping line, at most what is left of it
    """

    unit_price: Decimal
    quantity: int = 1
    taxes: tuple[tuple[Decimal, Decimal | None], ...] = ()
    removed: int = 0
    left: Decimal | None = None
    taken: Decimal = ZERO
    tip: bool = False
    discountable: bool = True


@dataclass
class Reckoned:
    """A line after reckoning; `allocations` maps the index of a discount to its share here."""

    gross: Decimal
    allocations: dict[int, Decimal] = field(default_factory=dict)
    net: Decimal = ZERO
    taxes: list[Decimal] = field(default_factory=list)
    current_net: Decimal = ZERO
    current_taxes: list[Decimal] = field(default_factory=list)

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes, ZERO)

    @property
    def current_tax(self) -> Decimal:
        return sum(self.current_taxes, ZERO)


@dataclass(frozen=True)
class Reckoning:
    lines: list[Reckoned]
    shipping: list[Reckoned]
    duties: list[Reckoned]
    fees: list[Reckoned]
    subtotal: Decimal
    shipping_total: Decimal
    tip: Decimal
    tax: Decimal
    discounts: Decimal
    total: Decimal
    current_subtotal: Decimal
    current_shipping: Decimal
    current_tax: Decimal
    current_discounts: Decimal
    current_total: Decimal


def reckon(lines: list[Priced], shipping: list[Priced], discounts: list[Discount], *, taxes_included: bool,
           unit: Decimal = CENT, unallocated: Decimal = ZERO, duties: Sequence[Priced] = (),
           fees: Sequence[Priced] = ()) -> Reckoning:
    """All amounts of an order in one currency, to its smallest `unit`. `unallocated` is a discount of no line."""
    items, charges, tolls, extras = (
        [Reckoned(gross=cents(p.unit_price * p.quantity, unit)) for p in priced]
        for priced in (lines, shipping, duties, fees)
    )
    for index, discount in enumerate(discounts):
        _apply(index, discount, lines, items, shipping, charges, unit)
    for priced, line in zip([*lines, *shipping, *duties, *fees], [*items, *charges, *tolls, *extras], strict=True):
        _finish(priced, line, taxes_included, unit)
    return _totals(lines, items, charges, tolls, extras, taxes_included, unallocated)


def _apply(index: int, discount: Discount, lines: list[Priced], items: list[Reckoned],
           shipping: list[Priced], charges: list[Reckoned], unit: Decimal) -> None:
    pool = charges if discount.target == "shipping" else items
    priced = shipping if discount.target == "shipping" else lines
    left = [item.gross - sum(item.allocations.values(), ZERO) for item in pool]
    weights = [
        amount if p.discountable and discount.line in (None, position) else ZERO
        for position, (amount, p) in enumerate(zip(left, priced, strict=True))
    ]
    base = sum(weights, ZERO)
    wanted = (cents(base * discount.percentage / 100, unit) if discount.percentage is not None
              else cents(discount.amount or ZERO, unit))
    for item, share in zip(pool, allocate(min(wanted, base), weights, unit), strict=True):
        if share:
            item.allocations[index] = share


def _finish(priced: Priced, line: Reckoned, taxes_included: bool, unit: Decimal) -> None:
    line.net = line.gross - sum(line.allocations.values(), ZERO)
    kept = Decimal(priced.quantity - priced.removed) / priced.quantity if priced.quantity else Decimal(0)
    line.current_net = current(priced, line.net, cents(line.net * kept, unit), priced.taken)
    if line.net and (priced.left is not None or priced.taken):
        kept = line.current_net / line.net
    line.taxes = taxed(priced.taxes, line.net, Decimal(1), unit, included=taxes_included)
    line.current_taxes = taxed(priced.taxes, line.current_net, kept, unit, included=taxes_included)


def current(priced: Priced, net: Decimal, kept: Decimal, taken: Decimal) -> Decimal:
    """What is left of a net: of goods `kept`, of a shipping line what edits and refunds left."""
    base = kept if priced.left is None else min(net, priced.left)
    return base - min(base, taken)


def taxed(taxes: Sequence[tuple[Decimal, Decimal | None]], net: Decimal, kept: Decimal, unit: Decimal, *,
          included: bool) -> list[Decimal]:
    """The taxes of `net`, which is the share `kept` of the whole: reckoned, or that share of what was given."""
    reckoned = taxes_of(net, [rate for rate, _ in taxes], unit, included=included)
    return [amount if given is None else cents(given * kept, unit)
            for (_, given), amount in zip(taxes, reckoned, strict=True)]


def _totals(lines: list[Priced], items: list[Reckoned], charges: list[Reckoned], duties: list[Reckoned],
            fees: list[Reckoned], taxes_included: bool, unallocated: Decimal) -> Reckoning:
    goods = [item for p, item in zip(lines, items, strict=True) if not p.tip]
    tips = [item for p, item in zip(lines, items, strict=True) if p.tip]
    everything = [*items, *charges, *duties, *fees]
    tax = sum((i.tax for i in everything), ZERO)
    current_tax = sum((i.current_tax for i in everything), ZERO)
    on_top, current_on_top = (ZERO, ZERO) if taxes_included else (tax, current_tax)
    kept = [i for i in everything if i.current_net == i.net]
    return Reckoning(
        lines=items,
        shipping=charges,
        duties=duties,
        fees=fees,
        subtotal=sum((i.net for i in goods), ZERO) - unallocated,
        shipping_total=sum((i.net for i in charges), ZERO),
        tip=sum((i.net for i in tips), ZERO),
        tax=tax,
        discounts=sum((a for i in everything for a in i.allocations.values()), ZERO) + unallocated,
        total=sum((i.net for i in everything), ZERO) + on_top - unallocated,
        current_subtotal=sum((i.current_net for i in goods), ZERO) - unallocated,
        current_shipping=sum((i.current_net for i in charges), ZERO),
        current_tax=current_tax,
        current_discounts=sum((a for i in kept for a in i.allocations.values()), ZERO),
        current_total=max(sum((i.current_net for i in everything), ZERO) + current_on_top - unallocated, ZERO),
    )
