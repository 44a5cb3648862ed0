"""The search language, and how a shop shows that it did not understand."""
from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.shopify.errors import FieldError
from local.shopify.schema import SearchField
from local.shopify.search import Group, Term, matcher, parse, understood

KNOWN = {name: SearchField(name, kind) for name, kind in {
    "default": "string", "id": "id", "updated_at": "time", "tag": "string", "name": "string", "test": "boolean",
    "total": "float"}.items()}
KNOWN["status"] = SearchField("status", "string", frozenset({"open", "closed"}))
NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
RECORD = {"id": 5001, "updated_at": "2026-03-01T12:30:00Z", "tag": ["été", "cadeau fragile"], "name": "#1001",
          "test": False, "total": "120.50", "status": "open", "default": ["#1001", "marie@example.fr"]}


def finds(text: str) -> bool:
    test = matcher(understood(text, KNOWN), KNOWN, NOW)
    return test is None or test(RECORD.get)


MATCHES = [
    ("", True), ("id:5001", True), ("id:5002", False), ("id:>=5001", True), ("id:>5001", False),
    ("id:5000,5001", True), ("id:gid://shopify/Order/5001", False),
    ("updated_at:>='2026-03-01T12:30:00Z'", True), ("updated_at:>'2026-03-01T12:30:00Z'", False),
    ("updated_at:>='2026-03-01T13:30:00+01:00'", True), ("updated_at:<='2026-03-01T12:29:59Z'", False),
    ("updated_at:2026-03-01", True), ("updated_at:>2026-03-01", False), ("updated_at:<now", True),
    ("updated_at:>='2026-03-01' AND updated_at:<'2026-03-02'", True), ("updated_at:>=2026", True),
    ("tag:été", True), ("tag:Cadeau", True), ("tag:'cadeau'", False), ("tag:'cadeau fragile'", True),
    ("tag:cad*", True), ("tag:x*", False), ("-tag:été", False), ("NOT tag:solde", True),
    ("status:open", True), ("-status:closed", True), ("test:false", True), ("test:true", False),
    ("total:>=120.5", True), ("total:<100", False), ("marie@example.fr", True), ("paul@example.fr", False),
    ("id:1 OR id:5001", True), ("id:1 OR id:2", False), ("id:5001 tag:été", True), ("id:5001 tag:solde", False),
    ("(id:1 OR id:5001) AND (tag:été OR tag:solde)", True), ("(id:1 OR id:5001) AND -tag:été", False),
    ("(id:5001", True),
]


@pytest.mark.parametrize("text, found", MATCHES)
def test_search(text, found):
    assert finds(text) is found


def test_and_binds_closer_than_or():
    tree = parse("id:1 OR id:2 AND id:3")

    assert tree == Group("or", (Term("id", "1"), Group("and", (Term("id", "2"), Term("id", "3")))))


def test_an_unquoted_time_breaks_at_its_colons():
    search = understood("updated_at:>=2026-03-01T00:00:00Z", KNOWN)

    assert search.tree == Term("updated_at", "2026-03-01T00", ">=")
    assert search.warnings == [{"field": "00", "message": "Invalid search field for this query.",
                                "code": "invalid_field"}]


def test_what_is_no_time_is_refused():
    with pytest.raises(FieldError, match="Invalid timestamp for query filter `updated_at`"):
        understood("updated_at:>=not-a-date", KNOWN)


def test_a_misspelt_field_returns_everything_with_only_a_warning(shop):
    answer = shop.ask("{ orders(first: 250, query: \"upated_at:>'2030-01-01'\") { nodes { id } } }")

    assert len(answer["data"]["orders"]["nodes"]) == 30
    assert "errors" not in answer
    assert answer["extensions"]["search"] == [{
        "path": ["orders"], "query": "upated_at:>'2030-01-01'",
        "parsed": {"field": "upated_at", "range_gt": "2030-01-01"},
        "warnings": [{"field": "upated_at", "message": "Invalid search field for this query.",
                      "code": "invalid_field"}]}]


def test_a_value_that_is_not_accepted_is_a_warning_too(shop):
    answer = shop.ask('{ orders(first: 1, query: "status:opened") { nodes { id } } }')

    assert answer["extensions"]["search"][0]["warnings"][0]["message"] == "Input `opened` is not an accepted value."


def test_a_count_that_needs_named_fields_warns_about_bare_words(shop):
    answer = shop.ask('{ n: customersCount(query: "marie@example.fr") { count } }')

    assert answer["extensions"]["search"][0]["path"] == ["n"]
    assert answer["extensions"]["search"][0]["warnings"][0]["code"] == "missing_named_field"


def test_no_search_extension_without_warnings(shop):
    assert "search" not in shop.ask("{ orders(first: 1, query: \"updated_at:>='2020-01-01'\") { nodes { id } } }")[
        "extensions"]


@pytest.mark.parametrize("root, query, count", [
    ("products", "gift_card:true", 1), ("orders", "financial_status:pending", 1), ("orders", "po_number:PO-702", 1),
    ("customers", "email:nobody@example.fr", 0), ("productVariants", "sku:LAMPE-0000", 1),
    ("inventoryItems", "sku:LAMPE-0000", 1), ("orders", "-status:cancelled name:#1001", 1)])
def test_fields_of_each_list_can_be_searched(shop, root, query, count):
    found = shop.data(f'{{ list: {root}(first: 50, query: "{query}") {{ nodes {{ id }} }} }}')

    assert len(found["list"]["nodes"]) == count
