"""The seeded shop: the same every time, true to the schema, and holding what real shops hold."""
from __future__ import annotations

import json
from collections import Counter

import pytest
from graphql import get_named_type, is_abstract_type, is_enum_type, is_leaf_type, is_list_type, is_non_null_type

from local.shopify.schema import load_schema
from local.shopify.state import TYPES, ShopState
from local.shopify.tests.adding_up import assert_adds_up
from local.shopify.tests.demo import a_shop

POSTED_COUNTRIES = {"FR", "DE", "ES", "IE", "GB", "US"}


@pytest.fixture(scope="module")
def state() -> ShopState:
    return a_shop()


@pytest.fixture(scope="module")
def orders(state):
    return [s.record for s in state.stored("orders")]


def everything(state):
    return {type: [s.record for s in state.stored(type)] for type in TYPES}


def test_the_same_seed_gives_the_same_shop():
    assert json.dumps(everything(a_shop())) == json.dumps(everything(a_shop()))


def test_another_seed_gives_another_shop():
    assert json.dumps(everything(a_shop())) != json.dumps(everything(a_shop(seed=2)))


def test_every_order_of_the_demo_shop_adds_up(orders):
    for order in orders:
        assert_adds_up(order)


def test_every_record_fits_shopifys_schema():
    state = a_shop()
    types = load_schema().graphql.type_map
    state.put("companies", {"name": "Radium SA", "contacts": [7100000000001], "locations": [
        {"name": "Siège", "address": {"city": "Paris", "country_code": "FR"}}]})

    wrong = [problem for type, name in TYPES.items() for s in state.stored(type)
             for problem in misfits(s.record, types[name], name)]

    assert not wrong, Counter(wrong).most_common(10)
    assert not misfits(state.card, types["Shop"], "Shop")
    assert not misfits(state.location, types["Location"], "Location")


def misfits(value, kind, path):
    """Where a record is not what the schema says, as "path: what is wrong"."""
    if value is None:
        return [f"{path}: null"] if is_non_null_type(kind) else []
    kind = kind.of_type if is_non_null_type(kind) else kind
    if isinstance(value, list):
        inner = kind.of_type if is_list_type(kind) else get_named_type(kind.fields["nodes"].type)
        return [p for item in value for p in misfits(item, inner, path)]
    if is_leaf_type(kind):
        return leaf_misfits(value, kind, path)
    if isinstance(value, str):
        return [] if value.startswith("gid://shopify/") else [f"{path}: text for {kind}"]
    if is_abstract_type(kind):
        kind = load_schema().graphql.type_map[value["__typename"]]
    fields = {k: v for k, v in value.items() if k != "__typename"}
    unknown = [f"{path}.{k}: not a field of {kind}" for k in fields if k not in kind.fields]
    return unknown + [p for k, v in fields.items() if k in kind.fields
                      for p in misfits(v, kind.fields[k].type, f"{path}.{k}")]


def leaf_misfits(value, kind, path):
    if is_enum_type(kind):
        return [] if value in kind.values else [f"{path}: {value} is no {kind}"]
    python = {"Int": int, "Float": (int, float), "Boolean": bool}.get(kind.name, str)
    return [] if isinstance(value, python) else [f"{path}: {value!r} is no {kind}"]


def test_times_have_whole_seconds_are_shared_and_never_in_the_future(state, orders):
    newest = "2026-03-10T09:59:00Z"
    names = ("createdAt", "updatedAt", "issuedAt", "initiatedAt", "evidenceSentOn", "finalizedOn")
    times = [r[k] for records in everything(state).values() for r in records for k in names if r.get(k)]

    assert all(len(t) == len(newest) and t <= newest for t in times)
    assert max(Counter(o["createdAt"] for o in orders).values()) > 1


def test_buyers_live_where_the_demo_company_can_post(state, orders):
    homes = {a["countryCodeV2"] for s in state.stored("customers") for a in s.record["addresses"]}
    assert homes == POSTED_COUNTRIES
    assert {o["shippingAddress"]["countryCodeV2"] for o in orders} <= POSTED_COUNTRIES


def test_every_variant_has_a_short_unique_sku(state):
    skus = [v["sku"] for s in state.stored("products") for v in s.record["variants"]]

    assert len(skus) == len(set(skus))
    assert all(len(s) <= 20 and set(s) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") for s in skus)


MIX = {
    "guest": lambda o: o["customer"] is None and o["email"],
    "order discount": lambda o: any(d["targetSelection"] == "ALL" and d["targetType"] == "LINE_ITEM"
                                    for d in o["discountApplications"]),
    "line discount": lambda o: any(d["targetSelection"] == "EXPLICIT" for d in o["discountApplications"]),
    "shipping discount": lambda o: any(d["targetType"] == "SHIPPING_LINE" for d in o["discountApplications"]),
    "tip": lambda o: any(x["title"] == "Tip" and not x["sku"] and not x["requiresShipping"] for x in o["lineItems"]),
    "gift card sold": lambda o: any(x["isGiftCard"] and x["product"] for x in o["lineItems"]),
    "gift card used": lambda o: "gift_card" in o["paymentGatewayNames"],
    "authorised and captured": lambda o: [t["kind"] for t in o["transactions"]][:2] == ["AUTHORIZATION", "CAPTURE"],
    "refund": lambda o: o["refunds"] and not o["cancelledAt"],
    "cancelled": lambda o: o["cancelledAt"],
    "archived": lambda o: o["closed"],
    "test": lambda o: o["test"],
    "unpaid": lambda o: o["displayFinancialStatus"] == "PENDING",
    "free shipping": lambda o: o["totalShippingPriceSet"]["shopMoney"]["amount"] == "0.0",
    "more lines than a page": lambda o: len(o["lineItems"]) > 250,
    "older than 60 days": lambda o: o["createdAt"] < "2026-01-09",
    "fulfilled": lambda o: o["fulfillments"],
    "PO number": lambda o: o["poNumber"],
    "note": lambda o: o["note"],
    "net prices with 20 %": lambda o: not o["taxesIncluded"] and o["taxLines"] and o["taxLines"][0]["rate"] == 0.2,
    "net prices without tax": lambda o: not o["taxesIncluded"] and not o["taxLines"],
    "paid in pounds": lambda o: o["presentmentCurrencyCode"] == "GBP",
    "paid in dollars": lambda o: o["presentmentCurrencyCode"] == "USD",
    "long street": lambda o: len(o["shippingAddress"]["address1"]) == 140,
    "long city": lambda o: len(o["shippingAddress"]["city"]) > 30,
}


@pytest.mark.parametrize("kind", MIX)
def test_the_mix_holds(orders, kind):
    found = sum(bool(MIX[kind](order)) for order in orders)

    assert 0 < found < len(orders) / 2


def test_ordinary_lines_point_to_a_variant_with_the_same_sku(state, orders):
    skus = {v["id"]: v["sku"] for s in state.stored("products") for v in s.record["variants"]}

    for line in (line for order in orders for line in order["lineItems"] if line["title"] != "Tip"):
        assert skus[line["variant"]] == line["sku"]


def test_net_orders_of_french_buyers_bear_twenty_per_cent_on_every_line(orders):
    net = [o for o in orders if not o["taxesIncluded"] and o["shippingAddress"]["countryCodeV2"] == "FR"]

    for order in net:
        for part in (*order["lineItems"], *order["shippingLines"]):
            assert part.get("currentQuantity") == 0 or [t["rate"] for t in part["taxLines"]] in ([0.2], [])
            assert part["taxLines"] or part.get("discountedPriceSet", {}).get("shopMoney", {}).get("amount") == "0.0"


def test_a_plain_shop_has_three_lines_an_order_and_nothing_exotic():
    orders = [s.record for s in a_shop(plain=True).stored("orders")]

    assert {len(o["lineItems"]) for o in orders} == {3}
    assert not any(o["refunds"] or o["discountApplications"] or o["cancelledAt"] or o["customer"] is None
                   for o in orders)


def test_a_small_shop_works_too():
    assert a_shop(customers=1, products=1, orders=1).totals() == {
        "customers": 1, "products": 1, "orders": 1, "companies": 0, "payouts": 1, "disputes": 1, "variants": 1}
