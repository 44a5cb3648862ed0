"""Customers, items and variants written to the simulated Business Central, with all that can go wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest

from local.business_central.server import BusinessCentral as Simulator
from shared.business_central.client import BusinessCentral, RowGone
from shared.business_central.executor import (
    change_row,
    create_customer,
    create_item,
    create_variant,
)
from shared.errors import RecordRefused, ServiceUnavailable
from tests.integration.business_central.scripted_server import DROP, ScriptedServer, says

MARIE = {"number": "S7203115001", "displayName": "Marie Curie", "country": "FR"}


def an_answer_lost(simulator: Simulator, method: str, entity: str, times: int = 1) -> None:
    simulator.control.add_fault(kind="drop_response_after_commit", method=method, entity=entity, times=times)


def posts(simulator: Simulator, entity: str) -> int:
    return simulator.stats.by_entity[entity]["POST"]


# Customers, items, variants


def test_a_customer_is_created(company: BusinessCentral) -> None:
    row = create_customer(company, {**MARIE, "email": "marie@example.org"})

    assert (row.number, row.display_name, row.email, row.blocked) == (
        "S7203115001", "Marie Curie", "marie@example.org", "",
    )  # fmt: skip


def test_a_customer_who_exists_already_is_adopted(company: BusinessCentral, simulator: Simulator) -> None:
    first = create_customer(company, MARIE)

    again = create_customer(company, MARIE)

    assert again == first


def test_a_customer_of_another_who_has_the_number_is_not_adopted(company: BusinessCentral) -> None:
    create_customer(company, MARIE | {"displayName": "Somebody Else SA"})

    with pytest.raises(RecordRefused) as refused:
        create_customer(company, MARIE)

    assert refused.value.code == "number-taken"


def test_a_customer_whose_answer_was_lost_is_adopted_although_the_replica_lags(
    company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.faults.replica_lag = 60
    an_answer_lost(simulator, "POST", "customers")

    row = create_customer(company, MARIE)

    assert row.number == "S7203115001"
    assert posts(simulator, "customers") == 1


def test_a_customer_who_was_not_stored_is_created_again(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.control.add_fault(kind="html", status=502, method="POST", entity="customers", times=2)

    row = create_customer(company, MARIE)

    assert row.number == "S7203115001"


def test_a_customer_who_cannot_be_stored_is_left_for_a_later_run(
    company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.control.add_fault(kind="html", status=502, method="POST", entity="customers", times=None)

    with pytest.raises(ServiceUnavailable) as gone:
        create_customer(company, MARIE)

    assert gone.value.code == "bc-unavailable"


def test_an_item_and_its_variant_are_created_and_adopted(company: BusinessCentral) -> None:
    body = {"number": "sku-1", "displayName": "Chair", "unitPrice": Decimal("59.90")}
    variant = {"itemNumber": "sku-1", "code": "red", "description": "Red"}

    item, again = create_item(company, body), create_item(company, body)
    first, second = create_variant(company, variant), create_variant(company, variant)

    assert again == item
    assert (item.number, item.unit_price) == ("SKU-1", Decimal("59.90"))
    assert second.id == first.id
    assert (first.item_number, first.code) == ("SKU-1", "RED")


def test_an_unknown_country_is_named(company: BusinessCentral) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_customer(company, {**MARIE, "country": "XX"})

    assert refused.value.code == "country-unknown"
    assert "XX" in refused.value.detail


def test_a_customer_is_looked_up_in_capitals_as_business_central_keeps_numbers(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(DROP, says({"value": [{"id": "1", "number": "SKU-1"}]}))

    create_item(bc, {"number": "sku-1"})

    assert "'SKU-1'" in unquote(server.requests[1].path)


def test_an_item_without_number_cannot_be_looked_up_and_is_left_for_a_later_run(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(*[DROP] * 4)

    with pytest.raises(ServiceUnavailable):
        create_item(bc, {"displayName": "Chair"})


def test_four_threads_write_at_once_and_everything_is_counted(
    company: BusinessCentral, simulator: Simulator
) -> None:
    with ThreadPoolExecutor(4) as threads:
        numbers = [f"S{n}" for n in range(40)]
        rows = list(threads.map(lambda number: create_customer(company, {**MARIE, "number": number}), numbers))

    assert [row.number for row in rows] == numbers
    assert (company.calls, company.writes) == (40, 40) == (simulator.stats.calls, simulator.stats.writes)


# Changes


def test_only_what_differs_is_sent(company: BusinessCentral, simulator: Simulator, exchanges: list[Any]) -> None:
    row = create_customer(company, {**MARIE, "city": "Paris"})

    changed = change_row(company, "customers", row.id, {"city": "Lyon", "displayName": "Marie Curie"})

    assert changed
    assert exchanges[-1].request == '{"city":"Lyon"}'


def test_an_equal_row_costs_no_write(company: BusinessCentral, simulator: Simulator) -> None:
    row = create_item(company, {"number": "SKU-1", "displayName": "Chair", "unitPrice": Decimal("59.90")})
    simulator.stats.reset()

    changed = change_row(company, "items", row.id, {"displayName": " Chair ", "unitPrice": Decimal("59.9")})

    assert not changed
    assert simulator.stats.writes == 0


def test_a_row_changed_by_somebody_else_meanwhile_is_read_again(
    company: BusinessCentral, simulator: Simulator
) -> None:
    row = create_customer(company, MARIE)
    etag = (company.read("customers", row.id, fresh=True) or {})["@odata.etag"]
    simulator.control.change("customers", row.number, {"city": "Paris"})
    stale = _FirstReadIsStale(company, etag)

    assert change_row(stale, "customers", row.id, {"phoneNumber": "+33 1"})  # type: ignore[arg-type]

    stored = simulator.control.row("customers", row.number)
    assert (stored["city"], stored["phoneNumber"]) == ("Paris", "+33 1")
    assert stale.reads == 2


class _FirstReadIsStale:
    """The real client, whose first read came just before somebody else's change."""

    def __init__(self, bc: BusinessCentral, etag: str) -> None:
        self.bc, self.etag, self.reads = bc, etag, 0

    def read(self, *args: Any, **options: Any) -> Any:
        self.reads += 1
        row = self.bc.read(*args, **options) or {}
        return {**row, "@odata.etag": self.etag} if self.reads == 1 else row

    def change(self, *args: Any) -> Any:
        return self.bc.change(*args)


def test_a_change_whose_answer_was_lost_is_made_once(company: BusinessCentral, simulator: Simulator) -> None:
    row = create_customer(company, MARIE)
    an_answer_lost(simulator, "PATCH", "customers")

    assert change_row(company, "customers", row.id, {"city": "Lyon"})

    assert simulator.control.row("customers", row.number)["city"] == "Lyon"


def test_a_row_that_was_deleted_is_gone(company: BusinessCentral, simulator: Simulator) -> None:
    row = create_customer(company, MARIE)
    simulator.control.remove("customers", row.number)

    with pytest.raises(RowGone):
        change_row(company, "customers", row.id, {"city": "Lyon"})
