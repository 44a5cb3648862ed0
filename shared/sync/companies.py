"""Companies: Shopify's B2B companies into Business Central's customers."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import ConnectorError
from shared.mapping.companies import company_plan
from shared.shopify.reading import Record
from shared.shopify.records import Company
from shared.sync.context import JobContext
from shared.sync.customers import carry_out
from shared.sync.links import Link
from shared.sync.outcome import Outcome, attempt, parked


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring changed companies into Business Central."""

    def one(record: Record) -> Outcome:
        link = links[record.number]
        done = attempt(f"company {record.number}", lambda: _carry_out(record, link, context))
        return parked(link, done) if isinstance(done, ConnectorError) else done

    return context.side_by_side(one, records)


def _carry_out(record: Record, link: Link, context: JobContext) -> Outcome:
    company = record.value
    assert isinstance(company, Company)
    linked = context.directory.customer_by_id(link.bc_id)
    return carry_out(company_plan(company, context.card, context.directory, linked), link, context)
