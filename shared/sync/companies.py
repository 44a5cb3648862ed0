"""Companies: Shopify's B2B companies into Business Central's customers."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import ConnectorError
from shared.mapping.companies import company_plan, may_create_company, wants_company
from shared.shopify.kinds import Kind
from shared.shopify.reading import Record
from shared.shopify.records import Company
from shared.stores.links import Link, LinkState
from shared.sync import customers
from shared.sync.context import JobContext
from shared.sync.customers import carry_out, present_numbers
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.page import apply_page

KIND: Kind = "companies"


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring changed companies into Business Central as far as the shop card wants them."""

    def one(record: Record) -> Outcome:
        link = links[record.number]
        known = link.state is LinkState.APPLIED
        restored = link.state is LinkState.LOST and may_create_company(context.card)
        if restored or wants_company(context.card, linked=known):
            return _apply_one(record, link, context)
        return Outcome(link if known else link.with_(state=LinkState.LEFT_OUT),
                       Result.UNCHANGED if known else Result.LEFT_OUT)

    return context.side_by_side(one, records)


def bring_in(numbers: Sequence[int], context: JobContext) -> Mapping[int, ConnectorError | str]:
    """Take in companies that an order needs, whatever the import range says about others.

    Shopify id -> the customer's number in Business Central, or the reason why there is none.
    """
    results: dict[int, ConnectorError | str] = {}

    def needed(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
        outcomes = context.side_by_side(lambda r: _apply_one(r, links[r.number], context), records)
        results.update({o.link.number: o.problem or o.link.bc_number for o in outcomes})
        return outcomes

    if numbers:
        apply_page(KIND, needed, context.named(KIND, numbers), context, again=True)
    return results


def _apply_one(record: Record, link: Link, context: JobContext) -> Outcome:
    done = attempt(f"company {record.number}", lambda: _carry_out(record, link, context))
    return parked(link, done) if isinstance(done, ConnectorError) else done


def _carry_out(record: Record, link: Link, context: JobContext) -> Outcome:
    company = record.value
    assert isinstance(company, Company)
    linked = context.directory.customer_by_id(link.bc_id)
    people = present_numbers(context.links(customers.KIND), context.directory)
    return carry_out(company_plan(company, context.card, context.directory, linked, people), link, context)
