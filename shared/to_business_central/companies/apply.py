"""Companies: Shopify's B2B companies into Business Central's customers."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from shared.shopify.reading import Record
from shared.shopify.records import Company
from shared.stores.links import Link
from shared.sync.context import JobContext
from shared.sync.decision import Surroundings
from shared.sync.outcome import Outcome
from shared.sync.record_type import RecordType
from shared.to_business_central.companies.decision import decide_company, decide_needed_company
from shared.to_business_central.customers import apply as customers
from shared.to_business_central.customers.apply import Decide, applied, gone, present_numbers
from shared.to_business_central.customers.decision import CustomerDecision

NAME: str = "companies"


def apply(records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> list[Outcome]:
    """Bring changed companies into Business Central as far as the shop card wants them."""
    decide = decider(context)
    context.directory.expect(partial(decide, record, links[record.id]) for record in records)
    return context.side_by_side(
        lambda record: applied(NAME, links[record.id], decide, record, context), records)


def decided(record: Record, link: Link, around: Surroundings) -> CustomerDecision:
    """What happens to this company."""
    return decider(around)(record, link)


def decider(around: Surroundings) -> Decide:
    """Decides on companies that changed."""
    people = present_numbers(around.links(customers.NAME), around.directory)
    return lambda record, link: decide_company(_company_of(record), link, around.card, around.directory, people)


def decider_of_needed(around: Surroundings) -> Decide:
    """Decides on companies that an order needs."""
    people = present_numbers(around.links(customers.NAME), around.directory)
    return lambda record, link: decide_needed_company(_company_of(record), link, around.card, around.directory, people)


def _company_of(record: Record) -> Company:
    assert isinstance(record.value, Company)
    return record.value


TYPE = RecordType(NAME, apply, decided, gone, needs=frozenset({customers.NAME}))
