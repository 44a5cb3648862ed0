"""A trial order is judged as the document would be: by its tax and by its total, and never without seeing its lines."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.business_central.plan import LineTax, SalesOrderPlan
from shared.business_central.rehearsal import judged_trial, without_trial_numbers
from shared.texts import Sentence, as_said, sentence


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param({}, None, id="right"),
        pytest.param({"totalAmountIncludingTax": "120.05"}, None, id="within-the-tolerance"),
        pytest.param({"totalAmountIncludingTax": "120.06"}, "total-mismatch", id="another-total"),
        pytest.param({"discountAmount": "6"}, "total-mismatch", id="an-invoice-discount"),
        pytest.param({"tax": "0"}, "tax-mismatch", id="another-tax"),
        pytest.param({"salesOrderLines": None}, "outcome-unknown", id="no-lines-shown"),
    ],
)
def test_a_trial_is_judged_as_its_document_would_be(row: dict[str, Any], code: str | None) -> None:
    problem = judged_trial(_row(**row), PLAN)

    assert (problem.code if problem else None) == code


def test_a_trial_s_sentences_name_no_number_of_its_own() -> None:
    problem = judged_trial(_row(tax="0"), PLAN)

    assert problem is not None
    assert "differs on a trial: " in str(without_trial_numbers(problem.sentence))


@pytest.mark.parametrize(("said", "told"), [
    pytest.param(sentence("customer {number}", number="S9999999999999999"), "a new customer", id="a-customer"),
    pytest.param(sentence("item {item}", item="S9999999999999998"), "a new item", id="an-item"),
    pytest.param(sentence("customer {number}", number="C1"), "customer C1", id="another-customer"),
    pytest.param(as_said("Customer No.=S9999999999999999, Blocked"), "Customer No.=of a new customer, Blocked",
                 id="in-business-centrals-words"),
])
def test_what_does_not_exist_yet_is_not_told_by_a_number(said: Sentence, told: str) -> None:
    assert str(without_trial_numbers(said)) == told


LINE = {"lineType": "Item", "lineObjectNumber": "1000", "quantity": 1, "unitPrice": Decimal(120),
        "discountAmount": Decimal(0)}
PLAN = SalesOrderPlan(
    "SHP-1", {"customerNumber": "C", "pricesIncludeTax": True}, (LINE,), Decimal(120), "658000", Decimal("0.05"),
    order_name="#1", taxes=(LineTax(Decimal(20), 1, Decimal(20)),))


def _row(tax: str = "20", **more: Any) -> dict[str, Any]:
    line = {**LINE, "taxPercent": Decimal(tax), "totalTaxAmount": Decimal(tax), "netTaxAmount": Decimal(tax)}
    row = {"id": "1", "number": "SO1", "totalAmountIncludingTax": "120", "salesOrderLines": [line], **more}
    return {name: value for name, value in row.items() if value is not None}
