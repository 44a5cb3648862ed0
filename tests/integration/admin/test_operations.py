"""Every call of an operator that is not only a look leaves one row: who, when, what, on which shop, and how it ended.

The calls are those of the app itself, so that a new one cannot be forgotten: each has to say here how it goes through,
and by which rule of ours it is refused.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

import azure.functions as func
import pytest
from msgspec.structs import replace

from shared.admin.operations import CAPTIONS, value_called
from shared.clock import iso
from shared.root import build_connector
from shared.stores.operations import Operation
from shared.stores.privacy_receipts import Receipt
from shared.who_may import Role
from tests.admin import Admin, admin_api, trigger
from tests.house import House
from tests.integration.access.visit import come_back, connect, refusal, visit
from tests.repository import declared_functions

Call = Callable[[House, Admin], func.HttpResponse]


@pytest.fixture
def admin(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admin]:
    """The app, which goes by the clock of the house."""
    with admin_api(house, monkeypatch) as call:
        monkeypatch.setattr("shared.root.connector", lambda: house.connector)
        yield call


def operations(house: House) -> list[Operation]:
    """Of the shop of the house and of the whole app, newest first."""
    return [one for one in house.connector.operations.page().operations if one.shop in ("", house.shop)]


# The calls: how each goes through, and by which rule it is refused


def asks(name: str, body: Any = None, query: dict[str, str] | None = None, **path: str) -> Call:
    return lambda house, admin: admin.raw(name, body, query, **path)


def parked(house: House) -> None:
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync("orders")


def with_a_parked_order(name: str, body: Any = None) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        parked(house)
        return admin.raw(name, body, type="orders", id="5002")

    return call


def switched_off(name: str, body: Any = None, **path: str) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        house.card(enabled=False)
        return admin.raw(name, body, **path)

    return call


def forbidden_to_call_out(name: str, body: Any = None, **path: str) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        house.connector.permission.allow(False, by="test")
        return admin.raw(name, body, **path)

    return call


def sync_of_one_order(house: House, admin: Admin) -> func.HttpResponse:
    house.order(5001)
    return admin.raw("sync_order", order="#5001")


def conflict(house: House) -> str:
    """The number of the document of order 5001, which changed in Shopify since."""
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync("orders")
    return house.link("orders", 5001).bc_number


def resolution(house: House, admin: Admin) -> func.HttpResponse:
    return admin.raw("resolve_order", query={"confirm": conflict(house)}, id="5001")


def unconfirmed(name: str) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        conflict(house)
        return admin.raw(name, id="5001")

    return call


def creation_anew(house: House, admin: Admin) -> func.HttpResponse:
    number = conflict(house)
    house.bc.control.change("salesOrders", number, {"externalDocumentNumber": "KEPT-5001"})
    return admin.raw("create_order_again", query={"confirm": number}, id="5001")


def replay_of(body: Any, *, off: bool = False) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        house.customer(7101)
        house.sync("customers")
        (capture,) = house.connector.captures.of_record(house.shop, "customers", "7101")
        house.card(enabled=not off)
        return admin.raw("replay_data_capture", body, type="customers", id=capture.id)

    return call


def confirmation_of_another_store(house: House, admin: Admin) -> func.HttpResponse:
    house.connector.tokens.forget(house.shop)
    assert refusal(house, visit(house, shop="demo-de.myshopify.com")) == "oauth-shop-unconfirmed"
    return admin.raw("confirm_access")


def confirmation_that_comes_late(house: House, admin: Admin) -> func.HttpResponse:
    house.connector.tokens.forget(house.shop)
    assert refusal(house, visit(house, shop="demo-de.myshopify.com")) == "oauth-shop-unconfirmed"
    house.clock.forward(61)
    return admin.raw("confirm_access")


def erasure(state: str) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        now = iso(house.clock.now())
        house.connector.receipts.keep(Receipt(
            shop=house.shop, topic="shop/redact", id="n-1", state=state, triggered_at=now, received_at=now))
        return admin.raw("confirm_erasure", id="n-1")

    return call


def without_an_app(name: str) -> Call:
    def call(house: House, admin: Admin) -> func.HttpResponse:
        house.connector.access_requests._app = replace(house.connector.access_requests._app, client_id="")
        return admin.raw(name)

    return call


def giving_back_to_a_shopify_that_does_not_answer(house: House, admin: Admin) -> func.HttpResponse:
    connect(house)
    house.connector.permission.allow(False, by="test")
    return admin.raw("revoke_access")


SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
LATER = "2099-01-01T00:00:00Z"

OF_SHOPIFY = "shopify_webhook"
"""No operator's: it is Shopify's, and signed."""

ONLY_LOOKS = {"test_connection", "unknown_api_address", "unknown_portal_address"}
"""Asked by POST, for both services are called, or nothing is there at all; nothing is changed by it."""

GOES_THROUGH: dict[str, Call] = {
    "save_shop": asks("save_shop", {"logging_mode": "All"}),
    "remove_shop": asks("remove_shop"),
    "forget_links": asks("forget_links", query={"confirm": "0"}),
    "set_access_token": asks("set_access_token", {"access_token": "shpat_0123456789abcdef"}),
    "start_sync": asks("start_sync"),
    "set_synchronization_info": asks("set_synchronization_info", {"last_sync_time": SPAN["from"]}, type="orders"),
    "reset_synchronization_info": asks("reset_synchronization_info", type="orders"),
    "set_environment": asks("set_environment", {"allow_http_requests": False}),
    "request_access": asks("request_access"),
    "go_to_shopify": asks("go_to_shopify"),
    "confirm_access": confirmation_of_another_store,
    "revoke_access": asks("revoke_access"),
    "sync_order": sync_of_one_order,
    "back_fill_orders": asks("back_fill_orders", SPAN),
    "resolve_order": resolution,
    "create_order_again": creation_anew,
    "retry_skipped_records": asks("retry_skipped_records"),
    "retry_skipped_record": with_a_parked_order("retry_skipped_record"),
    "dismiss_skipped_record": with_a_parked_order("dismiss_skipped_record", {"note": "Marie Curie paid in cash"}),
    "check_set_up": asks("check_set_up", {"countries": ["FR"]}),
    "replay_data_capture": replay_of({"dry_run": False}),
    "remove_log_entries": asks("remove_log_entries", query={"older_than_days": "7"}),
    "confirm_erasure": erasure("waiting"),
    "renew_webhook_subscriptions": asks("renew_webhook_subscriptions"),
}

IS_REFUSED: dict[str, tuple[str, Call]] = {
    "save_shop": ("shop-card-invalid", asks("save_shop", {"time_zone": "Marie Curie"})),
    "forget_links": ("confirmation-needed", asks("forget_links")),
    "set_access_token": ("input-invalid", asks("set_access_token", {"access_token": "short"})),
    "start_sync": ("shop-disabled", switched_off("start_sync")),
    "set_synchronization_info": (
        "input-invalid", asks("set_synchronization_info", {"last_sync_time": LATER}, type="orders")),
    "request_access": ("settings-invalid", without_an_app("request_access")),
    "go_to_shopify": ("settings-invalid", without_an_app("go_to_shopify")),
    "confirm_access": ("oauth-refused", confirmation_that_comes_late),
    "revoke_access": ("http-requests-not-allowed", giving_back_to_a_shopify_that_does_not_answer),
    "sync_order": ("shop-disabled", switched_off("sync_order", order="marie@example.fr")),
    "back_fill_orders": ("input-invalid", asks("back_fill_orders", {"from": SPAN["to"], "to": SPAN["from"]})),
    "resolve_order": ("confirmation-needed", unconfirmed("resolve_order")),
    "create_order_again": ("confirmation-needed", unconfirmed("create_order_again")),
    "retry_skipped_records": ("input-invalid", asks("retry_skipped_records", {"code": "no-such-code"})),
    "dismiss_skipped_record": ("input-invalid", with_a_parked_order("dismiss_skipped_record", {"note": " "})),
    "check_set_up": ("http-requests-not-allowed", forbidden_to_call_out("check_set_up")),
    "replay_data_capture": ("shop-disabled", replay_of({}, off=True)),
    "remove_log_entries": ("confirmation-needed", asks("remove_log_entries", query={"confirm": "77"})),
    "confirm_erasure": ("input-invalid", erasure("done")),
    "renew_webhook_subscriptions": ("http-requests-not-allowed", forbidden_to_call_out("renew_webhook_subscriptions")),
}

NO_RULE_REFUSES = {
    "remove_shop": "a shop that is there can be removed",
    "reset_synchronization_info": "a type that is one can be reset",
    "set_environment": "it may be allowed and forbidden at any time",
    "retry_skipped_record": "a skipped record can be retried",
}


def after(*steps: Callable[[House, Admin], object]) -> Call:
    """The last step, once the others were done, and none of them is in the book any more."""
    def call(house: House, admin: Admin) -> func.HttpResponse:
        for step in steps[:-1]:
            step(house, admin)
        house.connector.operations.remove_before(house.clock.now())
        house.clock.forward(1)
        return cast(func.HttpResponse, steps[-1](house, admin))

    return call


def without_access(house: House, admin: Admin) -> None:
    house.connector.tokens.forget(house.shop)


def synchronized_with_a_parked_order(house: House, admin: Admin) -> None:
    house.customer(7101)
    parked(house)
    house.sync()


def dismissed(house: House, admin: Admin) -> None:
    with_a_parked_order("dismiss_skipped_record", {"note": "paid in cash"})(house, admin)


Said = dict[str, Any]
Row = tuple[tuple[str, str], Said, Said]

ACCESS = {"access.state": "none"}, {"access.state": "connected"}
KEPT = {"announced_records": 0, "disputes": 0, "links": 2, "merged_customers": 0, "payouts": 0, "record_names": 3,
        "skipped_records": 1, "synchronization_times": 6}
SOME = object()
"""Something is said, which only storage or the clock knows."""

SAYS: dict[str, tuple[Call, Row]] = {
    "save_shop": (GOES_THROUGH["save_shop"], (
        ("", ""), {"logging_mode": "Error Only"}, {"logging_mode": "All"})),
    "remove_shop": (GOES_THROUGH["remove_shop"], (("", ""), {"shopify_url": SOME, "default_customer_no": "C-WEB"}, {})),
    "forget_links": (
        after(synchronized_with_a_parked_order, asks("forget_links", query={"confirm": "2"})), (("", ""), KEPT, {})),
    "set_access_token": (after(without_access, GOES_THROUGH["set_access_token"]), (("", ""), *ACCESS)),
    "start_sync": (asks("start_sync", {"types": ["orders"]}), (("", ""), {}, {"types": ["orders"]})),
    "set_synchronization_info": (GOES_THROUGH["set_synchronization_info"], (
        ("orders", ""), {"last_sync_time": ""}, {"last_sync_time": SPAN["from"]})),
    "reset_synchronization_info": (
        after(GOES_THROUGH["set_synchronization_info"], GOES_THROUGH["reset_synchronization_info"]), (
            ("orders", ""), {"last_sync_time": SPAN["from"]}, {"last_sync_time": ""})),
    "set_environment": (GOES_THROUGH["set_environment"], (
        ("", ""), {"allow_http_requests": True}, {"allow_http_requests": False})),
    "request_access": (GOES_THROUGH["request_access"], (("", ""), {}, {})),
    "go_to_shopify": (GOES_THROUGH["go_to_shopify"], (("", ""), {}, {})),
    "confirm_access": (confirmation_of_another_store, (
        ("", ""), {**ACCESS[0], "access.pending": "demo-de.myshopify.com", "shopify_url": SOME},
        {**ACCESS[1], "access.pending": None, "shopify_url": "https://demo-de.myshopify.com"})),
    "revoke_access": (GOES_THROUGH["revoke_access"], (("", ""), ACCESS[1], ACCESS[0])),
    "sync_order": (sync_of_one_order, (("orders", "5001"), {}, {
        "even_if_left_out": False, "result": "created", "number": SOME, "code": ""})),
    "back_fill_orders": (asks("back_fill_orders", {"from": "1999-01-01T00:00:00Z", "to": SPAN["to"]}), (
        ("", ""), {}, {"from": "2004-01-01T00:00:00Z", "to": SPAN["to"]})),
    "resolve_order": (resolution, (
        ("orders", "5001"), {"code": "order-changed-after-processing"}, {"code": "", "number": SOME})),
    "create_order_again": (creation_anew, (
        ("orders", "5001"), {"number": SOME}, {"result": "created", "number": SOME, "code": ""})),
    "retry_skipped_records": (
        after(synchronized_with_a_parked_order, asks("retry_skipped_records", {"code": "item-not-found"})), (
            ("", ""), {}, {"code": "item-not-found", "due": 1})),
    "retry_skipped_record": (after(dismissed, asks("retry_skipped_record", type="orders", id="5002")), (
        ("orders", "5002"), {"dismissed": True}, {"dismissed": False, "due": True})),
    "dismiss_skipped_record": (GOES_THROUGH["dismiss_skipped_record"], (
        ("orders", "5002"), {"dismissed": False}, {"dismissed": True})),
    "check_set_up": (GOES_THROUGH["check_set_up"], (
        ("", ""), {}, {"ready": True, "countries": ["FR"], "whole": False})),
    "replay_data_capture": (GOES_THROUGH["replay_data_capture"], (("customers", "7101"), {}, {
        "dry_run": False, "capture": SOME, "run": SOME, "result": "unchanged", "number": "S7101"})),
    "remove_log_entries": (GOES_THROUGH["remove_log_entries"], (
        ("", ""), {}, {"older_than_days": 7, "purge": SOME, "entries": 0, "hours": 0})),
    "confirm_erasure": (GOES_THROUGH["confirm_erasure"], (("", ""), {}, {})),
    "renew_webhook_subscriptions": (GOES_THROUGH["renew_webhook_subscriptions"], (
        ("", ""), {}, {"made": [], "removed": [], "refused": SOME})),
}
"""Each call, and what its row says: of what, what was before and what is after."""


SAME_AS = {"go_to_shopify": "request_access"}
"""Another way to the same operation."""


def of_operators() -> set[str]:
    """Functions that need an operator, as the app says: whatever is not GET, and where a function asks for one.

    The list of routes is held to the app by tests/test_repository.py. The portal's forms are tried in tests/portal.
    """
    triggers = {name: bindings[0] for name, bindings in declared_functions().items() if not name.startswith("portal_")}
    return {name for name, one in triggers.items() if one["type"] == "httpTrigger" for method in one["methods"]
            if getattr(trigger(name), "needs", None) is Role.OPERATOR
            or (method != "GET" and name not in (OF_SHOPIFY, *ONLY_LOOKS))}


def test_every_call_that_is_not_only_a_look_is_tried_here() -> None:
    assert set(GOES_THROUGH) == set(SAYS) == of_operators()
    assert set(IS_REFUSED) | set(NO_RULE_REFUSES) == of_operators()


@pytest.mark.parametrize("name", sorted(GOES_THROUGH))
def test_a_call_that_went_through_leaves_one_row(house: House, admin: Admin, name: str) -> None:
    answer = GOES_THROUGH[name](house, admin)

    assert answer.status_code < 400, answer.get_body()
    (row,) = operations(house)
    assert (row.operation, row.by, row.outcome, row.code) == (SAME_AS.get(name, name), "admin", "done", "")
    assert row.at <= iso(house.clock.now())
    assert [name for name in {**row.before, **row.after} if str(value_called(name)) == name] == []
    assert row.shop == ("" if name in ("set_environment", "remove_log_entries") else house.shop)


@pytest.mark.parametrize("name", sorted(SAYS))
def test_a_row_says_of_what_it_is_and_what_was_before_and_after(house: House, admin: Admin, name: str) -> None:
    call, (about, before, after) = SAYS[name]

    assert call(house, admin).status_code < 400

    row = operations(house)[0]
    assert (row.operation, row.type, row.record_id) == (SAME_AS.get(name, name), *about)
    if name == "remove_shop":  # of the whole card
        row.before = {field: row.before[field] for field in before}
    assert said(row.before, before) == before
    assert said(row.after, after) == after


def said(values: Said, wanted: Said) -> Said:
    """The values, SOME in the place of each that is wanted to be said and is."""
    return {name: SOME if wanted.get(name) is SOME and value not in ("", None) else value
            for name, value in values.items()}


@pytest.mark.parametrize("name", sorted(IS_REFUSED))
def test_a_call_that_a_rule_refuses_leaves_one_row_with_its_code(house: House, admin: Admin, name: str) -> None:
    code, call = IS_REFUSED[name]

    answer = call(house, admin)

    assert (answer.status_code >= 400, json.loads(answer.get_body())["type"]) == (True, code)
    (row,) = operations(house)
    assert (row.operation, row.by, row.outcome, row.code) == (SAME_AS.get(name, name), "admin", "refused", code)


@pytest.mark.parametrize("name", sorted(GOES_THROUGH))
def test_what_names_nothing_that_is_there_or_is_malformed_is_no_operation(
    house: House, admin: Admin, name: str
) -> None:
    answers = [admin.raw(name, b"{", shop="NOBODY", type="orders", id="1", order="1"),
               admin.raw(name, {"no such": 1}, {"no such": "1"}, type="orders", id="1", order="1")]

    assert {answer.status_code for answer in answers} <= {400, 404, 422}
    assert operations(house) == []


@pytest.mark.parametrize("name", sorted(set(GOES_THROUGH) - {"save_shop", "set_environment", "remove_log_entries"}))
def test_what_is_asked_of_a_shop_that_is_not_there_is_no_operation(house: House, admin: Admin, name: str) -> None:
    bodies = {"set_access_token": {"access_token": "shpat_0123456789abcdef"}, "back_fill_orders": SPAN,
              "set_synchronization_info": {"last_sync_time": SPAN["from"]}, "dismiss_skipped_record": {"note": "no"}}

    answer = admin.raw(name, bodies.get(name), shop="NOBODY", type="orders", id="1", order="1")

    assert (answer.status_code, json.loads(answer.get_body())["type"]) in ((404, "shop-unknown"), (404, "not-found"))
    assert house.connector.operations.page().operations == []


# What a row says


def test_every_operation_has_a_caption_in_the_reader_s_language(house: House, admin: Admin) -> None:
    assert set(CAPTIONS) == {SAME_AS.get(name, name) for name in of_operators()} | {"grant_access"}
    admin("save_shop", {"logging_mode": "All"})

    answer = json.loads(admin.raw("list_operations", language="fr").get_body())

    (row,) = (one for one in answer["operations"] if one["shop"] == house.shop)
    assert (row["operation"], row["caption"]) == ("save_shop", "Modifier la fiche magasin")


def test_a_card_that_was_changed_says_each_field_before_and_after(house: House, admin: Admin) -> None:
    admin("save_shop", {"logging_mode": "All", "tip_account": "758800", "default_location_code": "MAIN"})

    (row,) = operations(house)
    assert row.before == {"logging_mode": "Error Only", "default_location_code": ""}
    assert row.after == {"logging_mode": "All", "default_location_code": "MAIN"}


def test_a_card_that_was_refused_says_which_fields_it_was_to_get_and_nothing_that_stood_in_them(
    house: House, admin: Admin
) -> None:
    admin("save_shop", {"time_zone": "Marie Curie", "tip_account": "shpat_0123456789abcdef"})

    (row,) = operations(house)
    assert (row.before, set(row.after)) == ({}, {"time_zone", "tip_account"})
    assert "Curie" not in str(row)
    assert "shpat" not in str(row)


@pytest.mark.parametrize("name, secret", [
    ("set_access_token", "shpat_0123456789abcdef"), ("dismiss_skipped_record", "Marie Curie"),
])
def test_no_row_repeats_a_token_or_what_somebody_wrote(house: House, admin: Admin, name: str, secret: str) -> None:
    GOES_THROUGH[name](house, admin)

    rows = list(house.storage.tables["Operations"].rows(""))
    assert rows
    assert secret not in str(rows)


@pytest.mark.parametrize("order", ["marie@example.fr", "Marie Curie", "+33 1 44 27 46 22", "#1001; Marie", "#1001"])
def test_what_was_typed_for_an_order_is_not_repeated_where_it_is_no_id(
    house: House, admin: Admin, order: str
) -> None:
    switched_off("sync_order", order=order)(house, admin)

    assert [(one.type, one.record_id) for one in operations(house)] == [("orders", "")]


def test_an_order_that_was_synchronized_by_its_name_is_told_by_its_id(house: House, admin: Admin) -> None:
    sync_of_one_order(house, admin)

    (row,) = operations(house)
    assert (row.type, row.record_id, row.after["result"]) == ("orders", "5001", "created")
    assert row.after["number"] == house.link("orders", 5001).bc_number


def test_a_document_that_was_given_up_is_named_and_what_was_typed_in_its_place_is_not(
    house: House, admin: Admin
) -> None:
    house.order(5001)
    house.sync("orders")
    house.keep_link("orders", house.link("orders", 5001).with_(bc_number="S-ORD1", bc_id="gone"))
    house.bc.control.remove("salesOrders", house.document(5001)["number"])

    admin("create_order_again", id="5001", query={"confirm": "MarieCurie"})
    house.clock.forward(1)
    admin("create_order_again", id="5001", query={"confirm": "S-ORD1"})

    assert [one.before for one in operations(house)] == [{"number": "S-ORD1"}, {}]


def test_access_that_was_granted_is_written_down_under_the_name_of_who_asked_for_it(
    house: House, admin: Admin
) -> None:
    come_back(visit(house))

    (row,) = operations(house)
    assert (row.operation, row.by, row.outcome) == ("grant_access", "test", "done")
    assert row.after["access.state"] == "connected"


def test_a_failure_that_nobody_foresaw_leaves_a_row_too(
    house: House, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("shared.shops.store.Shops.remove", fails)

    assert admin("remove_shop")[0] == 500

    (row,) = operations(house)
    assert (row.operation, row.outcome, row.code) == ("remove_shop", "failed", "internal-error")


def test_a_process_that_ended_in_between_leaves_a_row_without_an_outcome(
    house: House, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_killed(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr("shared.shops.store.Shops.remove", is_killed)

    with pytest.raises(SystemExit):
        admin("remove_shop")

    (row,) = operations(house)
    assert (row.operation, row.outcome) == ("remove_shop", "")


# Reading them


def test_they_are_listed_newest_first_and_page_by_page(house: House, admin: Admin) -> None:
    for number in range(205):
        house.clock.forward(1)
        with house.connector.operations.recorded("start_sync", by=f"ada {number}", shop=house.shop):
            pass

    pages = [admin("list_operations", query={"shop": house.shop})[1]]
    while pages[-1]["continuation"]:
        asked = {"shop": house.shop, "continuation": pages[-1]["continuation"]}
        pages.append(admin("list_operations", query=asked)[1])

    assert [len(page["operations"]) for page in pages] == [100, 100, 5]
    assert [one["by"] for page in pages for one in page["operations"]] == [f"ada {n}" for n in reversed(range(205))]


def test_they_are_found_by_shop_operation_and_time(house: House, admin: Admin) -> None:
    admin("save_shop", {"logging_mode": "All"})
    house.clock.forward(60)
    since = iso(house.clock.now())
    admin("save_shop", {"logging_mode": "Disabled"})
    house.clock.forward(1)
    admin("reset_synchronization_info", type="orders")

    def found(**query: str) -> list[str]:
        status, page = admin("list_operations", query=query)
        assert status == 200
        return [one["operation"] for one in page["operations"]]

    assert found(shop=house.shop) == ["reset_synchronization_info", "save_shop", "save_shop"]
    assert found(shop=house.shop, since=since) == ["reset_synchronization_info", "save_shop"]
    assert found(shop=house.shop, operation="save_shop") == ["save_shop", "save_shop"]
    assert found(shop="ANOTHER") == []


def test_a_shop_that_is_no_more_can_still_be_asked_about(house: House, admin: Admin) -> None:
    admin("remove_shop")

    _, page = admin("list_operations", query={"shop": house.shop})

    (row,) = page["operations"]
    assert (row["operation"], row["by"], row["shop"]) == ("remove_shop", "admin", house.shop)
    assert row["before"]["tip_account"] == "758800"


@pytest.mark.parametrize("query", [{"continuation": "x' or '1' eq '1"}, {"since": "yesterday"}, {"shops": "FR"}])
def test_a_question_that_is_none_is_refused(house: House, admin: Admin, query: dict[str, str]) -> None:
    status, problem = admin("list_operations", query=query)

    assert (status, problem["type"]) == (400, "input-invalid")


# How long they are kept


@pytest.mark.parametrize("days, kept", [(365, ["young"]), (30, []), (0, ["young", "old"])])
def test_they_are_kept_as_long_as_the_setting_says(house: House, days: int, kept: list[str]) -> None:

    from shared.settings import Settings

    settings: Settings = replace(house.settings, operation_retention_days=days)
    connector = build_connector(settings, clock=house.clock, storage=house.storage)
    for by, later in (("old", 330), ("young", 36)):
        with connector.operations.recorded("start_sync", by=by, shop=house.shop):
            pass
        house.clock.forward(later * 24 * 3600)

    connector.retention.remove_expired(by="schedule")

    assert [one.by for one in operations(house)] == kept
