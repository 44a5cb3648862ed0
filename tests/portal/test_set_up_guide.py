"""The set-up guide finds out what is done on the way from an empty app to the first order, and says what is next."""
from __future__ import annotations

import pytest

from shared.access.connections import Connection, State
from shared.admin.set_up_check import check_shop_set_up
from shared.admin.set_up_guide import CheckState, Known, Step, StepState, guide, steps_of
from shared.admin.shops import choose_logging, save_shop, switch_shop
from tests.admin import Admin
from tests.house import House, HouseStorage
from tests.portal.served import Portal, a_portal, text_of

ALL_DONE = Known(
    settings=None, http_requests=True, shop=True, connected=True, company=True, check=CheckState.READY, enabled=True,
    run="succeeded", order="5001")


def next_of(house: House) -> str | None:
    return guide(house.connector, house.shop, "en").next


def emptied(house: House) -> None:
    house.connector.shops.remove(house.shop)
    house.connector.tokens.forget(house.shop)


# What is decided


@pytest.mark.parametrize("undone, step", [
    ({"http_requests": False}, Step.HTTP_REQUESTS),
    ({"shop": False}, Step.SHOP_CARD),
    ({"connected": False}, Step.ACCESS),
    ({"company": False}, Step.COMPANY),
    ({"check": CheckState.WRONG, "order": ""}, Step.CHECK),
    ({"check": CheckState.OUTDATED, "order": ""}, Step.CHECK),
    ({"enabled": False}, Step.ENABLED),
    ({"run": "failed", "order": ""}, Step.RUN),
    ({"order": ""}, Step.ORDER),
])
def test_the_first_step_that_is_not_done_is_next_and_what_is_done_stays_done(
    undone: dict[str, object], step: Step
) -> None:
    steps = {one.step: one.state for one in steps_of(ALL_DONE._replace(**undone))}  # type: ignore[arg-type]

    assert steps[step] is StepState.NEXT
    assert [one for one, state in steps.items() if state is StepState.NEXT] == [step]
    assert all(state is StepState.DONE for one, state in steps.items() if [*Step].index(one) < [*Step].index(step))


def test_with_everything_done_nothing_is_next() -> None:
    assert {one.state for one in steps_of(ALL_DONE)} == {StepState.DONE}


@pytest.mark.parametrize("run", ["running", "continuing"])
def test_a_first_run_that_is_under_way_waits_for_nobody(run: str) -> None:
    states = {one.step: one.state for one in steps_of(ALL_DONE._replace(run=run, order=""))}

    assert (states[Step.RUN], states[Step.ORDER]) == (StepState.WAITS, StepState.LATER)


def test_an_order_in_business_central_is_a_better_proof_than_a_check() -> None:
    states = {one.step: one.state for one in steps_of(ALL_DONE._replace(check=CheckState.WRONG, run="failed"))}

    assert set(states.values()) == {StepState.DONE}


# What is found out


def test_each_step_that_is_taken_leads_to_the_next(house: House) -> None:
    connector, shop = house.connector, house.shop
    emptied(house)
    connector.permission.allow(False, by="test")
    seen = [guide(connector, "", "en").next]

    connector.permission.allow(True, by="test")
    seen.append(guide(connector, "", "en").next)
    house.card(enabled=False, company_id="")
    seen.append(next_of(house))
    connector.tokens.keep(shop, house.shopify.token)
    seen.append(next_of(house))
    house.card(company_id=house.bc.company)
    seen.append(next_of(house))
    house.shopify.shop_state.card["shipsToCountries"] = ["FR"]
    assert check_shop_set_up(connector, shop, language="en", by="ada").ready
    seen.append(next_of(house))
    house.card(enabled=True)
    seen.append(next_of(house))
    house.sync()
    seen.append(next_of(house))
    house.order(5001)
    house.sync()
    seen.append(next_of(house))

    assert seen == ["http-requests", "shop-card", "access", "company", "check", "enabled", "run", "order", None]
    assert guide(connector, shop, "en").order == "5001"


def test_a_setting_without_which_nobody_can_request_access_is_named(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, shopify_client_secret="") as portal:
        text = text_of(portal.visitor().get("/portal/set-up").text)

    assert "Next Settings of the app" in text
    assert "SHOPIFY_CLIENT_SECRET" in text


def test_an_access_that_was_taken_back_is_next_again_with_its_reason(house: House) -> None:
    house.connector.tokens.connections.save(house.shop, Connection(
        state=State.DISCONNECTED, reason="shop-disconnected", detail="the app was removed", at="2026-03-10T09:00:00Z"))

    found = guide(house.connector, house.shop, "en")

    (access,) = [one for one in found.steps if one.step is Step.ACCESS]
    assert (found.next, access.problem and access.problem.code) == (Step.ACCESS, "shop-disconnected")


def checked(house: House, *steps: str) -> None:
    house.shopify.shop_state.card["shipsToCountries"] = ["FR"]
    check_shop_set_up(house.connector, house.shop, steps=steps, language="en", by="ada")  # type: ignore[arg-type]


def test_a_check_holds_until_the_card_is_saved_otherwise(house: House) -> None:
    checked(house)
    before = guide(house.connector, house.shop, "en").check
    house.clock.forward(1)
    switch_shop(house.connector, house.shop, False, by="ada")
    house.clock.forward(1)
    choose_logging(house.connector, house.shop, "All", 24, by="ada")
    house.clock.forward(1)
    aside = guide(house.connector, house.shop, "en").check
    save_shop(house.connector, house.shop, {"tip_account": "758800", "shipping_charges_account": ""}, by="ada")

    assert (before, aside, guide(house.connector, house.shop, "en").check) == ("ready", "ready", "outdated")


def test_a_check_of_one_step_says_nothing_about_the_whole(house: House) -> None:
    checked(house, "accounts")

    assert guide(house.connector, house.shop, "en").check == "never"


def test_a_check_that_found_something_is_not_done(house: House) -> None:
    house.shopify.shop_state.card["shipsToCountries"] = ["FR", "CH"]
    check_shop_set_up(house.connector, house.shop, language="en", by="ada")

    found = guide(house.connector, house.shop, "en")

    assert (found.check, found.next) == ("wrong", "check")


def test_the_api_says_the_same(house: House, admin: Admin) -> None:
    house.connector.tokens.forget(house.shop)

    of_app, of_shop = admin("get_set_up", shop="")[1], admin("get_shop_set_up")[1]

    assert [one["step"] for one in of_app["steps"]] == [one["step"] for one in of_shop["steps"]] == [*Step]
    assert (of_app["shop"], of_shop["shop"], of_shop["host"]) == ("", house.shop, house.shopify.shop)
    states = {one["step"]: one["state"] for one in of_shop["steps"]}
    assert (states["shop-card"], states["access"] == "done", states["company"]) == ("done", False, "done")


# The page


def test_the_overview_of_an_empty_app_leads_to_the_guide(portal: Portal) -> None:
    emptied(portal.house)

    page = portal.visitor().get("/portal").text

    assert 'href="/portal/set-up">Set-up guide</a></p>' in page
    assert "PUT /api" not in page


def test_a_shop_card_is_created_in_the_guide_and_is_not_enabled(portal: Portal) -> None:
    emptied(portal.house)

    answer = portal.visitor().post("/portal/set-up", {"code": " FR2 ", "shopify_url": "demo-fr.myshopify.com"})

    assert answer.url == f"{portal.url}/portal/shops/FR2/set-up"
    assert "The card of FR2 is there." in answer.text
    card = portal.house.connector.shops.get("FR2")
    assert (card.host, card.enabled) == ("demo-fr.myshopify.com", False)
    (done,) = portal.house.connector.operations.page().operations
    assert (done.operation, done.by, done.shop) == ("save_shop", "ada@example.com", "FR2")


@pytest.mark.parametrize("code, url, told", [
    ("FR 2", "demo-fr.myshopify.com", "FR 2"),
    ("FR2", "https://shop.example.com", "shop.example.com"),
    ("", "demo-fr.myshopify.com", ""),
])
def test_what_cannot_be_a_card_is_told_above_what_was_typed_and_nothing_is_created(
    portal: Portal, code: str, url: str, told: str
) -> None:
    emptied(portal.house)

    answer = portal.visitor().post("/portal/set-up", {"code": code, "shopify_url": url})

    assert 400 <= answer.status_code < 500
    assert 'id="refused"' in answer.text
    assert f'value="{url}"' in answer.text
    assert told in text_of(answer.text)
    assert list(portal.house.connector.shops.all()) == []


def test_a_code_that_is_taken_changes_nothing_on_the_card_that_has_it(portal: Portal) -> None:
    house = portal.house

    answer = portal.visitor().post("/portal/set-up", {"code": house.shop, "shopify_url": "other.myshopify.com"})

    assert answer.status_code == 409
    assert "<strong>This code is another shop&#39;s</strong>" in answer.text
    assert f"There is a shop with the code {house.shop} already" in answer.text
    assert (house.connector.shops.get(house.shop).host, house.connector.shops.get(house.shop).enabled) == (
        house.shopify.shop, True)


def test_a_viewer_reads_the_guide_and_can_press_nothing_in_it(viewers_portal: Portal) -> None:
    emptied(viewers_portal.house)

    page = viewers_portal.visitor().get("/portal/set-up").text

    assert "Next" in text_of(page)
    assert 'name="code"' not in page


def test_buttons_of_the_guide_lead_back_to_it(portal: Portal) -> None:
    house, here = portal.house, f"/portal/shops/{portal.house.shop}/set-up"
    house.connector.permission.allow(False, by="test")
    visitor = portal.visitor()

    allowed = visitor.post("/portal/environment", {"allow": "yes", "back": here})
    house.card(enabled=False)
    enabled = visitor.post(f"/portal/shops/{house.shop}/enabled", {"enabled": "yes", "back": here})
    elsewhere = visitor.post("/portal/environment", {"allow": "yes", "back": "https://evil.example/"})

    assert (allowed.url, enabled.url) == (portal.url + here,) * 2
    assert elsewhere.url == f"{portal.url}/portal"


def test_the_guide_says_in_french_what_is_next(portal: Portal) -> None:
    emptied(portal.house)

    text = text_of(portal.visitor("fr-FR").get("/portal/set-up").text)

    assert "Configuration\u00a0: 2 étapes sur 9 sont faites".replace("\u00a0", " ") in text.replace("\u00a0", " ")
    assert "À faire Fiche magasin Shopify" in text
