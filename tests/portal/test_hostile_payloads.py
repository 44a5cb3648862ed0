"""Bodies that nobody sends in earnest: deep, long, broken. Each has its page, of a length that others do not decide."""
from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.exchange import Exchange
from tests.admin import admin_api
from tests.house import HouseStorage, a_house
from tests.portal.scene import entries
from tests.portal.served import Portal, text_of

LONGEST_PAGE = 700_000
"""Bytes: two bodies of 200,000 characters, and their marks."""


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


BODIES = {
    "deeper than is shown": nested(60), "deeper than Python goes": nested(450), "deeper than is read": nested(10_000),
    "lists in lists": "[" * 400 + "]" * 400, "a long name": json.dumps({"K" * 1_000_000: 1}),
    "long names": json.dumps({"K" * 5000 + str(number): number for number in range(200)}),
    "many long values": json.dumps({str(number): "v" * 3000 for number in range(1400)}),
    "one line": json.dumps("W" * 1_000_000), "many lines": json.dumps({"query": "a\n" * 500_000}),
    "half a character": '{"a":"\\ud800"}', "no JSON": '{"a":', "big numbers": '{"a":1e999999,"b":' + "9" * 5000 + "}",
    "the same name twice": '{"a":1,"a":2}', "markup": '{"<script>alert(1)</script>":"<img src=x onerror=alert(1)>"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_log_entry_shows_any_body(portal: Portal, body: str) -> None:
    house = portal.house
    house.connector.logs.write(house.shop, "", [(1, Exchange(
        at=house.clock.now() - timedelta(seconds=1), direction="Shopify", method="POST", status=500,
        url="https://demo.myshopify.com/admin", description="<script>alert(2)</script>", has_error=True, retry=0,
        seconds=0.1, request_id="", request=body, response=body))])
    (entry,) = entries(house)

    page = portal.visitor().get(f"/portal/log-entries/{entry.id}")  # type: ignore[attr-defined]

    assert page.status_code == 200
    assert len(page.content) < LONGEST_PAGE
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_record_a_capture_and_their_comparison_show_any_payload(portal: Portal, body: str) -> None:
    visitor, newest = portal.visitor(), captured(portal, body)
    record = f"/portal/shops/{portal.house.shop}/records/customers/7101"

    for path in (record, f"{record}/compare", newest):
        page = visitor.get(path)

        assert page.status_code == 200, path
        assert len(page.content) < LONGEST_PAGE, path
        assert "<script>alert" not in page.text, path
    assert visitor.get(f"{newest}/download").content.endswith(f"{body}}}".encode())


def test_a_payload_that_became_no_json_is_compared_as_one_value(portal: Portal) -> None:
    captured(portal, "[1]")
    captured(portal, "[1")

    page = portal.visitor().get(f"/portal/shops/{portal.house.shop}/records/customers/7101/compare")

    assert "One value differs." in text_of(page.text)


@pytest.mark.parametrize("path", ["", "/parts", "/compare"])
def test_the_api_says_of_a_capture_that_is_no_json_that_it_is_to_be_downloaded(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    function = {"": "get_data_capture", "/parts": "list_data_capture_parts", "/compare": "compare_data_captures"}[path]
    with a_house(house_storage) as house, admin_api(house, monkeypatch) as admin:
        for body in ("[1]", "[1"):
            house.connector.captures.keep(house.shop, "customers", [("7101", payload(body))])
            house.clock.forward(60)
        newest = house.connector.captures.of_record(house.shop, "customers", "7101")[0].id

        status, told = admin(function, type="customers", id=newest)

        assert status in (404, 502), told
        assert told["type"] in ("record-unreadable", "not-found")


def captured(portal: Portal, body: str) -> str:
    """A customer captured with this in it, twice; the address of the newest capture."""
    house = portal.house
    for name in ("Ada", "<script>alert(1)</script>"):
        house.connector.captures.keep(house.shop, "customers", [("7101", payload(body, name))])
        house.clock.forward(60)
    newest = house.connector.captures.of_record(house.shop, "customers", "7101")[0].id
    return f"/portal/shops/{house.shop}/data-captures/customers/{newest}"


def payload(body: str, name: str = "Ada") -> bytes:
    return (f'{{"id":"gid://shopify/Customer/7101","updatedAt":"2026-03-10T09:00:00Z","displayName":{json.dumps(name)},'
            f'"note":{body}}}').encode()
