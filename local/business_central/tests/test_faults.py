"""Every fault switch: what the client sees, and what has happened nevertheless."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import requests

from local.business_central import translations

from .conftest import Api, ManualClock

ORDER = {"customerNumber": "C00010", "externalDocumentNumber": "SHP-1"}


# --- answers that never arrive


def test_a_dropped_response_hides_an_order_that_exists(api: Api) -> None:
    api.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")

    with pytest.raises(requests.ConnectionError):
        api.post("salesOrders", ORDER)

    found = api.only("salesOrders", "externalDocumentNumber eq 'SHP-1' and customerNumber eq 'C00010'")
    assert found["number"] == "SO100001"


def test_a_dropped_request_leaves_nothing(api: Api) -> None:
    api.bc.control.add_fault(kind="drop_request", entity="salesOrders")

    with pytest.raises(requests.ConnectionError):
        api.post("salesOrders", ORDER)

    assert api.bc.control.orders("SHP-1") == []


def test_a_refused_request_does_not_use_the_fault_up(api: Api) -> None:
    fault = api.bc.control.add_fault(kind="drop_response_after_commit", entity="salesOrders")

    refused = api.post("salesOrders", {})

    assert (refused[0], fault.times) == (400, 1)


def test_a_batch_is_struck_through_its_parts(api: Api) -> None:
    api.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    url = f"companies({api.bc.company})/salesOrders"

    with pytest.raises(requests.ConnectionError):
        api.post("/$batch", {"requests": [{"id": "1", "method": "POST", "url": url, "body": ORDER}]})

    assert len(api.bc.control.orders("SHP-1")) == 1


def test_a_probability_strikes_the_same_requests_in_every_run(api: Api) -> None:
    def struck() -> list[int]:
        api.bc.faults.random.seed(3)
        return [number for number in range(30) if api.get("items")[0] == 503]

    api.bc.control.add_fault(kind="status", entity="items", times=None, probability=0.3)
    first, second = struck(), struck()

    assert first == second
    assert 0 < len(first) < 30


# --- answers that are no answers


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_burst_ends_after_so_many_requests(api: Api, status: int) -> None:
    api.bc.control.add_fault(kind="status", status=status, times=2)

    assert [api.get("items")[0] for _ in range(3)] == [status, status, 200]


@pytest.mark.parametrize("retry_after", [None, 7])
def test_retry_after_is_sent_only_when_set(api: Api, retry_after: int | None) -> None:
    api.bc.control.add_fault(kind="status", status=429, retry_after=retry_after)

    answer = api.send("GET", "items")

    assert answer.json()["error"]["code"] == "Application_TooManyRequests"
    assert answer.headers.get("Retry-After") == (str(retry_after) if retry_after else None)
    assert api.bc.stats.rejected_429 == 1


@pytest.mark.parametrize("status", [502, 504])
def test_the_gateway_answers_in_html(api: Api, status: int) -> None:
    api.bc.control.add_fault(kind="status", status=status)

    answer = api.send("POST", "salesOrders", ORDER)

    assert (answer.status_code, answer.text[:6]) == (status, "<html>")
    assert api.bc.control.orders("SHP-1") == []


def test_an_html_body_may_come_with_any_status(api: Api) -> None:
    api.bc.control.add_fault(kind="html", status=401)

    answer = api.send("GET", "items")

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/html; charset=utf-8")


def test_whoever_answers_in_its_place_may_lead_elsewhere(api: Api) -> None:
    api.bc.control.add_fault(kind="html", status=302, page="", location="https://login.example.com/")

    answer = api.http.get(api.url("items"), allow_redirects=False)

    assert (answer.status_code, answer.text, answer.headers["Location"]) == (302, "", "https://login.example.com/")


def test_an_answer_may_be_kept_back_once_it_was_carried_out(api: Api) -> None:
    api.bc.control.add_fault(kind="html_after_commit", status=403)

    status = api.http.post(api.url("salesOrders"), json=ORDER).status_code

    assert (status, len(api.bc.control.orders("SHP-1"))) == (403, 1)


def test_a_delay_only_delays(api: Api) -> None:
    api.bc.control.add_fault(kind="delay", seconds=0.3, entity="salesOrders")

    with pytest.raises(requests.ReadTimeout):
        api.http.post(api.url("salesOrders"), json=ORDER, timeout=0.1)

    assert api.post("salesOrders", ORDER)[0] == 201


def test_a_lock_has_its_own_text(api: Api) -> None:
    api.bc.control.add_fault(kind="lock", entity="salesOrders", table="No. Series Line")

    status, code, text = api.refusal("POST", "salesOrders", ORDER)

    assert (status, code) == (400, "Application_DialogException")
    assert "a record in table 'No. Series Line' is being updated in a transaction done by another session" in text


# --- stale reads


def test_the_replica_lags_unless_the_read_says_a_write_depends_on_it(api: Api, clock: ManualClock) -> None:
    clock.forward(60)
    api.bc.faults.replica_lag = 5
    api.post("salesOrders", ORDER)
    where = "salesOrders?$filter=externalDocumentNumber eq 'SHP-1'"

    stale = api.get(where)[1]["value"]
    fresh = api.get(where, Data_Access_Intent="ReadWrite")[1]["value"]
    clock.forward(5)
    later = api.get(where)[1]["value"]

    assert (len(stale), len(fresh), len(later)) == (0, 1, 1)


def test_the_replica_still_shows_old_values_and_deleted_rows(api: Api, clock: ManualClock) -> None:
    gone = api.made("itemCategories", {"code": "GONE"})
    item = f"items({api.item('1000')})"
    clock.forward(60)
    api.bc.faults.replica_lag = 5
    api.patch(item, {"unitPrice": 7})
    api.delete(f"itemCategories({gone['id']})")

    assert api.get(item)[1]["unitPrice"] == 100
    assert api.get(f"itemCategories({gone['id']})")[0] == 200
    assert len(api.get("itemCategories?$filter=code eq 'GONE'")[1]["value"]) == 1
    assert api.get(f"itemCategories({gone['id']})", Data_Access_Intent="ReadWrite")[0] == 404


def test_a_write_may_not_ask_for_the_replica(api: Api) -> None:
    assert api.refusal("POST", "salesOrders", ORDER, Data_Access_Intent="ReadOnly")[0] == 400


# --- language


def test_messages_are_french_unless_english_is_asked_for(api: Api) -> None:
    api.bc.faults.french = True
    body = {"customerNumber": "C00107"}

    french = api.refusal("POST", "salesOrders", body)
    english = api.refusal("POST", "salesOrders", body, Accept_Language="en-US")

    assert french[1] == english[1] == "Application_FieldValidationException"
    assert french[2] == ("Groupe compta. marché doit avoir une valeur dans Client : N°=C00107. "
                         "Il ne peut pas être égal à zéro ni vide.")  # fmt: skip
    assert english[2].startswith("Gen. Bus. Posting Group must have a value in Customer: No.=C00107.")


def test_every_translation_belongs_to_a_message_of_the_simulator() -> None:
    texts: set[str] = set()
    for module in Path(translations.__file__).parent.glob("*.py"):
        if module.name != "translations.py":
            nodes = ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            texts |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    assert set(translations.TEMPLATES) <= texts
    for english, french in translations.TEMPLATES.items():
        assert {part.split("}")[0] for part in english.split("{")[1:]} == {
            part.split("}")[0] for part in french.split("{")[1:]
        }


# --- posting that did nothing


def test_posting_may_say_204_and_do_nothing(api: Api) -> None:
    order = api.order({"itemId": api.item("1000"), "quantity": 1})
    api.bc.faults.ignore_posting = True

    status, _ = api.post(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")

    assert status == 204
    assert api.get(f"salesOrders({order['id']})")[0] == 200


# --- tied to one document, refused, late


@pytest.mark.parametrize("method, path, body", [
    ("POST", "salesOrders", ORDER),
    ("GET", "salesOrders?$filter=externalDocumentNumber eq 'SHP-0' or externalDocumentNumber eq 'SHP-1'", None),
    ("PATCH", "salesOrders({id})", {"shipToCity": "Lyon"}),
    ("POST", "salesOrders({id})/salesOrderLines", {"description": "gift"}),
    ("DELETE", "salesOrders({id})", None),
], ids=["made", "looked up", "changed", "a line", "deleted"])  # fmt: skip
def test_a_fault_may_be_tied_to_one_document(api: Api, method: str, path: str, body: dict[str, str] | None) -> None:
    ids = {number: api.made("salesOrders", {**ORDER, "externalDocumentNumber": number})["id"]
           for number in ("SHP-1", "SHP-2")}  # fmt: skip
    api.bc.control.add_fault(kind="refuse", method=method, document="SHP-1", message="Not this one.", times=None)

    struck = api.refusal(method, path.format(id=ids["SHP-1"]), body, If_Match="*")
    other = {**body, "externalDocumentNumber": "SHP-3"} if body is ORDER else body
    spared = api.send(method, path.format(id=ids["SHP-2"]).replace("SHP-1", "SHP-2"), other, If_Match="*")

    assert struck == (400, "Application_DialogException", "Not this one.")
    assert spared.status_code < 300


def test_a_fault_may_spare_the_first_requests(api: Api) -> None:
    api.bc.control.add_fault(kind="status", entity="items", spare=2)

    assert [api.get("items")[0] for _ in range(4)] == [200, 200, 503, 200]


def test_a_late_request_is_carried_out_though_its_answer_was_given_up(api: Api, clock: ManualClock) -> None:
    api.bc.control.add_fault(kind="late_commit", method="POST", entity="salesOrders", seconds=180)
    with pytest.raises(requests.ConnectionError):
        api.post("salesOrders", ORDER)

    def found() -> int:
        where = "salesOrders?$filter=externalDocumentNumber eq 'SHP-1'"
        return len(api.get(where, Data_Access_Intent="ReadWrite")[1]["value"])

    early = found()
    clock.forward(180)
    assert (early, found(), found()) == (0, 1, 1)


def test_clear_turns_everything_off(api: Api) -> None:
    api.bc.control.add_fault(kind="status", times=None)
    api.bc.faults.french = True

    api.bc.faults.clear()

    assert api.get("items")[0] == 200
    assert api.bc.faults.french is False


def test_an_unknown_kind_of_fault_is_named(api: Api) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        api.bc.control.add_fault(kind="earthquake")


@pytest.mark.parametrize(("aim", "named"), [
    ({"entity": "salesOrder"}, "salesOrder"), ({"entity": "salesorders"}, "salesorders"),
    ({"entity": "shipAndInvoce"}, "shipAndInvoce"), ({"method": "post"}, "post"), ({"method": "PUT"}, "PUT"),
])
def test_a_fault_that_is_aimed_at_what_no_request_is_about_is_refused(
    api: Api, aim: dict[str, str], named: str
) -> None:
    with pytest.raises(ValueError, match=f"'{named}'"):
        api.bc.control.add_fault(kind="status", **aim)

    assert api.bc.control.faults.rules == []


@pytest.mark.parametrize("entity", ["salesOrders", "salesOrderLines", "shipAndInvoice", "$batch", "ItemCard", ""])
def test_a_fault_may_be_aimed_at_an_entity_set_an_action_a_batch_or_a_web_service(api: Api, entity: str) -> None:
    assert api.bc.control.add_fault(kind="status", entity=entity).entity == entity
