"""How many amounts of tax Shopify rounded on a line: what Business Central may differ by hangs on it."""
from __future__ import annotations

import msgspec
import pytest

from shared.mapping.billing import Billed
from shared.mapping.money import ZERO, Amounts
from shared.mapping.taxes import channel_tax_of_charge, channel_tax_of_goods, tax_of_charge, tax_of_goods
from tests.builders import a_line, a_shipping_line, a_tax, bag

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

    assert tax_of_goods(line, billed, EURO).rounded == rounded
    assert tax_of_charge(charge, billed, EURO).rounded == rounded


def test_the_channel_s_tax_is_apart_and_of_what_is_left_of_a_line_or_a_charge() -> None:
    taxes = [a_tax("0.1", "4.00"), msgspec.structs.replace(a_tax("0.05", "2.00"), channel_liable=True)]
    line = a_line(price="10.00", quantity=4, tax_lines=taxes)
    charge = a_shipping_line(price="40.00", tax_lines=taxes)
    one, quarter = Billed(1, EURO.of(bag("10")), ZERO), Billed(1, EURO.of(bag("40")), EURO.of(bag("30")))

    assert tax_of_goods(line, one, EURO).amount == tax_of_charge(charge, quarter, EURO).amount == 1
    assert channel_tax_of_goods(line, one, EURO).amount == EURO.of(bag("0.5"))
    assert channel_tax_of_charge(charge, quarter, EURO).amount == EURO.of(bag("0.5"))
