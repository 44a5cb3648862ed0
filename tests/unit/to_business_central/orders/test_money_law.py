"""The law of money: what is sent to Business Central adds up to what Shopify says, to the last cent.

An order comes to Shopify's current total, less money that was given back for no goods, or it is parked or left out with
the reason. Orders are generated together with their own reckoning, kept apart from the mapping: every line has
its whole price, pieces removed by an edit, and pieces refunded. How Shopify rounds the share of a
discount that stays with the remaining pieces is not documented, so the generator rounds either way.
"""
from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import NamedTuple

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from shared.business_central.plan import SalesOrderPlan
from shared.errors import RecordRefused
from shared.mapping.money import amounts_of
from shared.shopify.records import (
    CashRounding,
    DiscountAllocation,
    LineItem,
    MoneyBag,
    Refund,
    RefundShippingLinePage,
    ShippingLine,
    Transaction,
)
from shared.shops.card import CurrencyHandling
from shared.to_business_central.orders.changes import change_since, made_by
from shared.to_business_central.orders.content import Content, content_of, differences, written
from shared.to_business_central.orders.plan import LeftOut, plan_total, sales_order_plan
from tests.builders import (
    LAST_PAGE,
    NOW,
    a_card,
    a_gift_card,
    a_line,
    a_refund,
    a_refund_line,
    a_shipping_line,
    a_tip,
    an_order,
    bag,
    cronus,
)

DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
STRICT = {"rounding_tolerance": Decimal(0), "refund_account": "658000"}
KNOWN = cronus(currencies=frozenset(DECIMALS))
ROUNDINGS = (ROUND_HALF_UP, ROUND_DOWN, ROUND_UP)


class Reckoned(NamedTuple):
    """A line in smallest units: `whole` net of all pieces, of which some were removed or refunded."""

    kind: str
    price: int
    quantity: int
    removed: int
    refunded: int
    discounts: tuple[int, ...]
    tax_rate: Decimal
    rounding: str

    @property
    def whole(self) -> int:
        return self.price * self.quantity - sum(self.discounts)

    def net(self, pieces: int) -> int:
        """The net of the first so many pieces, as this order's Shopify rounds it."""
        return int((Decimal(self.whole) * pieces / self.quantity).quantize(Decimal(1), self.rounding))

    def tax(self, pieces: int) -> int:
        return int((self.net(pieces) * self.tax_rate).quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def current(self) -> int:
        return self.quantity - self.removed - self.refunded

    @property
    def kept(self) -> int:
        """Pieces that no edit took off."""
        return self.quantity - self.removed


class Charge(NamedTuple):
    """A shipping line in smallest units, of which some may be refunded."""

    price: int
    discount: int
    removed: bool
    refunded: int
    tax_rate: Decimal

    @property
    def net(self) -> int:
        return 0 if self.removed else self.price - self.discount

    @property
    def left(self) -> int:
        return self.net - self.refunded

    def tax(self, net: int) -> int:
        return int((net * self.tax_rate).quantize(Decimal(1), ROUND_HALF_UP))


class Sale(NamedTuple):
    """An order in smallest units of its currency.

    given_back  money given back for no goods; negative: kept of what its goods were worth
    """

    currency: str
    gross: bool
    lines: tuple[Reckoned, ...]
    charges: tuple[Charge, ...]
    cash_rounding: int
    given_back: int = 0
    pending: bool = False
    cancelled: bool = False


RATES = st.sampled_from([Decimal("0.2"), Decimal("0.055"), Decimal(0)])


@st.composite
def lines(draw, rounding: str) -> Reckoned:
    kind = draw(st.sampled_from(["item", "item", "item", "tip", "gift card"]))
    price, quantity = draw(st.integers(0, 20_000)), draw(st.integers(1, 7)) if kind == "item" else 1
    left, discounts = price * quantity, []
    for _ in range(draw(st.integers(0, 2)) if kind == "item" else 0):
        discounts.append(draw(st.integers(0, left)))
        left -= discounts[-1]
    removed = draw(st.integers(0, quantity))
    refunded = draw(st.integers(0, quantity - removed))
    return Reckoned(kind, price, quantity, removed, refunded, tuple(discounts), draw(RATES), rounding)


@st.composite
def charges(draw) -> Charge:
    price = draw(st.integers(0, 3_000))
    discount, removed = draw(st.integers(0, price)), draw(st.booleans())
    refunded = 0 if removed else draw(st.sampled_from([0, price - discount, (price - discount) // 2]))
    return Charge(price, discount, removed, refunded, draw(RATES))


@st.composite
def sales(draw, *, gross: bool, roundings=ROUNDINGS) -> Sale:
    rounding = draw(st.sampled_from(roundings))
    return Sale(
        currency=draw(st.sampled_from(sorted(DECIMALS))), gross=gross,
        lines=tuple(draw(st.lists(lines(rounding), min_size=1, max_size=6))),
        charges=tuple(draw(st.lists(charges(), max_size=3))),
        cash_rounding=draw(st.integers(-4, 4)),
        given_back=draw(st.sampled_from([0, 0, 500, -300])),
        pending=draw(st.sampled_from([False] * 9 + [True])), cancelled=draw(st.sampled_from([False] * 4 + [True])),
    )


def money(units: int, sale: Sale) -> MoneyBag:
    """The amount; the buyer's side holds something else altogether, to be kept apart."""
    amount = Decimal(units).scaleb(-DECIMALS[sale.currency])
    return bag(amount, sale.currency, presentment=amount * 7 + 1, presentment_currency="GBP")


def as_order(sale: Sale):
    """The sale as Shopify tells it."""
    return an_order(
        lines=[_line(index, line, sale) for index, line in enumerate(sale.lines)],
        shipping=[_shipping(index, charge, sale) for index, charge in enumerate(sale.charges)],
        refunds=_refunds(sale), total=money(current_total(sale), sale), taxes_included=sale.gross,
        currency_code=sale.currency, presentment_currency_code="GBP", transactions=_transactions(sale),
        cancelled_at=NOW if sale.cancelled else None, current_total_tax_set=money(current_tax(sale), sale),
        total_cash_rounding_adjustment=CashRounding(payment_set=money(sale.cash_rounding, sale)),
    )


def _line(index: int, line: Reckoned, sale: Sale) -> LineItem:
    given = {
        "price": money(line.price, sale), "quantity": line.quantity, "current_quantity": line.current,
        "discount_allocations": [DiscountAllocation(allocated_amount_set=money(d, sale)) for d in line.discounts],
    }
    if line.kind == "tip":
        return a_tip(index, given["price"]) if line.current else _gone(a_tip(index, given["price"]))
    if line.kind == "gift card":
        return a_gift_card(index, given.pop("price"), current_quantity=given["current_quantity"])
    return a_line(index, **given)


def _gone(line: LineItem) -> LineItem:
    return LineItem(**{name: getattr(line, name) for name in line.__struct_fields__} | {"current_quantity": 0})


def _shipping(index: int, charge: Charge, sale: Sale) -> ShippingLine:
    return a_shipping_line(
        id=index, is_removed=charge.removed, original_price_set=money(charge.price, sale),
        current_discounted_price_set=money(charge.left, sale),
        discount_allocations=[DiscountAllocation(allocated_amount_set=money(charge.discount, sale))])


def _refunds(sale: Sale) -> list[Refund]:
    """One refund that lowers without money, and one that gives money for goods, shipping or nothing at all."""
    lowered = [a_refund_line(index, line.removed, 0) for index, line in enumerate(sale.lines) if line.removed]
    paid = [
        a_refund_line(index, line.refunded,
                      money(line.net(line.kept) - line.net(line.current), sale).shop_money.amount,
                      money(line.tax(line.kept) - line.tax(line.current), sale).shop_money.amount)
        for index, line in enumerate(sale.lines) if line.refunded
    ]
    shipping = [
        a_refund(shipping=money(charge.refunded, sale).shop_money.amount,
                 shipping_tax=money(charge.tax(charge.net) - charge.tax(charge.left), sale).shop_money.amount)
        for charge in sale.charges if charge.refunded
    ]
    charges = [one for refund in shipping for one in refund.refund_shipping_lines.nodes]
    page = RefundShippingLinePage(page_info=LAST_PAGE, nodes=charges)
    total = money(refunded(sale), sale)
    money_back = msgspec.structs.replace(a_refund(*paid), total_refunded_set=total, refund_shipping_lines=page)
    return [a_refund(*lowered), money_back]


def _transactions(sale: Sale) -> list[Transaction]:
    """Paid in full at first: what is left and what was refunded's worth."""
    paid, back = current_total(sale) + _worth(sale), refunded(sale)
    status = "PENDING" if sale.pending else "SUCCESS"
    return [Transaction(id="1", kind="SALE", status="SUCCESS", amount_set=money(paid, sale)),
            Transaction(id="2", kind="REFUND", status=status, amount_set=money(back, sale))]


def _worth(sale: Sale) -> int:
    """What the refunded goods and shipping are worth, tax included."""
    nets = sum(line.net(line.kept) - line.net(line.current) for line in sale.lines if line.refunded)
    taxes = sum(line.tax(line.kept) - line.tax(line.current) for line in sale.lines if line.refunded)
    nets += sum(charge.refunded for charge in sale.charges)
    taxes += sum(charge.tax(charge.net) - charge.tax(charge.left) for charge in sale.charges if charge.refunded)
    return nets + (0 if sale.gross else taxes)


def given_back(sale: Sale) -> int:
    """As much of it as can be: no more than is left of the payments, and something of a refund has to remain."""
    return min(sale.given_back, current_total(sale)) if _worth(sale) + sale.given_back > 0 else 0


def refunded(sale: Sale) -> int:
    return _worth(sale) + given_back(sale)


def current_tax(sale: Sale) -> int:
    return sum(line.tax(line.current) for line in sale.lines) + sum(
        charge.tax(charge.left) for charge in sale.charges)


def current_net(sale: Sale) -> int:
    return sum(line.net(line.current) for line in sale.lines) + sum(charge.left for charge in sale.charges)


def current_total(sale: Sale) -> int:
    """Shopify's: after returns, without goodwill."""
    return current_net(sale) + (0 if sale.gross else current_tax(sale))


def owed_net(sale: Sale) -> Decimal:
    """What is to be billed, without tax on top, cash rounding included."""
    return Decimal(current_net(sale) + sale.cash_rounding - given_back(sale)).scaleb(-DECIMALS[sale.currency])


def owed_tax(sale: Sale) -> Decimal:
    return Decimal(current_tax(sale)).scaleb(-DECIMALS[sale.currency])


def sensible(sale: Sale) -> Sale:
    """The same sale, neither cancelled nor waiting: one that gets a document if anything is left of it."""
    return sale._replace(pending=False, cancelled=False)


def planned(sale: Sale, **settings) -> SalesOrderPlan | None:
    plan = sales_order_plan(as_order(sale), a_card(**STRICT | settings), KNOWN, "C00010", lambda variant: None)
    if isinstance(plan, LeftOut):
        return None
    return plan


def fate(sale: Sale) -> str:
    """The total of its document, else why there is none."""
    try:
        plan = sales_order_plan(as_order(sale), a_card(**STRICT), KNOWN, "C00010", lambda variant: None)
    except RecordRefused as refused:
        return refused.code
    if isinstance(plan, LeftOut):
        return "nothing left" if "nothing left to bill" in str(plan.reason) else "cancelled"
    return str(plan_total(plan).normalize())


def content(sale: Sale) -> Content:
    return content_of(as_order(sale), amounts_of(as_order(sale), a_card()))


@given(sales(gross=True))
def test_lines_that_include_tax_add_up_to_shopify_s_total(sale):
    plan = planned(sensible(sale))

    if plan is None:
        assert not any(line.current for line in sale.lines)
        assert owed_net(sale) == 0
    else:
        assert plan.expected_total == owed_net(sale)
        assert plan_total(plan) == plan.expected_total


@given(sales(gross=False, roundings=(ROUND_HALF_UP,)))
def test_lines_and_the_tax_on_top_add_up_to_shopify_s_total(sale):
    plan = planned(sensible(sale))

    if plan is None:
        assert owed_net(sale) + owed_tax(sale) == 0
    else:
        assert plan.expected_total == owed_net(sale) + owed_tax(sale)
        assert plan_total(plan) == owed_net(sale)


@given(sales(gross=True))
def test_every_order_is_billed_what_is_left_of_it_or_parked_or_left_out_with_the_reason(sale):
    goods = any(line.current for line in sale.lines)
    paid = current_total(sale) - given_back(sale) > 0
    if sale.pending:
        expected = "refund-pending"
    elif not goods and owed_net(sale) == 0:
        expected = "nothing left"
    elif sale.cancelled and not paid:
        expected = "cancelled"
    elif sale.cancelled and goods:
        expected = "order-cancelled-but-paid"
    else:
        expected = str(owed_net(sale).normalize())

    assert fate(sale) == expected


@given(sales(gross=True))
def test_every_line_is_possible_and_of_the_pieces_that_are_left(sale):
    plan = planned(sensible(sale))

    billed = [line for line in sale.lines if line.current]
    goods = list(plan.lines)[: len(billed)] if plan else []
    assert [line["quantity"] for line in goods] == [line.current for line in billed][: len(goods)]
    for line in goods:
        assert 0 <= line["discountAmount"] <= line["quantity"] * line["unitPrice"]


@given(sales(gross=True))
def test_whole_lines_keep_shopify_s_own_discount(sale):
    plan = planned(sensible(sale))

    goods = list(plan.lines) if plan else []
    for line, sent in zip([line for line in sale.lines if line.current], goods, strict=False):
        if line.current == line.quantity:
            assert sent["discountAmount"] == Decimal(sum(line.discounts)).scaleb(-DECIMALS[sale.currency])


@given(sales(gross=True), st.integers(0, 5))
def test_a_cent_more_or_less_anywhere_is_noticed(sale, index):
    whole = sensible(sale)._replace(
        lines=tuple(line._replace(removed=0, refunded=0) for line in sale.lines), given_back=0)
    index %= len(whole.lines)
    line = whole.lines[index]
    dearer = whole._replace(lines=(*whole.lines[:index], line._replace(price=line.price + 1), *whole.lines[index + 1:]))

    before, after = planned(whole), planned(dearer)

    unit = Decimal(1).scaleb(-DECIMALS[sale.currency])
    assert plan_total(after) - plan_total(before) == line.quantity * unit
    assert differences(written(content(whole)), content(dearer), a_card()) != []


@given(sales(gross=True))
def test_an_order_that_stays_as_it_is_is_no_conflict(sale):
    order, amounts = as_order(sale), amounts_of(as_order(sale), a_card())

    assert change_since(made_by(order, amounts), order, "SO1", a_card()) is None


@given(sales(gross=True), st.integers(0, 5), st.sampled_from(["refunded", "removed", "cancelled", "given back"]))
def test_whatever_is_taken_off_after_processing_is_a_conflict(sale, index, how):
    before = sensible(sale)._replace(given_back=0)
    index %= len(before.lines)
    line = before.lines[index]
    if how == "cancelled":
        after = before._replace(cancelled=True)
    elif how == "given back":
        after = before._replace(given_back=min(1, current_total(before)))
    else:
        after = before._replace(lines=(
            *before.lines[:index], line._replace(**{how: getattr(line, how) + min(1, line.current)}),
            *before.lines[index + 1:]))
    order, amounts = as_order(after), amounts_of(as_order(after), a_card())

    problem = change_since(made_by(as_order(before), amounts), order, "SO1", a_card())

    assert (problem is None) == (after == before)


@given(sales(gross=True))
def test_the_buyer_s_side_of_the_money_is_never_mixed_in(sale):
    plan = planned(sensible(sale), currency_handling=CurrencyHandling.SHOP_CURRENCY)

    if plan:
        cheapest = Decimal(1).scaleb(-DECIMALS[sale.currency])
        amounts = [line[name] for line in plan.lines for name in ("unitPrice", "discountAmount")]
        assert all(amount % cheapest == 0 for amount in amounts)
        assert plan.header["currencyCode"] == sale.currency
