"""The pages of runs: what went on, what stopped one, and what it left behind."""
from __future__ import annotations

import re
from html import unescape

from tests.portal.served import Portal


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])).split())


def test_runs_of_every_shop_are_listed_newest_first_with_their_figures(portal: Portal) -> None:
    portal.house.order(5001)
    portal.house.sync()
    portal.house.sync()

    page = portal.visitor().get("/portal/runs").text

    found = re.findall(r'href="/portal/shops/[^/]+/runs/([^"]+)"', page)
    assert found == [run.run for run in portal.house.connector.runs.latest(portal.house.shop)]
    assert "Succeeded" in page


def test_runs_of_one_shop_alone(portal: Portal) -> None:
    portal.house.connector.shops.save("BBB", {"shopify_url": "https://demo-bb.myshopify.com"})
    portal.house.sync()

    assert "Nothing has run yet." in portal.visitor().get("/portal/runs?shop=BBB").text
    assert portal.visitor().get("/portal/runs?shop=NOBODY").status_code == 404


def test_a_run_says_by_type_what_it_did_and_what_it_skipped(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    run = house.sync()

    text = text_of(portal.visitor().get(f"/portal/shops/{house.shop}/runs/{run.run}").text)

    assert "Orders 2 1 0 0 1" in text
    assert "Order 5002" in text
    assert "LATER" in text


def test_a_run_that_failed_says_why_and_what_to_do(portal: Portal) -> None:
    house = portal.house
    house.card(company_id="00000000-0000-0000-0000-000000000001")
    house.order(5001)
    run = house.sync()

    text = text_of(portal.visitor().get(f"/portal/shops/{house.shop}/runs/{run.run}").text)
    overview = portal.visitor().get("/portal").text

    assert run.error_detail in text
    assert "What to do:" in text
    assert f'href="/portal/shops/{house.shop}/runs/{run.run}">Look at the run' in overview


def test_a_run_that_is_under_way_is_brought_up_to_date_by_itself(portal: Portal) -> None:
    house = portal.house
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    address = f"/portal/shops/{house.shop}/runs/{run.run}"

    before = portal.visitor().get(address).text
    run.state, run.ended_at = "succeeded", "2026-03-10T10:00:01Z"
    house.connector.runs.save(run)
    after = portal.visitor().get(address).text

    assert ('hx-trigger="every 3s"' in before, 'hx-trigger="every 3s"' in after) == (True, False)


def test_the_french_page_says_the_same_in_french(portal: Portal) -> None:
    run = portal.house.sync()

    text = text_of(portal.visitor("fr-FR").get(f"/portal/shops/{portal.house.shop}/runs/{run.run}").text)

    assert "Réussie" in text
    assert "appels" in text


def test_a_warning_full_of_markup_is_only_text(portal: Portal) -> None:
    run = portal.house.sync()
    run.warnings = ["<script>alert(1)</script>"]
    portal.house.connector.runs.save(run)

    page = portal.visitor().get(f"/portal/shops/{portal.house.shop}/runs/{run.run}").text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
