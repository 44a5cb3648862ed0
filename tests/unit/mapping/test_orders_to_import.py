"""Which new orders the shop card lets in; every order here would be taken but for what its test says."""
from __future__ import annotations

from datetime import timedelta

import pytest

from shared.mapping.orders_to_import import HELD, LEFT_OUT, held_for_risk, not_selected, selection_of
from shared.shopify.records import NamedCompany, PaymentTerms, PurchasingEntity, SalesApp
from shared.shops.card import FinancialStatus, OrdersToImport
from tests.builders import NOW, an_order

PAID_ONLY = OrdersToImport(financial_statuses=(FinancialStatus.PAID,))
LATER = NOW + timedelta(days=1)
OF_A_COMPANY = PurchasingEntity(company=NamedCompany(id="gid://shopify/Company/503"))
NET_30 = PaymentTerms(payment_terms_name="Net 30", due_in_days=30)


def taken(wanted: OrdersToImport, **order: object) -> bool:
    return not_selected(an_order(**order), wanted, LATER) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [
    "AUTHORIZED", "PENDING", "PARTIALLY_PAID", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", None,
])
def test_without_a_choice_every_order_that_is_paid_or_may_still_be_is_taken(status: str | None) -> None:
    assert taken(OrdersToImport(), display_financial_status=status)


@pytest.mark.parametrize("status", ["VOIDED", "EXPIRED"])
@pytest.mark.parametrize("on_account", [{}, {"payment_terms": NET_30}], ids=["", "with terms"])
def test_an_order_of_which_nothing_will_be_paid_is_never_taken(status: str, on_account: dict[str, object]) -> None:
    why = not_selected(an_order(display_financial_status=status, **on_account), OrdersToImport(), LATER)

    assert why is not None
    assert why.code == LEFT_OUT
    assert str(why.sentence).startswith("Order #1001 is left out: its payment ")


@pytest.mark.parametrize("status", ["PENDING", "AUTHORIZED", "PARTIALLY_PAID", "A_STATUS_OF_NEXT_YEAR"])
def test_a_status_that_is_not_chosen_is_left_out_by_its_name(status: str) -> None:
    why = not_selected(an_order(display_financial_status=status), PAID_ONLY, LATER)

    assert why is not None
    assert status in str(why.sentence)


@pytest.mark.parametrize(
    "buyer", [{"purchasing_entity": OF_A_COMPANY}, {"payment_terms": NET_30}], ids=["B2B", "terms"])
def test_an_order_on_account_passes_a_gate_for_payments_while_it_is_pending(buyer: dict[str, object]) -> None:
    assert taken(PAID_ONLY, display_financial_status="PENDING", **buyer)
    assert not taken(PAID_ONLY, display_financial_status="AUTHORIZED", **buyer)


def test_a_private_buyers_purchasing_entity_is_no_agreement_to_pay_later() -> None:
    assert not taken(PAID_ONLY, display_financial_status="PENDING", purchasing_entity=PurchasingEntity())


def test_a_test_order_is_taken_only_if_the_card_wants_test_orders() -> None:
    assert not taken(OrdersToImport(), test=True)
    assert taken(OrdersToImport(import_test_orders=True), test=True)


@pytest.mark.parametrize(("channels", "excluded", "expected"), [
    ((), (), True),
    (("point of SALE ",), (), True),
    (("pos",), (), True),
    (("Online Store",), (), False),
    ((), ("POS",), False),
    (("Point of Sale",), ("Online Store",), True),
])
def test_a_channel_is_known_by_the_name_of_its_app_or_by_its_source(
    channels: tuple[str, ...], excluded: tuple[str, ...], expected: bool,
) -> None:
    wanted = OrdersToImport(channels=channels, channels_excluded=excluded)

    assert taken(wanted, app=SalesApp(name="Point of Sale"), source_name="pos") is expected


def test_an_order_of_no_known_channel_is_none_of_those_chosen_and_none_of_those_excluded() -> None:
    assert not taken(OrdersToImport(channels=("web",)))
    assert taken(OrdersToImport(channels_excluded=("web",)))


@pytest.mark.parametrize(("tags", "excluded", "expected"), [
    (("wholesale",), (), True), (("retail",), (), False), ((), ("fraud",), False), (("WHOLESALE",), ("Fraud",), False),
    (("retail", "vip"), (), True), ((), ("retail",), True),
])
def test_one_of_the_tags_is_enough_and_an_excluded_one_weighs_more(
    tags: tuple[str, ...], excluded: tuple[str, ...], expected: bool,
) -> None:
    assert taken(OrdersToImport(tags=tags, tags_excluded=excluded), tags=["Wholesale", "VIP", "fraud"]) is expected


@pytest.mark.parametrize(("minutes", "held"), [(29, True), (30, False), (31, False)])
def test_an_order_is_held_until_its_minutes_have_passed(minutes: int, held: bool) -> None:
    why = not_selected(an_order(), OrdersToImport(hold_minutes=30), NOW + timedelta(minutes=minutes))

    assert (why is not None) is held
    assert why is None or (why.code, why.until) == (HELD, NOW + timedelta(minutes=30))


def test_an_order_that_is_left_out_for_good_is_not_said_to_be_held() -> None:
    why = not_selected(an_order(test=True), OrdersToImport(hold_minutes=30), NOW)

    assert why is not None
    assert (why.code, why.until) == (LEFT_OUT, None)


@pytest.mark.parametrize(("levels", "held"), [
    ([], False), (["NONE"], False), (["LOW", "MEDIUM"], False), (["LOW", "HIGH"], True), (["PENDING"], True),
])
def test_one_high_assessment_holds_an_order_and_one_that_may_become_high(levels: list[str], held: bool) -> None:
    assert (held_for_risk(an_order(), levels) is not None) is held


def test_every_other_choice_is_another_selection() -> None:
    choices = [OrdersToImport(), OrdersToImport(tags=("a",)), OrdersToImport(hold_minutes=5), PAID_ONLY]

    assert len({selection_of(one) for one in choices}) == len(choices)
    assert selection_of(OrdersToImport()) == selection_of(OrdersToImport())
