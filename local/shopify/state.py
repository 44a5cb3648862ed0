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

KINDS = {"customers": "Customer", "products": "Product", "orders": "Order", "companies": "Company",
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
        self.on_change: Callable[[str, Stored | None, Stored | None], None] | None = None
        self.allow_loopback = False         # may webhooks go to http://127.0.0.1?
        self.app_numbers: dict[str, int] = {}
        self._memo: dict[Any, Any] = {}
        self.lock = threading.RLock()
        self._stored: dict[str, dict[int, Stored]] = {kind: {} for kind in KINDS}
        self._numbers = dict(FIRST_NUMBER)
        self._last_subscription = FIRST_SUBSCRIPTION
        self._variants_by_sku: dict[str, Record] = {}
        self._by_gid: dict[str, Record] = {}
        self._orders_of: dict[int, set[int]] = {}

    # -- reading ---------------------------------------------------------------

    def stored(self, kind: str) -> list[Stored]:
        """Everything of one kind (a key of KINDS), oldest first."""
        with self.lock:
            return list(self._stored[kind].values())

    def record(self, kind: str, number: int) -> Record | None:
        with self.lock:
            stored = self._stored[kind].get(number)
            return stored.record if stored else None

    def by_gid(self, reference: str) -> Record | None:
        """The record a gid names; children of orders are found through their number."""
        kind, _, number = reference.removeprefix("gid://shopify/").partition("/")
        if not number.isdigit():
            return None
        for name, typename in KINDS.items():
            if kind == typename:
                return self.record(name, int(number))
        if kind in ORDER_CHILDREN:
            order = self.record("orders", int(number) // 1000) or {}
            return next((c for c in order.get(ORDER_CHILDREN[kind], ()) if c["id"] == reference), None)
        if kind == "WebhookSubscription":
            return self.subscriptions.get(reference)
        if kind == "BulkOperation":
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
            counts = {kind: len(found) for kind, found in self._stored.items()}
            return {**counts, "variants": sum(len(s.record["variants"]) for s in self.stored("products"))}

    # -- changing --------------------------------------------------------------

    def put(self, kind: str, spec: Spec) -> Record:
        """Add a record, or replace the one with the same id; returns the full record.

        ValueError for a key of the spec that means nothing (`specs`).
        """
        with self.lock:
            spec = self._completed(kind, spec)
            previous = self._stored[kind].get(spec["id"])
            stored = Stored(spec, self._builder(kind), self.clock.now(), previous)
            if kind != "orders":
                stored.record  # noqa: B018  built at once: it fills the catalogue below
            self._forget(kind, previous)
            if previous and stored.changed_at - previous.changed_at > LONGEST_LAG:
                previous.previous = None
            self._stored[kind][spec["id"]] = stored
            self._index(kind, stored)
            self._memo.clear()
            if self.on_change:
                self.on_change(kind, previous, stored)
            return stored.record

    def add_all(self, kind: str, specs: Iterator[Spec] | list[Spec], settled_at: datetime) -> None:
        """Add many at start: as if they had been there since `settled_at` (no search lag)."""
        with self.lock:
            for spec in specs:
                stored = Stored(self._completed(kind, spec), self._builder(kind), settled_at, None)
                self._stored[kind][stored.number] = stored
                self._index(kind, stored)
            self._memo.clear()

    def patch(self, kind: str, number: int, changes: Spec) -> Record:
        """Lay `changes` over the spec of a record. KeyError when there is none, ValueError as in `put`."""
        with self.lock:
            spec = dict(self._stored[kind][number].spec)
            changes = dict(changes)
            quantities = changes.pop("line_quantities", {})
            for key, value in changes.items():
                merge = isinstance(value, dict) and isinstance(spec.get(key), dict)
                spec[key] = {**spec[key], **value} if merge else value
            if quantities:
                spec["lines"] = edited_lines(spec["lines"], quantities)
            if "updated_at" not in changes:
                spec["updated_at"] = iso(self.clock.now())
            return self.put(kind, spec)

    def merge_customers(self, kept: int, deleted: int) -> None:
        """Two customers become one: the orders of the second are the first's from now on. KeyError if one is missing.

        No source says that customers/delete is told as well, so it is not.
        """
        with self.lock:
            for order in [stored.number for stored in self.orders_of(deleted)]:
                self.patch("orders", order, {"customer": kept})
            self.delete("customers", deleted, quietly=True)
            self.patch("customers", kept, {})

    def delete(self, kind: str, number: int, *, quietly: bool = False) -> None:
        """Remove a record. KeyError when there is none."""
        with self.lock:
            gone = self._stored[kind].pop(number)
            self._forget(kind, gone)
            self._memo.clear()
            if self.on_change and not quietly:
                self.on_change(kind, gone, None)

    def touch(self, kind: str, numbers: list[int] | None = None, count: int = 0) -> list[int]:
        """Move ``updatedAt`` to now: of the given records, or of the `count` oldest by number."""
        with self.lock:
            chosen = numbers if numbers is not None else sorted(self._stored[kind])[:count]
            for number in chosen:
                self.patch(kind, number, {})
            return chosen

    def _completed(self, kind: str, spec: Spec) -> Spec:
        check(kind, KINDS[kind], spec)
        if "id" not in spec:
            self._numbers[kind] += 1
            while self._numbers[kind] in self._stored[kind]:
                self._numbers[kind] += 1
        created = spec.get("created_at") or spec.get("updated_at") or iso(self.clock.now())
        return {"id": self._numbers[kind], "updated_at": created, **spec, "created_at": created}

    def _builder(self, kind: str) -> Callable[[Spec], Record]:
        if kind == "orders":
            return lambda spec: build_order(spec, {**self.card, "taxes": HOME_TAXES}, self._variants_by_sku)
        if kind == "products":
            return lambda spec: build_product(spec, self.card["currencyCode"])
        return BUILDERS[kind]

    def _index(self, kind: str, stored: Stored) -> None:
        if kind == "orders":
            if stored.spec.get("customer") is not None:
                self._orders_of.setdefault(stored.spec["customer"], set()).add(stored.number)
        elif kind == "products":
            for variant in stored.record["variants"]:
                self._by_gid[variant["id"]] = variant
                self._by_gid[variant["inventoryItem"]["id"]] = variant["inventoryItem"]
                if variant["sku"]:
                    self._variants_by_sku[variant["sku"]] = {
                        **variant, "vendor": stored.record["vendor"], "productTitle": stored.record["title"]}
        elif kind == "companies":
            for child in (*stored.record["locations"], *stored.record["contacts"]):
                self._by_gid[child["id"]] = child

    def _forget(self, kind: str, stored: Stored | None) -> None:
        if stored is None:
            return
        if kind == "orders":
            self._orders_of.get(stored.spec.get("customer") or 0, set()).discard(stored.number)
        elif kind == "products":
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
        for kind, specs in content["specs"].items():
            state.add_all(kind, specs, datetime(2000, 1, 1, tzinfo=UTC))
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
