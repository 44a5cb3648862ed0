"""Nothing lost, nothing doubled: whatever fails around an order, Business Central holds it once, or nobody lies."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from local.shopify.money import bag
from shared.clock import from_iso
from shared.stores.links import LinkState
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import MARIE, House, HouseStorage, a_house
from tests.integration.sync.trouble import links_lost, retried, touched

LONG_AGO = 10 * 24 * 3600
SETTLED = 601
NO_DELETE = "You cannot delete this document. Your identification is set up to process from Responsibility Center only."
BETHUNE = MARIE | {"address1": "36 quai de Béthune", "zip": "75004"}


@pytest.fixture
def one_lane(house_storage: HouseStorage) -> Iterator[House]:
    """A house whose orders go out one after another."""
    with a_house(house_storage, bc_concurrency=1) as everything:
        yield everything


def posts(house: House) -> int:
    """Sales orders that Business Central was asked to create and did not refuse."""
    return house.bc.stats.by_entity["salesOrders"]["POST"]


def late_ones_arrive(house: House, seconds: float) -> None:
    """Time passes, and Business Central carries out what it had given up answering."""
    house.clock.forward(seconds)
    house.connector.business_central(house.connector.shops.get(house.shop)).companies()


def an_order_of_another_total(house: House) -> None:
    """Business Central adds the tax and comes to 100.00, Shopify says 100.06: beyond the tolerance of 0.05."""
    total = bag(Decimal("100.06"), "EUR", Decimal("100.06"), "EUR")
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "83.33"}], taxes_included=False,
                fields={"totalPriceSet": total, "currentTotalPriceSet": total})


def a_long_order(house: House, free: int = 5) -> None:
    """A hundred paid pieces and some free ones at the end, each a line of its own."""
    paid = [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}] * 100
    house.order(5001, [*paid, *[{"sku": "1001", "quantity": 1, "unit_price": "0.00"}] * free])


# A refusal of something else is no refusal of the order


def test_an_order_that_may_not_be_deleted_is_made_once_however_often_it_is_tried(house: House) -> None:
    an_order_of_another_total(house)
    house.bc.control.add_fault(kind="refuse", method="DELETE", entity="salesOrders", message=NO_DELETE, times=None)

    runs = [house.sync("orders"), *[retried(house) for _ in range(4)]]

    assert [run.counts["orders"].parked for run in runs] == [1] * 5
    assert (posts(house), len(house.documents(5001))) == (1, 1)
    number = house.document(5001)["number"]
    assert house.parked()[5001].code == "total-mismatch"
    assert number in house.parked()[5001].detail
    assert "100.06" in house.parked()[5001].detail
    assert house.link("orders", 5001).bc_number == number


def test_an_order_that_stayed_is_settled_by_the_retry_after_the_card_allows_it(house: House) -> None:
    an_order_of_another_total(house)
    house.bc.control.add_fault(kind="refuse", method="DELETE", entity="salesOrders", message=NO_DELETE, times=None)
    house.sync("orders")
    house.card(rounding_tolerance="0.10")

    retried(house)

    assert house.parked() == {}
    assert (posts(house), house.total(5001)) == (1, Decimal("100.06"))
    assert house.link("orders", 5001).state is LinkState.APPLIED


def test_an_order_that_stayed_is_found_though_somebody_gave_it_another_external_number(house: House) -> None:
    an_order_of_another_total(house)
    house.bc.control.add_fault(kind="refuse", method="DELETE", entity="salesOrders", message=NO_DELETE, times=None)
    house.sync("orders")
    house.bc.control.change("salesOrders", house.document(5001)["number"], {"externalDocumentNumber": "BY HAND"})

    retried(house)

    assert (posts(house), house.documents(5001)) == (1, [])
    assert house.parked()[5001].code == "total-mismatch"


def test_an_order_that_stayed_and_was_deleted_by_hand_is_made_anew(house: House) -> None:
    an_order_of_another_total(house)
    house.bc.control.add_fault(kind="refuse", method="DELETE", entity="salesOrders", message=NO_DELETE, times=None)
    house.sync("orders")
    house.bc.control.remove("salesOrders", house.document(5001)["number"])
    house.card(rounding_tolerance="0.10")

    retried(house)

    assert (posts(house), house.total(5001)) == (2, Decimal("100.06"))


def test_an_order_whose_answer_was_lost_and_whose_look_up_is_refused_is_sent_once(house: House) -> None:
    house.order(5001)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    house.bc.control.add_fault(
        kind="refuse", method="GET", entity="salesOrders", document="SHP-5001", spare=1, times=None)

    house.sync("orders")
    first = house.parked()[5001].code
    house.clock.forward(SETTLED)
    retried(house)
    still = house.parked()[5001].code
    house.bc.faults.clear()
    run = retried(house)

    assert (first, still) == ("outcome-unknown", "outcome-unknown")
    assert (run.counts["orders"].created, posts(house), len(house.documents(5001))) == (1, 1, 1)


def test_an_order_with_its_document_whose_look_up_is_refused_counts_as_there_and_stops_nobody(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, lines=[{"sku": "1000", "quantity": 1, "unit_price": "120.00"}])
    house.sync("orders")
    assert list(house.parked()) == [5001]
    house.bc.control.add_fault(kind="refuse", method="GET", entity="salesOrders", document="SHP-5001", times=None)
    house.order(5002)

    house.clock.forward(3600)
    run = house.sync("orders")

    assert (run.state, len(house.documents(5001)), len(house.documents(5002))) == ("succeeded", 1, 1)
    assert house.parked()[5001].code == "order-changed-after-processing"


def test_an_order_whose_own_look_up_is_refused_is_not_sent_and_holds_no_other_back(house: House) -> None:
    for number in (5001, 5002, 5003):
        house.order(number)
    house.bc.control.add_fault(
        kind="refuse", method="GET", entity="salesOrders", document="SHP-5002", message="Not this one.", times=None)

    run = house.sync("orders")
    parked = house.parked()
    house.bc.faults.clear()
    retried(house)

    assert (run.state, run.counts["orders"].created, list(parked)) == ("succeeded", 2, [5002])
    assert "Not this one." in parked[5002].detail
    assert [len(house.documents(number)) for number in (5001, 5002, 5003)] == [1, 1, 1]
    assert house.parked() == {}


# Links lost, a second card: what is there is found


def test_orders_whose_links_were_lost_are_not_made_twice_by_an_ordinary_run(house: House) -> None:
    for number in (5001, 5002):
        house.order(number)
    house.sync("orders")
    links_lost(house)
    for number in (5001, 5002):
        touched(house, number)

    run = house.sync("orders")

    assert (run.counts["orders"].created, run.counts["orders"].unchanged, run.bc_writes) == (0, 2, 0)
    assert (posts(house), house.parked()) == (2, {})
    assert house.link("orders", 5001).bc_number == house.document(5001)["number"]


def test_an_order_that_was_posted_before_its_link_was_lost_is_not_made_twice(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    posted = house.connector.business_central(house.connector.shops.get(house.shop))
    posted.create(f"salesOrders({house.document(5001)['id']})/Microsoft.NAV.shipAndInvoice", {})
    links_lost(house)
    touched(house, 5001)

    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, run.bc_writes, house.documents(5001)) == (1, 0, [])
    assert house.link("orders", 5001).bc_set == "salesInvoices"


def test_a_document_of_somebody_else_is_never_completed(house: House) -> None:
    """It lacks five of our lines; we did not make it, so we add nothing, however often it is tried."""
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}] * 100)
    house.sync("orders")
    links_lost(house)
    a_long_order(house)

    runs = [house.sync("orders"), retried(house), retried(house)]

    assert [run.bc_writes for run in runs] == [0, 0, 0]
    assert house.parked()[5001].code == "document-differs"
    assert len(house.lines(5001)) == 100


def test_an_order_whose_link_was_lost_and_that_says_something_else_is_parked_and_left_alone(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    by_hand = {"shipToAddressLine1": "3 rue à la main"}
    house.bc.control.change("salesOrders", house.document(5001)["number"], by_hand)
    links_lost(house)
    touched(house, 5001)

    run = house.sync("orders")
    parked = house.parked()[5001]
    house.bc.control.change("salesOrders", house.document(5001)["number"], {"shipToAddressLine1": "12 rue Cuvier"})
    after = retried(house)

    assert (run.bc_writes, parked.code) == (0, "document-differs")
    assert house.document(5001)["number"] in parked.detail
    assert "address (ship-to)" in parked.detail
    assert "rue" not in parked.detail, "a sentence holds no address"
    assert (after.counts["orders"].unchanged, after.bc_writes, posts(house)) == (1, 0, 1)


def test_an_order_of_the_same_total_that_somebody_else_wrote_is_not_taken_for_ours(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    [line] = house.document(5001)["salesOrderLines"]
    values = {"lineObjectNumber": "1001", "description": "Something else"}
    house.bc.control.change("salesOrderLines", line["id"], values)
    links_lost(house)
    touched(house, 5001)

    run = house.sync("orders")

    assert (run.counts["orders"].parked, run.bc_writes, posts(house)) == (1, 0, 1)
    assert house.parked()[5001].code == "document-differs"
    assert "Item 1001" in house.parked()[5001].detail
    assert "Item 1000" in house.parked()[5001].detail
    assert house.link("orders", 5001).state is LinkState.PARKED


def test_an_order_that_was_cancelled_after_its_link_was_lost_is_a_conflict_with_the_document(house: House) -> None:
    house.order(5001, payment_pending=True)
    house.sync("orders")
    links_lost(house)
    touched(house, 5001, cancelled=True)

    house.sync("orders")

    assert house.parked()[5001].code == "order-cancelled-after-processing"
    assert house.document(5001)["number"] in house.parked()[5001].detail


def test_a_document_that_was_given_another_external_number_is_not_made_twice_after_a_reset(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    number = house.document(5001)["number"]
    house.bc.control.change("salesOrders", number, {"externalDocumentNumber": "PO-778"})
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")

    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, posts(house), house.documents(5001)) == (1, 1, [])
    assert house.link("orders", 5001).bc_number == number


def test_a_second_card_of_the_store_doubles_no_order(house: House) -> None:
    house.order(5001)
    house.order(5002)
    house.sync("orders")
    house.card(enabled=False)
    second = House(house.storage, house.clock, house.shopify, house.bc)

    run = second.sync("orders")
    second.connector.shops.remove(second.shop)  # or no house after this one could enable its card

    assert (run.counts["orders"].created, run.counts["orders"].unchanged) == (0, 2)
    assert (posts(house), second.parked()) == (2, {})


# The time of the claim is the time of the request


def test_a_second_request_is_waited_for_as_long_as_the_first(house: House) -> None:
    """The first never arrives; Business Central carries out the second three minutes after its answer was lost."""
    house.order(5001)
    house.bc.control.add_fault(kind="drop_request", method="POST", entity="salesOrders")
    house.bc.control.add_fault(kind="late_commit", method="POST", entity="salesOrders", seconds=180)
    house.sync("orders")
    house.clock.forward(SETTLED)
    second = retried(house)

    third = retried(house)
    late_ones_arrive(house, 180)
    fourth = retried(house)

    assert [run.counts["orders"].created for run in (second, third, fourth)] == [0, 0, 1]
    assert len(house.documents(5001)) == 1


def test_an_order_that_waits_for_its_turn_is_claimed_anew_when_it_goes_out(one_lane: House) -> None:
    house = one_lane
    for number in (5001, 5002):
        house.order(number)
    house.bc.control.add_fault(
        kind="status", status=429, retry_after=100, method="POST", document="SHP-5001", times=3)
    house.bc.control.add_fault(kind="drop_request", method="POST", document="SHP-5002")

    house.sync("orders")

    sent = [e.at for e in house.exchanges if e.method == "POST" and "SHP-5002" in e.request]
    claimed = from_iso(house.link("orders", 5002).claimed_at)
    assert house.link("orders", 5002).state is LinkState.SENDING
    assert timedelta(0) <= sent[-1] - claimed <= timedelta(seconds=15)


def test_a_worker_that_stood_still_sends_nothing_once_another_took_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands still between its claim and its request: Business Central was busy, and then its machine was."""
    house.order(5001)
    house.bc.control.add_fault(
        kind="status", status=429, retry_after=100, method="POST", entity="salesOrders")
    others: list[SyncRun | None] = []

    def meanwhile() -> None:
        house.clock.forward(720)
        others.append(run_sync(house.connector, SyncJob(shop=house.shop, started_by="other", types=("orders",))))

    monkeypatch.setattr(house.clock, "sleep", once_in_a_long_wait(house, meanwhile))
    house.clock.forward(60)
    assert run_sync(house.connector, SyncJob(shop=house.shop, started_by="own", types=("orders",))) is None

    runs = {run.started_by: run for run in house.connector.runs.latest(house.shop)}
    assert [other and other.counts["orders"].created for other in others] == [1]
    assert (runs["own"].state, runs["own"].error_code) == ("interrupted", "")
    assert (posts(house), len(house.documents(5001))) == (1, 1)


def test_a_worker_whose_claim_was_taken_sends_nothing_even_if_it_holds_the_shop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row of the link is the fence, whatever became of the lease."""
    house.order(5001)
    house.bc.control.add_fault(
        kind="status", status=429, retry_after=100, method="POST", entity="salesOrders")

    def meanwhile() -> None:
        link = house.link("orders", 5001)
        table = house.connector.storage.tables["Links"]
        [row] = table.partition(f"{house.shop}|orders")
        table.replace({**row, "claimed_at": link.claimed_at}, row["etag"])

    monkeypatch.setattr(house.clock, "sleep", once_in_a_long_wait(house, meanwhile))
    run = house.sync("orders")

    assert (run.state, run.error_code) == ("failed", "sync-already-running")
    assert posts(house) == 0


def once_in_a_long_wait(house: House, meanwhile: Callable[[], None]) -> Callable[[float], None]:
    """A sleep during whose first long wait something happens."""
    due = [meanwhile]

    def sleep(seconds: float) -> None:
        house.clock.forward(max(seconds, 0))
        if seconds >= 60 and due:
            due.pop()()

    return sleep


# What was sent is not what is planned today


def test_an_address_that_changed_while_the_outcome_was_unknown_follows(house: House) -> None:
    house.order(5001)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", spare=1, times=None)
    house.sync("orders")
    house.bc.faults.clear()
    touched(house, 5001, shipping_address=BETHUNE)

    run = house.sync("orders")

    assert (run.counts["orders"].created, posts(house), house.parked()) == (1, 1, {})
    assert house.document(5001)["shipToAddressLine1"] == "36 quai de Béthune"


def test_what_somebody_wrote_into_it_meanwhile_stays(house: House) -> None:
    house.order(5001)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", spare=1, times=None)
    house.sync("orders")
    house.bc.faults.clear()
    house.bc.control.change("salesOrders", house.document(5001)["number"], {"shipToName": "Service des colis"})
    touched(house, 5001, shipping_address=BETHUNE)

    house.sync("orders")

    document = house.document(5001)
    assert (document["shipToAddressLine1"], document["shipToName"]) == ("36 quai de Béthune", "Service des colis")


def test_pieces_that_changed_while_the_outcome_was_unknown_are_parked_with_both_sides(house: House) -> None:
    house.order(5001)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", spare=1, times=None)
    house.sync("orders")
    house.bc.faults.clear()
    touched(house, 5001, line_quantities={"0": 3})

    house.sync("orders")

    assert house.parked()[5001].code == "document-differs"
    assert "240" in house.parked()[5001].detail
    assert "360" in house.parked()[5001].detail
    assert house.lines(5001, "quantity") == [(2,)]


def test_a_half_order_is_never_taken_for_the_whole_and_gets_the_rest(house: House) -> None:
    a_long_order(house)
    house.bc.control.add_fault(kind="drop_request", method="POST", entity="salesOrderLines")

    first = house.sync("orders")
    early = retried(house)
    half = (house.link("orders", 5001).state, len(house.lines(5001)))
    house.clock.forward(SETTLED)
    late = retried(house)

    assert [run.counts["orders"].created for run in (first, early, late)] == [0, 0, 1]
    assert half == (LinkState.SENDING, 100)
    assert (posts(house), len(house.lines(5001))) == (1, 105)
    assert house.parked() == {}


def test_lines_that_arrive_late_are_not_added_a_second_time(house: House) -> None:
    a_long_order(house)
    house.bc.control.add_fault(kind="late_commit", method="POST", entity="salesOrderLines", seconds=180)

    house.sync("orders")
    retried(house)
    late_ones_arrive(house, 180)
    retried(house)

    assert (house.link("orders", 5001).state, len(house.lines(5001))) == (LinkState.APPLIED, 105)


def test_a_rounding_line_that_arrives_late_is_not_added_a_second_time(house: House) -> None:
    total = bag(Decimal("240.03"), "EUR", Decimal("240.03"), "EUR")
    house.order(5001, fields={"currentTotalPriceSet": total})
    house.bc.control.add_fault(kind="late_commit", method="POST", entity="salesOrderLines", seconds=180)

    house.sync("orders")
    retried(house)
    late_ones_arrive(house, 180)
    retried(house)

    assert (house.link("orders", 5001).state, house.total(5001)) == (LinkState.APPLIED, Decimal("240.03"))


def test_a_half_order_that_may_not_be_deleted_is_parked_with_what_it_holds(house: House) -> None:
    a_long_order(house)
    house.bc.control.change("items", "1001", {"salesBlocked": True})
    house.bc.control.add_fault(kind="refuse", method="DELETE", entity="salesOrders", message=NO_DELETE, times=None)

    house.sync("orders")
    retried(house)
    parked = house.parked()[5001]
    house.bc.control.change("items", "1001", {"salesBlocked": False})
    retried(house)

    assert parked.code == "item-blocked"
    assert "100 of 105 lines" in parked.detail
    assert (posts(house), len(house.lines(5001)), house.parked()) == (1, 105, {})


# What it costs


def test_twenty_new_orders_are_looked_up_with_one_question_of_each_kind(house: House) -> None:
    for number in range(5001, 5021):
        house.order(number)

    run = house.sync("orders")

    asked = [house.bc.stats.by_entity[name]["GET"] for name in ("salesOrders", "salesInvoices", "salesShipments")]
    assert (run.counts["orders"].created, asked) == (20, [1, 1, 1])
