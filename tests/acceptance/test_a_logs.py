"""Acceptance cases A: log entries."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from local.azurite import Azurite, start_azurite
from local.business_central.faults import Fault
from local.storage_proxy import storage_proxy
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.exchange import Exchange
from shared.journal.log_entries import CONTAINERS, TABLES, WholeLogEntry
from shared.journal.log_list import LogFilter, list_log_entries
from shared.shopify.documents import Document
from tests.admin import Admin
from tests.house import House, a_house
from tests.integration.access.visit import finish, visit
from tests.integration.shopify.scripted import Script, Step, playing

pytestmark = pytest.mark.emulator

QUERY = Document("shop_name", "query ShopName { shop { name } }", 1, frozenset())
MUTATION = Document("order_cancel", "mutation Cancel { orderCancel { job { id } } }", 10, frozenset())


@pytest.fixture(scope="module")
def emulator() -> Iterator[Azurite]:
    """Storage of its own: what is removed here is everybody's log."""
    with start_azurite() as running:
        yield running


@pytest.fixture
def house(emulator: Azurite) -> Iterator[House]:
    with a_house(emulator.connection_string) as house:
        for name in house.connector.storage.tables.names(TABLES):
            house.connector.storage.tables.drop(name)
        yield house


@contextmanager
def shopify_answers(house: House, *steps: Step) -> Iterator[tuple[Connector, Script]]:
    """The house's connector, with a Shopify that answers by a script."""
    with playing(*steps) as script:
        settings = msgspec.structs.replace(house.settings, shopify_base_url=script.url)
        yield house.connector._replace(settings=settings), script


def ask(house: House, connector: Connector, document: Document = QUERY, **variables: Any) -> None:
    connector.shopify(connector.shops.get(house.shop)).ask(document, variables)


def fine(data: Any = None, cost: float = 1) -> Step:
    throttle = {"maximumAvailable": 2000, "currentlyAvailable": 1900, "restoreRate": 100}
    return Step(200, {"data": data or {"shop": {"name": "Démo"}}, "extensions": {"cost": {
        "requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": throttle}}})


def entries(house: House) -> list[WholeLogEntry]:
    """The shop's log, oldest first."""
    page = list_log_entries(house.connector.logs, [house.shop], LogFilter())
    return [house.connector.logs.get(entry.id) for entry in page.entries[::-1]]


def put_into_the_log(house: House, *, age: timedelta = timedelta(0), status: int = 200, times: int = 1) -> None:
    """Calls of so long ago, by the machine's clock, which the admin API goes by."""
    call = Exchange(
        at=datetime.now(UTC) - age, direction="Shopify", method="POST", status=status, description="", seconds=1.0,
        url=f"{house.shopify.shop}/admin/api/2026-10/graphql.json", request='{"query":"q"}', response="answer",
        request_id="req-500", has_error=status != 200,
    )
    house.connector.logs.write(house.shop, "", [(number, call) for number in range(times)])


# What is kept


def test_a1_a_query_without_errors_leaves_no_entry_in_mode_error_only(house: House) -> None:
    house.card(logging_mode="Error Only")
    house.order(5001)

    run = house.sync("orders")

    assert run.counts["orders"].created == 1
    assert [entry.url for entry in entries(house)] == []


def test_a2_an_answer_with_errors_leaves_one_entry_with_request_and_response_in_full(house: House) -> None:
    answer = {"errors": [{"message": "Field 'nmae' doesn't exist on type 'Shop'"}] * 400}
    house.card(logging_mode="Error Only")

    with shopify_answers(house, Step(200, answer)) as (connector, _), pytest.raises(ConnectorError):
        ask(house, connector, note="x" * 20_000)

    (entry,) = entries(house)
    assert (entry.has_error, entry.status) == (True, 200)
    assert msgspec.json.decode(entry.request) == {"query": QUERY.text, "variables": {"note": "x" * 20_000}}
    assert msgspec.json.decode(entry.response) == answer


@pytest.mark.parametrize("field", ["userErrors", "orderCancelUserErrors", "mediaUserErrors"])
def test_a3_user_errors_leave_an_entry_and_an_empty_list_of_them_none(house: House, field: str) -> None:
    house.card(logging_mode="Error Only", allow_data_sync_to_shopify=True)
    none: dict[str, Any] = {"orderCancel": {field: []}}
    one = {"orderCancel": {field: [{"message": "Order is archived"}]}}

    with shopify_answers(house, fine(none)) as (connector, _):
        ask(house, connector, MUTATION)
    assert entries(house) == []

    with shopify_answers(house, fine(one)) as (connector, _):
        ask(house, connector, MUTATION)
    (entry,) = entries(house)
    assert (entry.has_error, entry.status) == (True, 200)


def test_a3_an_error_given_as_a_text_is_an_error_too(house: House) -> None:
    with shopify_answers(house, Step(200, {"errors": "[API] odd"})) as (connector, _), pytest.raises(ConnectorError):
        ask(house, connector)

    assert [entry.has_error for entry in entries(house)] == [True]


def test_a4_in_mode_all_each_call_leaves_an_entry_with_cost_and_request_id(house: House) -> None:
    house.card(logging_mode="All")

    with shopify_answers(house, fine(cost=12), fine(cost=12), fine(cost=68)) as (connector, _):
        for _ in range(3):
            ask(house, connector)
            house.clock.forward(1)

    found = entries(house)
    assert [(entry.method, entry.actual_cost) for entry in found] == [("POST", 12), ("POST", 12), ("POST", 68)]
    assert [entry.request_id for entry in found] == ["req-1", "req-2", "req-3"]
    assert [entry.has_error for entry in found] == [False, False, False]


def test_a4_in_mode_all_a_run_leaves_every_call_to_both_sides_with_the_run_in_it(house: House) -> None:
    house.card(logging_mode="All")
    house.order(5001)

    run = house.sync("orders")

    found = entries(house)
    assert sum(entry.direction == "Shopify" for entry in found) == run.shopify_calls
    assert sum(entry.direction == "Business Central" for entry in found) == run.bc_calls + 1, "and the sign-in"
    assert {entry.run for entry in found} == {run.id}
    assert (run.log_entries, run.log_entries_lost) == (len(found), 0)


def test_a5_in_mode_disabled_a_run_that_fails_leaves_no_entry_and_still_fails(house: House) -> None:
    house.card(logging_mode="Disabled")
    house.shopify.fault("http_5xx", times=20, status=500)

    run = house.sync("orders")

    assert (run.state, run.error_code) == ("failed", "shopify-unavailable")
    assert {call.status for call in house.exchanges} == {500}
    assert entries(house) == []


def test_a5_the_same_run_in_mode_error_only_leaves_one_entry_a_try(house: House) -> None:
    house.shopify.fault("http_5xx", times=20, status=500)

    run = house.sync("orders")

    tries = [(call.status, call.retry) for call in house.exchanges]
    assert [(entry.status, entry.retry) for entry in entries(house)] == tries
    assert tries[:2] == [(500, 0), (500, 1)]
    assert (run.state, run.log_entries) == ("failed", len(tries))


@pytest.mark.parametrize("mode", ["Disabled", "Error Only", "All"])
def test_of_a_run_with_three_failing_calls_each_mode_keeps_exactly_its_entries_and_always_the_captures(
    house: House, mode: str
) -> None:
    house.card(logging_mode=mode)
    house.order(5001)
    house.shopify.fault("http_5xx", times=2, status=500)
    house.bc.faults.add(Fault("status", method="POST", entity="salesOrders", status=429))

    run = house.sync("orders")

    failing = [call for call in house.exchanges if call.has_error]
    wanted = {"Disabled": [], "Error Only": failing, "All": house.exchanges}[mode]
    found = entries(house)
    assert (run.state, len(failing), len(house.documents(5001))) == ("succeeded", 3, 1)
    assert sorted((entry.method, entry.url, entry.status) for entry in found) == sorted(
        (call.method, call.url, call.status) for call in wanted)
    assert sorted((entry.request, entry.response) for entry in found if "/oauth2/" not in entry.url) == sorted(
        (call.request, call.response) for call in wanted if "/oauth2/" not in call.url)
    kept = msgspec.json.encode(found).decode()
    assert house.settings.bc_client_secret not in kept
    assert house.shopify.token not in kept
    assert run.log_entries == len(wanted)
    assert len(house.connector.captures.of_record(house.shop, "orders", "5001")) == 1


def test_a7_the_preview_of_a_request_of_120_characters_is_its_first_50(house: House) -> None:
    house.card(logging_mode="All")
    frame = len('{"query":"","variables":{}}')
    query = Document("padded", "{ shop { name } } #".ljust(120 - frame, "x"), 1, frozenset())

    with shopify_answers(house, fine()) as (connector, _):
        ask(house, connector, query)

    (entry,) = entries(house)
    assert len(entry.request) == 120
    assert entry.request_preview == entry.request[:50]


# Removing and escalating


def test_a9_ten_entries_stay_without_a_confirmation_and_go_with_it(house: House, admin: Admin) -> None:
    put_into_the_log(house, times=10)

    status, problem = admin("remove_log_entries")

    assert (status, problem["type"]) == (409, "confirmation-needed")
    assert "10 log entries" in problem["detail"]
    assert len(entries(house)) == 10

    status, purge = admin("remove_log_entries", query={"confirm": "10"})

    assert (status, purge["entries"], purge["by"]) == (200, 10, "admin")
    assert entries(house) == []
    assert admin("list_log_purges")[1][0] == purge


def test_a9_a_wrong_number_confirms_nothing(house: House, admin: Admin) -> None:
    put_into_the_log(house, times=10)

    for confirm in ("", "9", "100"):
        assert admin("remove_log_entries", query={"confirm": confirm})[0] == 409
    assert admin("remove_log_entries", query={"confirm": "ten"})[0] == 400

    assert len(entries(house)) == 10


def test_a9_entries_older_than_seven_days_go_unless_other_days_are_named(house: House, admin: Admin) -> None:
    for days in (1, 6, 8, 30):
        put_into_the_log(house, age=timedelta(days=days))

    admin("remove_log_entries", query={"older_than_days": ""})
    assert len(entries(house)) == 2

    admin("remove_log_entries", query={"older_than_days": "5"})
    assert len(entries(house)) == 1

    assert admin("remove_log_entries", query={"older_than_days": "0"})[0] == 400
    assert len(entries(house)) == 1


@pytest.mark.parametrize("age, status, offered", [(13, 500, True), (15, 500, False), (13, 404, False)])
def test_a10_an_escalation_report_is_offered_for_status_500_within_14_days(
    house: House, admin: Admin, age: int, status: int, offered: bool
) -> None:
    put_into_the_log(house, age=timedelta(days=age), status=status)
    (entry,) = entries(house)

    answer, report = admin("escalate_log_entry", id=entry.id)

    assert admin("get_log_entry", id=entry.id)[1]["can_escalate"] is offered
    if offered:
        assert answer == 200
        assert (report["request_id"], report["at"]) == ("req-500", entry.at)
        assert (report["store"], report["api_version"]) == ("demo-fr.myshopify.com", "2026-10")
        assert (report["request"], report["response"]) == ('{"query":"q"}', "answer")
    else:
        assert (answer, report["type"]) == (409, "escalation-not-offered")


# What must not be in it


def test_a11_no_entry_holds_the_token_though_an_answer_repeats_it(house: House) -> None:
    house.card(logging_mode="All")
    token = house.connector.tokens.token(house.shop)

    with shopify_answers(house, fine({"shop": {"name": token}})) as (connector, script):
        ask(house, connector)

    assert script.headers[0]["X-Shopify-Access-Token"] == token
    assert len(entries(house)) == 1
    assert token not in everything_stored(house)


def test_a11_no_entry_of_a_run_holds_a_token_or_a_secret(house: House) -> None:
    house.card(logging_mode="All")
    house.order(5001, note=f"my key is {house.settings.bc_client_secret}")

    run = house.sync()

    stored = everything_stored(house)
    assert run.log_entries > 5
    for secret in (house.connector.tokens.token(house.shop), house.settings.bc_client_secret, house.bc.token):
        assert secret not in stored
    assert "Authorization" not in stored


def test_a11_when_a_token_is_exchanged_and_renewed_no_entry_holds_token_secret_code_or_hmac(house: House) -> None:
    house.card(logging_mode="All")
    house.connector.tokens.forget(house.shop)
    came = visit(house)
    finish(house, came)
    first = house.connector.tokens.token(house.shop)
    house.clock.forward(55 * 60)
    second = house.connector.tokens.token(house.shop)
    house.sync("orders")

    parameters = dict(came.parameters)
    stored = everything_stored(house)
    token_calls = [entry for entry in entries(house) if entry.url.endswith("/admin/oauth/access_token")]
    assert [(entry.status, entry.run) for entry in token_calls] == [(200, ""), (200, "")]
    for secret in (first, second, house.settings.shopify_client_secret, parameters["hmac"], parameters["code"]):
        assert secret not in stored
    assert first != second


def everything_stored(house: House) -> str:
    """All rows of the log as they lie in storage, and all bodies."""
    tables, blobs = house.connector.storage.tables, house.connector.storage.blobs
    rows = [str(row) for name in tables.names(TABLES) for row in tables[name].rows("PartitionKey ge ''")]
    assert all(blobs.names(container) for container in blobs.containers(CONTAINERS))
    return "\n".join([*rows, *map(str, entries(house))])


# What must not suffer from it


def test_a12_all_25_orders_arrive_while_the_log_store_refuses_writes(emulator: Azurite) -> None:
    with storage_proxy(emulator.connection_string) as door, a_house(door.connection_string) as house:
        house.card(logging_mode="All")
        for number in range(5001, 5026):
            house.order(number)
        door.refuse = lambda call: call.target.startswith(("LogEntries", "log-bodies"))

        run = house.sync("orders")

        assert (run.state, run.counts["orders"].created) == ("succeeded", 25)
        assert len({number for number in range(5001, 5026) if house.documents(number)}) == 25
        assert (run.log_entries, run.log_entries_lost) == (0, run.shopify_calls + run.bc_calls + 1), "and the sign-in"
        assert house.connector.runs.get(house.shop, run.id).log_entries_lost == run.log_entries_lost
        assert any(map(door.refuse, door.calls)), "the log was tried and refused"
