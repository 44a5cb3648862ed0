"""The set-up check: would Business Central take the shop's orders? Asked before the first one fails.

For each country the shop ships to, a customer made by our rules and an order of it are tried in a batch that is
rolled back (Microsoft Learn, "Use OData batch"): that is the only way to see posting groups and template rules,
which API v2.0 does not show. Accounts, currencies and the default customer of the shop card are tried likewise, and
so are orders like the latest ones (orders/trials.py).
What every order needs is `missing`, what only some orders need is `advice`. Nothing stays in Business Central.
Each step can be asked for alone.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

import msgspec

from shared.business_central import rehearsal
from shared.business_central.client import BatchRequest, BusinessCentral
from shared.business_central.directory import Directory
from shared.business_central.item_card import check_item_card
from shared.business_central.plan import Body
from shared.connector import Connector
from shared.errors import ConnectorError, RecordRefused
from shared.mapping.accounts import usable_account
from shared.mapping.addresses import check_country, wanted_country
from shared.mapping.buyers import may_create
from shared.mapping.card_codes import codes_of, id_of
from shared.mapping.dimensions import property_of
from shared.mapping.line_items import named_item
from shared.mapping.money import currency_code
from shared.mapping.prices import price_group_missing
from shared.mapping.text import code
from shared.shopify.shop_info import Shop, read_shop_info
from shared.shops.card import ChargeType, CurrencyHandling, ShopCard
from shared.shops.card_fields import caption
from shared.texts import Sentence, sentence
from shared.to_business_central.orders.trials import Desk, OrderTrial, try_orders
from shared.to_business_central.products.plan import creates_items
from shared.to_business_central.set_up_steps import Step

MOST_COUNTRIES = 60
_MOST_GROUPS = 20


FIELD_OF_STEP = {Step.DEFAULT_CUSTOMER: "default_customer_no"}
"""The field that a step is about, also where Business Central's sentence does not name it."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to put right. `countries` are those it concerns, () when it concerns all; step: what found it."""

    code: str
    detail: Sentence
    countries: tuple[str, ...] = ()
    step: Step | None = None


class SetUpReport(msgspec.Struct, frozen=True, kw_only=True):
    """ready: nothing is missing. left_behind: what Business Central did not roll back; it was removed.

    steps   what was asked
    idle    those of them that there was nothing to ask for
    orders  what orders like the latest ones, and rows of Customer Setup by Country/Region, would come to
    """

    shop: str
    ready: bool
    steps: list[Step]
    idle: list[Step]
    countries: list[str]
    missing: list[Finding]
    advice: list[Finding]
    orders: list[OrderTrial]
    left_behind: list[Sentence]


class _Buyer(NamedTuple):
    """A customer's number and what makes it first; `countries` it stands for."""

    number: str
    first: tuple[BatchRequest, ...] = ()
    countries: tuple[str, ...] = ()


class _Desk(NamedTuple):
    card: ShopCard
    shop: Shop
    bc: BusinessCentral
    directory: Directory
    today: date
    countries: Sequence[str]


def check_set_up(
    connector: Connector, shop: str, countries: Sequence[str] = (), steps: Sequence[Step] = ()
) -> SetUpReport:
    """Try the set-up for these countries, or those the shop ships to (60 at most); all of it, or these steps.

    Raises what the two clients raise: sign-in, company, a service that is down.
    """
    card = connector.shops.get(shop)
    connector.permission()
    bc = connector.business_central(card)
    info = read_shop_info(connector.shopify(card)).shop
    wanted = list(dict.fromkeys(code(country) for country in countries or info.ships_to_countries))[:MOST_COUNTRIES]
    desk = _Desk(card, info, bc, Directory(bc), connector.clock.now().date(), wanted)
    asked = [step for step in Step if step in (steps or [*Step])]
    left = rehearsal.sweep(bc)
    found = {step: _ASKED[step](desk) for step in asked if step is not Step.ORDERS}
    orders = try_orders(Desk(connector, card, bc, desk.directory)) if Step.ORDERS in asked else []
    idle = [step for step, each in found.items() if each is None]
    missing = [_of_step(step, one) for step, each in found.items() if each for one in each.missing]
    return SetUpReport(
        shop=shop, ready=not missing, steps=asked, countries=wanted, missing=missing, orders=orders,
        idle=idle + [step for step in asked if step is Step.ORDERS and not orders],
        advice=[_of_step(step, one) for step, each in found.items() if each for one in each.advice],
        left_behind=left + rehearsal.sweep(bc),
    )


# The steps


class _Found(NamedTuple):
    """What a step found out."""

    missing: Sequence[Finding] = ()
    advice: Sequence[Finding] = ()


def _of_default_customer(desk: _Desk) -> _Found | None:
    return _Found(missing=[*_default_customer(desk)]) if code(desk.card.default_customer_no) else None


def _of_accounts(desk: _Desk) -> _Found:
    return _Found(advice=[*_accounts(desk)])


def _of_currencies(desk: _Desk) -> _Found:
    found = [*_currencies(desk.countries, desk)]
    return _Found(missing=found) if _books_in_shop_currency(desk.card) else _Found(advice=found)


def _of_codes(desk: _Desk) -> _Found:
    return _Found([*_codes(desk, always=True)], [*_codes(desk, always=False)])


def _of_items(desk: _Desk) -> _Found:
    return _Found(advice=[*_item_card(desk), *_default_item(desk), *_item_prices(desk)])


def _of_countries(desk: _Desk) -> _Found | None:
    if not may_create(desk.card):
        return None
    return _Found(missing=_together(finding for country in desk.countries for finding in _country(country, desk)))


_ASKED: dict[Step, Callable[[_Desk], _Found | None]] = {
    Step.DEFAULT_CUSTOMER: _of_default_customer, Step.ACCOUNTS: _of_accounts, Step.CURRENCIES: _of_currencies,
    Step.CODES: _of_codes, Step.ITEMS: _of_items, Step.COUNTRIES: _of_countries,
}
"""How each is asked; None where there is nothing to ask for."""


def _of_step(step: Step, one: Finding) -> Finding:
    return msgspec.structs.replace(one, step=step)


# What the card names

_ORDERS_OF_ACCOUNT = {
    "refund_account": sentence("an order of which money was given back"),
    "shipping_charges_account": sentence("an order with shipping"),
    "tip_account": sentence("an order with a tip"),
    "sold_gift_card_account": sentence("an order of a gift card"),
    "cash_roundings_account": sentence("an order with a rounding difference"),
    "duties_account": sentence("an order with duties"),
    "additional_fees_account": sentence("an order with additional fees"),
    "channel_tax_account": sentence("an order with tax that the sales channel remits"),
}
_EXPECTED = frozenset((
    "shipping_charges_account", "tip_account", "sold_gift_card_account", "cash_roundings_account"))
"""Accounts that most shops need sooner or later, so that an empty one is told too."""


def _accounts(desk: _Desk) -> Iterator[Finding]:
    """Accounts that are empty or unusable, each with the orders that will miss it."""
    for field, order in _ORDERS_OF_ACCOUNT.items():
        number = getattr(desk.card, field)
        if number or field in _EXPECTED:
            try:
                usable_account(number, caption(field), desk.directory, record=order)
            except RecordRefused as problem:
                yield _finding(problem)


def _codes(desk: _Desk, *, always: bool) -> Iterator[Finding]:
    """Codes of the card that Business Central does not know: those of every order, or of some."""
    record = sentence("every order" if always else "an order")
    asked = [partial(id_of, one.named, one.table, desk.directory, record=record)
             for one in codes_of(desk.card) if one.always is always]
    asked += [partial(property_of, row, desk.directory, record=record) for row in desk.card.document_dimensions
              if always is not bool(row.channel or row.country_region_code)]
    for ask in asked:
        try:
            ask()
        except RecordRefused as problem:
            yield _finding(problem)


def _item_card(desk: _Desk) -> Iterator[Finding]:
    """Whether tariff numbers could be kept, if they are to be."""
    service = desk.card.item_card_service
    problem = check_item_card(desk.bc, service) if service else None
    if problem:
        yield _finding(problem)


def _default_item(desk: _Desk) -> Iterator[Finding]:
    """Whether the item for custom lines is there, if one is named."""
    if not desk.card.default_item_no:
        return
    try:
        named_item(desk.card.default_item_no, caption("default_item_no"), desk.directory,
                   record=sentence("an order with a custom line"))
    except RecordRefused as problem:
        yield _finding(problem)


def _item_prices(desk: _Desk) -> Iterator[Finding]:
    """Whether new items could take prices that include tax, if the shop's do."""
    if not (desk.shop.taxes_included and creates_items(desk.card)):
        return
    plain = rehearsal.rehearse(desk.bc, [rehearsal.trial_item(_template(desk.card))])
    prices = {"priceIncludesTax": True, "unitPrice": 1}
    priced = rehearsal.rehearse(desk.bc, [rehearsal.trial_item(_template(desk.card) | prices)])
    if priced and not plain:
        yield Finding(code="item-price-missing", detail=sentence(
            "New items would have no price: {why}", why=price_group_missing(priced)))


def _books_in_shop_currency(card: ShopCard) -> bool:
    return card.currency_handling is CurrencyHandling.SHOP_CURRENCY


def _currencies(countries: Sequence[str], desk: _Desk) -> Iterator[Finding]:
    """Codes that Business Central lacks, and those without a rate for today."""
    shop = desk.shop
    wanted = [shop.currency_code] if _books_in_shop_currency(desk.card) else shop.enabled_presentment_currencies
    codes = []
    for iso in wanted:
        try:
            order = sentence("an order in {currency}", currency=iso)
            codes.append(currency_code(iso, desk.card, desk.directory, record=order))
        except RecordRefused as problem:
            yield _finding(problem)
    foreign = [one for one in codes if one != desk.directory.local_currency]
    buyer = _good_buyer(countries, desk) if foreign else None
    refused = [_try(buyer, [], desk, currency) for currency in foreign] if buyer else []
    yield from map(_finding, filter(None, refused))


def _good_buyer(countries: Sequence[str], desk: _Desk) -> _Buyer | None:
    """The first buyer that an order is taken for in local currency."""
    buyers = [_Buyer(code(desk.card.default_customer_no))] if desk.card.default_customer_no else []
    buyers += [_new_buyer(country, desk.card) for country in countries]
    return next((buyer for buyer in buyers if _try(buyer, [], desk) is None), None)


# Orders


def _default_customer(desk: _Desk) -> Iterator[Finding]:
    number = code(desk.card.default_customer_no)
    if not number:
        return
    if desk.directory.customer_by_number(number) is None:
        yield Finding(code="customer-missing", detail=sentence(
            "{setting} {number} is not in Business Central.", setting=caption("default_customer_no"), number=number))
        return
    yield from _refusals(_Buyer(number), desk)


def _country(country: str, desk: _Desk) -> Iterator[Finding]:
    """Whether an order of a customer from there, made by our rules, would be taken."""
    problem = check_country(country, desk.card, desk.directory)
    if problem:
        yield Finding(code="country-unknown", countries=(country,), detail=sentence(
            "The shop ships to {country}: {problem}", country=country, problem=problem))
        return
    yield from _refusals(_new_buyer(country, desk.card), desk)


def _new_buyer(country: str, card: ShopCard) -> _Buyer:
    return _Buyer(rehearsal.CUSTOMER, (rehearsal.trial_customer(wanted_country(country, card)),), (country,))


def _refusals(buyer: _Buyer, desk: _Desk) -> Iterator[Finding]:
    """All lines at once; if that is refused the header alone, and if that is taken line by line."""
    lines = _lines(desk)
    if _try(buyer, lines, desk) is None:
        return
    header = _try(buyer, [], desk)
    problems = [header] if header else [_try(buyer, [line], desk) for line in lines]
    yield from (_finding(problem, buyer.countries) for problem in problems if problem)


def _finding(problem: ConnectorError, countries: tuple[str, ...] = ()) -> Finding:
    return Finding(code=problem.code, detail=rehearsal.without_trial_numbers(problem.sentence), countries=countries)


def _try(buyer: _Buyer, lines: Sequence[Body], desk: _Desk, currency: str = "") -> ConnectorError | None:
    """What Business Central says to an order of this buyer, None if it would take it."""
    items = [rehearsal.trial_item(_template(desk.card))] if any(_is_new(line) for line in lines) else []
    currency = currency or desk.directory.local_currency
    order = rehearsal.trial_order(buyer.number, currency, desk.today, lines)
    return rehearsal.rehearse(desk.bc, [*buyer.first, *items, order])


def _lines(desk: _Desk) -> list[Body]:
    """A line for each way an order can be booked: an item per posting group, a new item, each usable account."""
    lines = [rehearsal.trial_line("Item", number) for number in _item_of_each_group(desk)]
    if creates_items(desk.card):
        lines.append(rehearsal.trial_line("Item", rehearsal.ITEM))
    return lines + [rehearsal.trial_line("Account", number) for number in _usable_accounts(desk)]


def _item_of_each_group(desk: _Desk) -> list[str]:
    groups: dict[str, str] = {}
    for row in desk.bc.rows("items", select="number,generalProductPostingGroupCode,blocked"):
        if not row.get("blocked"):
            groups.setdefault(row.get("generalProductPostingGroupCode") or "", row["number"])
    return list(groups.values())[:_MOST_GROUPS]


def _usable_accounts(desk: _Desk) -> list[str]:
    card = desk.card
    numbers = [card.shipping_charges_account, card.tip_account, card.sold_gift_card_account]
    numbers += [row.number for row in card.shipping_charges if row.type is ChargeType.ACCOUNT]
    accounts = (desk.directory.account(number) for number in dict.fromkeys(numbers) if number)
    return [one.number for one in accounts if one and one.direct_posting and not one.blocked]


def _template(card: ShopCard) -> Body:
    template = card.item_template
    return {
        "baseUnitOfMeasureCode": code(template.base_unit_of_measure),
        "generalProductPostingGroupCode": code(template.general_product_posting_group),
        "inventoryPostingGroupCode": code(template.inventory_posting_group),
    }


def _is_new(line: Body) -> bool:
    return bool(line["lineObjectNumber"] == rehearsal.ITEM)


def _together(findings: Iterator[Finding]) -> list[Finding]:
    """Equal findings of several countries as one."""
    found: dict[tuple[str, str], Finding] = {}
    for one in findings:
        before = found.get((one.code, str(one.detail)))
        found[one.code, str(one.detail)] = msgspec.structs.replace(
            one, countries=before.countries + one.countries) if before else one
    return list(found.values())
