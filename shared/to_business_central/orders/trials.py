"""Would orders like the latest ones be booked right? One order is tried for each country and each set of tax rates.

Tried are orders from the captures, as a run would send them but without what they say of people, and for each row of
Customer Setup by Country/Region its customers and its tax groups. Each goes into a batch that is rolled back and
answers with the tax that Business Central reckons (rehearsal.py), which is compared as that of a document. Border:
reads captures, links and Business Central, never Shopify.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import NamedTuple

import msgspec

from shared.business_central import rehearsal
from shared.business_central.client import BatchRequest, BusinessCentral
from shared.business_central.directory import Directory
from shared.business_central.plan import Body, LineTax, SalesOrderPlan
from shared.connector import Connector
from shared.errors import ConnectorError, RecordRefused
from shared.journal.capture_list import latest_records
from shared.mapping.addresses import wanted_country
from shared.mapping.buyers import country_of, setup_of
from shared.mapping.card_codes import CardCode, tax_group_of
from shared.mapping.tax_areas import tax_of_country
from shared.mapping.text import code
from shared.shopify.reading import Record, kept_record
from shared.shopify.records import Address, Order
from shared.shops.card import CountrySetup, ShopCard
from shared.shops.card_fields import part
from shared.stores.links import Link
from shared.sync.rehearsing import rehearsing
from shared.texts import NOTHING, Sentence, as_said, sentence
from shared.to_business_central.orders.asking import decide, with_plans
from shared.to_business_central.orders.decision import Known, terms_of
from shared.to_business_central.orders.tax_groups import with_tax_group
from shared.to_business_central.orders.taxes import channel_remits

MOST_TRIALS = 30
_LATEST = 200
_LONGEST = 90
"""Lines of an order that is tried: one request takes a hundred operations and a hundred lines."""
_PRICE = Decimal(100)


class OrderTrial(msgspec.Struct, frozen=True, kw_only=True):
    """What orders of one kind would come to.

    country  Shopify's two-letter code of the country they are delivered to, "" where no address says one
    rates    Shopify's tax rates of their lines, in per cent
    tried    what stood for them: an order (#1001), or a field of the shop card
    right    whether they would be booked as Shopify charged them; `code` and `detail` say what is wrong otherwise
    """

    country: str
    rates: list[str]
    tried: Sentence
    right: bool
    code: str = ""
    detail: Sentence = NOTHING


class Desk(NamedTuple):
    """What a trial needs."""

    connector: Connector
    card: ShopCard
    bc: BusinessCentral
    directory: Directory


class _Kind(NamedTuple):
    """Orders that are booked alike."""

    country: str
    row: str
    rates: tuple[str, ...]
    exempt: bool
    of_company: bool
    taxes_included: bool
    channel_remits: bool
    problem: str = ""


def try_orders(desk: Desk) -> list[OrderTrial]:
    """One result for each kind of order in use, and each row of the card; nothing of them stays."""
    return list(islice(chain(_of_rows(desk), _of_captures(desk)), MOST_TRIALS))


# Orders that came in


def _of_captures(desk: Desk) -> Iterator[OrderTrial]:
    met = set[_Kind]()
    for raw in latest_records(desk.connector.captures, desk.card.code, "orders", _LATEST):
        record = kept_record("orders", raw)
        order = record.value
        if not isinstance(order, Order) or len(order.line_items.nodes) > _LONGEST:
            continue
        planned = _planned(record, desk)
        if planned is None or (kind := _kind(order, planned, desk)) in met:
            continue
        met.add(kind)
        problem = planned if isinstance(planned, RecordRefused) else _try(order, planned, desk)
        yield _result(kind.country, list(kind.rates), as_said(order.name), problem)


def _planned(record: Record, desk: Desk) -> SalesOrderPlan | RecordRefused | None:
    """The order's plan, why there can be none, or None where nothing is to be booked.

    It is decided as on a new order that somebody wants in any case.
    """
    around = rehearsing(desk.connector, desk.card, desk.bc, desk.directory)
    wanted = Known(record, Link(id=record.id, wish=around.wish), document=False)
    (planned,) = with_plans([wanted], around, _TrialCustomer())
    card = msgspec.structs.replace(desk.card, auto_create_sales_documents=True)
    decision = decide(planned, terms_of(around)._replace(card=card)).decision
    if decision.problems:
        return RecordRefused(decision.problems[0].code, decision.problems[0].sentence)
    return decision.plan.plan if decision.plan else None


class _TrialCustomer:
    """Stands for every customer that a run would create (order_plans.TakingIn)."""

    def matched(self, found: Mapping[str, str]) -> None:
        """Nothing is remembered."""

    def customers(
        self, ids: Sequence[str], addresses: Callable[[str], Iterable[Address | None]]
    ) -> Mapping[str, ConnectorError | str]:
        return dict.fromkeys(ids, rehearsal.CUSTOMER)

    def companies(self, ids: Sequence[str]) -> Mapping[str, ConnectorError | str]:
        return dict.fromkeys(ids, rehearsal.CUSTOMER)


def _try(order: Order, plan: SalesOrderPlan, desk: Desk) -> ConnectorError | None:
    address = order.billing_address or order.shipping_address
    customer = str(plan.header["customerNumber"])
    setup = desk.card.setup_of(address.country_code_v2, address.province_code) if address else desk.card.setup_of("")
    first = _new_customer(setup, customer, order.tax_exempt, desk)
    operations = [*first, rehearsal.trial_of(plan, customer)]
    return rehearsal.rehearse_order(desk.bc, operations, plan)


def _new_customer(setup: CountrySetup, number: str, exempt: bool, desk: Desk) -> list[BatchRequest]:
    """What makes the trial's customer, as one from this country would be created; [] for one that exists."""
    if number != rehearsal.CUSTOMER:
        return []
    country = wanted_country(setup.country_region_code, desk.card)
    return [rehearsal.trial_customer(country, tax_of_country(setup, exempt=exempt))]


def _kind(order: Order, planned: SalesOrderPlan | RecordRefused, desk: Desk) -> _Kind:
    refused = planned.code if isinstance(planned, RecordRefused) else ""
    rates = () if isinstance(planned, RecordRefused) else _rates(planned)
    return _Kind(country_of(order), setup_of(order, desk.card).key, rates, order.tax_exempt, order.company is not None,
                 order.taxes_included, channel_remits(order), refused)


def _rates(plan: SalesOrderPlan) -> tuple[str, ...]:
    percents = {tax.percent for line, tax in zip(plan.lines, plan.taxes, strict=True)
                if tax and tax.percent is not None and line["lineType"] != "Comment"}
    return tuple(f"{percent.normalize():f}" for percent in sorted(percents))


# Rows of Customer Setup by Country/Region


def _of_rows(desk: Desk) -> Iterator[OrderTrial]:
    item = next((str(row["number"]) for row in desk.bc.rows("items", select="number,blocked")
                 if not row.get("blocked")), "")
    for row in desk.card.customer_setup_by_country_region:
        for field in ("default_customer_no", "tax_exempt_customer_no"):
            if number := getattr(row, field):
                tried = sentence("{part} of {field}", part=part(field), field=row.name)
                yield _result(row.country_region_code, [], tried, _customer(number, item, desk))
        for rate in row.tax_groups:
            named = tax_group_of(row, rate)
            yield _result(row.country_region_code, [rate], named.setting, _group(row, rate, named, item, desk))


def _customer(number: str, item: str, desk: Desk) -> ConnectorError | None:
    """Whether the customer is there and an order of it would be taken; its tax shows with orders that came in."""
    if desk.directory.customer_by_number(number) is None:
        return RecordRefused("customer-missing", sentence(
            "{what!c} is not in Business Central.", what=sentence("customer {number}", number=number)))
    today = desk.connector.clock.now().date()
    order = rehearsal.trial_order(code(number), desk.directory.local_currency, today, _line(item))
    return rehearsal.rehearse(desk.bc, [order])


def _group(row: CountrySetup, rate: str, named: CardCode, item: str, desk: Desk) -> ConnectorError | None:
    """Whether the group has the rate it is named for, with the customer that such orders have."""
    percent, record = Decimal(rate), sentence("an order delivered to {place}", place=row.key)
    try:
        lines = [with_tax_group(line, named, desk.directory, record=record) for line in _line(item)]
    except RecordRefused as problem:
        return problem
    _, default = row.customer(tax_exempt=False)
    number = code(default or desk.card.default_customer_no) or rehearsal.CUSTOMER
    header = {"customerNumber": number, "currencyCode": desk.directory.local_currency, "pricesIncludeTax": False,
              "orderDate": desk.connector.clock.now().date().isoformat()}
    plan = SalesOrderPlan(
        rehearsal.ORDER, header, tuple(lines), _PRICE + percent, "", Decimal(0), order_name=record,
        taxes=tuple(LineTax(percent, 1, percent) for _ in lines))
    first = _new_customer(row, number, False, desk)
    return rehearsal.rehearse_order(desk.bc, [*first, rehearsal.trial_of(plan, number)], plan)


def _line(item: str) -> list[Body]:
    return [{**rehearsal.trial_line("Item", item), "unitPrice": _PRICE, "discountAmount": Decimal(0)}] if item else []


def _result(country: str, rates: list[str], tried: Sentence, problem: ConnectorError | None) -> OrderTrial:
    if problem is None:
        return OrderTrial(country=country, rates=rates, tried=tried, right=True)
    return OrderTrial(country=country, rates=rates, tried=tried, right=False, code=problem.code,
                      detail=rehearsal.without_trial_numbers(problem.sentence))
