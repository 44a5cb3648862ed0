"""An event of Amazon EventBridge: the delivery of a webhook that it holds, if it is one of Shopify's.

Source: Shopify, "Deliver webhooks through Amazon EventBridge" (`detail.payload` is the body, `detail.metadata` the
headers); Amazon, "Receiving events from a SaaS partner": nobody but the partner can put an event with a source that
begins with aws.partner/ on a bus. Nothing is signed here: whoever may write to the queue is believed, so that is for
the queue's policy to say. Border: pure; knows no queue and keeps nothing.
"""
from __future__ import annotations

from typing import Any

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.webhooks import Delivery, described_delivery
from shared.texts import sentence

SOURCES = "aws.partner/shopify.com/"


class _Detail(msgspec.Struct):
    payload: msgspec.Raw
    metadata: dict[str, Any]


class _Event(msgspec.Struct):
    source: str
    detail: _Detail


def delivery_of_event(event: str, source: str = "") -> Delivery:
    """The delivery in an event of this source, "" = any of Shopify's; its body byte for byte as it stands there.

    ConnectorError input-invalid: it is no such event, or a header is missing or odd. Nothing of the body is in it.
    """
    try:
        read = decoded(event, type=_Event)
    except msgspec.DecodeError as error:
        raise ConnectorError("input-invalid", sentence(
            "this is no event of Shopify's: {error}", error=error)) from error
    if read.source != source if source else not read.source.startswith(SOURCES):
        raise ConnectorError("input-invalid", sentence(
            "the event is not from {source}", source=source or SOURCES + '…'))
    headers = {name.lower(): value for name, value in read.detail.metadata.items() if isinstance(value, str)}
    return described_delivery(headers, bytes(read.detail.payload))


def source_of(arn: str) -> str:
    """The source that events of this partner event source carry; "" of ""."""
    return arn.partition(":event-source/")[2]
