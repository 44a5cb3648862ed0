"""Sales orders carried out in the simulated Business Central, with everything that can go wrong on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.business_central import lines as lines_of_documents
from local.business_central.server import BusinessCentral as Simulator
from shared.business_central.client import BusinessCentral
from shared.business_central.executor import create_customer
from shared.business_central.lookup import find_sales_documents, find_whole_documents
from shared.business_central.order_execution import (
    DocumentStays,
    compared,
    completed,
    create_sales_order,
    remove_sales_order,
)
from shared.business_central.plan import Body, SalesOrderPlan
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.errors import OutcomeUnknown, RecordRefused
from tests.integration.business_central.scripted_server import ScriptedServer, says
from tests.manual_clock import ManualClock

MARIE = {"number": "S7203115001", "displayName": "Marie Curie", "country": "FR"}
ORDER = "SHP-5001"
DESK = {"lineType": "Item", "lineObjectNumber": "1000", "quantity": 1, "unitPrice": Decimal("100.00")}
COMMENT = {"lineType": "Comment", "description": "Ring twice"}
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


def take_over(
    bc: BusinessCentral, plan: SalesOrderPlan, found: FoundDocument, *, ours: bool, texts: bool, settled: bool,
) -> SalesDocument:
    """Compare and complete, as a run does with a document that it finds."""
    return completed(bc, plan, compared(plan, found, ours=ours, texts=texts, settled=settled))


def an_answer_lost(simulator: Simulator, method: str, entity: str, times: int = 1) -> None:
    simulator.control.add_fault(kind="drop_response_after_commit", method=method, entity=entity, times=times)


def orders(simulator: Simulator) -> list[dict[str, Any]]:
    return simulator.control.orders(ORDER)


def posts(simulator: Simulator, entity: str) -> int:
    return simulator.stats.by_entity[entity]["POST"]


# Sales orders


def test_an_order_is_one_post_with_all_its_lines(company: BusinessCentral, simulator: Simulator) -> None:
    document = create_sales_order(company, a_plan(DESK, DESK, total="240.00"))

    [order] = orders(simulator)
    assert document == SalesDocument(order["id"], order["number"], "salesOrders", Decimal("240.00"))
    assert len(order["salesOrderLines"]) == 2
    assert simulator.stats.calls == 1


def test_an_order_of_250_lines_keeps_them_all_in_order(company: BusinessCentral, simulator: Simulator) -> None:
    lines = tuple({**DESK, "description": f"Desk {n}"} for n in range(250))

    document = create_sales_order(company, a_plan(*lines, total="30000.00"))

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


def test_a_location_that_business_central_does_not_keep_takes_the_order_back(
    company: BusinessCentral, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    east, main = (simulator.control.row("locations", code)["id"] for code in ("EAST", "MAIN"))
    moves = lambda state, draft, line, value, values: line.update(locationId=main)  # noqa: E731  an extension's rule
    monkeypatch.setitem(lines_of_documents.SETTERS, "locationId", moves)

    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan({**DESK, "locationId": east}))

    assert refused.value.code == "document-differs"
    assert "location of item 1000" in refused.value.detail
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


def test_a_half_order_of_which_nobody_knows_whether_it_was_removed_is_an_unknown_outcome(
    company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.control.add_fault(kind="status", status=503, method="DELETE", entity="salesOrders", times=None)

    with pytest.raises(OutcomeUnknown) as unknown:
        create_sales_order(company, a_plan(*[DESK] * 100, LAMP_BLOCKED))

    [order] = orders(simulator)
    assert order["number"] in unknown.value.detail


def test_an_order_that_was_posted_is_found_as_its_invoice(company: BusinessCentral, simulator: Simulator) -> None:
    order = create_sales_order(company, a_plan())
    company.create(f"salesOrders({order.id})/Microsoft.NAV.shipAndInvoice", {})

    found = find_sales_documents(company, [ORDER]).get(ORDER)

    assert found is not None
    assert found.entity_set == "salesInvoices"
    whole = find_whole_documents(company, [ORDER])[ORDER]
    assert take_over(company, a_plan(), whole, ours=False, texts=True, settled=True) == found


def test_many_documents_are_looked_up_with_few_requests(company: BusinessCentral, simulator: Simulator) -> None:
    create_sales_order(company, a_plan())
    keys = [f"SHP-{number}" for number in range(4960, 5015)]
    simulator.stats.reset()

    found = find_sales_documents(company, keys)

    assert list(found) == [ORDER]
    assert simulator.stats.calls == 6


def test_removing_an_order_twice_is_harmless(company: BusinessCentral, simulator: Simulator) -> None:
    order = create_sales_order(company, a_plan())
    etag = find_whole_documents(company, [ORDER])[ORDER].header["@odata.etag"]

    assert remove_sales_order(company, order.id, etag)
    assert not remove_sales_order(company, order.id, etag)


# The total


@pytest.mark.parametrize("total", ["120.03", "119.97"], ids=["we are short", "we are over"])
def test_a_difference_within_the_tolerance_becomes_one_rounding_line(
    total: str, company: BusinessCentral, simulator: Simulator
) -> None:
    document = create_sales_order(company, a_plan(total=total))

    [order] = orders(simulator)
    assert document.total_amount_including_tax == Decimal(total) == order["totalAmountIncludingTax"]
    assert [line["lineObjectNumber"] for line in order["salesOrderLines"]] == ["1000", "658000"]


def test_a_rounding_line_whose_answer_was_lost_is_not_added_twice(
    company: BusinessCentral, simulator: Simulator
) -> None:
    an_answer_lost(simulator, "POST", "salesOrderLines")

    document = create_sales_order(company, a_plan(total="120.03"))

    [order] = orders(simulator)
    assert document.total_amount_including_tax == Decimal("120.03")
    assert len(order["salesOrderLines"]) == 2


@pytest.mark.parametrize("total", ["120.06", "119.94"], ids=["we are short", "we are over"])
def test_a_larger_difference_is_a_mismatch_that_names_both_totals_and_leaves_no_document(
    total: str, company: BusinessCentral, simulator: Simulator
) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(total=total))

    assert refused.value.code == "total-mismatch"
    assert "120.00" in refused.value.detail
    assert total in refused.value.detail
    assert orders(simulator) == []


@pytest.mark.parametrize("account", ["", "999999", "707000"], ids=["not filled in", "unknown", "no direct posting"])
def test_without_a_usable_rounding_account_nothing_is_left(
    account: str, company: BusinessCentral, simulator: Simulator
) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(total="120.01", rounding_account=account))

    assert refused.value.code == "account-missing"
    assert account in refused.value.detail
    assert orders(simulator) == []


def test_a_rounding_account_with_tax_that_misses_the_total_is_named(
    company: BusinessCentral, simulator: Simulator
) -> None:
    with pytest.raises(RecordRefused) as refused:
        create_sales_order(company, a_plan(total="120.05", rounding_account="708500"))

    assert refused.value.code == "total-mismatch"
    assert "708500" in refused.value.detail
    assert orders(simulator) == []


# What this very call made is taken back; whatever else is there stays


SHIPPED = "The Sales Line cannot be deleted when a related Warehouse Shipment Line exists."


@pytest.mark.parametrize("plan", [
    pytest.param(a_plan(total="126.60"), id="the total differs"),
    pytest.param(a_plan(total="120.01", rounding_account=""), id="no rounding account"),
    pytest.param(a_plan(*[DESK] * 120, LAMP_BLOCKED), id="a line after the first hundred is refused"),
])  # fmt: skip
def test_an_order_that_may_not_be_deleted_stays_and_is_named(
    plan: SalesOrderPlan, company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.control.add_fault(kind="refuse", method="DELETE", document=ORDER, message=SHIPPED)

    with pytest.raises(DocumentStays) as stays:
        create_sales_order(company, plan)

    [order] = orders(simulator)
    assert (stays.value.document.id, stays.value.document.number) == (order["id"], order["number"])
    assert order["number"] in stays.value.detail
    assert SHIPPED in stays.value.detail


def test_an_order_that_somebody_changed_meanwhile_is_not_deleted(
    company: BusinessCentral, simulator: Simulator
) -> None:
    """The DELETE carries the ETag of what was just compared, and somebody is faster."""
    hasty = _SomebodyIsFaster(company, simulator)

    with pytest.raises(DocumentStays) as stays:
        create_sales_order(hasty, a_plan(total="126.60"))  # type: ignore[arg-type]

    [order] = orders(simulator)
    assert (order["number"], order["shipToName"]) == (stays.value.document.number, "By hand")


def test_an_order_that_somebody_took_in_hand_at_once_is_not_deleted(
    company: BusinessCentral, simulator: Simulator
) -> None:
    """It was changed before it is read again: it is no longer as it was made."""
    hasty = _SomebodyIsFaster(company, simulator, before="read")

    with pytest.raises(DocumentStays):
        create_sales_order(hasty, a_plan(total="126.60"))  # type: ignore[arg-type]

    assert [order["shipToName"] for order in orders(simulator)] == ["By hand"]


class _SomebodyIsFaster:
    """The real client; somebody changes the order right before our first re-read, or our DELETE."""

    def __init__(self, bc: BusinessCentral, simulator: Simulator, before: str = "remove") -> None:
        self._bc, self._simulator, self._before = bc, simulator, before

    def __getattr__(self, name: str) -> Any:
        if name == self._before:
            [order] = orders(self._simulator)
            self._simulator.control.change("salesOrders", order["number"], {"shipToName": "By hand"})
        return getattr(self._bc, name)


@pytest.mark.parametrize("code, message", [
    ("Application_DialogException", "An extension says no."), ("Internal_RecordNotFound", "The Shelf does not exist."),
])  # fmt: skip
def test_a_refused_look_at_an_order_that_was_made_is_no_refusal_of_it(
    code: str, message: str, company: BusinessCentral, simulator: Simulator
) -> None:
    simulator.control.add_fault(
        kind="refuse", method="GET", entity="salesOrders", document=ORDER, code=code, message=message, times=None
    )

    with pytest.raises(OutcomeUnknown) as unknown:
        create_sales_order(company, a_plan(total="126.60"))

    assert message in unknown.value.detail
    assert len(orders(simulator)) == 1


# Taking over what is there


def standing(company: BusinessCentral) -> FoundDocument:
    return find_whole_documents(company, [ORDER])[ORDER]


CHAIR: Body = {**DESK, "lineObjectNumber": "1100"}


@pytest.mark.parametrize("there, wanted, named", [
    pytest.param({}, {"lines": [{**DESK, "quantity": 2, "unitPrice": Decimal("50.00")}]}, "Item 1000", id="pieces"),
    pytest.param({"lines": [DESK, {**CHAIR, "unitPrice": 0}]}, {}, "Item 1100", id="a free line more"),
    pytest.param({}, {"lines": [DESK, {**CHAIR, "unitPrice": 0}]}, "Item 1100", id="a free line less"),
    pytest.param({"header": {"customerNumber": "C00010"}}, {}, "customer C00010 / C-WEB", id="another customer"),
    pytest.param({}, {"lines": [{**DESK, "unitOfMeasureCode": "BOX"}]}, "Item 1000 in PCS / BOX", id="a box, no piece"),
    pytest.param(
        {"lines": [{**DESK, "unitPrice": Decimal("110.00"), "discountAmount": Decimal("10.00")}]}, {},
        "Item 1000", id="another price with a discount"),
    pytest.param({}, {"total": "120.05"}, "total 120", id="a total that may have been rounded by nobody"),
])  # fmt: skip
def test_equal_totals_do_not_make_another_document_the_order(
    there: dict[str, Any], wanted: dict[str, Any], named: str, company: BusinessCentral, simulator: Simulator
) -> None:
    create_sales_order(company, a_plan(*there.get("lines", [DESK]), header=there.get("header")))
    before = orders(simulator)
    plan = a_plan(*wanted.get("lines", [DESK]), total=wanted.get("total", "120.00"))

    with pytest.raises(DocumentStays) as stays:
        take_over(company, plan, standing(company), ours=False, texts=True, settled=True)

    assert stays.value.code == "document-differs"
    assert named in stays.value.detail
    assert before[0]["number"] in stays.value.detail
    assert orders(simulator) == before


def test_another_address_is_named_by_its_properties_and_not_shown(company: BusinessCentral) -> None:
    header = {"customerNumber": "C-WEB", "shipToCity": "Paris", "shipToPostCode": "75005"}
    create_sales_order(company, a_plan(header=header))
    plan = a_plan(header={**header, "shipToCity": "Lyon", "shipToPostCode": "69002"})

    with pytest.raises(DocumentStays) as stays:
        take_over(company, plan, standing(company), ours=False, texts=True, settled=True)

    assert "city (ship-to), post code (ship-to)" in stays.value.detail
    assert "Lyon" not in stays.value.detail
    assert "Paris" not in stays.value.detail


@pytest.mark.parametrize("lines", [
    pytest.param([CHAIR, DESK], id="in another order"),
    pytest.param([{"lineType": "Comment", "description": "gift"}, DESK, CHAIR], id="with a comment"),
    pytest.param([CHAIR, {**DESK, "description": "Bureau"}], id="under another name"),
])  # fmt: skip
def test_what_sells_the_same_is_the_same_order(
    lines: list[Body], company: BusinessCentral, simulator: Simulator
) -> None:
    plan = a_plan(DESK, CHAIR, total="225.50")
    made = create_sales_order(company, a_plan(*lines, total="225.50"))
    writes = simulator.stats.writes

    taken = take_over(company, plan, standing(company), ours=False, texts=True, settled=True)

    assert (taken, simulator.stats.writes) == (made, writes)


def test_of_several_open_orders_none_is_taken_over_and_all_are_named(company: BusinessCentral) -> None:
    made = [create_sales_order(company, a_plan()), create_sales_order(company, a_plan())]

    with pytest.raises(DocumentStays) as stays:
        take_over(company, a_plan(), standing(company), ours=True, texts=False, settled=True)

    assert all(order.number in stays.value.detail for order in made)


def test_our_own_order_without_its_rounding_line_gets_it(company: BusinessCentral, simulator: Simulator) -> None:
    create_sales_order(company, a_plan())
    plan = a_plan(total="120.03")

    taken = take_over(company, plan, standing(company), ours=True, texts=False, settled=True)
    again = take_over(company, plan, standing(company), ours=True, texts=False, settled=True)

    [order] = orders(simulator)
    assert taken == again
    assert taken.total_amount_including_tax == Decimal("120.03")
    assert len(order["salesOrderLines"]) == 2


@pytest.mark.parametrize(("then", "now"), [(0, 0), (3, 3), (3, 1), (0, 2)], ids=["none", "some", "fewer", "more"])
def test_our_own_half_order_is_completed_once_nothing_of_ours_is_under_way_whatever_its_comments_are_now(
    company: BusinessCentral, simulator: Simulator, then: int, now: int
) -> None:
    lines = [{**DESK, "description": f"Desk {n}"} for n in range(100)] + [{**CHAIR, "unitPrice": 0}] * 5
    create_sales_order(company, a_plan(*[COMMENT] * then, *lines[:100], total="12000.00"))
    plan = a_plan(*[COMMENT] * now, *lines, total="12000.00")

    with pytest.raises(OutcomeUnknown):
        take_over(company, plan, standing(company), ours=True, texts=False, settled=False)
    assert len(orders(simulator)[0]["salesOrderLines"]) == then + 100
    take_over(company, plan, standing(company), ours=True, texts=False, settled=True)

    [order] = orders(simulator)
    assert [line["lineObjectNumber"] for line in order["salesOrderLines"]] == (
        [""] * then + ["1000"] * 100 + ["1100"] * 5)


def test_a_half_order_whose_rest_is_refused_stays_and_says_how_much_it_holds(
    company: BusinessCentral, simulator: Simulator
) -> None:
    create_sales_order(company, a_plan(*[DESK] * 100, total="12000.00"))

    with pytest.raises(DocumentStays) as stays:
        take_over(company, a_plan(*[DESK] * 104, LAMP_BLOCKED), standing(company), ours=True, texts=False, settled=True)

    assert stays.value.code == "item-blocked"
    assert "100 of 105 lines" in stays.value.detail
    assert len(orders(simulator)) == 1


def test_a_released_order_that_lacks_its_rounding_line_stays_as_it_is(
    company: BusinessCentral, simulator: Simulator
) -> None:
    made = create_sales_order(company, a_plan())
    simulator.control.change("salesOrders", made.number, {"status": "Open"})

    with pytest.raises(DocumentStays) as stays:
        take_over(company, a_plan(total="120.03"), standing(company), ours=True, texts=False, settled=True)

    assert "Status must be equal to 'Open'" in stays.value.detail
    assert len(orders(simulator)[0]["salesOrderLines"]) == 1


def test_invoices_of_one_order_are_compared_together(company: BusinessCentral, simulator: Simulator) -> None:
    plan = a_plan({**DESK, "quantity": 2}, total="240.00")
    order = create_sales_order(company, plan)
    [line] = orders(simulator)[0]["salesOrderLines"]
    simulator.control.change("salesOrderLines", line["id"], {"shipQuantity": Decimal(1), "invoiceQuantity": Decimal(1)})
    for _ in range(2):
        company.create(f"salesOrders({order.id})/Microsoft.NAV.shipAndInvoice", {})

    taken = take_over(company, plan, standing(company), ours=False, texts=True, settled=True)

    assert (taken.entity_set, len(standing(company).numbers)) == ("salesInvoices", 2)
    with pytest.raises(DocumentStays):
        take_over(company, a_plan(), standing(company), ours=False, texts=True, settled=True)
