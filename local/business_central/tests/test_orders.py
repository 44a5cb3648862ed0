"""Sales orders: deep insert, prices, VAT, discounts, posting groups, the order of properties."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Api, ManualClock


def totals(order: dict[str, Any]) -> tuple[float, float, float]:
    return order["totalAmountExcludingTax"], order["totalTaxAmount"], order["totalAmountIncludingTax"]


# --- deep insert


def test_an_order_and_its_lines_arrive_in_one_request(api: Api) -> None:
    order = api.order(
        {"itemId": api.item("1000"), "quantity": 2, "unitPrice": 120},
        {"accountId": api.account("708500"), "description": "Express", "quantity": 1, "unitPrice": 12},
        {"description": "Shopify order #1001"},
        externalDocumentNumber="SHP-5001", pricesIncludeTax=True,
    )  # fmt: skip

    assert [line["lineType"] for line in order["salesOrderLines"]] == ["Item", "Account", "Comment"]
    assert [line["sequence"] for line in order["salesOrderLines"]] == [10000, 20000, 30000]
    assert totals(order) == (210, 42, 252)
    assert order["status"] == "Draft"


def test_the_answer_of_a_deep_insert_shows_the_lines_when_asked(api: Api) -> None:
    body = {"customerNumber": "C00010", "salesOrderLines": [{"itemId": api.item("1000"), "quantity": 1}]}

    _, bare = api.post("salesOrders", body)
    _, expanded = api.post("salesOrders?$expand=salesOrderLines", body)

    assert "salesOrderLines" not in bare
    assert [line["lineObjectNumber"] for line in expanded["salesOrderLines"]] == ["1000"]


@pytest.mark.parametrize(
    "bad_line",
    [{"itemId": "{1900}", "quantity": 1}, {"accountId": "{707000}", "quantity": 1}, {"quantityy": 1},
     {"itemId": "5f0c4c4e-0000-4000-8000-000000000000"}],
    ids=["blocked item", "no direct posting", "unknown property", "unknown item"],
)  # fmt: skip
def test_one_refused_line_leaves_nothing_behind(api: Api, bad_line: dict[str, Any]) -> None:
    known = {"{1900}": api.item("1900"), "{707000}": api.account("707000")}
    bad = {name: known.get(value, value) if isinstance(value, str) else value for name, value in bad_line.items()}
    good = {"itemId": api.item("1000"), "quantity": 1}

    status, _ = api.post("salesOrders", {"customerNumber": "C00010", "salesOrderLines": [good, bad]})

    assert status == 400
    assert (api.bc.state.count("salesOrders"), api.bc.state.count("salesOrderLines")) == (0, 0)
    assert api.order()["number"] == "SO100001"


def test_lines_cannot_be_changed_through_their_order(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})

    status, code, text = api.refusal(
        "PATCH", f"salesOrders({order['id']})", {"salesOrderLines": [{"quantity": 2}]}, If_Match="*"
    )

    assert (status, code, text) == (400, "BadRequest", "Deep update of 'salesOrderLines' is not supported.")


def test_the_same_reference_may_be_used_twice(api: Api) -> None:
    api.order(externalDocumentNumber="shp-1")
    api.order(externalDocumentNumber="SHP-1")

    assert len(api.bc.control.orders("SHP-1")) == 2


# --- VAT


@pytest.mark.parametrize(
    "gross, prices, expected",
    [
        (True, [("1000", 2, 120), ("1001", 1, 10.55)], (210, 40.55, 250.55)),
        (False, [("1000", 2, 100), ("1001", 1, 10)], (210, 40.55, 250.55)),
        (True, [("1000", 1, 0.99), ("1000", 1, 0.99), ("1000", 1, 0.99)], (2.48, 0.49, 2.97)),
        (False, [("1000", 1, 0.33), ("1000", 1, 0.33), ("1000", 1, 0.33)], (0.99, 0.20, 1.19)),
        (True, [("1000", 3, 33.333)], (83.33, 16.67, 100.00)),
    ],
    ids=["gross", "net", "gross cents per rate", "net cents per rate", "unit price beyond cents"],
)
def test_totals_in_gross_and_net_mode(
    api: Api, gross: bool, prices: list[tuple[str, int, float]], expected: tuple[float, float, float]
) -> None:
    lines = [{"itemId": api.item(n), "quantity": quantity, "unitPrice": price} for n, quantity, price in prices]

    order = api.order(*lines, pricesIncludeTax=gross)

    assert totals(order) == pytest.approx(expected)


@pytest.mark.parametrize("account, percent", [("708500", 20), ("624100", 20), ("758800", 0), ("419100", 0)])
def test_accounts_carry_their_own_vat(api: Api, account: str, percent: float) -> None:
    order = api.order({"accountId": api.account(account), "quantity": 1, "unitPrice": 10})

    assert order["salesOrderLines"][0]["taxPercent"] == percent


@pytest.mark.parametrize("country, percent", [("FR", 20), ("DE", 0), ("US", 0)])
def test_vat_depends_on_the_customers_group_too(api: Api, country: str, percent: float) -> None:
    buyer = api.made("customers", {"displayName": "Buyer", "country": country})

    order = api.order({"itemId": api.item("1000"), "quantity": 1}, customerNumber=buyer["number"])

    assert order["salesOrderLines"][0]["taxPercent"] == percent


def test_a_missing_vat_combination_is_named(api: Api) -> None:
    api.bc.control.remove("vatPostingSetup", "DOMESTIC|VAT55")

    status, code, text = api.refusal(
        "POST", "salesOrders",
        {"customerNumber": "C00010", "salesOrderLines": [{"itemId": api.item("1100"), "quantity": 1}]},
    )  # fmt: skip

    assert (status, code) == (400, "Internal_RecordNotFound")
    assert "VAT Posting Setup" in text
    assert "VAT Prod. Posting Group='VAT55'" in text


def test_the_tax_code_is_written_as_a_group_and_read_as_an_identifier(api: Api) -> None:
    api.bc.control.change("vatPostingSetup", "DOMESTIC|VAT55", {"identifier": "FOOD-5.5"})

    order = api.order({"itemId": api.item("1000"), "quantity": 1, "taxCode": "VAT55"})

    assert order["salesOrderLines"][0]["taxCode"] == "FOOD-5.5"
    assert order["salesOrderLines"][0]["taxPercent"] == 5.5


@pytest.mark.parametrize("code_first, price", [(True, 120), (False, 105.5)])
def test_another_group_keeps_the_net_price_of_an_item_whose_price_includes_tax(
    api: Api, code_first: bool, price: float
) -> None:
    code, gross = {"taxCode": "VAT55"}, {"quantity": 1, "unitPrice": 120}
    line = {"itemId": api.item("1000"), **(code | gross if code_first else gross | code)}

    order = api.order(line, pricesIncludeTax=True)

    assert order["salesOrderLines"][0]["unitPrice"] == price


# --- the order of properties


def test_the_quantity_prices_the_line_again(api: Api) -> None:
    item = api.item("1000")

    order = api.order({"itemId": item, "unitPrice": 7, "quantity": 2}, {"itemId": item, "quantity": 2, "unitPrice": 7})

    assert [line["unitPrice"] for line in order["salesOrderLines"]] == [100, 7]


def test_a_free_line_says_its_price_after_the_quantity(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 2, "unitPrice": 0})

    assert totals(order) == (0, 0, 0)


def test_a_discount_amount_before_the_quantity_is_refused(api: Api) -> None:
    line = {"itemId": api.item("1000"), "discountAmount": 5, "quantity": 2}

    status, code, text = api.refusal("POST", "salesOrders", {"customerNumber": "C00010", "salesOrderLines": [line]})

    assert (status, code) == (400, "Application_FieldValidationException")
    assert text.startswith("Quantity must have a value in Sales Line: Document Type=Order")


def test_a_customer_after_the_price_mode_overwrites_it(api: Api) -> None:
    early = api.made("salesOrders", {"pricesIncludeTax": True, "customerNumber": "C00010"})
    late = api.made("salesOrders", {"customerNumber": "C00010", "pricesIncludeTax": True})

    assert (early["pricesIncludeTax"], late["pricesIncludeTax"]) == (False, True)


def test_an_address_before_the_customer_is_lost(api: Api) -> None:
    early = api.made("salesOrders", {"shipToCity": "Brest", "customerNumber": "C00010"})
    late = api.made("salesOrders", {"customerNumber": "C00010", "shipToCity": "Brest"})

    assert (early["shipToCity"], late["shipToCity"]) == ("Paris", "Brest")


def test_the_ship_to_address_follows_the_sell_to_address_until_it_differs(api: Api) -> None:
    following = api.made("salesOrders", {"customerNumber": "C00010", "sellToCity": "Lyon"})
    own = api.made("salesOrders", {"customerNumber": "C00010", "shipToCity": "Brest", "sellToCity": "Lyon"})

    assert (following["shipToCity"], own["shipToCity"]) == ("Lyon", "Brest")
    assert following["billToCity"] == "Lyon"


# --- discounts


@pytest.mark.parametrize(
    "line, amount, percent, net",
    [({"discountAmount": 100}, 100, 33.33333, 200), ({"discountPercent": 12.5}, 37.5, 12.5, 262.5),
     ({"discountAmount": 300}, 300, 100, 0)],
)  # fmt: skip
def test_a_line_discount(api: Api, line: dict[str, float], amount: float, percent: float, net: float) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 3, "unitPrice": 100, **line})

    stored = order["salesOrderLines"][0]
    assert (stored["discountAmount"], stored["discountPercent"], stored["amountExcludingTax"]) == (amount, percent, net)


def test_a_line_discount_above_the_line_is_refused(api: Api) -> None:
    line = {"itemId": api.item("1000"), "quantity": 1, "discountAmount": 100.01}

    assert api.post("salesOrders", {"customerNumber": "C00010", "salesOrderLines": [line]})[0] == 400


def test_a_header_discount_touches_item_lines_only(api: Api) -> None:
    order = api.order(
        {"itemId": api.item("1000"), "quantity": 1},
        {"accountId": api.account("708500"), "quantity": 1, "unitPrice": 50},
    )

    api.patch(f"salesOrders({order['id']})", {"discountAmount": 10})

    lines = api.read_order(order["id"])["salesOrderLines"]
    assert [line["invoiceDiscountAllocation"] for line in lines] == [10, 0]
    assert [line["netAmount"] for line in lines] == [90, 50]


@pytest.mark.parametrize(
    "method, change, discount",
    [("PATCH", {"quantity": 3}, 50), ("PATCH", {"discountPercent": 10}, 50), ("PATCH", {"unitPrice": 90}, 100),
     ("DELETE", None, 100)],
)  # fmt: skip
def test_a_changed_line_gives_its_share_of_a_header_discount_up_and_a_deleted_one_does_not(
    api: Api, method: str, change: dict[str, float] | None, discount: float
) -> None:
    order = api.order(*[{"itemId": api.item("1000"), "quantity": 2}] * 2)
    api.patch(f"salesOrders({order['id']})", {"discountAmount": 100})

    api.send(method, f"salesOrderLines({order['salesOrderLines'][0]['id']})", change, If_Match="*")

    assert api.read_order(order["id"])["discountAmount"] == discount


def test_a_header_discount_needs_lines_that_allow_one(api: Api) -> None:
    body = {"customerNumber": "C00010", "discountAmount": 5,
            "salesOrderLines": [{"itemId": api.item("1000"), "quantity": 1}]}  # fmt: skip

    assert "does not include lines" in api.refusal("POST", "salesOrders", body)[2]


@pytest.mark.parametrize("quantity, discount", [(2, 10), (6, 60)])
def test_the_customers_own_discount_is_applied_unasked(api: Api, quantity: int, discount: float) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": quantity}, customerNumber="C00050")

    assert order["discountAmount"] == discount


def test_totals_cannot_be_written(api: Api) -> None:
    body = {"customerNumber": "C00010", "totalAmountIncludingTax": 1}

    assert api.refusal("POST", "salesOrders", body)[1] == "BadRequest_InvalidOperation"


# --- customers and their posting groups


@pytest.mark.parametrize(
    "group, caption",
    [("genBusPostingGroup", "Gen. Bus. Posting Group"), ("customerPostingGroup", "Customer Posting Group")],
)
def test_a_customer_without_a_posting_group_gets_no_order_until_it_is_repaired(
    api: Api, group: str, caption: str
) -> None:
    whole = {"genBusPostingGroup": "DOMESTIC", "vatBusPostingGroup": "DOMESTIC", "customerPostingGroup": "DOMESTIC"}
    api.bc.control.change("customers", "C00107", {**whole, group: ""})

    refused = api.refusal("POST", "salesOrders", {"customerNumber": "C00107"})
    api.bc.control.change("customers", "C00107", whole)

    assert refused == (400, "Application_FieldValidationException",
                       f"{caption} must have a value in Customer: No.=C00107. It cannot be zero or empty.")  # fmt: skip
    assert api.post("salesOrders", {"customerNumber": "C00107"})[0] == 201


def test_a_new_template_rule_helps_new_customers_only(api: Api) -> None:
    before = api.made("customers", {"displayName": "Old", "country": "CH"})
    groups = {"genBusPostingGroup": "EXPORT", "vatBusPostingGroup": "EXPORT", "customerPostingGroup": "EXPORT"}
    api.bc.control.add("template-rules", {"criteria": {"country": "CH"}, "values": groups})
    after = api.made("customers", {"displayName": "New", "country": "CH"})

    assert api.post("salesOrders", {"customerNumber": before["number"]})[0] == 400
    assert api.post("salesOrders", {"customerNumber": after["number"]})[0] == 201


def test_values_of_the_request_win_over_the_template(api: Api) -> None:
    assert api.made("customers", {"displayName": "Pat", "country": "IE", "city": "Cork"})["city"] == "Cork"


@pytest.mark.parametrize("blocked, status", [("All", 400), ("Invoice", 400), ("Ship", 400), ("_x0020_", 201)])
def test_a_blocked_customer_gets_no_order(api: Api, blocked: str, status: int) -> None:
    api.bc.control.change("customers", "C-WEB", {"blocked": blocked})

    assert api.post("salesOrders", {"customerNumber": "C-WEB"})[0] == status


def test_a_privacy_blocked_customer_gets_no_order(api: Api) -> None:
    api.bc.control.change("customers", "C-WEB", {"privacyBlocked": True})

    assert "blocked for privacy" in api.refusal("POST", "salesOrders", {"customerNumber": "C-WEB"})[2]


def test_number_and_id_of_different_customers_are_refused(api: Api) -> None:
    other = api.only("customers", "number eq 'C-WEB'")["id"]

    text = api.refusal("POST", "salesOrders", {"customerNumber": "C00010", "customerId": other})[2]

    assert text == "The sell-to customer values do not match to a specific Customer."


# --- currency


def test_a_foreign_order_converts_the_price_of_the_card(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1}, currencyCode="USD")

    assert order["salesOrderLines"][0]["unitPrice"] == pytest.approx(110)


def test_a_currency_without_a_rate_is_refused_and_named(api: Api) -> None:
    status, code, text = api.refusal("POST", "salesOrders", {"customerNumber": "C00010", "currencyCode": "NOK"})

    assert (status, code) == (400, "Internal_DataNotFoundFilter")
    assert "Currency Exchange Rate" in text
    assert "NOK" in text


def test_a_rate_must_be_old_enough(api: Api, clock: ManualClock) -> None:
    body = {"customerNumber": "C00010", "currencyCode": "USD", "postingDate": "2024-12-31"}

    assert api.refusal("POST", "salesOrders", body)[1] == "Internal_DataNotFoundFilter"


# --- lines


def test_the_location_of_the_customer_goes_to_item_lines(api: Api) -> None:
    east = api.only("locations", "code eq 'EAST'")["id"]

    order = api.order({"itemId": api.item("1000"), "quantity": 1}, customerNumber="C00060")

    assert order["salesOrderLines"][0]["locationId"] == east


def test_a_unit_the_item_does_not_have_is_refused(api: Api) -> None:
    line = {"itemId": api.item("1000"), "unitOfMeasureCode": "BOX", "quantity": 1}

    status, code, text = api.refusal("POST", "salesOrders", {"customerNumber": "C00010", "salesOrderLines": [line]})

    assert (status, code) == (400, "Internal_InvalidTableRelation")
    assert "(Item Unit of Measure)" in text


@pytest.mark.parametrize(
    "change, text",
    [({"generalProductPostingGroupCode": ""}, "Gen. Prod. Posting Group must have a value in Item: No.=1000."),
     ({"inventoryPostingGroupCode": ""}, "Inventory Posting Group must have a value in Item: No.=1000.")],
)  # fmt: skip
def test_an_item_without_posting_group_is_refused(api: Api, change: dict[str, str], text: str) -> None:
    item = api.item("1000")
    api.patch(f"items({item})", change)

    refusal = api.refusal("POST", "salesOrders", {"customerNumber": "C00010", "salesOrderLines": [{"itemId": item}]})

    assert refusal[2].startswith(text)


def test_an_account_without_direct_posting_is_refused(api: Api) -> None:
    order = api.order()

    _, code, text = api.refusal(
        "POST", f"salesOrders({order['id']})/salesOrderLines", {"accountId": api.account("707000"), "quantity": 1}
    )

    assert code == "Application_FieldValidationException"
    assert text == "Direct Posting must be equal to 'Yes'  in G/L Account: No.=707000. Current value is 'No'."


def test_a_line_may_name_its_object_by_number(api: Api) -> None:
    order = api.order({"lineType": "Item", "lineObjectNumber": "1100", "quantity": 1},
                      {"lineType": "Account", "lineObjectNumber": "708500", "quantity": 1, "unitPrice": 5})  # fmt: skip

    assert [line["lineObjectNumber"] for line in order["salesOrderLines"]] == ["1100", "708500"]


def test_a_used_sequence_is_refused(api: Api) -> None:
    order = api.order({"description": "first"})

    status, _, text = api.refusal(
        "POST", f"salesOrders({order['id']})/salesOrderLines", {"description": "x", "sequence": 10000}
    )

    assert (status, text) == (400, "You cannot insert a line because a line already exists.")


def test_changing_the_price_mode_carries_the_prices_over(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})

    api.patch(f"salesOrders({order['id']})", {"pricesIncludeTax": True})

    changed = api.read_order(order["id"])
    assert changed["salesOrderLines"][0]["unitPrice"] == 120
    assert totals(changed) == totals(order)


# --- what may be deleted, and what takes no change


def test_an_order_that_nobody_has_begun_to_ship_may_be_deleted_released_or_not(api: Api) -> None:
    open_one, released = api.order(), api.order()
    api.bc.control.change("salesOrders", released["number"], {"status": "Open"})

    assert [api.delete(f"salesOrders({order['id']})") for order in (open_one, released)] == [204, 204]


@pytest.mark.parametrize(
    "taken_in_hand, text",
    [({"responsibilityCenter": "LYON"}, "You cannot delete this document. Your identification is set up to process"),
     ({"warehouseShipment": True}, "cannot be deleted when a related Warehouse Shipment Line exists.")],
    ids=["responsibility centre", "warehouse shipment"],
)  # fmt: skip
def test_an_order_that_is_taken_in_hand_may_not_be_deleted(
    api: Api, taken_in_hand: dict[str, Any], text: str
) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    api.bc.control.change("salesOrders", order["number"], taken_in_hand)

    status, code, message = api.refusal("DELETE", f"salesOrders({order['id']})")

    assert (status, code) == (400, "Application_DialogException")
    assert text in message
    assert api.read_order(order["id"])["salesOrderLines"]


def test_an_order_that_is_shipped_and_not_invoiced_may_not_be_deleted(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 2})
    [line] = order["salesOrderLines"]
    api.patch(f"salesOrderLines({line['id']})", {"shipQuantity": 1, "invoiceQuantity": 0})
    api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    _, code, message = api.refusal("DELETE", f"salesOrders({order['id']})")

    assert code == "Application_FieldValidationException"
    assert message.startswith("Qty. Shipped Not Invoiced must be equal to '0'  in Sales Line")


def test_a_released_order_takes_no_change_and_no_line(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    api.bc.control.change("salesOrders", order["number"], {"status": "Open"})

    header = api.refusal("PATCH", f"salesOrders({order['id']})", {"shipToCity": "Lyon"}, If_Match="*")
    line = api.refusal("POST", f"salesOrders({order['id']})/salesOrderLines", {"description": "gift"})

    for status, _, message in (header, line):
        assert status == 400
        assert "Status must be equal to 'Open'" in message
        assert "Current value is 'Released'." in message


@pytest.mark.parametrize(("code", "precision", "price", "discount"), [
    ("KWD", "0.001", 1, 0.333), ("JPY", "1", 995, 333),
])
def test_a_discount_has_as_many_decimals_as_the_currency(
    api: Api, code: str, precision: str, price: float, discount: float
) -> None:
    _currency(api, code, precision)

    order = api.order({"itemId": api.item("1000"), "quantity": 1, "unitPrice": price, "discountAmount": discount},
                      currencyCode=code, pricesIncludeTax=True)  # fmt: skip

    assert order["salesOrderLines"][0]["discountAmount"] == discount
    assert order["totalAmountIncludingTax"] == pytest.approx(price - discount)


def test_a_discount_in_per_cent_is_rounded_to_whole_yen(api: Api) -> None:
    _currency(api, "JPY", "1")

    order = api.order({"itemId": api.item("1000"), "quantity": 1, "unitPrice": 995, "discountPercent": 10},
                      currencyCode="JPY", pricesIncludeTax=True)  # fmt: skip

    assert (order["salesOrderLines"][0]["discountAmount"], order["totalAmountIncludingTax"]) == (100, 895)


def _currency(api: Api, code: str, precision: str) -> None:
    """A currency of the company; SalesLine.Table.al rounds a line discount to its Amount Rounding Precision."""
    api.bc.control.add("currencies", {"code": code, "amountRoundingPrecision": precision})
    api.bc.control.add("currencyExchangeRates", {
        "currencyCode": code, "startingDate": "2025-01-01", "exchangeRateAmount": "1",
        "relationalExchangeRateAmount": "1"})
