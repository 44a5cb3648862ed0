"""The way into Business Central's web client: where the company's name is known, and nowhere else."""
from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from local.business_central.faults import Fault
from shared.admin.services import services
from shared.admin.web_addresses import PAGES
from shared.errors import ServiceUnavailable
from tests.house import HouseStorage
from tests.portal.chromium import looking, serious
from tests.portal.served import VIEWER, Portal, a_portal, page_of, text_of
from tests.portal.skipping import skip

WEB_CLIENT = "https://bc.example.com/BC"
NO_SUCH_ITEM = [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}]


@pytest.fixture
def linked(house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal whose installation says where the web client is, and whose shop's company was asked for its name."""
    with a_portal(house_storage, monkeypatch, bc_web_client_url=WEB_CLIENT) as portal:
        portal.visitor().post(f"{page_of(portal)}/test-connection")
        yield portal


def into(page: str) -> list[dict[str, list[str]]]:
    """The questions of the addresses in a page that lead into the web client."""
    found = re.findall(rf'href="({re.escape(WEB_CLIENT)}[^"]*)"', page)
    return [parse_qs(urlsplit(unescape(one)).query, strict_parsing=True) for one in found]


def test_what_stands_for_a_record_leads_to_its_row(linked: Portal) -> None:
    house = linked.house
    house.card(auto_create_unknown_items=True)
    house.order(5001)
    house.customer(7001)
    house.product(7201, "CHEM")
    house.sync()
    company = ["CRONUS FR"]

    for type, number, page in (("orders", 5001, "salesOrders"), ("customers", 7001, "customers")):
        (link,) = into(linked.visitor().get(f"/portal/shops/{house.shop}/records/{type}/{number}").text)
        standing = house.link(type, number).bc_number
        assert link == {"company": company, "page": [str(PAGES[page])], "filter": [f"'No.' IS '{standing}'"]}
    (item,) = into(linked.visitor().get(f"/portal/shops/{house.shop}/records/products/7201").text)
    assert item == {"company": company, "page": ["30"], "filter": ["'No.' IS 'CHEM'"]}


@pytest.mark.parametrize("path", [
    "/portal/skipped-records", "/portal/shops/{shop}/skipped-records?code=item-not-found",
    "/portal/shops/{shop}/records/orders/5002",
])
def test_what_is_skipped_leads_to_the_page_where_it_is_mended(linked: Portal, path: str) -> None:
    skip(linked.house, 5002)

    links = into(linked.visitor().get(path.format(shop=linked.house.shop)).text)

    assert links == [{"company": ["CRONUS FR"], "page": ["31"]}]


def test_what_a_run_skipped_leads_there_too_and_a_failure_of_business_central_to_its_company(linked: Portal) -> None:
    house = linked.house
    house.card(auto_create_unknown_items=False)
    house.order(5002, NO_SUCH_ITEM)
    run = house.sync()
    house.bc.faults.add(Fault("status", times=None, status=503))
    house.order(5003)
    failed = house.sync()

    assert into(linked.visitor().get(f"{page_of(linked)}/runs/{run.id}").text) == [
        {"company": ["CRONUS FR"], "page": ["31"]}]
    assert failed.error_code == "bc-unavailable"
    assert {"company": ["CRONUS FR"]} in into(linked.visitor().get(f"{page_of(linked)}/runs/{failed.id}").text)


def test_a_finding_of_the_check_without_a_field_of_the_card_leads_to_where_it_is_mended(linked: Portal) -> None:
    linked.house.shopify.shop_state.card["shipsToCountries"] = ["FR"]
    linked.house.card(default_customer_no="C00107")

    page = linked.visitor().post(f"{page_of(linked)}/set-up-check").text
    findings = re.findall(r'<div class="finding">.*?</div>', page, re.DOTALL)

    assert findings
    assert [one for one in findings if "#field-" not in one and not into(one)] == []


def test_the_card_shows_the_companys_name_beside_its_id_and_leads_there(linked: Portal) -> None:
    page = linked.visitor("fr-FR").get(page_of(linked)).text

    assert "Son nom : CRONUS FR" in text_of(page).replace("\u00a0", " ")
    assert {"company": ["CRONUS FR"]} in into(page)


def test_before_anybody_asked_for_the_name_there_is_no_link_and_choosing_the_company_brings_it(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, bc_web_client_url=WEB_CLIENT) as portal:
        skip(portal.house, 5002)
        visitor = portal.visitor()
        before = visitor.get("/portal/skipped-records").text + visitor.get(page_of(portal)).text

        visitor.post(f"{page_of(portal)}/bc-company", {"company": portal.house.bc.company})

        after = visitor.get("/portal/skipped-records").text
    assert WEB_CLIENT not in before
    assert into(after) == [{"company": ["CRONUS FR"], "page": ["31"]}]


def test_after_an_upgrade_the_overview_brings_the_names_of_every_shop_by_the_call_it_makes_anyway(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, who=VIEWER, bc_web_client_url=WEB_CLIENT) as portal:
        house, other = portal.house, f"{portal.house.shop[:12]}-X"
        skip(house, 5002)
        card = house.connector.shops.get(house.shop)
        house.connector.shops.save(other, {
            "shopify_url": "another.myshopify.com", "company_id": card.company_id.upper(), "enabled": True})
        visitor = portal.visitor()
        house.exchanges.clear()

        visitor.get("/portal/services")

        asked = [one.url.partition("/v2.0/")[2] for one in house.exchanges
                 if (one.direction, one.method) == ("Business Central", "GET")]
        links = into(visitor.get("/portal/skipped-records").text)
        home = into(visitor.get(f"/portal/shops/{other}").text)
    assert [one.rpartition("/")[2].partition("?")[0] for one in asked] == ["companies"]
    assert links == [{"company": ["CRONUS FR"], "page": ["31"]}]
    assert {"company": ["CRONUS FR"]} in home


def test_a_company_that_was_renamed_is_known_by_its_new_name_and_others_are_not_written_again(linked: Portal) -> None:
    house = linked.house
    table, key = house.storage.tables["Shops"], ("company", house.shop)
    row = table.get(*key)
    assert row is not None
    table.put(row | {"name": "CRONUS before"})
    linked.visitor().get("/portal/services")
    renamed = table.get(*key)
    linked.visitor().get("/portal/services")
    again = table.get(*key)

    assert renamed is not None
    assert again is not None
    assert renamed["name"] == "CRONUS FR"
    assert again["etag"] == renamed["etag"]


def test_storage_that_does_not_take_the_name_says_nothing_about_business_central(
    linked: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ServiceUnavailable("storage-unavailable", "storage is busy")

    monkeypatch.setattr(linked.house.connector.shops, "company_names", refuse)
    (bc,) = [one for one in services(linked.house.connector, "en").services if one.name == "business-central"]

    assert (bc.state, bc.companies) == ("answers", 1)


def test_choosing_goes_through_while_business_central_is_down_and_brings_no_name(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, bc_web_client_url=WEB_CLIENT) as portal:
        portal.house.bc.faults.add(Fault("status", times=None, status=503))

        answer = portal.visitor().post(f"{page_of(portal)}/bc-company", {"company": portal.house.bc.company})

        assert (answer.status_code, answer.url) == (200, portal.url + page_of(portal))
        assert into(answer.text) == []


def test_the_name_of_another_company_is_not_this_ones(linked: Portal) -> None:
    linked.house.card(company_id="00000000-0000-0000-0000-000000000001")

    page = linked.visitor().get(page_of(linked)).text

    assert "CRONUS FR" not in page
    assert into(page) == []


def test_without_a_web_client_the_name_is_shown_and_nothing_leads_anywhere(portal: Portal) -> None:
    """The simulator's address is none of Business Central online."""
    portal.visitor().post(f"{page_of(portal)}/test-connection")
    skip(portal.house, 5002)

    assert "CRONUS FR" in text_of(portal.visitor().get(page_of(portal)).text)
    assert "Mend it in Business Central" not in portal.visitor().get("/portal/skipped-records").text


def test_in_a_browser_it_opens_a_tab_of_its_own_that_learns_nothing_of_ours(browser: Browser, linked: Portal) -> None:
    linked.house.order(5001)
    linked.house.sync()
    with looking(browser) as (page, _):
        page.goto(f"{linked.url}{page_of(linked)}/records/orders/5001")
        link = page.get_by_role("link", name="Open in Business Central")

        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        assert serious(page) == []
