"""The control API and the same changes in process: what tests use to build their cases."""
from __future__ import annotations

import inspect
import re

import pytest

from local.shopify import orders, payment_records, records
from local.shopify.specs import KEYS
from local.shopify.state import edited_lines

FACTS = """{ order(id: "gid://shopify/Order/5001") { name note email poNumber updatedAt cancelledAt closed
  totalPriceSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
  currentTotalPriceSet { shopMoney { amount } } shippingAddress { city zip }
  lineItems(first: 10) { nodes { sku quantity currentQuantity variant { id } } } } }"""
ORDER = {"id": 5001, "name": "#1001", "email": "marie@example.fr", "tax_rate": "0.20", "po_number": "PO-778",
         "shipping_address": {"first_name": "Marie", "city": "Paris", "zip": "75005"},
         "lines": [{"sku": "1000", "quantity": 2, "unit_price": "120.00"}],
         "shipping": [{"title": "Standard", "price": "12.00"}]}


def order(shop):
    return shop.data(FACTS)["order"]


def test_an_order_is_made_from_a_short_spec(shop):
    shop.control("POST", "products", {"title": "Bureau", "variants": [{"id": 91, "sku": "1000", "price": "120.00"}]})

    record = shop.control("POST", "orders", ORDER)

    assert record["id"] == "gid://shopify/Order/5001"
    assert order(shop) == {
        "name": "#1001", "note": None, "email": "marie@example.fr", "poNumber": "PO-778",
        "updatedAt": "2026-03-10T10:00:00Z", "cancelledAt": None, "closed": False,
        "totalPriceSet": {"shopMoney": {"amount": "252.0"}}, "totalTaxSet": {"shopMoney": {"amount": "42.0"}},
        "currentTotalPriceSet": {"shopMoney": {"amount": "252.0"}},
        "shippingAddress": {"city": "Paris", "zip": "75005"},
        "lineItems": {"nodes": [{"sku": "1000", "quantity": 2, "currentQuantity": 2,
                                 "variant": {"id": "gid://shopify/ProductVariant/91"}}]}}


def test_a_line_may_name_an_sku_the_shop_does_not_know(shop):
    shop.control("POST", "orders", {**ORDER, "lines": [{"sku": "GONE", "quantity": 1, "unit_price": "1.00"}]})

    assert order(shop)["lineItems"]["nodes"] == [{"sku": "GONE", "quantity": 1, "currentQuantity": 1, "variant": None}]


def test_a_patch_changes_what_it_names_and_moves_updated_at(shop):
    shop.control("POST", "orders", ORDER)
    shop.clock.forward(90)

    shop.control("PATCH", "orders/5001", {"note": "merci", "shipping_address": {"city": "Lyon"}})

    found = order(shop)
    assert (found["note"], found["updatedAt"]) == ("merci", "2026-03-10T10:01:30Z")
    assert found["shippingAddress"] == {"city": "Lyon", "zip": "75005"}


@pytest.mark.parametrize("pieces, quantity, current, total",
                         [(3, 3, 3, "372.0"), (1, 2, 1, "132.0"), (0, 2, 0, "12.0")])
def test_an_edited_quantity_grows_the_order_or_lowers_the_current_figures(shop, pieces, quantity, current, total):
    shop.control("POST", "orders", ORDER)

    shop.control("PATCH", "orders/5001", {"line_quantities": {"0": pieces}})

    line = order(shop)["lineItems"]["nodes"][0]
    assert (line["quantity"], line["currentQuantity"]) == (quantity, current)
    assert order(shop)["currentTotalPriceSet"]["shopMoney"]["amount"] == total


def test_a_raised_quantity_forgets_an_earlier_removal():
    assert edited_lines([{"quantity": 2, "removed": 1}], {"0": 4}) == [{"quantity": 4, "removed": 0}]


def test_cancelled_and_closed(shop):
    shop.control("POST", "orders", {**ORDER, "cancelled": True, "closed": True, "payment_pending": True})

    found = order(shop)
    assert found["cancelledAt"] == "2026-03-10T10:00:00Z"
    assert found["closed"] is True
    assert found["lineItems"]["nodes"][0]["currentQuantity"] == 0
    assert found["currentTotalPriceSet"]["shopMoney"]["amount"] == "0.0"


def test_fields_of_a_spec_are_laid_over_the_record(shop):
    shop.control("POST", "orders", {**ORDER, "fields": {"name": "#X"}})

    assert order(shop)["name"] == "#X"


def test_a_deleted_record_is_gone_everywhere(shop):
    shop.control("POST", "orders", ORDER)
    before = shop.control("GET", "totals")["orders"]

    shop.control("DELETE", "orders/5001")

    assert order(shop) is None
    assert shop.control("GET", "totals")["orders"] == before - 1
    assert shop.data('{ ordersCount(query: "id:5001") { count } }')["ordersCount"]["count"] == 0


def test_touch_moves_updated_at_only(shop):
    before = {s.number: s.spec for s in shop.state.stored("customers")}
    shop.clock.forward(3600)

    touched = shop.control("POST", "touch", {"type": "customers", "count": 2})["touched"]

    after = {s.number: s.spec for s in shop.state.stored("customers")}
    assert len(touched) == 2
    assert all(after[n] == {**before[n], "updated_at": "2026-03-10T11:00:00Z"} for n in touched)
    assert all(after[n] == before[n] for n in before if n not in touched)


def test_a_customer_and_a_company_belong_together(shop):
    shop.control("POST", "customers", {"id": 7200000000001, "first_name": "Marie", "last_name": "Curie",
                                       "email": "marie@example.fr", "addresses": []})
    shop.control("POST", "companies", {"id": 31, "name": "Radium SA", "contacts": [7200000000001]})
    shop.control("POST", "orders", {**ORDER, "customer": 7200000000001, "company": {"company": 31}})

    found = shop.data("""{ customer(id: "gid://shopify/Customer/7200000000001") { displayName numberOfOrders
      defaultAddress { city } amountSpent { amount } companyContactProfiles { company { name } } }
      order(id: "gid://shopify/Order/5001") { purchasingEntity { __typename ... on PurchasingCompany {
        company { name } contact { customer { id } } } } } }""")

    assert found["customer"] == {
        "displayName": "Marie Curie", "numberOfOrders": "1", "defaultAddress": None, "amountSpent": {"amount": "252.0"},
        "companyContactProfiles": [{"company": {"name": "Radium SA"}}]}
    assert found["order"]["purchasingEntity"] == {
        "__typename": "PurchasingCompany", "company": {"name": "Radium SA"},
        "contact": {"customer": {"id": "gid://shopify/Customer/7200000000001"}}}


def test_children_of_an_order_can_be_read_by_their_own_id(shop):
    shop.control("POST", "orders", {**ORDER, "refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": True}]}]})

    found = shop.data("""{ refund(id: "gid://shopify/Refund/5001000") { totalRefundedSet { shopMoney { amount } }
      order { name } refundLineItems(first: 5) { nodes { quantity lineItem { sku } } } }
      node(id: "gid://shopify/LineItem/5001000") { ... on LineItem { sku } } }""")

    assert found == {"refund": {"totalRefundedSet": {"shopMoney": {"amount": "120.0"}}, "order": {"name": "#1001"},
                                "refundLineItems": {"nodes": [{"quantity": 1, "lineItem": {"sku": "1000"}}]}},
                     "node": {"sku": "1000"}}


@pytest.mark.parametrize("method, path, content, status", [
    ("GET", "orders/1", None, 404), ("PATCH", "orders/1", {"note": "x"}, 404), ("POST", "dragons", {}, 404),
    ("POST", "orders", {"lines": [{"unit_price": 1.5}]}, 400)])
def test_what_cannot_be_done_is_said(shop, method, path, content, status):
    reply = shop.session.request(method, f"{shop.running.url}/_control/{path}", json=content, timeout=10)

    assert reply.status_code == status
    assert reply.json()["error"]


@pytest.mark.parametrize("method, path, content, named", [
    ("POST", "orders", {"customer_id": 7}, "customer_id"),
    ("POST", "orders", {"lines": [{"sku": "1", "unit_price": "1.00", "qty": 2}]}, "lines.qty"),
    ("POST", "orders", {"lines": [{"unit_price": "1.00", "duties": [{"price": "1.00", "tax": "0", "vat": "1"}]}]},
     "lines.duties.vat"),
    ("POST", "orders", {"refunds": [{"lines": [{"line": 0, "quantity": 1, "restocked": True}]}]},
     "refunds.lines.restocked"),
    ("POST", "orders", {"shipping_address": {"country": "France", "zip_code": "75005"}}, "shipping_address.zip_code"),
    ("POST", "orders", {"fields": {"nots": "x"}}, "nots"),
    ("PATCH", "orders/5001", {"cancled": True}, "cancled"),
    ("PATCH", "orders/5001", {"shipping_address": {"town": "Lyon"}}, "shipping_address.town"),
    ("POST", "products", {"title": "Desk", "variants": [{"SKU": "1"}]}, "variants.SKU"),
    ("POST", "customers", {"addresses": [{"city": "Lyon"}, {"street": "x"}]}, "addresses.street"),
    ("POST", "companies", {"name": "A", "locations": [{"name": "L", "taxid": "1"}]}, "locations.taxid"),
    ("POST", "payouts", {"charge": "1.00"}, "charge"),
    ("POST", "payouts", {"transactions": [{"kind": "CHARGE"}]}, "transactions.kind"),
    ("POST", "disputes", {"order_id": 1}, "order_id"),
    ("POST", "touch", {"type": "orders", "numbers": [5001]}, "numbers"),
    ("POST", "customers/merge", {"kept": 1, "removed": 2}, "removed"),
    ("PATCH", "clock", {"ahead": 5}, "ahead"),
    ("DELETE", "faults?type=http_5xx", None, "type"),
    ("DELETE", "faults?kind=flood", None, "flood"),
    ("POST", "privacy", {"topic": "customers/redact", "order": [1]}, "order"),
    ("POST", "scopes", {"scope": "read_orders"}, "scope"),
    ("GET", "deliveries?topics=orders/create", None, "topics"),
    ("POST", "uninstall", {"client": "x"}, "client"),
])
def test_a_key_that_nobody_reads_is_refused_by_its_name_and_changes_nothing(shop, method, path, content, named):
    shop.control("POST", "orders", ORDER)
    before = order(shop), shop.state.totals()

    reply = shop.session.request(method, f"{shop.running.url}/_control/{path}", json=content, timeout=10)

    assert reply.status_code == 400
    assert re.search(rf"(?<![\w.]){re.escape(named)}(?!\w)", reply.json()["error"])
    assert (order(shop), shop.state.totals()) == before


def test_every_key_that_a_specification_may_have_is_explained_where_records_are_built():
    explained = {type: " ".join(inspect.getdoc(module) or "" for module in modules) for type, modules in {
        **dict.fromkeys(("customers", "products", "companies"), (records,)),
        "orders": (orders, records), "payouts": (payment_records, records), "disputes": (payment_records, records),
    }.items()}

    silent = [f"{type}: {name}" for type, text in explained.items() for name in _names_in(KEYS[type])
              if not re.search(rf"\b{name}\b", text) and not name.endswith("_fee")]

    assert silent == []


def _names_in(vocabulary):
    for name, inner in vocabulary.items():
        yield name
        yield from _names_in(inner or {})
