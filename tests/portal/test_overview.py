"""The overview says of every shop whether it runs, since when not, why, and what to do."""
from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from shared.access.connections import Connection, State
from shared.admin.overview import overview
from shared.admin.shops import forget_links, save_shop, switch_shop
from shared.admin.skipped import MOST_COUNTED
from shared.clock import iso
from shared.privacy.erasure import erase_shop
from shared.stores.skipped_records import SkippedRecord
from tests.house import House
from tests.portal.served import Portal
from tests.unreadable_card import unreadable_card


def stands(house: House) -> tuple[str, str, str]:
    """(state, reason, next step) of the shop."""
    (shop,) = [one for one in overview(house.connector, "en").shops if one.code == house.shop]
    return shop.state, shop.reason, shop.next_step


def text_of(portal: Portal, language: str = "en-GB") -> str:
    """What a reader of the overview reads."""
    page = portal.visitor(language).get("/portal").text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])).split())


def test_a_shop_that_has_never_run_is_running_and_says_so(house: House) -> None:
    assert stands(house) == ("running", "never-ran", "sync-now")


def test_a_shop_whose_last_run_went_through_is_running(house: House) -> None:
    house.order(5001)
    house.sync()

    (shop,) = overview(house.connector, "en").shops

    assert stands(house) == ("running", "succeeded", "sync-now")
    assert (shop.read, shop.parked, shop.skipped) == (1, 0, 0)
    assert shop.last_sync["orders"] is not None


@pytest.mark.parametrize("language, says", [
    ("en-GB", ["One shop needs you", "The stored shop card cannot be read.",
               "what is stored as 'sku_mapping' is missing, or does not fit", "Storage browser"]),
    ("fr-FR", ["Une boutique est à traiter", "La fiche magasin enregistrée ne peut pas être lue.",
               "ce qui est enregistré sous 'sku_mapping' manque ou ne convient pas", "Navigateur de stockage"]),
])
def test_a_card_that_cannot_be_read_needs_somebody_and_hides_no_other_shop(
    portal: Portal, language: str, says: list[str]
) -> None:
    house, other = portal.house, f"{portal.house.shop[:12]}-X"
    house.connector.shops.save(other, {"shopify_url": "other.myshopify.com"})
    with unreadable_card(house, other, sku_mapping="shpat_secret"):
        told = text_of(portal, language).replace("\u00a0", " ")
        pages = {path: portal.visitor(language).get(path) for path in (
            f"/portal/shops/{other}", f"/portal/shops/{other}/reset/orders", f"/portal/shops/{other}/removal",
            "/portal/runs", "/portal/skipped-records", "/portal/log-entries", "/portal/environment")}

    assert all(one in told for one in [house.shop, other, "other.myshopify.com", "shop-card-unreadable", *says])
    assert [page.status_code for page in pages.values()] == [409, 200, 200, 200, 200, 200, 200]
    assert "shop-card-unreadable" in pages[f"/portal/shops/{other}"].text
    assert not any("shpat_secret" in page for page in [told, *(one.text for one in pages.values())])


def test_a_shop_that_is_switched_off_is_paused(house: House) -> None:
    house.card(enabled=False)

    assert stands(house) == ("paused", "switched-off", "enable")


def test_a_shop_that_is_switched_off_says_since_when_until_it_is_enabled(portal: Portal) -> None:
    connector, shop, clock = portal.house.connector, portal.house.shop, portal.house.clock
    switch_shop(connector, shop, False, by="ada")
    off_at = iso(clock.now())
    clock.forward(3600)
    save_shop(connector, shop, {"time_zone": "Europe/Paris"}, by="ada")

    (seen,) = overview(connector, "en").shops
    told = portal.visitor("fr-FR").get("/portal").text
    switch_shop(connector, shop, True, by="ada")
    portal.house.card(enabled=False)  # as an earlier version switched it: nobody noted when
    (unknown,) = overview(connector, "en").shops

    assert (seen.reason, seen.since) == ("switched-off", off_at)
    assert (f'Le champ « Activé » de la fiche est désactivé depuis : <time datetime="{off_at}"' in
            told.replace("\u00a0", " "))
    assert (unknown.reason, unknown.since) == ("switched-off", None)


@pytest.mark.parametrize("switch_off", [
    pytest.param(lambda house: forget_links(house.connector, house.shop, 0, by="ada"), id="links-forgotten"),
    pytest.param(lambda house: erase_shop(house.connector, house.shop), id="shop-erased"),
])
def test_whatever_switches_a_shop_off_says_when(house: House, switch_off: Callable[[House], object]) -> None:
    switch_off(house)

    (shop,) = overview(house.connector, "en").shops

    assert (shop.reason, shop.since) == ("switched-off", iso(house.clock.now()))


def test_an_environment_that_may_not_call_out_pauses_every_shop(house: House) -> None:
    house.connector.permission.allow(False, by="test")

    assert stands(house) == ("paused", "http-requests", "allow-http-requests")


def test_a_shop_that_never_had_access_needs_somebody(house: House) -> None:
    house.connector.tokens.forget(house.shop)

    assert stands(house) == ("needs-you", "access", "request-access")


@pytest.mark.parametrize("state", [State.DISCONNECTED, State.RECONNECT_REQUIRED])
def test_a_shop_that_lost_its_access_needs_somebody_since_then(house: House, state: State) -> None:
    house.connector.tokens.connections.save(house.shop, Connection(
        state=state, reason="shop-disconnected", detail="the app was removed", at="2026-03-10T09:00:00Z"))

    (shop,) = overview(house.connector, "fr").shops

    assert stands(house) == ("needs-you", "access", "request-access")
    assert shop.since == "2026-03-10T09:00:00Z"
    assert shop.problem is not None
    assert str(shop.problem.detail) == "the app was removed"


def test_a_run_that_failed_for_the_set_up_needs_somebody(house: House) -> None:
    house.card(company_id="00000000-0000-0000-0000-000000000001")
    house.order(5001)

    assert house.sync().state == "failed"
    assert stands(house) == ("needs-you", "failed", "look-at-run")


def test_another_service_that_does_not_answer_needs_nobody_for_an_hour(house: House) -> None:
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    run.state, run.error_code, run.error_detail = "failed", "shopify-unavailable", "Shopify did not answer"
    house.connector.runs.save(run)

    before = stands(house)
    house.clock.forward(3601)

    assert before == ("running", "waiting", "sync-now")
    assert stands(house) == ("needs-you", "failed", "look-at-run")


def test_a_run_that_is_under_way_is_told(house: House) -> None:
    house.connector.runs.begin(house.shop, ["orders"], "schedule")

    assert stands(house) == ("running", "under-way", "sync-now")


def skipped(house: House, number: int, **changes: object) -> SkippedRecord:
    fields = {"shop": house.shop, "type": "orders", "id": str(number), "code": "item-not-found", "detail": "SKU X",
              "tries": 1, "first_at": "2026-03-10T08:00:00Z", "last_at": "2026-03-10T08:00:00Z", "next_try": ""}
    return SkippedRecord(**(fields | changes))  # type: ignore[arg-type]


def test_skipped_records_are_counted_by_reason_without_those_that_nobody_has_to_look_at(house: House) -> None:
    house.connector.skipped.park([
        skipped(house, 1), skipped(house, 2, first_at="2026-03-09T08:00:00Z"), skipped(house, 3, code="total-mismatch"),
        skipped(house, 4, dismissed_at="2026-03-10T09:00:00Z"), skipped(house, 5, left_out=True),
    ])

    found = overview(house.connector, "en")

    assert [(one.code, one.records, one.oldest) for one in found.skipped] == [
        ("item-not-found", 2, "2026-03-09T08:00:00Z"), ("total-mismatch", 1, "2026-03-10T08:00:00Z")]
    assert stands(house)[2] == "see-skipped"


def test_more_skipped_records_than_are_counted_are_said_to_be_more(house: House) -> None:
    house.connector.skipped.park([skipped(house, number) for number in range(MOST_COUNTED + 1)])

    (shop,) = overview(house.connector, "en").shops

    assert (shop.skipped, shop.skipped_more) == (MOST_COUNTED, True)


def test_shops_that_need_somebody_come_first(house: House) -> None:
    card = house.connector.shops.get(house.shop)
    house.connector.shops.save("AAA", {"shopify_url": "https://demo-aa.myshopify.com", "company_id": card.company_id})
    house.connector.tokens.forget(house.shop)

    found = overview(house.connector, "en")

    assert [(one.code, one.state) for one in found.shops] == [(house.shop, "needs-you"), ("AAA", "paused")]
    assert (found.needing, found.paused) == (1, 1)


# The page


@pytest.mark.parametrize("language, heading, why", [
    ("en-GB", "Your shop needs you", "Nothing is lost"),
    ("fr-FR", "Votre boutique est à traiter", "Rien n’est perdu"),
])
def test_the_heading_is_the_answer_and_the_reason_stands_below(
    portal: Portal, language: str, heading: str, why: str
) -> None:
    portal.house.connector.tokens.forget(portal.house.shop)

    text = text_of(portal, language)

    assert heading in text
    assert why in text


def test_a_shop_without_access_asks_for_it_by_a_button_that_leads_to_shopify(portal: Portal) -> None:
    portal.house.connector.tokens.forget(portal.house.shop)
    visitor = portal.visitor()

    assert f'action="/portal/shops/{portal.house.shop}/access/request"' in visitor.get("/portal").text
    answer = visitor.post(f"/portal/shops/{portal.house.shop}/access/request")

    assert answer.status_code == 200
    to_shopify = r'<meta http-equiv="refresh" content="0; url=http://127.0.0.1:\d+/admin/oauth/authorize'
    assert re.search(to_shopify, answer.text)
    assert "Path=/api/oauth" in answer.headers["Set-Cookie"]


def test_an_app_without_shops_says_what_comes_first(portal: Portal) -> None:
    portal.house.connector.shops.remove(portal.house.shop)

    assert "No shop yet" in text_of(portal)


def test_a_name_full_of_markup_is_only_text(portal: Portal) -> None:
    portal.house.connector.tokens.connections.save(portal.house.shop, Connection(
        state=State.DISCONNECTED, reason="shop-disconnected", detail="<script>alert(1)</script>"))

    page = portal.visitor().get("/portal").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
