"""What runs, accesses, the overview and the set-up check say is told in the reader's language; what earlier versions
kept of it is told as they kept it."""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.access.connections import TABLE as ACCESS_TABLE
from shared.clock import iso
from shared.errors import ConnectorError
from shared.storage.tables import Put
from shared.stores.links import TABLE as LINK_TABLE
from shared.stores.privacy_receipts import TABLE as RECEIPT_TABLE
from shared.stores.sync_runs import TABLE as RUN_TABLE
from shared.stores.sync_runs import SyncRun
from shared.stores.synchronization_info import TABLE as INFO_TABLE
from shared.sync.queue import SyncJob
from shared.sync.replay import replay
from shared.sync.run import run_sync
from shared.texts import sentence
from shared.to_business_central.orders.one_order import sync_order
from shared.to_business_central.set_up_check import check_set_up
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.admin import Admin
from tests.house import House
from tests.wording import left_in_english

AMERICAN = {
    "first_name": "Marie", "last_name": "Curie", "address1": "1 Main Street", "city": "Austin", "zip": "73301",
    "country_code": "US", "province_code": "TX"}
LOST = sentence("Shopify does not accept the access token")
IN_FRENCH = "Shopify n’accepte pas le jeton d’accès"


def in_french(admin: Admin, name: str, body: Any = None, **path: str) -> Any:
    return json.loads(admin.raw(name, body, language="fr", **path).get_body())


def without_words(house: House, table: str) -> None:
    """The rows of the shop as earlier versions wrote them: in English only."""
    rows = house.connector.storage.tables[table]
    for row in list(rows.rows("said ne @none", {"none": ""})):
        if house.shop in (row["PartitionKey"], row["RowKey"]):
            rows.write([Put("delete", row)])
            rows.write([Put("put", {name: value for name, value in row.items() if name not in ("said", "etag")})])


def lose_access(house: House) -> None:
    problem = ConnectorError("reconnect-required", LOST)
    house.connector.tokens.connections.broken(house.shop, problem, house.clock.now())


def failed(house: House, admin: Admin) -> str:
    run = house.sync().id
    return str(in_french(admin, "get_run", id=run)["error_detail"])


def access(house: House, admin: Admin) -> str:
    return str(in_french(admin, "get_shop")["access"]["detail"])


def stands(house: House, admin: Admin) -> str:
    (shop,) = (one for one in in_french(admin, "get_overview")["shops"] if one["code"] == house.shop)
    return str(shop["problem"]["detail"])


@pytest.mark.parametrize("told", [failed, access, stands])
def test_why_a_shop_is_not_synchronized_is_told_in_french(
    house: House, admin: Admin, told: Callable[[House, Admin], str]
) -> None:
    lose_access(house)

    assert told(house, admin) == IN_FRENCH


@pytest.mark.parametrize("told", [failed, access, stands])
def test_what_an_earlier_version_kept_of_an_access_is_told_as_it_was_kept(
    house: House, admin: Admin, told: Callable[[House, Admin], str]
) -> None:
    lose_access(house)
    without_words(house, ACCESS_TABLE)

    assert told(house, admin) == str(LOST)


def warned(house: House, admin: Admin) -> list[str]:
    house.card(tax_differences="Warn")
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "1200.50", "tax_rate": "0"}],
                shipping_address=AMERICAN)
    run = house.sync().id
    return [run, *in_french(admin, "get_run", id=run)["warnings"]]


def test_what_a_run_warns_of_is_told_in_french_with_amounts_as_french_has_them(house: House, admin: Admin) -> None:
    _, warning = warned(house, admin)

    assert warning.startswith("La taxe de #5001 (SHP-5001) diffère sur ")
    assert "Shopify 0\u00a0%, 0,00, Business Central 20\u00a0%, 200,08" in warning
    assert "Client par défaut" not in warning
    assert "N°\u00a0client par défaut" in warning


def test_a_run_of_an_earlier_version_tells_its_english_warnings(house: House, admin: Admin) -> None:
    run, _ = warned(house, admin)
    without_words(house, RUN_TABLE)

    (warning,) = in_french(admin, "get_run", id=run)["warnings"]
    assert warning.startswith("The tax of #5001 (SHP-5001) differs on ")


def test_the_set_up_check_says_all_that_is_wrong_with_a_card_in_french(house: House, admin: Admin) -> None:
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}], shipping_address=AMERICAN)
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync()
    house.card(
        tip_account="", sold_gift_card_account="411000", shipping_charges_account="999999", duties_account="411000",
        default_customer_no="C404", default_item_no="NONE", default_location_code="WEST", salesperson_code="NOBODY",
        location_mapping={"Lyon": "EAST"}, payment_terms_mapping={"Net 30": "60D"}, item_card_service="NoSuchPage",
        document_dimensions=[{"dimension_code": "AREA", "dimension_value_code": "99"}],
        customer_setup_by_country_region=[
            {"country_region_code": "US", "default_customer_no": "C405", "tax_groups": {"0": "NONE"}}])

    report = check_set_up(house.connector, house.shop, ["FR", "BR", "US"])
    shown = in_french(admin, "check_set_up", {"countries": ["FR", "BR", "US"]})

    said = [*report.missing, *report.advice, *(one for one in report.orders if not one.right)]
    assert len(said) >= 12
    assert [text for one in said for text in left_in_english(one.detail)] == []
    assert [text for one in report.orders for text in left_in_english(one.tried)] == []
    told = [one["detail"] for part in ("missing", "advice", "orders") for one in shown[part] if one["detail"]]
    assert len(told) == len(said)
    assert {str(one.detail) for one in said} & set(told) == set()


def why_payouts_are_not_used(house: House, admin: Admin) -> str:
    house.shopify.shop_state.payments_account = None
    house.sync("payouts")
    return outcome_of_payouts(admin)


def outcome_of_payouts(admin: Admin) -> str:
    return str(in_french(admin, "get_synchronization_info", type="payouts")["last_outcome"])


def test_why_a_type_is_not_used_is_told_in_french(house: House, admin: Admin) -> None:
    assert why_payouts_are_not_used(house, admin) == (
        "non utilisé\u00a0: la boutique n’a pas de compte Shopify Payments")


def test_what_an_earlier_version_kept_of_an_outcome_is_told_as_it_was_kept(house: House, admin: Admin) -> None:
    why_payouts_are_not_used(house, admin)
    table = house.connector.storage.tables[INFO_TABLE]
    row = table.get(house.shop, "payouts") or {}
    table.put({name: value for name, value in row.items() if name not in ("last_outcome_said", "etag")})

    assert outcome_of_payouts(admin) == "not used: the shop has no Shopify Payments account"


def test_an_outcome_that_is_no_sentence_any_more_is_forgotten_in_every_language(house: House, admin: Admin) -> None:
    why_payouts_are_not_used(house, admin)

    house.connector.informations.note_outcome(house.shop, "payouts", "bc-unauthorized")

    assert outcome_of_payouts(admin) == "bc-unauthorized"


def replayed(house: House) -> SyncRun:
    house.order(5001)
    house.sync()
    capture = house.connector.captures.of_record(house.shop, "orders", "5001")[0].id
    return house.connector.runs.get(house.shop, replay(house.connector, house.shop, "orders", capture, by="Claire").run)


def back_filled(house: House) -> SyncRun:
    return began(house, SyncJob(
        shop=house.shop, started_by="Claire", types=("orders",),
        created_since="2026-02-01T00:00:00Z", created_until="2026-03-01T00:00:00Z"))


def one_order(house: House) -> SyncRun:
    house.order(5001)
    done = sync_order(house.connector, house.shop, "5001", even_if_left_out=False, by="Claire")
    return house.connector.runs.get(house.shop, done.run)


def by_the_schedule(house: House) -> SyncRun:
    return began(house, SyncJob(shop=house.shop, started_by="schedule"))


def began(house: House, job: SyncJob) -> SyncRun:
    run = run_sync(house.connector, job)
    assert run is not None
    return run


@pytest.mark.parametrize("run, english, french", [
    (replayed, "Claire, replay of order 5001", "Claire, relecture\u00a0: commande 5001"),
    (back_filled, "Claire, back-fill", "Claire, reprise d’historique"),
    (one_order, "Claire, order 5001 now", "Claire, commande 5001 maintenant"),
    (by_the_schedule, "schedule", "schedule"),
])
def test_who_began_a_run_and_with_what_is_told_in_french_and_as_an_earlier_version_kept_it(
    house: House, admin: Admin, run: Callable[[House], SyncRun], english: str, french: str
) -> None:
    id = run(house).id
    told = in_french(admin, "get_run", id=id)["started_by"]
    without_words(house, RUN_TABLE)

    assert (told, in_french(admin, "get_run", id=id)["started_by"]) == (french, english)


def what_an_operator_decided(admin: Admin) -> str:
    return str(in_french(admin, "get_record", type="orders", id="5001")["decision"])


def decide(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    said = sentence("{time} {who}: resolved ({code})", time=house.clock.now(), who="Claire", code="document-differs")
    house.keep_link("orders", house.link("orders", 5001).with_(decision=said))


def test_what_an_operator_decided_about_a_document_is_told_in_french(house: House, admin: Admin) -> None:
    decide(house)

    assert what_an_operator_decided(admin) == "10/03/2026 10:01:00 UTC Claire\u00a0: résolue (document-differs)"


def test_what_an_operator_decided_stays_when_the_order_is_brought_up_to_date(house: House, admin: Admin) -> None:
    decide(house)
    house.change("orders", 5001, note="another one")

    house.sync("orders")

    assert "Claire\u00a0: résolue" in what_an_operator_decided(admin)


def test_a_decision_that_an_earlier_version_kept_is_told_as_it_was_kept(house: House, admin: Admin) -> None:
    decide(house)
    table = house.connector.storage.tables[LINK_TABLE]
    (row,) = table.partition(f"{house.shop}|orders")
    table.put({name: value for name, value in row.items() if name not in ("decision_said", "etag")})

    assert what_an_operator_decided(admin) == "2026-03-10T10:01:00Z Claire: resolved (document-differs)"


def refused_erasure(house: House) -> None:
    carry_out(house.connector, Command(
        shop=house.shop, topic="shop/redact", at=iso(house.clock.now()), id="n-1", host="another.myshopify.com"))


def note_of_the_request(admin: Admin) -> str:
    (request,) = in_french(admin, "list_privacy_requests")
    return str(request["note"])


def test_what_became_of_a_privacy_request_is_told_in_french(house: House, admin: Admin) -> None:
    refused_erasure(house)

    assert note_of_the_request(admin) == "la fiche magasin ou l’accès n’est pas celui de another.myshopify.com"


def test_the_receipt_of_an_earlier_version_tells_its_english_note(house: House, admin: Admin) -> None:
    refused_erasure(house)
    table = house.connector.storage.tables[RECEIPT_TABLE]
    (row,) = table.partition(house.shop)
    kept = json.loads(row["receipt"])
    table.put({"PartitionKey": row["PartitionKey"], "RowKey": row["RowKey"],
               "receipt": json.dumps({name: value for name, value in kept.items() if name != "said"})})

    assert note_of_the_request(admin) == "the shop's card or access is not that of another.myshopify.com"
