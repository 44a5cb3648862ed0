"""Shares of discounts, and the cents that rounding them moves about."""
from __future__ import annotations

from decimal import Decimal

import pytest

from shared.mapping.money import Amounts
from shared.to_business_central.orders.billing import Billed, billed_line, settled
from tests.builders import a_line

EURO = Amounts("EUR", presentment=False)


@pytest.mark.parametrize(
    ("line", "pieces", "expected"),
    [
        pytest.param({"quantity": 3, "discounts": ["0.01"]}, 3, Billed(3, Decimal("120.00"), Decimal("0.01")),
                     id="all-pieces-all-of-the-discount"),
        pytest.param({"quantity": 3, "discounts": ["30.00"]}, 2, Billed(2, Decimal("120.00"), Decimal("20.00")),
                     id="an-even-share"),
        pytest.param({"quantity": 3, "price": "10.00", "discounts": ["1.00"]}, 1,
                     Billed(1, Decimal("10.00"), Decimal("0.33"), Decimal("-0.01")), id="net-9.666-rounded-up"),
        pytest.param({"quantity": 3, "price": "10.00", "discounts": ["2.00"]}, 1,
                     Billed(1, Decimal("10.00"), Decimal("0.67"), Decimal("0.01")), id="net-9.333-rounded-down"),
        pytest.param({"quantity": 2, "price": "10.00", "discounts": ["0.01"]}, 1,
                     Billed(1, Decimal("10.00"), Decimal("0.00"), Decimal("-0.01")), id="net-9.995-rounded-half-up"),
        pytest.param({"quantity": 3, "price": "10.00", "discounts": ["30.00"]}, 1,
                     Billed(1, Decimal("10.00"), Decimal("10.00")), id="free-is-free"),
        pytest.param({"quantity": 3, "price": "0.335"}, 1, Billed(1, Decimal("0.335"), Decimal(0)),
                     id="a-price-finer-than-a-cent-is-kept"),
        pytest.param({"quantity": 1, "price": "10.005", "discounts": ["1.00"]}, 1,
                     Billed(1, Decimal("10.005"), Decimal("1.00")), id="and-so-is-its-discount"),
    ],
)
def test_a_line_at_some_of_its_pieces(line, pieces, expected):
    assert billed_line(a_line(**line), pieces, EURO) == expected


UP, DOWN, SURE = (Billed(1, Decimal(10), Decimal(1), Decimal(doubt)) for doubt in ("0.01", "-0.01", "0"))


@pytest.mark.parametrize(
    ("lines", "difference", "discounts"),
    [
        pytest.param([UP, SURE, DOWN, UP], "0.00", ["1", "1", "1", "1"], id="nothing-to-settle"),
        pytest.param([UP, SURE, DOWN, UP], "0.01", ["0.99", "1", "1", "1"], id="one-cent-more"),
        pytest.param([UP, SURE, DOWN, UP], "0.02", ["0.99", "1", "1", "0.99"], id="two-cents-more"),
        pytest.param([UP, SURE, DOWN, UP], "-0.01", ["1", "1", "1.01", "1"], id="one-cent-less"),
        pytest.param([UP, SURE, DOWN, UP], "0.03", ["1", "1", "1", "1"], id="more-than-rounding-explains"),
        pytest.param([UP, SURE, DOWN, UP], "-0.02", ["1", "1", "1", "1"], id="less-than-rounding-explains"),
        pytest.param([UP, SURE, DOWN, UP], "0.005", ["1", "1", "1", "1"], id="half-a-cent-is-not-rounding"),
        pytest.param([UP, UP], "0.015", ["1", "1"], id="one-and-a-half-neither"),
        pytest.param([SURE], "0.01", ["1"], id="no-line-in-doubt"),
    ],
)
def test_cents_are_put_right_only_where_rounding_moved_them(lines, difference, discounts):
    exact = settled(lines, Decimal(difference), EURO)

    assert [line.discount for line in exact] == [Decimal(discount) for discount in discounts]


@pytest.mark.parametrize(
    ("currency", "smallest"),
    [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")],
)
def test_the_smallest_amount_of_a_currency(currency, smallest):
    assert Amounts(currency, presentment=False).smallest == Decimal(smallest)
