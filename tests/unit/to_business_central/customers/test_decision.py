"""What is decided about a customer: who is taken in by itself, who was lost, and what an order has to go without."""
from __future__ import annotations

from typing import Any

import pytest

from shared.shopify.records import ContactProfile, Customer, NamedCompany
from shared.shops.card import CustomerImport, ShopCard
from shared.stores.links import Link, LinkState
from shared.sync.decision import What
from shared.to_business_central.customers.decision import CustomerDecision, decide_customer, decide_needed_customer
from tests.builders import a_card, a_customer, an_address, cronus

NOBODY = cronus(customers=())
LOST = Link(id="7100000000001", etag="W/1", state=LinkState.LOST)
UNKNOWN = Link(id="7100000000001")
SPALT = ContactProfile(company=NamedCompany(id="gid://shopify/Company/503", name="Spalt AG"))


def decided(link: Link, card: ShopCard, customer: Customer | None = None, **more: Any) -> CustomerDecision:
    return decide_customer(customer or a_customer(), link, card, NOBODY, lambda id: None, **more)


def card(wanted: CustomerImport, **settings: Any) -> ShopCard:
    return a_card(customer_import_from_shopify=wanted, **settings)


@pytest.mark.parametrize(("may_create", "expected", "state"), [
    (True, What.CREATE, LinkState.LOST), (False, What.LEAVE_OUT, LinkState.LEFT_OUT)])
def test_one_that_was_deleted_is_made_again_whatever_the_card_takes_in_if_it_may_be_made(
    may_create: bool, expected: What, state: LinkState
) -> None:
    decision = decided(LOST, card(CustomerImport.WITH_ORDER_IMPORT, auto_create_unknown_customers=may_create))

    assert (decision.what, decision.link.state) == (expected, state)


@pytest.mark.parametrize(("link", "asked_for", "expected"), [
    (UNKNOWN, False, What.LEAVE_OUT), (UNKNOWN, True, What.CREATE), (LOST, False, What.CREATE)])
def test_a_contact_of_a_company_is_left_out_unless_it_was_there_or_is_wanted(
    link: Link, asked_for: bool, expected: What
) -> None:
    contact = a_customer(company_contact_profiles=[SPALT])

    decision = decided(link, card(CustomerImport.ALL_CUSTOMERS), contact, asked_for=asked_for)

    assert decision.what is expected
    assert (decision.not_selected is None) == (expected is not What.LEAVE_OUT)


def test_one_without_an_address_is_left_out_and_an_order_that_needs_it_is_told_why() -> None:
    decision = decide_needed_customer(
        a_customer(addresses=[]), UNKNOWN, a_card(), NOBODY, lambda id: None)

    assert (decision.what, decision.link.state) == (What.LEAVE_OUT, LinkState.LEFT_OUT)
    assert decision.not_selected is not None
    assert len(decision.problems) == 1
    assert decision.outcome.problem is None


def test_one_without_an_address_gets_the_first_of_its_orders() -> None:
    decision = decide_needed_customer(
        a_customer(addresses=[]), UNKNOWN, a_card(), NOBODY, lambda id: None, [None, an_address(city="Lyon")])

    assert decision.what is What.CREATE
    assert decision.plan is not None
    assert decision.plan.body["city"] == "Lyon"
