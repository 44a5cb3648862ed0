"""Every page and state of the portal that is looked at, each with the house that it needs.

A situation is a house and who visits it; its states follow each other in it, and each is looked at before the house
goes on. What a state's own address does not show is done by the visitor first: a form sent, a fold opened, paper taken.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page

from local.business_central.faults import Fault
from shared.access.connections import Connection, State
from shared.admin.set_up_check import check_shop_set_up
from shared.admin.shops import switch_shop
from shared.settings import SYNC_FUNCTION, SYNC_TIMER
from shared.stores.sync_runs import Awaited, Counts
from tests.house import House
from tests.memory import storage_in_memory
from tests.portal.chromium import press
from tests.portal.scene import CUSTOMER, ORDER, SKIPPED, Scene
from tests.portal.served import NOBODY, VIEWER, Portal, a_portal
from tests.portal.skipping import skip

Act = Callable[[Page], None]
TWO_WEEKS = 14 * 24
"""Hours."""


class Look(NamedTuple):
    """Where a state is seen, what is done there first, and whether on paper."""

    path: str
    act: Act | None = None
    printed: bool = False


States = Iterator[tuple[str, Look]]


# What visitors do


def pressed(selector: str, **fields: str) -> Act:
    """Fill these fields in, by id, and press the button there."""
    def act(page: Page) -> None:
        for id, text in fields.items():
            page.locator(f"#{id}").fill(text)
        press(page.locator(selector).first)
        page.wait_for_load_state("networkidle")
    return act


def unfolded(page: Page) -> None:
    """Every fold open, as for whoever reads all of it."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def held_back(act: Act) -> Act:
    """Do this, and stay on the page that leads to Shopify. Source: RFC 9110, 15.3.5 (204)."""
    def held(page: Page) -> None:
        page.route("**/admin/oauth/**", lambda route: route.fulfill(status=204))
        act(page)
    return held


def nothing_chosen(page: Page) -> None:
    """A form of choices, sent without a choice."""
    page.evaluate("document.querySelectorAll('main [type=radio]').forEach(one => one.checked = false)")
    pressed("main form .primary")(page)


def menu_opened(page: Page) -> None:
    """The menu of a phone; a desk has it open."""
    if page.locator(".menu-opens").is_visible():
        page.locator(".menu-opens").click()


def wrong_card(page: Page) -> None:
    """A card with mistakes in fields and in a row of a list."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for name, text in {"rounding_tolerance": "much", "time_zone": "Europe/Nowhere",
                       "customer_setup_by_country_region.0.country_region_code": "France",
                       "tip_account": "708500" * 5}.items():
        page.locator(f"[name='{name}']").fill(text)
    pressed(".card-form .primary")(page)


# What is seen


def pages(portal: Portal) -> States:
    """A shop with two weeks behind it, and another one that needs somebody: every page of the app."""
    scene = scene_of(portal)
    for name, path in scene.pages().items():
        yield name, Look(path)
    yield "arrivals as a table", Look("/portal", unfolded)
    yield "the card, unfolded", Look(f"/portal/shops/{portal.house.shop}", unfolded)
    yield "the menu", Look("/portal", menu_opened)
    yield "an address at which there is nothing", Look("/portal/nothing")


def records(portal: Portal) -> States:
    """Lists and records of every type, and what a search finds."""
    scene_of(portal)
    shop = f"/portal/shops/{portal.house.shop}"
    for type, id in (("products", 7201), ("customers", CUSTOMER), ("companies", 7301), ("payouts", 7401),
                     ("disputes", 7501)):
        yield f"the list of {type}", Look(f"/portal/lists/{type}")
        yield f"one of {type}", Look(f"{shop}/records/{type}/{id}")
    yield "a skipped order", Look(f"{shop}/records/orders/{SKIPPED}")
    yield "an order that nobody knows", Look(f"{shop}/records/orders/1")
    yield "searched, nothing found", Look("/portal", pressed(".find button", find="#9999"))
    yield "searched, several found", Look("/portal", pressed(".find button", find="marie@example.fr"))


def order_lists(portal: Portal) -> States:
    """Orders whose tax stands apart, and orders that do not stand on their company; in one currency and another."""
    house = portal.house
    house.card()
    house.connector.tokens.keep(house.shop, house.shopify.token)
    for id, goods, rate in ((ORDER, ["0.99"] * 3, "0.2"), (5011, ["0.99", "0.97", "1.03"], "0.055")):
        house.order(id, [{"sku": "1000", "quantity": 1, "unit_price": price} for price in goods], tax_rate=rate)
    house.customer(7201, email="achats@rhone.example", first_name="Rita", last_name="Curie-Joliot")
    house.company(7301, name="Ateliers du Rhône et de la Saône SARL", contacts=[7201])
    for id in (5020, 5021):
        house.order(id, customer=7201, email="achats@rhone.example", company={"company": 7301})
    house.sync()
    for id in (5020, 5021):
        house.bc.control.change("salesOrders", house.document(id)["number"], {"customerNumber": "S7201"})
    yield "tax apart", Look("/portal/orders/tax-apart")
    yield "tax apart of no day", Look("/portal/orders/tax-apart?from=2020-01-01&to=2020-01-02")
    yield "orders not on their company", Look("/portal/orders/not-on-their-company")


def forms(portal: Portal) -> States:
    """What comes of pressing a button: mistakes in forms first, then what was done."""
    house = portal.house
    scene = scene_of(portal)
    shop = f"/portal/shops/{house.shop}"
    yield "the card with mistakes", Look(shop, wrong_card)
    yield "a reset to a time that is none", Look(f"{shop}/reset/orders?how=since&since=")
    yield "a reset past what was read", Look(
        f"{shop}/reset/orders?how=since&since=2026-03-24T10:30", pressed("main form .primary"))
    yield "no company chosen", Look(f"{shop}/bc-company", nothing_chosen)
    yield "a dismissal without a note", Look(
        f"{shop}/skipped-records/orders/{SKIPPED}/dismiss", pressed("main form .primary", note=" "))
    yield "a code that is taken", Look(
        "/portal/set-up", pressed("main form .primary", code=house.shop, shopify_url="https://demo-fr.myshopify.com"))
    yield "a replay, tried", Look(
        f"{shop}/data-captures/customers/{scene.capture}", pressed("main form[action$='/replay'] button"))
    yield "a connection tested", Look(shop, pressed(f"form[action='{shop}/test-connection'] button"))
    yield "the check, run", Look(f"{shop}/set-up-check", pressed("main .head form button"))
    yield "on to Shopify", Look(shop, held_back(pressed(f"form[action='{shop}/access/request'] button")))
    yield "a card saved", Look(shop, pressed(".card-form .primary"))
    yield "a synchronization started", Look(shop, pressed(f"form[action='{shop}/sync'] button"))
    yield "the audit after it", Look("/portal/audit")


def paper(portal: Portal) -> States:
    """What people print: the overview, the card, a record and a call."""
    scene, shop = scene_of(portal), f"/portal/shops/{portal.house.shop}"
    yield "the overview", Look("/portal", printed=True)
    yield "the card", Look(shop, printed=True)
    yield "a record", Look(f"{shop}/records/orders/{ORDER}", printed=True)
    yield "a skipped record", Look(f"{shop}/records/orders/{SKIPPED}", printed=True)
    yield "a call", Look(f"/portal/log-entries/{scene.entry}", printed=True)


def read_only(portal: Portal) -> States:
    """What a viewer is shown, without a button that changes something."""
    scene, shop = scene_of(portal), f"/portal/shops/{portal.house.shop}"
    pages = scene.pages()
    for name in ("overview", "shop", "record", "skipped_records", "data_capture", "shop_guide", "set_up_check",
                 "environment", "webhooks", "bc_companies", "skipped_record", "removal", "reset", "log_removal"):
        yield name, Look(pages[f"portal_{name}"])
    yield "skipped order", Look(f"{shop}/records/orders/{SKIPPED}")


def empty(portal: Portal) -> States:
    """An app without a shop, in which every list is empty; then a shop of which nothing was read."""
    house = portal.house
    house.connector.shops.remove(house.shop)
    house.connector.tokens.forget(house.shop)
    lists = ["", "/runs", "/log-entries", "/data-captures", "/skipped-records", "/lists/orders", "/lists/payouts",
             "/audit", "/environment", "/services", "/search", "/set-up"]
    for path in lists:
        yield f"app {path.strip('/').replace('/', ' ') or 'overview'}", Look(f"/portal{path}")
    house.card(enabled=False)
    for path in ["", *(f"/{one}?shop={house.shop}" for one in ("runs", "lists/orders", "data-captures")),
                 f"/shops/{house.shop}", f"/shops/{house.shop}/webhooks"]:
        name = path.split("?")[0].strip("/").replace("/", " ").replace(house.shop, "page") or "overview"
        yield f"shop {name}", Look(f"/portal{path}")


def set_up(portal: Portal) -> States:
    """The set-up guide at each of its steps, of a house whose shop FR has no card yet."""
    house, connector = portal.house, portal.house.connector
    guide = Look(f"/portal/shops/{house.shop}/set-up")
    connector.permission.allow(False, by="test")
    yield "nothing may be called", Look("/portal/set-up")
    connector.permission.allow(True, by="test")
    yield "no card", Look("/portal/set-up")
    house.card(enabled=False, company_id="")
    yield "no access", guide
    connector.tokens.keep(house.shop, house.shopify.token)
    connector.tokens.connections.save(house.shop, Connection(
        state=State.DISCONNECTED, reason="shop-disconnected", detail="the app was removed", at="2026-03-10T09:00:00Z"))
    yield "access lost", guide
    connector.tokens.keep(house.shop, house.shopify.token)
    yield "no company", guide
    house.card(company_id=house.bc.company)
    house.shopify.shop_state.card["shipsToCountries"] = ["FR"]
    yield "not checked", guide
    house.card(default_customer_no="C00107")
    check_shop_set_up(connector, house.shop, language="en", by="ada")
    house.clock.forward(60)
    yield "check failed", guide
    house.card(default_customer_no="C-WEB")
    check_shop_set_up(connector, house.shop, language="en", by="ada")
    yield "not enabled", guide
    house.card(enabled=True)
    yield "no run", guide
    run = connector.runs.begin(house.shop, ["orders"], "schedule")
    yield "a run under way", guide
    run.state, run.ended_at = "succeeded", "2026-03-10T10:01:01Z"
    connector.runs.save(run)
    yield "no order", guide
    house.order(ORDER)
    house.sync()
    yield "all done", guide


def trouble(portal: Portal) -> States:
    """What goes on and what stands still: a run under way, one that failed, Shopify and Business Central down."""
    house = portal.house
    scene_of(portal)
    shop = f"/portal/shops/{house.shop}"
    run = house.connector.runs.begin(house.shop, ["orders", "products", "customers"], "schedule")
    run.counts = {"products": Counts(read=1234, created=12, updated=3, unchanged=1218, skipped=1)}
    run.shopify_calls, run.shopify_points, run.throttled, run.bc_calls, run.bc_writes = 61, 2440, 1, 230, 15
    house.connector.runs.save(run)
    house.clock.forward(95)
    yield "a run under way", Look(f"{shop}/runs/{run.id}")
    yield "runs with one under way", Look("/portal/runs")
    yield "overview with one under way", Look("/portal")
    run.state, run.awaits = "continuing", {"orders": Awaited(
        id="gid://shopify/BulkOperation/1", since=run.started_at, lines=34_000, moved=run.started_at)}
    house.connector.runs.save(run)
    yield "a run that waits for Shopify", Look(f"{shop}/runs/{run.id}")
    run.awaits = {}
    run.state, run.ended_at, run.warnings = "succeeded", "2026-03-24T10:00:01Z", ["#5003: the tax differs by 0.01 EUR"]
    house.connector.runs.save(run)
    yield "a run with a warning", Look(f"{shop}/runs/{run.id}")
    house.bc.faults.add(Fault("status", entity="companies", times=None, status=503))
    yield "Business Central is down, services", Look("/portal/services")
    yield "Business Central is down, company", Look(f"{shop}/bc-company")
    house.bc.faults.clear()
    house.bc.faults.add(Fault("status", times=None, status=503))
    house.order(5010)
    waiting = house.sync()
    yield "a run that stopped", Look(f"{shop}/runs/{waiting.id}")
    yield "overview after it", Look("/portal")
    yield "the check that could not be", Look(f"{shop}/set-up-check", pressed("main .head form button"))
    house.bc.faults.clear()
    house.shopify.fault("access_revoked")
    yield "Shopify refuses, services", Look("/portal/services")
    yield "Shopify refuses, webhooks", Look(f"{shop}/webhooks")
    yield "Shopify refuses, a reset", Look(f"{shop}/reset/orders?how=all")
    switch_shop(house.connector, house.shop, False, by="ada")
    yield "switched off", Look("/portal")
    house.connector.permission.allow(False, by="test")
    yield "nothing may be called", Look("/portal")
    yield "environment that may not call", Look("/portal/environment")


def failed(portal: Portal) -> States:
    """A run that failed, with what was left before it."""
    house = portal.house
    house.card(company_id="00000000-0000-0000-0000-000000000001")
    house.connector.tokens.keep(house.shop, house.shopify.token)
    house.order(ORDER)
    run = house.sync()
    yield "the run", Look(f"/portal/shops/{house.shop}/runs/{run.id}")
    yield "runs", Look("/portal/runs")
    yield "overview", Look("/portal")
    yield "shop", Look(f"/portal/shops/{house.shop}")
    house.clock.forward(2 * 3600)
    house.sync()
    yield "overview after hours of it", Look("/portal")


def connected(house: House) -> None:
    """Its shop has a card and access."""
    house.card()
    house.connector.tokens.keep(house.shop, house.shopify.token)


def at_night(portal: Portal) -> States:
    """Runs that do not begin any more, and a record that a colleague has dismissed."""
    house = portal.house
    connected(house)
    house.sync()
    house.clock.forward(2 * 3600)
    yield "no run begins", Look("/portal")
    yield "the shop of which none begins", Look(f"/portal/shops/{house.shop}")
    skip(house, SKIPPED)
    house.connector.skipped.dismiss(
        house.shop, "orders", str(SKIPPED), note="sold at the fair", by="vera@example.com", now=house.clock.now())
    yield "dismissed already", Look(f"/portal/shops/{house.shop}/skipped-records/orders/{SKIPPED}/dismiss")
    house.clock.forward(560 * 24 * 3600)
    yield "the API version ends", Look("/portal")


def functions_off(portal: Portal) -> States:
    """Functions of the app that somebody has disabled."""
    connected(portal.house)
    portal.house.sync()
    yield "overview", Look("/portal")
    yield "environment", Look("/portal/environment")


def outside(portal: Portal) -> States:
    """What somebody sees who may not come in."""
    yield "page", Look("/portal")


FR: dict[str, Any] = {"shop": "FR"}
SITUATIONS: dict[str, tuple[dict[str, Any], Callable[[Portal], States]]] = {
    "pages": (FR, pages), "records": (FR, records), "order lists": (FR, order_lists),
    "forms": (FR, forms), "paper": (FR, paper),
    "viewer": (FR | {"who": VIEWER}, read_only), "empty": ({}, empty), "set-up": (FR, set_up), "trouble": (FR, trouble),
    "failed": (FR, failed), "at night": (FR, at_night),
    "functions off": (FR | {"switched_off": frozenset({SYNC_TIMER, SYNC_FUNCTION})}, functions_off),
    "no role": ({"who": NOBODY}, outside), "sign-in not set up": ({"who": None}, outside),
}


@contextmanager
def situation(name: str) -> Iterator[tuple[Portal, States]]:
    """A house of this situation, with its storage in memory, and its states."""
    settings, states = SITUATIONS[name]
    with pytest.MonkeyPatch.context() as patch, a_portal(storage_in_memory(), patch, **settings) as portal:
        yield portal, states(portal)


def scene_of(portal: Portal) -> Scene:
    """Two weeks of orders by the hour, so that there is something usual, and something of everything."""
    house = portal.house
    house.card()
    house.connector.tokens.keep(house.shop, house.shopify.token)
    for hour in range(TWO_WEEKS):
        of_day = (hour + 10) % 24
        house.connector.arrivals.add(house.shop, "orders", max(0, 14 - abs(of_day - 15)) + hour * 7 % 5)
        house.connector.arrivals.add("UK", "orders", max(0, 8 - abs(of_day - 18)) + hour * 5 % 3)
        house.clock.forward(3600)
    for _ in range(4):
        house.sync()
    house.product(7201, "CHEM-LIN-M", title="Chemise en lin")
    house.company(7301, name="Ateliers du Rhône SARL")
    house.payout(7401)
    house.dispute(7501)
    return Scene(house)
