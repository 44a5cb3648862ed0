"""Is this delivery really Shopify's? The signature over the raw body says so.

Source: Shopify, "Deliver webhooks through HTTPS" (HMAC-SHA256 with the app's client secret, base64, headers
X-Shopify-…; after a rotation the old secret signs for a while). Headers are not signed: what must be believed has
to stand in the body. Border: pure; knows no shop and keeps nothing.
"""
from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence

import msgspec

from shared.errors import ConnectorError
from shared.texts import count, sentence

LONGEST_BODY = 8_000_000
"""Bytes. An order or product of Shopify's largest size takes less; more is not read further."""

_TOPIC = re.compile(r"[a-z_]{1,40}[/.][a-z_]{1,40}")
"""orders/create; four of Shopify's have a dot, such as customer.tags_added (WebhookSubscriptionTopic, 2026-10)."""

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com")
_WORD = re.compile(r"[\w:.+-]{0,80}", re.ASCII)


class Delivery(msgspec.Struct, frozen=True):
    """A delivery that is known to be Shopify's; `triggered_at` as Shopify wrote it, "" if it was left out."""

    topic: str
    shop_domain: str
    webhook_id: str
    triggered_at: str
    body: bytes


def verified_delivery(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivery:
    """The delivery, if one of the secrets has signed the body.

    ConnectorError: input-invalid (a header is missing or odd, the body is too long), webhook-signature-invalid.
    """
    given = _header(headers, "Hmac-Sha256")
    if len(body) > LONGEST_BODY:
        raise ConnectorError("input-invalid", sentence(
            "the body is longer than {most} bytes", most=count(LONGEST_BODY)))
    if not _is_signed(given, body, secrets):
        raise ConnectorError("webhook-signature-invalid", sentence("the signature does not fit the body"))
    return described_delivery(headers, body)


def described_delivery(headers: Mapping[str, str], body: bytes) -> Delivery:
    """The delivery that the headers describe; who sent it is for the caller to know.

    ConnectorError input-invalid: a header is missing or odd.
    """
    return Delivery(
        topic=_checked("Topic", _header(headers, "Topic"), _TOPIC),
        shop_domain=_checked("Shop-Domain", _header(headers, "Shop-Domain").lower(), _DOMAIN),
        webhook_id=_checked("Webhook-Id", headers.get("x-shopify-webhook-id", ""), _WORD),
        triggered_at=_checked("Triggered-At", headers.get("x-shopify-triggered-at", ""), _WORD),
        body=body,
    )


def signature(body: bytes, secret: str) -> str:
    """What Shopify writes into X-Shopify-Hmac-Sha256."""
    return b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _is_signed(given: str, body: bytes, secrets: Sequence[str]) -> bool:
    presented = given.encode(errors="replace")
    # A list, not a generator: every secret is tried, whatever the first one says.
    fits = [hmac.compare_digest(signature(body, secret).encode(), presented) for secret in secrets if secret]
    return any(fits)


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(f"x-shopify-{name.lower()}", "")
    if not value:
        raise ConnectorError("input-invalid", sentence("the header X-Shopify-{name} is missing", name=name))
    return value


def _checked(name: str, value: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(value):
        raise ConnectorError("input-invalid", sentence(
            "the header X-Shopify-{name} has an unexpected form", name=name))
    return value
