"""Who buys is taken in before the order, whatever the import range says: a run does it, a dry run tells it.

Both read the records, find those whose customer is gone, decide and hand the planner a number or the reason why there
is none; they differ only in what is done with a decision. Border: deciding is the business of customers and companies.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

from shared.business_central.operations import Operation
from shared.errors import ConnectorError
from shared.record_names import one_called
from shared.shopify.reading import Record
from shared.shopify.records import Address
from shared.stores.links import Link
from shared.sync.context import JobContext
from shared.sync.decision import RESULT, Surroundings
from shared.sync.outcome import Outcome, attempt, parked
from shared.sync.page import apply_page
from shared.sync.record_type import RecordType
from shared.sync.restoring import without_gone
from shared.to_business_central.companies import apply as companies
from shared.to_business_central.customers import apply as customers
from shared.to_business_central.customers.apply import Decide
from shared.to_business_central.customers.decision import CustomerDecision

T = TypeVar("T")
R = TypeVar("R")
Apply = Callable[[Sequence[Record], Mapping[str, Link]], list[Outcome]]


class Way(Protocol):
    """What is done about those who buy."""

    @property
    def around(self) -> Surroundings:
        """By what it is decided."""
        ...

    def matched(self, found: Mapping[str, str]) -> None:
        """Customers (Shopify id -> number) that orders were matched with."""
        ...

    def page(self, one: RecordType, ids: Sequence[str], apply: Apply) -> None:
        """Read these records and apply them as a page of their own."""
        ...

    def side_by_side(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`work` on every item; results in order."""
        ...

    def carried_out(self, decision: CustomerDecision) -> Outcome:
        """What becomes of one."""
        ...


class BuyersFirst:
    """TakingIn of the planner, in one way or the other."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def matched(self, found: Mapping[str, str]) -> None:
        """Customers (Shopify id -> number) that orders were matched with."""
        self._way.matched(found)

    def customers(
        self, ids: Sequence[str], addresses: Callable[[str], Iterable[Address | None]]
    ) -> Mapping[str, ConnectorError | str]:
        """Shopify id -> the customer's number, or why there is none; one without an address gets the first of
        `addresses`, which gives those of a customer's orders."""
        return self._taken_in(customers.TYPE, ids, customers.decider_of_needed(self._way.around, addresses))

    def companies(self, ids: Sequence[str]) -> Mapping[str, ConnectorError | str]:
        """The same of companies."""
        return self._taken_in(companies.TYPE, ids, companies.decider_of_needed(self._way.around))

    def _taken_in(self, one: RecordType, ids: Sequence[str], decide: Decide) -> Mapping[str, ConnectorError | str]:
        results: dict[str, ConnectorError | str] = {}
        refused: dict[str, ConnectorError] = {}

        def carried_out(record: Record, link: Link) -> Outcome:
            decision = decide(record, link)
            if decision.problems:
                refused[record.id] = decision.problems[0]
            return self._way.carried_out(decision)

        def applied(record: Record, link: Link) -> Outcome:
            done = attempt(one_called(one.name, record.id), lambda: carried_out(record, link))
            return parked(link, done) if isinstance(done, ConnectorError) else done

        def apply(records: Sequence[Record], links: Mapping[str, Link]) -> list[Outcome]:
            self._way.around.directory.expect(partial(decide, record, links[record.id]) for record in records)
            outcomes = self._way.side_by_side(lambda record: applied(record, links[record.id]), records)
            results.update({o.link.id: o.problem or refused.get(o.link.id) or o.link.bc_number for o in outcomes})
            return outcomes

        if ids:
            self._way.page(one, ids, apply)
        return results


class InThisRun:
    """They are created and linked now; who was erased and buys again is back."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    @property
    def around(self) -> Surroundings:
        """The run's."""
        return self._context

    def matched(self, found: Mapping[str, str]) -> None:
        """Later changes follow them."""
        customers.link_found(found, self._context)

    def page(self, one: RecordType, ids: Sequence[str], apply: Apply) -> None:
        """As every page of a run."""
        self._context.redacted.lift(one.name, ids)
        needed = RecordType(one.name, lambda records, links, _: apply(records, links), one.decided, one.gone)
        apply_page(needed, self._context.named(one.name, ids), self._context, again=True)

    def side_by_side(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """In the run's lanes."""
        return self._context.side_by_side(work, items)

    def carried_out(self, decision: CustomerDecision) -> Outcome:
        """In Business Central."""
        return customers.carried_out(decision, self._context)


class Rehearsal:
    """It is only said what would be sent: `operations`, in order."""

    def __init__(self, around: Surroundings) -> None:
        self.operations: list[Operation] = []
        self.around = around

    def matched(self, found: Mapping[str, str]) -> None:
        """Nothing is remembered."""

    def page(self, one: RecordType, ids: Sequence[str], apply: Apply) -> None:
        """Nothing is captured, counted or linked."""
        records = [record for record in self.around.named(one.name, ids) if record.value is not None]
        links = without_gone(one.gone, records, self.around.links(one.name).of(ids), self.around)
        apply(records, {record.id: links.get(record.id, Link(id=record.id)) for record in records})

    def side_by_side(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """One after another, so that the operations are in order."""
        return list(map(work, items))

    def carried_out(self, decision: CustomerDecision) -> Outcome:
        """The number that it has, or would get."""
        self.operations += decision.operations
        if decision.plan is None:
            return decision.outcome
        return Outcome(decision.link.with_(bc_number=decision.plan.number), RESULT[decision.what])
