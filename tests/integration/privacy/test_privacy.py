"""What Shopify's privacy requests find, hand out and erase; afterwards every table and blob is searched."""
from __future__ import annotations

import gzip
import json
import re
import string
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from shared.admin.captures import replay
from shared.admin.orders import sync_order
from shared.clock import iso
from shared.errors import ConnectorError
from shared.journal.capture_list import CaptureFilter, list_captures
from shared.journal.captures import CONTAINER as CAPTURE_CONTAINER
from shared.journal.log_entries import container_of
from shared.privacy.export import read_export
from shared.privacy.export_files import CONTAINER as EXPORT_CONTAINER
from shared.privacy.export_files import EXPORTS
from shared.privacy.holdings import HOLDINGS
from shared.privacy.subject import Subject
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import held
from shared.stores.privacy_receipts import Receipt
from shared.stores.redacted_records import TABLE as REDACTED_TABLE
from shared.texts import sentence
from shared.webhooks.command_handlers import carry_out, give_up
from shared.webhooks.commands import Command
from tests.house import House
from tests.webhooks import uninstalled

OTHER_LETTERS = str.maketrans(string.ascii_uppercase + string.digits, "bcdefghijklmnopqrstuvwxyzaabcdefghij")
"""Makes a word of a shop's code that is as much its own, and is not the code."""
OTHER_EMAIL = "solange.verdurin@example.fr"


class Known(NamedTuple):
    """A house, and a person in it who is nowhere else, named after its shop: on the emulator houses share storage."""

    house: House
    person: int
    name: tuple[str, str]
    email: str
    old_email: str

    @property
    def other(self) -> int:
        return self.person + 1

    def order(self, number: int) -> int:
        return self.person - 1_700_000_000_000 + number

    @property
    def words(self) -> tuple[str, ...]:
        """What must not be found any more: the last part is in the name, the address and both e-mail addresses."""
        return str(self.person), self.email, self.old_email, self.name[1].removeprefix("Érable-")


@pytest.fixture
def known(house: House) -> Known:
    """A shop that has synchronized two people with their orders; everything is logged, and some of it failed."""
    tail = house.shop.removeprefix("FR-").translate(OTHER_LETTERS)
    known = Known(
        house, 7_100_000_000_000 + int(tail, 36) % 10**9 * 1000 + 131, ("Ambroise", f"Érable-{tail}"),
        f"Ambroise.{tail}@Example.FR", f"a.{tail}@alt.example",
    )
    house.card(logging_mode="All", auto_create_unknown_items=False)
    address = {"first_name": known.name[0], "last_name": known.name[1], "address1": f"131 allée {tail}",
               "city": "Lyon", "zip": "69002", "country_code": "FR", "phone": f"+33{known.person % 10**9:09d}"}
    who = {"customer": known.person, "email": known.old_email, "shipping_address": address}
    house.customer(known.person, first_name=known.name[0], last_name=known.name[1], email=known.old_email,
                   addresses=[address])
    house.customer(known.other, first_name="Solange", last_name="Verdurin", email=OTHER_EMAIL)
    house.order(known.order(1), **who)
    house.order(known.order(2), [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}], **who)
    house.order(known.order(3), customer=known.other, email=OTHER_EMAIL)
    house.sync()
    house.clock.forward(3600)  # so that the log has two tables and one container
    house.change("customers", known.person, email=known.email)
    house.change("orders", known.order(1), shipping_address=address | {"address1": f"4 rue {tail}"})
    house.sync()
    return known


def command(known: Known, topic: str, **fields: Any) -> Command:
    """What the queue brings."""
    subject = Subject(id=str(known.person), email=known.email, orders=(str(known.order(1)), str(known.order(2))))
    return Command(**{
        "shop": known.house.shop, "topic": topic, "at": iso(known.house.clock.now()), "id": "9999",
        "subject": None if topic == "shop/redact" else subject, **fields,
    })


def receipt(house: House, topic: str) -> Receipt:
    (found,) = [one for one in house.connector.receipts.all() if (one.shop, one.topic) == (house.shop, topic)]
    return found


def everything_stored(house: House, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(where, text) of every row of every table and every line of every blob, in lower case."""
    tables, blobs = house.storage.tables, house.storage.blobs
    for name in tables.names(""):
        if name not in but:
            for row in tables[name].rows(""):
                yield name, json.dumps(row, ensure_ascii=False, default=str).casefold()
    for container in blobs.containers(""):
        for name in blobs.names(container):
            raw = blobs.read(container, name) or b""
            body = gzip.decompress(raw) if name.endswith(".gz") else raw
            yield container, f"{name}\n{body.decode('utf-8', 'replace')}".casefold()


def places_of(house: House, *words: str, but: tuple[str, ...] = ()) -> set[str]:
    """Where one of these words lies, as it is or as JSON escapes it."""
    forms = {form for word in words for form in (word.casefold(), json.dumps(word)[1:-1].casefold())}
    return {place for place, text in everything_stored(house, but=but) if any(form in text for form in forms)}


def test_after_a_redaction_nothing_of_the_person_is_found_but_the_receipt(known: Known) -> None:
    before = places_of(known.house, *known.words)
    assert {"DataCaptures", "Links", "captures"} <= before
    assert any(place.startswith("LogEntries") for place in before)
    assert any(place.startswith("log-bodies-") for place in before)

    carry_out(known.house.connector, command(known, "customers/redact"))

    assert places_of(known.house, *known.words) == {"PrivacyRequests"}
    done = receipt(known.house, "customers/redact")
    assert (done.state, done.customer_id) == ("done", str(known.person))
    assert done.found["captures"] >= 4
    assert done.found["links"] >= 2
    assert done.found["log entries"] >= 4


def test_a_redaction_finds_orders_and_old_addresses_that_shopify_did_not_name(known: Known) -> None:
    subject = Subject(id=str(known.person))

    carry_out(known.house.connector, command(known, "customers/redact", subject=subject))

    assert places_of(known.house, *known.words, but=("PrivacyRequests",)) == set()


def test_a_redaction_leaves_the_other_person_alone(known: Known) -> None:
    captures = known.house.connector.captures

    carry_out(known.house.connector, command(known, "customers/redact"))

    (kept,) = captures.of_record(known.house.shop, "customers", str(known.other))
    assert json.loads(captures.payload(kept))["lastName"] == "Verdurin"
    assert known.house.link("customers", known.other).bc_number != ""
    assert captures.of_record(known.house.shop, "customers", str(known.person)) == []


def test_after_a_redaction_no_order_is_made_twice(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/redact"))
    known.house.change("orders", known.order(1), shipping_address={"address1": "redacted"})

    known.house.sync()

    assert len(known.house.documents(known.order(1))) == 1


def payments_of(known: Known) -> None:
    """A payout with orders of both people, and a dispute about one of the person's orders."""
    both = [{"type": "CHARGE", "amount": "10.00", "fee": "0.30", "order": known.order(number)} for number in (1, 3)]
    known.house.payout(7001, charges="20.00", charges_fee="0.60", transactions=both)
    known.house.dispute(9001, order=known.order(1))
    known.house.sync()


def test_a_redaction_takes_the_persons_orders_out_of_payouts_and_disputes(known: Known) -> None:
    payments_of(known)
    captures, shop = known.house.connector.captures, known.house.shop
    assert {"Disputes", "captures"} <= places_of(known.house, str(known.order(1)))

    carry_out(known.house.connector, command(known, "customers/redact"))

    assert not {"Disputes", "Payouts", "captures"} & places_of(known.house, str(known.order(1)))
    assert captures.of_record(shop, "payouts", "7001") == captures.of_record(shop, "disputes", "9001") == []
    (payout,), (dispute,) = known.house.connector.payouts.all(shop), known.house.connector.disputes.all(shop)
    assert (payout.net, dispute.order_id, dispute.order_name, dispute.amount) == ("19.4", "", "", "25.0")
    assert receipt(known.house, "customers/redact").found["disputes"] == 1


def test_an_export_holds_the_persons_disputes_and_no_payout_with_other_peoples_orders(known: Known) -> None:
    payments_of(known)

    carry_out(known.house.connector, command(known, "customers/data_request"))

    exported = json.loads(read_export(known.house.connector, receipt(known.house, "customers/data_request")))
    types = {one["type"] for one in exported["records_as_shopify_sent_them"]}
    assert types == {"customers", "orders", "disputes"}


def test_a_redaction_of_the_shop_leaves_no_payout_and_no_dispute(known: Known) -> None:
    payments_of(known)
    known.house.clock.forward(7 * 24 * 3600)
    uninstalled(known.house)

    carry_out(known.house.connector, command(known, "shop/redact"))

    shop, connector = known.house.shop, known.house.connector
    assert [*connector.payouts.all(shop), *connector.disputes.all(shop)] == []
    assert connector.captures.packs(shop, "payouts") == []


def test_after_a_redaction_of_the_shop_something_of_it_is_left_only_where_it_is_said_why(known: Known) -> None:
    payments_of(known)
    house, shop = known.house, known.house.shop
    house.connector.waking.wake(shop, lambda _: None)
    house.connector.merged.add(shop, str(known.person), str(known.other))
    house.clock.forward(7 * 24 * 3600)
    uninstalled(house)
    assert {"ChangedRecords", "Links", "Payouts", "captures", "log-bodies-"} <= places_with_something_of(house)

    carry_out(house.connector, command(known, "shop/redact"))

    staying = {place for one in HOLDINGS if isinstance(one.of_shop, str) for place in one.places}
    assert places_with_something_of(house) <= staying


def places_with_something_of(house: House) -> set[str]:
    """Tables with a row, and containers with a blob, that is under the shop's code; those of a time without it."""
    code, tables, blobs = re.escape(house.shop), house.storage.tables, house.storage.blobs
    whose = re.compile(rf"({code}|(sync|access|subscriptions)-{code})(\||$)")
    of_tables = {name for name in tables.names("") for row in tables[name].rows("") if whose.match(row["PartitionKey"])}
    of_blobs = {name for name in blobs.containers("") for blob in blobs.names(name)
                if re.match(rf"({code}/|\d+-{code}-)", blob)}
    return {re.sub(r"\d{8,10}$", "", name) for name in of_tables | of_blobs}


def operations_on(known: Known, *records: str) -> None:
    for record in records:
        type, id = record.split()
        with known.house.connector.operations.recorded(
            "retry_skipped_record", by="ada@example.com", shop=known.house.shop, type=type, record_id=id,
        ) as operation:
            operation.changed({"code": "item-not-found"}, {"code": ""})


def operations(known: Known) -> set[tuple[str, str, bool]]:
    """(who, on which record, whether it says what changed) of each."""
    found = known.house.connector.operations.page(shop=known.house.shop).operations
    return {(one.by, f"{one.type} {one.record_id}".strip(), bool(one.before or one.after)) for one in found}


def test_after_a_redaction_operations_no_longer_say_on_which_of_the_persons_records(known: Known) -> None:
    operations_on(known, f"customers {known.person}", f"orders {known.order(2)}", f"orders {known.order(3)}")

    carry_out(known.house.connector, command(known, "customers/redact"))

    assert operations(known) == {("ada@example.com", "", True), ("ada@example.com", f"orders {known.order(3)}", True)}
    assert places_of(known.house, *known.words, but=("PrivacyRequests",)) == set()
    assert receipt(known.house, "customers/redact").found["operations"] == 2


def test_after_a_redaction_runs_say_who_began_them_and_nothing_of_the_persons_orders(known: Known) -> None:
    runs, shop = known.house.connector.runs, known.house.shop
    for number in (known.order(2), known.order(3)):
        run = runs.begin(shop, ["orders"], f"Claire, head of sales, order {number} marked as resolved")
        run.warn([f"order {number}: the tax differs"])
        run.note(sentence("order {number} does not fit", number=str(number)))
        runs.save(run)

    carry_out(known.house.connector, command(known, "customers/redact"))

    told = {(str(run.started_by), *map(str, (*run.warnings, *run.notes))) for run in runs.all(shop)
            if str(run.started_by).startswith("Claire")}
    assert told == {
        ("Claire, head of sales, (erased on request of the person)", *["(erased on request of the person)"] * 2),
        (f"Claire, head of sales, order {known.order(3)} marked as resolved",
         f"order {known.order(3)}: the tax differs", f"order {known.order(3)} does not fit"),
    }


@pytest.mark.parametrize("type", ["customers", "orders"])
def test_after_a_redaction_nothing_says_which_capture_an_operator_applied_again(known: Known, type: str) -> None:
    house = known.house
    number = {"customers": known.person, "orders": known.order(1)}[type]
    for one in (number, {"customers": known.other, "orders": known.order(3)}[type]):
        (captured, *_) = house.connector.captures.of_record(house.shop, type, str(one))
        replay(house.connector, house.shop, type, captured.id, by="Claire, head of sales")

    carry_out(house.connector, command(known, "customers/redact"))

    steps = [str(run.started_by).removeprefix("Claire, head of sales, ") for run in house.connector.runs.all(house.shop)
             if str(run.started_by).startswith("Claire")]
    others = {"customers": known.other, "orders": known.order(3)}[type]
    assert {step.split()[-1] for step in steps} == {str(others), "person)"}


@pytest.mark.parametrize("by_name", [True, False], ids=["by its name", "by its id"])
def test_after_a_redaction_nothing_says_which_order_an_operator_asked_for(known: Known, by_name: bool) -> None:
    number = known.order(1)
    typed = f"#{number}" if by_name else str(number)
    sync_order(known.house.connector, known.house.shop, typed, even_if_left_out=False, by="Claire")
    known.house.card(enabled=False)
    with pytest.raises(ConnectorError, match=known.house.shop):
        sync_order(known.house.connector, known.house.shop, typed, even_if_left_out=False, by="Claire")

    carry_out(known.house.connector, command(known, "customers/redact"))

    left = [text for place, text in everything_stored(known.house) if place in ("SyncRuns", "Operations")]
    assert not any(str(number) in text for text in left)
    assert sum("claire" in text for text in left) == 3


def test_after_a_redaction_of_the_shop_operations_say_who_did_what_and_nothing_of_its_records(known: Known) -> None:
    operations_on(known, f"customers {known.person}", f"orders {known.order(3)}")
    known.house.clock.forward(49 * 3600)
    uninstalled(known.house)

    carry_out(known.house.connector, command(known, "shop/redact"))

    assert operations(known) == {("ada@example.com", "", False)}
    assert receipt(known.house, "shop/redact").found["operations"] == 2


def test_a_redaction_needs_no_token(known: Known) -> None:
    known.house.connector.tokens.forget(known.house.shop)
    calls = len(known.house.exchanges)

    carry_out(known.house.connector, command(known, "customers/redact"))

    assert receipt(known.house, "customers/redact").state == "done"
    assert len(known.house.exchanges) == calls


def test_a_redaction_done_twice_is_one_receipt_of_all_that_was_found(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/redact"))
    first = receipt(known.house, "customers/redact")
    known.house.clock.forward(3600)

    carry_out(known.house.connector, command(known, "customers/redact"))

    second = receipt(known.house, "customers/redact")
    assert (second.state, second.found, second.received_at) == ("done", first.found, first.received_at)
    assert sum(first.found.values()) > 0


def test_what_came_between_two_deliveries_of_a_redaction_counts_too(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/redact"))
    first = receipt(known.house, "customers/redact").found
    known.house.clock.forward(3600)
    known.house.change("customers", known.person, email="back@example.fr")
    known.house.sync("customers")

    carry_out(known.house.connector, command(known, "customers/redact"))

    assert receipt(known.house, "customers/redact").found["captures"] == first["captures"] + 1


def test_a_data_request_done_twice_tells_what_its_present_file_holds(known: Known) -> None:
    for _ in range(2):
        carry_out(known.house.connector, command(known, "customers/data_request"))

    assert receipt(known.house, "customers/data_request").found["captures"] == len(json.loads(read_export(
        known.house.connector, receipt(known.house, "customers/data_request")))["records_as_shopify_sent_them"])


def test_a_redaction_of_somebody_unknown_leaves_a_receipt_that_says_so(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/redact", subject=Subject(id="7100000088888")))

    done = receipt(known.house, "customers/redact")
    assert done.state == "done"
    assert set(done.found.values()) == {0}


def test_a_redaction_waits_for_the_synchronization_that_is_under_way(known: Known) -> None:
    leases = known.house.connector.storage.tables[LEASE_TABLE]
    with held(leases, f"sync-{known.house.shop}", seconds=60, clock=known.house.clock):
        carry_out(known.house.connector, command(known, "customers/redact"))
        assert receipt(known.house, "customers/redact").state == "received"
        assert "Links" in places_of(known.house, str(known.person))

    carry_out(known.house.connector, command(known, "customers/redact"))

    assert receipt(known.house, "customers/redact").state == "done"


def test_a_data_request_writes_down_what_we_hold(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/data_request"))

    asked = known.house.connector.receipts.data_request(known.house.shop, "9999")
    content = json.loads(read_export(known.house.connector, asked))
    assert asked.state == "done"
    assert content["customer_id"] == str(known.person)
    held_records = {(one["type"], one["id"]) for one in content["records_as_shopify_sent_them"]}
    assert held_records == {
        ("customers", str(known.person)), ("orders", str(known.order(1))), ("orders", str(known.order(2)))
    }
    assert OTHER_EMAIL not in json.dumps(content)
    assert len(content["records_in_business_central"]) == 3
    assert [one["id"] for one in content["skipped_records"]] == [str(known.order(2))]


def test_the_export_is_erased_with_the_person(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/data_request"))

    carry_out(known.house.connector, command(known, "customers/redact"))

    with pytest.raises(ConnectorError, match="not-found"):
        read_export(known.house.connector, known.house.connector.receipts.data_request(known.house.shop, "9999"))


def test_after_a_shop_redaction_only_the_card_and_the_receipt_are_left(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/data_request"))
    known.house.connector.changed.add(known.house.shop, "orders", "1", "orders/create")
    known.house.clock.forward(49 * 3600)
    uninstalled(known.house)

    carry_out(known.house.connector, command(known, "shop/redact"))

    shop = known.house.shop
    left = places_of(known.house, f'"{shop}', f"{shop}/", f"-{shop}-", f"shopify-{shop}")
    assert left == {"Shops", "PrivacyRequests"}
    assert places_of(known.house, known.email, known.name[1]) == set()
    assert known.house.connector.shops.get(known.house.shop).enabled is False
    assert not known.house.connector.tokens.has_access_key(known.house.shop)
    assert receipt(known.house, "shop/redact").found["captures"] >= 5


def test_a_shop_redaction_that_arrives_after_a_new_installation_erases_nothing(known: Known) -> None:
    known.house.clock.forward(40 * 3600)
    known.house.connector.tokens.keep(known.house.shop, known.house.shopify.token)
    known.house.clock.forward(8 * 3600)

    carry_out(known.house.connector, command(known, "shop/redact"))

    assert "granted again" in str(receipt(known.house, "shop/redact").note)
    assert known.house.link("customers", known.person).bc_number != ""


def test_a_shop_without_a_card_is_redacted_all_the_same(known: Known) -> None:
    known.house.connector.shops.remove(known.house.shop)

    assert known.house.connector.shops.codes_at(f"{known.house.shop.lower()}.myshopify.com") == [known.house.shop]
    carry_out(known.house.connector, command(known, "customers/redact"))

    assert places_of(known.house, known.email, known.name[1]) == set()


def test_a_command_that_failed_too_often_is_marked_for_an_operator(known: Known) -> None:
    give_up(known.house.connector, command(known, "customers/redact"))

    assert receipt(known.house, "customers/redact").state == "failed"


def test_an_erased_person_is_not_captured_again_by_what_a_run_reads_again(known: Known) -> None:
    """Within the overlap, by the retry of a parked order, and by a reset."""
    house, captures = known.house, known.house.connector.captures
    carry_out(house.connector, command(known, "customers/redact"))

    house.sync()
    house.clock.forward(24 * 3600)  # longer than any wait of a parked record
    house.sync()
    for type in ("customers", "orders"):
        house.connector.informations.set_last_sync_time(house.shop, type, None, by="test")
    run = house.sync()

    assert captures.of_record(house.shop, "customers", str(known.person)) == []
    assert [captures.of_record(house.shop, "orders", str(known.order(n))) for n in (1, 2)] == [[], []]
    assert str(known.other) in {one.record_id for one in captures.of_record(house.shop, "customers", str(known.other))}
    assert house.link("customers", known.person).bc_number == ""
    assert known.order(2) not in {n for n, one in house.parked().items() if not one.dismissed_at}
    counts = run.counts["customers"]
    assert counts.read == counts.created + counts.updated + counts.unchanged + counts.skipped


def test_nothing_but_a_hash_and_a_time_is_remembered_of_who_was_erased(known: Known) -> None:
    carry_out(known.house.connector, command(known, "customers/redact"))

    rows = list(known.house.connector.storage.tables[REDACTED_TABLE].partition(known.house.shop))
    assert {type for type, _, _ in (row["RowKey"].partition("|") for row in rows)} == {"customers", "orders"}
    assert all(set(row) == {"PartitionKey", "RowKey", "at", "etag"} for row in rows)
    assert places_of(known.house, *known.words) == {"PrivacyRequests"}


def test_an_erased_person_who_comes_back_is_a_customer_again(known: Known) -> None:
    house, captures = known.house, known.house.connector.captures
    carry_out(house.connector, command(known, "customers/redact"))
    house.clock.forward(3600)

    house.change("customers", known.person, email="back@example.fr")
    house.sync()

    assert len(captures.of_record(house.shop, "customers", str(known.person))) == 1
    assert house.link("customers", known.person).bc_number != ""


def test_a_new_order_of_an_erased_person_who_did_not_change_is_brought_in_with_the_customer(house: House) -> None:
    house.card(customer_import_from_shopify="With Order Import")
    house.customer(7001)
    house.sync()
    carry_out(house.connector, Command(shop=house.shop, topic="customers/redact", at=iso(house.clock.now()),
                                       id="1", subject=Subject(id="7001")))
    nowhere = {"first_name": "A", "last_name": "B", "address1": "1 rue X", "city": "Lyon", "zip": "69002",
               "country_code": "FR"}  # no phone number by which Business Central knows somebody

    house.order(5009, customer=7001, email="back@example.fr", shipping_address=nowhere)
    house.sync("orders")

    assert len(house.documents(5009)) == 1
    assert house.link("customers", 7001).bc_number == "S7001"
    assert len(house.connector.captures.of_record(house.shop, "customers", "7001")) == 1


def test_an_order_that_nobody_has_booked_yet_is_not_left_out(known: Known) -> None:
    """Shopify named it, and we have never met it: the sale is booked, whoever asked."""
    subject = Subject(id=str(known.person), orders=(str(known.order(7)),))
    carry_out(known.house.connector, command(known, "customers/redact", subject=subject))
    known.house.order(known.order(7), email="x@example.fr", updated_at=iso(known.house.clock.now()))

    known.house.sync("orders")

    assert len(known.house.documents(known.order(7))) == 1


def test_an_export_ends_after_its_days_and_its_receipt_stays(known: Known) -> None:
    house = known.house
    carry_out(house.connector, command(known, "customers/data_request"))
    asked = house.connector.receipts.data_request(house.shop, "9999")
    days = house.settings.export_retention_days
    house.clock.forward(days * 24 * 3600 - 1)
    house.connector.retention.remove_expired(by="test")
    assert read_export(house.connector, asked)

    house.clock.forward(2)
    done = house.connector.retention.remove_expired(by="test")

    assert [purge.problem for purge in done if purge.what == EXPORTS] == [""]
    with pytest.raises(ConnectorError, match="not-found"):
        read_export(house.connector, asked)
    assert house.connector.receipts.data_request(house.shop, "9999").state == "done"


def test_an_export_without_a_receipt_is_nobodys_and_goes(known: Known) -> None:
    blobs = known.house.connector.storage.blobs
    blobs.write(EXPORT_CONTAINER, f"{known.house.shop}/7/1.json", b"{}", "application/json")

    known.house.connector.retention.remove_expired(by="test")

    assert blobs.names(EXPORT_CONTAINER, f"{known.house.shop}/") == []


SPOILT = {"no gzip": b"spoilt", "cut": gzip.compress(b"x" * 1000)[:-20],
          "changed": gzip.compress(bytes(range(256)))[:30] + b"\xff" * 40}


@pytest.mark.parametrize("content", SPOILT.values(), ids=SPOILT)
def test_a_pack_that_cannot_be_unpacked_stops_no_request_and_is_named(known: Known, content: bytes) -> None:
    house = known.house
    blobs, at = house.connector.storage.blobs, house.clock.now()
    spoilt = f"{house.shop}/orders/{at:%Y-%m-%d}/235959-00000aaaaaaa.jsonl.gz"
    log_pack = f"235959000000-{house.shop}-aaaaaaaa.jsonl.gz"
    blobs.write(CAPTURE_CONTAINER, spoilt, content, "application/gzip")
    blobs.write(container_of(at.date()), log_pack, content, "application/gzip")

    carry_out(house.connector, command(known, "customers/data_request"))
    handed_out = receipt(house, "customers/data_request")
    carry_out(house.connector, command(known, "customers/redact"))
    erased = receipt(house, "customers/redact")

    assert (handed_out.state, handed_out.found["captures"] >= 3, spoilt in str(handed_out.note)) == ("done", True, True)
    assert (erased.state, erased.found["unreadable packs"]) == ("done", 2)
    assert spoilt in str(erased.note)
    assert log_pack in str(erased.note)
    assert blobs.read(CAPTURE_CONTAINER, spoilt) is None
    assert blobs.read(container_of(at.date()), log_pack) is None
    assert places_of(house, *known.words) == {"PrivacyRequests"}


def test_a_spoilt_pack_stops_neither_the_list_of_captures_nor_the_night(known: Known) -> None:
    house = known.house
    spoilt = f"{house.shop}/orders/2020-01-01/235959-00000aaaaaaa.jsonl.gz"
    house.connector.storage.blobs.write(CAPTURE_CONTAINER, spoilt, b"spoilt", "application/gzip")

    listed = list_captures(house.connector.captures, CaptureFilter(shop=house.shop, types=("orders",)))
    house.connector.retention.remove_expired(by="test")

    assert len(listed.captures) >= 3
    assert house.connector.storage.blobs.read(CAPTURE_CONTAINER, spoilt) is None
