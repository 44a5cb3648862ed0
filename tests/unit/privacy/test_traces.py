"""How a person shows in texts, and how not; of two people who are nearly alike each shows alone."""
from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from shared.privacy.subject import Person, address
from shared.privacy.traces import Traces

ANN = Traces(
    Person(id="7001", named=frozenset({"5400000000101"}), emails=frozenset({"ann@example.fr"})), orders=["5003"],
    bc_ids=["C00010", "0c9a8f0e-2d1f-4b7a-9d55-1f2e3d4c5b6a", "10000", ""],
)


@pytest.mark.parametrize("text", [
    "gid://shopify/Customer/7001", "gid%3A%2F%2Fshopify%2FCustomer%2F7001", "/admin/customers/7001.json",
    '{"customer":{"id":7001}}', '{"customer_id":"7001"}', '{"orders_requested":[5003]}', '{"id":7001}',
    "customer 7001: no address", "S7001", '{"number":"S7001"}', "SHP-5400000000101", "order 5003 was refused",
    '{"filter":"externalDocumentNumber eq \'SHP-5003\'"}', "orders 5003", "is it 7001?", "7001, 7002",
    "mail to Ann@Example.FR.", "<ann@example.fr>", "email eq 'ann@example.fr'", "email%20eq%20'ann%40example.fr'",
    "?email=ann@example.fr&x=1", "mailto:ann@example.fr", '{"email":" ANN@example.fr "}',
    '{"to":"Ann <ann@example.fr>"}',
    r'{"email":"ann\u0040example.fr"}', r'{"cut": "ann\u0040example.fr', '{"cut": "ann@example.fr', "ann@example.fr, x",
    "C00010 is blocked", '{"customerNumber":"c00010"}', "customers(0C9A8F0E-2D1F-4B7A-9D55-1F2E3D4C5B6A)",
    json.dumps({"body": json.dumps({"email": "ann@example.fr"})}),
])
def test_a_text_speaks_of_the_person(text: str) -> None:
    assert ANN.are_in(text)


@pytest.mark.parametrize("text", [
    "17001", "70011", "gid://shopify/Customer/70011", "gid://shopify/Product/7001", "order 7001", "#7001", "7001.50",
    "7001,50", "3.7001", "S70011", "XS7001", "gid://shopify/Order/7001", "/products/7001.json", '{"sku":"7001"}',
    '{"quantity":7001}', '{"order_id":7001}', '{"customer":{"id":5003}}', '{"product":{"id":7001}}', "customer 5003",
    "SHP-54000000001011", "a-7001-b", '{"price":7001.0}', '{"x":true}',
    "joann@example.fr", "jo.ann@example.fr", "jo+ann@example.fr", "jo-ann@example.fr", "jo_ann@example.fr",
    "o'ann@example.fr", "jo%2Bann%40example.fr", "ann@example.fr.example", "ann@example.french", "ann@example.fr-x.fr",
    '{"email":"joann@example.fr"}', '{"cut": "joann@example.fr', '{"email":"jo+ann@example.fr"}', "ann@example",
    "C000101", "XC00010", "C00010-1", '{"amount":"10000"}', "10000 EUR", "", "{}", "null", "Ann Curie, +33144274622",
    "9" * 6000, "[" * 50_000,
])
def test_a_text_does_not_speak_of_the_person(text: str) -> None:
    assert not ANN.are_in(text)


def test_nobody_is_found_by_nothing() -> None:
    assert not Traces(Person(id="1")).are_in("anything at all, S7001 and ann@example.fr")


CAPITALS = str.maketrans("abcde", "ABCDE")
LOCAL = st.text("abcdeéß0123456789", min_size=1, max_size=6)
GLUE = st.sampled_from(["", ".", "+", "-", "_", "%"])
NUMBERS = st.integers(10**9, 10**13)


@st.composite
def a_pair(draw: st.DrawFn) -> tuple[tuple[int, str], tuple[int, str]]:
    """Two people, the values of one a part of the other's: at the beginning, at the end or in the middle."""
    number, local = draw(NUMBERS), draw(LOCAL)
    before, after = draw(st.sampled_from([(LOCAL, st.just("")), (st.just(""), LOCAL), (LOCAL, LOCAL)]))
    other_local = f"{draw(before)}{draw(GLUE)}{local}{draw(after)}".strip(".")
    domain, tail = "example.fr", draw(st.sampled_from(["", ".example", "x"]))
    digits = draw(st.sampled_from([("1", ""), ("", "1"), ("2", "3")]))
    other = int(f"{digits[0]}{number}{digits[1]}")
    pair = (number, f"{local}@{domain}"), (other, f"{other_local}@{domain}{tail}")
    assume(address(pair[0][1]) != address(pair[1][1]))
    return pair if draw(st.booleans()) else pair[::-1]


def texts_of(number: int, email: str) -> list[str]:
    """What is written of somebody: in records, bodies whole and cut, addresses and sentences."""
    record: dict[str, Any] = {"customer": {"id": f"gid://shopify/Customer/{number}", "email": email}, "name": "Curie"}
    order = {"number": f"S{number}", "externalDocumentNumber": f"SHP-{number}0", "phoneNumber": "+33144274622"}
    return [
        json.dumps(record), json.dumps(record, ensure_ascii=False)[:-2],
        json.dumps({"email": email.translate(CAPITALS)}),
        f"customers?$filter=email eq '{quote(email)}'", f"customer {number} has no address", f"{email} is known",
        json.dumps(order), f"(S{number})", f"wrote to <{email}>; {email}, ok",
    ]


@example(pair=((7001, "%000@example.fr"), (700, "0@example.fr")))
@example(pair=((7001, "3%30@example.fr"), (700, "30@example.fr")))
@example(pair=((7001, "%200@example.fr"), (700, "0@example.fr")))
@given(pair=a_pair())
def test_of_two_people_who_are_nearly_alike_each_text_speaks_of_one(
    pair: tuple[tuple[int, str], tuple[int, str]]
) -> None:
    for (number, email), others in (pair, pair[::-1]):
        traces = Traces(Person(id=str(number), emails=frozenset({address(email)})))
        assert [text for text in texts_of(number, email) if not traces.are_in(text)] == []
        assert [text for text in texts_of(*others) if traces.are_in(text)] == []
