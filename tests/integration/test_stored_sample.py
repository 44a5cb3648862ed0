"""Data of earlier versions: every row, blob and message is read, and work goes on where it stopped."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared.admin.search import search
from shared.clock import iso
from shared.privacy.export import read_export
from shared.privacy.holdings import HOLDINGS
from shared.privacy.subject import Subject
from shared.storage.account import Storage
from shared.stores.links import LinkState
from shared.sync.queue import job_in, request_sync
from shared.sync.run import run_sync
from shared.texts import said
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command, command_in, written
from tests.admin import Admin
from tests.house import House
from tests.memory import MemoryQueues, storage_in_memory
from tests.stored_sample import a_house_of, messages_of

BEFORE_LAYOUTS = "storage-3c520ed"
OF_LAYOUT_1 = ["storage-bd42cac", "storage-497ffbf", "storage-23dbaf3"]
SAMPLES = [BEFORE_LAYOUTS, *OF_LAYOUT_1]
AMBROISE, SOLANGE, ODILE, SOLANGE_AS_SHE_WAS = 7001, 7002, 7003, 7004
MADE_SINCE: set[str] = set()
"""Tables and containers that no sample has: they are younger than the newest one."""

of_layout_1 = pytest.mark.parametrize("sample", OF_LAYOUT_1)


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def storage() -> Storage:
    return storage_in_memory()


@pytest.fixture
def queues(storage: Storage) -> MemoryQueues:
    assert isinstance(storage.queues, MemoryQueues)
    return storage.queues


@pytest.fixture
def house(storage: Storage, sample: str) -> Iterator[House]:
    with a_house_of(sample, storage) as house:
        yield house


def test_a_run_over_everything_makes_nothing_twice_and_finishes_what_was_begun(house: House) -> None:
    house.clock.forward(3600)
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="ada@example.com")
    tries = house.parked()[5002].tries

    run = house.sync()

    assert run.state == "succeeded"
    assert {number: len(house.documents(number)) for number in range(5001, 5008)} == {
        5001: 1, 5002: 0, 5003: 1, 5004: 1, 5005: 0, 5006: 1, 5007: 1}
    assert {house.link("orders", number).state for number in (5001, 5003, 5004, 5007)} == {LinkState.APPLIED}
    assert house.link("orders", 5004).bc_number == house.document(5004)["number"]
    assert house.parked()[5002].tries == tries + 1
    assert house.parked()[5005].dismissed_by == "ada@example.com"


def test_a_run_leaves_alone_what_has_not_changed(house: House) -> None:
    run = house.sync("customers", "products")

    assert (run.counts["customers"].created, run.counts["customers"].updated) == (0, 0)
    assert run.counts["products"].created == 0
    assert house.bc_writes() == 0


def test_whoever_was_erased_before_stays_erased_whatever_is_read_again(house: House) -> None:
    house.connector.informations.set_last_sync_time(house.shop, "customers", None, by="ada@example.com")

    house.sync("customers")

    assert house.connector.captures.of_record(house.shop, "customers", str(ODILE)) == []
    assert house.link("customers", ODILE).bc_number == ""


def test_every_message_that_was_on_its_way_is_understood(house: House, sample: str) -> None:
    """The webhook's first: a run that reads everything leaves it nothing to do."""
    jobs = sorted((job_in(text.encode()) for text in messages_of(sample)["sync-jobs"]),
                  key=lambda job: (not job.only_changed, not job.looks_at))
    house.clock.forward(60)

    runs = [run_sync(house.connector, job) for job in jobs]

    assert jobs[0].only_changed
    assert [run and (run.state, run.only_changed) for run in runs] == [("succeeded", job.only_changed) for job in jobs]
    assert len(house.documents(5007)) == 1
    assert house.connector.changed.of(house.shop, "orders") == []


def test_a_message_is_written_as_the_version_before_reads_it(house: House, queues: MemoryQueues) -> None:
    request_sync(house.connector, house.shop, started_by="ada", types=["orders"])

    ((text, _),) = queues.sent["sync-jobs"]

    assert json.loads(text)["kinds"] == ["orders"]
    assert job_in(text.encode()).types == ("orders",)


LISTS = [
    "list_shops", "get_shop", "list_runs", "list_skipped_records", "list_synchronization_info", "list_log_entries",
    "list_log_purges", "list_payouts", "list_disputes", "list_operations", "list_privacy_requests", "show_webhooks",
    "get_environment",
]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_shown(admin: Admin, name: str) -> None:
    status, told = admin(name)

    assert (status, bool(told)) == (200, True)


def test_a_capture_of_then_is_listed_read_and_replayed(admin: Admin) -> None:
    status, listed = admin("list_data_captures", query={"type": "orders", "record": "5001"})
    capture = listed["captures"][0]["id"]
    read = admin("get_data_capture", type="orders", id=capture)
    replayed = admin("replay_data_capture", {"dry_run": True}, type="orders", id=capture)

    assert (status, read[0], replayed[0]) == (200, 200, 200)
    assert "5001" in json.dumps(read[1])


@pytest.mark.parametrize("name", LISTS)
def test_every_id_of_then_is_a_text_and_says_of_what(admin: Admin, name: str) -> None:
    values = list(named_values(admin(name)[1]))

    ids = [one for one in values if one[0] == "id" or one[0].endswith("_id")]
    assert [one for one in ids if not isinstance(one[1], str | None)] == []
    assert {name for name, _ in values} & {"kind", "kinds", "record"} == set()


def named_values(content: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of every property, however deep."""
    if isinstance(content, dict):
        yield from content.items()
    for child in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from named_values(child)


def test_a_row_that_is_written_again_has_its_key_and_all_that_it_said(house: House, storage: Storage) -> None:
    before = rows_of(storage)
    connector, shop = house.connector, house.shop

    for receipt in connector.receipts.all():
        connector.receipts.keep(receipt)
    for run in connector.runs.latest(shop):
        connector.runs.save(run)
    connector.payouts.save(shop, list(connector.payouts.all(shop)))
    connector.disputes.save(shop, list(connector.disputes.all(shop)))
    connector.skipped.park(list(connector.skipped.of(shop)))
    for type in {row["PartitionKey"].partition("|")[2] for row in storage.tables["Links"].rows("")}:
        connector.links(shop, type).save(list(connector.links(shop, type).all().values()))
    for info in connector.informations.of(shop).values():
        connector.informations.save(info)

    after = rows_of(storage)
    assert after.keys() == before.keys()
    assert {key: said for key, said in before.items() if not said.items() <= after[key].items()} == {}


def rows_of(storage: Storage) -> dict[tuple[str, ...], dict[str, str]]:
    """(table, partition and key) -> what the row says, that of the JSON in it too; an empty text says nothing."""
    def said(row: dict[str, Any]) -> dict[str, str]:
        inner = json.loads(row.get("receipt") or row.get("run") or "{}") if "tries" not in row else {}
        outer = {name: value for name, value in row.items() if name not in ("etag", "receipt", "run")}
        return dict(leaves(outer | inner))

    def leaves(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            if isinstance(value, dict) and value:
                yield from leaves(value, f"{above}{name}.")
            elif value != "":
                yield f"{above}{name}", json.dumps(value)

    tables = ("PrivacyRequests", "SyncRuns", "Payouts", "Disputes", "SkippedRecords", "Links", "SynchronizationInfo")
    return {(name, row["PartitionKey"], row["RowKey"]): said(row)
            for name in tables for row in storage.tables[name].rows("")}


def test_a_command_that_was_on_its_way_is_understood_and_one_of_ours_by_the_version_before() -> None:
    then = {"shop": "FR", "topic": "customers/redact", "at": "2026-03-10T10:00:00Z", "number": "1005", "host": "",
            "subject": {"id": 7001, "email": "a@example.fr", "phone": "", "orders": [5001], "merged": [7009]},
            "refused": "", "asked_since": "", "confirmed_by": ""}

    command = command_in(json.dumps(then).encode())

    assert command.id == "1005"
    assert command.subject == Subject(id="7001", email="a@example.fr", orders=("5001",), merged=("7009",))
    assert json.loads(written(command)) == then


def test_an_erasure_finds_the_person_in_everything_of_then(house: House, storage: Storage) -> None:
    command = Command(
        shop=house.shop, topic="customers/redact", at=iso(house.clock.now()), id="1003",
        subject=Subject(id=str(AMBROISE), email="a.erable@example.fr", orders=("5001", "5002")),
    )
    assert read_export(house.connector, house.connector.receipts.data_request(house.shop, "1001"))

    carry_out(house.connector, command)

    assert house.connector.captures.of_record(house.shop, "customers", str(AMBROISE)) == []
    assert house.connector.captures.of_record(house.shop, "orders", "5001") == []
    assert [*storage.blobs.names("privacy-exports")] == []
    assert len(house.connector.captures.of_record(house.shop, "customers", str(SOLANGE))) == 1
    house.sync()
    assert len(house.documents(5001)) == 1


def test_times_of_then_are_read_and_every_new_one_has_one_spelling(
    house: House, storage: Storage, sample: str
) -> None:
    before = set(times_in(storage))
    assert any(text.endswith("+00:00") for _, text in before) == (sample == BEFORE_LAYOUTS)

    house.clock.forward(3600)
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="ada@example.com")
    house.sync()
    house.connector.skipped.dismiss(house.shop, "orders", "5002", note="", by="ada@example.com", now=house.clock.now())
    house.connector.permission.allow(True, by="ada@example.com")
    house.connector.retention.remove_expired(by="schedule")
    command = Command(shop=house.shop, topic="customers/redact", at=iso(house.clock.now()), id="1004",
                      subject=Subject(id=str(SOLANGE)))
    carry_out(house.connector, command)

    new = set(times_in(storage)) - before
    assert {"SyncRuns", "Links", "SkippedRecords", "LogPurges", "PrivacyRequests", "DataCaptures", "RedactedRecords",
            "SynchronizationInfo", "Environment"} <= {table for table, _ in new}
    assert [one for one in new if not SPELLING.fullmatch(one[1])] == []


SPELLING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
A_TIME = re.compile(r'(?:^|")(\d{4}-\d\d-\d\dT\d\d:\d\d[^"]*)(?:$|")')


def times_in(storage: Storage) -> Iterator[tuple[str, str]]:
    """(table, time) of every value in a row, and in JSON that a row keeps, that is a time; bodies of calls are not
    ours to spell."""
    for name in storage.tables.names(""):
        for row in storage.tables[name].rows(""):
            for key, value in row.items():
                if isinstance(value, str) and not key.startswith(("request", "response")) and key != "etag":
                    yield from ((re.sub(r"\d{10}$", "", name), text) for text in A_TIME.findall(value))


@pytest.mark.parametrize("sample", [BEFORE_LAYOUTS])
def test_the_first_call_writes_down_whose_layout_the_storage_has_now(admin: Admin, storage: Storage) -> None:
    assert storage.tables["Environment"].get("storage", "layout") is None

    assert admin("health")[0] == 200

    row = storage.tables["Environment"].get("storage", "layout")
    assert row is not None
    assert row["layout"] == 1


# What the oldest sample does not have


@pytest.mark.parametrize("sample", SAMPLES[-1:])
def test_every_table_and_container_of_ours_has_something_in_the_newest_sample(house: House, storage: Storage) -> None:
    """Whoever adds one names it in MADE_SINCE, and makes a sample before the layout goes up."""
    places = {place for one in HOLDINGS for place in one.places}
    tables = {name for name in storage.tables.names("") if any(storage.tables[name].rows(""))}
    filled = tables | set(storage.blobs.containers(""))

    assert {place for place in places if not any(name.startswith(place) for name in filled)} == MADE_SINCE
    assert {name for name in filled if not name.startswith(tuple(places))} == set()


@of_layout_1
def test_every_sentence_is_kept_as_key_and_values_and_told_in_french(house: House, admin: Admin) -> None:
    def in_french(name: str, **path: str) -> Any:
        return json.loads(admin.raw(name, language="fr", **path).get_body())

    skipped, *_ = in_french("list_skipped_records")
    runs = in_french("list_runs")
    payouts = in_french("get_synchronization_info", type="payouts")
    refused = next(one for one in in_french("list_privacy_requests") if one["id"] == "n-1")
    access = house.connector.tokens.connections.get("DE-SAMPLE02").sentence
    record = in_french("get_record", type="orders", id="5008")

    assert "aucun article Business Central n’a été trouvé" in skipped["detail"]
    assert {run["started_by"] for run in runs} >= {
        "ada@example.com, reprise d’historique", "ada@example.com, commande 5008 marquée comme résolue"}
    (failed,) = (run["error_detail"] for run in runs if run["state"] == "failed")
    assert failed.startswith("l’environnement")
    assert "production" in failed
    assert payouts["last_outcome"] == "non utilisé\u00a0: la boutique n’a pas de compte Shopify Payments"
    assert refused["note"] == "la fiche magasin ou l’accès n’est pas celui de another.myshopify.com"
    assert said(access, "fr") == "Shopify n’accepte pas le jeton d’accès"
    assert "ada@example.com\u00a0: résolue" in json.dumps(record, ensure_ascii=False)


@of_layout_1
def test_a_back_fill_goes_on_at_its_cursor_and_one_that_was_asked_for_begins(house: House, sample: str) -> None:
    begun, asked = (job for text in messages_of(sample)["sync-jobs"]
                    if (job := job_in(text.encode())).created_since)
    house.clock.forward(60)

    done, new = run_sync(house.connector, begun), run_sync(house.connector, asked)

    assert done is not None
    assert (done.id, done.state, done.counts["orders"].read) == (begun.run, "succeeded", 2)
    assert [len(house.documents(number)) for number in (5101, 5102)] == [1, 1]
    assert new is not None
    assert (new.state, str(new.started_by)) == ("succeeded", "ada@example.com, back-fill")


@pytest.mark.parametrize("sample", SAMPLES[-1:])
def test_a_run_that_waits_for_a_bulk_operation_goes_on_and_reads_page_by_page_what_shopify_lost(
    house: House, sample: str
) -> None:
    (look,) = (job for text in messages_of(sample)["sync-jobs"] if (job := job_in(text.encode())).looks_at)
    waits = house.connector.runs.get(house.shop, look.run)
    assert list(waits.awaits) == ["products"]
    house.clock.forward(60)

    done = run_sync(house.connector, look)

    assert done is not None
    assert (done.id, done.state, done.counts["products"].read, done.awaits) == (look.run, "succeeded", 1, {})


@pytest.mark.parametrize("sample", SAMPLES[-1:])
def test_what_shopify_has_no_longer_is_told_with_the_time_when_it_was_found_out(admin: Admin) -> None:
    status, record = admin("get_record", type="products", id="6003")

    assert status == 200
    assert [one["at"] for one in record["history"] if one["what"] == "deleted"] == ["2026-03-10T11:05:00Z"]


@of_layout_1
def test_what_an_operator_did_is_read_and_what_he_does_now_stands_above_it(admin: Admin) -> None:
    then = admin("list_operations")[1]["operations"]

    admin("set_environment", {"allow_http_requests": False})

    assert {one["outcome"] for one in then} == {"done", "refused", ""}
    assert ("orders", "5008", {"code": "order-changed-after-processing"}) in [
        (one["type"], one["record_id"], one["before"]) for one in then]
    assert admin("list_operations")[1]["operations"][1:] == then


@of_layout_1
@pytest.mark.parametrize(("name", "found"), [
    ("solange@example.fr", [("customers", "7002"), ("orders", "5003")]), ("#5001", [("orders", "5001")]),
    ("S7001", [("customers", "7001")]), ("1001", [("products", "6001")])])
def test_a_record_is_found_by_the_names_that_were_kept(
    house: House, name: str, found: list[tuple[str, str]]
) -> None:
    hits = search(house.connector, name).hits

    assert sorted((hit.type, hit.id) for hit in hits) == found


@of_layout_1
def test_whoever_was_merged_away_is_erased_with_whom_he_became(house: House) -> None:
    command = Command(shop=house.shop, topic="customers/redact", at=iso(house.clock.now()), id="1006",
                      subject=Subject(id=str(SOLANGE)))
    captures = house.connector.captures
    assert captures.of_record(house.shop, "customers", str(SOLANGE_AS_SHE_WAS)) != []

    carry_out(house.connector, command)

    assert captures.of_record(house.shop, "customers", str(SOLANGE_AS_SHE_WAS)) == []
    assert house.connector.merged.into(house.shop, str(SOLANGE)) == ()


@of_layout_1
def test_the_hours_that_were_counted_are_counted_on(house: House) -> None:
    house.order(5010)
    house.sync("orders")

    hours = {one.at: one.count for one in house.connector.arrivals.of(house.shop, "orders")}

    assert (hours["2026-03-10T10:00:00Z"], hours["2026-03-10T11:00:00Z"]) == (9, 3)


@of_layout_1
def test_a_command_that_was_on_its_way_is_carried_out(house: House, sample: str) -> None:
    (text,) = messages_of(sample)["webhook-commands"]
    command = command_in(text.encode())

    carry_out(house.connector, command)

    receipt = next(one for one in house.connector.receipts.all() if one.id == command.id)
    assert (receipt.state, receipt.customer_id) == ("done", "7009")
