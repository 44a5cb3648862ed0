"""The law of tax: what rounding explains always passes, one smallest unit more never does.

Shopify's side rounds every tax of every line; Business Central's side is the simulator's arithmetic, which rounds each
line for itself and each VAT identifier for the document. Both start from the same exact tax. TAX_LAW_ORDERS
says how many orders are tried.
"""
from __future__ import annotations

import os
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.business_central.amounts import TaxedLine, net_and_gross, with_tax, without_tax
from shared.business_central.comparison import tolerated
from shared.business_central.plan import LineTax, SalesOrderPlan
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.business_central.tax_comparison import tax_differences

pytestmark = pytest.mark.slow("a setting says how many are tried")
ORDERS = settings(max_examples=int(os.environ.get("TAX_LAW_ORDERS", "200")))
SMALLEST = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}
RATES = {
    "ONE": (Decimal("0.2"),), "FOOD": (Decimal("0.055"),), "NONE": (),
    "THREE": (Decimal("0.04"), Decimal("0.045"), Decimal("0.00375")),
}


class Sold(NamedTuple):
    """A line in smallest units, under one of the VAT identifiers."""

    units: int
    identifier: str


sold = st.builds(Sold, st.integers(1, 50_000), st.sampled_from(sorted(RATES)))
orders = st.lists(sold, min_size=1, max_size=40)


@ORDERS
@given(orders, st.sampled_from(sorted(SMALLEST)), st.booleans())
def test_what_rounding_explains_always_passes(order: list[Sold], currency: str, gross: bool) -> None:
    found, plan = reckoned(order, SMALLEST[currency], gross)

    assert tax_differences(found, plan) is None
    assert abs(found.document.total_amount_including_tax - plan.expected_total) <= tolerated(plan, found.lines)


@ORDERS
@given(orders, st.sampled_from(sorted(SMALLEST)), st.booleans(), st.sampled_from([1, -1]))
def test_a_line_that_is_off_by_a_unit_more_than_rounding_explains_never_passes(
    order: list[Sold], currency: str, gross: bool, sign: int
) -> None:
    smallest = SMALLEST[currency]
    found, plan = reckoned(order, smallest, gross)
    most = (plan.taxes[0].rounded + 1) * smallest / 2  # type: ignore[union-attr]
    off = Decimal(found.lines[0]["totalTaxAmount"]) + sign * (most + smallest)

    wrong = LineTax(off, plan.taxes[0].rounded, None)  # type: ignore[union-attr]
    plan = _replaced(plan, taxes=(wrong, *plan.taxes[1:]))

    assert "Look at VAT Posting Setup" in str(tax_differences(found, plan))


@ORDERS
@given(orders, st.sampled_from(sorted(SMALLEST)))
def test_a_total_may_be_apart_by_half_a_unit_for_each_amount_that_was_rounded_and_no_more(
    order: list[Sold], currency: str
) -> None:
    smallest = SMALLEST[currency]
    found, plan = reckoned(order, smallest, gross=False)
    amounts = sum(len(RATES[line.identifier]) for line in order)
    sums = len({line.identifier for line in order if RATES[line.identifier]})

    assert tolerated(plan, found.lines) == (amounts + sums) * smallest / 2


@pytest.mark.parametrize("tolerance, tells", [("0.01", True), ("0.02", False)])
def test_a_difference_within_the_card_s_tolerance_is_not_told(tolerance: str, tells: bool) -> None:
    found, plan = reckoned([Sold(10_000, "ONE")], Decimal("0.01"), gross=True)
    wrong = LineTax(Decimal(found.lines[0]["totalTaxAmount"]) + Decimal("0.02"), 1, Decimal(20))

    plan = _replaced(plan, taxes=(wrong,), rounding_tolerance=Decimal(tolerance))

    assert bool(tax_differences(found, plan)) is tells


def reckoned(order: list[Sold], smallest: Decimal, gross: bool) -> tuple[FoundDocument, SalesOrderPlan]:
    """The document as Business Central reckons it, and the plan with Shopify's taxes."""
    percents = {name: sum(rates, Decimal(0)) * 100 for name, rates in RATES.items()}
    amounts = [line.units * smallest for line in order]
    taxes = [_shopify(amount, line.identifier, smallest, gross) for amount, line in zip(amounts, order, strict=True)]
    document = net_and_gross(
        [TaxedLine(a, percents[line.identifier], line.identifier) for a, line in zip(amounts, order, strict=True)],
        gross, smallest)
    rows = [_row(index, amount, percents[line.identifier], line.identifier, both, gross, smallest)
            for index, (amount, line, both) in enumerate(zip(amounts, order, document, strict=True))]
    total = sum(amounts, Decimal(0)) + (Decimal(0) if gross else sum((tax.amount for tax in taxes), Decimal(0)))
    plan = SalesOrderPlan(
        "SHP-1", {"customerNumber": "C", "pricesIncludeTax": gross}, tuple(_planned(row) for row in rows), total,
        "658000", Decimal(0), order_name="#1", taxes=tuple(taxes), smallest=smallest)
    there = SalesDocument("id", "SO1", "salesOrders", sum((each for _, each in document), Decimal(0)))
    return FoundDocument(there, ("SO1",), {"customerNumber": "C"}, tuple(rows)), plan


def _shopify(amount: Decimal, identifier: str, smallest: Decimal, gross: bool) -> LineTax:
    rates = RATES[identifier]
    whole = 1 + sum(rates, Decimal(0)) if gross else Decimal(1)
    each = [(amount * rate / whole).quantize(smallest, ROUND_HALF_UP) for rate in rates]
    return LineTax(sum(each, Decimal(0)), len(each), None)


def _row(index: int, amount: Decimal, percent: Decimal, identifier: str, both: tuple[Decimal, Decimal], gross: bool,
         smallest: Decimal) -> dict[str, Any]:
    alone = amount - without_tax(amount, percent, smallest) if gross else with_tax(amount, percent, smallest) - amount
    return {"lineType": "Item", "lineObjectNumber": str(index), "quantity": Decimal(1), "unitPrice": amount,
            "discountAmount": Decimal(0), "taxCode": identifier, "taxPercent": percent, "totalTaxAmount": alone,
            "netTaxAmount": both[1] - both[0]}


def _planned(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("lineType", "lineObjectNumber", "quantity", "unitPrice", "discountAmount")}


def _replaced(plan: SalesOrderPlan, **changes: Any) -> SalesOrderPlan:
    return SalesOrderPlan(**{name: getattr(plan, name) for name in plan.__struct_fields__} | changes)
