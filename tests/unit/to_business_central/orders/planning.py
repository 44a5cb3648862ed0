"""Planning an order in one call, and the lines one expects."""
from __future__ import annotations

from decimal import Decimal

import pytest

from shared.business_central.plan import SalesOrderPlan
from shared.errors import RecordRefused
from shared.to_business_central.orders.plan import sales_order_plan
from tests.builders import a_card, cronus


def plan_of(order, card=None, known=None) -> SalesOrderPlan:
    plan = sales_order_plan(order, card or a_card(), known or cronus(), "C00010", lambda variant: None)
    assert isinstance(plan, SalesOrderPlan)
    return plan


def refusal_of(order, card=None, known=None) -> RecordRefused:
    with pytest.raises(RecordRefused) as refused:
        sales_order_plan(order, card or a_card(), known or cronus(), "C00010", lambda variant: None)
    assert refused.value.record == "order 5001"
    return refused.value


def item(number="1000", description="Line 1", quantity=1, price="120.00", discount="0.00"):
    return {"lineType": "Item", "lineObjectNumber": number, "description": description, "quantity": quantity,
            "unitPrice": Decimal(price), "discountAmount": Decimal(discount)}


def account(number, description, price, discount="0.00"):
    return item(number, description, 1, price, discount) | {"lineType": "Account"}
