"""Journals and customer payments."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Api


@pytest.fixture
def journal(api: Api) -> dict[str, Any]:
    return api.made("journals", {"code": "PAYOUTS", "balancingAccountId": api.account("511500")})


def line(api: Api, journal: dict[str, Any], **values: Any) -> dict[str, Any]:
    return api.made(f"journals({journal['id']})/journalLines", values)


def test_a_payout_is_booked_on_both_sides(api: Api, journal: dict[str, Any]) -> None:
    line(api, journal, accountNumber="627800", documentNumber="P1", amount=2.9)
    line(api, journal, accountType="Bank Account", accountNumber="BANK", documentNumber="P1", amount=97.1)

    assert api.post(f"journals({journal['id']})/Microsoft.NAV.post") == (204, None)

    _, entries = api.get("generalLedgerEntries?$filter=documentNumber eq 'P1'")
    booked = {(e["accountNumber"], e["debitAmount"], e["creditAmount"]) for e in entries["value"]}
    assert booked == {("627800", 2.9, 0), ("511500", 0, 2.9), ("512000", 97.1, 0), ("511500", 0, 97.1)}


def test_nothing_is_posted_when_one_line_is_wrong(api: Api, journal: dict[str, Any]) -> None:
    line(api, journal, accountNumber="627800", documentNumber="P1", amount=2.9)
    line(api, journal, accountNumber="627800", amount=1)

    status, _, text = api.refusal("POST", f"journals({journal['id']})/Microsoft.NAV.post")

    assert status == 400
    assert text.startswith("Document No. must have a value in Gen. Journal Line")
    assert api.bc.state.count("generalLedgerEntries") == 0
    assert len(api.get(f"journals({journal['id']})/journalLines")[1]["value"]) == 2


def test_an_empty_journal_has_nothing_to_post(api: Api, journal: dict[str, Any]) -> None:
    assert api.refusal("POST", f"journals({journal['id']})/Microsoft.NAV.post")[2] == "There is nothing to post."


def test_a_journal_without_balancing_account_must_balance(api: Api) -> None:
    journal = api.made("journals", {"code": "LOOSE"})
    line(api, journal, accountNumber="627800", documentNumber="P1", amount=5)

    assert "out of balance by 5" in api.refusal("POST", f"journals({journal['id']})/Microsoft.NAV.post")[2]


@pytest.mark.parametrize("values", [{"accountNumber": "999999"}, {"accountNumber": "707000"}])
def test_an_unknown_or_closed_account_is_refused(api: Api, journal: dict[str, Any], values: dict[str, Any]) -> None:
    assert api.post(f"journals({journal['id']})/journalLines", values)[0] == 400


def test_a_duplicate_line_number_is_refused(api: Api, journal: dict[str, Any]) -> None:
    line(api, journal, accountNumber="627800", lineNumber=10)

    refusal = api.refusal("POST", f"journals({journal['id']})/journalLines", {"lineNumber": 10})

    assert refusal[1] == "Internal_EntityWithSameKeyExists"


def test_each_kind_of_journal_lists_its_own(api: Api, journal: dict[str, Any]) -> None:
    def codes(path: str) -> list[str]:
        return [row["code"] for row in api.get(path)[1]["value"]]

    assert codes("journals") == ["DEFAULT", "PAYOUTS"]
    assert codes("customerPaymentJournals") == ["SHOPIFY"]


def test_a_payment_is_posted_through_the_general_journal_and_pays_the_invoice(api: Api) -> None:
    invoice = api.made("salesInvoices", {
        "customerNumber": "C00010", "salesInvoiceLines": [{"itemId": api.item("1000"), "quantity": 1}],
    })  # fmt: skip
    api.post(f"salesInvoices({invoice['id']})/Microsoft.NAV.post")
    payments = api.only("customerPaymentJournals", "code eq 'SHOPIFY'")["id"]
    api.made(
        f"customerPaymentJournals({payments})/customerPayments", {"amount": -120, "appliesToInvoiceId": invoice["id"]}
    )

    listed_as_journal_lines = api.get(f"journals({payments})/journalLines")[1]["value"]
    api.post(f"journals({payments})/Microsoft.NAV.post")

    assert listed_as_journal_lines == []
    paid = api.get(f"salesInvoices({invoice['id']})")[1]
    assert (paid["status"], paid["remainingAmount"]) == ("Paid", 0)
    assert api.only("customers", "number eq 'C00010'")["balanceDue"] == 0


def test_an_unknown_invoice_number_is_taken_with_a_blank_id_and_an_unknown_id_refused(api: Api) -> None:
    payments = api.only("customerPaymentJournals", "code eq 'SHOPIFY'")["id"]
    path = f"customerPaymentJournals({payments})/customerPayments"

    taken = api.made(path, {"appliesToInvoiceNumber": "NONE"})
    refused = api.post(path, {"appliesToInvoiceId": "5f0c4c4e-0000-4000-8000-000000000000"})

    assert taken["appliesToInvoiceId"].strip("0-") == ""
    assert refused[0] == 400
