"""The pages of runs: what went on, what stopped one, and what it left behind."""
from __future__ import annotations

import re

import msgspec
import pytest

from shared.record_names import several_called
from shared.stores.sync_runs import Awaited, Counts
from shared.texts import sentence
from tests.portal.served import Portal, text_of


def test_runs_of_every_shop_are_listed_newest_first_with_their_figures(portal: Portal) -> None:
    portal.house.order(5001)
    portal.house.sync()
    portal.house.sync()

    page = portal.visitor().get("/portal/runs").text

    found = re.findall(r'href="/portal/shops/[^/]+/runs/([^"]+)"', page)
    assert found == [run.id for run in portal.house.connector.runs.latest(portal.house.shop)]
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

    text = text_of(portal.visitor().get(f"/portal/shops/{house.shop}/runs/{run.id}").text)

    assert "Orders 2 1 0 0 1 0" in text
    assert "Order #5002" in text
    assert "LATER" in text


@pytest.mark.parametrize("language, skipped, left_out", [
    ("en-GB", "Skipped", "Left out"), ("fr-FR", "Ignorés", "Laissés de côté"),
])
def test_what_was_left_out_is_told_apart_from_what_was_skipped_in_the_run_and_in_the_list(
    portal: Portal, language: str, skipped: str, left_out: str
) -> None:
    house = portal.house
    house.order(5001)
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    for number in (5003, 5004):
        house.order(number, test=True)
    first = house.sync()
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")
    again = house.sync()
    visitor = portal.visitor(language)

    for run, figures in ((first, (1, 0, 0, 1, 2)), (again, (0, 0, 1, 1, 2))):
        counts = run.counts["orders"]
        assert (counts.created, counts.updated, counts.unchanged, counts.refused, counts.left_out) == figures
        assert counts.read == counts.created + counts.updated + counts.unchanged + counts.skipped
        page = visitor.get(f"/portal/shops/{house.shop}/runs/{run.id}").text
        assert f'data-label="{skipped}">1</td><td class="figure" data-label="{left_out}">2</td>' in page
    told = rf'data-label="{skipped}">1</td>\s*<td class="figure" data-label="{left_out}">2</td>'
    assert len(re.findall(told, visitor.get("/portal/runs").text)) == 2


def test_a_run_that_failed_says_why_and_what_to_do(portal: Portal) -> None:
    house = portal.house
    house.card(company_id="00000000-0000-0000-0000-000000000001")
    house.order(5001)
    run = house.sync()

    text = text_of(portal.visitor().get(f"/portal/shops/{house.shop}/runs/{run.id}").text)
    overview = portal.visitor().get("/portal").text

    assert str(run.error_detail) in text
    assert "What to do:" in text
    assert f'href="/portal/shops/{house.shop}/runs/{run.id}">Look at the run' in overview


def test_a_run_that_is_under_way_is_brought_up_to_date_by_itself(portal: Portal) -> None:
    house = portal.house
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    address = f"/portal/shops/{house.shop}/runs/{run.id}"

    before = portal.visitor().get(address).text
    run.state, run.ended_at = "succeeded", "2026-03-10T10:00:01Z"
    house.connector.runs.save(run)
    after = portal.visitor().get(address).text

    assert ('hx-trigger="every 3s"' in before, 'hx-trigger="every 3s"' in after) == (True, False)


def test_a_run_that_waits_for_shopify_says_for_what_since_when_and_how_far_that_is(portal: Portal) -> None:
    house = portal.house
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    run.state, run.looks_at = "continuing", "2026-03-10T10:01:00Z"
    run.awaits = {"orders": Awaited(
        id="gid://shopify/BulkOperation/1", since="2026-03-10T09:30:00Z", lines=34_000, moved="2026-03-10T09:59:00Z")}
    house.connector.runs.save(run)
    address = f"/portal/shops/{house.shop}/runs/{run.id}"

    english, french = (text_of(portal.visitor(language).get(address).text) for language in ("en", "fr-FR"))

    assert "Orders : Shopify has been writing them to a file since" in english.replace("Orders:", "Orders :")
    assert "34,000 lines are written" in english
    assert "the run goes on by itself" in english
    assert "opération en bloc" in french
    assert "lignes sont écrites" in french


def test_a_run_says_why_its_records_did_not_come_in_bulk(portal: Portal) -> None:
    house = portal.house
    run = house.sync()
    run.note(sentence("{types} were read page by page, not in bulk: {why}", types=several_called("orders"),
                      why=sentence("The bulk operation {id} is {status}", id="7", status="failed")))
    house.connector.runs.save(run)
    address = f"/portal/shops/{house.shop}/runs/{run.id}"

    english, french = (text_of(portal.visitor(language).get(address).text) for language in ("en", "fr-FR"))

    assert "page by page, not in bulk: The bulk operation 7 is failed" in english
    assert "page par page et non en bloc" in french


def test_the_french_page_says_the_same_in_french(portal: Portal) -> None:
    run = portal.house.sync()

    text = text_of(portal.visitor("fr-FR").get(f"/portal/shops/{portal.house.shop}/runs/{run.id}").text)

    assert "Réussie" in text
    assert "appels" in text


def test_a_warning_full_of_markup_is_only_text(portal: Portal) -> None:
    run = portal.house.sync()
    run.warnings = ["<script>alert(1)</script>"]
    portal.house.connector.runs.save(run)

    page = portal.visitor().get(f"/portal/shops/{portal.house.shop}/runs/{run.id}").text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def usual(portal: Portal, run: str) -> str:
    text = text_of(portal.visitor().get(f"/portal/shops/{portal.house.shop}/runs/{run}").text)
    return re.split("Compared with the usual|In figures", text, maxsplit=1)[1].split("More about it")[0]


def past(portal: Portal, read: int, seconds: float, **changes: object) -> str:
    """A run of orders that went through."""
    runs = portal.house.connector.runs
    run = runs.begin(portal.house.shop, ["orders"], "schedule")
    run.state, run.seconds, run.shopify_points = "succeeded", seconds, float(10 * read)
    run.counts = {"orders": Counts(read=read, created=read)}
    runs.save(msgspec.structs.replace(run, **changes))
    return run.id


def test_a_run_is_compared_with_the_middle_of_those_of_its_sort(portal: Portal) -> None:
    for read in (10, 30, 20):
        past(portal, read, 60)
    past(portal, 900, 1, only_changed=True)
    past(portal, 900, 1, created_since="2026-01-01", created_until="2026-02-01")
    past(portal, 900, 1, types=["products"])
    past(portal, 900, 1, state="failed", error_code="internal-error")
    past(portal, 0, 1)
    slow = past(portal, 40, 240)

    text = usual(portal, slow)

    assert "the middle of 3 runs of this sort" in text
    assert "Read 40 20" in text
    assert "Shopify, points 400 200" in text
    assert "Pace, records a minute 10 20" in text


def test_two_runs_make_nothing_usual(portal: Portal) -> None:
    for read in (10, 20):
        past(portal, read, 60)

    text = usual(portal, past(portal, 30, 60))

    assert "too few runs" in text
    assert "Read 30 Created" in text


def test_a_run_that_is_under_way_says_of_when_it_is_and_is_looked_at_again_by_a_link(portal: Portal) -> None:
    run = portal.house.connector.runs.begin(portal.house.shop, ["orders"], "schedule")
    address = f"/portal/shops/{portal.house.shop}/runs/{run.id}"

    assert f'<a href="{address}">Refresh</a>' in portal.visitor().get(address).text
