"""Whatever is done by a form of the portal stands in the book under the name of whoever did it."""
from __future__ import annotations

import pytest

from tests.integration.access.visit import refusal, visit
from tests.portal.pages import functions
from tests.portal.served import Portal
from tests.portal.skipping import skip

RECORD = "/portal/shops/{shop}/skipped-records/orders/1"
DONE: dict[str, tuple[str, str, dict[str, str]]] = {
    "portal_sync_shop": ("start_sync", "/portal/shops/{shop}/sync", {}),
    "portal_switch_shop": ("save_shop", "/portal/shops/{shop}/enabled", {"enabled": "no"}),
    "portal_choose_logging": ("save_shop", "/portal/shops/{shop}/logging", {"mode": "All", "hours": "1"}),
    "portal_reset_type": ("reset_synchronization_info", "/portal/shops/{shop}/reset/orders", {"how": "all"}),
    "portal_request_access": ("request_access", "/portal/shops/{shop}/access/request", {}),
    "portal_confirm_access": ("confirm_access", "/portal/shops/{shop}/access/confirm", {}),
    "portal_retry_skipped_records": ("retry_skipped_records", "/portal/shops/{shop}/skipped-records/retry", {}),
    "portal_retry_skipped_record": ("retry_skipped_record", f"{RECORD}/retry", {}),
    "portal_dismiss_skipped_record": ("dismiss_skipped_record", f"{RECORD}/dismiss", {"note": "paid in cash"}),
    "portal_remove_log_entries": ("remove_log_entries", "/portal/log-removal", {"until": "2026-03-10T09:00:00Z"}),
    "portal_replay_data_capture": (
        "replay_data_capture", "/portal/shops/{shop}/data-captures/customers/{capture}/replay", {"how": "dry-run"}),
    "portal_save_card": ("save_shop", "/portal/shops/{shop}/card", {"tip_account": "40100"}),
    "portal_choose_company": ("save_shop", "/portal/shops/{shop}/bc-company", {"company": "of another form"}),
    "portal_check_set_up": ("check_set_up", "/portal/shops/{shop}/set-up-check", {}),
    "portal_create_shop": ("save_shop", "/portal/set-up", {"code": "NEW", "shopify_url": "demo-new.myshopify.com"}),
    "portal_remove_shop": ("remove_shop", "/portal/shops/{shop}/removal", {}),
    "portal_renew_webhooks": ("renew_webhook_subscriptions", "/portal/shops/{shop}/webhooks/renew", {}),
    "portal_set_environment": ("set_environment", "/portal/environment", {"allow": "no"}),
}


ONLY_LOOKS = {"portal_search", "portal_test_connection"}
"""Forms that change nothing, whose values must not stand in an address, or that call out."""


OF_AN_ORDER = {"portal_sync_order", "portal_resolve_order", "portal_create_order_again"}
"""What names an order that is not there leaves no row: test_records.py tries them on orders."""


def test_every_form_is_tried_here() -> None:
    assert set(DONE) | ONLY_LOOKS | OF_AN_ORDER == set(functions("POST"))


@pytest.mark.parametrize("name", sorted(DONE))
def test_a_form_leaves_one_row_under_the_name_of_who_sent_it(portal: Portal, name: str) -> None:
    operation, path, fields = DONE[name]
    portal.house.customer(7101)
    portal.house.sync("customers")
    (capture,) = portal.house.connector.captures.of_record(portal.house.shop, "customers", "7101")
    skip(portal.house, 1)
    if name == "portal_confirm_access":
        portal.house.connector.tokens.forget(portal.house.shop)
        assert refusal(portal.house, visit(portal.house, shop="demo-de.myshopify.com")) == "oauth-shop-unconfirmed"

    answer = portal.visitor().post(path.format(shop=portal.house.shop, capture=capture.id), fields)

    assert answer.status_code < 500
    (row,) = portal.house.connector.operations.page().operations
    assert (row.operation, row.by) == (operation, "ada@example.com")
    assert "paid in cash" not in str(row)


def test_the_store_that_is_confirmed_is_the_one_that_the_page_asked_about(portal: Portal) -> None:
    house = portal.house
    house.connector.tokens.forget(house.shop)
    assert refusal(house, visit(house, shop="demo-de.myshopify.com")) == "oauth-shop-unconfirmed"
    page = portal.visitor().get(f"/portal/shops/{house.shop}")
    assert 'name="host" value="demo-de.myshopify.com"' in page.text
    assert refusal(house, visit(house, shop="demo-be.myshopify.com")) == "oauth-shop-unconfirmed"

    answer = portal.visitor().post(f"/portal/shops/{house.shop}/access/confirm", {"host": "demo-de.myshopify.com"})

    assert answer.status_code == 409
    assert "The store demo-be.myshopify.com has answered meanwhile" in answer.text
    assert 'name="host" value="demo-be.myshopify.com"' in answer.text, "one look further, it can be confirmed"
    assert house.connector.shops.get(house.shop).host == house.shopify.shop
