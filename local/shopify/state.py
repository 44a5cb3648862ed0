"""The simulated shop's records, in memory: read by id, list, put, patch, delete, touch.

Specs are kept (they are what --dump writes), records are built from them on first use and dropped when
the spec changes. A patch lays its keys over the spec; nested objects such as addresses are merged,
``line_quantities`` {index: quantity} edits lines as Shopify's order editing does: more pieces raise the
quantity, fewer only the current quantity. Every change moves ``updated_at`` to the clock.
Border: one lock, callable from any thread; knows no HTTP and no GraphQL query.
"""
from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from local.shopify.orders import build_order
from local.shopify.payment_records import build_dispute, build_payout, payments_account
from local.shopify.records import Record, Spec, build_company, build_customer, build_product, gid
from local.shopify.specs import check
from local.shopify.taxes import HOME_TAXES

TYPES = {"customers": "Customer", "products": "Product", "orders": "Order", "companies": "Company",
         "payouts": "ShopifyPaymentsPayout", "disputes": "ShopifyPaymentsDispute"}
FIRST_NUMBER = {"customers": 7_100_000_000_000, "products": 8_200_000_000, "orders": 5_400_000_000_000,
                "companies": 6_300_000_000, "payouts": 92_000_000_000, "disputes": 31_000_000_000}
BUILDERS: dict[str, Callable[[Spec], Record]] = {
    "customers": build_customer, "companies": build_company, "payouts": build_payout, "disputes": build_dispute}
# Children whose number leads back to their order (number // 1000).
ORDER_CHILDREN = {"LineItem": "lineItems", "ShippingLine": "shippingLines", "Refund": "refunds",
                  "OrderTransaction": "transactions", "Fulfillment": "fulfillments",
                  "FulfillmentOrder": "fulfillmentOrders"}


FIRST_SUBSCRIPTION = 1_957_000_000_000
# How far back earlier selves are kept for a lagging search index.
LONGEST_LAG = timedelta(minutes=1)


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, with a time zone."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ShopifyClock:
    """Shopify's own clock: another one, and so many seconds ahead of it (less than 0: behind)."""

    def __init__(self, other: Clock) -> None:
        self.other, self.ahead_seconds = other, 0.0

    def now(self) -> datetime:
        return self.other.now() + timedelta(seconds=self.ahead_seconds)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with whole seconds, as Shopify writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Stored:
    """One record: its spec, the record built from it when first asked for, and its earlier self."""

    __slots__ = ("_build", "_record", "changed_at", "number", "previous", "spec")

    def __init__(self, spec: Spec, build: Callable[[Spec], Record], changed_at: datetime,
                 previous: Stored | None) -> None:
        self.spec, self.number, self.changed_at, self.previous = spec, spec["id"], changed_at, previous
        self._build = build
        self._record: Record | None = None

    @property
    def record(self) -> Record:
        if self._record is None:
            self._record = self._build(self.spec)
        return self._record


class ShopState:
    """All records of one shop. `card` holds the Shop object's own fields."""

    def __init__(self, card: Record, clock: Clock) -> None:
        self.card, self.clock = card, clock
        self.location = location_record()
        self.payments_account: Record | None = payments_account()      # None: a shop without Shopify Payments
        self.kept: dict[str, Any] = {}      # what other rooms want in the dump, as JSON
        self.subscriptions: dict[str, Record] = {}      # webhook subscriptions by gid
        self.bulk_operations: dict[str, Record] = {}
        self.bulk_limit = False         # whether a quota of bulk operations is used up
        self.on_change: Callable[[str, Stored | None, Stored | None], None] | None = None
        self.allow_loopback = False         # may webhooks go to http://127.0.0.1?
        self.any_connection_in_bulk = False     # also of what implements no Node (see bulk_rules)
        self.app_numbers: dict[str, int] = {}
        self._memo: dict[Any, Any] = {}
        self.lock = threading.RLock()
        self._stored: dict[str, dict[int, Stored]] = {type: {} for type in TYPES}
        self._numbers = dict(FIRST_NUMBER)
        self._last_subscription = FIRST_SUBSCRIPTION
        self._variants_by_sku: dict[str, Record] = {}
        self._by_gid: dict[str, Record] = {}
        self._orders_of: dict[int, set[int]] = {}

    # -- reading ---------------------------------------------------------------

    def stored(self, type: str) -> list[Stored]:
        """Everything of one type (a key of TYPES), oldest first."""
        with self.lock:
            return list(self._stored[type].values())

    def record(self, type: str, number: int) -> Record | None:
        with self.lock:
            stored = self._stored[type].get(number)
            return stored.record if stored else None

    def by_gid(self, reference: str) -> Record | None:
        """The record a gid names; children of orders are found through their number."""
        type, _, number = reference.removeprefix("gid://shopify/").partition("/")
        if not number.isdigit():
            return None
        for name, typename in TYPES.items():
            if type == typename:
                return self.record(name, int(number))
        if type in ORDER_CHILDREN:
            order = self.record("orders", int(number) // 1000) or {}
            return next((c for c in order.get(ORDER_CHILDREN[type], ()) if c["id"] == reference), None)
        if type == "WebhookSubscription":
            return self.subscriptions.get(reference)
        if type == "BulkOperation":
            return self.bulk_operations.get(reference)
        for known in (self.card, self.location):
            if reference == known["id"]:
                return known
        with self.lock:
            return self._by_gid.get(reference)

    def orders_of(self, customer: int) -> list[Stored]:
        with self.lock:
            orders = self._stored["orders"]
            return [orders[n] for n in sorted(self._orders_of.get(customer, ()))]

    def app_number(self, app: str) -> int:
        """The number of an app, 0 for one we do not know."""
        return self.app_numbers.get(app, 0)

    def next_subscription(self) -> int:
        """A fresh number for a webhook subscription."""
        with self.lock:
            numbers = [int(r["legacyResourceId"]) for r in self.subscriptions.values()]
            self._last_subscription = max([self._last_subscription, *numbers]) + 1
            return self._last_subscription

    def memo(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, remembered until any record changes."""
        with self.lock:
            if key not in self._memo:
                self._memo[key] = make()
            return self._memo[key]

    def totals(self) -> dict[str, int]:
        with self.lock:
            counts = {type: len(found) for type, found in self._stored.items()}
            return {**counts, "variants": sum(len(s.record["variants"]) for s in self.stored("products"))}

    # -- changing --------------------------------------------------------------

    def put(self, type: str, spec: Spec) -> Record:
        """Add a record, or replace the one with the same id; returns the full record.

        ValueError for a key of the spec that means nothing (`specs`).
        """
        with self.lock:
            spec = self._completed(type, spec)
            previous = self._stored[type].get(spec["id"])
            stored = Stored(spec, self._builder(type), self.clock.now(), previous)
            if type != "orders":
                stored.record  # noqa: B018  built at once: it fills the catalogue below
            self._forget(type, previous)
            if previous and stored.changed_at - previous.changed_at > LONGEST_LAG:
                previous.previous = None
            self._stored[type][spec["id"]] = stored
            self._index(type, stored)
            self._memo.clear()
            if self.on_change:
                self.on_change(type, previous, stored)
            return stored.record

    def add_all(self, type: str, specs: Iterator[Spec] | list[Spec], settled_at: datetime) -> None:
        """Add many at start: as if they had been there since `settled_at` (no search lag)."""
        with self.lock:
            for spec in specs:
                stored = Stored(self._completed(type, spec), self._builder(type), settled_at, None)
                self._stored[type][stored.number] = stored
                self._index(type, stored)
            self._memo.clear()

    def patch(self, type: str, number: int, changes: Spec) -> Record:
        """Lay `changes` over the spec of a record. KeyError when there is none, ValueError as in `put`."""
        with self.lock:
            spec = dict(self._stored[type][number].spec)
            changes = dict(changes)
            quantities = changes.pop("line_quantities", {})
            for key, value in changes.items():
                merge = isinstance(value, dict) and isinstance(spec.get(key), dict)
                spec[key] = {**spec[key], **value} if merge else value
            if quantities:
                spec["lines"] = edited_lines(spec["lines"], quantities)
            if "updated_at" not in changes:
                spec["updated_at"] = iso(self.clock.now())
            return self.put(type, spec)

    def merge_customers(self, kept: int, deleted: int) -> None:
        """Two customers become one: the orders of the second are the first's from now on. KeyError if one is missing.

        No source says that customers/delete is told as well, so it is not.
        """
        with self.lock:
            for order in [stored.number for stored in self.orders_of(deleted)]:
                self.patch("orders", order, {"customer": kept})
            self.delete("customers", deleted, quietly=True)
            self.patch("customers", kept, {})

    def delete(self, type: str, number: int, *, quietly: bool = False) -> None:
        """Remove a record. KeyError when there is none."""
        with self.lock:
            gone = self._stored[type].pop(number)
            self._forget(type, gone)
            self._memo.clear()
            if self.on_change and not quietly:
                self.on_change(type, gone, None)

    def touch(self, type: str, numbers: list[int] | None = None, count: int = 0) -> list[int]:
        """Move ``updatedAt`` to now: of the given records, or of the `count` oldest by number."""
        with self.lock:
            chosen = numbers if numbers is not None else sorted(self._stored[type])[:count]
            for number in chosen:
                self.patch(type, number, {})
            return chosen

    def _completed(self, type: str, spec: Spec) -> Spec:
        check(type, TYPES[type], spec)
        if "id" not in spec:
            self._numbers[type] += 1
            while self._numbers[type] in self._stored[type]:
                self._numbers[type] += 1
        created = spec.get("created_at") or spec.get("updated_at") or iso(self.clock.now())
        return {"id": self._numbers[type], "updated_at": created, **spec, "created_at": created}

    def _builder(self, type: str) -> Callable[[Spec], Record]:
        if type == "orders":
            return lambda spec: build_order(spec, {**self.card, "taxes": HOME_TAXES}, self._variants_by_sku)
        if type == "products":
            return lambda spec: build_product(spec, self.card["currencyCode"])
        return BUILDERS[type]

    def _index(self, type: str, stored: Stored) -> None:
        if type == "orders":
            if stored.spec.get("customer") is not None:
                self._orders_of.setdefault(stored.spec["customer"], set()).add(stored.number)
        elif type == "products":
            for variant in stored.record["variants"]:
                self._by_gid[variant["id"]] = variant
                self._by_gid[variant["inventoryItem"]["id"]] = variant["inventoryItem"]
                if variant["sku"]:
                    self._variants_by_sku[variant["sku"]] = {
                        **variant, "vendor": stored.record["vendor"], "productTitle": stored.record["title"]}
        elif type == "companies":
            for child in (*stored.record["locations"], *stored.record["contacts"]):
                self._by_gid[child["id"]] = child

    def _forget(self, type: str, stored: Stored | None) -> None:
        if stored is None:
            return
        if type == "orders":
            self._orders_of.get(stored.spec.get("customer") or 0, set()).discard(stored.number)
        elif type == "products":
            for variant in stored.record["variants"]:
                self._by_gid.pop(variant["id"], None)
                self._by_gid.pop(variant["inventoryItem"]["id"], None)
                self._variants_by_sku.pop(variant["sku"] or "", None)

    # -- keeping ---------------------------------------------------------------

    def dump(self, path: Path) -> None:
        """Write all specs to `path` (gzip when it ends in .gz), atomically."""
        with self.lock:
            content = {"card": self.card, "numbers": self._numbers, "kept": self.kept,
                       "subscriptions": self.subscriptions, "payments_account": self.payments_account,
                       "specs": {k: [s.spec for s in found.values()] for k, found in self._stored.items()}}
        raw = json.dumps(content, ensure_ascii=False).encode()
        partial = path.with_name(path.name + ".partial")
        partial.write_bytes(gzip.compress(raw, 3) if path.suffix == ".gz" else raw)
        os.replace(partial, path)

    @classmethod
    def load(cls, path: Path, clock: Clock) -> ShopState:
        """The shop that `dump` wrote."""
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
        state = cls(content["card"], clock)
        for type, specs in content["specs"].items():
            state.add_all(type, specs, datetime(2000, 1, 1, tzinfo=UTC))
        state._numbers, state.kept = {**FIRST_NUMBER, **content["numbers"]}, content.get("kept", {})
        state.subscriptions = content.get("subscriptions", {})
        state.payments_account = content.get("payments_account")
        return state


def edited_lines(lines: list[Spec], quantities: dict[str, int]) -> list[Spec]:
    """Lines after an order edit: raised quantities grow, lowered ones only count as removed."""
    edited = [dict(line) for line in lines]
    for index, quantity in quantities.items():
        line = edited[int(index)]
        ordered = line.get("quantity", 1)
        if quantity >= ordered:
            line["quantity"], line["removed"] = quantity, 0
        else:
            line["removed"] = ordered - quantity
    return edited


def location_record() -> Record:
    """The shop's one stock location."""
    return {"__typename": "Location", "id": gid("Location", 1), "legacyResourceId": "1", "name": "Entrepôt de Lyon",
            "isActive": True, "isPrimary": True, "fulfillsOnlineOrders": True, "shipsInventory": True,
            "createdAt": "2024-01-01T08:00:00Z", "updatedAt": "2024-01-01T08:00:00Z",
            "address": {"address1": "12 quai Perrache", "city": "Lyon", "zip": "69002", "country": "France",
                        "countryCode": "FR", "formatted": ["12 quai Perrache", "69002 Lyon", "France"]}}
