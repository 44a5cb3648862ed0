"""What is decided about an order, by what is known of it: every answer, and what has to be known before it."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.business_central.plan import SalesOrderPlan, plan_hash
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.clock import iso
from shared.errors import RecordRefused
from shared.mapping.money import amounts_of
from shared.shopify.reading import Record
from shared.shops.card import ShopCard
from shared.stores.links import Link, LinkState, Wish
from shared.sync.decision import What
from shared.texts import as_said
from shared.to_business_central.orders.changes import made_by
from shared.to_business_central.orders.decision import (
    Ask,
    Known,
    OrderDecision,
    Terms,
    decide_order,
    is_settled,
    linked,
    wished,
)
from shared.to_business_central.orders.following import applied_link, order_hash
from shared.to_business_central.orders.plan import LeftOut, sales_order_plan
from tests.builders import NOW, a_card, an_address, an_order, cronus

CARD = a_card(auto_create_sales_documents=True)
UNKNOWN = Link(id="5001")
SETTLE = 900
LONG_AGO = NOW - timedelta(days=30)
CLOSED = {"closed": True, "closed_at": LONG_AGO - timedelta(days=1)}
NOTHING_LEFT = LeftOut(as_said("nothing is left of it"))
MET = "W/1"
"""The etag of a link that is stored."""


def plan(**order: Any) -> SalesOrderPlan:
    made = sales_order_plan(an_order(**order), CARD, cronus(), "C00010", lambda variant: None)
    assert isinstance(made, SalesOrderPlan)
    return msgspec.structs.replace(made, taxes=())


def applied(**changes: Any) -> Link:
    """The link of an order that has its document."""
    link = Link(id="5001", etag=MET, state=LinkState.APPLIED, bc_id="d1", bc_number="SO1", bc_set="salesOrders")
    return applied_link(link, an_order(), plan(), CARD).with_(**changes)


def met(state: LinkState, **changes: Any) -> Link:
    return Link(id="5001", etag=MET, state=state, **changes)


def sending(ago: float, **changes: Any) -> Link:
    return met(LinkState.SENDING, claimed_at=iso(NOW - timedelta(seconds=ago)), **changes)


def standing(id: str = "d1", **values: Any) -> FoundDocument:
    """A document that is all of the plan."""
    content = plan()
    document = SalesDocument(id=id, number="SO1", total_amount_including_tax=content.expected_total)
    rows = tuple({**line, "id": f"l{at}", "sequence": at} for at, line in enumerate(content.lines))
    return FoundDocument(msgspec.structs.replace(document, **values), ("SO1",), dict(content.header), rows)


def decided(
    link: Link = UNKNOWN, *, card: ShopCard | None = None, risk: Iterable[str] | RecordRefused | None = None,
    plan: SalesOrderPlan | LeftOut | RecordRefused | None = None, document: FoundDocument | bool | None = None,
    **order: Any,
) -> OrderDecision | Ask:
    known = Known(Record("5001", NOW, b"{}", an_order(**order)), link, risk, plan, document)  # type: ignore[arg-type]
    return decide_order(known, Terms(card or CARD, LONG_AGO, SETTLE, NOW))


def what(decision: OrderDecision | Ask) -> What | Ask:
    return decision if isinstance(decision, Ask) else decision.what


def done(decision: OrderDecision | Ask) -> OrderDecision:
    assert not isinstance(decision, Ask)
    return decision


def code(decision: OrderDecision | Ask) -> str:
    (problem,) = done(decision).problems
    return problem.code


# Whether it is taken


@pytest.mark.parametrize(("link", "expected"), [
    pytest.param(UNKNOWN, What.LEAVE_OUT, id="nobody knows it"),
    pytest.param(met(LinkState.LEFT_OUT), What.LEAVE_OUT, id="it was left out before"),
    pytest.param(met(LinkState.PARKED), Ask.PLAN, id="it was met and not left out"),
    pytest.param(Link(id="5001", wish=Wish.ALSO_HISTORY), Ask.PLAN, id="a back-fill wants it"),
    pytest.param(met(LinkState.LEFT_OUT, wish=Wish.IN_ANY_CASE), Ask.PLAN, id="an operator wants it"),
])
def test_an_order_closed_before_we_began_is_history_where_nobody_wants_it(link: Link, expected: object) -> None:
    assert what(decided(link, **CLOSED)) == expected


@pytest.mark.parametrize("closed_at", [LONG_AGO, NOW])
def test_an_order_that_was_closed_later_is_none(closed_at: datetime) -> None:
    assert decided(closed=True, closed_at=closed_at) is Ask.PLAN


def holding(**settings: Any) -> ShopCard:
    return msgspec.structs.replace(CARD, orders_to_import=msgspec.convert(
        {"hold_minutes": 60, **settings}, type(CARD.orders_to_import)))


@pytest.mark.parametrize(("link", "expected"), [
    pytest.param(UNKNOWN, What.LEAVE_OUT, id="nobody knows it"),
    pytest.param(met(LinkState.PARKED), What.LEAVE_OUT, id="it is parked"),
    pytest.param(met(LinkState.PARKED, bc_id="d1"), Ask.PLAN, id="a document is remembered"),
    pytest.param(sending(0), Ask.PLAN, id="it is under way"),
    pytest.param(met(LinkState.PARKED, wish=Wish.ALSO_HISTORY), What.LEAVE_OUT, id="a back-fill wants it"),
    pytest.param(met(LinkState.LEFT_OUT, wish=Wish.IN_ANY_CASE), Ask.PLAN, id="an operator wants it"),
])
def test_what_the_card_holds_back_is_an_order_without_a_document(link: Link, expected: object) -> None:
    assert what(decided(link, card=holding())) == expected


def test_an_order_that_is_held_back_stands_left_out_with_its_reason_and_its_risk_is_not_asked() -> None:
    decision = done(decided(card=holding(high_risk_orders="Hold")))

    assert (decision.what, decision.link.state) == (What.LEAVE_OUT, LinkState.LEFT_OUT)
    assert decision.not_selected is not None
    assert decision.outcome.not_selected == decision.not_selected
    assert decision.outcome.why == decision.not_selected.sentence


@pytest.mark.parametrize(("risk", "expected"), [
    (None, Ask.RISK), (["HIGH"], What.LEAVE_OUT), (["LOW"], Ask.PLAN), ([], Ask.PLAN),
    (RecordRefused("record-unreadable", as_said("not known")), What.REFUSE),
])
def test_the_risk_is_asked_for_where_the_card_wants_it(risk: Any, expected: object) -> None:
    assert what(decided(card=holding(hold_minutes=0, high_risk_orders="Hold"), risk=risk)) == expected


@pytest.mark.parametrize(("link", "expected", "state"), [
    (Link(id="5001"), What.KEEP, LinkState.IMPORTED), (met(LinkState.PARKED), What.KEEP, LinkState.IMPORTED),
    (applied(), What.LEAVE, LinkState.APPLIED), (sending(10_000), What.REFUSE, LinkState.SENDING),
])
def test_without_documents_an_order_is_kept_and_one_that_has_its_document_stays(
    link: Link, expected: What, state: LinkState
) -> None:
    decision = done(decided(link, card=a_card()))

    assert (decision.what, decision.link.state) == (expected, state)


# An order that has its document


def test_an_order_that_is_followed_is_planned_again_for_an_operator_only() -> None:
    assert what(decided(applied())) is What.LEAVE
    assert decided(applied(wish=Wish.IN_ANY_CASE)) is Ask.PLAN


@pytest.mark.parametrize(("code_", "expected"), [
    ("refund-pending", What.LEAVE), ("order-cancelled-but-paid", What.LEAVE), ("account-missing", What.LEAVE),
    ("total-mismatch", What.LEAVE), ("tax-mismatch", What.LEAVE), ("item-not-found", What.REFUSE),
    ("customer-missing", What.REFUSE),
])
def test_what_is_said_of_billing_alone_does_not_concern_a_document_that_is_there(code_: str, expected: What) -> None:
    refused = RecordRefused(code_, as_said("so it is"))

    assert what(decided(applied(order="another"), plan=refused)) is expected
    assert what(decided(applied(order="another", sold=""), plan=refused)) is What.REFUSE


def test_an_order_of_which_nothing_is_left_stays_if_it_is_known_what_its_document_was_made_by() -> None:
    assert what(decided(applied(order="another"), plan=NOTHING_LEFT)) is What.LEAVE
    assert code(decided(applied(sold=""), plan=NOTHING_LEFT)) == "order-changed-after-processing"


def test_an_order_that_is_as_it_was_planned_is_recognised_the_next_time() -> None:
    decision = done(decided(applied(order="another"), plan=plan()))

    assert (decision.what, decision.link.order) == (What.LEAVE, order_hash(an_order(), CARD))


def test_a_link_that_does_not_know_what_was_sold_learns_it_from_the_same_plan() -> None:
    decision = done(decided(applied(sold="", order=""), plan=plan()))

    assert decision.what is What.LEAVE
    assert decision.link.sold == made_by(an_order(), amounts_of(an_order(), CARD)).content


def test_a_link_that_knows_other_figures_is_a_conflict() -> None:
    assert code(decided(applied(sold="", lines="other", plan=""), plan=plan())) == "order-changed-after-processing"


@pytest.mark.parametrize(("bc_set", "expected", "writes"), [
    ("salesOrders", What.CHANGE, 1), ("salesInvoices", What.LEAVE, 0), ("salesShipments", What.LEAVE, 0)])
def test_another_address_follows_while_the_document_is_open(bc_set: str, expected: What, writes: int) -> None:
    moved = {"shipping_address": an_address(city="Lyon", zip="69001")}

    decision = done(decided(applied(bc_set=bc_set), plan=plan(**moved), **moved))

    assert (decision.what, len(decision.operations)) == (expected, writes)
    assert (decision.link.plan == plan_hash(plan(**moved))) == (expected is What.LEAVE)


# An order without one


@pytest.mark.parametrize(("link", "expected"), [
    pytest.param(UNKNOWN, Ask.DOCUMENT, id="never met, or its link was lost"),
    pytest.param(met(LinkState.PARKED), What.LEAVE_OUT, id="met, and never sent"),
    pytest.param(met(LinkState.PARKED, bc_id="d1"), Ask.DOCUMENT, id="a document is remembered"),
    pytest.param(sending(10_000), Ask.DOCUMENT, id="sent"),
])
def test_where_nothing_is_left_of_an_order_its_document_is_looked_for_if_it_may_be_there(
    link: Link, expected: object
) -> None:
    assert what(decided(link, plan=NOTHING_LEFT)) == expected
    assert what(decided(link, plan=NOTHING_LEFT, document=False)) is What.LEAVE_OUT


@pytest.mark.parametrize(("link", "expected"), [
    (Link(id="5001"), What.CREATE), (met(LinkState.PARKED), What.CREATE), (sending(SETTLE), What.CREATE),
    (sending(SETTLE - 1), What.REFUSE), (sending(0), What.REFUSE),
])
def test_an_order_is_sent_once_no_request_for_it_can_be_under_way(link: Link, expected: What) -> None:
    assert decided(link, plan=plan()) is Ask.DOCUMENT
    decision = done(decided(link, plan=plan(), document=False))

    assert decision.what is expected
    assert [problem.code for problem in decision.problems] == ["outcome-unknown"] * (expected is What.REFUSE)


@pytest.mark.parametrize(("link", "expected"), [
    pytest.param(UNKNOWN, What.ADOPT, id="nobody knew it"),
    pytest.param(met(LinkState.PARKED, bc_id="d1"), What.ADOPT, id="remembered without its header"),
    pytest.param(met(LinkState.PARKED, bc_id="d1", header=applied().header), What.FINISH, id="remembered"),
    pytest.param(met(LinkState.PARKED, bc_id="d2", header=applied().header), What.ADOPT, id="another is remembered"),
    pytest.param(sending(0, header=applied().header), What.FINISH, id="its answer was lost"),
])
def test_a_document_that_is_there_is_our_own_where_a_link_says_so(link: Link, expected: What) -> None:
    decision = done(decided(link, plan=plan(), document=standing()))

    assert (decision.what, decision.problems, decision.operations) == (expected, (), ())
    assert decision.plan is not None
    assert decision.plan.sent == (link.header if expected is What.FINISH else "")


def test_the_addresses_of_our_own_document_follow_and_those_of_another_make_it_another_order() -> None:
    moved = {"shipping_address": an_address(city="Lyon", zip="69001")}
    ours, another = sending(0, header=applied().header), met(LinkState.PARKED, bc_id="d2", header=applied().header)

    followed = done(decided(ours, plan=plan(**moved), document=standing(), **moved))
    refused = done(decided(another, plan=plan(**moved), document=standing(), **moved))

    assert (followed.what, len(followed.operations)) == (What.FINISH, 1)
    assert (code(refused), refused.link.state, refused.link.bc_id) == ("document-differs", LinkState.PARKED, "d1")


def test_the_addresses_of_our_own_document_stay_once_it_is_posted() -> None:
    moved = {"shipping_address": an_address(city="Lyon", zip="69001")}
    posted = standing(entity_set="salesInvoices")

    decision = done(decided(sending(0, header=applied().header), plan=plan(**moved), document=posted, **moved))

    assert (decision.what, decision.operations) == (What.FINISH, ())


def test_where_nothing_is_left_of_an_order_whose_document_is_found_it_is_parked_with_it() -> None:
    decision = done(decided(plan=NOTHING_LEFT, document=standing()))

    assert (code(decision), decision.link.state) == ("order-changed-after-processing", LinkState.PARKED)
    assert (decision.link.bc_id, decision.link.bc_number) == ("d1", "SO1")


@pytest.mark.parametrize(("ago", "expected"), [(SETTLE - 1, ["outcome-unknown"]), (SETTLE, [])])
def test_lines_that_may_be_under_way_are_not_sent_again(ago: int, expected: list[str]) -> None:
    link = sending(10_000, header=applied().header, lines_at=iso(NOW - timedelta(seconds=ago)))
    lacking = msgspec.structs.replace(plan(), expected_total=plan().expected_total + Decimal("0.01"))

    decision = done(decided(link, plan=lacking, document=standing()))

    assert [problem.code for problem in decision.problems] == expected


# The parts


@pytest.mark.parametrize(("before", "wish", "after"), [
    (Wish.NONE, Wish.NONE, Wish.NONE), (Wish.NONE, Wish.ALSO_HISTORY, Wish.ALSO_HISTORY),
    (Wish.ALSO_HISTORY, Wish.NONE, Wish.ALSO_HISTORY), (Wish.ALSO_HISTORY, Wish.IN_ANY_CASE, Wish.IN_ANY_CASE),
    (Wish.IN_ANY_CASE, Wish.ALSO_HISTORY, Wish.IN_ANY_CASE), (Wish.IN_ANY_CASE, Wish.NONE, Wish.IN_ANY_CASE),
])
def test_what_was_asked_for_before_holds_if_it_goes_further(before: Wish, wish: Wish, after: Wish) -> None:
    assert wished(Link(id="5001", wish=before), wish).wish is after


def test_a_link_to_a_document_has_its_number_its_set_and_the_tax_that_is_apart() -> None:
    there = SalesDocument(id="d1", number="SO1", entity_set="salesInvoices", tax_apart="20:0.00:20.00")

    link = linked(Link(id="5001", tax_apart="old"), there, LinkState.APPLIED)

    assert (link.bc_id, link.bc_number, link.bc_set, link.tax_apart) == (
        "d1", "SO1", "salesInvoices", "20:0.00:20.00")


@pytest.mark.parametrize(("stamp", "settled"), [
    ("", True), (iso(NOW - timedelta(seconds=SETTLE)), True), (iso(NOW - timedelta(seconds=SETTLE - 1)), False)])
def test_a_request_is_settled_to_the_second(stamp: str, settled: bool) -> None:
    assert is_settled(stamp, Terms(CARD, LONG_AGO, SETTLE, NOW)) is settled
