"""Optimistic concurrency: every write needs the version it starts from."""

from __future__ import annotations

from .conftest import Api


def test_a_patch_needs_a_token_of_the_right_form(api: Api) -> None:
    path = f"items({api.item('1000')})"

    assert api.refusal("PATCH", path, {"unitPrice": 7})[:2] == (400, "BadRequest_InvalidToken")
    assert api.refusal("PATCH", path, {"unitPrice": 7}, If_Match="nonsense")[:2] == (400, "BadRequest_InvalidToken")


def test_the_second_of_two_writers_is_told_and_changes_nothing(api: Api) -> None:
    item = api.get(f"items({api.item('1000')})")[1]
    path = f"items({item['id']})"
    api.patch(path, {"unitPrice": 8}, if_match=item["@odata.etag"])

    late = api.refusal("PATCH", path, {"unitPrice": 9}, If_Match=item["@odata.etag"])

    assert late == (409, "Request_EntityChanged", "Another user has already changed the record.")
    assert api.get(path)[1]["unitPrice"] == 8


def test_a_delete_checks_the_token_only_if_it_is_sent(api: Api) -> None:
    first = api.made("itemCategories", {"code": "A"})
    second = api.made("itemCategories", {"code": "B"})
    api.patch(f"itemCategories({first['id']})", {"displayName": "changed"})

    stale = api.refusal("DELETE", f"itemCategories({first['id']})", If_Match=first["@odata.etag"])

    assert stale[0] == 409
    assert api.delete(f"itemCategories({second['id']})") == 204


def test_a_line_shares_the_fate_of_its_order(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    api.post(f"salesOrders({order['id']})/salesOrderLines", {"description": "gift"})

    status, code, _ = api.refusal(
        "PATCH", f"salesOrders({order['id']})", {"shipToName": "Marie"}, If_Match=order["@odata.etag"]
    )

    assert (status, code) == (409, "Request_EntityChanged")


def test_a_sale_does_not_touch_the_item(api: Api) -> None:
    item = api.get(f"items({api.item('1000')})")[1]
    order = api.order({"itemId": item["id"], "quantity": 2})
    api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    after = api.get(f"items({item['id']})")[1]

    assert (after["inventory"], item["inventory"]) == (-2, 0)
    assert after["@odata.etag"] == item["@odata.etag"]
