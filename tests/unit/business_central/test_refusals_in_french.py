"""A tenant that answers in French although we ask for English: the same refusal gets the same code.

The texts are the simulator's; both languages of each are classified and compared.
"""

from __future__ import annotations

import pytest

from local.business_central import errors
from local.business_central.errors import BcError, dialog
from local.business_central.translations import TEMPLATES, french
from shared.business_central.refusals import Written, refusal
from shared.business_central.retries import Failure, action_for

WRITTEN = Written("salesOrders", {"customerNumber": "C00010", "currencyCode": "NOK", "orderDate": "2026-03-10"})
BLOCKED = "You cannot create this type of document when Customer {number} is blocked with type {type}"
PRIVATE = "You cannot create this type of document when Customer {number} is blocked for privacy."
NOT_SOLD = "You cannot sell Item {number} because the Sales Blocked check box is selected on the Item card."
MANUAL = (
    "You may not enter numbers manually. If you want to enter numbers manually, please activate Manual Nos. in No. "
    "Series {code}."
)
ENDED = "You cannot assign new numbers from the number series {code} on {date}."
NOT_BY_ITSELF = (
    "It is not possible to assign numbers automatically. If you want the program to assign numbers automatically, "
    "please activate Default Nos. in No. Series {code}."
)
VARIANT_NOT_SOLD = (
    "You cannot sell Item Variant {code} because the Sales Blocked check box is selected on the Item Variant card."
)
POSTING_DATE = "Posting Date is not within your range of allowed posting dates."

REFUSALS = {
    "posting group of a customer": errors.must_have_value("Gen. Bus. Posting Group", "Customer", "No.=C00107"),
    "posting group of our customer": errors.must_have_value("Customer Posting Group", "Customer", "No.=S7203115001"),
    "posting group of an item": errors.must_have_value("Gen. Prod. Posting Group", "Item", "No.=1000"),
    "quantity of a line": errors.must_have_value("Quantity", "Sales Line", "Document No.=1"),
    "blocked item": errors.must_be_equal("Blocked", "No", "Item", "No.=1900", "Yes"),
    "direct posting": errors.must_be_equal("Direct Posting", "Yes", "G/L Account", "No.=707000", "No"),
    "VAT posting set-up": errors.setup_missing("VAT Posting Setup", "VAT Bus. Posting Group='EU'"),
    "item of a line": errors.not_related("No.", "Sales Line", "4711", "Item"),
    "country": errors.not_related("Country/Region Code", "Customer", "XX", "Country/Region"),
    "exchange rate": errors.not_within_filter("Currency Exchange Rate", "Currency Code: NOK"),
    "same key": errors.already_exists("Customer", "No.='S1'"),
    "blocked customer": dialog(BLOCKED, number="C00010", type="All"),
    "private customer": dialog(PRIVATE, number="C00010"),
    "item not for sale": dialog(NOT_SOLD, number="1900"),
    "unknown customer": dialog("The {group} cannot be found.", group="sell-to customer"),
    "unknown item": dialog("Item does not exist."),
    "unknown account": dialog("Account does not exist."),
    "unknown currency": dialog('The "currencyCode" does not match to a Currency.'),
    "unknown terms": dialog('The "{name}" does not match to a {caption}.', name="paymentTermsId", caption="Terms"),
    "no customer given": dialog('A "customerNumber" or a "customerId" must be provided.'),
    "item and account": dialog('Both "itemId" and "accountId" are specified. Specify only one of them.'),
    "manual numbers": dialog(MANUAL, code="CUST"),
    "ended number series": dialog(ENDED, code="ORDERS", date="2026-03-10"),
    "no automatic numbers": dialog(NOT_BY_ITSELF, code="ORDERS"),
    "missing number series": errors.setup_missing("No. Series", "Code='ORDERS'"),
    "blocked variant": errors.must_be_equal("Blocked", "No", "Item Variant", "Item No.=1000,Code=RED", "Yes"),
    "variant not for sale": dialog(VARIANT_NOT_SOLD, code="RED"),
    "unit of a line": errors.not_related("Unit of Measure Code", "Sales Line", "BOX", "Item Unit of Measure"),
    "posting date": dialog(POSTING_DATE),
    "stale ETag": errors.entity_changed(),
}


def _english(problem: BcError) -> Failure:
    return Failure(problem.status, problem.code, problem.message())


def _french(problem: BcError) -> Failure:
    assert problem.template in TEMPLATES, "the simulator has no French for this text"
    return Failure(problem.status, problem.code, french(problem))


@pytest.mark.parametrize("problem", REFUSALS.values(), ids=REFUSALS.keys())
def test_the_same_refusal_has_the_same_code_in_french(problem: BcError) -> None:
    in_english, in_french = refusal(_english(problem), WRITTEN), refusal(_french(problem), WRITTEN)

    assert in_french.code == in_english.code
    assert type(in_french) is type(in_english)


def test_a_lock_is_waited_for_in_french_too() -> None:
    problem = errors.locked("Sales Header")

    assert action_for(_french(problem), "POST") is action_for(_english(problem), "POST")
