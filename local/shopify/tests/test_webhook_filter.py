"""Filters and addresses take whatever text they are given."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local.shopify.addresses import address_problems
from local.shopify.apps import App
from local.shopify.webhook_filter import filter_is_valid, passes

PIECES = st.sampled_from(["status", ":", "active", " ", "OR", "NOT ", "-", "(", ")", "*", ">=", "<", "nan", "1e9", "'",
                          '"', "price", "items.x", "\\"])
PAYLOAD = {"status": "active", "price": "10.00", "items": [{"x": 1}, {"x": None}], "flag": True}
ADDRESSES = st.one_of(st.text(), st.tuples(st.sampled_from(["https", "http", "pubsub", "arn", "kafka", ""]), st.text())
                      .map("://".join))


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_filter_is_refused_or_decides(text):
    if filter_is_valid(text):
        assert passes(PAYLOAD, text) in (True, False)


@given(ADDRESSES)
def test_an_address_is_refused_with_a_sentence_or_is_one_of_three_kinds(address):
    problems = address_problems(address, 1, allow_loopback=False)

    assert problems or address.startswith(("https://", "pubsub://", "arn:"))
    assert all(problem.startswith("Address ") for problem in problems)


@given(ADDRESSES)
def test_no_address_is_redirected_to_unless_it_is_listed(address):
    assert not App("id", 1, ["secret"], redirect_urls=["https://connector.example/cb"]).may_redirect_to(address)


def test_numbers_compare_as_numbers_and_text_as_text():
    assert passes(PAYLOAD, "price:>9")
    assert not passes(PAYLOAD, "price:>10")
    assert passes(PAYLOAD, "status:>abc")
    assert not passes(PAYLOAD, "status:>9")
    assert passes(PAYLOAD, "flag:true items.x:1")
