"""Who hears of what: events become deliveries for every subscription of their topic.

Two subscriptions of one topic get one event id and two webhook ids. Faults (see `faults`) make deliveries
double, late, swapped or lost. A subscription made over the API is removed when one of its deliveries is
given up; those of the app's configuration stay. Removing an app tells it once more, then drops its
subscriptions. Source: Shopify: Webhooks (delivery structure, filters, troubleshooting); Privacy law
compliance. Border: keeps the queue, thread-safe; `sender` sends what is due.
"""
from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import msgspec

from local.shopify.addresses import kind_of
from local.shopify.apps import App
from local.shopify.deliveries import Delivery
from local.shopify.events import events_of
from local.shopify.faults import Faults
from local.shopify.grants import Grants
from local.shopify.payloads import Payload, shop_payload
from local.shopify.records import Record
from local.shopify.state import ShopState, Stored, iso
from local.shopify.webhook_filter import included, passes

KEPT_DELIVERIES = 10_000
PRIVACY_TOPICS = ("customers/data_request", "customers/redact", "shop/redact")


class Webhooks:
    """The queue of one shop. `retry_scale` shortens the gaps between tries, `paused` holds everything back."""

    def __init__(self, state: ShopState, grants: Grants, faults: Faults) -> None:
        self.state, self.grants, self.faults, self.clock = state, grants, faults, grants.clock
        self.paused, self.retry_scale = False, 1.0
        self.on_new: Callable[[], None] = lambda: None
        self.lock = threading.RLock()
        self._deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self._open: dict[int, Delivery] = {}        # those not yet at their end, by number
        self._set_aside: list[Delivery] = []
        self._number = 0
        state.on_change = self.record_changed

    # -- making deliveries ---------------------------------------------------------

    def record_changed(self, type: str, before: Stored | None, after: Stored | None) -> None:
        """Called by the state for every change; does nothing while nobody listens."""
        if not self.state.subscriptions and not any(app.webhook_urls for app in self.grants.apps.values()):
            return
        event = str(uuid.uuid4())
        records = (before.record if before else None, after.record if after else None)
        for topic, body in events_of(self.state, type, *records):
            self.publish(topic, body, event_id=event)

    def publish(self, topic: str, body: Payload, *, app: App | None = None,
                event_id: str | None = None, store: str = "") -> list[Delivery]:
        """Queue an event for everyone who listens to its topic (only for `app` when given).

        `store`: it is another store's that has the app too. One client secret signs for all stores of an app.
        """
        event = event_id or str(uuid.uuid4())
        made: list[Delivery] = []
        with self.lock:
            for listener in self._listeners(topic, app):
                if passes(body, listener["filter"]):
                    made += self._queued(topic, included(body, listener["includeFields"]), listener, event, store)
        self.on_new()
        return made

    def _listeners(self, topic: str, only: App | None) -> list[Record]:
        apps = [only] if only else [app for app in self.grants.apps.values() if app.installed]
        name = topic.replace("/", "_").upper()
        found = [r for r in list(self.state.subscriptions.values())
                 if r["topic"] == name and r["app"] in {app.client_id for app in apps}]
        return found + [{"id": "", "app": app.client_id, "uri": app.webhook_urls[topic], "filter": None,
                         "includeFields": [], "name": None} for app in apps if app.webhook_urls.get(topic)]

    def _queued(self, topic: str, body: Payload, listener: Record, event: str, store: str) -> list[Delivery]:
        copies = 2 if self.faults.take("webhook_double") else 1
        webhook, raw = str(uuid.uuid4()), msgspec.json.encode(body)
        made = [self._one(topic, raw, listener, event, webhook, store) for _ in range(copies)]
        self._deliveries.extend(made)
        self._open.update({d.number: d for d in made if d.state in ("waiting", "set aside")})
        return made

    def _one(self, topic: str, raw: bytes, listener: Record, event: str, webhook: str, store: str) -> Delivery:
        now, late = self.clock.now(), self.faults.take("webhook_late")
        self._number += 1
        made = Delivery(self._number, topic, listener["uri"], listener["id"], listener["app"],
                        store or self.state.card["myshopifyDomain"], listener["name"], raw, webhook, event, now,
                        now + timedelta(seconds=late.get("seconds", 60)) if late else now)
        made.releases, self._set_aside = self._set_aside, []
        if kind_of(made.address) != "http":
            made.state = "cloud bus"
        elif self.faults.take("webhook_never"):
            made.state = "never sent"
        elif self.faults.take("webhook_swapped"):
            made.state = "set aside"
            self._set_aside = [*made.releases, made]
            made.releases = []
        return made

    # -- what operators of the shop do -----------------------------------------------

    def app_removed(self, app: App) -> None:
        """app/uninstalled for the app, then its subscriptions go."""
        self.publish("app/uninstalled", shop_payload(self.state.card), app=app)
        for reference in [r["id"] for r in list(self.state.subscriptions.values()) if r["app"] == app.client_id]:
            self.state.subscriptions.pop(reference, None)

    def scopes_changed(self, app: App, scopes: list[str]) -> None:
        """The merchant grants the app other scopes; its tokens have them at once."""
        previous = self.grants.change_scopes(app, frozenset(scopes))
        self.publish("app/scopes_update", {
            "id": app.number, "previous": sorted(previous), "current": sorted(scopes),
            "updated_at": iso(self.clock.now()), "shop_id": self.state.card["id"]}, app=app)

    def privacy(self, topic: str, customer: Payload | None, orders: list[int], store: str = "") -> list[Delivery]:
        """One of the mandatory topics, of this or of another store. ValueError when it is none, or no app has an
        address for it.

        Source: Shopify, "Privacy law compliance": shop_id, shop_domain; customer {id, email, phone} and
        orders_requested or orders_to_redact; data_request {id}. shop/redact is the same body every time.
        """
        if topic not in PRIVACY_TOPICS:
            raise ValueError(f"{topic!r} is no privacy topic; known: {', '.join(PRIVACY_TOPICS)}")
        shop = self.state.card
        number, domain = int(shop["id"].rsplit("/", 1)[1]), shop["myshopifyDomain"]
        body: Payload = {"shop_id": number + bool(store), "shop_domain": store or domain}
        if topic != "shop/redact":
            body["customer"] = customer or {}
            body["orders_to_redact" if topic == "customers/redact" else "orders_requested"] = orders
        if topic == "customers/data_request":
            body["data_request"] = {"id": self._number + 9_000}
        made = [d for app in self.grants.apps.values() if app.webhook_urls.get(topic)
                for d in self.publish(topic, body, app=app, store=store)]
        if not made:
            raise ValueError(f"no app has an address for {topic}: set webhook_urls of the app first")
        return made

    # -- sending ---------------------------------------------------------------------

    def due(self) -> list[Delivery]:
        """Deliveries whose time has come; they are the caller's from now on."""
        with self.lock:
            now = self.clock.now()
            return [] if self.paused else self._claimed([d for d in self._open.values() if d.is_due(now)])

    def claim_all(self) -> list[Delivery]:
        """Everything that still waits, whatever its time and whether paused or not."""
        with self.lock:
            self._set_aside = []
            return self._claimed([d for d in self._open.values() if d.state in ("waiting", "set aside")])

    def _claimed(self, chosen: list[Delivery]) -> list[Delivery]:
        for delivery in chosen:
            delivery.state = "sending"
        return chosen

    def attempted(self, delivery: Delivery, outcome: str) -> None:
        """Note how an attempt went, with all that follows from it."""
        with self.lock:
            delivery.attempted(self.clock.now(), outcome, self.retry_scale)
            for held in delivery.releases:
                held.state = "waiting" if held.state == "set aside" else held.state
            delivery.releases = []
            if delivery.state in ("delivered", "given up"):
                self._open.pop(delivery.number, None)
            if delivery.state == "given up":
                self.state.subscriptions.pop(delivery.subscription, None)

    def secret_for(self, delivery: Delivery) -> str:
        return self.grants.apps[delivery.app].signing_secret(self.clock.now())

    def pending(self, *, at_once: bool) -> bool:
        """True while something is being sent or is due (or, not `at_once`, waits for its time)."""
        now = self.clock.now()
        with self.lock:
            return any(d.state == "sending" or (d.state == "waiting" and not self.paused
                                                and (d.due <= now or not at_once)) for d in self._open.values())

    def listed(self) -> list[Delivery]:
        """Every delivery kept, oldest first."""
        with self.lock:
            return list(self._deliveries)

    def forget(self) -> None:
        """Drop everything: what waits is never sent."""
        with self.lock:
            self._deliveries.clear()
            self._open, self._set_aside = {}, []
