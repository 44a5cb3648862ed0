"""The arithmetic of documents, as tables and as laws."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.business_central.amounts import TaxedLine, discount_percent, net_and_gross, round_to, spread

CENTS = st.decimals(min_value=D("0.01"), max_value=D("9999.99"), places=2)
RATES = st.sampled_from([(D("20"), "VAT20"), (D("5.5"), "VAT55"), (D(0), "NOVAT")])
LINES = st.lists(st.tuples(CENTS, RATES), min_size=1, max_size=6)


@pytest.mark.parametrize(
    "value, precision, expected",
    [("1.005", "0.01", "1.01"), ("-1.005", "0.01", "-1.01"), ("1.02", "0.05", "1.00"), ("1.03", "0.05", "1.05"),
     ("149.5", "1", "150")],
)  # fmt: skip
def test_half_is_rounded_away_from_zero(value: str, precision: str, expected: str) -> None:
    assert round_to(D(value), D(precision)) == D(expected)


@pytest.mark.parametrize(
    "amount, bases, shares",
    [("100", ["200", "200"], ["50.00", "50.00"]), ("10", ["1", "1", "1"], ["3.33", "3.34", "3.33"]),
     ("10", ["0", "0"], ["0", "0"])],
)  # fmt: skip
def test_a_discount_is_shared_out_to_the_cent(amount: str, bases: list[str], shares: list[str]) -> None:
    assert spread(D(amount), [D(base) for base in bases]) == [D(share) for share in shares]


@given(CENTS, st.lists(CENTS, min_size=1, max_size=8))
def test_the_shares_add_up_to_the_amount(amount: D, bases: list[D]) -> None:
    assert sum(spread(amount, bases)) == amount


@pytest.mark.parametrize(
    "gross_mode, lines, expected",
    [
        # 10.55 / 1.055 = 10.00; 120 / 1.2 = 100.00
        (True, [("120.00", "20"), ("21.10", "5.5")], [("100.00", "120.00"), ("20.00", "21.10")]),
        # 3 x 0.99 gross: 2.97 / 1.2 = 2.475 -> 2.48, not 3 x 0.83 = 2.49
        (True, [("0.99", "20")] * 3, [("0.83", "0.99"), ("0.82", "0.99"), ("0.83", "0.99")]),
        # 3 x 0.33 net: 0.99 x 1.2 = 1.188 -> 1.19, not 3 x 0.40 = 1.20
        (False, [("0.33", "20")] * 3, [("0.33", "0.40"), ("0.33", "0.39"), ("0.33", "0.40")]),
    ],
    ids=["gross prices", "gross, rounded per VAT identifier", "net, rounded per VAT identifier"],
)
def test_vat_of_a_document(gross_mode: bool, lines: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    taxed = [TaxedLine(D(amount), D(percent), percent) for amount, percent in lines]

    assert net_and_gross(taxed, gross_mode) == [(D(net), D(gross)) for net, gross in expected]


@given(LINES, st.booleans())
def test_lines_add_up_to_the_rounded_total_of_each_rate(lines: list[tuple[D, tuple[D, str]]], gross_mode: bool) -> None:
    taxed = [TaxedLine(amount, percent, name) for amount, (percent, name) in lines]

    found = net_and_gross(taxed, gross_mode)

    for percent, name in {rate for _, rate in lines}:
        entered = sum(line.amount for line in taxed if line.identifier == name)
        other = sum(pair[not gross_mode] for pair, line in zip(found, taxed, strict=True) if line.identifier == name)
        factor = (100 + percent) / D(100)
        assert other == round_to(entered / factor if gross_mode else entered * factor)


def test_a_discount_amount_shows_as_a_percentage_of_five_decimals() -> None:
    assert discount_percent(D(300), D(100)) == D("33.33333")
    assert discount_percent(D(0), D(100)) == 0
