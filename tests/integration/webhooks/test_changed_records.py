"""From a delivery to Business Central: what is noted, what is read, and when a note goes."""
from __future__ import annotations

from datetime import timedelta

import pytest

from shared.record_types import record_types
from shared.stores.changed_records import ChangedRecord
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House
from tests.webhooks import an_order, deliver


def woken(house: House) -> SyncRun | None:
    """What the message that a delivery sent does."""
    house.clock.forward(60)
    return run_sync(house.connector, SyncJob(shop=house.shop, started_by="webhook", only_changed=True))


def noted(house: House, type: str = "orders") -> list[int]:
    return [int(one.id) for one in house.connector.changed.of(house.shop, type)]


def test_notices_of_several_topics_about_one_record_are_one_note(house: House) -> None:
    deliver(house, "orders/create", an_order(5001))
    deliver(house, "orders/edited", {"order_edit": {"id": 1, "order_id": 5001}})
    deliver(house, "refunds/create", {"id": 9, "order_id": 5001})
    deliver(house, "customers/update", {"id": 7001})

    assert {type: noted(house, type) for type in record_types().brought} == {
        "products": [], "customers": [7001], "companies": [], "orders": [5001],
    }


def test_the_body_of_an_order_that_is_there_tells_no_deletion_whatever_the_header_says(house: House) -> None:
    """Nobody has signed the header: a recorded delivery can be sent again as another topic."""
    deliver(house, "orders/delete", an_order(5001) | {"line_items": [{"id": 1}]})
    deliver(house, "orders/delete", {"id": 5002})

    told = {one.id: one.why for one in house.connector.changed.of(house.shop, "orders")}
    assert told == {"5001": "orders/updated", "5002": "orders/delete"}


def test_a_woken_run_reads_by_id_what_was_announced_and_nothing_else(house: House) -> None:
    house.sync()
    for number in (5001, 5002, 5003):
        house.order(number)
    deliver(house, "orders/create", an_order(5002))

    run = woken(house)

    assert run is not None
    assert (run.state, run.started_by, run.only_changed) == ("succeeded", "webhook", True)
    assert run.counts["orders"].created == 1
    assert len(house.documents(5002)) == 1
    assert house.documents(5001) == house.documents(5003) == []
    assert noted(house) == []


def test_a_woken_run_does_not_move_the_synchronization_time(house: House) -> None:
    house.sync()
    before = house.connector.informations.get(house.shop, "orders")
    deliver(house, "orders/create", an_order(house.order(5001)))

    woken(house)

    assert house.connector.informations.get(house.shop, "orders") == before


def test_the_scheduled_run_takes_what_was_announced_too(house: House) -> None:
    """An old order that is announced lies outside the span of time of the run."""
    house.order(5001)
    house.sync("products", "customers")
    house.connector.informations.set_last_sync_time(house.shop, "orders", house.clock.now(), by="test")
    house.clock.forward(7200)
    deliver(house, "orders/updated", an_order(5001))

    run = house.sync()

    assert run.counts["orders"].created == 1
    assert noted(house) == []


def test_many_announced_records_are_read_in_one_call_and_in_the_order_they_depend_on(house: House) -> None:
    house.sync()
    orders = [house.order(5000 + n, customer=house.customer(7000 + n)) for n in range(30)]
    for number in orders:
        deliver(house, "orders/create", an_order(number))
        deliver(house, "customers/create", {"id": number + 2000})

    run = woken(house)

    assert run is not None
    assert run.counts["customers"].created == 30
    assert run.counts["orders"].created == 30
    assert run.shopify_calls == 2


def test_a_record_that_cannot_be_applied_is_parked_and_its_note_goes(house: House) -> None:
    house.sync()
    house.order(5001, [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}])
    deliver(house, "orders/create", an_order(5001))

    woken(house)

    assert 5001 in house.parked()
    assert noted(house) == []


def test_when_the_run_fails_the_note_stays_for_the_next_one(house: House) -> None:
    house.sync()
    deliver(house, "orders/create", an_order(house.order(5001)))
    house.shopify.fault("access_revoked")

    failed = woken(house)

    assert failed is not None
    assert failed.state == "failed"
    assert noted(house) == [5001]


def test_a_note_that_was_touched_while_its_record_was_applied_stays(house: House) -> None:
    changed = house.connector.changed
    for number in (5001, 5002):
        changed.add(house.shop, "orders", str(number), "orders/create")
    read = changed.of(house.shop, "orders")
    changed.add(house.shop, "orders", "5002", "orders/updated")

    changed.remove(house.shop, "orders", read)

    assert noted(house) == [5002]


def test_removing_a_note_that_is_gone_already_is_fine(house: House) -> None:
    changed = house.connector.changed
    changed.add(house.shop, "orders", "5001", "orders/create")
    read = changed.of(house.shop, "orders")

    changed.remove(house.shop, "orders", [*read, ChangedRecord("5009", read[0].etag)])

    assert noted(house) == []


def test_a_product_deleted_in_shopify_keeps_its_item_and_the_link_remembers(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.product(8001, "NEW-1")
    house.sync()
    items = len(house.bc.state.table("items").rows)
    house.shopify.shop_state.delete("products", 8001)
    deliver(house, "products/delete", {"id": 8001})

    run = woken(house)

    assert run is not None
    assert run.state == "succeeded"
    assert len(house.bc.state.table("items").rows) == items
    assert house.link("products", 8001).deleted_at == "2026-03-10T10:02:00Z"
    assert noted(house, "products") == []


@pytest.mark.parametrize("type, number", [("customers", 7001), ("orders", 5001)])
def test_what_is_deleted_in_shopify_stays_in_business_central_and_the_link_remembers(
    house: House, type: str, number: int
) -> None:
    house.customer(7001)
    house.order(5001)
    house.sync()
    rows, before = everything(house), house.link(type, number)
    house.shopify.shop_state.delete(type, number)
    deliver(house, f"{type}/delete", {"id": number})

    run = woken(house)

    assert run is not None
    assert run.state == "succeeded"
    assert before.bc_number
    assert before.deleted_at == ""
    assert house.link(type, number).deleted_at == "2026-03-10T10:02:00Z"
    assert house.link(type, number).bc_number == before.bc_number
    assert everything(house) == rows
    assert noted(house, type) == []


def test_of_two_merged_customers_one_is_remembered_as_gone_and_the_other_goes_on(house: House) -> None:
    house.card(shopify_can_update_customers=True)
    house.customer(7001)
    house.customer(7002)
    house.order(5001, customer=7002)
    house.sync()
    rows = everything(house)
    house.shopify.service.merge_customers(7001, 7002)
    deliver(house, "customers/merge", {
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/7001",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/7002",
        "admin_graphql_api_job_id": None, "status": "completed", "errors": [],
    })

    run = woken(house)

    assert run is not None
    assert run.state == "succeeded"
    assert (house.link("customers", 7001).deleted_at, house.link("customers", 7002).deleted_at) == (
        "", "2026-03-10T10:02:00Z")
    assert everything(house) == rows
    assert noted(house, "customers") == []


def everything(house: House) -> dict[str, int]:
    """How many rows Business Central has of what we write."""
    return {name: len(house.bc.state.table(name).rows) for name in ("customers", "items", "salesOrders")}


def test_a_record_that_never_was_leaves_nothing(house: House) -> None:
    house.sync()
    deliver(house, "orders/updated", an_order(5999))

    run = woken(house)

    assert run is not None
    assert run.counts["orders"].read == 0
    assert house.link("orders", 5999).etag == ""
    assert noted(house) == []


def test_before_the_first_synchronization_a_woken_job_leaves_the_notes_to_it(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.product(8001, "NEW-1")
    house.order(5001, [{"sku": "NEW-1", "quantity": 1, "unit_price": "10.00"}])
    deliver(house, "orders/create", an_order(5001))

    assert woken(house) is None
    first = house.sync()

    assert first.counts["orders"].created == 1
    assert house.parked() == {}


def test_a_woken_job_with_nothing_to_do_leaves_no_run(house: House) -> None:
    assert woken(house) is None
    assert house.connector.runs.latest(house.shop) == []


def test_a_disabled_or_paused_shop_is_not_run_and_its_notes_wait(house: House) -> None:
    house.sync()
    deliver(house, "orders/create", an_order(house.order(5001)))
    house.connector.tokens.disconnect(house.shop, at=house.clock.now() + timedelta(seconds=1))
    runs = len(house.connector.runs.latest(house.shop))

    assert woken(house) is None

    assert len(house.connector.runs.latest(house.shop)) == runs
    assert noted(house) == [5001]


def test_a_delivery_for_a_disabled_or_unknown_shop_is_dropped_without_complaint(house: House) -> None:
    house.card(enabled=False)

    deliver(house, "orders/create", an_order(5001))
    deliver(house, "orders/create", an_order(5001), shop="nobody-here.myshopify.com")

    assert noted(house) == []


def test_a_topic_nobody_follows_is_dropped_without_complaint(house: House) -> None:
    deliver(house, "themes/publish", {"id": 1})

    assert [type for type in record_types().brought if noted(house, type)] == []


def test_a_woken_job_of_a_removed_card_ends_quietly(house: House) -> None:
    house.sync()
    deliver(house, "orders/create", an_order(house.order(5001)))
    house.connector.shops.remove(house.shop)

    assert woken(house) is None


def company(number: int) -> dict[str, str]:
    return {"name": "Radium SA", "admin_graphql_api_id": f"gid://shopify/Company/{number}"}


def test_a_company_whose_location_changed_arrives_without_the_schedule(house: House) -> None:
    house.card(shopify_can_update_companies=True)
    house.company(61)
    house.sync()
    before = house.connector.informations.get(house.shop, "companies")
    address = {"address1": "4 rue Neuve", "city": "Nantes", "zip": "44000", "country_code": "FR"}
    house.change("companies", 61, locations=[{"name": "Nantes", "address": address}])

    for topic in ("company_locations/update", "company_contacts/delete"):
        deliver(house, topic, {"admin_graphql_api_id": "gid://shopify/CompanyLocation/6100", "company": company(61)})
    assert noted(house, "companies") == [61]
    run = woken(house)

    assert run is not None
    assert run.counts["companies"].updated == 1
    assert noted(house, "companies") == []
    assert house.connector.informations.get(house.shop, "companies") == before


def test_a_new_company_arrives_by_its_notice(house: House) -> None:
    house.sync()
    house.company(62)
    deliver(house, "companies/create", company(62))

    run = woken(house)

    assert run is not None
    assert run.counts["companies"].created == 1
    assert house.link("companies", 62).bc_number != ""


def test_a_company_that_is_deleted_is_remembered_as_gone_and_its_lost_location_alone_is_no_deletion(
    house: House,
) -> None:
    house.company(63)
    house.sync()
    deliver(house, "company_locations/delete", {"company": company(63)})
    woken(house)
    assert house.link("companies", 63).deleted_at == ""

    house.shopify.shop_state.delete("companies", 63)
    deliver(house, "companies/delete", company(63))
    woken(house)

    assert house.link("companies", 63).deleted_at != ""
