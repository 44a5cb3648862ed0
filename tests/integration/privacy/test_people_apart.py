"""Two people of one shop who are nearly alike: what is handed out or erased of one is nothing of the other."""
from __future__ import annotations

import gzip
import json
from typing import Any, NamedTuple

import pytest

from shared.clock import iso
from shared.journal.captures import CONTAINER
from shared.privacy.capture_traces import CaptureTraces
from shared.privacy.export import read_export
from shared.privacy.subject import Subject
from shared.storage.holding import ERASED
from shared.texts import said
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.house import MARIE, House
from tests.seeds import draws

ADDRESS = {"first_name": "Ann", "last_name": "Business Central", "address1": "4 rue de la Poste", "city": "Lyon",
           "zip": "69002", "country_code": "FR", "phone": "5400000"}


class Someone(NamedTuple):
    """One of the two; `orders`: their own, one that is parked, and one as a guest."""

    id: int
    email: str
    orders: tuple[int, int, int]

    @property
    def subject(self) -> Subject:
        """As Shopify names somebody: with the orders of the account, without those of the guest."""
        orders = tuple(map(str, self.orders[:2]))
        return Subject(id=str(self.id), email=self.email.title(), phone=ADDRESS["phone"], orders=orders)


class Two(NamedTuple):
    house: House
    ann: Someone
    joann: Someone


def pair_of(alike: str) -> tuple[Someone, Someone]:
    """Ann, and somebody whose values hold hers at the end, at the beginning or in the middle."""
    number = draws("people", alike).randrange(10**8, 9 * 10**8)
    orders = (5400000 * 1000 + 1, 5400000 * 1000 + 2, 5400000 * 1000 + 3)
    ann = Someone(number, f"ann{number}@example.fr", orders)
    other, email = {
        "end": (f"7{number}", f"jo{ann.email}"),
        "beginning": (f"{number}7", f"{ann.email}.example"),
        "middle": (f"7{number}7", f"jo.{ann.email}x"),
    }[alike]
    return ann, Someone(int(other), email, (orders[0] * 10, orders[1] * 10, orders[2] * 10))


@pytest.fixture(params=["end", "beginning", "middle"])
def two(house: House, request: pytest.FixtureRequest) -> Two:
    """Both have one name, one address and one phone number, and have bought, as customers and as guests."""
    house.card(logging_mode="All", auto_create_unknown_items=False)
    ann, joann = pair_of(request.param)
    for one in (ann, joann):
        who: dict[str, Any] = {"email": one.email, "shipping_address": ADDRESS}
        house.customer(one.id, first_name="Ann", last_name="Business Central", email=one.email, addresses=[ADDRESS])
        house.sync("customers")
        house.order(one.orders[0], customer=one.id, **who)
        house.order(one.orders[1], [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "1.00"}], customer=one.id,
                    **who)
        house.order(one.orders[2], **who)
        house.sync("orders")
        house.clock.forward(3600)  # more than the overlap: not every call speaks of both
        house.sync("customers", "orders")
    return Two(house, ann, joann)


def carry(house: House, topic: str, subject: Subject) -> None:
    carry_out(house.connector, Command(shop=house.shop, topic=topic, at=iso(house.clock.now()), id=f"{subject.id}",
                                       subject=subject))


def kept_of(house: House, one: Someone, other: Someone) -> dict[str, Any]:
    """Everything of this person that is not the other's too."""
    captures, shop = house.connector.captures, house.shop
    records = [("customers", one.id), *(("orders", id) for id in one.orders)]
    entries = [
        (row["PartitionKey"], row["RowKey"], row["request_preview"], row["response_preview"])
        for name in house.connector.storage.tables.names("LogEntries")
        for row in house.connector.storage.tables[name].partition(shop)
        if speaks_of_one(one, other, json.dumps({k: v for k, v in row.items() if isinstance(v, str)}))
    ]
    return {
        "captures": {(type, id): [captures.payload(c) for c in captures.of_record(shop, type, str(id))]
                     for type, id in records},
        "links": [house.link(*record) for record in records],
        "skipped": [one_ for number, one_ in house.parked().items() if number in one.orders],
        "entries": entries,
    }


def speaks_of_one(one: Someone, other: Someone, text: str) -> bool:
    """Judged apart from the code: the values of the other are cut out first where they are the longer ones."""
    longer, shorter = sorted((one, other), key=lambda person: -len(person.email))
    values = {person: [person.email, *map(str, person.orders), str(person.id)] for person in (one, other)}
    has_longer = any(value in text for value in values[longer])
    for value in values[longer]:
        text = text.replace(value, "")
    has_shorter = any(value in text for value in values[shorter])
    return has_longer and not has_shorter if one == longer else has_shorter and not has_longer


@pytest.mark.parametrize("who", [0, 1], ids=["the shorter", "the longer"])
def test_what_is_erased_of_one_person_is_nothing_of_another(two: Two, who: int) -> None:
    one, other = ((two.ann, two.joann), (two.joann, two.ann))[who]
    before = kept_of(two.house, other, one)
    assert [len(versions) for versions in before["captures"].values()] == [1] * 4
    assert before["entries"]
    assert len(before["skipped"]) == 1

    carry(two.house, "customers/redact", one.subject)

    assert kept_of(two.house, other, one) == before
    after = kept_of(two.house, one, other)
    assert list(after["captures"].values()) == [[]] * 4
    assert after["entries"] == []
    assert [(row.detail, row.note, row.dismissed_by) for row in after["skipped"]] == [
        (str(ERASED), str(ERASED), "privacy request")]
    assert [said(row.said, "fr") for row in after["skipped"]] == ["(effacé à la demande de la personne)"]


@pytest.mark.parametrize("who", [0, 1], ids=["the shorter", "the longer"])
def test_what_is_handed_out_of_one_person_is_nothing_of_another(two: Two, who: int) -> None:
    one, other = ((two.ann, two.joann), (two.joann, two.ann))[who]

    carry(two.house, "customers/data_request", one.subject)

    receipt = two.house.connector.receipts.data_request(two.house.shop, str(one.id))
    handed_out = json.loads(read_export(two.house.connector, receipt))
    records = [("customers", one.id), *(("orders", id) for id in one.orders)]
    assert sorted((r["type"], int(r["id"])) for r in handed_out["records_as_shopify_sent_them"]) == sorted(records)
    assert {int(link["id"]) for link in handed_out["records_in_business_central"]} == {number for _, number in records}
    assert [row["id"] for row in handed_out["skipped_records"]] == [str(one.orders[1])]
    assert not speaks_of_one(other, one, json.dumps(handed_out))


def test_an_address_that_two_customers_have_tells_neither(house: House) -> None:
    for number in (7001, 7002):
        house.customer(number, email="family@example.fr")
    house.order(5001, email="family@example.fr")
    house.order(5002, email="family@example.fr", customer=7002)
    house.sync()

    carry(house, "customers/redact", Subject(id="7001", email="family@example.fr"))

    kept = house.connector.captures
    assert kept.of_record(house.shop, "customers", "7001") == []
    assert [len(kept.of_record(house.shop, *one)) for one in (
        ("customers", "7002"), ("orders", "5001"), ("orders", "5002"))] == [1, 1, 1]


def calls_with(house: House, words: str) -> list[str]:
    """The keys of log entries of changes with these words in what was sent."""
    tables = house.connector.storage.tables
    return [row["RowKey"] for name in tables.names("LogEntries") for row in tables[name].partition(house.shop)
            if words in row.get("request", "")]


def test_two_customers_who_are_one_in_business_central_are_still_two(house: House) -> None:
    """Both have the phone number of C00010 and are linked to it; what it is called now is of Joann's doing."""
    house.card(logging_mode="All", shopify_can_update_customers=True)
    house.customer(7001, email="ann@example.fr", addresses=[ADDRESS | {"phone": MARIE["phone"]}])
    house.sync()
    house.customer(7002, email="joann@example.fr", addresses=[ADDRESS | {"phone": MARIE["phone"]}])
    house.sync()
    assert [house.link("customers", number).bc_number for number in (7001, 7002)] == ["C00010", "C00010"]
    house.clock.forward(3600)
    house.sync("customers")
    house.change("customers", 7002, last_name="Verdurin")
    house.sync("customers")
    before = CaptureTraces(house.connector.storage, house.shop, Subject(id="7002")).found
    renamed = calls_with(house, '"displayName":"Jean Verdurin"')
    assert renamed

    carry(house, "customers/redact", Subject(id="7001", email="ann@example.fr"))

    assert CaptureTraces(house.connector.storage, house.shop, Subject(id="7002")).found == before
    assert calls_with(house, '"displayName":"Jean Verdurin"') == renamed
    assert house.link("customers", 7002).bc_id != ""


def test_a_record_whose_json_is_broken_goes_if_it_names_the_person(house: House) -> None:
    blobs = house.connector.storage.blobs
    house.customer(7001, email="ann@example.fr")
    house.customer(7002, email="joann@example.fr")
    house.sync("customers")
    (pack,) = house.connector.captures.packs(house.shop, "customers")

    lines = [line[:-30] for line in house.connector.captures.lines(pack)]
    blobs.write(CONTAINER, pack, gzip.compress(b"\n".join(lines)), "application/gzip")

    carry(house, "customers/redact", Subject(id="7001", email="ann@example.fr"))

    left = house.connector.captures.lines(pack)
    assert sorted(len(line) > 2 for line in left) == [False, True]
    assert b"joann@example.fr" in b"".join(left)


class Moved(NamedTuple):
    """A house in which an order of Ann's was given to Bob, one of them while it was parked."""

    house: House
    ann: Subject
    bob: Subject
    booked: int
    parked: int

    def captures(self, number: int) -> list[str]:
        """E-mail address of each capture of an order, newest first."""
        captures = self.house.connector.captures
        return [json.loads(captures.payload(one))["email"]
                for one in captures.of_record(self.house.shop, "orders", str(number))]

    def handed_out(self, subject: Subject) -> dict[str, Any]:
        carry(self.house, "customers/data_request", subject)
        receipt = self.house.connector.receipts.data_request(self.house.shop, str(subject.id))
        content: dict[str, Any] = json.loads(read_export(self.house.connector, receipt))
        return content


BOBS_ADDRESS = {"first_name": "Bob", "last_name": "Leponge", "address1": "1 quai du Port", "city": "Brest",
                "zip": "29200", "country_code": "FR", "phone": "+33298000000"}


@pytest.fixture
def moved(house: House) -> Moved:
    """Ann and Bob are told apart by everything; both orders were captured as hers first, then as his."""
    house.card(auto_create_unknown_items=False)
    house.customer(7001, email="ann@example.fr", first_name="Ann", last_name="Business Central", addresses=[ADDRESS])
    house.customer(7002, email="bob@example.fr", first_name="Bob", last_name="Leponge", addresses=[BOBS_ADDRESS])
    hers: dict[str, Any] = {"customer": 7001, "email": "ann@example.fr", "shipping_address": ADDRESS}
    house.order(5001, **hers)
    house.order(5002, [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "1.00"}], **hers)
    house.sync()
    house.clock.forward(3600)
    for number in (5001, 5002):
        house.change("orders", number, customer=7002, email="bob@example.fr", shipping_address=BOBS_ADDRESS)
    house.sync()
    ann = Subject(id="7001", email="ann@example.fr")
    return Moved(house, ann, Subject(id="7002", email="bob@example.fr", orders=("5001", "5002")), 5001, 5002)


def test_an_order_that_was_given_to_somebody_else_is_still_tried_after_its_former_customer_was_erased(
    moved: Moved
) -> None:
    before = moved.house.parked()[moved.parked]

    carry(moved.house, "customers/redact", moved.ann)

    assert moved.house.parked()[moved.parked] == before
    assert moved.captures(moved.parked) == moved.captures(moved.booked) == ["bob@example.fr"]


def test_that_somebody_else_buys_is_a_conflict_also_after_the_former_customer_was_erased(moved: Moved) -> None:
    carry(moved.house, "customers/redact", moved.ann)
    moved.house.clock.forward(24 * 3600)

    moved.house.sync("orders")

    told = moved.house.parked()[moved.booked]
    assert told.code == "order-changed-after-processing"
    assert "customer none → 7002" in told.detail


def test_a_link_says_nothing_any_more_of_the_erased_customer_whose_order_it_was(moved: Moved) -> None:
    carry(moved.house, "customers/redact", moved.ann)

    link = moved.house.link("orders", moved.booked)

    assert link.header == ""
    assert "7001" not in link.sold
    assert '"7002"' in link.sold or "customer" not in link.sold


def test_an_order_that_was_given_to_somebody_else_is_handed_out_to_each_as_it_was_theirs(moved: Moved) -> None:
    hers, his = (moved.handed_out(one)["records_as_shopify_sent_them"] for one in (moved.ann, moved.bob))

    orders = [[one["record"]["email"] for one in records if one["type"] == "orders"] for records in (hers, his)]
    assert orders == [["ann@example.fr"] * 2, ["bob@example.fr"] * 2]


def test_nothing_of_the_former_customer_is_handed_out_with_an_order(moved: Moved) -> None:
    text = json.dumps(moved.handed_out(moved.bob))

    assert [word for word in ("ann@example.fr", ADDRESS["address1"], "7001") if word in text] == []


def test_an_order_without_a_customer_stays_that_of_whoever_it_was_captured_for(house: House) -> None:
    """Shopify names no customer any more, and the address in the order is nobody's that is known."""
    house.customer(7001, email="ann@example.fr")
    house.order(5001, customer=7001, email="typed@example.fr")
    house.sync()
    house.clock.forward(3600)
    house.change("orders", 5001, customer=None)
    house.sync()
    assert len(house.connector.captures.of_record(house.shop, "orders", "5001")) == 2

    carry(house, "customers/redact", Subject(id="7001"))

    assert house.connector.captures.of_record(house.shop, "orders", "5001") == []


def test_a_call_about_the_customer_of_a_company_says_nothing_of_a_person_who_is_linked_with_it(house: House) -> None:
    """The contact of a company was matched with the company's customer: that id is not the contact's alone."""
    house.customer(7001)
    house.company(8001)
    house.sync()
    company = house.link("companies", 8001)
    house.keep_link("customers", house.link("customers", 7001).with_(
        bc_id=company.bc_id, bc_number=company.bc_number))
    house.card(logging_mode="All", shopify_can_update_companies=True)
    house.clock.forward(3600)
    house.change("companies", 8001, name="Another name")
    house.sync("companies")

    carry(house, "customers/redact", Subject(id="7001"))

    tables = house.storage.tables
    urls = [row["url"] for name in tables.names("LogEntries") for row in tables[name].partition(house.shop)]
    assert any(company.bc_id in url for url in urls)
