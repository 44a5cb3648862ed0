"""Records are put together from their lines, whatever order the lines come in and however they are written."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.json_text import decoded_exactly
from shared.shopify.bulk_document import Connection
from shared.shopify.bulk_lines import TWICE, Counts, Misplaced, records, shares_for, spread

INNER = Connection("lineItems", "FulfillmentOrderLineItem", None, True)
ORDER = (Connection("lineItems", "LineItem", None, True),
         Connection("fulfillmentOrders", "FulfillmentOrder", None, True, (INNER,)))
CUSTOMER = (Connection("addressesV2", "MailingAddress", 2, False),)


def gid(type: str, number: int) -> str:
    return f"gid://shopify/{type}/{number}"


def line(type: str, number: int, parent: str = "", **more: Any) -> bytes:
    content = {"id": gid(type, number), **more, **({"__parentId": parent} if parent else {})}
    return json.dumps(content, separators=(",", ":")).encode()


def page(*nodes: Any) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


def put_together(lines: Iterable[bytes], folder: Path, connections: tuple[Connection, ...] = ORDER, *,
                 type: str = "Order", shares: int = 3, first: int = 0) -> list[Any]:
    folder.mkdir(exist_ok=True)
    spread(lines, folder, connections, record_type=type, shares=shares, first=first)
    return [decoded_exactly(raw) for share in range(first, shares) for _, raw in records(folder, share, connections)]


def an_order(number: int, lines: int = 2, to_fulfill: int = 1) -> tuple[list[bytes], dict[str, Any]]:
    """The lines of an order, and what a list would show of it."""
    order = gid("Order", number)
    items = [{"id": gid("LineItem", number * 100 + i), "sku": f"S-{i}"} for i in range(lines)]
    fulfillments = [(gid("FulfillmentOrder", number * 10 + i), [gid("FulfillmentOrderLineItem", number * 100 + i)])
                    for i in range(to_fulfill)]
    told = [json.dumps({"id": order, "total": "10.10"}).encode()]
    told += [json.dumps({**item, "__parentId": order}).encode() for item in items]
    told += [json.dumps({"id": one, "__parentId": order}).encode() for one, _ in fulfillments]
    told += [json.dumps({"id": inner, "__parentId": one}).encode() for one, within in fulfillments for inner in within]
    shown = {"id": order, "total": "10.10", "lineItems": page(*items), "fulfillmentOrders": page(*(
        {"id": one, "lineItems": page(*({"id": inner} for inner in within))} for one, within in fulfillments))}
    return told, shown


def by_id(found: list[Any]) -> dict[str, Any]:
    return {one["id"]: one for one in found}


@given(seed=st.integers(0, 2**32), shares=st.integers(1, 9))
def test_children_and_grandchildren_find_their_record_in_any_order(
        tmp_path_factory: pytest.TempPathFactory, seed: int, shares: int) -> None:
    chance = random.Random(seed)
    orders = [an_order(number, chance.randrange(4), chance.randrange(3)) for number in range(1, 20)]
    lines = [one for told, _ in orders for one in told]
    places = {json.loads(one)["id"]: place for place, one in enumerate(lines)}
    chance.shuffle(lines)
    siblings = [sorted((one for one in lines if json.loads(one).get("__parentId") == gid("Order", number)),
                       key=lambda one: places[json.loads(one)["id"]]) for number in range(1, 20)]
    in_turn = {gid("Order", number): iter(kept) for number, kept in enumerate(siblings, 1)}
    lines = [next(in_turn.get(json.loads(one).get("__parentId"), iter([one]))) for one in lines]

    found = put_together(lines, tmp_path_factory.mktemp("any"), shares=shares)

    assert by_id(found) == by_id([shown for _, shown in orders])


def test_a_record_without_children_has_empty_pages(tmp_path: Path) -> None:
    assert put_together([line("Order", 1)], tmp_path) == [
        {"id": gid("Order", 1), "lineItems": page(), "fulfillmentOrders": page()}]


def test_only_as_many_children_as_a_list_would_show_and_in_their_order(tmp_path: Path) -> None:
    customer = gid("Customer", 1)
    lines = [line("Customer", 1), *(line("MailingAddress", number, customer) for number in (7, 3, 5))]

    (found,) = put_together(lines, tmp_path, CUSTOMER, type="Customer")

    assert found == {"id": customer, "addressesV2": {
        "nodes": [{"id": gid("MailingAddress", 7)}, {"id": gid("MailingAddress", 3)}]}}


def test_an_only_connection_takes_every_child_whatever_its_id_says(tmp_path: Path) -> None:
    address = line("MailingAddress", 1, gid("Customer", 1)).replace(b"Address/1", b"Address/1?model_name=X")

    (found,) = put_together([line("Customer", 1), address], tmp_path,
                            (Connection("addressesV2", "", 10, False),), type="Customer")

    assert found["addressesV2"]["nodes"] == [{"id": "gid://shopify/MailingAddress/1?model_name=X"}]


@pytest.mark.parametrize("child", [
    b'{"id":"gid://shopify/LineItem/1","price":0.10,"__parentId":"gid://shopify/Order/1"}',
    b'{"__parentId":"gid://shopify/Order/1","id":"gid://shopify/LineItem/1","price":0.10}',
    b'{"id":"gid://shopify/LineItem/1","__parentId":"gid://shopify/Order/1","price":0.10}',
    b'{ "id": "gid://shopify/LineItem/1" , "price": 0.10 , "__parentId" : "gid://shopify/Order/1" } ',
    b'{"id":"gid:\\/\\/shopify\\/LineItem\\/1","price":0.10,"__parentId":"gid:\\/\\/shopify\\/Order\\/1"}'])
def test_the_parent_is_taken_out_wherever_it_stands_and_digits_stay_as_sent(tmp_path: Path, child: bytes) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    spread([line("Order", 1), child], folder, ORDER, record_type="Order", shares=1)

    ((_, raw),) = records(folder, 0, ORDER)

    (item,) = decoded_exactly(raw)["lineItems"]["nodes"]
    assert item.keys() == {"id", "price"}
    assert b"0.10" in raw


def test_a_text_that_looks_like_a_parent_stays(tmp_path: Path) -> None:
    note = 'said ,"__parentId":"gid://shopify/Order/9"}'
    child = line("LineItem", 1, gid("Order", 1), note=note)
    first = b'{"__parentId":"%b","id":"%b","note":%b}' % (
        gid("Order", 1).encode(), gid("LineItem", 2).encode(), json.dumps(note).encode())

    (found,) = put_together([line("Order", 1, note=note), child, first], tmp_path)

    assert [found["note"], *(item["note"] for item in found["lineItems"]["nodes"])] == [note] * 3


def test_lines_are_counted_with_those_that_are_records_and_the_last_share_that_holds_one(tmp_path: Path) -> None:
    lines = [*an_order(1)[0], b"", *an_order(2)[0]]

    came = spread(lines, tmp_path, ORDER, record_type="Order", shares=1)

    assert came == Counts(len(lines) - 1, 2, 0)
    assert spread([], tmp_path, ORDER, record_type="Order", shares=4) == Counts(0, 0, -1)


def test_shares_before_the_first_are_not_kept_and_the_others_are_the_same(tmp_path: Path) -> None:
    lines = [one for number in range(1, 40) for one in an_order(number)[0]]

    whole = [put_together(lines, tmp_path / f"{first}", shares=4, first=first) for first in range(4)]

    assert [one["id"] for one in whole[0]][-len(whole[2]):] == [one["id"] for one in whole[2]]
    assert len(whole[0]) > len(whole[1]) > len(whole[2]) > len(whole[3]) > 0
    assert not (tmp_path / "3" / "given-0").exists()


ORDER_ONE, TO_FULFILL = gid("Order", 1), gid("FulfillmentOrder", 1)


@pytest.mark.parametrize("again", [
    line("Order", 1), line("LineItem", 1, ORDER_ONE), line("FulfillmentOrder", 1, ORDER_ONE),
    line("FulfillmentOrderLineItem", 1, TO_FULFILL)])
def test_a_record_that_moved_while_the_file_was_written_comes_once_and_without_lines(
        tmp_path: Path, again: bytes) -> None:
    spread([line("Order", 1), line("LineItem", 1, ORDER_ONE), line("FulfillmentOrder", 1, ORDER_ONE),
            line("FulfillmentOrderLineItem", 1, TO_FULFILL), line("Order", 2), again],
           tmp_path, ORDER, record_type="Order", shares=1)

    (id, raw), (other, whole) = records(tmp_path, 0, ORDER)

    assert (id, raw, other) == (ORDER_ONE, TWICE, gid("Order", 2))
    assert whole


@pytest.mark.parametrize("orphan", [
    line("Shop", 1),
    line("LineItem", 1, gid("Order", 2)), line("FulfillmentOrderLineItem", 1, gid("FulfillmentOrder", 2)),
    line("DiscountApplication", 1, gid("Order", 1))])
def test_a_line_that_belongs_nowhere_is_said(tmp_path: Path, orphan: bytes) -> None:
    with pytest.raises(Misplaced):
        put_together([line("Order", 1), orphan], tmp_path)


@pytest.mark.parametrize("odd", [b"{", b"[]", b'{"no":"id"}', b"\xff", b'{"id":"gid://shopify/Order/2","na'])
def test_what_is_no_line_is_said(tmp_path: Path, odd: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        put_together([line("Order", 1), odd], tmp_path)


@pytest.mark.parametrize("lines, shares", [(0, 1), (1, 1), (8_192, 1), (8_193, 2), (1_000_000, 123), (10**9, 256)])
def test_so_many_lines_are_spread_over_so_many_shares(lines: int, shares: int) -> None:
    assert shares_for(lines) == shares
