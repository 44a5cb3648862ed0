"""The whole house for a test: both simulators, the storage emulator and a connector, on one clock.

`house.sync()` does what a queue message does. The cast is that of the acceptance cases: shop FR,
items 1000 and 1001, customer C00010 Marie Curie. Every house has shop codes of its own, so that
houses can share one emulator; most have their storage in memory (tests/memory.py).
"""
from __future__ import annotations

import json
import random
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from typing import Any

from local.business_central.server import BusinessCentral as BusinessCentralSimulator
from local.business_central.server import start_business_central
from local.loop_thread import LoopThread
from local.shopify.demo_shop import shop_card
from local.shopify.server import RunningShop, start_shopify
from local.shopify.state import ShopifyClock, ShopState
from shared.connector import Connector
from shared.exchange import Exchange
from shared.root import build_connector
from shared.settings import Settings
from shared.shopify.documents import FOLDER
from shared.storage.account import Storage, storage_from_connection_string
from shared.stores.links import Link
from shared.stores.skipped_records import SkippedRecord
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.manual_clock import ManualClock

OPERATIONS = frozenset(
    name for file in FOLDER.glob("*.graphql")
    for name in re.findall(r"^(?:query|mutation) (\w+)", file.read_text(), re.MULTILINE))
"""The names of all that the connector asks Shopify."""

IN_MEMORY = "this house has its storage in memory; a test that needs the wire says pytest.mark.emulator"
TOKEN_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

MARIE = {"first_name": "Marie", "last_name": "Curie", "address1": "12 rue Cuvier", "city": "Paris",
         "zip": "75005", "country_code": "FR", "phone": "+33 1 44 27 46 22"}


HouseStorage = str | Storage
"""The emulator's connection string, or an account in memory."""


class House:
    """Everything a test may look at or turn."""

    def __init__(self, storage: HouseStorage, clock: ManualClock, shopify: RunningShop, bc: BusinessCentralSimulator,
                 *, shop: str = "", **settings: Any) -> None:
        """`shop` is one that the storage holds already."""
        self.clock, self.shopify, self.bc = clock, shopify, bc
        self.exchanges: list[Exchange] = []
        self.settings = Settings(**{
            "storage_connection": storage if isinstance(storage, str) else IN_MEMORY,
            "token_key": TOKEN_KEY, "shopify_base_url": shopify.url,
            "bc_api_root": bc.api_root, "bc_token_url": bc.token_url, "bc_client_id": bc.client_id,
            "bc_client_secret": bc.client_secret, "shopify_client_id": shopify.client_id,
            "shopify_client_secret": shopify.client_secret, "public_url": "http://127.0.0.1:7071", **settings,
        })
        self.storage = storage_from_connection_string(storage) if isinstance(storage, str) else storage
        self.connector: Connector = build_connector(
            self.settings, clock=clock, storage=self.storage, observe=self.exchanges.append,
        )
        # Hypothesis seeds the ordinary generator, and then every example would live in the same shop.
        self.shop = shop or "FR-" + "".join(random.SystemRandom().choices(string.ascii_uppercase + string.digits, k=8))
        if not shop:
            self.card()
            self.connector.tokens.keep(self.shop, shopify.token)

    def card(self, **changes: Any) -> None:
        """Change the shop card; the first time it is the acceptance cases' card."""
        start = {
            "shopify_url": self.shopify.shop, "company_id": self.bc.company, "enabled": True,
            "customer_import_from_shopify": "All Customers", "auto_create_unknown_customers": True,
            "company_import_from_shopify": "All Companies", "auto_create_unknown_companies": True,
            "default_customer_no": "C-WEB", "sku_mapping": "Item No.", "auto_create_sales_documents": True,
            "shipping_charges_account": "708500", "tip_account": "758800", "sold_gift_card_account": "419100",
            "cash_roundings_account": "658000",
            "item_template": {"general_product_posting_group": "RETAIL", "inventory_posting_group": "RESALE",
                              "base_unit_of_measure": "PCS"},
        }
        known = any(card.code == self.shop for card in self.connector.shops.all())
        self.connector.shops.save(self.shop, changes if known else start | changes)

    def order(self, number: int, lines: list[dict[str, Any]] | None = None, **spec: Any) -> int:
        """Put an order into the shop: by default two pieces of item 1000 to Marie, as guest."""
        self.shopify.shop_state.put("orders", {
            "id": number, "name": f"#{number}", "email": "marie@example.fr", "shipping_address": MARIE,
            "lines": lines if lines is not None else [{"sku": "1000", "quantity": 2, "unit_price": "120.00"}],
            **spec,
        })
        return number

    def customer(self, number: int, **spec: Any) -> int:
        """Put a customer into the shop."""
        address = {"address1": "1 place Bellecour", "city": "Lyon", "zip": "69002", "country_code": "FR"}
        self.shopify.shop_state.put("customers", {
            "id": number, "first_name": "Jean", "last_name": f"Perrin {number}",
            "email": f"jean{number}@example.fr", "addresses": [address], **spec,
        })
        return number

    def product(self, number: int, sku: str, **spec: Any) -> int:
        """Put a product with one variant into the shop."""
        variant = {"sku": sku, "price": "59.00", **spec.pop("variant", {})}
        self.shopify.shop_state.put("products", {
            "id": number, "title": f"Product {number}", "variants": [variant], **spec,
        })
        return number

    def company(self, number: int, **spec: Any) -> int:
        """Put a company with one location into the shop."""
        address = {"address1": "1 quai Perrache", "city": "Lyon", "zip": "69002", "country_code": "FR"}
        place = {"name": f"Company {number}", "address": address}
        self.shopify.shop_state.put("companies", {
            "id": number, "name": f"Company {number}", "locations": [place], **spec,
        })
        return number

    def payout(self, number: int, **spec: Any) -> int:
        """Put a payout into the shop: by default paid, 97.10 after a charge of 100.00 with a fee of 2.90."""
        self.shopify.shop_state.put("payouts", {
            "id": number, "status": "PAID", "charges": "100.00", "charges_fee": "2.90", "trace": f"FR{number}", **spec,
        })
        return number

    def dispute(self, number: int, **spec: Any) -> int:
        """Put a dispute into the shop: by default a chargeback of 25.00 that needs a response."""
        self.shopify.shop_state.put("disputes", {"id": number, "amount": "25.00", **spec})
        return number

    def change(self, type: str, number: int, **changes: Any) -> None:
        """Change a record in the shop, now."""
        self.shopify.shop_state.patch(type, number, changes)

    def sync(self, *types: str) -> SyncRun:
        """One run; time moves on by a minute first, so that what a test put in lies before it."""
        self.clock.forward(60)
        return self.run(*types)

    def run(self, *types: str) -> SyncRun:
        """One run that begins this very moment."""
        run = run_sync(self.connector, SyncJob(shop=self.shop, started_by="test", types=types))
        while run is not None and run.state == "continuing":
            run = run_sync(self.connector, SyncJob(shop=self.shop, started_by="test", run=run.id, types=types))
        assert run is not None, "another run holds the shop"
        return run

    def documents(self, number: int) -> list[dict[str, Any]]:
        """The open sales orders of a Shopify order, with their lines: one, if all is well."""
        return self.bc.control.orders(f"SHP-{number}")

    def document(self, number: int) -> dict[str, Any]:
        """The one sales order of a Shopify order."""
        (document,) = self.documents(number)
        return document

    def lines(self, number: int, *properties: str) -> list[tuple[Any, ...]]:
        """These properties of each line of that sales order, in the order of the document."""
        return [tuple(line[name] for name in properties) for line in self.document(number)["salesOrderLines"]]

    def total(self, number: int) -> Decimal:
        """Total including tax of that sales order, in cents' precision."""
        return Decimal(str(self.document(number)["totalAmountIncludingTax"])).quantize(Decimal("0.01"))

    def parked(self) -> dict[int, SkippedRecord]:
        """What is parked, by Shopify id, as a number: that is how the simulated shop counts."""
        return {int(record.id): record for record in self.connector.skipped.of(self.shop)}

    def link(self, type: str, number: int) -> Link:
        """What a Shopify record has become in Business Central; a blank link if we never met it."""
        links = self.connector.links(self.shop, type)
        return links.one(str(number))

    def forget(self, type: str, *numbers: int) -> None:
        """Lose what records have become: their links are as good as new."""
        links = self.connector.links(self.shop, type)
        links.save([Link(id=one.id, etag=one.etag) for one in links.of(map(str, numbers)).values()])

    def keep_link(self, type: str, link: Link) -> None:
        """Let a record have become this."""
        self.connector.links(self.shop, type).save([link])

    def sent(self, direction: str, method: str = "POST") -> list[dict[str, Any]]:
        """Bodies of the requests with this method to "Shopify" or "Business Central", oldest first."""
        calls = [e for e in self.exchanges if (e.direction, e.method) == (direction, method)]
        return [json.loads(call.request) for call in calls if "not shown" not in call.request]

    def bc_writes(self) -> int:
        """Writes that Business Central counted."""
        return self.bc.stats.writes


@lru_cache(maxsize=1)
def server_thread() -> LoopThread:
    """The one thread of this process in which the servers of all houses run; each server lives as long as its house."""
    return LoopThread("houses")


@contextmanager
def a_house(storage: HouseStorage, **settings: Any) -> Iterator[House]:
    """An empty shop and the seeded company, wired up to an emulator (its connection string) or storage in memory."""
    clock = ManualClock()
    at_shopify = ShopifyClock(clock)
    state, thread = ShopState(shop_card(), at_shopify), server_thread()
    shopify = start_shopify(state=state, clock=at_shopify, operations=OPERATIONS, thread=thread)
    bc = start_business_central(clock, thread=thread)
    try:
        yield House(storage, clock, shopify, bc, **settings)
    finally:
        shopify.stop()
        bc.stop()
