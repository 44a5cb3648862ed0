"""Plans carried out in the simulated Business Central, with everything that can go wrong on the way."""

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
    create_sales_order,
    create_variant,
    remove_sales_order,
    settle_total,
)
from shared.business_central.lookup import find_sales_documents
from shared.business_central.rows import SalesDocument
from shared.errors import OutcomeUnknown, RecordRefused, ServiceUnavailable
from shared.mapping.plan import Body, SalesOrderPlan
from tests.integration.business_central.scripted_server import DROP, ScriptedServer, says
from tests.manual_clock import ManualClock

MARIE = {"number": "S7203115001", "displayName": "Marie Curie", "country": "FR"}
ORDER = "SHP-5001"
DESK = {"lineType": "Item", "lineObjectNumber": "1000", "quantity": 1, "unitPrice": Decimal("100.00")}
LAMP_BLOCKED = {"lineType": "Item", "lineObjectNumber": "1900", "quantity": 1}


def a_plan(
    *lines: Body,
    total: str = "120.00",
    header: Body | None = None,
    rounding_account: str = "658000",
    tolerance: str = "0.05",
) -> SalesOrderPlan:
    """An order of one desk, 100.00 net and 120.00 with VAT, unless told otherwise."""
    return SalesOrderPlan(
        external_document_number=ORDER,
        header=header or {"customerNumber": "C-WEB", "externalDocumentNumber": ORDER},
        lines=lines or (DESK,),
        expected_total=Decimal(total),
        rounding_account=rounding_account,
        rounding_tolerance=Decimal(tolerance),
    )


def an_answer_lost(simulator: Simulator, method: str, entity: str, times: int = 1) -> None:
    simulator.control.add_fault(kind="drop_response_after_commit", method=method, entity=entity, times=times)


def orders(simulator: Simulator) -> list[dict[str, Any]]:
    return simulator.control.orders(ORDER)


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


# Sales orders


def test_an_order_is_one_post_with_all_its_lines(company: BusinessCentral, simulator: Simulator) -> None:
    document = create_sales_order(company, a_plan(DESK, DESK))

    [order] = orders(simulator)
    assert document == SalesDocument(order["id"], order["number"], "salesOrders", Decimal("240.00"))
    assert len(order["salesOrderLines"]) == 2
    assert simulator.stats.calls == 1


def test_an_order_of_250_lines_keeps_them_all_in_order(company: BusinessCentral, simulator: Simulator) -> None:
    lines = tuple({**DESK, "description": f"Desk {n}"} for n in range(250))

    document = create_sales_order(company, a_plan(*lines))

    [order] = orders(simulator)
    assert [line["description"] for line in order["salesOrderLines"]] == [f"Desk {n}" for n in range(250)]
    assert document.total_amount_including_tax == Decimal("30000.00")
    assert simulator.stats.calls == 4


def test_a_long_order_with_a_blocked_item_at_its_end_leaves_nothing_behind(
    company: BusinessCentral, simulator: Simulator
) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(*[DESK] * 120, LAMP_BLOCKED))

    assert refused.value.code == "item-blocked"
    assert "1900" in refused.value.detail
    assert orders(simulator) == []


def test_a_refused_line_leaves_no_half_document(company: BusinessCentral, simulator: Simulator) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(DESK, LAMP_BLOCKED))

    assert refused.value.code == "item-blocked"
    assert orders(simulator) == []


def test_an_order_whose_answer_was_lost_is_found_and_not_sent_again(
    company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.faults.replica_lag = 60
    an_answer_lost(simulator, "POST", "salesOrders")

    with pytest.raises(OutcomeUnknown):
        create_sales_order(company, a_plan())
    found = find_sales_documents(company, [ORDER]).get(ORDER)

    [order] = orders(simulator)
    assert found == SalesDocument(order["id"], order["number"], "salesOrders", Decimal("120.00"))
    assert posts(simulator, "salesOrders") == 1


def test_an_order_that_was_not_stored_is_found_nowhere(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.control.add_fault(kind="drop_request", method="POST", entity="salesOrders")

    with pytest.raises(OutcomeUnknown):
        create_sales_order(company, a_plan())

    assert find_sales_documents(company, [ORDER]) == {}


@pytest.mark.parametrize("retry_after", [None, 7])
def test_an_overloaded_service_gets_the_order_once_it_answers(
    retry_after: int | None, company: BusinessCentral, simulator: Simulator, clock: ManualClock
) -> None:
    simulator.control.add_fault(
        kind="status", status=429, retry_after=retry_after, method="POST", entity="salesOrders", times=3
    )

    create_sales_order(company, a_plan())

    assert len(orders(simulator)) == 1
    assert len(clock.sleeps) == 3
    assert retry_after is None or all(7 <= wait <= 8 for wait in clock.sleeps)


def test_a_lock_is_waited_for(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.control.add_fault(kind="lock", method="POST", entity="salesOrders", times=2)

    create_sales_order(company, a_plan())

    assert len(orders(simulator)) == 1


def test_a_french_company_answers_us_in_english_since_we_ask_for_it(
    company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.faults.french = True

    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(header={"customerNumber": "C00107"}))

    assert refused.value.code == "posting-group-missing"
    assert refused.value.detail == "Customer C00107 has no Gen. Bus. Posting Group."


def test_our_own_customer_from_a_country_without_rule_lacks_a_template(company: BusinessCentral) -> None:
    create_customer(company, {**MARIE, "country": "CH"})

    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(header={"customerNumber": MARIE["number"]}))

    assert refused.value.code == "customer-template-missing"
    assert MARIE["number"] in refused.value.detail


@pytest.mark.parametrize(
    ("header", "line", "code", "named"),
    [
        ({"customerNumber": "C404"}, DESK, "customer-missing", "C404"),
        ({"currencyCode": "XXX"}, DESK, "currency-unknown", "XXX"),
        ({"currencyCode": "NOK", "orderDate": "2026-03-10"}, DESK, "currency-unknown", "NOK, date 2026-03-10"),
        ({}, {**DESK, "lineObjectNumber": "4711"}, "item-not-found", "4711"),
        ({}, {"lineType": "Account", "lineObjectNumber": "999999"}, "account-missing", "999999"),
        ({}, {"lineType": "Account", "lineObjectNumber": "707000"}, "account-missing", "707000"),
        ({"nonsense": 1}, DESK, "bc-request-invalid", "nonsense"),
    ],
    ids=["customer", "currency", "rate", "item", "account", "account without direct posting", "property"],
)  # fmt: skip
def test_what_is_missing_is_named(
    header: Body, line: Body, code: str, named: str, company: BusinessCentral, simulator: Simulator
) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(line, header={"customerNumber": "C-WEB", **header}))

    assert refused.value.code == code
    assert named in refused.value.detail
    assert orders(simulator) == []


def test_a_blocked_customer_is_named(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.control.change("customers", "C-WEB", {"blocked": "All"})

    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan())

    assert refused.value.code == "customer-blocked"
    assert "C-WEB" in refused.value.detail


def test_of_two_orders_with_one_key_the_first_is_taken_and_a_warning_given(
    company: BusinessCentral, caplog: pytest.LogCaptureFixture
) -> None:
    first = create_sales_order(company, a_plan())
    second = create_sales_order(company, a_plan())

    assert find_sales_documents(company, [ORDER]) == {ORDER: first}
    assert second.number in caplog.text


def test_the_first_is_the_first_by_number_whatever_order_they_come_in(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(says({"value": [
        {"id": "b", "number": "SO2", "externalDocumentNumber": ORDER},
        {"id": "a", "number": "SO1", "externalDocumentNumber": ORDER},
    ]}))  # fmt: skip

    found = find_sales_documents(bc, [ORDER]).get(ORDER)

    assert found is not None
    assert found.number == "SO1"


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


def test_a_half_order_that_cannot_be_removed_is_an_unknown_outcome(
    company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.control.add_fault(kind="status", status=503, method="DELETE", entity="salesOrders", times=None)

    with pytest.raises(OutcomeUnknown) as unknown:
        create_sales_order(company, a_plan(*[DESK] * 100, LAMP_BLOCKED))

    [order] = orders(simulator)
    assert order["number"] in unknown.value.detail


def test_four_threads_write_at_once_and_everything_is_counted(
    company: BusinessCentral, simulator: Simulator
) -> None:
    with ThreadPoolExecutor(4) as threads:
        numbers = [f"S{n}" for n in range(40)]
        rows = list(threads.map(lambda number: create_customer(company, {**MARIE, "number": number}), numbers))

    assert [row.number for row in rows] == numbers
    assert (company.calls, company.writes) == (40, 40) == (simulator.stats.calls, simulator.stats.writes)


def test_an_order_that_was_posted_is_found_as_its_invoice(company: BusinessCentral, simulator: Simulator) -> None:
    order = create_sales_order(company, a_plan())
    company.create(f"salesOrders({order.id})/Microsoft.NAV.shipAndInvoice", {})

    found = find_sales_documents(company, [ORDER]).get(ORDER)

    assert found is not None
    assert found.entity_set == "salesInvoices"
    assert settle_total(company, found, a_plan(total="999.00")) == found


def test_many_documents_are_looked_up_with_few_requests(company: BusinessCentral, simulator: Simulator) -> None:
    create_sales_order(company, a_plan())
    keys = [f"SHP-{number}" for number in range(4990, 5015)]
    simulator.stats.reset()

    found = find_sales_documents(company, keys)

    assert list(found) == [ORDER]
    assert simulator.stats.calls == 6


def test_removing_an_order_twice_is_harmless(company: BusinessCentral, simulator: Simulator) -> None:
    order = create_sales_order(company, a_plan())

    assert remove_sales_order(company, order.id)
    assert not remove_sales_order(company, order.id)


# The total


@pytest.mark.parametrize("total", ["120.03", "119.97"], ids=["we are short", "we are over"])
def test_a_difference_within_the_tolerance_becomes_one_rounding_line(
    total: str, company: BusinessCentral, simulator: Simulator
) -> None:
    plan = a_plan(total=total)
    document = create_sales_order(company, plan)

    settled = settle_total(company, document, plan)
    again = settle_total(company, document, plan)

    [order] = orders(simulator)
    assert settled == again
    assert settled.total_amount_including_tax == Decimal(total) == order["totalAmountIncludingTax"]
    assert [line["lineObjectNumber"] for line in order["salesOrderLines"]] == ["1000", "658000"]


def test_a_rounding_line_whose_answer_was_lost_is_not_added_twice(
    company: BusinessCentral, simulator: Simulator
) -> None:
    plan = a_plan(total="120.03")
    document = create_sales_order(company, plan)
    an_answer_lost(simulator, "POST", "salesOrderLines")

    settled = settle_total(company, document, plan)

    [order] = orders(simulator)
    assert settled.total_amount_including_tax == Decimal("120.03")
    assert len(order["salesOrderLines"]) == 2


def test_an_equal_total_costs_no_call(company: BusinessCentral, simulator: Simulator) -> None:
    document = create_sales_order(company, a_plan())
    simulator.stats.reset()

    assert settle_total(company, document, a_plan()) == document
    assert simulator.stats.calls == 0


@pytest.mark.parametrize("total", ["120.06", "119.94"], ids=["we are short", "we are over"])
def test_a_larger_difference_is_a_mismatch_that_names_both_totals_and_leaves_no_document(
    total: str, company: BusinessCentral, simulator: Simulator
) -> None:
    plan = a_plan(total=total)
    document = create_sales_order(company, plan)

    with pytest.raises(RecordRefused) as refused:
        settle_total(company, document, plan)

    assert refused.value.code == "total-mismatch"
    assert "120.00" in refused.value.detail
    assert total in refused.value.detail
    assert orders(simulator) == []


@pytest.mark.parametrize("account", ["", "999999", "707000"], ids=["not filled in", "unknown", "no direct posting"])
def test_without_a_usable_rounding_account_nothing_is_left(
    account: str, company: BusinessCentral, simulator: Simulator
) -> None:
    plan = a_plan(total="120.01", rounding_account=account)
    document = create_sales_order(company, plan)

    with pytest.raises(RecordRefused) as refused:
        settle_total(company, document, plan)

    assert refused.value.code == "account-missing"
    assert account in refused.value.detail
    assert orders(simulator) == []


def test_a_rounding_account_with_tax_that_misses_the_total_is_named(
    company: BusinessCentral, simulator: Simulator
) -> None:
    plan = a_plan(total="120.05", rounding_account="708500")
    document = create_sales_order(company, plan)

    with pytest.raises(RecordRefused) as refused:
        settle_total(company, document, plan)

    assert refused.value.code == "total-mismatch"
    assert "708500" in refused.value.detail
    assert orders(simulator) == []
