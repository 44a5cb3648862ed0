"""Whose a captured record is."""
from __future__ import annotations

from typing import Any

import pytest

from shared.privacy.subject import Owner, Person, id_named, is_of, names_one_of, owner_of

ANN = Person(id="7001", named=frozenset({"5001"}), emails=frozenset({"ann@example.fr"}))


def an_order(email: str | None = None, customer: int | None = None, **more: Any) -> dict[str, Any]:
    who = {"id": f"gid://shopify/Customer/{customer}", "defaultEmailAddress": None} if customer else None
    return {"id": "gid://shopify/Order/5009", "email": email, "customer": who, **more}


@pytest.mark.parametrize("number, record", [
    pytest.param(5009, an_order(customer=7001), id="an order of the customer"),
    pytest.param(5001, an_order(customer=7002), id="an order that Shopify named"),
    pytest.param(5009, an_order(" Ann@Example.FR "), id="a guest's order with the address, however written"),
])
def test_an_order_is_the_persons(number: int, record: dict[str, Any]) -> None:
    assert is_of(ANN, "orders", str(number), owner_of("orders", str(number), record))


@pytest.mark.parametrize("number, record", [
    pytest.param(5009, an_order("joann@example.fr"), id="the address is the end of another"),
    pytest.param(5009, an_order("ann@example.fr.example"), id="the address is the beginning of another"),
    pytest.param(5009, an_order("ann@example.fr", customer=7002), id="another customer's, who typed the address"),
    pytest.param(5009, an_order(customer=70011), id="a customer whose number begins so"),
    pytest.param(5009, an_order(note="for ann@example.fr, customer 7001"), id="a note"),
    pytest.param(50010, an_order(), id="an order whose number begins so"),
    pytest.param(5009, {"id": "x", "customer": "7001"}, id="a customer that is none"),
])
def test_an_order_is_somebody_elses(number: int, record: dict[str, Any]) -> None:
    assert not is_of(ANN, "orders", str(number), owner_of("orders", str(number), record))


def test_a_customer_is_told_by_the_number_alone() -> None:
    owner = owner_of("customers", "7002", {"defaultEmailAddress": {"emailAddress": "ann@example.fr"}})

    assert owner == Owner(customer="7002", emails=frozenset({"ann@example.fr"}))
    assert not is_of(ANN, "customers", "7002", owner)
    assert not is_of(ANN, "customers", "5001", Owner(customer="5001"))


def test_letters_that_fold_to_the_same_are_not_the_same_address() -> None:
    strasse = Person(id="1", emails=frozenset({"strasse@example.fr"}))

    assert not is_of(strasse, "orders", "5", owner_of("orders", "5", an_order("straße@example.fr")))


def test_a_record_names_an_order_by_the_whole_value_only() -> None:
    gids = frozenset({"gid://shopify/Order/5001"})

    assert names_one_of({"transactions": [{"associatedOrder": {"id": "gid://shopify/Order/5001"}}]}, gids)
    assert not names_one_of({"order": {"id": "gid://shopify/Order/50011"}, "note": "gid://shopify/Order/5001."}, gids)


@pytest.mark.parametrize("gid", ["gid://shopify/Order/7001", "7001", "gid://shopify/Customer/", None,
                                 "gid://shopify/Customer/-1", "gid://shopify/Customer/" + "9" * 5000])
def test_what_is_no_address_of_a_customer_has_no_number(gid: object) -> None:
    assert id_named(gid, "Customer") == ""
