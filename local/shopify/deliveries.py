"""One webhook on its way, and the rules of trying again.

Shopify: Webhooks, Delivery structure; Verify deliveries; Webhook retry mechanism. A delivery keeps its
payload, its address and its ids whatever happens to record or subscription meanwhile. Any answer but 2xx,
redirects included, is a failure; after the first try there are eight more within four hours, with growing
gaps. The gaps themselves are not published. Border: values and times; `sender` speaks HTTP.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from local.shopify.schema import VERSION

RETRY_GAPS = (10, 30, 90, 300, 900, 1800, 3600, 7200)       # seconds; together less than four hours


@dataclass
class Delivery:
    """`state`: waiting, sending, delivered, given up, never sent, set aside (until the next one went) or
    cloud bus (recorded, not sent). `subscription` "" means the app's own configuration."""

    number: int
    topic: str
    address: str
    subscription: str
    app: str
    shop: str
    name: str | None
    body: bytes
    webhook_id: str
    event_id: str
    triggered_at: datetime
    due: datetime
    state: str = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)
    releases: list[Delivery] = field(default_factory=list)

    def headers(self, secret: str) -> dict[str, str]:
        """The headers of an attempt, signed over the raw body."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).digest()
        named = {"X-Shopify-Name": self.name} if self.name else {}
        return {
            "Content-Type": "application/json", "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": self.topic, "X-Shopify-Shop-Domain": self.shop, "X-Shopify-API-Version": VERSION,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(), "X-Shopify-Webhook-Id": self.webhook_id,
            "X-Shopify-Event-Id": self.event_id,
            "X-Shopify-Triggered-At": self.triggered_at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z"), **named}

    def is_due(self, now: datetime) -> bool:
        return self.state == "waiting" and self.due <= now

    def attempted(self, now: datetime, outcome: str, retry_scale: float) -> None:
        """Note an attempt: "2xx" text of a status, or why there was none; plan the next one if any."""
        self.attempts.append({"at": now.isoformat(), "outcome": outcome})
        if outcome.isdigit() and 200 <= int(outcome) < 300:
            self.state = "delivered"
        elif len(self.attempts) > len(RETRY_GAPS):
            self.state = "given up"
        else:
            self.state = "waiting"
            self.due = now + timedelta(seconds=RETRY_GAPS[len(self.attempts) - 1] * retry_scale)

    def described(self) -> dict[str, Any]:
        """The delivery as the control API shows it."""
        return {"number": self.number, "topic": self.topic, "address": self.address, "state": self.state,
                "subscription": self.subscription, "app": self.app, "webhook_id": self.webhook_id,
                "event_id": self.event_id, "triggered_at": self.triggered_at.isoformat(),
                "due": self.due.isoformat(), "attempts": self.attempts, "body": msgspec.json.decode(self.body)}
