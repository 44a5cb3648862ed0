"""What is decided about a product: what can be done of it is done, and what an item has to go without is said."""
from __future__ import annotations

import msgspec
import pytest

from shared.business_central.plan import ItemPlan
from shared.stores.links import Link
from shared.sync.decision import What
from shared.texts import Sentence, as_said
from shared.to_business_central.products.decision import Owed, decide_product, owed_of
from tests.builders import a_card, a_product, a_variant, cronus, shop_prices

WHY = as_said("nobody can say")
PLAN = ItemPlan(shopify_variant_id="7200000000001", item_id="", item_number="NEW-1", item={})


@pytest.mark.parametrize(("unit", "price", "owed"), [
    (None, None, []), (WHY, None, [Owed.UNIT]), (None, WHY, [Owed.PRICE]), (WHY, WHY, [Owed.UNIT, Owed.PRICE])])
def test_an_item_is_owed_its_unit_and_its_price_where_nobody_can_say_them(
    unit: Sentence | None, price: Sentence | None, owed: list[Owed]
) -> None:
    plan = msgspec.structs.replace(PLAN, unclear_unit=unit, unpriced=price)

    assert [one for one, _ in owed_of(plan)] == owed


def test_an_item_whose_price_is_in_another_currency_is_made_without_and_its_product_is_parked() -> None:
    decision = decide_product(
        a_product(a_variant(sku="NEW-1")), Link(id="7300000000001"), a_card(auto_create_unknown_items=True), cronus(),
        lambda variant: None, shop_prices("USD"))

    assert decision.what is What.REFUSE
    assert [problem.code for problem in decision.problems] == ["item-price-missing"]
    assert [one.target for one in decision.operations] == ["items"]
