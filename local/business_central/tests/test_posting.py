"""Posting of orders, invoices and credit memos."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from local.business_central.due_dates import after

from .conftest import Api


def posted_invoice(api: Api, quantity: int = 2, **header: Any) -> dict[str, Any]:
    order = api.order({"itemId": api.item("1000"), "quantity": quantity}, **header)
    assert api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice") == (204, None)
    return api.only("salesInvoices", f"orderNumber eq '{order['number']}'")


def draft_invoice(api: Api) -> dict[str, Any]:
    line = {"itemId": api.item("1000"), "quantity": 1}
    return api.made("salesInvoices", {"customerNumber": "C00010", "salesInvoiceLines": [line]})


def test_a_posted_order_is_found_by_its_reference_in_invoices_and_shipments(api: Api) -> None:
    invoice = posted_invoice(api, externalDocumentNumber="SHP-1")

    where = "externalDocumentNumber eq 'SHP-1' and customerNumber eq 'C00010'"
    assert api.get(f"salesOrders?$filter={where}")[1]["value"] == []
    assert api.only("salesInvoices", where)["id"] == invoice["id"]
    assert api.only("salesShipments", where)["orderNumber"] == invoice["orderNumber"]


def test_posting_moves_stock_and_what_the_customer_owes(api: Api) -> None:
    posted_invoice(api)

    assert api.only("items", "number eq '1000'")["inventory"] == -2
    assert api.only("customers", "number eq 'C00010'")["balanceDue"] == 240
    entry = api.only("itemLedgerEntries", "itemNumber eq '1000'")
    assert (entry["entryType"], entry["quantity"]) == ("Sale", -2)


def test_an_order_posted_in_two_parts_adds_up_to_its_total(api: Api) -> None:
    line = {"itemId": api.item("1000"), "quantity": 3, "unitPrice": 10, "discountAmount": 1}
    order = api.order(line, pricesIncludeTax=True)
    path = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(path, {"shipQuantity": 1, "invoiceQuantity": 1})

    api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
    half = api.read_order(order["id"])
    api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    _, invoices = api.get(f"salesInvoices?$filter=orderNumber eq '{order['number']}'")
    shipped = [row["quantity"] for s in api.get("salesShipments")[1]["value"]
               for row in api.get(f"salesShipments({s['id']})/salesShipmentLines")[1]["value"]]  # fmt: skip
    assert half["salesOrderLines"][0]["shippedQuantity"] == 1
    assert sum(invoice["totalAmountIncludingTax"] for invoice in invoices["value"]) == pytest.approx(29)
    assert shipped == [1, 2]
    assert api.get(f"salesOrders({order['id']})")[0] == 404


def test_a_header_discount_is_invoiced_with_the_part_it_belongs_to(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 4})
    api.patch(f"salesOrders({order['id']})", {"discountAmount": 40})
    path = f"salesOrderLines({order['salesOrderLines'][0]['id']})"
    api.patch(path, {"shipQuantity": 1, "invoiceQuantity": 1})

    for _ in range(2):
        api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    _, invoices = api.get(f"salesInvoices?$filter=orderNumber eq '{order['number']}'")
    assert [invoice["discountAmount"] for invoice in invoices["value"]] == [10, 30]


@pytest.mark.parametrize(
    "day, formula, expected",
    [("2026-01-31", "1M", "2026-02-28"), ("2026-03-10", "CM", "2026-03-31"), ("2026-03-10", "30D", "2026-04-09"),
     ("2026-03-10", "1M+CM", "2026-04-30"), ("2026-03-10", "2W", "2026-03-24"), ("2024-02-29", "1Y", "2025-02-28"),
     ("2026-03-10", "CM+10D", "2026-04-10"), ("2026-03-10", "", "2026-03-10")],
)  # fmt: skip
def test_a_date_formula(day: str, formula: str, expected: str) -> None:
    assert after(date.fromisoformat(day), formula) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    "prepare, text",
    [
        (
            {"table": "customers", "key": "C00010", "values": {"blocked": "All"}},
            "You cannot post this type of document",
        ),
        ({"table": "generalLedgerSetup", "values": {"allowPostingTo": "2026-01-31"}}, "Posting Date is not within"),
    ],
    ids=["blocked customer", "posting date"],
)
def test_posting_is_refused_and_the_order_stays(api: Api, prepare: dict[str, Any], text: str) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    key = prepare.get("key") or next(iter(api.bc.state.rows(prepare["table"])))["id"]
    api.bc.control.change(prepare["table"], key, prepare["values"])

    status, _, message = api.refusal("POST", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    assert status == 400
    assert text in message
    assert api.read_order(order["id"])["salesOrderLines"][0]["shippedQuantity"] == 0
    assert api.bc.state.count("salesShipments") == 0


def test_a_line_without_quantity_asks_a_question_nobody_can_answer(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1}, {"itemId": api.item("1100"), "quantity": 0})

    refusal = api.refusal("POST", f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    assert refusal[1] == "Application_CallbackNotAllowed"


def test_action_names_are_case_insensitive(api: Api) -> None:
    invoice = draft_invoice(api)

    assert api.post(f"salesInvoices({invoice['id']})/Microsoft.NAV.POST")[0] == 204
    assert api.get(f"salesInvoices({invoice['id']})")[1]["status"] == "Open"


def test_an_invoice_is_posted_once(api: Api) -> None:
    invoice = draft_invoice(api)
    api.post(f"salesInvoices({invoice['id']})/Microsoft.NAV.post")

    again = api.refusal("POST", f"salesInvoices({invoice['id']})/Microsoft.NAV.post")

    assert again[2] == "The action can be applied to a draft invoice only."


def test_a_posted_invoice_cannot_be_changed_or_deleted(api: Api) -> None:
    invoice = posted_invoice(api)

    assert api.patch(f"salesInvoices({invoice['id']})", {"email": "a@b.fr"})[0] == 400
    assert api.delete(f"salesInvoices({invoice['id']})") == 400


def test_invoices_take_the_price_mode_of_the_customer_only(api: Api) -> None:
    body = {"customerNumber": "C00010", "pricesIncludeTax": True}
    api.bc.control.change("customers", "C-WEB", {"pricesIncludeTax": True})

    assert api.refusal("POST", "salesInvoices", body)[1] == "BadRequest_InvalidOperation"
    assert api.made("salesInvoices", {"customerNumber": "C-WEB"})["pricesIncludeTax"] is True


def test_the_due_date_follows_the_payment_terms(api: Api) -> None:
    terms = api.only("paymentTerms", "code eq '30D'")["id"]
    month = api.only("paymentTerms", "code eq 'CM'")["id"]

    def due(terms_id: str) -> str:
        body = {"customerNumber": "C00010", "invoiceDate": "2026-03-10", "paymentTermsId": terms_id}
        return str(api.made("salesInvoices", body)["dueDate"])

    assert (due(terms), due(month)) == ("2026-04-09", "2026-03-31")


def test_a_credit_memo_for_an_invoice_pays_it(api: Api) -> None:
    invoice = posted_invoice(api)
    line = {"itemId": api.item("1000"), "quantity": 2}
    memo = api.made("salesCreditMemos", {"customerNumber": "C00010", "invoiceNumber": invoice["number"],
                                         "salesCreditMemoLines": [line]})  # fmt: skip

    api.post(f"salesCreditMemos({memo['id']})/Microsoft.NAV.post")

    after = api.get(f"salesInvoices({invoice['id']})")[1]
    assert memo["invoiceId"] == invoice["id"]
    assert (after["status"], after["remainingAmount"]) == ("Paid", 0)
    assert api.only("items", "number eq '1000'")["inventory"] == 0
    assert api.only("customers", "number eq 'C00010'")["balanceDue"] == 0


def test_a_corrective_credit_memo_is_refused_once_something_is_paid(api: Api) -> None:
    invoice = posted_invoice(api)
    path = f"salesInvoices({invoice['id']})/Microsoft.NAV.makeCorrectiveCreditMemo"
    api.bc.control.change("salesInvoices", invoice["number"], {"remainingAmount": 100})
    partly = api.refusal("POST", path)
    api.bc.control.change("salesInvoices", invoice["number"], {"remainingAmount": 0})
    wholly = api.refusal("POST", path)

    assert partly[2].startswith("The invoice is partially paid or credited.")
    assert wholly[2].startswith("The invoice is closed.")
