"""The pages of data captures: what Shopify sent, what changed, what a replay would do and does."""
from __future__ import annotations

import re
from html import unescape

import pytest

from tests.portal.served import Portal


def captured(portal: Portal, **changes: str) -> list[str]:
    """Customer 7101 captured, and once more after these changes; the addresses of its captures, newest first."""
    house = portal.house
    house.customer(7101)
    house.sync("customers")
    if changes:
        house.change("customers", 7101, **changes)
        house.sync("customers")
    ids = [one.id for one in house.connector.captures.of_record(house.shop, "customers", "7101")]
    return [f"/portal/shops/{house.shop}/data-captures/customers/{id}" for id in ids]


def test_captures_are_listed_and_found_by_type_record_and_time(portal: Portal) -> None:
    (address,) = captured(portal)
    visitor = portal.visitor()

    def found(query: str) -> bool:
        return address in visitor.get(f"/portal/data-captures{query}").text

    assert [found(query) for query in ("", "?type=customers", "?record=7101", "?from=2026-03-10T09:00")] == [True] * 4
    assert [found(query) for query in ("?type=orders", "?record=7102", "?to=2026-03-10T09:00")] == [False] * 3
    assert visitor.get("/portal/data-captures?shop=NOBODY").status_code == 404


def test_a_capture_shows_what_shopify_sent_and_what_changed_since_the_one_before(portal: Portal) -> None:
    newest, first = captured(portal, last_name="Perrin-Dupont <b>")
    visitor = portal.visitor()

    after, before = visitor.get(newest).text, visitor.get(first).text

    assert "Perrin 7101" in unescape(before)
    assert "What changed since" not in before
    assert re.search(r'<del>.*Perrin 7101.*</del>', after)
    assert "Perrin-Dupont &lt;b&gt;" in after
    assert f'href="{first}"' in after


def test_a_capture_is_downloaded_byte_by_byte(portal: Portal) -> None:
    (address,) = captured(portal)
    id = address.rpartition("/")[2]

    file = portal.visitor().get(f"{address}/download")

    assert file.content == portal.house.connector.captures.raw(portal.house.shop, "customers", id)
    assert file.headers["Content-Disposition"] == f'attachment; filename="Customers_7101_{id}.json"'


def test_a_replay_shows_its_dry_run_first_and_then_applies_the_capture(portal: Portal) -> None:
    (address,) = captured(portal)
    portal.house.forget("customers", 7101)
    writes = portal.house.bc_writes()
    visitor = portal.visitor()

    planned = visitor.post(f"{address}/replay", {"how": "dry-run"}).text
    between = portal.house.bc_writes()
    done = visitor.post(f"{address}/replay", {"how": "replay"})

    assert "What a replay would do:" in planned
    assert between == writes
    assert "The capture was applied:" in done.text
    assert portal.house.link("customers", 7101).bc_number in done.text


def test_a_payout_is_looked_at_and_not_replayed(portal: Portal) -> None:
    house = portal.house
    house.payout(9001)
    house.sync("payouts")
    (one,) = house.connector.captures.of_record(house.shop, "payouts", "9001")
    address = f"/portal/shops/{house.shop}/data-captures/payouts/{one.id}"
    visitor = portal.visitor()

    assert "What would a replay do?" not in visitor.get(address).text
    assert visitor.post(f"{address}/replay", {"how": "replay"}).status_code == 400


@pytest.mark.parametrize("path", ["customers/nothing", "nothing/20260310100100-1f2e3d4c5b6a-0"])
def test_what_is_not_captured_has_no_page(portal: Portal, path: str) -> None:
    assert portal.visitor().get(f"/portal/shops/{portal.house.shop}/data-captures/{path}").status_code == 404


def test_an_app_without_shops_has_an_empty_list(portal: Portal) -> None:
    portal.house.connector.shops.remove(portal.house.shop)

    assert "There is no shop yet." in portal.visitor().get("/portal/data-captures").text


def compare(portal: Portal, query: str = "", record: str = "customers/7101") -> str:
    """The page that compares two captures of a record."""
    path = f"/portal/shops/{portal.house.shop}/records/{record}/compare{query}"
    return unescape(portal.visitor().get(path).text)


def test_any_two_captures_of_a_record_are_compared_side_by_side(portal: Portal) -> None:
    captured(portal, last_name="Second")
    portal.house.change("customers", 7101, last_name="Third")
    portal.house.sync("customers")
    newest, middle, first = (one.id for one in portal.house.connector.captures.of_record(
        portal.house.shop, "customers", "7101"))

    neighbours, ends = compare(portal), compare(portal, f"?before={first}&after={newest}")

    assert re.search(r'<del><bdi>"Second"</bdi></del>.*<ins><bdi>"Third"</bdi></ins>', neighbours)
    assert re.search(r'<del><bdi>"Perrin 7101"</bdi></del>.*<ins><bdi>"Third"</bdi></ins>', ends)
    assert compare(portal, f"?before={newest}&after={first}").count("<del>") == ends.count("<del>")
    assert f'"{middle}"' in ends


def test_what_is_the_same_is_there_too_and_said_in_a_word(portal: Portal) -> None:
    captured(portal, last_name="Second")

    page = compare(portal)

    assert ">same</td>" in page
    assert ">changed</td>" in page
    assert "jean7101@example.fr" in page


def test_one_capture_alone_is_compared_with_nothing(portal: Portal) -> None:
    captured(portal)

    assert "nothing to compare it with" in compare(portal)


@pytest.mark.parametrize("path", ["7101/compare?before=nothing", "7102/compare", "x/compare"])
def test_captures_that_are_not_there_are_not_compared(portal: Portal, path: str) -> None:
    captured(portal, last_name="Second")

    answer = portal.visitor().get(f"/portal/shops/{portal.house.shop}/records/customers/{path}")

    assert answer.status_code == 404
