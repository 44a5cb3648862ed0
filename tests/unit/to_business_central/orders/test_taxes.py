"""How many amounts of tax Shopify rounded on a line: what Business Central may differ by hangs on it."""
from __future__ import annotations

import msgspec
import pytest

from shared.mapping.money import ZERO, Amounts
from shared.to_business_central.orders.billing import Billed
from shared.to_business_central.orders.taxes import (
    channel_tax_of_charge,
    channel_tax_of_goods,
    tax_of_charge,
    tax_of_goods,
)
from tests.builders import a_line, a_shipping_line, a_tax, an_order, bag

EURO = Amounts("EUR", presentment=False)


@pytest.mark.parametrize("price, taxes, rounded", [
    ("120.00", [("0.2", "20.00")], 1),
    ("0.02", [("0.2", "0.00")], 1),
    ("0.02", [("0.0625", "0.00"), ("0.01", "0.00")], 2),
    ("0.00", [("0.2", "0.00")], 0),
    ("120.00", [("0", "0.00")], 0),
    ("120.00", [], 0),
])
def test_a_tax_counts_as_rounded_also_where_nothing_is_left_of_it(
    price: str, taxes: list[tuple[str, str]], rounded: int
) -> None:
    charged = [a_tax(rate, amount) for rate, amount in taxes]
    line, charge = a_line(price=price, tax_lines=charged), a_shipping_line(price=price, tax_lines=charged)
    billed = Billed(1, EURO.of(bag(price)), ZERO)

    assert tax_of_goods(line, billed, an_order(), EURO).rounded == rounded
    assert tax_of_charge(charge, billed, an_order(), EURO).rounded == rounded


def test_the_channel_s_tax_is_apart_and_of_what_is_left_of_a_line_or_a_charge() -> None:
    taxes = [a_tax("0.1", "4.00"), msgspec.structs.replace(a_tax("0.05", "2.00"), channel_liable=True)]
    line = a_line(price="10.00", quantity=4, tax_lines=taxes)
    charge = a_shipping_line(price="40.00", tax_lines=taxes)
    one, quarter = Billed(1, EURO.of(bag("10")), ZERO), Billed(1, EURO.of(bag("40")), EURO.of(bag("30")))

    order = an_order(taxes_included=False)
    assert tax_of_goods(line, one, order, EURO).amount == tax_of_charge(charge, quarter, order, EURO).amount == 1
    assert channel_tax_of_goods(line, one, order, EURO).amount == EURO.of(bag("0.5"))
    assert channel_tax_of_charge(charge, quarter, order, EURO).amount == EURO.of(bag("0.5"))


@pytest.mark.parametrize(("included", "taxes", "left", "expected"), [
    pytest.param(True, [("0.2", "0.39")], 1, "0.19", id="by-the-rate-not-the-half-of-what-was-rounded"),
    pytest.param(True, [("0.2", "0.39")], 2, "0.39", id="the-whole-as-charged"),
    pytest.param(True, [("0.2", "0.40")], 2, "0.40", id="the-whole-as-charged-also-where-it-took-a-cent-of-another"),
    pytest.param(True, [("0.21", "0.39"), ("0.052", "0.10")], 1, "0.24", id="two-taxes-in-one-price"),
    pytest.param(False, [("0.07", "0.16")], 1, "0.08", id="on-top"),
    pytest.param(True, [("0.2", "0.10")], 1, "0.05", id="a-share-of-what-the-rate-does-not-explain"),
    pytest.param(True, [(None, "0.39")], 1, "0.20", id="a-share-where-no-rate-is-told"),
])
def test_the_tax_of_pieces_that_are_left_is_reckoned_as_shopify_reckoned_the_whole(
    included: bool, taxes: list[tuple[str | None, str]], left: int, expected: str
) -> None:
    charged = [msgspec.structs.replace(a_tax(rate or "0", amount), rate=None if rate is None else a_tax(rate, 0).rate)
               for rate, amount in taxes]
    line, order = a_line(price="1.16", quantity=2, tax_lines=charged), an_order(taxes_included=included)

    assert tax_of_goods(line, Billed(left, EURO.of(bag("1.16")), ZERO), order, EURO).amount == EURO.of(bag(expected))
