"""Every way a record can be decided: a dry run says exactly what the replay then does.

SITUATIONS is the table, one row for each way. That none is missing is told by the decisions themselves: every place
where one of their functions returns has to be reached by a row, or by one of PAGES_ONLY, which no replay meets because
an operator wants the record that is replayed.
"""
from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import FrameType, ModuleType
from typing import Any, cast

import msgspec
import pytest

from local.shopify.money import bag
from shared.business_central.client import BusinessCentral
from shared.business_central.directory import Directory
from shared.clock import iso
from shared.errors import RecordRefused
from shared.mapping.money import amounts_of
from shared.shopify.reading import kept_record
from shared.stores.links import Link, LinkState
from shared.sync.decision import What
from shared.sync.dry_run import DryRun
from shared.sync.page import LEFT_ALONE
from shared.sync.rehearsing import rehearsing
from shared.sync.replay import plan_of_capture, replay
from shared.texts import as_said
from shared.to_business_central.companies import decision as company_decision
from shared.to_business_central.customers import decision as customer_decision
from shared.to_business_central.orders import decision as order_decision
from shared.to_business_central.orders.changes import made_by
from shared.to_business_central.orders.decision import Known, Terms, decide_order
from shared.to_business_central.orders.following import order_hash
from shared.to_business_central.orders.taking_in import BuyersFirst, Rehearsal
from shared.to_business_central.products import decision as product_decision
from tests.house import MARIE, House, a_house
from tests.memory import storage_in_memory
from tests.wording import left_in_english

DECIDING = (customer_decision, company_decision, product_decision, order_decision)
SHIP = {"sku": "1000", "quantity": 1, "unit_price": "120.00"}


@dataclass(frozen=True)
class Situation:
    """How a record came to stand as it stands, which of its captures is replayed, and what is decided about it."""

    type: str
    name: str
    what: What
    writes: tuple[str, ...]
    set_up: Callable[[House], int]
    capture: int = 0
    code: str = ""

    def __str__(self) -> str:
        return f"{self.type}: {self.name}"


SITUATIONS: list[Situation] = []


def situation(
    type: str, name: str, what: What, *writes: str, capture: int = 0, code: str = "",
) -> Callable[[Callable[[House], int]], Callable[[House], int]]:
    """A row of the table; the function puts the house into it and gives the record's id.

    writes   what is sent to Business Central, without keys
    capture  which capture of the record is replayed, 0 the newest
    """
    def row(set_up: Callable[[House], int]) -> Callable[[House], int]:
        SITUATIONS.append(Situation(type, name, what, writes, set_up, capture, code))
        return set_up

    return row


# Orders


def captured(house: House, number: int, **spec: Any) -> int:
    """An order that was read, and has no document yet."""
    house.card(auto_create_sales_documents=False)
    house.order(number, **spec)
    house.sync("orders")
    house.card(auto_create_sales_documents=True)
    return number


def applied(house: House, **spec: Any) -> int:
    """An order that has its document."""
    house.order(5001, **spec)
    house.sync("orders")
    assert house.link("orders", 5001).bc_number
    house.clock.forward(60)
    return 5001


def relinked(house: House, number: int = 5001, **changes: Any) -> int:
    house.keep_link("orders", house.link("orders", number).with_(**changes))
    return number


def sending(house: House, ago: float = 0, **changes: Any) -> int:
    """The order was sent so long ago, and no answer came."""
    claimed = iso(house.clock.now() - timedelta(seconds=ago))
    return relinked(house, state=LinkState.SENDING, claimed_at=claimed, **changes)


def company(house: House) -> BusinessCentral:
    return house.connector.business_central(house.connector.shops.get(house.shop))


def without_lines(house: House, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        company(house).remove("salesOrderLines", line["id"], "*")


def ship_and_invoice(house: House, number: int = 5001) -> None:
    company(house).create(f"salesOrders({house.document(number)['id']})/Microsoft.NAV.shipAndInvoice", {})


@situation("orders", "nobody knows it", What.CREATE, "POST salesOrders")
def _new(house: House) -> int:
    return captured(house, 5001)


@situation("orders", "more lines than one request takes", What.CREATE,
           "POST salesOrders", *["POST salesOrders()/salesOrderLines"] * 5)
def _many_lines(house: House) -> int:
    return captured(house, 5001, lines=[SHIP] * 105)


@situation("orders", "its buyer has to be created", What.CREATE, "POST customers", "POST salesOrders")
def _new_buyer(house: House) -> int:
    house.customer(7101)
    captured(house, 5001, customer=7101, email="jean7101@example.fr", shipping_address=MARIE | {"phone": None})
    house.card(customer_import_from_shopify="With Order Import")
    house.sync("customers")
    return 5001


@situation("orders", "its buyer was deleted", What.CREATE, "POST customers", "POST salesOrders")
def _deleted_buyer(house: House) -> int:
    house.customer(7101)
    house.sync("customers")
    captured(house, 5001, customer=7101, email="jean7101@example.fr", shipping_address=MARIE | {"phone": None})
    house.bc.control.remove("customers", house.link("customers", 7101).bc_id)
    return 5001


@situation("orders", "its company has to be created", What.CREATE, "POST customers", "POST salesOrders")
def _new_company(house: House) -> int:
    house.card(company_import_from_shopify="With Order Import")
    house.company(6301)
    captured(house, 5001, customer=house.customer(7101), company={"company": 6301})
    house.sync("companies")
    return 5001


@situation("orders", "its buyer has to be created, and an item is missing", What.REFUSE, "POST customers",
           code="item-not-found")
def _new_buyer_refused(house: House) -> int:
    house.customer(7101)
    captured(house, 5001, customer=7101, email="jean7101@example.fr", shipping_address=MARIE | {"phone": None},
             lines=[{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.card(customer_import_from_shopify="With Order Import")
    house.sync("customers")
    return 5001


@situation("orders", "its buyer has no address and there is no other", What.CREATE, "POST salesOrders")
def _buyer_without_address(house: House) -> int:
    house.customer(7101, addresses=[])
    captured(house, 5001, customer=7101, email="jean7101@example.fr", shipping_address=None, billing_address=None)
    house.sync("customers")
    return 5001


@situation("orders", "it is as it was", What.LEAVE)
def _unchanged(house: House) -> int:
    return applied(house)


@situation("orders", "it is as it was by another shop card", What.LEAVE)
def _other_card(house: House) -> int:
    applied(house)
    return relinked(house, plan="another")


@situation("orders", "its document was deleted", What.CREATE, "POST salesOrders")
def _deleted(house: House) -> int:
    applied(house)
    house.bc.control.remove("salesOrders", house.link("orders", 5001).bc_id)
    return 5001


def moved(house: House) -> int:
    applied(house)
    house.change("orders", 5001, shipping_address=MARIE | {"address1": "36 quai de Béthune"})
    house.sync("orders")
    return 5001


@situation("orders", "another address", What.CHANGE, "PATCH salesOrders", capture=1)
def _moved(house: House) -> int:
    return moved(house)


@situation("orders", "another address that is there already", What.CHANGE, capture=1)
def _moved_by_hand(house: House) -> int:
    moved(house)
    street = dict.fromkeys(("shipToAddressLine1", "sellToAddressLine1"), MARIE["address1"])
    house.bc.control.change("salesOrders", house.document(5001)["id"], street)
    return 5001


@situation("orders", "another address, and the document is posted", What.CHANGE, capture=1)
def _moved_and_posted(house: House) -> int:
    moved(house)
    ship_and_invoice(house)
    return 5001


@situation("orders", "other pieces", What.REFUSE, code="order-changed-after-processing")
def _other_pieces(house: House) -> int:
    applied(house)
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync("orders")
    return 5001


@situation("orders", "cancelled once its document was there", What.REFUSE, code="order-cancelled-after-processing")
def _cancelled(house: House) -> int:
    applied(house)
    house.change("orders", 5001, cancelled_at="2026-03-10T10:05:00Z")
    house.sync("orders")
    return 5001


@situation("orders", "other pieces, by a link of an earlier version", What.REFUSE,
           code="order-changed-after-processing")
def _figures(house: House) -> int:
    applied(house)
    return relinked(house, sold="", lines="other", plan="")


@situation("orders", "it has its document, and an item is missing by now", What.REFUSE, code="item-not-found")
def _item_gone(house: House) -> int:
    applied(house, lines=[{"sku": "1001", "quantity": 1, "unit_price": "120.00"}])
    house.bc.control.change("items", "1001", {"number": "GONE"})
    return 5001


@situation("orders", "it has its document, and could not be billed by now", What.LEAVE)
def _not_billed_by_now(house: House) -> int:
    applied(house, shipping=[{"title": "Colissimo", "price": "12.00"}])
    house.card(shipping_charges_account="")
    return 5001


@situation("orders", "nothing is left of it, by a link of an earlier version", What.REFUSE,
           code="order-changed-after-processing")
def _nothing_left_earlier_version(house: House) -> int:
    captured(house, 5001, lines=[])
    return _with_document_of_another(house, state=LinkState.APPLIED)


def _with_document_of_another(house: House, **changes: Any) -> int:
    """Let the order's link lead to a document that was made otherwise."""
    house.order(5002)
    house.sync("orders")
    document = house.document(5002)
    house.bc.control.change("salesOrders", document["id"], {"externalDocumentNumber": "SHP-5001"})
    return relinked(house, bc_id=document["id"], bc_number=document["number"], bc_set="salesOrders", **changes)


@situation("orders", "nothing is left of it, and its document is found", What.REFUSE,
           code="order-changed-after-processing")
def _nothing_left_found(house: House) -> int:
    captured(house, 5001, lines=[])
    return _with_document_of_another(house, state=LinkState.PARKED)


@situation("orders", "nothing is left of it, and nobody knows it in Business Central", What.LEAVE_OUT)
def _nothing_left_known(house: House) -> int:
    return captured(house, 5001, lines=[])


@situation("orders", "nothing is left of it, and it was remembered", What.LEAVE_OUT)
def _nothing_left(house: House) -> int:
    captured(house, 5001, lines=[])
    return relinked(house, state=LinkState.PARKED, bc_id="0b6e9d1c-0000-4000-8000-000000000001", bc_set="salesOrders")


@situation("orders", "its answer was lost, and its request may be under way", What.REFUSE, code="outcome-unknown")
def _under_way(house: House) -> int:
    captured(house, 5001)
    return sending(house)


@situation("orders", "its answer was lost, and no request can be under way", What.CREATE, "POST salesOrders")
def _settled(house: House) -> int:
    captured(house, 5001)
    return sending(house, ago=3600)


@situation("orders", "its answer was lost, and it is there", What.FINISH)
def _answer_lost(house: House) -> int:
    applied(house)
    return sending(house)


@situation("orders", "its answer was lost, it is there, and its address changed since", What.FINISH,
           "PATCH salesOrders")
def _answer_lost_moved(house: House) -> int:
    applied(house)
    header = json.loads(house.link("orders", 5001).header) | {"shipToAddressLine1": "elsewhere"}
    house.bc.control.change("salesOrders", house.document(5001)["id"], {"shipToAddressLine1": "elsewhere"})
    return sending(house, header=msgspec.json.encode(header).decode())


def half(house: House) -> int:
    """Its first hundred lines are there; the answer to the others was lost."""
    applied(house, lines=[SHIP] * 102)
    without_lines(house, house.document(5001)["salesOrderLines"][100:])
    return 5001


@situation("orders", "its answer was lost, and it lacks lines", What.FINISH,
           *["POST salesOrders()/salesOrderLines"] * 2)
def _half(house: House) -> int:
    half(house)
    return sending(house)


@situation("orders", "its answer was lost, and lines may be under way", What.REFUSE, code="outcome-unknown")
def _half_under_way(house: House) -> int:
    half(house)
    return sending(house, lines_at=iso(house.clock.now()))


@situation("orders", "its answer was lost, and it lacks its rounding line", What.FINISH,
           "POST salesOrders()/salesOrderLines")
def _unrounded(house: House) -> int:
    applied(house, fields={"currentTotalPriceSet": bag(Decimal("240.03"), "EUR", Decimal("240.03"), "EUR")})
    without_lines(house, house.document(5001)["salesOrderLines"][1:])
    return sending(house)


@situation("orders", "its link was lost, and it is there", What.ADOPT)
def _found(house: House) -> int:
    applied(house)
    house.forget("orders", 5001)
    return 5001


@situation("orders", "its link was lost, and something else is there", What.REFUSE, code="document-differs")
def _found_otherwise(house: House) -> int:
    captured(house, 5001, lines=[{"sku": "1001", "quantity": 1, "unit_price": "120.00"}])
    return _with_document_of_another(house, state=LinkState.PARKED)


@situation("orders", "it cannot be looked up", What.REFUSE, code="record-refused")
def _no_answer(house: House) -> int:
    captured(house, 5001)
    house.bc.control.add_fault(kind="refuse", method="GET", entity="salesOrders", document="SHP-5001", times=None)
    return 5001


@situation("orders", "its answer was lost, and it cannot be looked up", What.REFUSE, code="outcome-unknown")
def _no_answer_and_sent(house: House) -> int:
    _no_answer(house)
    return sending(house, ago=3600)


@situation("orders", "no document is wanted", What.KEEP)
def _kept(house: House) -> int:
    captured(house, 5001)
    house.card(auto_create_sales_documents=False)
    return 5001


@situation("orders", "no document is wanted by now", What.LEAVE)
def _kept_applied(house: House) -> int:
    applied(house)
    house.card(auto_create_sales_documents=False)
    return 5001


@situation("orders", "no document is wanted by now, and its answer was lost", What.REFUSE, code="outcome-unknown")
def _kept_sent(house: House) -> int:
    captured(house, 5001)
    house.card(auto_create_sales_documents=False)
    return sending(house)


@situation("orders", "it holds a value that cannot be read", What.REFUSE, code="record-unreadable")
def _unreadable(house: House) -> int:
    house.order(5001)
    house.shopify.fault("odd_field", record="Order/5001", field="closedAt", value="2026-03-10T10:00:00")
    house.sync("orders")
    return 5001


# Customers and companies


@situation("customers", "the person was erased on request", What.LEAVE_OUT)
def _erased_customer(house: House) -> int:
    number = _new_customer(house)
    house.connector.redacted.remember(house.shop, "customers", [str(number)], house.clock.now())
    return number


@situation("customers", "nobody knows it", What.CREATE, "POST customers")
def _new_customer(house: House) -> int:
    house.card(auto_create_unknown_customers=False)
    house.customer(7101)
    house.sync("customers")
    house.card(auto_create_unknown_customers=True)
    return 7101


@situation("customers", "it is as it was", What.LEAVE)
def _known_customer(house: House) -> int:
    house.customer(7101)
    house.sync("customers")
    return 7101


@situation("customers", "it was deleted", What.CREATE, "POST customers")
def _deleted_customer(house: House) -> int:
    house.card(customer_import_from_shopify="With Order Import")
    house.customer(7101)
    house.card(customer_import_from_shopify="All Customers")
    house.sync("customers")
    house.card(customer_import_from_shopify="With Order Import")
    house.bc.control.remove("customers", "S7101")
    return 7101


@situation("customers", "it changed", What.CHANGE, "PATCH customers", capture=1)
def _changed_customer(house: House) -> int:
    house.card(shopify_can_update_customers=True)
    house.customer(7101)
    house.sync("customers")
    house.clock.forward(60)
    house.change("customers", 7101, email="jean.perrin@example.fr")
    house.sync("customers")
    return 7101


@situation("customers", "it may not be created", What.REFUSE, code="customer-missing")
def _customer_refused(house: House) -> int:
    house.card(auto_create_unknown_customers=False)
    house.customer(7101)
    house.sync("customers")
    return 7101


@situation("customers", "it has no address", What.LEAVE_OUT)
def _customer_without_address(house: House) -> int:
    house.customer(7101, addresses=[])
    house.sync("customers")
    return 7101


@situation("customers", "the card takes none in by itself", What.LEAVE_OUT)
def _customer_not_wanted(house: House) -> int:
    house.card(customer_import_from_shopify="With Order Import")
    house.customer(7101)
    house.sync("customers")
    return 7101


@situation("customers", "the card takes none in by itself, and it is there", What.LEAVE)
def _customer_not_wanted_any_more(house: House) -> int:
    house.customer(7101)
    house.sync("customers")
    house.card(customer_import_from_shopify="None")
    return 7101


@situation("customers", "a contact of a company, whom the operator wants", What.CREATE, "POST customers")
def _contact(house: House) -> int:
    house.customer(7101, email="buy@spalt.example")
    house.company(503, name="Spalt AG", contacts=[7101])
    house.sync("customers")
    return 7101


@situation("companies", "nobody knows it", What.CREATE, "POST customers")
def _company(house: House) -> int:
    house.card(company_import_from_shopify="With Order Import")
    house.company(6301)
    house.sync("companies")
    house.card(company_import_from_shopify="All Companies")
    return 6301


@situation("companies", "it was deleted", What.CREATE, "POST customers")
def _deleted_company(house: House) -> int:
    house.company(6301)
    house.sync("companies")
    house.card(company_import_from_shopify="With Order Import")
    house.bc.control.remove("customers", house.link("companies", 6301).bc_id)
    return 6301


@situation("companies", "the card takes none in by itself", What.LEAVE_OUT)
def _company_not_wanted(house: House) -> int:
    house.card(company_import_from_shopify="With Order Import")
    house.company(6301)
    house.sync("companies")
    return 6301


@situation("companies", "it changed", What.CHANGE, "PATCH customers", capture=1)
def _changed_company(house: House) -> int:
    house.card(shopify_can_update_companies=True)
    house.company(6301)
    house.sync("companies")
    house.clock.forward(60)
    house.change("companies", 6301, name="Company by another name")
    house.sync("companies")
    return 6301


@situation("companies", "it is known and changed, and the card takes none in by itself", What.CHANGE,
           "PATCH customers", capture=1)
def _known_company_changed(house: House) -> int:
    _changed_company(house)
    house.card(company_import_from_shopify="With Order Import")
    return 6301


@situation("companies", "it was deleted, and none may be created", What.LEAVE_OUT)
def _deleted_company_for_good(house: House) -> int:
    _deleted_company(house)
    house.card(auto_create_unknown_companies=False)
    return 6301


# Products


def product(house: House, *skus: str, **spec: Any) -> int:
    """A product that was read while no items were created, by a shop whose currency is known by then."""
    house.card(auto_create_unknown_items=True)
    house.product(8000, "FIRST")
    house.sync("products")
    house.card(auto_create_unknown_items=False)
    house.clock.forward(60)
    variants = [{"sku": sku, "price": "59.00", "options": [sku[-3:] or "none"]} for sku in skus]
    house.shopify.shop_state.put("products", {
        "id": 8001, "title": "Lamp", "options": ["Colour"], "variants": variants, **spec})
    house.sync("products")
    house.card(auto_create_unknown_items=True)
    return 8001


@situation("products", "nobody knows it", What.CREATE, "POST items")
def _new_product(house: House) -> int:
    return product(house, "NEW-1")


@situation("products", "two variants of one new item", What.CREATE,
           "POST items", "POST itemVariants", "POST itemVariants")
def _variants(house: House) -> int:
    house.card(sku_mapping="Item No. + Variant Code", sku_field_separator="|")
    return product(house, "NEW-1|RED", "NEW-1|BLUE")


@situation("products", "two variants of one new item, at different prices", What.CREATE,
           "POST items", "POST itemVariants", "POST itemVariants")
def _variants_at_prices(house: House) -> int:
    house.card(sku_mapping="Item No. + Variant Code", sku_field_separator="|")
    return product(house, variants=[{"sku": "NEW-1|RED", "price": "59.00", "options": ["RED"]},
                                    {"sku": "NEW-1|BLUE", "price": "69.00", "options": ["BLUE"]}])


@situation("products", "the title of an item that two variants share changed", What.CHANGE, "PATCH items")
def _shared_title(house: House) -> int:
    for colour in ("RED", "BLUE"):
        house.bc.control.add("itemVariants", {"itemNumber": "1000", "code": colour})
    house.card(sku_mapping="Item No. + Variant Code", sku_field_separator="|")
    product(house, "1000|RED", "1000|BLUE")
    house.card(shopify_can_update_items=True)
    return 8001


@situation("products", "one of its variants is refused", What.REFUSE, "PATCH items", code="item-not-found")
def _refused_variant(house: House) -> int:
    product(house, "1000", "LATER")
    house.card(auto_create_unknown_items=False, shopify_can_update_items=True)
    return 8001


@situation("products", "it is as it was", What.LEAVE)
def _known_product(house: House) -> int:
    return product(house, "1000")


@situation("products", "its title changed", What.CHANGE, "PATCH items")
def _changed_product(house: House) -> int:
    product(house, "1000")
    house.card(shopify_can_update_items=True)
    return 8001


@situation("products", "its tariff number is not the one that is there", What.CHANGE, "PATCH ItemCard")
def _tariff(house: House) -> int:
    product(house, variants=[{"sku": "1000", "price": "59.00", "hs_code": "8471.30"}])
    house.card(item_card_service="ItemCard", shopify_can_update_items=True)
    house.bc.control.change("items", "1000", {"displayName": "Lamp"})
    return 8001


@situation("products", "there is no Item Card for its tariff number", What.REFUSE, "POST items",
           code="web-service-missing")
def _no_item_card(house: House) -> int:
    product(house, variants=[{"sku": "NEW-1", "price": "59.00", "hs_code": "8471.30"}])
    house.card(item_card_service="Elsewhere")
    return 8001


# What is compared


def capture_of(house: House, one: Situation, number: int) -> str:
    return house.connector.captures.of_record(house.shop, one.type, str(number))[one.capture].id


def planned(house: House, one: Situation, number: int) -> DryRun:
    return plan_of_capture(house.connector, house.shop, one.type, capture_of(house, one, number))


def written(house: House) -> list[tuple[str, str, Any]]:
    """Method, path and body of every write that was sent to Business Central, those in batches one by one."""
    writes: list[tuple[str, str, Any]] = []
    for call in house.exchanges:
        if call.direction != "Business Central" or call.method == "GET" or "not shown" in call.request:
            continue
        body = json.loads(call.request)
        for method, url, sent in ([(part["method"], part["url"], part["body"]) for part in body["requests"]]
                                  if call.url.endswith("$batch") else [(call.method, call.url, body)]):
            if method != "GET":
                writes.append((method, _path(url), sent))
    return writes


def _path(url: str) -> str:
    path = re.sub(r".*?(companies\([^)]*\)|Company\([^)]*\))/", "", url.split("?")[0])
    return re.sub(r"\((?!No=)[^)]*\)", "()", path.replace("%27", "'"))


def shown(plan: DryRun) -> list[tuple[str, str, Any]]:
    return [(one.method, _path(one.path), json.loads(bytes(one.body))) for one in plan.operations]


STANDS = {
    What.CREATE: {LinkState.APPLIED}, What.CHANGE: {LinkState.APPLIED}, What.ADOPT: {LinkState.APPLIED},
    What.FINISH: {LinkState.APPLIED}, What.LEAVE: {LinkState.APPLIED},
    What.LEAVE_OUT: {LinkState.LEFT_OUT}, What.KEEP: {LinkState.IMPORTED},
    What.REFUSE: {LinkState.PARKED, LinkState.SENDING, LinkState.APPLIED},
}
"""In which states a record stands once it was decided so; one that has its document keeps it, whatever is refused."""


COUNTS_AS = {
    What.CREATE: "created", What.CHANGE: "updated", What.ADOPT: "unchanged", What.FINISH: "created",
    What.LEAVE: "unchanged", What.LEAVE_OUT: "skipped", What.KEEP: "skipped", What.REFUSE: "parked",
}


def counted(one: Situation) -> str:
    """What a replay calls it; a change that changes nothing is none."""
    changes_nothing = one.what is What.CHANGE and not one.writes
    return "unchanged" if changes_nothing else COUNTS_AS[one.what]


@pytest.mark.parametrize("one", SITUATIONS, ids=str)
def test_a_dry_run_says_exactly_what_the_replay_then_does(house: House, one: Situation) -> None:
    number = one.set_up(house)
    parked = house.parked()
    house.exchanges.clear()

    plan = planned(house, one, number)

    assert (written(house), house.parked()) == ([], parked), "a dry run writes nothing"
    assert [f"{method} {path.split('(No=')[0].removesuffix('()')}" for method, path, _ in shown(plan)] == [*one.writes]
    asked_of_shopify = house.shopify.stats.calls
    house.exchanges.clear()

    done = replay(house.connector, house.shop, one.type, capture_of(house, one, number), by="Claire")

    assert written(house) == shown(plan)
    assert done.result == plan.result == counted(one)
    assert house.link(one.type, number).state in STANDS[one.what] or plan.note == LEFT_ALONE
    assert done.code == (plan.refused[0].code if plan.refused else "") == one.code
    assert house.shopify.stats.calls == asked_of_shopify
    told = [plan.note, done.detail, *(one.detail for one in plan.refused),
            *(one.said or one.detail for one in house.parked().values())]
    assert [text for one in told for text in left_in_english(one)] == []


def test_what_several_buyers_need_is_said_one_after_another_as_they_were_asked_for(house: House) -> None:
    """An order has one buyer, so no row of the table has several; whoever rehearses a page of orders has."""
    for number in (7101, 7102, 7103):
        house.customer(number)
    house.card(auto_create_unknown_customers=False)
    house.sync("customers")
    house.card(auto_create_unknown_customers=True)
    card = house.connector.shops.get(house.shop)
    bc = house.connector.business_central(card)
    rehearsal = Rehearsal(rehearsing(house.connector, card, bc, Directory(bc)))
    house.exchanges.clear()

    numbers = BuyersFirst(rehearsal).customers(["7103", "7101", "7102"], lambda _: [])

    assert list(numbers) == ["7103", "7101", "7102"]
    assert [(one.method, one.path, one.body["displayName"]) for one in rehearsal.operations] == [
        ("POST", "customers", f"Jean Perrin {number}") for number in (7103, 7101, 7102)]
    assert written(house) == []


@pytest.mark.parametrize("what", What)
def test_every_decision_has_a_row(what: What) -> None:
    assert [str(one) for one in SITUATIONS if one.what is what]


@contextmanager
def returns_reached(*modules: ModuleType) -> Iterator[set[tuple[str, int]]]:
    """Module and line of every return of a function of these modules that is passed meanwhile."""
    files = {inspect.getfile(module): module.__name__ for module in modules}
    reached: set[tuple[str, int]] = set()

    def lines(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            reached.add((files[frame.f_code.co_filename], frame.f_lineno))
        return lines

    before = sys.gettrace()
    sys.settrace(lambda frame, event, _: lines if frame.f_code.co_filename in files else None)
    try:
        yield reached
    finally:
        sys.settrace(before)


def deciding_returns() -> set[tuple[str, int]]:
    """Every place where a function of the deciding modules returns or raises."""
    return {
        (module.__name__, node.lineno) for module in DECIDING for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Return | ast.Raise)
    }


def pages_only(house: House) -> Iterator[object]:
    """Decisions on records that nobody asked for: only a run meets them."""
    card, directory = house.connector.shops.get(house.shop), cast(Any, None)
    record = kept_record("orders", house.connector.captures.raw(
        house.shop, "orders", house.connector.captures.of_record(house.shop, "orders", "5009")[0].id))
    terms = Terms(card, house.clock.now(), 900.0, house.clock.now())
    yield decide_order(Known(record, Link(id="5009")), terms)
    held = msgspec.structs.replace(card, orders_to_import=msgspec.convert(
        {"hold_minutes": 60 * 24 * 365}, type(card.orders_to_import)))
    terms = terms._replace(history_before=house.clock.now() - timedelta(days=9999))
    yield decide_order(Known(record, Link(id="5009")), terms._replace(card=held))
    risky = msgspec.structs.replace(card, orders_to_import=msgspec.convert(
        {"high_risk_orders": "Hold"}, type(card.orders_to_import)))
    yield decide_order(Known(record, Link(id="5009")), terms._replace(card=risky))
    for risk in (["HIGH"], RecordRefused("record-unreadable", as_said("not known"))):
        yield decide_order(Known(record, Link(id="5009"), risk=risk), terms._replace(card=risky))
    order = order_decision.order_of(record)
    followed = Link(id="5009", state=LinkState.APPLIED, plan="x", order=order_hash(order, card),
                    sold=made_by(order, amounts_of(order, card)).content)
    yield decide_order(Known(record, followed), terms)
    contact = kept_record("customers", house.connector.captures.raw(
        house.shop, "customers", house.connector.captures.of_record(house.shop, "customers", "7109")[0].id)).value
    yield customer_decision.decide_customer(cast(Any, contact), Link(id="7109"), card, directory, lambda id: None)


def test_every_way_of_deciding_has_a_row() -> None:
    with returns_reached(*DECIDING) as reached:
        for one in SITUATIONS:
            with a_house(storage_in_memory()) as house:
                planned(house, one, one.set_up(house))
        with a_house(storage_in_memory()) as house:
            captured(house, 5009, closed_at="2026-01-01T00:00:00Z")
            house.customer(7109)
            house.company(503, contacts=[7109])
            house.sync("customers")
            list(pages_only(house))

    missing = sorted(deciding_returns() - reached)

    assert missing == [], "these ways of deciding are reached by no row of SITUATIONS"
